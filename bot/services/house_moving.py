"""A house moves to another server: channels and roles of its file are found there by their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.moderation.rules import Rule
from bot.services.house_desk import Wanted
from bot.services.house_file import CHANNELS, HouseFile, Names, channels_in, roles_in


@dataclass(frozen=True, slots=True)
class Moved:
    """A file whose ids are of the server it came to, and the names of what that server does not have."""

    file: HouseFile
    left_out: tuple[str, ...] = ()


def moved(file: HouseFile, here: Names) -> Moved:
    """A file as it is wanted in a guild whose channels and roles are ``here``.

    What the guild has stays as it is.  Else a channel is the one of the same name
    and kind, and a role that of the same name, if there is exactly one.  What has
    no place is left out: settings of that channel, and exemptions from rules,
    which then spare fewer.
    """
    channels = _places(channels_in(file), file.names.channels, here.channels)
    roles = _places(roles_in(file), file.names.roles, here.roles)
    wanted = tuple(one for one in (_wanted(one, channels, roles) for one in file.wanted) if one is not None)
    rules = file.rules
    if rules is not None:
        rules = replace(rules, rules=tuple(_spared(rule, channels, roles) for rule in rules.rules))
    missing = [f"#{file.names.channels.get(id, (str(id), ''))[0]}" for id in channels if channels[id] is None]
    missing += [f"@{file.names.roles.get(id, str(id))}" for id in roles if roles[id] is None]
    return Moved(replace(file, wanted=wanted, rules=rules), tuple(missing))


def _places(
    ids: Iterable[int], there: Mapping[int, object], here: Mapping[int, object]
) -> dict[int, int | None]:
    """For each id of the file the one of the same name here; None where there is none, or more than one."""
    by_name: dict[object, list[int]] = {}
    for id, name in here.items():
        by_name.setdefault(name, []).append(id)
    found: dict[int, int | None] = {}
    for id in ids:
        if id in here:
            found[id] = id
            continue
        same = by_name.get(there[id], []) if id in there else []
        found[id] = same[0] if len(same) == 1 else None
    return found


def _wanted(
    one: Wanted, channels: Mapping[int, int | None], roles: Mapping[int, int | None]
) -> Wanted | None:
    level, id, name, value = one
    place = channels.get(id) if id else 0
    if place is None:
        return None
    if name in CHANNELS or name == "moderators":
        known = channels if name in CHANNELS else roles
        value = known.get(value) if isinstance(value, int) else None
        if value is None:
            return None
    return level, place, name, value


def _spared(rule: Rule, channels: Mapping[int, int | None], roles: Mapping[int, int | None]) -> Rule:
    def found(ids: Iterable[int], known: Mapping[int, int | None]) -> frozenset[int]:
        return frozenset(place for id in ids if (place := known.get(id)) is not None)

    return replace(
        rule,
        exempt_channels=found(rule.exempt_channels, channels),
        exempt_roles=found(rule.exempt_roles, roles),
    )
