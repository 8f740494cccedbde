"""Books of lore from elsewhere, read into entries, and what is lost on the way.

Read are world info of SillyTavern, character cards V2 and V3 with a book in
them (github.com/malfoyslastname/character-card-spec-v2,
github.com/kwaroran/character-card-spec-v3), lorebooks of NovelAI, memory books
of Agnai, and lorebooks of RisuAI.  Nothing is left out, cut or changed without
a :class:`Loss` that says which and by how much.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from bot.errors import BadInput
from bot.ids import Lang
from bot.stories.lore import KEYS_LIMIT, MOST, NAME_LIMIT, TEXT_LIMIT, usable
from bot.stories.model import Logic, Lore

_LOGIC = (Logic.ANY, Logic.NOT_ALL, Logic.NOT_ANY, Logic.ALL)
"""SillyTavern's ``selectiveLogic``, by its numbers: AND ANY, NOT ALL, NOT ANY, AND ALL."""

_PLAYER: Mapping[Lang, str] = {"en": "the player", "zh": "玩家"}
_CHARACTER: Mapping[Lang, str] = {"en": "the character", "zh": "那个角色"}
"""Whom macros speak of, where a book does not say who that is."""

_MACRO = re.compile(r"\{\{([^{}]{0,400})\}\}|<(USER|BOT|CHAR)>", re.IGNORECASE)
_DECORATOR = re.compile(r"^@@\w+.*\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Loss:
    """What of an entry was not taken over as it was; ``kind`` is the key of a text, ``by`` an amount."""

    kind: str
    name: str
    by: int = 0
    what: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """The entries of a book (their numbers are still 0), and what was lost."""

    entries: tuple[Lore, ...]
    losses: tuple[Loss, ...]


def read_book(given: object, language: Lang) -> Read:
    """The entries of a file.

    Raises:
        BadInput: it is no book of lore that is known here.
    """
    if not isinstance(given, Mapping):
        raise BadInput("story.no_world_info")
    file = cast("Mapping[str, Any]", given)
    listed, owner = _entries(file)
    if listed is None:
        raise BadInput("story.no_world_info")
    losses: list[Loss] = []
    found: list[Lore] = []
    for place, one in enumerate(listed, start=1):
        if not isinstance(one, Mapping):
            losses.append(Loss("unreadable", f"#{place}"))
            continue
        entry = _entry(cast("Mapping[str, Any]", one), place, owner, language, losses)
        if entry is not None:
            found.append(entry)
    if len(found) > MOST:
        losses += [Loss("too_many", entry.name) for entry in found[MOST:]]
    return Read(tuple(found[:MOST]), tuple(losses))


def _entries(file: Mapping[str, Any]) -> tuple[Sequence[Any] | None, str]:
    """The list of entries wherever a program keeps it, and whose card it is."""
    inner = file.get("data")
    data: Mapping[str, Any] = cast("Mapping[str, Any]", inner) if isinstance(inner, Mapping) else {}
    owner = _text(data.get("name")) or _text(file.get("name"))
    card = str(file.get("spec", "")).startswith("chara_card")
    for holder in (data.get("character_book"), file.get("character_book"), file, data):
        if isinstance(holder, Mapping):
            entries: Any = cast("Mapping[str, Any]", holder).get("entries")
            if isinstance(entries, Mapping):
                return list(cast("Mapping[str, Any]", entries).values()), owner if card else ""
            if isinstance(entries, list):
                return cast("list[Any]", entries), owner if card else ""
    if file.get("type") == "risu" and isinstance(inner, list):
        return cast("list[Any]", inner), ""
    return None, ""


def _entry(one: Mapping[str, Any], place: int, owner: str, language: Lang, losses: list[Loss]) -> Lore | None:
    more: Any = one.get("extensions")
    more = cast("Mapping[str, Any]", more) if isinstance(more, Mapping) else {}

    def given(*names: str) -> Any:
        return next(
            (held[name] for held in (one, more) for name in names if held.get(name) is not None), None
        )

    content = _text(given("content", "text", "entry"))
    constant = bool(given("constant", "forceActivation", "alwaysActive"))
    content, decorated = _undecorated(content)
    constant = constant or "@@activate" in decorated
    keys = key_list(given("key", "keys", "keywords"))
    name = (
        _text(given("comment", "displayName", "name")) or (keys[0] if keys else content[:40]) or f"#{place}"
    )
    name = _plain(name, name, owner, language, [])[:NAME_LIMIT].strip()
    if (
        given("disable")
        or given("enabled") is False
        or "@@dont_activate" in decorated
        or one.get("mode") == "folder"
    ):
        losses.append(Loss("disabled", name))
        return None
    if not content:
        losses.append(Loss("empty", name))
        return None
    if not keys and not constant:
        losses.append(Loss("no_keys", name))
        return None
    text = _plain(content, name, owner, language, losses)
    if len(text) > TEXT_LIMIT:
        losses.append(Loss("cut", name, len(text) - TEXT_LIMIT))
        text = text[:TEXT_LIMIT].rstrip()
    if given("useRegex", "use_regex") and not constant:
        keys = tuple(key if key.startswith("/") else f"/{key}/i" for key in keys)
    second = key_list(given("keysecondary", "secondary_keys", "secondkey"))
    if given("selective") is False:
        second = ()
    for key in (*keys, *second):
        if not usable(key):
            losses.append(Loss("expression", name, what=key[:60]))
    if len(keys) > KEYS_LIMIT or len(second) > KEYS_LIMIT:
        losses.append(Loss("keys", name, max(len(keys), len(second)) - KEYS_LIMIT))
    logic = given("selectiveLogic", "selective_logic")
    chance = given("probability")
    always = given("useProbability") is False
    return Lore(
        number=0,
        name=name,
        text=text,
        keys=() if constant else keys[:KEYS_LIMIT],
        second=() if constant else second[:KEYS_LIMIT],
        logic=_LOGIC[logic] if isinstance(logic, int) and 0 <= logic < len(_LOGIC) else Logic.ANY,
        order=_number(given("order", "insertion_order", "insertorder", "priority"), 100, -10_000, 10_000),
        probability=100 if always else _number(chance, 100, 0, 100),
        depth=_number(given("scanDepth", "scan_depth"), 0, 0, 100),
        case=bool(given("caseSensitive", "case_sensitive")),
        part=given("matchWholeWords", "match_whole_words") is False,
    )


def _undecorated(content: str) -> tuple[str, set[str]]:
    """A text without the decorators of V3 at its head, and which there were."""
    found: set[str] = set()
    while (match := _DECORATOR.match(content)) is not None:
        found.add(match[0].split()[0])
        content = content[match.end() :]
    return content.strip(), found


def _plain(text: str, name: str, owner: str, language: Lang, losses: list[Loss]) -> str:
    """A text without macros: a model that is told of it has never heard of them."""
    unknown: list[str] = []

    def said(found: re.Match[str]) -> str:
        macro = (found[1] if found[1] is not None else found[2]).strip()
        head, _, rest = macro.partition(":")
        match head.strip().lower():
            case "user":
                return _PLAYER[language]
            case "char" | "bot":
                return owner or _CHARACTER[language]
            case "random" | "pick":
                return re.split(r"::|,", rest.lstrip(":"))[0].strip()
            case "newline":
                return "\n"
            case "trim" | "noop":
                return ""
            case _ if macro.startswith("//"):
                return ""
            case _:
                unknown.append(macro[:40])
                return ""

    plain = _MACRO.sub(said, text)
    if unknown:
        losses.append(Loss("macros", name, what=", ".join(dict.fromkeys(unknown))))
    return plain.strip()


def _text(given: object) -> str:
    return given.strip() if isinstance(given, str) else ""


def key_list(given: object) -> tuple[str, ...]:
    """Keys as a list, or in one string with commas between; an expression is one key, commas and all."""
    if isinstance(given, str):
        whole = given.strip()
        listed: Sequence[Any] = [whole] if re.fullmatch(r"/.*/[a-z]*", whole) else whole.split(",")
    else:
        listed = cast("list[Any]", given) if isinstance(given, list) else ()
    return tuple(dict.fromkeys(key for key in map(_text, listed) if key))


def _number(given: object, usual: int, least: int, most: int) -> int:
    if isinstance(given, bool) or not isinstance(given, int | float):
        return usual
    return int(min(max(given, least), most))
