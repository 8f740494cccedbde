"""How surprising each piece of a text was to the model that wrote it.

A language model writes one token after another; the probability of a text is
the product of theirs, P(x) = ∏ P(xₜ | x₍<ₜ₎).  The perplexity is the reciprocal
of the geometric mean of these factors: as if the model had chosen, each time,
among so many tokens of the same likelihood.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.alignment import blocks

LONGEST = 12_000
"""Characters of a text whose tokens are kept."""

# A token that is only some of the bytes of a character: U+FFFD when it was decoded alone,
# or written out (OpenAI API reference, ``logprobs.content[].token``).
_BROKEN = re.compile(r"(?:bytes:)?(?:\\x[0-9a-fA-F]{2})+|.*\ufffd.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Inked:
    """Characters ``start:end`` of a text, written as ``count`` tokens of together this log-probability.

    ``logprob`` is natural, never above 0.  More than one token stands together
    where each holds only some bytes of a character.
    """

    start: int
    end: int
    logprob: float
    count: int = 1

    @property
    def bits(self) -> float:
        """The surprise, −log₂ P."""
        return -self.logprob / math.log(2)


def perplexity(ink: Sequence[Inked]) -> float:
    """The reciprocal of the geometric mean of the tokens' probabilities; NaN without any."""
    count = sum(one.count for one in ink)
    return math.exp(-sum(one.logprob for one in ink) / count) if count else math.nan


def align(text: str, tokens: Sequence[tuple[str, float]], *, begin: int = 0) -> tuple[Inked, ...]:
    """Where in a text the tokens stand of which it was made.

    The text may have lost some of them (marks around it, space at its ends) and
    hold what no token wrote: lines that were given, a member's own opening, which
    goes up to ``begin``.  A token that is not found is left out.
    """
    if len(text) > LONGEST or not tokens:
        return ()
    whole = [("" if _BROKEN.fullmatch(piece) else piece) for piece, _ in tokens]
    places = _places(text, "".join(whole), begin)
    found: list[Inked] = []
    at, reached = 0, begin
    lost: list[float] = []
    for piece, (_, logprob) in zip(whole, tokens, strict=True):
        spots = [place for place in places[at : at + len(piece)] if place is not None and place >= reached]
        at += len(piece)
        if not piece:
            lost.append(min(0.0, logprob))
        if not spots:
            continue
        found += _between(text, reached, spots[0], lost)
        lost = []
        reached = spots[-1] + 1
        found.append(Inked(spots[0], reached, min(0.0, logprob)))
    return (*found, *_between(text, reached, len(text), lost))


def _places(text: str, joined: str, begin: int) -> list[int | None]:
    """For each character of the tokens, its place in the text."""
    core = joined.strip()
    start = text.find(core, begin) if core else -1
    lead = len(joined) - len(joined.lstrip())
    if start >= 0:
        whole: list[int | None] = [*range(start - lead, start - lead + len(joined))]
        return [place if place is not None and begin <= place < len(text) else None for place in whole]
    places: list[int | None] = [None] * len(joined)
    for ours, theirs, size in blocks(joined, text[begin:]):
        for step in range(size):
            places[ours + step] = begin + theirs + step
    return places


def _between(text: str, start: int, end: int, lost: Sequence[float]) -> Iterator[Inked]:
    """What tokens of single bytes wrote: the characters between the tokens around them."""
    gap = text[start:end]
    if lost and gap.strip():
        start += len(gap) - len(gap.lstrip())
        yield Inked(start, start + len(gap.strip()), sum(lost), len(lost))


def packed(ink: Sequence[Inked]) -> str:
    """As text to be kept, some six characters a token: gap, length, hundredths of a nat, count if not 1."""
    parts: list[str] = []
    reached = 0
    for one in ink:
        fields = [one.start - reached, one.end - one.start, round(-100 * one.logprob)]
        if one.count != 1:
            fields.append(one.count)
        parts.append(".".join(map(str, fields)))
        reached = one.end
    return " ".join(parts)


def unpacked(text: str) -> tuple[Inked, ...]:
    """The reverse of :func:`packed`."""
    found: list[Inked] = []
    reached = 0
    for part in text.split():
        gap, length, hundredths, *count = map(int, part.split("."))
        start = reached + gap
        reached = start + length
        found.append(Inked(start, reached, -hundredths / 100, *count))
    return tuple(found)
