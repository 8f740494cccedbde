"""What is true in a story: written down, proposed, told to models where it matters, imported."""

from __future__ import annotations

import hashlib
import importlib
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from bot.errors import BadInput
from bot.stories import events as ev
from bot.stories.calling import Result, lead, seated
from bot.stories.model import CLOCK, Logic, Lore, Story

MOST = 500
"""Entries that a story may have."""

NAME_LIMIT, TEXT_LIMIT, KEYS_LIMIT = 80, 4_000, 30
"""Characters of a name and a text, and how many keys an entry may have."""

SIGHT = 4
"""The last turns in which keys are looked for, where an entry does not say."""

EXPRESSION_MEMORY = 1 << 20
"""Bytes that a key which is an expression may take."""

_EXPRESSION = re.compile(r"/(.+)/([a-z]*)", re.DOTALL)
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def remembered(story: Story, event: ev.AddLore | ev.ApproveLore | ev.ForgetLore | ev.Summarise) -> Result:
    """What comes of something being written down about a story."""
    match event:
        case ev.AddLore(by=by):
            if by != CLOCK:
                _may(story, event)
            if len(story.lore) + max(1, len(event.book)) > MOST:
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
                scope=event.scope,
                sort=event.sort,
            )
            added = [replace(one, number=number + at, by=by) for at, one in enumerate(event.book)] or [entry]
            return replace(story, lore=(*story.lore, *added)), ()
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


def usable(key: str) -> bool:
    """Whether a key is a word, or an expression that can be run."""
    written = _EXPRESSION.fullmatch(key.strip())
    return written is None or _compiled(written[1], written[2]) is not None


@lru_cache(maxsize=4_096)
def _compiled(expression: str, flags: str) -> Any:
    """An expression, compiled; None where it cannot be: RE2 takes a time in proportion to the text."""
    re2: Any = importlib.import_module("re2")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = EXPRESSION_MEMORY
    options.case_sensitive = "i" not in flags
    options.dot_nl = "s" in flags
    try:
        return re2.compile(f"(?m:{expression})" if "m" in flags else expression, options)
    except re2.error:
        return None


def in_sight(key: str, text: str, *, case: bool = False, part: bool = False) -> bool:
    """Whether a text speaks of a key, as a word of its own; Chinese has no spaces to tell that by.

    A plural and a genitive are the same word: *the wells*, *Mara's*.  ``/…/i`` is an expression.
    """
    key = key.strip()
    written = _EXPRESSION.fullmatch(key)
    if written is not None and (compiled := _compiled(written[1], written[2])) is not None:
        return compiled.search(text) is not None
    if not case:
        key, text = key.casefold(), text.casefold()
    if not key:
        return False
    if part or _HAN.search(key):
        return key in text
    return re.search(rf"(?<!\w){re.escape(key)}(?:['’]s|e?s)?(?!\w)", text) is not None


def fires(entry: Lore, turns: Sequence[str]) -> bool:
    """Whether a model is told of an entry where these are the last turns, the newest last."""
    if not entry.keys:
        return True
    recent = "\n".join(turns[-(entry.depth or SIGHT) :])

    def seen(key: str) -> bool:
        return in_sight(key, recent, case=entry.case, part=entry.part)

    if not any(map(seen, entry.keys)):
        return False
    if not entry.second:
        return True
    found = [seen(key) for key in entry.second]
    match entry.logic:
        case Logic.ANY:
            return any(found)
        case Logic.ALL:
            return all(found)
        case Logic.NOT_ANY:
            return not any(found)
        case Logic.NOT_ALL:
            return not all(found)


def drawn(entry: Lore, turn: int) -> bool:
    """Whether an entry that is told in some turns only is told in this one; the same whenever asked."""
    if entry.probability >= 100:
        return True
    lot = hashlib.sha256(f"{entry.number}/{entry.name}/{turn}".encode()).digest()
    return int.from_bytes(lot[:4], "big") % 100 < entry.probability


def told(
    lore: Sequence[Lore], turns: Sequence[str], tokens: int, estimate: Callable[[str], int], *, turn: int = 0
) -> list[Lore]:
    """The approved entries that a model is told: those without keys, then those whose keys are in sight.

    ``turns`` are the words of the last turns, the newest last.  Never more than
    ``tokens`` by ``estimate``: of each kind the higher order goes first.
    """
    chosen = [entry for entry in lore if entry.approved and drawn(entry, turn) and fires(entry, turns)]
    found: list[Lore] = []
    for entry in sorted(chosen, key=lambda one: (bool(one.keys), -one.order)):
        cost = estimate(f"{entry.name}: {entry.text}")
        if cost <= tokens:
            found.append(entry)
            tokens -= cost
    return found
