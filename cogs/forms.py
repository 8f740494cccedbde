"""What happens when a form about a work is submitted."""

from __future__ import annotations

from dataclasses import replace

import discord
from discord.ext import commands

from bot.client import Renga
from bot.i18n.text import translate
from bot.ids import WorkId
from bot.works import Work
from cogs.ui.modals import Form, check_file, read_file, submitted
from cogs.ui.offer_items import UseButton
from cogs.ui.offers import forget_offers
from cogs.ui.reply import acknowledge, explain_to, hold, tell
from cogs.ui.stream import Surface
from cogs.ui.studio import Studio, shown_privately, studio_of
from cogs.ui.where import lang_read, member_of, place_of


class Forms(commands.Cog):
    """Carries out forms.  One that is being carried out is not carried out a second time."""

    def __init__(self, bot: Renga, studio: Studio) -> None:
        self._bot = bot
        self._studio = studio
        self._app = bot.app
        self._under_way: set[tuple[int, str, int, int]] = set()

    async def cog_load(self) -> None:
        """Explain, from now on, whatever goes wrong in a command, and offer what may have been meant."""
        self._bot.explain_to = explain_to
        self._bot.add_dynamic_items(UseButton)
        self._app.privacy.remembers(lambda member, guild: forget_offers(self._bot, member))

    async def cog_unload(self) -> None:
        """Answer those offers no longer."""
        self._bot.remove_dynamic_items(UseButton)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Renga]) -> None:
        """Carry out a submitted form, also one that was opened before a restart."""
        form = submitted(interaction)
        if form is None or form.action not in _ACTIONS:
            return
        key = (interaction.user.id, form.action, form.subject, form.take)
        interaction.extras["input"] = "\n".join(value for value in form.values.values() if value)
        try:
            if key in self._under_way:
                await interaction.response.defer()
                return
            self._under_way.add(key)
            try:
                await self._carry_out(interaction, form)
            finally:
                self._under_way.discard(key)
        except Exception as error:  # noqa: BLE001 - whatever it is, the member is told
            await explain_to(interaction, error)

    async def _carry_out(self, interaction: discord.Interaction[Renga], form: Form) -> None:
        match form.action:
            case "revise":
                await self._revise(interaction, form)
            case "remix":
                await self._remix(interaction, form)
            case "edit":
                await self._edit(interaction, form)
            case _:
                await self._upload(interaction, form)

    async def _revise(self, interaction: discord.Interaction[Renga], form: Form) -> None:
        """A further take of one's own work; of somebody else's, a work of one's own that grows out of it."""
        instruction = form.value("instruction")
        self._app.reviser.check(self._studio.asked(interaction, instruction))
        surface = await hold(interaction)
        work = await self._work(interaction, form)
        brief = self._studio.brief(interaction, work.wish, work=work, instruction=instruction)
        if work.author != member_of(interaction):
            await self._own_version(interaction, work, form, instruction)
            return
        take = form.take or work.take
        await self._studio.new_take(
            interaction, surface, work, lambda stop: self._app.reviser.revise(brief, take, stop=stop)
        )

    async def _remix(self, interaction: discord.Interaction[Renga], form: Form) -> None:
        instruction = form.value("instruction")
        if instruction:
            self._app.reviser.check(self._studio.asked(interaction, instruction))
        await hold(interaction)
        work = await self._work(interaction, form)
        await self._own_version(interaction, work, form, instruction)

    async def _own_version(
        self, interaction: discord.Interaction[Renga], source: Work, form: Form, instruction: str
    ) -> None:
        """A new work, in a message of its own, that credits the one it grows out of."""
        private = shown_privately(interaction)
        wish = replace(source.wish, private=private)
        brief = self._studio.brief(interaction, wish, source=source, instruction=instruction)
        take = form.take or source.take
        await self._studio.own_version(
            interaction, brief, lambda stop: self._app.reviser.remix(brief, take, stop=stop)
        )

    async def _edit(self, interaction: discord.Interaction[Renga], form: Form) -> None:
        surface = await hold(interaction)
        work = await self._work(interaction, form)
        if work.author == member_of(interaction):
            await self._put(interaction, work, form, form.value("text"), surface)
        else:
            await self._rework(interaction, work, form, form.value("text"))

    async def _upload(self, interaction: discord.Interaction[Renga], form: Form) -> None:
        for file in form.files:
            check_file(file)
        await acknowledge(interaction, private=True)
        text = await read_file(form.files[0])
        interaction.extras["input"] = text
        work = await self._work(interaction, form)
        if work.author == member_of(interaction):
            await self._put(interaction, work, form, text)
        else:
            await self._rework(interaction, work, form, text)
        await tell(interaction, translate("work.edited", lang_read(interaction)))

    async def _put(
        self,
        interaction: discord.Interaction[Renga],
        work: Work,
        form: Form,
        text: str,
        surface: Surface | None = None,
    ) -> None:
        """Record a member's own words as a take of their work, and show it wherever the work is shown."""
        take = await self._app.reviser.edit(
            place_of(interaction),
            member_of(interaction),
            work,
            form.take or work.take,
            text,
            key=str(interaction.id),
        )
        await self._studio.after_change(interaction, work.id, surface)
        await self._app.works.delivered(work.guild, work.id, take.number)

    async def _rework(
        self, interaction: discord.Interaction[Renga], source: Work, form: Form, text: str
    ) -> None:
        """Somebody else's edit is a work of their own, in a message of its own."""
        wish = replace(source.wish, private=shown_privately(interaction))
        brief = self._studio.brief(interaction, wish, source=source)
        work, take = await self._app.reviser.rework(brief, form.take or source.take, text)
        surface = await self._studio.followup(interaction, private=wish.private)
        await self._studio.show(interaction, surface, work, take.number, private=wish.private)
        await self._app.works.delivered(work.guild, work.id, take.number)

    async def _work(self, interaction: discord.Interaction[Renga], form: Form) -> Work:
        return await self._studio.work(interaction, WorkId(form.subject))


_ACTIONS = frozenset({"revise", "remix", "edit", "upload"})


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Forms(bot, studio_of(bot)))
