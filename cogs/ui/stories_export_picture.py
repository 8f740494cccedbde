"""The picture that is posted when a story ends: who wrote how much, turn by turn."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import discord

from bot.app import App
from bot.errors import RengaError
from bot.services.books import BookDesk, Called, Names
from bot.services.stories import Told
from cogs.ui.stream import Frame

log = logging.getLogger(__name__)


def books_of(app: App, names: Names, called: Called | None = None) -> BookDesk:
    """What makes books of stories, with writers named as ``names`` knows them, and mentions as ``called``."""
    return BookDesk(app.stories, app.desk.book, names, app.clock, called)


async def with_picture(app: App, names: Names, told: Told, frame: Frame, channel: Any) -> Frame:
    """The frame that says that a story has ended, with its picture, where the bot may attach one.

    The frame says the same in words: where the picture cannot be had, it goes without.
    """
    guild = getattr(channel, "guild", None)
    if isinstance(guild, discord.Guild) and not channel.permissions_for(guild.me).attach_files:
        return frame
    try:
        bound = await books_of(app, names).picture(told)
    except (RengaError, OSError, ValueError) as error:
        log.info("no picture of story %s: %s", told.row.id, type(error).__name__)
        return frame
    return replace(frame, files=(*frame.files, (bound.name, bound.data)))
