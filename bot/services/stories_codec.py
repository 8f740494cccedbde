"""Stories and events as JSON: what the database keeps of them."""

from __future__ import annotations

import json
from typing import Any, get_args

from pydantic import TypeAdapter

from bot.stories.events import Event
from bot.stories.model import Story

_STORY = TypeAdapter(Story)
_EVENTS: dict[str, TypeAdapter[Any]] = {kind.__name__: TypeAdapter(kind) for kind in get_args(Event)}


def story_text(story: Story) -> str:
    """A story as JSON."""
    return _STORY.dump_json(story).decode()


def story_from(text: str) -> Story:
    """The reverse of :func:`story_text`."""
    return _STORY.validate_json(text)


def kind_of(event: Event) -> str:
    """An event's name."""
    return type(event).__name__


def event_text(event: Event) -> str:
    """An event as JSON."""
    return _EVENTS[kind_of(event)].dump_json(event).decode()


def event_from(kind: str, text: str) -> Event:
    """The reverse of :func:`event_text`; what an event of a later Renga holds beyond is left out."""
    return _EVENTS[kind].validate_python(json.loads(text))
