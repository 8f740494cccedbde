"""What members do with stories, by a button or by a command: both come here."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import discord

from bot.attribution.model import Span
from bot.attribution.spans import by_member
from bot.client import Renga
from bot.errors import BadInput, RengaError
from bot.i18n.text import translate
from bot.ids import ChannelId, Lang, MemberId
from bot.services.dispatch import Undeliverable
from bot.services.stories import Outcome, Told
from bot.services.stories_ports import PrivateDraft, StoryNumber
from bot.services.stories_says import OPEN
from bot.services.stories_told import acting
from bot.stories import events as ev
from bot.stories import games
from bot.stories.events import Event
from bot.stories.model import Order, Stage
from cogs.ui import stories_export_pages as pages
from cogs.ui.modals import Form, form, read_file, text_field
from cogs.ui.reply import acknowledge, tell
from cogs.ui.safe import line, verse
from cogs.ui.split import split
from cogs.ui.stories_drafts import drafted, marked, used
from cogs.ui.stories_items import story_view
from cogs.ui.stories_models import StoryModels
from cogs.ui.stories_outlet import StoryOutlet
from cogs.ui.studio import Studio, quickly
from cogs.ui.where import is_moderator, lang_read, member_of, place_of, space_of

log = logging.getLogger(__name__)

DRAFT = 20_000
"""Characters of a refused turn that are kept as its writer's draft."""

DID: dict[type[Any], tuple[str, tuple[str, ...]]] = {
    ev.Join: ("story.did_join", ()),
    ev.Leave: ("story.did_leave", ("join",)),
    ev.Pass: ("story.did_pass", ()),
    ev.Away: ("story.did_away", ("back",)),
    ev.Back: ("story.did_back", ()),
    ev.Begin: ("story.did_begin", ()),
    ev.Skip: ("story.did_skip", ()),
    ev.MoreTime: ("story.did_time", ()),
    ev.HandOver: ("story.did_hand", ()),
    ev.Pause: ("story.did_pause", ("resume",)),
    ev.Resume: ("story.did_resume", ()),
    ev.End: ("story.did_end", ("reopen",)),
    ev.Undo: ("story.did_undo", ()),
    ev.Redo: ("story.did_redo", ()),
    ev.Remove: ("story.did_remove", ()),
    ev.Reorder: ("story.did_reorder", ()),
    ev.Transfer: ("story.did_transfer", ()),
    ev.NewChapter: ("story.did_chapter", ()),
    ev.ForgetLore: ("story.lore_gone", ()),
    ev.ApproveLore: ("story.lore_approved", ()),
}
"""What a member is told after an act, and the buttons that take it back."""


class StoryDesk:
    """Shared by the cogs of stories."""

    def __init__(self, bot: Renga, studio: Studio) -> None:
        self._bot = bot
        self.app = bot.app
        self.studio = studio
        self.outlet = StoryOutlet(bot, studio.outlet)
        self.models = StoryModels(bot, self.outlet)

    # --- what follows from changes ---------------------------------------------------------

    async def shown(self, outcome: Outcome) -> None:
        """Draw anew what a change has made out of date."""
        if outcome.again:
            return
        told = Told(outcome.row, outcome.story)
        try:
            for effect in outcome.effects:
                if isinstance(effect, ev.Show) and not games.hidden(told.story):
                    await self._show(told, effect.turn, outcome)
        except (discord.HTTPException, discord.RateLimited, Undeliverable) as error:
            log.info("a part of story %s could not be drawn: %s", told.row.id, type(error).__name__)
        if told.row.thread is not None:
            await self.outlet.refresh(await self.app.stories.read(told.row.guild, told.row.id))

    async def _show(self, told: Told, number: int, outcome: Outcome) -> None:
        """A part that was changed, taken back or brought back; and the one before, whose vote is over."""
        story, turn = told.story, told.story.turn(number)
        if turn is None:
            await self.outlet.strike(told, number)
            return
        back = any(isinstance(one, ev.Tell) and one.key == "story.redone" for one in outcome.effects)
        if back or (len(turn.versions) > 1 and not turn.by_model):
            await self.outlet.show_part(told, turn)
        before = story.turns[story.turns.index(turn) - 1] if story.turns.index(turn) else None
        if turn == story.last and before is not None and before.by_model and len(before.versions) > 1:
            await self.outlet.show_part(told, before)

    # --- acts ------------------------------------------------------------------------------

    async def told(self, interaction: discord.Interaction[Renga], id: StoryNumber) -> Told:
        """A story of this server."""
        told = await self.app.stories.read(space_of(interaction), id)
        return acting(told, place_of(interaction).roles)

    async def act(self, interaction: discord.Interaction[Renga], told: Told, event: Event) -> Outcome:
        """Let something happen, and tell the member that it did."""
        if not interaction.response.is_done():
            await acknowledge(interaction, private=True)
        row, lang = told.row, lang_read(interaction)
        outcome = await self.app.stories.act(row.guild, row.id, event, key=str(interaction.id))
        key, buttons = DID.get(type(event), ("story.done", ()))
        text = translate(key, lang, number=getattr(event, "number", 0))
        await tell(interaction, text, view=story_view(buttons, told, lang=lang))
        return outcome

    async def join(
        self, interaction: discord.Interaction[Renga], told: Told, *, agreed: bool = False
    ) -> None:
        """Take a seat; where there are ground rules, agree to them first."""
        member, lang, terms = member_of(interaction), lang_read(interaction), told.story.terms
        event = ev.Join(by=member, moderator=is_moderator(interaction))
        if agreed or not terms.ground_rules or told.story.seat(member) is not None:
            await self.act(interaction, told, event)
            return
        asked = translate("story.agree", lang, title=line(told.story.title))
        rules = "\n".join(f"> {row}" for row in verse(terms.ground_rules).splitlines())
        await tell(interaction, f"{asked}\n{rules}", view=story_view(("agree",), told, lang=lang))

    async def leave(self, interaction: discord.Interaction[Renga], told: Told, *, sure: bool = False) -> None:
        """Give one's seat up; asked once more where there is no way back."""
        member, lang, story = member_of(interaction), lang_read(interaction), told.story
        wrote = any(turn.by == member for turn in story.turns)
        closed = story.stage is not Stage.LOBBY and not story.terms.late and not wrote
        no_way_back = (not story.terms.open or closed) and member != story.starter
        if no_way_back and not sure and story.seat(member) is not None:
            view = story_view(("leave-now",), told, lang=lang)
            await tell(interaction, translate("story.leave_ask", lang), view=view)
            return
        await self.act(interaction, told, ev.Leave(by=member))

    async def ask_end(self, interaction: discord.Interaction[Renga], told: Told) -> None:
        """Ask once more before the story is ended for all."""
        if member_of(interaction) != told.story.starter and not is_moderator(interaction):
            raise ev.StoryRefusal("story.leaders_only")
        lang = lang_read(interaction)
        text = translate("story.end_ask", lang, title=line(told.story.title))
        await tell(interaction, text, view=story_view(("end-now",), told, lang=lang))

    async def resume(self, interaction: discord.Interaction[Renga], told: Told) -> None:
        """Go on after a pause or the end: in another thread if the thread is gone.

        Raises:
            Refusal: they may not, or the bot may still not write there.
        """
        if told.row.thread is None:
            await self._open_anew(interaction, told)
            told = await self.app.stories.read(told.row.guild, told.row.id)
        try:
            await self.outlet.show_missing(told)
        except Undeliverable:
            raise BadInput("story.still_shut_out") from None
        event = ev.Resume(by=member_of(interaction), moderator=is_moderator(interaction))
        await self.act(interaction, told, event)

    async def _open_anew(self, interaction: discord.Interaction[Renga], told: Told) -> None:
        """Another thread for a story whose thread is gone."""
        if member_of(interaction) != told.story.starter and not is_moderator(interaction):
            raise ev.StoryRefusal("story.leaders_only")
        row = told.row
        opened = await self.app.store.outbox.put(
            row.guild, row.place.channel, OPEN, {"story": int(row.id)}, key=f"{row.id}:open:{row.version}"
        )
        await self.app.dispatch.deliver(opened)

    # --- writing ---------------------------------------------------------------------------

    async def ask_words(self, interaction: discord.Interaction[Renga], told: Told, turn: int) -> None:
        """The form for a turn, with the member's private draft in it, and a place for a file."""
        row, story, member = told.row, told.story, member_of(interaction)
        current = story.current
        if story.stage is Stage.PAUSED:
            raise ev.StoryRefusal("story.rests")
        if current is None or (turn and current.number != turn):
            raise BadInput("story.too_late")
        if current.stand_in or current.member not in (None, member):
            raise ev.NotYourTurn()
        draft = await quickly(self.app.stories.store.draft(row.guild, row.id, member))
        lang = lang_read(interaction)
        fields = [text_field("turn", lang, long=True, default=drafted(draft), required=False)]
        if story.terms.order is Order.PEN:
            fields.append(text_field("next", lang, required=False, limit=40))
        modal = form("story-write", int(row.id), current.number, lang, *fields)
        modal.add_item(_upload(lang))
        await interaction.response.send_modal(modal)

    async def written(self, interaction: discord.Interaction[Renga], filled: Form) -> None:
        """A turn, from its form; what cannot be taken is kept as a draft."""
        await acknowledge(interaction, private=True)
        told = await self.told(interaction, StoryNumber(filled.subject))
        member, text = member_of(interaction), filled.value("turn").strip()
        if filled.files:
            text = "\n\n".join(part for part in (text, (await read_file(filled.files[0])).strip()) if part)
            interaction.extras["input"] = text
        try:
            to = await self._named(told, filled.value("next"))
            await self.settle_draft(told, member, text)
            await self.app.stories.submit(
                told, member, text, turn=filled.take, key=str(interaction.id), to=to
            )
        except RengaError as error:
            await self.keep(told, member, text)
            interaction.extras["input"] = marked(text, error)
            raise
        lang = lang_read(interaction)
        view = story_view(() if games.hidden(told.story) else ("edit",), told, turn=filled.take, lang=lang)
        await tell(interaction, translate("story.saved", lang), view=view)

    async def settle_draft(self, told: Told, member: MemberId, text: str) -> None:
        """Before a turn is signed: what is not in it of a draft, a model is not credited for."""
        store, row = self.app.stories.store, told.row
        held = await store.draft(row.guild, row.id, member)
        if held is not None and (rest := await asyncio.to_thread(used, held, text)) != held:
            await self.app.stories.keep_draft(told, member, rest)

    async def keep(self, told: Told, member: MemberId, text: str) -> None:
        """Keep a text as a member's private draft; what a model wrote of it stays the model's."""
        if not text:
            return
        held = await self.app.stories.store.draft(told.row.guild, told.row.id, member)
        text = text[:DRAFT]
        spans: tuple[Span, ...] = ()
        if held is not None:
            spans = await asyncio.to_thread(by_member, held.text, held.spans, text, member)
        await self.app.stories.keep_draft(told, member, PrivateDraft(text, spans))

    async def why(self, interaction: discord.Interaction[Renga], told: Told) -> None:
        """Show a writer alone what was refused in their draft, with the marks in it.

        Raises:
            AgainstTheRules: it is refused still; whoever explains it shows the marks.
        """
        member, lang = member_of(interaction), lang_read(interaction)
        text = drafted(await self.app.stories.store.draft(told.row.guild, told.row.id, member))
        if not text:
            raise BadInput("story.no_draft")
        await self.app.stories.said(told.row.place, text, DRAFT, "text", lines=True)
        view = story_view(("write",), told, lang=lang)
        await tell(interaction, translate("story.would_pass", lang), view=view)

    async def _named(self, told: Told, name: str) -> MemberId | None:
        """The writer whom somebody named.

        Raises:
            BadInput: nobody at the table is called so.
        """
        wanted = name.strip().lstrip("@").casefold()
        if not wanted:
            return None
        names = await self.outlet.names(told.row.guild, [seat.member for seat in told.story.writers])
        for member, known in names.items():
            if known.casefold() == wanted:
                return member
        raise BadInput("story.no_such_writer", name=name.strip()[:40], known=", ".join(names.values())[:300])

    async def ask_edit(self, interaction: discord.Interaction[Renga], told: Told, turn: int) -> None:
        """The form for another version of one's own part: of that number, else of the last one."""
        member, story = member_of(interaction), told.story
        own = [one for one in story.turns[story.inherited :] if one.by == member and not one.by_model]
        part = story.turn(turn) if turn else own[-1] if own else None
        if part is None or part not in own:
            raise BadInput("story.no_turn")
        texts = await quickly(self.app.stories.texts(told.row))
        lang = lang_read(interaction)
        field = text_field("text", lang, long=True, default=texts.get(part.key, ""))
        modal = form("story-edit", int(told.row.id), part.number, lang, field)
        await interaction.response.send_modal(modal)

    async def edited(self, interaction: discord.Interaction[Renga], filled: Form) -> None:
        """Another version of a part, from its form."""
        await acknowledge(interaction, private=True)
        told = await self.told(interaction, StoryNumber(filled.subject))
        text = filled.value("text")
        try:
            await self.app.stories.edit(
                told, member_of(interaction), filled.take, text, key=str(interaction.id)
            )
        except BadInput as error:
            interaction.extras["input"] = marked(text, error)
            raise
        await tell(interaction, translate("story.did_edit", lang_read(interaction)))

    # --- reading ---------------------------------------------------------------------------

    async def read(self, interaction: discord.Interaction[Renga], told: Told, page: int) -> None:
        """A page of the story, for the member alone."""
        await pages.read(interaction, self.app, self.outlet.names, told, page)

    async def recap(self, interaction: discord.Interaction[Renga], told: Told) -> None:
        """What happened since the member last wrote, in their language, for them alone."""
        if not interaction.response.is_done():
            await acknowledge(interaction, private=True)
        member, lang, story = member_of(interaction), lang_read(interaction), told.story
        own = [turn.number for turn in story.turns if turn.by == member]
        since = own[-1] if own else 0
        if not any(turn.number > since for turn in story.turns):
            since = 0
        if not story.turns or games.hidden(story):
            raise BadInput("story.nothing_yet" if not story.turns else "story.read_hidden")
        text = await self.app.story_writer.recap(told, member, since, lang, key=str(interaction.id))
        head = translate("story.recap" if since else "story.recap_whole", lang)
        parts = split(verse(text), 1_800, most=1)
        await tell(interaction, f"**{head}**\n{parts[0] if parts else verse(text)[:1_800]}")

    def thread_of(self, told: Told) -> ChannelId | None:
        """Where a story is written."""
        return told.row.thread


def _upload(lang: Lang) -> discord.ui.Label[Any]:
    """A place for a text file in a form: a turn may be longer than what can be typed there."""
    upload: discord.ui.FileUpload[Any] = discord.ui.FileUpload(
        custom_id="file", required=False, min_values=0, max_values=1
    )
    return discord.ui.Label(
        text=translate("modal.turn_file", lang),
        description=translate("modal.turn_file_hint", lang),
        component=upload,
    )
