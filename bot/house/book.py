"""The settings of every guild in memory, one snapshot each, replaced whole.

Whoever can wait gets what holds now: the revision is asked of the store, which
costs one look at a primary key, and all is read anew only if it has moved.
Whoever cannot wait (:meth:`HouseBook.peek`) gets what was true a moment ago.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.house.model import House, HouseStore, Layer, Resolved
from bot.house.style import layers_at, rating_at, resolve
from bot.ids import GuildId, Place


@dataclass(frozen=True, slots=True)
class _Snapshot:
    revision: int
    layers: tuple[Layer, ...]


class HouseBook:
    """Answers what holds at a place, from memory once a guild was read."""

    def __init__(self, store: HouseStore, default: House) -> None:
        self._store = store
        self._default = default
        self._guilds: dict[GuildId, _Snapshot] = {}
        self.now: Callable[[Place], Place] = _as_kept
        """A place as Discord has it now: one that was kept may lie in another category since, or be for
        all ages."""

    def rating(self, house: House, place: Place) -> str:
        """For whom a place is now."""
        return rating_at(house, self.now(place))

    def peek(self, place: Place) -> Resolved | None:
        """What holds at a place, if its guild was read before."""
        snapshot = self._guilds.get(place.guild)
        return self._resolve(place, snapshot.layers) if snapshot is not None else None

    async def of(self, place: Place) -> Resolved:
        """What holds at a place now, also if another process has changed it this moment."""
        held = self._guilds.get(place.guild)
        if held is None or held.revision != await self._store.revision(place.guild):
            await self.refresh(place.guild)
        return self._resolve(place, self._guilds[place.guild].layers)

    async def refresh(self, guild: GuildId) -> None:
        """Read a guild anew; an older answer that arrives late changes nothing."""
        revision, layers = await self._store.layers(guild)
        held = self._guilds.get(guild)
        if held is None or revision >= held.revision:
            self._guilds[guild] = _Snapshot(revision, tuple(layers))

    async def refresh_all(self) -> None:
        """Read every known guild anew that another process has changed."""
        newest = await self._store.revisions()
        for guild, held in tuple(self._guilds.items()):
            if newest.get(guild, 0) != held.revision:
                await self.refresh(guild)

    def _resolve(self, place: Place, layers: Sequence[Layer]) -> Resolved:
        return resolve(layers_at(self.now(place), layers), self._default)


def _as_kept(place: Place) -> Place:
    """Discord cannot be asked."""
    return place
