"""What is true in a story: written down, proposed, told to models where it matters, imported."""

from __future__ import annotations

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


def told(lore: Sequence[Lore], recent: str, tokens: int, estimate: Callable[[str], int]) -> list[Lore]:
    """The approved entries that a model is told: those without keys, then those whose keys are in sight.

    Never more than ``tokens`` of them by ``estimate``.
    """
    sight = recent.casefold()
    always = [entry for entry in lore if entry.approved and not entry.keys]
    keyed = [entry for entry in lore if entry.approved and any(key.casefold() in sight for key in entry.keys)]
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
    listed: list[Any]
    if isinstance(entries, Mapping):
        listed = list(entries.values())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    elif isinstance(entries, list):
        listed = entries  # pyright: ignore[reportUnknownVariableType]
    else:
        raise BadInput("story.no_world_info")
    found: list[tuple[str, str, tuple[str, ...]]] = []
    for entry in listed:
        if not isinstance(entry, Mapping) or entry.get("disable"):  # pyright: ignore[reportUnknownMemberType]
            continue
        one: Mapping[str, Any] = entry  # pyright: ignore[reportUnknownVariableType]
        given: Any = one.get("key") or one.get("keys") or ()
        keys = tuple(str(key).strip() for key in given if str(key).strip()) if not one.get("constant") else ()
        text = str(one.get("content") or "").strip()
        name = str(one.get("comment") or one.get("name") or (keys[0] if keys else "")).strip()
        if text:
            found.append((name[:NAME_LIMIT] or text[:NAME_LIMIT], text[:TEXT_LIMIT], keys[:KEYS_LIMIT]))
    return found[:MOST]
