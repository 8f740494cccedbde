"""Settings changed by moderators for their server, and by members for themselves."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.errors import AlreadyDone, BadInput
from bot.house.book import HouseBook
from bot.house.model import RATINGS, Change, House, HouseStore, Layer, Level, Member, MemberStore
from bot.ids import LANGUAGES, GuildId, MemberId, Place

VOICE_LIMIT = 1_000
"""Longest house style or personal style, in characters."""

TEXT_LIMITS = {
    "voice": VOICE_LIMIT,
    "register": 200,
    "genre": 200,
    "banned": 1_000,
    "examples": 4_000,
    "licence": 80,
}
"""Longest texts of settings, in characters."""

NUMBER_LIMITS = {"review_hours": (1, 24 * 30), "log_days": (1, 3_650), "text_days": (0, 365)}
"""Least and most of settings that are numbers."""

ALLOWANCE_LIMIT = 1_000_000_000


SERVER_WIDE = frozenset({"moderators", "log", "log_days", "text_days"})
"""Settings that are looked up for the whole server, so a channel can have none of its own."""

TICK = timedelta(microseconds=1)

HISTORY = 200
"""The newest changes, among which one can be taken back."""

Wanted = tuple[Level, int, str, object]
"""Where a field is to have which value."""


class HouseDesk:
    """Validates a change, stores it with its audit row, and lets it take effect at once."""

    def __init__(
        self, store: HouseStore, members: MemberStore, book: HouseBook, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._members = members
        self.book = book
        self._clock = clock

    async def set(
        self, place: Place, level: Level, id: int, field: str, value: object, *, by: MemberId
    ) -> Change:
        """Set one field of one layer; None lets it be inherited again.

        Raises:
            BadInput: there is no such field, or the value cannot be one of it.
        """
        return (await self.set_all(place.guild, [(level, id, field, value)], by=by))[0]

    async def moment(self, guild: GuildId) -> datetime:
        """Now, but later than the newest change: what is changed together is known by its time."""
        newest = await self._store.changes(guild, limit=1)
        now = self._clock()
        return max(now, newest[0].at + TICK) if newest else now

    async def set_all(
        self, guild: GuildId, wanted: Sequence[Wanted], *, by: MemberId, at: datetime | None = None
    ) -> list[Change]:
        """Set several fields as one change: all of them or none, and taken back together.

        Raises:
            BadInput: one of them cannot be.
        """
        layers, now = await self._layers(guild), at or await self.moment(guild)
        changes = [
            Change(
                level=level,
                id=id,
                field=field,
                before=json.dumps(_value(layers, level, id, field)),
                after=json.dumps(checked(field, value, level)),
                by=by,
                at=now,
            )
            for level, id, field, value in wanted
        ]
        if changes:
            await self._store.apply(guild, *changes)
            await self.book.refresh(guild)
        return changes

    async def undo(
        self, guild: GuildId, *, by: MemberId, number: int = 0, at: datetime | None = None
    ) -> list[Change]:
        """Take back the newest change, or the one of a number, as a new change; undoing twice restores it.

        What was changed in one go is taken back in one go.

        Raises:
            AlreadyDone: nothing was ever set here.
            BadInput: there is no change of that number, or so long ago that it is not shown.
        """
        known = await self._store.changes(guild, limit=HISTORY)
        if not known:
            raise AlreadyDone("settings.nothing_to_undo")
        chosen = next((one for one in known if one.number == number), None) if number else known[0]
        if chosen is None:
            raise BadInput("settings.no_change", typed=number)
        together = [one for one in known if (one.at, one.by) == (chosen.at, chosen.by)]
        now = at or await self.moment(guild)
        back = [replace(one, before=one.after, after=one.before, by=by, at=now, number=0) for one in together]
        await self._store.apply(guild, *back)
        await self.book.refresh(guild)
        return back

    async def layer(self, guild: GuildId, level: Level, id: int) -> House:
        """What was set in one layer itself; None where it is inherited."""
        return (await self._layers(guild)).get((level, id), House())

    async def layers(self, guild: GuildId) -> Sequence[Layer]:
        """Every layer of a guild."""
        return (await self._store.layers(guild))[1]

    async def changes(self, guild: GuildId, *, limit: int = 10) -> Sequence[Change]:
        """The newest changes first."""
        return await self._store.changes(guild, limit=limit)

    async def member(self, guild: GuildId, id: MemberId) -> Member:
        """What a member set for themself."""
        return await self._members.member(guild, id)

    async def set_member(self, guild: GuildId, id: MemberId, **fields: Any) -> Member:
        """Change some of what a member set for themself.

        Raises:
            BadInput: a value cannot be one of its field.
        """
        if len(str(fields.get("voice", ""))) > VOICE_LIMIT:
            raise BadInput("refused.too_long", what="voice", limit=VOICE_LIMIT)
        member = replace(await self._members.member(guild, id), **fields)
        await self._members.set_member(guild, id, member)
        return member

    async def _layers(self, guild: GuildId) -> dict[tuple[Level, int], House]:
        _, layers = await self._store.layers(guild)
        return {(layer.level, layer.id): layer.house for layer in layers}


def _within(field: str, value: int) -> bool:
    least, most = NUMBER_LIMITS[field]
    return least <= value <= most and not isinstance(value, bool)


def _value(layers: dict[tuple[Level, int], House], level: Level, id: int, field: str) -> object:
    return getattr(layers.get((level, id), House()), field)


def checked(field: str, value: object, level: Level = Level.GUILD) -> object:
    """A value as it is stored.

    Raises:
        BadInput: there is no such field, not there, or the value cannot be one of it.
    """
    if field not in House.__dataclass_fields__:
        raise BadInput("refused.no_such_setting", name=field)
    if level is not Level.GUILD and field in SERVER_WIDE:
        raise BadInput("settings.server_wide")
    if value is None:
        return None
    match field, value:
        case (("voice" | "register" | "genre" | "banned" | "examples" | "licence"), str()):
            if len(value) > TEXT_LIMITS[field]:
                raise BadInput("refused.too_long", what=field, limit=TEXT_LIMITS[field])
            return value.strip()
        case "language", str() if value in LANGUAGES:
            return value
        case ("model", str()) if value == "" or "/" in value:
            return value
        case "rating", str() if value in RATINGS:
            return value
        case "local_only", bool():
            return value
        case (("gallery" | "reviews" | "log" | "moderators"), int()) if value > 0:
            return int(value)
        case (("review_hours" | "log_days" | "text_days"), int()) if _within(field, value):
            return int(value)
        case (
            ("member_requests" | "member_tokens" | "guild_requests" | "guild_tokens"),
            int(),
        ) if 0 <= value <= ALLOWANCE_LIMIT and not isinstance(value, bool):
            return int(value)
        case _:
            raise BadInput("refused.bad_setting", name=field)
