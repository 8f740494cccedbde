"""Sees that a new take is not what was written here before: one too like an earlier text is written again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from bot.ids import GuildId, WorkId
from bot.judging.distinct import TOO_LIKE, Alike, closest, likeness, shingles

BUDGET = 2
"""Times that a take is thrown back; of all that were written the least like is kept."""

NEWEST = 500
"""Takes of a guild that a new one is compared with."""

READ = 3_000
"""Characters of a text that are compared."""


class EarlierTexts(Protocol):
    """Where the texts of a guild are."""

    async def earlier(self, guild: GuildId, *, limit: int) -> Sequence[tuple[WorkId, int, str]]:
        """The newest takes that have words, with theirs; not those of deleted works."""
        ...


class Distinct:
    """Compares texts within one guild; nothing is kept for it beyond the texts themselves."""

    def __init__(self, texts: EarlierTexts) -> None:
        self._texts = texts

    async def too_like(self, guild: GuildId, text: str) -> Alike | None:
        """The earlier text that a new one is too like, or None; its name is the work and the take."""
        texts = await self._texts.earlier(guild, limit=NEWEST)
        found = await asyncio.to_thread(_closest, text, texts)
        return found if found is not None and found.likeness >= TOO_LIKE else None

    async def nearest(self, guild: GuildId, work: WorkId, take: int, text: str) -> list[Alike]:
        """Takes of other works by how like they are, the most like first."""
        texts = await self._texts.earlier(guild, limit=NEWEST)
        others = [one for one in texts if one[0] != work]
        return await asyncio.to_thread(_ranked, text, others)

    async def among(self, texts: Sequence[str]) -> float | None:
        """How like the two most alike of some takes are; None for fewer than two."""
        return await asyncio.to_thread(_among, texts)


def _closest(text: str, texts: Sequence[tuple[WorkId, int, str]]) -> Alike | None:
    return closest(
        text[:READ], (((int(work), take), shingles(earlier[:READ])) for work, take, earlier in texts)
    )


def _ranked(text: str, texts: Sequence[tuple[WorkId, int, str]]) -> list[Alike]:
    own = shingles(text[:READ])
    found = [Alike((int(work), take), likeness(own, shingles(other[:READ]))) for work, take, other in texts]
    return sorted(found, key=lambda one: -one.likeness)


def _among(texts: Sequence[str]) -> float | None:
    pieces = [shingles(text[:READ]) for text in texts if text.strip()]
    pairs = [likeness(one, other) for at, one in enumerate(pieces) for other in pieces[at + 1 :]]
    return max(pairs, default=None)
