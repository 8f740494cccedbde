"""What the bot has to be allowed, by the names that Discord's own settings have for it."""

from __future__ import annotations

import discord

from bot.i18n.text import translate
from bot.ids import Lang

PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    create_public_threads=True,
    send_messages_in_threads=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
)
"""What the bot needs in a channel, as in the invitation link."""


def lacking(held: discord.Permissions, lang: Lang) -> str:
    """The permissions that the bot needs and does not have, as a list in words; administrators lack none."""
    if held.administrator:
        return ""
    names = [name for name, needed in PERMISSIONS if needed and not getattr(held, name)]
    return translate("text.and", lang).join(translate(f"permission.{name}", lang) for name in names)
