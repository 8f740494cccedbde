"""Commands as the simulated Discord knows them: found by their name in any language, options typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.rehearsal.labels import pick
from bot.rehearsal.world import NoSuch, World

SUBCOMMAND, GROUP, INTEGER, BOOLEAN, USER, CHANNEL, NUMBER = 1, 2, 4, 5, 6, 7, 10
YES, NO = ("true", "yes", "on", "1", "是"), ("false", "no", "off", "0", "否")


@dataclass(frozen=True, slots=True)
class Command:
    """One command that can be used: its path in English, and its options."""

    name: str
    options: tuple[Mapping[str, Any], ...] = ()


def commands(
    world: World, actor: Any, place: Any, kind: int = 1
) -> Iterator[tuple[tuple[str, ...], Command]]:
    """Every command that an actor sees at a place, by its names in every language."""
    for root in world.env.backend.visible_commands(user_id=actor.id, channel_id=place.id):
        if int(root.get("type", 1)) == kind:
            yield from _leaves(root, (_names(root),), kind)


def _names(node: Mapping[str, Any]) -> tuple[str, ...]:
    localized: Mapping[str, str] = node.get("name_localizations") or {}
    return tuple(dict.fromkeys((node["name"], *localized.values())))


def _leaves(
    node: Mapping[str, Any], path: tuple[tuple[str, ...], ...], kind: int
) -> Iterator[tuple[tuple[str, ...], Command]]:
    options = tuple(node.get("options") or ())
    below = [option for option in options if option.get("type") in (SUBCOMMAND, GROUP)] if kind == 1 else []
    for child in below:
        yield from _leaves(child, (*path, _names(child)), kind)
    if not below:
        name = " ".join(names[0] for names in path)
        called = {name, *(" ".join(names[min(at, len(names) - 1)] for names in path) for at in range(3))}
        yield tuple(called), Command(name, options)


def find_command(world: World, actor: Any, place: Any, name: str, *, kind: int = 1) -> Command:
    """The command of that name.

    Raises:
        NoSuch: there is none that this actor sees here.
    """
    found: dict[str, Command] = {}
    for names, command in commands(world, actor, place, kind):
        found.update(dict.fromkeys(names, command))
    if name in found:
        return found[name]
    if kind != 1:
        return pick(name, found, "message command")
    offered = sorted({command.name for command in found.values()})
    raise NoSuch(
        f"no command is called /{name} here; there is: {', '.join('/' + known for known in offered)}"
    )


def option_values(world: World, command: Command, given: Mapping[str, str]) -> dict[str, Any]:
    """Options by their English names, with values of the types that they are declared with."""
    known = {name: option for option in command.options for name in _names(option)}
    values: dict[str, Any] = {}
    for name, text in given.items():
        option = pick(name, known, "option")
        values[option["name"]] = _typed(world, option, text)
    return values


def _typed(world: World, option: Mapping[str, Any], text: str) -> Any:
    choices: dict[str, Any] = {}
    for choice in option.get("choices") or ():
        choices.update(dict.fromkeys((*_names(choice), str(choice["value"])), choice["value"]))
    if choices:
        return pick(text, choices, "choice")
    match option["type"]:
        case 4 | 10:
            try:
                return int(text) if option["type"] == INTEGER else float(text)
            except ValueError:
                raise NoSuch(f"{option['name']} must be a number, not {text!r}") from None
        case 5:
            if text.casefold() not in (*YES, *NO):
                raise NoSuch(f"{option['name']} must be yes or no, not {text!r}")
            return text.casefold() in YES
        case 6:
            return world.actor(text.lstrip("@"))
        case 7:
            return pick(text.lstrip("#"), world.channels, "channel")
        case _:
            return text
