"""Links of a chain that were seen elsewhere, where who owns the database cannot rewrite them.

Whoever owns the file can compute a chain anew from the first link on, and it
verifies.  A digest that left the database before (in an export that a member
has, in the log channel of moderators) still says what stood there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from bot.attribution.chain import Head
from bot.ids import GuildId

_WRITTEN = re.compile(
    r"(?:(?P<guild>\d{1,20})/)?(?P<number>\d{1,18}):(?P<digest>[0-9a-f]{64})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link as it was seen: its number and digest, and of which guild (None if that was not said)."""

    guild: GuildId | None
    number: int
    digest: str


def written(guild: GuildId, head: Head) -> str:
    """A head as it is posted: ``guild/number:digest``."""
    return f"{int(guild)}/{head.number}:{head.digest}"


def read(text: str) -> list[Anchor]:
    """Every link that a text tells of: an export as JSON (of a story, or of a member), or a head.

    Of several heads the last counts: books end with theirs, and what looks like one before is words.

    Raises:
        ValueError: there is none in it.
    """
    found = list(_exported(text)) or list(_posted(text))[-1:]
    if not found:
        raise ValueError("no head of a chain and no export is in it")
    return found


def _posted(text: str) -> Iterator[Anchor]:
    for match in _WRITTEN.finditer(text):
        guild = GuildId(int(match["guild"])) if match["guild"] else None
        yield Anchor(guild, int(match["number"]), match["digest"].lower())


def _exported(text: str) -> Iterator[Anchor]:
    try:
        facts: Any = json.loads(text)
    except (ValueError, RecursionError):
        return
    if not isinstance(facts, dict):
        return
    whole = cast("dict[str, Any]", facts)
    spaces = whole.get("spaces")
    if isinstance(spaces, dict):
        for guild, space in cast("dict[str, Any]", spaces).items():
            yield from _links(space, GuildId(int(guild)) if guild.isdecimal() else None)
    else:
        guild = whole.get("guild")
        yield from _links(whole, GuildId(guild) if isinstance(guild, int) else None)


def _links(space: Any, guild: GuildId | None) -> Iterator[Anchor]:
    links = cast("dict[str, Any]", space).get("contributions") if isinstance(space, dict) else None
    for link in cast("list[Any]", links) if isinstance(links, list) else ():
        if isinstance(link, dict):
            number, digest = (cast("dict[str, Any]", link).get(name) for name in ("number", "digest"))
            if isinstance(number, int) and isinstance(digest, str):
                yield Anchor(guild, number, digest)
