"""Right-click on a message: revise it, remix it, or ask who wrote it.

A text of somebody else is revised only when they agree: they get Accept and
Decline.  Until then a plain message is not kept: the question carries it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Renga
from bot.errors import BadInput, NotAllowed
from bot.i18n.slash import say
from bot.i18n.text import translate
from bot.ids import GuildId, MemberId, MessageId
from bot.works import Shown, Work
from cogs.ui import questions
from cogs.ui.anywhere import ANYWHERE, EVERYWHERE_INSTALLED
from cogs.ui.modals import Form, form, submitted, text_field
from cogs.ui.questions import MessageQuestion, WorkQuestion
from cogs.ui.reply import acknowledge, explain_to, tell
from cogs.ui.safe import verse
from cogs.ui.sheets import credit_sheet
from cogs.ui.stream import Surface
from cogs.ui.studio import Studio, studio_of
from cogs.ui.where import invited, lang_public, lang_read, member_of, place_of, space_of

REMEMBERED = 500
"""Messages that were right-clicked, kept until the form about them comes back."""

INSTRUCTION_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Said:
    """A plain message: who wrote it and what."""

    writer: MemberId
    text: str
    bot: bool


class Consent(commands.Cog):
    """The message commands, and the questions that come of them."""

    def __init__(self, bot: Renga, studio: Studio) -> None:
        self._bot = bot
        self._studio = studio
        self._app = bot.app
        self._said: OrderedDict[int, Said] = OrderedDict()
        self._menus = [
            self._menu("command.menu_revise", self._revise_this),
            self._menu("command.menu_who", self._who_wrote_this),
            self._menu("command.menu_remix", self._remix_this),
        ]

    def _menu(self, key: str, callback: questions.MenuCallback) -> app_commands.ContextMenu:
        return app_commands.ContextMenu(
            name=say(key),
            callback=callback,
            allowed_contexts=ANYWHERE,
            allowed_installs=EVERYWHERE_INSTALLED,
        )

    async def cog_load(self) -> None:
        """Add the commands and answer every question, also those of before a restart."""
        for menu in self._menus:
            self._bot.tree.add_command(menu)
        self._bot.add_dynamic_items(WorkQuestion, MessageQuestion)
        self._app.privacy.remembers(self._forget)

    async def cog_unload(self) -> None:
        """Take them away again."""
        for menu in self._menus:
            self._bot.tree.remove_command(menu.name, type=menu.type)
        self._bot.remove_dynamic_items(WorkQuestion, MessageQuestion)

    async def _revise_this(self, interaction: discord.Interaction[Renga], message: discord.Message) -> None:
        self._app.usage.check(place_of(interaction), member_of(interaction))
        self._remember(interaction, message)
        lang = lang_read(interaction)
        field = text_field("instruction", lang, long=True, limit=INSTRUCTION_LIMIT)
        await interaction.response.send_modal(form("revise-message", message.id, 0, lang, field))

    async def _remix_this(self, interaction: discord.Interaction[Renga], message: discord.Message) -> None:
        self._app.usage.check(place_of(interaction), member_of(interaction))
        self._remember(interaction, message)
        lang = lang_read(interaction)
        field = text_field("instruction", lang, long=True, limit=INSTRUCTION_LIMIT, required=False)
        await interaction.response.send_modal(form("remix-message", message.id, 0, lang, field))

    async def _who_wrote_this(
        self, interaction: discord.Interaction[Renga], message: discord.Message
    ) -> None:
        await acknowledge(interaction, private=True)
        lang = lang_read(interaction)
        guild = space_of(interaction)
        shown = await self._app.works.shown(guild, MessageId(message.id))
        if shown is not None:
            made = await self._app.credits.of(guild, shown.work, shown.take or None)
            sheet = credit_sheet(made, lang)
            await tell(interaction, sheet.content, view=sheet.view)
        elif message.author == self._bot.user:
            await tell(interaction, translate("credits.no_record", lang))
        else:
            await tell(interaction, translate("credits.plain", lang, member=f"<@{message.author.id}>"))

    def _remember(self, interaction: discord.Interaction[Renga], message: discord.Message) -> None:
        """Keep what was right-clicked, in memory.

        Raises:
            NotAllowed: somebody else's message, where the bot was not invited.
        """
        mine = message.author.id in (interaction.user.id, self._bot.application_id)
        if interaction.guild_id is not None and not invited(interaction) and not mine:
            raise NotAllowed("refused.only_own_here")
        bot = message.author.bot or message.webhook_id is not None
        self._said[message.id] = Said(MemberId(message.author.id), message.content, bot)
        while len(self._said) > REMEMBERED:
            self._said.popitem(last=False)

    async def _forget(self, member: MemberId, guild: GuildId | None) -> None:
        """Keep nothing of a member's messages; of which server one was is not known."""
        for message in [message for message, said in self._said.items() if said.writer == member]:
            del self._said[message]

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Renga]) -> None:
        """Carry out a submitted form about a message."""
        filled = submitted(interaction)
        if filled is None or filled.action not in ("revise-message", "remix-message"):
            return
        interaction.extras["input"] = filled.value("instruction")
        try:
            await self._carry_out(interaction, filled)
        except Exception as error:  # noqa: BLE001 - whatever it is, the member is told
            await explain_to(interaction, error)

    async def _carry_out(self, interaction: discord.Interaction[Renga], filled: Form) -> None:
        instruction = filled.value("instruction")
        if instruction or filled.action == "revise-message":
            self._app.reviser.check(self._studio.asked(interaction, instruction))
        surface = await acknowledge(interaction, private=False)
        shown = await self._app.works.shown(space_of(interaction), MessageId(filled.subject))
        said = self._said.get(filled.subject)
        if shown is not None:
            work = await self._app.works.work(shown.guild, shown.work)
            take = shown.take or work.take
        else:
            work, take = await self._of_message(interaction, filled, said), 1
        if filled.action == "remix-message":
            if work is None:
                raise NotAllowed("refused.remix_needs_work")
            await self._remix(interaction, surface, work, take, instruction)
        elif work is not None and work.author == member_of(interaction):
            await self._revise(interaction, surface, work, take, instruction)
        elif work is not None and shown is not None:
            await self._ask_for_work(interaction, surface, work, shown, instruction)
        elif said is not None:
            await self._ask_for_message(interaction, surface, filled.subject, said, instruction)

    async def _of_message(
        self, interaction: discord.Interaction[Renga], filled: Form, said: Said | None
    ) -> Work | None:
        """The member's own message as a work; None if it is somebody else's."""
        if said is None:
            raise BadInput("refused.press_again")
        if said.bot:
            raise NotAllowed("refused.of_another_bot")
        if said.writer != member_of(interaction):
            return None
        return await self._app.reviser.take_in(
            place_of(interaction), said.writer, said.text, message=MessageId(filled.subject)
        )

    async def _revise(
        self,
        interaction: discord.Interaction[Renga],
        surface: Surface,
        work: Work,
        take: int,
        instruction: str,
    ) -> None:
        brief = self._studio.brief(interaction, work.wish, work=work, instruction=instruction)
        sheet = self._studio.sheet(interaction, surface, private=False)
        await self._studio.writing.perform(
            sheet, lambda stop: self._app.reviser.revise(brief, take, stop=stop), work=work
        )
        await self._studio.refresh_others(work, but=surface.id)

    async def _remix(
        self,
        interaction: discord.Interaction[Renga],
        surface: Surface,
        source: Work,
        take: int,
        instruction: str,
    ) -> None:
        wish = replace(source.wish, private=False)
        brief = self._studio.brief(interaction, wish, source=source, instruction=instruction)
        await self._studio.new_work(
            interaction, surface, brief, lambda stop: self._app.reviser.remix(brief, take, stop=stop)
        )

    async def _ask_for_work(
        self,
        interaction: discord.Interaction[Renga],
        surface: Surface,
        work: Work,
        shown: Shown,
        instruction: str,
    ) -> None:
        """Ask the author of a work."""
        brief = self._studio.brief(interaction, work.wish, instruction=instruction)
        suggestion = await self._app.reviser.suggest(brief, work.author, work.id)
        where = (
            f"https://discord.com/channels/{interaction.guild_id or '@me'}/{shown.channel}/{shown.message}"
        )
        lang = lang_public(interaction)
        await surface.edit(
            questions.about_work(suggestion, where=where, instruction=verse(instruction), lang=lang)
        )

    async def _ask_for_message(
        self,
        interaction: discord.Interaction[Renga],
        surface: Surface,
        message: int,
        said: Said,
        instruction: str,
    ) -> None:
        """Ask the writer of a plain message; the question carries the text, nothing is stored."""
        if not said.text.strip():
            raise BadInput("refused.text_empty")
        owner = await self._app.desk.member(space_of(interaction), said.writer)
        if owner.revise == "never":
            raise NotAllowed("refused.no_revision")
        where = (
            f"https://discord.com/channels/{interaction.guild_id or '@me'}/{interaction.channel_id}/{message}"
        )
        await surface.edit(
            questions.about_message(
                owner=said.writer,
                by=member_of(interaction),
                message=message,
                text=said.text,
                where=where,
                instruction=instruction,
                lang=lang_public(interaction),
            )
        )


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Consent(bot, studio_of(bot)))
