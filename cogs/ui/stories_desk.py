"""What members do with stories, by a button or by a command: both come here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import discord

from bot.client import Renga
from bot.errors import BadInput, RengaError
from bot.i18n.text import translate
from bot.ids import ChannelId, GuildId, MemberId, MessageId
from bot.services.brief import Finished, Step, Words
from bot.services.stories import Outcome, Told
from bot.services.stories_ports import PrivateDraft, StoryNumber
from bot.services.stories_says import OPEN
from bot.services.stories_writer import Help
from bot.stories import events as ev
from bot.stories import games
from bot.stories.events import Event
from bot.stories.model import Order
from cogs.ui import stories_look as look
from cogs.ui.modals import INPUT_LIMIT, Form, form, text_field
from cogs.ui.reply import acknowledge, tell
from cogs.ui.safe import line, verse
from cogs.ui.split import split
from cogs.ui.stories_items import story_view
from cogs.ui.stories_outlet import StoryOutlet
from cogs.ui.stream import BotMessage, Frame, LiveMessage
from cogs.ui.studio import Studio, quickly
from cogs.ui.where import is_moderator, lang_read, member_of, space_of

log = logging.getLogger(__name__)

Steps = Callable[[asyncio.Event], AsyncGenerator[Step, None]]


class StoryDesk:
    """Shared by the cogs of stories."""

    def __init__(self, bot: Renga, studio: Studio) -> None:
        self._bot = bot
        self.app = bot.app
        self.outlet = StoryOutlet(bot, studio.outlet)
        self._writing: dict[tuple[GuildId, StoryNumber, int], asyncio.Task[None]] = {}

    # --- what follows from changes ---------------------------------------------------------

    async def shown(self, outcome: Outcome) -> None:
        """Draw anew what a change has made out of date."""
        if outcome.again:
            return
        told = Told(outcome.row, outcome.story)
        keys = {effect.key for effect in outcome.effects if isinstance(effect, ev.Tell)}
        for effect in outcome.effects:
            if not isinstance(effect, ev.Show) or games.hidden(told.story):
                continue
            turn = told.story.turn(effect.turn)
            again = "story.redone" in keys
            if turn is None:
                await self.outlet.strike(told, effect.turn)
            elif again or (len(turn.versions) > 1 and not turn.by_model):
                await self.outlet.show_part(told, turn)
        if told.row.thread is not None:
            fresh = await self.app.stories.read(told.row.guild, told.row.id)
            await self.outlet.refresh(fresh)

    # --- models ----------------------------------------------------------------------------

    async def have_written(self, told: Told, turn: int) -> None:
        """Have a model write the open turn, meanwhile; it is asked once at a time."""
        key = (told.row.guild, told.row.id, turn)
        if key in self._writing or told.row.thread is None:
            return
        writer = self.app.story_writer
        steps: Steps = lambda stop: writer.turn(told, turn, stop=stop)  # noqa: E731
        task = asyncio.create_task(self._stream(told, turn, steps), name=f"story:{told.row.id}:{turn}")
        self._writing[key] = task
        task.add_done_callback(lambda _: self._writing.pop(key, None))

    async def wind_up(self) -> None:
        """The bot goes: what models are writing is asked for again when it is back."""
        tasks = list(self._writing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _stream(self, told: Told, turn: int, steps: Steps) -> None:
        """A model's words as they come, in a message that is one of the part's."""
        row = told.row
        try:
            if games.hidden(told.story):
                async with aclosing(steps(asyncio.Event())) as coming:
                    async for _ in coming:
                        pass
                return
            message = await self._placeholder(told, turn)
            surface = BotMessage(message)
            done: Finished | None = None
            try:
                async with (
                    LiveMessage(surface, every=self.app.settings.edit_seconds) as live,
                    aclosing(steps(asyncio.Event())) as coming,
                ):
                    async for step in coming:
                        if isinstance(step, Words):
                            live.show(Frame(f"{verse(step.text)[:1900]} ✍️"))
                        elif isinstance(step, Finished):
                            done = step
            finally:
                if done is None:
                    log.info("a model wrote nothing for story %s", row.id)
            after = await self.app.stories.read(row.guild, row.id)
            number = done.take.number if done is not None else turn
            if (written := after.story.turn(number)) is not None:
                await self.outlet.show_part(after, written)
        except (RengaError, discord.HTTPException) as error:
            log.info("story %s: a model's turn came to nothing: %s", row.id, type(error).__name__)
            await self._given_up(told, turn)

    async def _placeholder(self, told: Told, turn: int) -> discord.PartialMessage:
        """The message that a model writes in: that of before a restart, if there was one."""
        row = told.row
        assert row.thread is not None
        channel = self._bot.get_partial_messageable(row.thread)
        held = await self.app.stories.store.messages(row.guild, row.id, turn)
        if held:
            return channel.get_partial_message(held[0])
        text = translate("story.writing", row.language)
        sent = await channel.send(text, nonce=f"{row.id}:{turn}:ai"[-25:])
        await self.app.stories.store.posted(row.guild, row.id, MessageId(sent.id), turn, row.thread)
        return channel.get_partial_message(sent.id)

    async def _given_up(self, told: Told, turn: int) -> None:
        row = told.row
        fresh = await self.app.stories.read(row.guild, row.id)
        written = fresh.story.turn(turn)
        if row.thread is None or written is not None:
            if written is not None:
                await self.outlet.show_part(fresh, written)
            return
        channel = self._bot.get_partial_messageable(row.thread)
        text = translate("story.writing_given_up", row.language)
        for message in await self.app.stories.store.messages(row.guild, row.id, turn):
            try:
                await channel.get_partial_message(message).edit(content=text)
            except discord.HTTPException:
                continue

    async def another(self, interaction: discord.Interaction[Renga], told: Told, turn: int) -> None:
        """Another take of a model's last part, in the message of the first."""
        await acknowledge(interaction, private=True)
        member, key = member_of(interaction), str(interaction.id)
        found = told.story.turn(turn)
        if found is None or not found.by_model or told.story.last != found:
            raise BadInput("story.not_another")
        async with aclosing(
            self.app.story_writer.another(told, member, turn, key=key, stop=asyncio.Event())
        ) as steps:
            async for _ in steps:
                pass
        fresh = await self.app.stories.read(told.row.guild, told.row.id)
        if (written := fresh.story.turn(turn)) is not None:
            await self.outlet.show_part(fresh, written)
        await tell(interaction, translate("story.done", lang_read(interaction)))

    # --- acts ------------------------------------------------------------------------------

    async def told(self, interaction: discord.Interaction[Renga], id: StoryNumber) -> Told:
        """A story of this server."""
        return await self.app.stories.read(space_of(interaction), id)

    async def act(self, interaction: discord.Interaction[Renga], told: Told, event: Event) -> Outcome:
        """Let something happen, and tell the member that it did."""
        if not interaction.response.is_done():
            await acknowledge(interaction, private=True)
        row = told.row
        outcome = await self.app.stories.act(row.guild, row.id, event, key=str(interaction.id))
        await tell(interaction, translate("story.done", lang_read(interaction)))
        return outcome

    async def open_anew(self, interaction: discord.Interaction[Renga], told: Told) -> None:
        """Another thread for a story whose thread is gone."""
        if member_of(interaction) != told.story.starter and not is_moderator(interaction):
            raise ev.StoryRefusal("story.leaders_only")
        await acknowledge(interaction, private=True)
        row = told.row
        opened = await self.app.store.outbox.put(
            row.guild, row.place.channel, OPEN, {"story": int(row.id)}, key=f"{row.id}:open:{row.version}"
        )
        await self.app.dispatch.deliver(opened)

    async def ask_words(self, interaction: discord.Interaction[Renga], told: Told, turn: int) -> None:
        """The form for a turn, with the member's private draft in it."""
        row, story, member = told.row, told.story, member_of(interaction)
        current = story.current
        if current is None or (turn and current.number != turn):
            raise BadInput("story.too_late")
        if current.member is not None and current.member != member:
            raise ev.NotYourTurn()
        draft = await quickly(self.app.stories.store.draft(row.guild, row.id, member))
        lang = lang_read(interaction)
        fields = [text_field("text", lang, long=True, default=draft.text if draft is not None else "")]
        if story.terms.order is Order.PEN:
            fields.append(text_field("next", lang, required=False, limit=40))
        await interaction.response.send_modal(form("story-write", int(row.id), current.number, lang, *fields))

    async def written(self, interaction: discord.Interaction[Renga], filled: Form) -> None:
        """A turn, from its form; what cannot be taken is kept as a draft."""
        await acknowledge(interaction, private=True)
        told = await self.told(interaction, StoryNumber(filled.subject))
        member, text = member_of(interaction), filled.value("text")
        try:
            await self.app.stories.submit(
                told,
                member,
                text,
                turn=filled.take,
                key=str(interaction.id),
                to=await self._named(told, filled.value("next")),
            )
        except RengaError:
            await self.app.stories.keep_draft(told, member, PrivateDraft(text[:INPUT_LIMIT]))
            raise
        await tell(interaction, translate("story.saved", lang_read(interaction)))

    async def _named(self, told: Told, name: str) -> MemberId | None:
        """The writer whom somebody named."""
        wanted = name.strip().lstrip("@").casefold()
        if not wanted:
            return None
        names = await self.outlet.names(told.row.guild, [seat.member for seat in told.story.writers])
        return next((member for member, known in names.items() if known.casefold() == wanted), None)

    async def ask_edit(self, interaction: discord.Interaction[Renga], told: Told, turn: int) -> None:
        """The form for another version of one's own part."""
        found = told.story.turn(turn)
        if found is None or found.by != member_of(interaction):
            raise BadInput("story.no_turn")
        texts = await quickly(self.app.stories.texts(told.row))
        lang = lang_read(interaction)
        field = text_field("text", lang, long=True, default=texts.get(found.key, ""))
        await interaction.response.send_modal(form("story-edit", int(told.row.id), turn, lang, field))

    async def edited(self, interaction: discord.Interaction[Renga], filled: Form) -> None:
        """Another version of a part, from its form."""
        await acknowledge(interaction, private=True)
        told = await self.told(interaction, StoryNumber(filled.subject))
        await self.app.stories.edit(
            told, member_of(interaction), filled.take, filled.value("text"), key=str(interaction.id)
        )
        await tell(interaction, translate("story.saved", lang_read(interaction)))

    async def helped(
        self, interaction: discord.Interaction[Renga], told: Told, kind: Help, draft: str = ""
    ) -> None:
        """What a member asked of a model for their turn: for them alone."""
        await acknowledge(interaction, private=True)
        member, lang = member_of(interaction), lang_read(interaction)
        current = told.story.current
        if current is None or current.member not in (None, member):
            raise ev.NotYourTurn()
        self.app.usage.check(told.row.place, member)
        made = await self.app.story_writer.help(told, member, kind, draft, key=str(interaction.id))
        head = {"ways": "story.ways", "polish": "story.polished"}.get(kind, "story.draft")
        shown = split(verse(made.text), 1_700, most=1)
        view = story_view(("write",), told, turn=current.number, lang=lang)
        if shown is None:
            await tell(
                interaction, translate(head, lang), view=view, files=[("draft.txt", made.text.encode())]
            )
        else:
            await tell(interaction, f"-# {translate(head, lang)}\n{shown[0]}", view=view)

    async def read(self, interaction: discord.Interaction[Renga], told: Told, page: int) -> None:
        """A page of the story, for the member alone."""
        if not interaction.response.is_done():
            await acknowledge(interaction, private=True)
        lang = lang_read(interaction)
        if games.hidden(told.story):
            raise BadInput("story.read_hidden")
        found = look.pages(told, await self.app.stories.texts(told.row))
        if not found:
            raise BadInput("story.nothing_yet")
        page = min(max(page, 1), len(found))
        more = page % len(found) + 1
        footer = translate("story.read_page", lang, page=page, pages=len(found), next=more)
        await tell(interaction, f"**{line(told.story.title)}**\n{found[page - 1]}{footer}")

    async def recap(self, interaction: discord.Interaction[Renga], told: Told) -> None:
        """What happened since the member last wrote, in their language, for them alone."""
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

    def lead(self, interaction: discord.Interaction[Renga]) -> dict[str, object]:
        """Who acts, for an event."""
        return {"by": member_of(interaction), "moderator": is_moderator(interaction)}

    def thread_of(self, told: Told) -> ChannelId | None:
        """Where a story is written."""
        return told.row.thread
