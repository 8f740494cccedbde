"""The buttons of a work.

What destroys is for its author and for moderators.  Everybody else's press
makes their own: another take or a revision of somebody's work becomes a work of
the presser that credits it, and their edit a suggestion that the author decides.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import discord
from discord.ext import commands

from bot.client import Renga
from bot.errors import AlreadyDone, BadInput, NotAllowed
from bot.i18n.text import translate
from bot.ids import WorkId
from bot.works import Take, Work
from cogs.ui import card
from cogs.ui.changes import compared
from cogs.ui.items import WorkButton
from cogs.ui.modals import INPUT_LIMIT, form, text_field, upload_form
from cogs.ui.reply import acknowledge, hold, tell
from cogs.ui.safe import line
from cogs.ui.sheets import credit_sheet, record_sheet
from cogs.ui.split import split
from cogs.ui.stream import Frame
from cogs.ui.studio import Studio, quickly, shown_privately, studio_of
from cogs.ui.where import is_moderator, lang_for, lang_read, member_of, place_of, space_of
from cogs.ui.works_more import OnWork, TakeOf, WorkFeature, WorkMenu

INSTRUCTION_LIMIT = 300
"""Characters of what a revision or a remix is asked for."""


class Works(commands.Cog):
    """Carries out presses on works."""

    def __init__(self, bot: Renga, studio: Studio) -> None:
        self._bot = bot
        self._studio = studio
        self._app = bot.app

    async def cog_load(self) -> None:
        """Answer every button of a work, also those of before a restart."""
        self._bot.add_dynamic_items(WorkButton, WorkMenu)
        self._studio.more.add(
            WorkFeature(
                name="changes",
                label="button.changes",
                about="more.changes",
                run=self._changes,
                fits=lambda on: on.made.take is not None and bool(on.made.take.parent),
                place=10,
            ),
            WorkFeature(
                name="credits", label="button.credits", about="more.credits", run=self._credits, place=60
            ),
            WorkFeature(
                name="delete",
                label="button.delete",
                about="more.delete",
                run=lambda interaction, on: self._delete(interaction, on.work, undo=False),
                fits=lambda on: on.own or on.moderator,
                place=90,
            ),
        )

    async def cog_unload(self) -> None:
        """Bring what is being written to an end; the bot is about to go."""
        await self._studio.writing.wind_up()
        self._bot.remove_dynamic_items(WorkButton, WorkMenu)
        self._studio.more.remove("changes", "credits", "delete")

    async def press(
        self, interaction: discord.Interaction[Renga], action: str, id: WorkId, take: int
    ) -> None:
        """Carry out one press."""
        match action:
            case "another":
                await self._another(interaction, id)
            case "revise" | "remix":
                await self._ask_instruction(interaction, action, id, take)
            case "edit":
                await self._ask_text(interaction, id, take)
            case "upload":
                await interaction.response.send_modal(upload_form("upload", id, take, lang_read(interaction)))
            case "more":
                await self._more(interaction, TakeOf(id, take))
            case "credits":
                await self._credits(interaction, TakeOf(id, take))
            case "record":
                await self._record(interaction, TakeOf(id, take))
            case "back" | "next":
                await self._browse(interaction, id, take - 1 if action == "back" else take + 1)
            case "changes":
                await self._changes(interaction, TakeOf(id, take))
            case "stop":
                await self._stop(interaction, id)
            case "delete" | "undo":
                await self._delete(interaction, id, undo=action == "undo")
            case "share":
                await self._share(interaction, id, take)
            case _:
                raise BadInput("refused.command_changed")

    async def _another(self, interaction: discord.Interaction[Renga], id: WorkId) -> None:
        """A further take of one's own work, or a work of one's own after somebody else's."""
        self._app.usage.check(place_of(interaction), member_of(interaction))
        surface = await hold(interaction)
        work = await self._work(interaction, id)
        if work.author == member_of(interaction):
            brief = self._studio.brief(interaction, work.wish, work=work)
            self._app.composer.check(brief)
            await self._studio.new_take(
                interaction, surface, work, lambda stop: self._app.composer.compose(brief, stop=stop)
            )
        else:
            brief = self._studio.brief(interaction, work.wish, source=work)
            self._app.composer.check(brief)
            await self._studio.own_version(interaction, brief)

    async def _ask_instruction(
        self, interaction: discord.Interaction[Renga], action: str, id: WorkId, take: int
    ) -> None:
        self._app.usage.check(place_of(interaction), member_of(interaction))
        lang = lang_read(interaction)
        field = text_field(
            "instruction", lang, long=True, limit=INSTRUCTION_LIMIT, required=action == "revise"
        )
        await interaction.response.send_modal(form(action, id, take, lang, field))

    async def _ask_text(self, interaction: discord.Interaction[Renga], id: WorkId, take: int) -> None:
        """A form with the text; one that is too long for a form goes back and forth as a file."""
        text = (await quickly(self._take(interaction, id, take))).text
        lang = lang_read(interaction)
        if len(text) <= INPUT_LIMIT:
            field = text_field("text", lang, long=True, default=text)
            await interaction.response.send_modal(form("edit", id, take, lang, field))
            return
        await tell(
            interaction,
            translate("work.edit_as_file", lang, limit=INPUT_LIMIT),
            view=card.view_of(("upload",), id, take, lang),
            files=[("text.txt", text.encode())],
        )

    async def _more(self, interaction: discord.Interaction[Renga], on: TakeOf) -> None:
        """The menu: under a card that the member alone sees, else in a message for them alone."""
        private = shown_privately(interaction)
        surface = await (hold(interaction) if private else acknowledge(interaction, private=True))
        lang = lang_read(interaction)
        work = await self._work(interaction, on.work)
        made = await self._app.credits.of(work.guild, on.work, on.take or None)
        subject = OnWork(
            made=made,
            takes=len(await self._app.works.takes(work.guild, on.work)),
            member=member_of(interaction),
            moderator=is_moderator(interaction),
        )
        menu = WorkMenu(on, self._studio.more.options(subject, lang), lang=lang)
        frame = Frame("", discord.ui.View(timeout=None))
        if private:
            frame = await self._studio.frame(interaction, work, on.take or work.take, private=True)
        else:
            title = line(work.title or work.wish.topic) or translate("work.untitled", lang)
            frame = replace(frame, content=f"**{title}**")
        view = frame.view
        assert isinstance(view, discord.ui.View)
        view.add_item(menu)
        await surface.edit(frame)

    async def chosen(self, interaction: discord.Interaction[Renga], name: str, on: TakeOf) -> None:
        """Carry out what was chosen from *More…*."""
        await self._studio.more.named(name).run(interaction, on)

    async def _credits(self, interaction: discord.Interaction[Renga], on: TakeOf) -> None:
        await acknowledge(interaction, private=True)
        work = await self._work(interaction, on.work)
        made = await self._app.credits.of(work.guild, on.work, on.take or None)
        sheet = credit_sheet(made, lang_read(interaction))
        await tell(interaction, sheet.content, view=sheet.view)

    async def _record(self, interaction: discord.Interaction[Renga], on: TakeOf) -> None:
        """The hashes and the long numbers behind the credits."""
        await acknowledge(interaction, private=True)
        work = await self._work(interaction, on.work)
        made = await self._app.credits.of(work.guild, on.work, on.take or None)
        await tell(interaction, record_sheet(made, lang_read(interaction)).content)

    async def _browse(self, interaction: discord.Interaction[Renga], id: WorkId, number: int) -> None:
        """The author's browsing chooses for all; others look for themselves."""
        surface = await hold(interaction)
        work = await self._work(interaction, id)
        if self._studio.writing.running(id) is not None:
            raise AlreadyDone("refused.still_writing")
        total = len(await self._app.works.takes(work.guild, id))
        number = min(max(number, 1), total)
        private = shown_privately(interaction)
        if work.author == member_of(interaction):
            work = await self._app.reviser.choose(
                work.guild, member_of(interaction), id, number, key=str(interaction.id)
            )
            await surface.edit(await self._studio.frame(interaction, work, number, private=private))
            await self._studio.refresh_others(work, but=surface.id)
        elif private:
            await surface.edit(await self._studio.frame(interaction, work, number, private=True))
        else:
            frame = await self._studio.frame(interaction, work, number, private=True)
            await tell(interaction, frame.content, view=frame.view, files=frame.files)

    async def _changes(self, interaction: discord.Interaction[Renga], on: TakeOf) -> None:
        await acknowledge(interaction, private=True)
        take = await self._take(interaction, on.work, on.take)
        if not take.parent:
            raise BadInput("refused.nothing_changed")
        before = await self._take(interaction, on.work, take.parent)
        await self.show_comparison(interaction, before.text, take.text)

    async def show_comparison(self, interaction: discord.Interaction[Renga], old: str, new: str) -> None:
        """What changed between two texts, to the member alone."""
        shown = await asyncio.to_thread(compared, old, new)
        lang = lang_read(interaction)
        parts = split(shown, 1_900, most=1)
        head = translate("work.changes", lang)
        if parts is not None:
            await tell(interaction, f"-# {head}\n{parts[0]}")
        else:
            await tell(interaction, f"-# {head}", files=[("changes.md", shown.encode())])

    async def _stop(self, interaction: discord.Interaction[Renga], id: WorkId) -> None:
        """Keep what is there.  Only who asked for it, and moderators, can stop it."""
        running = self._studio.writing.running(id)
        if running is not None and running.member != member_of(interaction) and not is_moderator(interaction):
            raise NotAllowed("refused.not_yours")
        surface = await hold(interaction)
        if running is not None:
            running.stop.set()
            return
        # Nothing is being written: the bot was restarted meanwhile.
        work = await self._work(interaction, id)
        private = shown_privately(interaction)
        if work.take:
            await surface.edit(await self._studio.frame(interaction, work, work.take, private=private))
        else:
            lang = lang_for(interaction, private=private)
            shown = interaction.message.content if interaction.message is not None else ""
            await surface.edit(card.cut_off(id, lang, "work.interrupted", shown))

    async def _delete(self, interaction: discord.Interaction[Renga], id: WorkId, *, undo: bool) -> None:
        surface = await hold(interaction)
        guild, member, key = space_of(interaction), member_of(interaction), str(interaction.id)
        moderator = is_moderator(interaction)
        private = shown_privately(interaction)
        if undo:
            work = await self._app.publisher.restore(guild, member, id, key=key, manager=moderator)
            await self._app.dispatch.run_once()
            elsewhere = private and await self._app.works.cards(guild, id)
            if elsewhere:
                lang = lang_read(interaction)
                await surface.edit(Frame(f"-# {translate('work.restored', lang)}"))
            else:
                await surface.edit(await self._studio.frame(interaction, work, work.take, private=private))
            await self._studio.refresh_others(work, but=surface.id)
            return
        if (running := self._studio.writing.running(id)) is not None:
            if running.member != member and not moderator:
                raise NotAllowed("refused.not_yours")
            raise AlreadyDone("refused.still_writing")
        work = await self._app.publisher.delete(guild, member, id, key=key, manager=moderator)
        await surface.edit(card.deleted(id, lang_for(interaction, private=private)))
        await self._app.dispatch.run_once()  # its post leaves the gallery
        frame = card.deleted(id, lang_for(interaction, private=False))
        for other in await self._app.works.cards(guild, id):
            if other.message != surface.id:
                await self._studio.outlet.redraw(work, other, frame)

    async def _share(self, interaction: discord.Interaction[Renga], id: WorkId, take: int) -> None:
        """Show a private work to all."""
        surface = await acknowledge(interaction, private=False)
        work = await self._work(interaction, id)
        if work.author != member_of(interaction):
            raise NotAllowed("refused.not_yours")
        await self._studio.show(interaction, surface, work, take)

    async def _work(self, interaction: discord.Interaction[Renga], id: WorkId) -> Work:
        return await self._studio.work(interaction, id)

    async def _take(self, interaction: discord.Interaction[Renga], id: WorkId, number: int) -> Take:
        work = await self._work(interaction, id)
        return await self._app.works.take(work.guild, id, number or work.take)


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Works(bot, studio_of(bot)))
