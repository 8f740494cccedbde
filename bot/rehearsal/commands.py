"""Commands as the simulated Discord knows them: found by their name in any language, options typed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.rehearsal.files import upload
from bot.rehearsal.labels import pick
from bot.rehearsal.trouble import NoSuch
from bot.rehearsal.world import World

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = (
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
)  # fmt: skip
"""Types of options (Discord docs, Application Command Option Type)."""
SLASH, ON_MESSAGE = 1, 3
"""Types of commands."""
YES, NO = ("true", "yes", "on", "1", "是"), ("false", "no", "off", "0", "否")


@dataclass(frozen=True, slots=True)
class Command:
    """One command that can be used: its path in English, its paths in every language, and its options.

    ``nodes`` are the parts of its path as they are declared, the command itself first.
    """

    name: str
    names: tuple[str, ...]
    options: tuple[Mapping[str, Any], ...] = ()
    nodes: tuple[Mapping[str, Any], ...] = ()


def commands(world: World, actor: Any, place: Any, kind: int = SLASH) -> Iterator[Command]:
    """Every command that an actor sees at a place."""
    roots = world.env.backend.visible_commands(user_id=actor.id, channel_id=place.id, type=kind)
    for root in roots:
        yield from _leaves((root,), kind)


def names_of(node: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of a command, option or choice: English first, then the translated ones."""
    localized: Mapping[str, str] = node.get("name_localizations") or {}
    return tuple(dict.fromkeys((node["name"], *localized.values())))


def _leaves(nodes: tuple[Mapping[str, Any], ...], kind: int) -> Iterator[Command]:
    options = tuple(nodes[-1].get("options") or ())
    below = [option for option in options if option.get("type") in (SUBCOMMAND, GROUP)]
    if kind == SLASH and below:
        for child in below:
            yield from _leaves((*nodes, child), kind)
        return
    path = [names_of(node) for node in nodes]
    depth = max(len(names) for names in path)
    paths = (" ".join(names[min(at, len(names) - 1)] for names in path) for at in range(depth))
    called = tuple(dict.fromkeys(paths))
    yield Command(called[0], called, options, nodes)


def find_command(world: World, actor: Any, place: Any, name: str, *, kind: int = SLASH) -> Command:
    """The command of that name.

    Raises:
        NoSuch: there is none that this actor sees here.
    """
    found = {called: command for command in commands(world, actor, place, kind) for called in command.names}
    if name in found:
        return found[name]
    if kind == SLASH:
        whole = max((one for one in found if name.startswith(f"{one} ")), key=len, default="")
        if whole and found[whole].options:
            names = names_of(_first(found[whole]))
            text, option = name[len(whole) + 1 :], names[0] if whole.isascii() else names[-1]
            raise NoSuch("rehearsal.bare", text=text, command=whole, usage=f'{option}:"{text}"')
        # Half a name is no command in Discord either.
        raise NoSuch.called("command", f"/{name}", sorted(f"/{one.name}" for one in found.values()))
    return pick(name, found, "command")


def option_values(world: World, command: Command, given: Mapping[str, str]) -> dict[str, Any]:
    """Options by their English names, with values of the types that they are declared with.

    Raises:
        NoSuch: there is no such option, choice, member or channel, a value is of the wrong type,
            or an option is missing without which the command cannot be used.
    """
    known = {name: option for option in command.options for name in names_of(option)}
    values: dict[str, Any] = {}
    for name, text in given.items():
        option = pick(name, known, "option")
        values[option["name"]] = _typed(world, option, text)
    missing = [one["name"] for one in command.options if one.get("required") and one["name"] not in values]
    if missing:
        usage = " ".join(f"{name}:…" for name in missing)
        raise NoSuch("rehearsal.needs", names=", ".join(missing), command=command.name, usage=usage)
    return values


def _first(command: Command) -> Mapping[str, Any]:
    """The option that plain words most likely belong to."""
    return max(command.options, key=lambda option: (option["type"] == STRING, bool(option.get("required"))))


def choices_of(option: Mapping[str, Any]) -> dict[str, Any]:
    """The fixed choices of an option, by every name and by their value."""
    found: dict[str, Any] = {}
    for choice in option.get("choices") or ():
        found.update(dict.fromkeys((*names_of(choice), str(choice["value"])), choice["value"]))
    return found


def entities(world: World, kind: int, types: Collection[int] | None = None) -> dict[str, Any]:
    """The members, channels (of some types) or roles that an option of that type can name."""
    found: dict[str, Any] = {}
    if kind in (USER, MENTIONABLE):
        found |= {name: world.actor(name) for name in world.members}
    if kind in (ROLE, MENTIONABLE):
        found |= {name: role for name, role in world.roles.items() if name not in found}
    if kind == CHANNEL:
        everywhere = {**world.threads, **world.channels}
        found = {name: one for name, one in everywhere.items() if not types or one._channel.type in types}
    return found


def _typed(world: World, option: Mapping[str, Any], text: str) -> Any:
    if choices := choices_of(option):
        return pick(text, choices, "choice")
    match option["type"]:
        case 4 | 10:
            try:
                return int(text) if option["type"] == INTEGER else float(text)
            except ValueError:
                raise NoSuch("rehearsal.no_number", name=option["name"], text=text) from None
        case 5:
            if text.casefold() not in (*YES, *NO):
                raise NoSuch("rehearsal.no_truth", name=option["name"], text=text)
            return text.casefold() in YES
        case 6 | 7 | 8 | 9:
            what = {USER: "member", CHANNEL: "channel", ROLE: "role"}.get(option["type"], "member")
            known = entities(world, option["type"], option.get("channel_types"))
            return pick(text.lstrip("#@"), known, what)
        case 11:
            return upload(text)
        case _:
            return text
