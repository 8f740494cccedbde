"""Held texts: the moderators' queue, and the way back to whoever wrote them."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import discord
from discord.ext import commands

from bot.client import Renga
from bot.errors import AgainstTheRules, Gone, RengaError
from bot.i18n.text import lang_of, translate
from bot.ids import GuildId, Lang, MessageId
from bot.moderation.records import Review, ReviewState
from bot.services.dispatch import Undeliverable
from bot.services.filters import passed
from bot.services.ports import Outgoing
from bot.services.review import NOTE_LIMIT, with_text
from bot.services.revise import TEXT_LIMIT
from cogs.ui.modals import INPUT_LIMIT, Form, form, submitted, text_field
from cogs.ui.outlet import LOOK_BACK
from cogs.ui.reply import acknowledge, explain_to, hold, tell
from cogs.ui.review_items import DraftButton, ReviewButton
from cogs.ui.review_look import for_moderators, for_writer, outcome
from cogs.ui.safe import quoted
from cogs.ui.settings_keeper import require_reviewer
from cogs.ui.stream import Frame, Lost
from cogs.ui.studio import Studio, quickly, studio_of
from cogs.ui.where import lang_public, lang_read, member_of, place_of, space_of

log = logging.getLogger(__name__)

DECIDED = {
    "approve": ReviewState.APPROVED,
    "reject": ReviewState.REJECTED,
    "change": ReviewState.CHANGES,
}


class Reviews(commands.Cog):
    """Shows held texts to moderators, and outcomes to writers."""

    def __init__(self, bot: Renga, studio: Studio) -> None:
        self._bot = bot
        self._app = bot.app
        self._desk = bot.app.reviews
        self._studio = studio

    async def cog_load(self) -> None:
        """Answer buttons, also of before a restart; post reviews; tell writers."""
        self._bot.add_dynamic_items(ReviewButton, DraftButton)
        self._bot.refused = self.refused
        self._studio.outlet.others["review"] = self
        self._desk.teller = self

    async def cog_unload(self) -> None:
        """Do so no longer."""
        self._bot.remove_dynamic_items(ReviewButton, DraftButton)
        self._bot.refused = None

    # --- what a filter refused ------------------------------------------------------------------

    async def refused(self, interaction: discord.Interaction[Renga], error: AgainstTheRules) -> bool:
        """Give a refused text back to its writer; what is held is put before the moderators."""
        place = place_of(interaction)
        if place.is_private_room or not error.marks or not error.text:
            return False
        lang = lang_read(interaction)
        key = f"{interaction.id}:{interaction.extras.get('refusals', 0)}"
        interaction.extras["refusals"] = interaction.extras.get("refusals", 0) + 1
        try:
            review = await quickly(self._desk.file(place, member_of(interaction), error, lang=lang, key=key))
        except RengaError:
            return False
        frame = for_writer(review, error, lang)
        await tell(interaction, frame.content, view=frame.view, files=frame.files)
        return True

    async def draft(
        self, interaction: discord.Interaction[Renga], action: str, guild: GuildId, id: int
    ) -> None:
        """A writer's press: they change their text, ask a moderator, or read what was decided."""
        lang, member = lang_read(interaction), member_of(interaction)
        review = await quickly(self._desk.own(guild, id, member))
        match action:
            case "edit":
                limit = min(TEXT_LIMIT, INPUT_LIMIT)
                field = text_field("text", lang, long=True, default=review.text, limit=limit)
                await interaction.response.send_modal(form("review-edit", id, guild, lang, field))
            case "ask":
                await acknowledge(interaction, private=True)
                await self._desk.ask(guild, id, member)
                await self._app.dispatch.run_once()
                await tell(interaction, translate("moderation.asked", lang))
            case _:
                await acknowledge(interaction, private=True)
                await tell(interaction, outcome(review, lang))

    # --- moderators -----------------------------------------------------------------------------

    async def press(self, interaction: discord.Interaction[Renga], action: str, id: int) -> None:
        """A moderator's press."""
        await require_reviewer(interaction)
        lang = lang_read(interaction)
        if action in ("reject", "change"):
            await quickly(self._desk.claim(space_of(interaction), id, member_of(interaction)))
            note = text_field("note", lang, long=True, limit=NOTE_LIMIT, required=action == "change")
            await interaction.response.send_modal(form(f"review-{action}", id, 0, lang, note))
            return
        surface = await hold(interaction)
        if action == "claim":
            review = await self._desk.claim(space_of(interaction), id, member_of(interaction))
        else:
            review = await self._desk.decide(
                space_of(interaction), id, ReviewState.APPROVED, member_of(interaction)
            )
        await surface.edit(for_moderators(review, lang_public(interaction)))

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Renga]) -> None:
        """Carry out a form about a review, also one that was opened before a restart."""
        filled = submitted(interaction)
        if filled is None or not filled.action.startswith("review-"):
            return
        interaction.extras["input"] = filled.value("note") or filled.value("text")
        try:
            if filled.action == "review-edit":
                await self._edited(interaction, filled)
            else:
                await self._answered(interaction, filled)
        except Exception as error:  # noqa: BLE001 - whatever it is, the member is told
            await explain_to(interaction, error)

    async def _answered(self, interaction: discord.Interaction[Renga], filled: Form) -> None:
        await require_reviewer(interaction)
        state = DECIDED[filled.action.removeprefix("review-")]
        await acknowledge(interaction, private=True)
        review = await self._desk.decide(
            space_of(interaction), filled.subject, state, member_of(interaction), filled.value("note")
        )
        await self.redraw(review)
        await tell(interaction, translate("moderation.writer_told", lang_read(interaction)))

    async def _edited(self, interaction: discord.Interaction[Renga], filled: Form) -> None:
        guild, member, lang = GuildId(filled.take), member_of(interaction), lang_read(interaction)
        review = await quickly(self._desk.own(guild, filled.subject, member))
        await acknowledge(interaction, private=True)
        changed = with_text(review, filled.value("text").strip())
        if review.state in (ReviewState.DRAFT, ReviewState.WAITING):
            await self.redraw(await self._desk.withdraw(guild, review.id, member))
        if await self._app.resumer.resume(changed):
            await tell(interaction, translate("moderation.resumed", lang, channel=f"<#{review.place.spot}>"))
            return
        text = passed(await self._app.filters.of(review.place, member).judge(changed.text))
        told = translate("moderation.would_pass", lang)
        if len(text) < 1_500:
            await tell(interaction, f"{told}\n{quoted(text)}")
        else:
            await tell(interaction, told, files=[("text.txt", text.encode())])

    async def redraw(self, review: Review) -> None:
        """Show a review as it stands now where moderators see it."""
        review = await self._desk.review(review.guild, review.id)
        if review.desk is None or review.message is None:
            return
        try:
            channel = await self._studio.outlet.channel(review.desk)
            message = channel.get_partial_message(review.message)
            frame = for_moderators(review, self._lang(review.guild))
            await message.edit(**frame.edited())
        except (discord.HTTPException, Undeliverable, Lost) as error:
            log.info("review %s could not be drawn anew: %s", review.id, type(error).__name__)

    # --- messages in the outbox -------------------------------------------------------------------

    async def post(self, outgoing: Outgoing) -> MessageId:
        """Put a review before the moderators, once."""
        try:
            review = await self._desk.review(outgoing.guild, int(outgoing.payload["review"]))
        except Gone as error:
            raise Undeliverable from error
        channel = await self._studio.outlet.channel(outgoing.channel)
        frame = for_moderators(review, self._lang(outgoing.guild))
        message = await self._studio.outlet.send(channel, frame, outgoing.nonce)
        await self._app.store.reviews.shown(
            outgoing.guild, review.id, outgoing.channel, MessageId(message.id)
        )
        return MessageId(message.id)

    async def find(self, outgoing: Outgoing) -> MessageId | None:
        """A review that was posted before a crash, known by its buttons."""
        channel = await self._studio.outlet.channel(outgoing.channel)
        wanted = f"renga:v:approve:{outgoing.payload['review']}"
        try:
            async for message in channel.history(
                limit=LOOK_BACK, after=outgoing.at - timedelta(minutes=1), oldest_first=False
            ):
                if message.author == self._bot.user and wanted in _ids(message):
                    return MessageId(message.id)
        except discord.Forbidden:
            log.info("cannot look back in channel %s", outgoing.channel)
        return None

    # --- outcomes -------------------------------------------------------------------------------

    async def outcome(self, review: Review) -> bool:
        """Tell a writer what became of their text: in private, else where they wrote, but not what."""
        await self.redraw(review)
        if not review.member:
            return True
        lang: Lang = "zh" if review.lang == "zh" else "en"
        try:
            user = self._bot.get_user(review.member) or await self._bot.fetch_user(review.member)
            view = discord.ui.View(timeout=None)
            if review.state in (ReviewState.CHANGES, ReviewState.REJECTED) and review.kind != "output":
                view.add_item(DraftButton("edit", review.guild, review.id, lang=lang))
            options: dict[str, Any] = {"view": view} if view.children else {}
            await user.send(outcome(review, lang), **options)
        except discord.Forbidden:
            return await self._notice(review)
        except discord.NotFound:
            return True  # their account is gone
        except discord.HTTPException as error:
            log.info("the outcome of review %s waits: %s", review.id, error.status)
            return False
        return True

    async def _notice(self, review: Review) -> bool:
        """Whoever takes no direct messages finds a button where they wrote."""
        lang = self._lang(review.guild)
        view = discord.ui.View(timeout=None)
        view.add_item(DraftButton("read", review.guild, review.id, lang=lang))
        told = translate("moderation.answer_here", lang, member=f"<@{review.member}>")
        try:
            channel = await self._studio.outlet.channel(review.place.spot)
            await self._studio.outlet.send(channel, Frame(told, view), f"o{review.id}"[:25])
        except Undeliverable:
            return True  # nowhere to tell them
        except discord.HTTPException:
            return False
        return True

    def _lang(self, guild: GuildId) -> Lang:
        known = self._bot.get_guild(guild)
        return lang_of(str(known.preferred_locale)) if known is not None else "en"


def _ids(message: discord.Message) -> list[str]:
    return [
        child.custom_id
        for row in message.components
        if isinstance(row, discord.ActionRow)
        for child in row.children
        if child.custom_id is not None
    ]


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Reviews(bot, studio_of(bot)))
