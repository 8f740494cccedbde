"""How a text follows a rhyme scheme, and which of several it follows best."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from bot.forms.english import scheme
from bot.forms.english.returns import ghazal, line_end, refrain, rentrement
from bot.forms.english.rhyme import Rhyme, rhyme_ends
from bot.forms.english.scheme import Place
from bot.forms.english.shape import Shape
from bot.forms.model import Finding, Holds

VERDICT = {
    Rhyme.PERFECT: Holds.YES,
    Rhyme.SAME: Holds.DOUBTFUL,
    Rhyme.NEAR: Holds.DOUBTFUL,
    Rhyme.EYE: Holds.DOUBTFUL,
    Rhyme.HISTORIC: Holds.DOUBTFUL,
    Rhyme.SLANT: Holds.DOUBTFUL,
    Rhyme.CONSONANCE: Holds.DOUBTFUL,
    Rhyme.NONE: Holds.NO,
}
"""What a form that asks for a rhyme says of each kind."""

OPEN = "pantoum, open"
"""A pantoum whose last stanza does not take up the first again."""

_NEAR = 3
"""How many lines away a true rhyme of another letter shows that a doubtful one is chance."""

Found = tuple[str, tuple[Place, ...], list[list[Finding]]]
"""A scheme's name, its places, and what was found in each line."""


def best_scheme(lines: Sequence[str], shape: Shape) -> Found:
    """Of the schemes that a form allows, the one that a text follows best."""
    ways = shape.places(len(lines))
    if shape.chain == "pantoum":
        ways.append((OPEN, scheme.pantoum(len(lines), closed=False)))
    if not ways:
        return "", (Place(""),) * len(lines), [[] for _ in lines]
    text = _Text(lines)
    if shape.chain == "pantoum" or len(ways) == 1:
        tried = [(name, places, text.findings(places, shape.chain)) for name, places in ways]
        return max(tried, key=lambda found: _worth([one.holds for row in found[2] for one in row]))
    name, places = max(ways, key=lambda way: _worth(text.verdicts(way[1])))
    return name, places, text.findings(places, shape.chain)


def _worth(verdicts: Sequence[Holds]) -> tuple[int, int]:
    return -verdicts.count(Holds.NO), verdicts.count(Holds.YES)


class _Text:
    """The lines of a text as far as rhyme goes, each pair of them compared once."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._ends = [line_end(line) for line in lines]
        self._folded = [line.casefold() for line in lines]
        self._known: dict[tuple[int, tuple[str, ...]], tuple[Rhyme, int] | None] = {}

    def verdicts(self, places: Sequence[Place]) -> list[Holds]:
        """The verdict on each line that has another to rhyme with."""
        letters = tuple(place.rhyme for place in places)
        found: list[Holds] = []
        for at in range(len(letters)):
            # Schemes of a form begin alike: a line's verdict hangs on no letter beyond its neighbours.
            key = letters[: at + _NEAR + 1]
            if (at, key) not in self._known:
                self._known[at, key] = self._pair(key, at)
            if pair := self._known[at, key]:
                found.append(VERDICT[pair[0]])
        return found

    def findings(self, places: Sequence[Place], chain: str) -> list[list[Finding]]:
        """What a scheme asks of each line and what was found."""
        letters = [*map(attrgetter("rhyme"), places)]
        return [self._line(places, letters, at, chain) for at in range(len(places))]

    def _line(self, places: Sequence[Place], letters: Sequence[str], at: int, chain: str) -> list[Finding]:
        """Whether a line rhymes with an earlier one of its letter, and says again what it must.

        In a pantoum, which many leave without rhymes, a missing one is told and does not count.
        """
        again = places[at].refrain
        if again == scheme.RENTREMENT:
            return [rentrement(self._lines[0], self._lines[at])]
        if again:
            first = next(i for i in range(at + 1) if places[i].refrain == again)
            if first < at:
                return [refrain(self._lines[first], self._lines[at])]
        if chain == "ghazal" and letters[at]:
            return [ghazal(self._lines[0], self._lines[at])] if at else []
        pair = self._pair(letters, at)
        if pair is None:
            return []
        kind, mate = pair
        one, end = (self._ends[i].rpartition(" ")[2] for i in (mate, at))
        reason = "" if kind is Rhyme.PERFECT else f"rhyme_{kind.name.lower()}"
        facts = {"one": one, "other": end}
        advice = chain == "pantoum" and kind < Rhyme.SLANT
        return [Finding("rhyme", one, end, VERDICT[kind], reason, facts, advice)]

    def _pair(self, letters: Sequence[str], at: int) -> tuple[Rhyme, int] | None:
        """(kind, line) of the best rhyme with an earlier line of the same letter; None if there is none.

        A refrain that is said again is no second word to rhyme with.
        """
        best: tuple[Rhyme, int] | None = None
        letter = letters[at]
        for i in range(at) if letter else ():
            if letters[i] == letter and self._folded[i] != self._folded[at]:
                kind = rhyme_ends(self._ends[i], self._ends[at])
                if best is None or kind > best[0]:
                    best = kind, i
        if best is not None and best[0] <= Rhyme.HISTORIC and self._rhymes_elsewhere(letters, at):
            return Rhyme.NONE, best[1]
        return best

    def _rhymes_elsewhere(self, letters: Sequence[str], at: int) -> bool:
        """Whether a line truly rhymes with a near one of another letter."""
        for i in range(max(0, at - _NEAR), min(len(letters), at + _NEAR + 1)):
            # A line that should rhyme with none tells from three lines away: abcb.
            if letters[i] == letters[at] or (abs(i - at) == _NEAR and letters.count(letters[i]) > 1):
                continue
            if rhyme_ends(self._ends[at], self._ends[i]) is Rhyme.PERFECT:
                return True
        return False
