"""Makes training examples for the house model from the two corpora of verse.

An example is a cue (language, form, number of lines, topic, sometimes a draft
with blank lines) and the poem that answers it.  The topic is the title or some
salient words of the poem itself, drawn anew on every pass, so that the model
learns to let the topic show.
"""

from __future__ import annotations

import gzip
import json
import math
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

HAN = re.compile(r"[\u4e00-\u9fff]")
ZH_CLAUSE = re.compile(r"[，。？！；、：,.?!;]")
EN_WORD = re.compile(r"[a-z][a-z']+[a-z]")

PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u2014": "--", "_": "", "\ufffd": ""})
"""Typewriter marks for printers' marks; what could not be read is dropped."""

ZH_FORMS = {(5, 4): "wujue", (7, 4): "qijue", (5, 8): "wulv", (7, 8): "qilv"}
FORMS = (
    *ZH_FORMS.values(),
    "gufeng",
    "ci",
    "couplet",
    "haiku",
    "limerick",
    "quatrain-abab",
    "quatrain-aabb",
    "quatrain-abba",
    "ballad",
    "sonnet",
    "blank",
    "free",
)
MAX_LINES = 24
CONTROL = (
    "<|pad|>",
    "<|end|>",
    "<|en|>",
    "<|zh|>",
    "<|topic|>",
    "<|draft|>",
    "<|blank|>",
    "<|poem|>",
    *(f"<|form:{form}|>" for form in FORMS),
    *(f"<|lines:{count}|>" for count in range(1, MAX_LINES + 1)),
)


@dataclass(frozen=True, slots=True)
class Poem:
    """One poem, cleaned: its lines hold no blank ones; ``stanza`` is lines to a stanza, 0 if uneven."""

    language: str
    form: str
    title: str
    lines: tuple[str, ...]
    words: tuple[str, ...]
    """Salient words of the poem, most telling first."""
    stanza: int = 0

    def text(self) -> str:
        """The poem as it is written: lines, with a blank line between stanzas."""
        if not self.stanza:
            return "\n".join(self.lines)
        size = self.stanza
        return "\n\n".join("\n".join(self.lines[at : at + size]) for at in range(0, len(self.lines), size))


def read(path: Path) -> Iterator[dict[str, str]]:
    """The records of a corpus file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def chinese(path: Path) -> list[Poem]:
    """Regulated and old-style verse of up to 16 lines, and short ci, in simplified script."""
    from opencc import OpenCC

    simplify = OpenCC("t2s").convert
    raw: list[tuple[str, str, tuple[str, ...]]] = []
    seen: set[str] = set()
    for record in read(path):
        text = simplify(record["text"])
        if "□" in text or "(" in text or "（" in text or "《" in text or len(text) > 130:
            continue
        clauses = [part.strip() for part in ZH_CLAUSE.split(text.replace("\n", "")) if part.strip()]
        key = "".join(clauses[:2])
        if key in seen or not 4 <= len(clauses) <= 16 or any(not HAN.match(part) for part in clauses):
            continue
        seen.add(key)
        lengths = {len(part) for part in clauses}
        title = re.split(r"[（(·\s]", simplify(record["title"]))[0]
        if record["kind"] == "ci":
            lines = tuple(part for part in re.split(r"\n|(?<=[。？！])", text) if part.strip())
            raw.append(("ci", title, lines))
        elif len(lengths) == 1 and lengths <= {5, 7}:
            form = ZH_FORMS.get((lengths.pop(), len(clauses)), "gufeng")
            couplets = re.findall(r"[^。？！；]+[。？！；]?", text.replace("\n", ""))
            lines = tuple(
                piece for couplet in couplets for piece in re.findall(r"[^，、：]+[，、：]?", couplet)
            )
            raw.append((form, title[:12], lines))
    pairs = Counter[str]()
    for _, _, lines in raw:
        pairs.update(_zh_pairs(lines))
    poems = []
    for form, title, lines in raw:
        found = sorted(
            {pair for pair in _zh_pairs(lines) if 20 <= pairs[pair] <= 6000}, key=lambda pair: pairs[pair]
        )
        # The rarest pairs are mostly accidents across a word boundary: prefer the middle.
        words = tuple(sorted(found, key=lambda pair: abs(math.log(pairs[pair] / 400)))[:6])
        poems.append(Poem("zh", form, title, lines, words))
    return poems


def _zh_pairs(lines: Iterable[str]) -> Iterator[str]:
    """Two-character words of verse stand mostly at even places of a line (5: 2+2+1, 7: 2+2+2+1)."""
    for line in lines:
        bare = ZH_CLAUSE.sub("", line)
        for at in range(0, len(bare) - 1, 2):
            yield bare[at : at + 2]
        if len(bare) % 2:
            yield bare[-2:]


def english(path: Path) -> list[Poem]:
    """Short lyric poems, and runs of whole stanzas from longer ones."""
    import pronouncing

    rhyme: dict[str, frozenset[str]] = {}

    def part(line: str) -> frozenset[str]:
        words = EN_WORD.findall(line.lower())
        if not words:
            return frozenset()
        word = words[-1]
        if word not in rhyme:
            rhyme[word] = frozenset(
                pronouncing.rhyming_part(phones) for phones in pronouncing.phones_for_word(word)
            )
        return rhyme[word]

    rng = random.Random(7)
    raw: list[tuple[str, tuple[str, ...], int, str]] = []
    seen: set[str] = set()
    for record in read(path):
        text = record["text"].replace("\r", "")
        if text.count("\ufffd") > 3:
            continue
        text = text.translate(PLAIN)
        stanzas = [
            [" ".join(line.split()) for line in stanza.split("\n") if line.strip()]
            for stanza in re.split(r"\n\s*\n", text)
        ]
        stanzas = [stanza for stanza in stanzas if stanza]
        title = re.sub(r"\s+", " ", record["title"]).strip(" .\"'")
        for lines, size in _runs(stanzas, rng):
            if len(lines[0]) < 6 or not all(map(_is_verse, lines)):
                continue
            key = lines[0].lower()
            if key in seen:
                continue
            seen.add(key)
            raw.append((title[:48], tuple(lines), size, _form(lines, size, part)))
    frequency = Counter[str]()
    for _, lines, _, _ in raw:
        frequency.update(set(EN_WORD.findall(" ".join(lines).lower())))
    poems = []
    for title, lines, size, form in raw:
        counted = Counter(EN_WORD.findall(" ".join(lines).lower()))
        words = sorted(
            (word for word in counted if 8 <= frequency[word] <= len(raw) / 25 and len(word) > 2),
            key=lambda word: -counted[word] * math.log(len(raw) / frequency[word]),
        )
        poems.append(Poem("en", form, title, lines, tuple(words[:8]), size))
    return poems


def _is_verse(line: str) -> bool:
    """Whether a line reads as verse: not a heading, a number, a note or another script."""
    starts_well = line[0].isalpha() or line[0] in "\"'("
    return (
        starts_well
        and len(line) <= 72
        and line.isascii()
        and not line.isupper()
        and not re.search(r"\d", line)
    )


def _runs(stanzas: list[list[str]], rng: random.Random) -> Iterator[tuple[list[str], int]]:
    """The whole poem if it is short, else runs of equal stanzas of up to 16 lines."""
    total = sum(map(len, stanzas))
    sizes = {len(stanza) for stanza in stanzas}
    if 2 <= total <= MAX_LINES - 4:
        size = sizes.pop() if len(sizes) == 1 and len(stanzas) > 1 else 0
        if size or len(stanzas) == 1:
            yield [line for stanza in stanzas for line in stanza], size
            return
    at, taken = 0, 0
    while at < len(stanzas) and taken < 6:
        size = len(stanzas[at])
        count = rng.choice((1, 2, 2, 3))
        run = [stanza for stanza in stanzas[at : at + count] if len(stanza) == size]
        at += count
        if 3 <= size <= 8 and len(run) * size <= 16:
            taken += 1
            yield [line for stanza in run for line in stanza], size if len(run) > 1 else 0


def _form(lines: list[str], size: int, part: Callable[[str], frozenset[str]]) -> str:
    """A form tag by a cheap end-rhyme test (CMUdict rhyming parts); "free" where nothing is sure."""

    def rhymes(a: int, b: int) -> bool:
        return bool(part(lines[a]) & part(lines[b]))

    if len(lines) == 14 and not size:
        return "sonnet"
    if len(lines) == 2:
        return "couplet"
    if len(lines) == 3 and max(map(len, lines)) < 40:
        return "haiku"
    if len(lines) == 5 and rhymes(0, 1) and rhymes(2, 3) and rhymes(0, 4):
        return "limerick"
    quatrains = len(lines) // 4
    if len(lines) % 4 == 0 and size in (0, 4):
        tallies = Counter[str]()
        for at in range(0, len(lines), 4):
            tallies["quatrain-abab"] += rhymes(at, at + 2) and rhymes(at + 1, at + 3)
            tallies["quatrain-aabb"] += rhymes(at, at + 1) and rhymes(at + 2, at + 3)
            tallies["quatrain-abba"] += rhymes(at, at + 3) and rhymes(at + 1, at + 2)
            tallies["ballad"] += rhymes(at + 1, at + 3) and not rhymes(at, at + 2)
        form, count = tallies.most_common(1)[0]
        if count > quatrains / 2:
            return form
    pairs = sum(rhymes(at, at + 1) for at in range(0, len(lines) - 1, 2))
    if len(lines) % 2 == 0 and pairs >= len(lines) / 3:
        return "couplet"
    near = [(at, at + step) for step in (1, 2) for at in range(len(lines) - step)]
    if not any(rhymes(a, b) for a, b in near):
        return "blank"
    return "free"


def topic(poem: Poem, rng: random.Random) -> str:
    """A topic for this pass: the title, salient words, both, or (rarely) none."""
    draw = rng.random()
    if draw < 0.06 or not (poem.words or poem.title):
        return ""
    title = poem.title if poem.language == "zh" else poem.title.lower()
    if not poem.words or (draw < 0.22 and title):
        return title
    words = list(poem.words[: 6 if poem.language == "en" else 4])
    picked = rng.sample(words, min(len(words), rng.choice((1, 1, 1, 2, 2, 3))))
    return ("、" if poem.language == "zh" else " ").join(picked)


def example(poem: Poem, rng: random.Random) -> list[tuple[bool, str]]:
    """One example as segments: (is it control text?, text)."""
    segments: list[tuple[bool, str]] = [(True, f"<|{poem.language}|>")]
    if rng.random() < 0.85:
        segments.append((True, f"<|form:{poem.form}|>"))
    if rng.random() < 0.85 and len(poem.lines) <= MAX_LINES:
        segments.append((True, f"<|lines:{len(poem.lines)}|>"))
    if about := topic(poem, rng):
        segments += [(True, "<|topic|>"), (False, about)]
    text = poem.text()
    if rng.random() < 0.12 and len(poem.lines) <= 16:
        blank = {at for at in range(len(poem.lines)) if rng.random() < 0.45} or {0}
        segments.append((True, "<|draft|>"))
        for at, line in enumerate(poem.lines):
            segments += [(True, "<|blank|>") if at in blank else (False, line), (False, "\n")]
    return [*segments, (True, "<|poem|>"), (False, text), (True, "<|end|>")]
