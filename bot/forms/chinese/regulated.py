"""Regulated verse (近体诗): 绝句, 律诗 and 排律 of five and seven characters.

The rules are those of 王力《诗词格律》 (1977): four model lines, which alternate by 对 within a
couplet and by 粘 between couplets; the first, third (and fifth) places are free except where 孤平 or
三平尾 would come of it; 平平仄平仄 for 平平平仄仄, with its first level; 拗 in the fourth place saved by the
third of the next line.

A wrong tone can turn a line into one of the twists that the rules allow, so those that a slip of the
brush makes as easily as a poet are told, as doubtful: 三仄尾, which later books (赵执信《声调谱》) would
have avoided, 仄平仄平仄, and a twist whose saving level tone may stand there by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from bot.forms.chinese.books import Tone
from bot.forms.chinese.reading import HALF, heard
from bot.forms.chinese.sound import RARE, Book, groups, tones, weights
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
        Pattern("仄平仄平仄", Holds.DOUBTFUL, "exchanged_oblique"),
        Pattern("中平仄仄仄", Holds.DOUBTFUL, "three_oblique"),
    ),
    ("仄", "平"): (
        Pattern("中仄仄平平"),
        Pattern("中仄平平平", Holds.DOUBTFUL, "three_level"),
    ),
}
MOVED = 2
"""Lines of a poem that may stand against 粘 and 对."""

_MOVES = frozenset(("opposition", "adhesion"))
"""What is said of a line that stands against the one before."""

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
        return tuple(model for model, _, _ in _models(*self.line(at, width), width))


SCHEMES = tuple(Scheme(second, rhymed) for second in ("平", "仄") for rhymed in (True, False))


@dataclass(frozen=True, slots=True)
class _Way:
    """How one line runs by a tune: the pattern, and what is said of it."""

    pattern: str
    wanted: str
    holds: Holds
    reason: str

    def moved(self, at: int, before: int) -> _Way:
        """The same where it goes against the line before, as so many lines did already."""
        if not self.holds:
            return self
        return replace(self, holds=Holds(before < MOVED), reason="opposition" if at % 2 else "adhesion")


@dataclass(frozen=True, slots=True)
class _Path:
    """A way through the lines of a poem so far: how many hold, how well, and how often it changed tunes."""

    ways: tuple[_Way, ...] = ()
    holding: int = 0
    sum: int = 0
    breaks: int = 0
    start: int = 0

    def on(self, way: _Way, breaks: int) -> _Path:
        """The path with one more line."""
        return _Path(
            (*self.ways, way),
            self.holding + bool(way.holds),
            self.sum + way.holds,
            self.breaks + breaks,
            self.start,
        )

    @property
    def worth(self) -> tuple[int, int, int]:
        """Which of two is better."""
        return self.holding, self.sum, -self.breaks


def judge(lines: Sequence[str], book: Book) -> tuple[Scheme, list[Finding]]:
    """The tune that a poem of equal lines follows best, and a finding on the tones of each line."""
    reader = _Reader(lines, book)
    scheme, path = max(
        (_follow(reader, rhymed) for rhymed in (True, False)),
        key=lambda one: _worth(*one, _rhymes(lines, book)),
    )
    found = [_found(line, way, book) for line, way in zip(lines, path.ways, strict=True)]
    return scheme, _alone(found)


def _alone(found: list[Finding]) -> list[Finding]:
    """The findings, with the lines that fail by themselves in a poem that keeps its tune.

    A line fails that stands in the other tune alone (against the line before, and the next against it), and
    so does a twist in the fourth place that no line saves (大拗必救).  Where it is the only such line, the
    poem is still known for what it is: few of the Tang have one, most of them by a misprint.  Three level
    ends (三平调) fail too, and only make a poem doubtful: the masters wrote them on purpose.  A poem that
    changes its tune once, and goes on in the other, is what 折腰体 means, and doubtful line by line.
    """
    moved = [one.reason in _MOVES for one in found]
    last = len(found) - 1
    off = [at for at in range(1, last + 1) if moved[at] and (at == last or moved[at + 1])]
    off += [at for at, one in enumerate(found) if one.reason == "unsaved"]
    for at in off:
        found[at] = replace(found[at], holds=Holds.NO, excused=len(off) == 1)
    return [
        replace(one, holds=Holds.NO, excused=True) if one.reason == "three_level" else one for one in found
    ]


def _follow(reader: _Reader, rhymed: bool) -> tuple[Scheme, _Path]:
    """The best way through the two tunes that begin level and oblique.

    Changing from one to the other is against 粘 or 对.  Poets of the Tang allowed themselves that
    (折腰体, 拗对), so at :data:`MOVED` lines it is doubtful; beyond, it fails.
    """
    tunes = [one for one in SCHEMES if one.rhymed == rhymed]
    paths = [_Path(start=0), _Path(start=1)]
    for at in range(len(reader.lines)):
        fresh: list[_Path] = []
        for which, tune in enumerate(tunes):
            way = reader.way(at, tune)
            best = paths[which].on(way, 0)
            if at:
                other = paths[1 - which]
                crossed = other.on(way.moved(at, other.breaks), 1)
                if crossed.worth > best.worth:
                    best = crossed
            fresh.append(best)
        paths = fresh
    best = max(paths, key=lambda path: path.worth)
    return tunes[best.start], best


def _worth(scheme: Scheme, path: _Path, rhymes: bool) -> tuple[int, int, bool]:
    """Which of two tunes is better: a first line that could end level but does not rhyme counts for less."""
    lost = scheme.rhymed and not rhymes
    return path.holding - lost, path.sum, scheme.rhymed == rhymes


def _rhymes(lines: Sequence[str], book: Book) -> bool:
    """Whether the first line rhymes with the second."""
    first, second = (groups(line[-1], book, "平") for line in lines[:2])
    return bool(first & second)


def line_tones(lines: Sequence[str], at: int, scheme: Scheme, book: Book) -> Finding:
    """What is found of the tones of one line by a tune."""
    return _found(lines[at], _Reader(lines, book).way(at, scheme), book)


class _Reader:
    """The lines of one poem, each read once as bits: where it may be level and oblique, and where surely."""

    def __init__(self, lines: Sequence[str], book: Book) -> None:
        self.lines = lines
        self._book = book
        self._bits: dict[int, tuple[int, ...]] = {}
        self._ways: dict[tuple[int, Tone, Tone], _Way] = {}

    def way(self, at: int, scheme: Scheme) -> _Way:
        """How a line runs by a tune."""
        key = (at, *scheme.line(at, len(self.lines[at])))
        found = self._ways.get(key)
        if found is None:
            found = self._ways[key] = self._judged(*key)
        return found

    def _judged(self, at: int, second: Tone, end: Tone) -> _Way:
        models = _models(second, end, len(self.lines[at]))
        wanted = models[0][0].tones
        level, oblique, surely_level, surely_oblique, mostly_level, mostly_oblique = self._read(at)
        best = _Way(wanted, wanted, Holds.NO, _WORST.reason)
        rank = -1
        for model, dues_level, dues_oblique in models:
            if dues_level & ~level or dues_oblique & ~oblique:
                continue
            holds, reason = self._saved(at, model)
            # A twist is not read into a line by the less usual of two readings.
            if model.reason:
                usual = not (dues_level & ~mostly_level or dues_oblique & ~mostly_oblique)
            else:
                usual = not (dues_level & ~surely_level or dues_oblique & ~surely_oblique)
            if holds is Holds.YES and not usual:
                holds, reason = Holds.DOUBTFUL, "rare_reading"
            # A twist that is there by usual readings is likelier than a rare reading.
            if 2 * holds + usual > rank:
                rank, best = 2 * holds + usual, _Way(model.tones, wanted, holds, reason)
        return best

    def _saved(self, at: int, model: Pattern) -> tuple[Holds, str]:
        """What is said of a pattern in its place: a twist may be saved by the next line (对句相救).

        It is if the third of the last five is level there.  A level tone often stands there by itself, so
        whether this was meant is doubtful.
        """
        follows = model.reason == "unsaved" and at + 1 < len(self.lines)
        if follows and "平" in tones(self.lines[at + 1][-3], self._book):
            return Holds.DOUBTFUL, "saved_next"
        return model.holds, model.reason

    def _read(self, at: int) -> tuple[int, ...]:
        bits = self._bits.get(at)
        if bits is None:
            level = oblique = surely_level = surely_oblique = mostly_level = mostly_oblique = 0
            bit = 1
            for char in self.lines[at]:
                flat, slant = weights(char, self._book)
                if flat:
                    level |= bit
                    surely_level |= bit * (flat >= RARE)
                    mostly_level |= bit * (flat >= HALF)
                if slant:
                    oblique |= bit
                    surely_oblique |= bit * (slant >= RARE)
                    mostly_oblique |= bit * (slant >= HALF)
                bit <<= 1
            bits = level, oblique, surely_level, surely_oblique, mostly_level, mostly_oblique
            self._bits[at] = bits
        return bits


@cache
def _models(second: Tone, end: Tone, width: int) -> tuple[tuple[Pattern, int, int], ...]:
    """The patterns of a line, each with the bits of the places where it is level and oblique."""
    head = "" if width == 5 else f"中{_OTHER[second]}"
    patterns = (Pattern(head + one.tones, one.holds, one.reason) for one in _MODELS[second, end])
    return tuple((one, _places(one.tones, "平"), _places(one.tones, "仄")) for one in patterns)


def _places(pattern: str, due: str) -> int:
    return sum(1 << at for at, tone in enumerate(pattern) if tone == due)


def _found(line: str, way: _Way, book: Book) -> Finding:
    return Finding("tones", way.wanted, heard(line, book, way.pattern), way.holds, way.reason)
