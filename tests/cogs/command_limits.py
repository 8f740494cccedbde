"""What Discord takes of application commands, as its documentation has it.

Source: Discord's developer documentation, Application Commands (Application
Command Object, Option, Choice, Naming, Localization, Registering a Command) and
Locales.  Its OpenAPI description has the lengths, but neither the names that
must differ nor the 8,000 characters.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import discord

NAME = re.compile(r"[-_'\w]{1,32}")
"""Letters and digits of any script; ``\\w`` leaves out the vowel signs of Devanagari and Thai."""

LOCALES = frozenset(locale.value for locale in discord.Locale)

MOST = {1: 100, 2: 15, 3: 15}
"""Commands of each type, everywhere or in one server: slash, on a member, on a message."""

SUBCOMMAND, GROUP, STRING, INTEGER, NUMBER = 1, 2, 3, 4, 10
CHARACTERS = 8_000
LARGEST = 2**53


def faults(commands: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Everything for which Discord would refuse a set of commands, one line each."""
    for kind, most in MOST.items():
        alike = [one for one in commands if one.get("type", 1) == kind]
        if len(alike) > most:
            yield f"{len(alike)} commands of type {kind}"
        yield from _alike(f"type {kind}", alike)
    for command in commands:
        where = f"/{command['name']}"
        yield from _named(where, command, typed=command.get("type", 1) == 1)
        yield from _options(where, command, depth=0)
        if (characters := _characters(command)) > CHARACTERS:
            yield f"{where}: {characters} characters"


def nests(option: Mapping[str, Any]) -> bool:
    """Whether it is a subcommand or a group of them."""
    return option["type"] in (SUBCOMMAND, GROUP)


def _said(thing: Mapping[str, Any], what: str) -> dict[str, str]:
    """A name or description in every language; "" is the one without."""
    return {"": thing.get(what) or "", **(thing.get(f"{what}_localizations") or {})}


def _alike(where: str, things: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Names that two things share in one language, where one without a translation goes by its own."""
    for locale in {locale for thing in things for locale in _said(thing, "name")}:
        names = Counter(_said(thing, "name").get(locale, thing["name"]) for thing in things)
        for name, count in names.items():
            if count > 1:
                yield f"{where}: {count} are called {name!r} in {locale or 'no locale'}"


def _named(where: str, thing: Mapping[str, Any], *, typed: bool) -> Iterator[str]:
    for locale, name in _said(thing, "name").items():
        if locale and locale not in LOCALES:
            yield f"{where}: {locale} is no locale"
        if not (NAME.fullmatch(name) and name == name.lower() if typed else 1 <= len(name) <= 32):
            yield f"{where}: the name {name!r}"
    for locale, about in _said(thing, "description").items():
        if not (1 <= len(about) <= 100 if typed else not about):
            yield f"{where}: a description of {len(about)} characters in {locale or 'no locale'}"


def _options(where: str, thing: Mapping[str, Any], depth: int) -> Iterator[str]:
    options: Sequence[Mapping[str, Any]] = thing.get("options") or ()
    if len(options) > 25:
        yield f"{where}: {len(options)} options"
    yield from _alike(where, options)
    nested = [nests(one) for one in options]
    if any(nested) and not all(nested):
        yield f"{where}: options beside subcommands"
    required = [bool(one.get("required")) for one in options]
    if required != sorted(required, reverse=True):
        yield f"{where}: an option that must be given after one that need not"
    for option in options:
        here = f"{where} {option['name']}"
        yield from _named(here, option, typed=True)
        if nests(option) and depth and (option["type"] == GROUP or thing["type"] == SUBCOMMAND):
            yield f"{here}: nested too deep"
        yield from _bounds(here, option)
        yield from _choices(here, option)
        yield from _options(here, option, depth + 1)


def _bounds(where: str, option: Mapping[str, Any]) -> Iterator[str]:
    kind = option["type"]
    for end in ("min_value", "max_value"):
        if (value := option.get(end)) is not None and (
            kind not in (INTEGER, NUMBER) or abs(value) >= LARGEST
        ):
            yield f"{where}: {end} {value}"
    for end, least in (("min_length", 0), ("max_length", 1)):
        if (value := option.get(end)) is not None and (kind != STRING or not least <= value <= 6_000):
            yield f"{where}: {end} {value}"


def _choices(where: str, option: Mapping[str, Any]) -> Iterator[str]:
    choices: Sequence[Mapping[str, Any]] = option.get("choices") or ()
    if not choices:
        return
    if len(choices) > 25:
        yield f"{where}: {len(choices)} choices"
    if option.get("autocomplete") or option["type"] not in (STRING, INTEGER, NUMBER):
        yield f"{where}: choices that cannot be"
    yield from _alike(f"{where}: choices", choices)
    for value, count in Counter(str(choice["value"]) for choice in choices).items():
        if count > 1 or not 1 <= len(value) <= 100:
            yield f"{where}: {count} choices of the value {value!r}"
    for choice in choices:
        for name in _said(choice, "name").values():
            if not 1 <= len(name) <= 100:
                yield f"{where}: the choice {name!r}"


def _characters(thing: Mapping[str, Any]) -> int:
    """Characters of names, descriptions and values, each in its longest language."""
    count = sum(max(map(len, _said(thing, what).values())) for what in ("name", "description"))
    for choice in thing.get("choices") or ():
        value = choice["value"]
        count += max(map(len, _said(choice, "name").values())) + len(value if isinstance(value, str) else "")
    return count + sum(_characters(one) for one in thing.get("options") or ())
