"""Publishing: the forms and buttons around the gallery's posts, and the questions to authors."""

from __future__ import annotations

import logging

import discord
from discord.ext import commands

from bot.client import Renga
from bot.errors import BadInput, NotAllowed
from bot.i18n.text import lang_of, translate
from bot.ids import ChannelId, MessageId, WorkId
from bot.services.dispatch import Undeliverable
from bot.services.ports import Outgoing
from bot.services.publish import REASON_LIMIT
from bot.works import POST, TAKEN_OUT, WITHDRAWN, Suggestion, Work, WorkState
from cogs.ui import card
from cogs.ui.gallery import Gallery
from cogs.ui.modals import Form, form, submitted, text_field
from cogs.ui.publishing import PublishQuestion, question
from cogs.ui.reply import acknowledge, explain_to, hold, tell
from cogs.ui.safe import line
from cogs.ui.stream import Frame
from cogs.ui.studio import Studio, quickly, studio_of
from cogs.ui.where import invited, is_moderator, lang_public, lang_read, member_of, place_of, space_of
from cogs.ui.works_more import WorkFeature

log = logging.getLogger(__name__)


class Publishing(commands.Cog):
    """Carries out presses and forms about publishing."""

    def __init__(self, bot: Renga, studio: Studio) -> None:
        self._bot = bot
        self._app = bot.app
        self._studio = studio

    async def cog_load(self) -> None:
        """Look after the gallery; answer every question, also those of before a restart."""
        gallery = Gallery(self._bot, self._studio)
        for kind in (POST, WITHDRAWN, TAKEN_OUT):
            self._studio.outlet.others[kind] = gallery
        self._app.publishing.shown = self.show_answer
        self._bot.add_dynamic_items(PublishQuestion)
        self._studio.more.add(
            WorkFeature(
                name="unpublish",
                label="button.unpublish",
                about="more.unpublish",
                run=lambda interaction, on: self.press(interaction, "unpublish", *on),
                fits=lambda on: on.made.work.state is WorkState.PUBLISHED and (on.own or on.moderator),
                place=80,
            )
        )

    async def cog_unload(self) -> None:
        """Answer them no longer."""
        self._bot.remove_dynamic_items(PublishQuestion)
        self._studio.more.remove("unpublish")
        self._app.publishing.shown = None

    async def press(
        self, interaction: discord.Interaction[Renga], action: str, id: WorkId, take: int
    ) -> None:
        """Carry out one press on a work."""
        match action:
            case "publish" | "update":
                await self._ask_title(interaction, id, take)
            case "unpublish":
                await self._ask_reason(interaction, id)
            case "put-back":
                await self._put_back(interaction, id)
            case _:
                await self._why(interaction, id)

    async def _ask_title(self, interaction: discord.Interaction[Renga], id: WorkId, take: int) -> None:
        """The form for the author; for moderators, the form of a question to the author."""
        work = await quickly(self._studio.work(interaction, id))
        own = work.author == member_of(interaction)
        if not own and not is_moderator(interaction):
            raise NotAllowed("refused.publish_own")
        lang = lang_read(interaction)
        known = self._app.desk.book.peek(place_of(interaction))
        licence = work.licence or (known.house.licence if known is not None else "") or ""
        title = text_field("title", lang, default=work.title or work.wish.topic, limit=100)
        terms = text_field("licence", lang, default=licence, limit=80, required=False)
        name = "publish" if own else "publish-ask"
        await interaction.response.send_modal(form(name, id, take, lang, title, terms))

    async def _ask_reason(self, interaction: discord.Interaction[Renga], id: WorkId) -> None:
        """An author's work is out at once; a moderator says why."""
        work = await quickly(self._studio.work(interaction, id))
        if work.author == member_of(interaction):
            await hold(interaction)
            await self._unpublish(interaction, id, "")
            return
        if not is_moderator(interaction):
            raise NotAllowed("refused.not_yours")
        lang = lang_read(interaction)
        reason = text_field("why", lang, long=True, limit=REASON_LIMIT)
        await interaction.response.send_modal(form("unpublish", id, 0, lang, reason))

    async def _unpublish(self, interaction: discord.Interaction[Renga], id: WorkId, reason: str) -> None:
        work = await self._app.publisher.unpublish(
            space_of(interaction), member_of(interaction), id, key=str(interaction.id), reason=reason,
            manager=is_moderator(interaction),
        )  # fmt: skip
        await self._app.dispatch.run_once()
        await self._studio.refresh_others(work)
        lang = lang_read(interaction)
        own = work.author == member_of(interaction)
        told = translate("work.unpublished" if own else "work.unpublished_told", lang)
        await tell(interaction, told, view=card.view_of(("put-back",), id, 0, lang))

    async def _put_back(self, interaction: discord.Interaction[Renga], id: WorkId) -> None:
        await hold(interaction)
        work = await self._app.publisher.put_back(
            space_of(interaction), member_of(interaction), id, key=str(interaction.id),
            manager=is_moderator(interaction),
        )  # fmt: skip
        await self._app.dispatch.run_once()
        await self._studio.refresh_others(work)
        await tell(interaction, translate("work.put_back", lang_read(interaction)))

    async def _why(self, interaction: discord.Interaction[Renga], id: WorkId) -> None:
        """Why a work is out of the gallery: for its author and for moderators."""
        await acknowledge(interaction, private=True)
        work = await self._studio.work(interaction, id)
        if work.author != member_of(interaction) and not is_moderator(interaction):
            raise NotAllowed("refused.not_yours")
        taken = await self._app.publisher.taken_out(work)
        lang = lang_read(interaction)
        if taken is None:
            await tell(interaction, translate("work.not_taken_out", lang))
            return
        reason = line(taken.draft.text, REASON_LIMIT) or "…"
        await tell(interaction, translate("work.taken_out_why", lang, reason=reason))

    # --- forms -----------------------------------------------------------------------------

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Renga]) -> None:
        """Carry out a submitted form, also one that was opened before a restart."""
        filled = submitted(interaction)
        if filled is None or filled.action not in ("publish", "publish-ask", "unpublish"):
            return
        interaction.extras["input"] = "\n".join(value for value in filled.values.values() if value)
        try:
            await self._carry_out(interaction, filled)
        except Exception as error:  # noqa: BLE001 - whatever it is, the member is told
            await explain_to(interaction, error)

    async def _carry_out(self, interaction: discord.Interaction[Renga], filled: Form) -> None:
        id = WorkId(filled.subject)
        if filled.action == "unpublish":
            await acknowledge(interaction, private=True)
            await self._unpublish(interaction, id, filled.value("why"))
            return
        work = await quickly(self._studio.work(interaction, id))
        take = filled.take or work.take
        if filled.action == "publish":
            await acknowledge(interaction, private=True)
            outgoing = await self._app.publisher.publish(
                place_of(interaction), member_of(interaction), work.id, take, title=filled.value("title"),
                licence=filled.value("licence"), key=str(interaction.id),
            )  # fmt: skip
            told = await self.published(interaction, work, outgoing)
            await tell(interaction, told)
        elif is_moderator(interaction):
            await self._ask(interaction, work, take, filled)
        else:
            raise NotAllowed("refused.publish_own")

    async def _ask(
        self, interaction: discord.Interaction[Renga], work: Work, take: int, filled: Form
    ) -> None:
        """Put the question where both see it; the author gets word of it."""
        surface = await acknowledge(interaction, private=False)
        asked = await self._app.publishing.ask(
            place_of(interaction), member_of(interaction), work.id, take, title=filled.value("title"),
            licence=filled.value("licence"), key=str(interaction.id),
        )  # fmt: skip
        await surface.edit(question(asked, self._app.publishing.until(asked), lang_public(interaction)))
        if surface.id is None or interaction.channel_id is None:
            return
        await self._app.works.asked_at(
            asked.guild, asked.id, ChannelId(interaction.channel_id), MessageId(surface.id)
        )
        where = _link(interaction.guild_id, interaction.channel_id, surface.id)
        try:  # an edited message pings nobody, so that the author would not know
            user = self._bot.get_user(asked.owner) or await self._bot.fetch_user(asked.owner)
            await user.send(translate("work.you_are_asked", lang_public(interaction), where=where))
        except discord.HTTPException:
            log.info("an author could not be told that they are asked")

    async def published(self, interaction: discord.Interaction[Renga], work: Work, outgoing: Outgoing) -> str:
        """Bring the gallery up to what was published; gives what its author is told."""
        lang = lang_read(interaction)
        message = await self._app.dispatch.deliver(outgoing)
        if message is None and interaction.guild_id is not None and not invited(interaction):
            message = await self._publish_here(interaction, work)
        if message is None:
            return translate("work.publish_waits", lang)
        await self._studio.after_change(interaction, work.id)
        return translate("work.published", lang, where=_link(interaction.guild_id, outgoing.channel, message))

    async def _publish_here(self, interaction: discord.Interaction[Renga], work: Work) -> int:
        """In a server that did not invite the bot, only the interaction can show anything."""
        drawn = await self._studio.writing.card(
            work.guild, work.id, lang=lang_read(interaction), alone=True, published=True
        )
        sent: discord.WebhookMessage = await interaction.followup.send(wait=True, **drawn.first.sent())
        return sent.id

    # --- questions to authors ----------------------------------------------------------------

    async def answer(self, interaction: discord.Interaction[Renga], answer: str, id: int) -> None:
        """An author's answer, or that whoever asked takes the question back; or either undone."""
        surface = await hold(interaction)
        guild, member, key = space_of(interaction), member_of(interaction), str(interaction.id)
        desk = self._app.publishing
        match answer:
            case "accept":
                outgoing = await desk.accept(place_of(interaction), member, id, key=key)
                asked = await self._app.works.suggestion(guild, id)
                work = await self._app.works.work(guild, asked.work)
                told = await self.published(interaction, work, outgoing)
                await surface.edit(self._drawn(asked, interaction))
                await tell(interaction, told)
                return
            case "decline":
                asked = await desk.decline(guild, member, id)
            case "undo":
                asked = await desk.undo(guild, member, id, key=key)
                await self._app.dispatch.run_once()
                await self._studio.after_change(interaction, asked.work)
            case _:
                raise BadInput("refused.command_changed")
        await surface.edit(self._drawn(asked, interaction))

    def _drawn(self, asked: Suggestion, interaction: discord.Interaction[Renga]) -> Frame:
        return question(asked, self._app.publishing.until(asked), lang_public(interaction))

    async def show_answer(self, asked: Suggestion) -> None:
        """Draw a question anew that ended by itself."""
        if asked.channel is None or asked.message is None:
            return
        server = self._bot.get_guild(asked.guild)
        lang = lang_of(str(server.preferred_locale)) if server is not None else "en"
        frame = question(asked, self._app.publishing.until(asked), lang)
        try:
            channel = await self._studio.outlet.channel(asked.channel)
            await channel.get_partial_message(asked.message).edit(content=frame.content, view=frame.view)
        except (discord.HTTPException, Undeliverable) as error:
            log.info("question %s could not be drawn anew: %s", asked.id, type(error).__name__)


def _link(guild: int | None, channel: int, message: int) -> str:
    return f"https://discord.com/channels/{guild or '@me'}/{channel}/{message}"


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Publishing(bot, studio_of(bot)))
