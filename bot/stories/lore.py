"""What is true in a story: written down, proposed, told to models where it matters, imported."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.errors import BadInput
from bot.stories import events as ev
from bot.stories.calling import Result, lead, seated
from bot.stories.model import CLOCK, Lore, Story

MOST = 200
"""Entries that a story may have."""

NAME_LIMIT, TEXT_LIMIT, KEYS_LIMIT = 80, 800, 10
"""Characters of a name and a text, and how many keys an entry may have."""

_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def remembered(story: Story, event: ev.AddLore | ev.ApproveLore | ev.ForgetLore | ev.Summarise) -> Result:
    """What comes of something being written down about a story."""
    match event:
        case ev.AddLore(by=by):
            if by != CLOCK:
                _may(story, event)
            if len(story.lore) >= MOST:
                raise BadInput("story.lore_full", limit=MOST)
            number = max((entry.number for entry in story.lore), default=0) + 1
            entry = Lore(
                number=number,
                name=event.name[:NAME_LIMIT],
                text=event.text[:TEXT_LIMIT],
                keys=event.keys[:KEYS_LIMIT],
                by=by,
                turn=event.turn,
                approved=by != CLOCK,
            )
            return replace(story, lore=(*story.lore, entry)), ()
        case ev.ApproveLore(number=number):
            _may(story, event)
            entry = _entry(story, number)
            known = replace(entry, approved=True, by=event.by)
            return replace(story, lore=tuple(known if one == entry else one for one in story.lore)), ()
        case ev.ForgetLore(number=number):
            _may(story, event)
            entry = _entry(story, number)
            return replace(story, lore=tuple(one for one in story.lore if one != entry)), ()
        case ev.Summarise(text=text, until=until):
            return replace(story, summary=text, summarised=until), ()


def _may(story: Story, event: ev.Act) -> None:
    """Members of the story and its moderators know what is true in it."""
    if story.seat(event.by) is None:
        lead(story, event) if event.moderator or event.by == story.starter else seated(story, event.by)


def _entry(story: Story, number: int) -> Lore:
    found = next((entry for entry in story.lore if entry.number == number), None)
    if found is None:
        raise BadInput("story.no_lore", number=number)
    return found


def in_sight(key: str, text: str) -> bool:
    """Whether a text speaks of a key, as a word of its own; Chinese has no spaces to tell that by.

    A plural and a genitive are the same word: *the wells*, *Mara's*.
    """
    key, text = key.strip().casefold(), text.casefold()
    if not key:
        return False
    if _HAN.search(key):
        return key in text
    return re.search(rf"(?<!\w){re.escape(key)}(?:['’]s|e?s)?(?!\w)", text) is not None


def told(lore: Sequence[Lore], recent: str, tokens: int, estimate: Callable[[str], int]) -> list[Lore]:
    """The approved entries that a model is told: those without keys, then those whose keys are in sight.

    Never more than ``tokens`` of them by ``estimate``.
    """
    always = [entry for entry in lore if entry.approved and not entry.keys]
    keyed = [entry for entry in lore if entry.approved and any(in_sight(key, recent) for key in entry.keys)]
    found: list[Lore] = []
    for entry in (*always, *keyed):
        cost = estimate(f"{entry.name}: {entry.text}")
        if cost <= tokens:
            found.append(entry)
            tokens -= cost
    return found


def imported(book: Mapping[str, Any]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Names, texts and keys of SillyTavern's world info, as its own export writes it.

    Entries are under ``entries``, a map or a list, each with ``comment``, ``content``,
    ``key`` (or ``keys``), ``constant`` and ``disable``.

    Raises:
        BadInput: it is something else.
    """
    entries: Any = book.get("entries")
    if isinstance(entries, Mapping):
        entries = list(entries.values())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if not isinstance(entries, list):
        raise BadInput("story.no_world_info")
    found: list[tuple[str, str, tuple[str, ...]]] = []
    for entry in entries:  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(entry, Mapping) or entry.get("disable"):  # pyright: ignore[reportUnknownMemberType]
            continue
        one: Mapping[str, Any] = entry  # pyright: ignore[reportUnknownVariableType]
        keys = () if one.get("constant") else _keys(one.get("key") or one.get("keys"))
        text = _text(one.get("content"))
        name = _text(one.get("comment")) or _text(one.get("name")) or (keys[0] if keys else text)
        if text:
            found.append((name[:NAME_LIMIT].strip(), text[:TEXT_LIMIT], keys[:KEYS_LIMIT]))
    return found[:MOST]


def _text(given: object) -> str:
    return given.strip() if isinstance(given, str) else ""


def _keys(given: object) -> tuple[str, ...]:
    """Keys as a list, or in one string with commas between."""
    listed: Any = given.split(",") if isinstance(given, str) else given if isinstance(given, list) else ()  # pyright: ignore[reportUnknownVariableType]
    return tuple(key for key in map(_text, listed) if key)
