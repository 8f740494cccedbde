"""What of lore is not taken over, or not told to models, as it was: which entries, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.i18n.text import translate
from bot.ids import Lang
from bot.services.stories_memory import untold
from bot.stories.lorebook import Loss
from bot.stories.model import Lore
from cogs.ui.safe import line

NAMED = 8
"""Entries that the message names of each kind of loss; the file names all."""


@dataclass(frozen=True, slots=True)
class Losses:
    """A line for each kind of loss, and, where these do not name everything, a text that does."""

    lines: tuple[str, ...]
    whole: str = ""


def losses_told(losses: Sequence[Loss], lang: Lang) -> Losses:
    """Losses in words."""
    kinds = list(dict.fromkeys(loss.kind for loss in losses))
    lines, whole = list[str](), list[str]()
    for kind in kinds:
        of_kind = [loss for loss in losses if loss.kind == kind]
        named = [_named(loss) for loss in of_kind]
        between = translate("text.and", lang)
        rest = len(named) - NAMED
        names = between.join(line(name, 100) for name in named[:NAMED])
        if rest > 0:
            names += between + translate("story.lore_more", lang, count=rest)
        lines.append(f"-# {translate(f'story.lore_loss_{kind}', lang, count=len(named), names=names)}")
        whole.append(translate(f"story.lore_loss_{kind}", lang, count=len(named), names=between.join(named)))
    full = "\n".join(whole)
    return Losses(tuple(lines), full if len(losses) > NAMED else "")


def shortened(entries: Sequence[Lore], room: int) -> list[Loss]:
    """The entries of which a model is told the beginning alone, where lore has ``room`` tokens."""
    return [Loss("untold", entry.name, left) for entry in entries if (left := untold(entry, room))]


def _named(loss: Loss) -> str:
    extra = loss.what or (f"−{loss.by}" if loss.by else "")
    return f"{loss.name} ({extra})" if extra else loss.name
