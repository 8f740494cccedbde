"""Settings changed by moderators for their server, and by members for themselves."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.errors import AlreadyDone, BadInput
from bot.house.book import HouseBook
from bot.house.model import RATINGS, Change, House, HouseStore, Level, Member, MemberStore
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
        checked = _checked(field, value)
        before = _value(await self._layers(place.guild), level, id, field)
        change = Change(
            level=level,
            id=id,
            field=field,
            before=json.dumps(before),
            after=json.dumps(checked),
            by=by,
            at=self._clock(),
        )
        await self._store.apply(place.guild, change)
        await self.book.refresh(place.guild)
        return change

    async def undo(self, guild: GuildId, *, by: MemberId) -> Change:
        """Take back the newest change that still stands, as a new change; undoing twice restores it.

        Raises:
            AlreadyDone: nothing was ever set here.
        """
        newest = next(iter(await self._store.changes(guild, limit=1)), None)
        if newest is None:
            raise AlreadyDone("settings.nothing_to_undo")
        change = replace(newest, before=newest.after, after=newest.before, by=by, at=self._clock(), number=0)
        await self._store.apply(guild, change)
        await self.book.refresh(guild)
        return change

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


def _checked(field: str, value: object) -> object:
    """The value as it is stored, or BadInput."""
    if field not in House.__dataclass_fields__:
        raise BadInput("refused.no_such_setting", name=field)
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
