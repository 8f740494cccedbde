"""What keeps a model from being loaded: its cause by name, and the facts that tell it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class Trouble:
    """A cause (``unloadable.<cause>`` in :mod:`bot.i18n` tells it) and the facts in its text."""

    cause: str
    facts: Mapping[str, object] = field(default_factory=dict[str, object])


def size_words(count: int) -> str:
    """Bytes in words, such as "35 MB"."""
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def read_object(path: Path) -> dict[str, Any]:
    """What a JSON file says; {} where it is not there, or is no object."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return cast(dict[str, Any], said) if isinstance(said, dict) else {}
