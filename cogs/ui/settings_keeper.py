"""Who may change settings and filters, and who may decide about held texts.

Discord hides commands from some; that is only a hint.  Everything here is
looked up when it is used.
"""

from __future__ import annotations

import discord

from bot.client import Renga
from bot.errors import NotAllowed
from bot.ids import ChannelId, Place
from cogs.ui.where import invited, is_manager, is_moderator, place_of, space_of


async def keeps(interaction: discord.Interaction[Renga]) -> bool:
    """Whether the member manages the server, or has the role that is set for its moderators."""
    if not invited(interaction):
        return False
    if is_manager(interaction):
        return True
    here = Place(space_of(interaction), ChannelId(0))
    role = (await interaction.client.app.desk.book.of(here)).house.moderators
    return role is not None and role in place_of(interaction).roles


async def require_keeper(interaction: discord.Interaction[Renga]) -> None:
    """Refuse whoever may not change settings and filters.

    Raises:
        NotAllowed: they neither manage the server nor have its moderators' role.
    """
    if not await keeps(interaction):
        raise NotAllowed("refused.managers_only")


async def require_reviewer(interaction: discord.Interaction[Renga]) -> None:
    """Refuse whoever may not decide about held texts.

    Raises:
        NotAllowed: they are no moderator here.
    """
    if not (is_moderator(interaction) or await keeps(interaction)):
        raise NotAllowed("moderation.moderators_only")


def require_manager(interaction: discord.Interaction[Renga]) -> None:
    """Refuse whoever may not manage the server.

    Raises:
        NotAllowed: they lack Manage Server.
    """
    if not is_manager(interaction):
        raise NotAllowed("refused.managers_only")
