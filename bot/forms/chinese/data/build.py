"""Builds ``readings.tsv.xz``, the tones and rhymes of 22,000 characters, from its four sources.

Run by hand when a source changes:
``python -m bot.forms.chinese.data.build GUANGYUN PINGSHUI CILIN STCharacters VERSE``.
The sources and their licences are in README.md beside this file.

A line of the result: a character, a tab, and its readings: the number of the 平水韵 group (0 to 105),
a colon, the number of the 词林正韵 group (1 to 19), a colon, and how often the tone of the reading is
met, in percent of the character's uses in regulated verse where its place decides its tone; with a
star if only the 廣韻 has the reading.
"""

from __future__ import annotations

import csv
import gzip
import json
import lzma
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from bot.forms.chinese.books import CILIN_OF, PINGSHUI, PINGSHUI_OF, tone_of

Reading = tuple[int, int]
"""(平水韵 group, 词林正韵 group)."""

_MORE_READINGS = (
    "判:桓 拚:桓 歛:琰 瀼:陽 粗:模 麽:戈 茆:肴 譍:蒸 凭:證 憑:證 鐙:登 蜚:微 箵:青 幷:清 桿:寒 杆:寒 "
    "莉:至 祇:紙 祗:紙 椹:寑 吒:麻 凹:肴 驔:覃 莆:模 咳:代 捄:宥 奄:鹽 舡:仙 衰:灰 勾:侯候"
)
_MORE: dict[str, str] = {pair[0]: pair[2:] for pair in _MORE_READINGS.split()}
"""Readings that poets use and the 廣韻 lacks: of the 《集韻》 (1039), as 判 and 拚 for *risk it*, 凭 in the
departing tone, 衰 with 灰; and of characters written for another: 歛 for 斂, 茆 for 茅, 鐙 for 燈, 蜚 for
飛, 舡 for 船.  Found by reading regulated verse: there they stand where the other tone or rhyme is due."""

_BY_HAND = {
    "瀼": "21:2:50 81:2:50*",
    "阿": "19:9:80 103:19:20*",
    "碟": "104:18:100",
    "不": "25:12:1 54:12:99* 93:18:99",
}
"""Lines of the result that no source gives: the river 瀼 of 瀼西 in the departing tone (as its name is said
today, ràng; 漾), the 阿 before names in the entering tone (阿娇, 阿谁), and 碟, which is younger than the
books and goes with 蝶 and 牒; 不, which is level only where it asks (可不), as good as never in verse."""

_LIKE = {"為": "爲", "麼": "麽", "凈": "淨", "汚": "污", "恍": "怳", "歎": "嘆", "拖": "拕", "呆": "獃"}
"""Characters that are written for another and have all its readings, which the lists give only to that."""

_MODELS = {("仄", "仄"): "仄平仄", ("平", "平"): "平仄平", ("平", "仄"): "平仄仄", ("仄", "平"): "仄平平"}
"""The second, fourth and last of the last five, by the tones of the second and of the last."""

_LINES = (4, 8, 12, 16, 20, 24)
"""Lines of the poems that are counted."""


def main(guangyun: str, pingshui: str, cilin: str, variants: str, verse: str) -> None:
    """Write ``readings.tsv.xz`` beside this file."""
    old = _guangyun(Path(guangyun))
    listed = _pingshui(json.loads(Path(pingshui).read_text("utf-8")))
    groups = _cilin(json.loads(Path(cilin).read_text("utf-8")))
    full = {row[0]: row[1].split() for row in _rows(Path(variants))}
    simple = {one: short for short, ones in full.items() for one in ones}
    table = {
        char: _readings(char, old, listed, groups, full, simple) | _more(char)
        for char in {*old, *listed, *full, *simple, *_MORE}
    }
    table |= {char: table[other] for char, other in _LIKE.items()}
    shares = _shares(table, Path(verse), simple)
    lines = [
        f"{char}\t"
        + " ".join(
            f"{ps}:{ci}:{shares.get((char, tone_of(ps)), 100)}{'' if usual else '*'}"
            for (ps, ci), usual in sorted(readings.items())
        )
        for char, readings in sorted(table.items())
        if readings and char not in _BY_HAND
    ]
    lines = sorted([*lines, *(f"{char}\t{readings}" for char, readings in _BY_HAND.items())])
    out = Path(__file__).with_name("readings.tsv.xz")
    out.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))


def _readings(
    char: str,
    old: dict[str, set[Reading]],
    listed: dict[str, set[int]],
    groups: dict[str, set[tuple[int, str]]],
    full: dict[str, list[str]],
    simple: dict[str, str],
) -> dict[Reading, bool]:
    """What a character may be read as, and whether the list of the 平水韵 has it so.

    The list is in simplified script and leaves out rare readings; the 廣韻 is in traditional script
    and has all.  One of several characters that are written alike when simplified is read as the
    廣韻 has it.
    """
    short = simple.get(char, char)
    sources = [char] if char in old and short != char else full.get(short, [char])
    known = {reading for one in sources for reading in old.get(one, ())}
    allowed = listed.get(short)
    if allowed is None:
        return dict.fromkeys(known, True)
    if known and not any(ps in allowed for ps, _ in known):
        return dict.fromkeys(known, True)
    found = {(ps, ci): ps in allowed for ps, ci in known}
    if short != char and known and len(full.get(short, ())) > 1:
        return found
    for ps in allowed - {ps for ps, _ in known}:
        told = {group for group, tone in groups.get(short, ()) if (tone == "平") == (tone_of(ps) == "平")}
        found |= {(ps, group): True for group in (told & _groups(ps) or _groups(ps))}
    return found


def _groups(pingshui: int) -> set[int]:
    return {CILIN_OF[rime][0] for rime, ps in PINGSHUI_OF.items() if ps == pingshui}


def _guangyun(path: Path) -> dict[str, set[Reading]]:
    found: dict[str, set[Reading]] = defaultdict(set)
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            rime = row["韻目原貌"]
            for group in _split(rime, row["音韻地位"]):
                found[row["字頭"]].add((PINGSHUI_OF[rime], group))
    return found


def _more(char: str) -> dict[Reading, bool]:
    return {(PINGSHUI_OF[rime], group): True for rime in _MORE.get(char, "") for group in CILIN_OF[rime]}


def _split(rime: str, place: str) -> tuple[int, ...]:
    """泰 goes by its medial: rounded with 支, else with 皆; 佳 and 卦 go both ways."""
    if rime == "泰":
        return (3,) if "合" in place else (5,)
    return CILIN_OF[rime]


def _pingshui(book: dict[str, dict[str, list[str]]]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for at, group in enumerate(PINGSHUI):
        found[group[1]].add(at)  # a group does not list the character that it is named after
    number = 0
    for tone, part in book.items():
        for name, chars in part.items():
            number = _number(tone[0] if tone[0] in "去入" else tone, name, number)
            for char in chars:
                found[char].add(number)
    return found


def _number(tone: str, name: str, last: int) -> int:
    """A group by its own name (the last character), in its own tone."""
    kind = "平" if "平" in tone else tone[0]
    other = {"徑": "径"}
    for at, group in enumerate(PINGSHUI):
        if group[0] == kind and group[1] == other.get(name[-1], name[-1]):
            return at
    raise ValueError(f"no group {tone} {name} after {last}")


def _cilin(book: dict[str, dict[str, list[str]]]) -> dict[str, set[tuple[int, str]]]:
    found: dict[str, set[tuple[int, str]]] = defaultdict(set)
    for number, part in enumerate(book.values(), 1):
        for tone, chars in part.items():
            for char in chars:
                found[char].add((number, "平" if tone[0] == "平" else "仄"))
    return found


def _rows(path: Path) -> Iterable[list[str]]:
    for line in path.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def _shares(
    table: dict[str, dict[Reading, bool]], verse: Path, simple: dict[str, str]
) -> dict[tuple[str, str], int]:
    """How often, in percent, a character of both tones stands where 平 is due, and where 仄 is.

    Only poems are counted that keep one of the tunes of regulated verse in every line, so that what is due
    is certain.
    """
    tones = {char: {tone_of(ps) for ps, _ in readings} for char, readings in table.items()}
    counts: Counter[tuple[str, str]] = Counter()
    with gzip.open(verse, "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            lines = [line for line in row["text"].translate(_MARKS).split("\n") if line]
            width = len(lines[0]) if lines else 0
            if width not in (5, 7) or len(lines) not in _LINES or any(len(line) != width for line in lines):
                continue
            for char, due in _due([line[width - 5 :] for line in lines], tones):
                counts.update({(one, due) for one in (char, _LIKE.get(char, char), simple.get(char, char))})
    shares: dict[tuple[str, str], int] = {}
    for char, kinds in tones.items():
        if len(kinds) < 2:
            continue
        known = next(
            (
                one
                for one in (char, _LIKE.get(char, char), simple.get(char, char))
                if tones.get(one) == kinds and counts[one, "平"] + counts[one, "仄"] >= 6
            ),
            "",
        )
        total = counts[known, "平"] + counts[known, "仄"]
        for tone in "平仄":
            usual = any(told for (ps, _), told in table[char].items() if tone_of(ps) == tone)
            # A reading that the books have is never ruled out, however seldom it was met.
            share = round(100 * counts[known, tone] / total) if total else 50 if usual else 2
            shares[char, tone] = max(share, 1)
    return shares


def _due(lines: list[str], tones: dict[str, set[str]]) -> Iterable[tuple[str, str]]:
    """Characters of both tones, and what is due at their places, in a poem that fits exactly one tune."""
    known = [[tones.get(char, set[str]()) for char in line] for line in lines]
    ends = [{"平"} if at % 2 else {"平", "仄"} if at == 0 else {"仄"} for at in range(len(lines))]
    tunes: list[list[str]] = []
    for start in "平仄":
        tune: list[str] = []
        for at, readings in enumerate(known):
            second = start if at % 4 in (0, 3) else "平仄".replace(start, "")
            models = [_MODELS[second, end] for end in sorted(ends[at])]
            fits = [
                model
                for model in models
                if all(due in readings[place] for due, place in zip(model, (1, 3, 4), strict=True))
            ]
            if not fits:
                break
            tune.append(fits[0] if len(fits) == 1 else fits[0][:1])
        else:
            tunes.append(tune)
    if len(tunes) != 1:
        return
    for at, (line, readings, model) in enumerate(zip(lines, known, tunes[0], strict=True)):
        # With an oblique third, the third and fourth of 平平平仄仄 may be exchanged; with a level third in
        # the next line, the fourth of 仄仄平平仄 may be oblique: there either tone is allowed.
        free = (model == "平仄仄" and readings[2] != {"平"}) or (
            model == "仄平仄" and at + 1 < len(lines) and "平" in known[at + 1][2]
        )
        for due, place in zip(model, (1, 3, 4), strict=False):
            if len(readings[place]) == 2 and not (free and place == 3):
                yield line[place], due


_MARKS = str.maketrans({"，": "\n", "。": "\n", "？": "\n", "！": "\n", "；": "\n", "、": "\n"})

if __name__ == "__main__":
    main(*sys.argv[1:])
