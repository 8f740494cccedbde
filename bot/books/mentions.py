"""What Discord shows in place of what is typed: mentions, emoji of servers, times and commands, as words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

MENTION = re.compile(r"<(@!?|#|@&)(\d{15,21})>")
"""A mention of a member, a channel or a role."""

TOKEN = re.compile(
    r"<(?P<mention>@!?|#|@&)(?P<id>\d{15,21})>|<a?:(?P<emoji>\w{2,32}):\d{15,21}>"
    r"|<t:(?P<time>-?\d{1,12})(?::(?P<shape>[tTdDfFRsS]))?>|</(?P<command>[^:<>\n]{1,100}):\d{15,21}>"
)
"""All that Discord shows as something else than what is typed."""


def mentioned(text: str) -> set[int]:
    """The ids of every member, channel and role that a text mentions."""
    return {int(found[2]) for found in MENTION.finditer(text)}


def named(text: str, called: Mapping[int, str]) -> str:
    """A text in which mentions, emoji of servers and times are words."""
    return TOKEN.sub(lambda found: word(found, called), text)


def word(found: re.Match[str], called: Mapping[int, str]) -> str:
    """What a match of :data:`TOKEN` says in words; ``called`` has the names of what can be mentioned."""
    if (mention := found["mention"]) is not None:
        mark = "#" if mention == "#" else "@"
        return f"{mark}{called.get(int(found['id']), '…' + found['id'][-4:])}"
    if found["emoji"] is not None:
        return f":{found['emoji']}:"
    if found["command"] is not None:
        return f"/{found['command']}"
    return _when(int(found["time"]), found["shape"] or "f")


def _when(seconds: int, shape: str) -> str:
    """A moment in words that hold for everybody: in UTC, since a book does not know its reader's clock."""
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return f"<t:{seconds}:{shape}>"
    day, minute = at.strftime("%Y-%m-%d"), at.strftime("%H:%M")
    match shape:
        case "t":
            return f"{minute} UTC"
        case "T":
            return f"{at.strftime('%H:%M:%S')} UTC"
        case "d" | "D":
            return day
        case _:
            return f"{day} {minute} UTC"
