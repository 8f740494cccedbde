"""Which filters hold at a place, and what follows from their verdict."""

from __future__ import annotations

from typing import Protocol

from bot.errors import AgainstTheRules
from bot.ids import Place
from bot.moderation.pipeline import FilterPipeline
from bot.moderation.verdict import Action, Verdict


class Filters(Protocol):
    """Knows the filter pipeline of every place, from memory."""

    def of(self, place: Place) -> FilterPipeline:
        """The pipeline that judges what is said at a place."""
        ...


class SameEverywhere:
    """One pipeline for every place."""

    def __init__(self, pipeline: FilterPipeline) -> None:
        self._pipeline = pipeline

    def of(self, place: Place) -> FilterPipeline:
        """The one pipeline."""
        return self._pipeline


def refuse(verdict: Verdict) -> None:
    """Raise if a member's own text may not be used as it is.

    A mask cannot be put on what a model is told without changing what was
    asked, so MASK and FLAG let a member's text pass here; they act on what is
    shown.

    Raises:
        AgainstTheRules: with the text and the spans, so that the member gets it back.
    """
    if verdict.action >= Action.HOLD:
        hits = [hit for hit in verdict.hits if hit.action >= Action.HOLD]
        raise AgainstTheRules(
            text=verdict.text,
            spans=tuple((hit.start, hit.end) for hit in hits),
            rules=", ".join(dict.fromkeys(hit.rule for hit in hits)),
        )
