"""Regulated verse (近体诗): 绝句, 律诗 and 排律 of five and seven characters.

The rules are those of 王力《诗词格律》 (1977): four model lines, which alternate by 对 within a
couplet and by 粘 between couplets; the first, third (and fifth) places are free except where 孤平 or
三平尾 would come of it; 拗 in the fourth place saved by the third of the same or of the next line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.forms.chinese.books import Tone
from bot.forms.chinese.sound import RARE, Book, groups, tones
from bot.forms.model import Finding, Holds

_OTHER: dict[Tone, Tone] = {"平": "仄", "仄": "平"}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way that a line may run, and what is said of it: ``平平仄平仄`` is model 丙 with its third and
    fourth exchanged."""

    tones: str
    holds: Holds = Holds.YES
    reason: str = ""


_MODELS: dict[tuple[Tone, Tone], tuple[Pattern, ...]] = {
    # By the tones of the second place and of the last.
    ("仄", "仄"): (
        Pattern("中仄中平仄"),
        Pattern("中仄中仄仄", Holds.DOUBTFUL, "unsaved"),
    ),
    ("平", "平"): (
        Pattern("平平中仄平"),
        Pattern("仄平平仄平", Holds.YES, "saved"),
        Pattern("仄平仄仄平", Holds.NO, "lone_level"),
    ),
    ("平", "仄"): (
        Pattern("中平平仄仄"),
        Pattern("平平仄平仄", Holds.YES, "exchanged"),
        Pattern("仄平仄平仄", Holds.YES, "exchanged"),
        Pattern("中平仄仄仄", Holds.YES, "three_oblique"),
    ),
    ("仄", "平"): (
        Pattern("中仄仄平平"),
        Pattern("中仄平平平", Holds.DOUBTFUL, "three_level"),
    ),
}
MOVED = 2
"""Lines of a poem that may stand against 粘 and 对."""

_WORST = Pattern("", Holds.NO, "tones")


@dataclass(frozen=True, slots=True)
class Scheme:
    """One of the four tunes of regulated verse.

    Attributes:
        second: the tone of the second place of the first line, as the line is written.
        rhymed: whether the first line rhymes.
    """

    second: Tone
    rhymed: bool

    @property
    def name(self) -> str:
        """``平起首句入韵``."""
        return f"{self.second}起首句{'入韵' if self.rhymed else '不入韵'}"

    def line(self, at: int, width: int) -> tuple[Tone, Tone]:
        """(tone of the second place of the last five, tone of the end) of a line."""
        second = self.second if width == 5 else _OTHER[self.second]
        # Couplets go opposite within and cling to the next: + - | - + | + - | - +
        if at % 4 in (1, 2):
            second = _OTHER[second]
        end: Tone = "平" if at % 2 or (at == 0 and self.rhymed) else "仄"
        return second, end

    def models(self, at: int, width: int) -> tuple[Pattern, ...]:
        """What a line may run like, the best first."""
        second, end = self.line(at, width)
        head = "" if width == 5 else f"中{_OTHER[second]}"
        return tuple(Pattern(head + one.tones, one.holds, one.reason) for one in _MODELS[second, end])


SCHEMES = tuple(Scheme(second, rhymed) for second in ("平", "仄") for rhymed in (True, False))


def judge(lines: Sequence[str], book: Book) -> tuple[Scheme, list[Finding]]:
    """The tune that a poem of equal lines follows best, and a finding on the tones of each line."""
    judged = [_follow(lines, rhymed, book) for rhymed in (True, False)]
    return max(judged, key=lambda one: (_worth(one[1]), _rhymes(lines, one[0], book)))


def _worth(found: Sequence[Finding]) -> tuple[int, int]:
    return sum(bool(finding.holds) for finding in found), sum(finding.holds for finding in found)


def _follow(lines: Sequence[str], rhymed: bool, book: Book) -> tuple[Scheme, list[Finding]]:
    """The best way through the two tunes that begin level and oblique.

    Changing from one to the other is against 粘 or 对.  Poets of the Tang allowed themselves that
    (折腰体, 拗对), so at :data:`MOVED` lines it is doubtful; beyond, it fails.
    """
    tunes = [Scheme(second, rhymed) for second in _OTHER]
    paths: list[tuple[list[Finding], int]] = [([], 0), ([], 0)]
    starts = [0, 1]
    for at in range(len(lines)):
        here = [line_tones(lines, at, tune, book) for tune in tunes]
        ways: list[tuple[list[Finding], int]] = []
        froms: list[int] = []
        for which in (0, 1):
            stay, (before, breaks) = paths[which], paths[1 - which]
            broken = here[which]
            if broken.holds:
                why = "opposition" if at % 2 else "adhesion"
                broken = replace(broken, holds=Holds(breaks < MOVED), reason=why)
            options = [(([*stay[0], here[which]], stay[1]), starts[which])]
            if at:
                options.append((([*before, broken], breaks + 1), starts[1 - which]))
            best = max(options, key=lambda one: (_worth(one[0][0]), -one[0][1]))
            ways.append(best[0])
            froms.append(best[1])
        paths, starts = ways, froms
    which = max((0, 1), key=lambda one: (_worth(paths[one][0]), -paths[one][1]))
    return tunes[starts[which]], paths[which][0]


def _rhymes(lines: Sequence[str], scheme: Scheme, book: Book) -> bool:
    """Whether the first line rhymes as the tune has it."""
    first, second = (groups(line[-1], book, "平") for line in lines[:2])
    return bool(first & second) == scheme.rhymed


def line_tones(lines: Sequence[str], at: int, scheme: Scheme, book: Book) -> Finding:
    """What is found of the tones of one line by a tune."""
    line, width = lines[at], len(lines[at])
    models = scheme.models(at, width)
    best, rare = _WORST, False
    for model in models:
        fit = fits(line, model.tones, book)
        if fit and (best is _WORST or model.holds > best.holds):
            best, rare = model, fit is Holds.DOUBTFUL
    reason, holds = best.reason, best.holds
    if reason == "unsaved" and at + 1 < len(lines) and _saves(lines[at + 1], book):
        reason, holds = "saved_next", Holds.YES
    if holds is Holds.YES and rare:
        reason, holds = "rare_reading", Holds.DOUBTFUL
    return Finding("tones", models[0].tones, heard(line, book, best.tones or models[0].tones), holds, reason)


def _saves(following: str, book: Book) -> bool:
    """Whether the third of the last five of the next line is level: 对句相救."""
    return "平" in tones(following[-3], book)


def fits(line: str, pattern: str, book: Book) -> Holds:
    """Whether a line can be read so; doubtful if only by a reading that is seldom met, or unknown."""
    holds = Holds.YES
    for char, due in zip(line, pattern, strict=True):
        if due == "中":
            continue
        shares = tones(char, book)
        share = next((share for tone, share in shares.items() if tone == due), 0 if shares else RARE - 1)
        if not share:
            return Holds.NO
        if share < RARE:
            holds = Holds.DOUBTFUL
    return holds


def heard(line: str, book: Book, pattern: str) -> str:
    """The tones of a line: of a character with both, the one that is due."""
    out: list[str] = []
    for char, due in zip(line, pattern.ljust(len(line), "中"), strict=False):
        shares = tones(char, book)
        usual = max(shares, key=lambda tone: shares[tone], default="？")
        out.append(next((tone for tone in shares if tone == due), usual))
    return "".join(out)
