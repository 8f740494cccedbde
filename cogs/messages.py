"""Right-click, *Renga…*: one message command for all that can be done with a message.

Discord has five places for a bot there.  What members do daily has its own;
everything else is a :class:`~cogs.ui.message_more.MessageFeature`, which its
cog adds when it is loaded.
"""

from __future__ import annotations

from collections import OrderedDict

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Renga
from bot.errors import BadInput
from bot.i18n.slash import say
from bot.i18n.text import translate
from bot.ids import MessageId
from cogs.ui.anywhere import ANYWHERE, EVERYWHERE_INSTALLED
from cogs.ui.message_more import MessageMenu, OnMessage
from cogs.ui.reply import acknowledge, tell
from cogs.ui.studio import Studio, studio_of
from cogs.ui.where import lang_read, space_of

REMEMBERED = 500
"""Messages that were right-clicked, kept in memory until something is chosen for them."""


class Messages(commands.Cog):
    """Offers the menu, and hands what is chosen to its feature."""

    def __init__(self, bot: Renga, studio: Studio) -> None:
        self._bot = bot
        self._app = bot.app
        self._studio = studio
        self._clicked: OrderedDict[tuple[int, int], discord.Message] = OrderedDict()
        self._command = app_commands.ContextMenu(
            name=say("command.menu_more"),
            callback=self._offer,
            allowed_contexts=ANYWHERE,
            allowed_installs=EVERYWHERE_INSTALLED,
        )

    async def cog_load(self) -> None:
        """Add the command, and answer menus that are open already."""
        self._bot.tree.add_command(self._command)
        self._bot.add_dynamic_items(MessageMenu)

    async def cog_unload(self) -> None:
        """Take them away again."""
        self._bot.tree.remove_command(self._command.name, type=self._command.type)
        self._bot.remove_dynamic_items(MessageMenu)

    async def _offer(self, interaction: discord.Interaction[Renga], message: discord.Message) -> None:
        """Show what can be done with a message, to whoever right-clicked it."""
        await acknowledge(interaction, private=True)
        lang = lang_read(interaction)
        shown = await self._app.works.shown(space_of(interaction), MessageId(message.id))
        options = self._studio.on_message.options(OnMessage(message, shown), lang)
        if not options:
            raise BadInput("refused.nothing_with_message")
        # Each member their own: what Discord sends of a message is for whoever right-clicked it.
        self._clicked[interaction.user.id, message.id] = message
        while len(self._clicked) > REMEMBERED:
            self._clicked.popitem(last=False)
        view = discord.ui.View(timeout=None)
        view.add_item(MessageMenu(message.id, options, lang=lang))
        await tell(interaction, translate("on_message.what", lang, where=message.jump_url), view=view)

    async def chosen(self, interaction: discord.Interaction[Renga], feature: str, message: int) -> None:
        """Do what was chosen.

        Raises:
            BadInput: the message is remembered no more, or there is no such feature any more.
        """
        held = self._clicked.get((interaction.user.id, message))
        if held is None:
            raise BadInput("refused.press_again")
        await self._studio.on_message.named(feature).run(interaction, held)


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Messages(bot, studio_of(bot)))
