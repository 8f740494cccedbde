"""Where commands can be used."""

from __future__ import annotations

from discord import app_commands

ANYWHERE = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
"""In servers, in direct messages with the bot, and in other direct messages."""

EVERYWHERE_INSTALLED = app_commands.AppInstallationType(guild=True, user=True)
"""Where the bot was invited, and wherever a member brings it along."""
