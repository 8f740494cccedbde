"""The ink of takes: gathered while a model writes, kept with the take, and shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.backends.base import TokenProb
from bot.ids import GuildId, WorkId
from bot.judging.ink import Inked, align, packed, perplexity, unpacked
from bot.works import Take

CLOSE = "</think>"
"""What a reasoning model says last before its answer."""

MOST = 15_000
"""Characters in tokens that are set beside a text; a model that said so much more wrote no poem."""


class InkStore(Protocol):
    """Where ink is kept."""

    async def ink(self, guild: GuildId, work: WorkId, take: int) -> str:
        """The ink of a take as it was packed, or "" where none is kept."""
        ...


@dataclass(frozen=True, slots=True)
class InkedText:
    """A text, its ink in order, and the perplexity of the whole (per token)."""

    text: str
    ink: tuple[Inked, ...]
    perplexity: float


class InkDesk:
    """Gives the ink of a take."""

    def __init__(self, store: InkStore) -> None:
        self._store = store

    async def of(self, guild: GuildId, take: Take) -> InkedText | None:
        """The ink of a take; None where there is none.

        A server that does not tell, a member's own hand, words that were erased.
        """
        if take.erased or not take.text:
            return None
        ink = unpacked(await self._store.ink(guild, take.work, take.number))
        if not ink or ink[-1].end > len(take.text):
            return None
        return InkedText(take.text, ink, perplexity(ink))


def gathered(text: str, tokens: Sequence[TokenProb], *, opening: str = "") -> str:
    """The ink of a finished text, ready to be kept, or ""; ``opening`` is what no model wrote."""
    said = [(token.text, token.logprob) for token in tokens]
    thinking = next((at for at in range(len(said) - 1, -1, -1) if said[at][0].strip() == CLOSE), -1)
    said = said[thinking + 1 :]
    if sum(len(piece) for piece, _ in said) > MOST:
        return ""
    begin = len(opening) if opening and text.startswith(opening) else 0
    return packed(align(text, said, begin=begin))
