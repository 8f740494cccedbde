"""Models at the table as members see them: turns that stream, two takes to choose from, help in private."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import discord

from bot.attribution.model import Span
from bot.client import Renga
from bot.errors import BadInput, RengaError
from bot.i18n.text import translate
from bot.ids import GuildId, MemberId, MessageId
from bot.services.brief import Finished, Step, Words
from bot.services.stories import Told
from bot.services.stories_ports import PrivateDraft, StoryNumber
from bot.services.stories_writer import Help
from bot.stories import events as ev
from bot.stories import games
from bot.stories.model import Stage
from cogs.ui.reply import tell
from cogs.ui.safe import verse
from cogs.ui.split import MESSAGE_LIMIT, split, width
from cogs.ui.stories_drafts import APART, by_words, drafted
from cogs.ui.stories_items import story_view
from cogs.ui.stories_outlet import StoryOutlet
from cogs.ui.stream import BotMessage, Frame, LiveMessage
from cogs.ui.where import lang_read, member_of

log = logging.getLogger(__name__)

Steps = Callable[[asyncio.Event], AsyncGenerator[Step, None]]

WAYS = ("way-one", "way-two", "way-three")

_NUMBER = re.compile(r"^\s*(?:[(（]?[0-9一二三]+[.)、）:：]|[-*•])\s*")


class StoryModels:
    """Has models write, and shows what they write."""

    def __init__(self, bot: Renga, outlet: StoryOutlet) -> None:
        self._bot = bot
        self._app = bot.app
        self._outlet = outlet
        self._writing: dict[tuple[GuildId, StoryNumber, int], asyncio.Task[None]] = {}

    # --- a turn of their own -----------------------------------------------------------------

    async def have_written(self, told: Told, turn: int) -> None:
        """Have a model write the open turn, meanwhile; it is asked once at a time."""
        key = (told.row.guild, told.row.id, turn)
        if key in self._writing or told.row.thread is None:
            return
        writer = self._app.story_writer
        steps: Steps = lambda stop: writer.turn(told, turn, stop=stop)  # noqa: E731
        task = asyncio.create_task(self._turn(told, turn, steps), name=f"story:{told.row.id}:{turn}")
        self._writing[key] = task
        task.add_done_callback(lambda _: self._writing.pop(key, None))

    async def wind_up(self) -> None:
        """The bot goes: what models are writing is asked for again when it is back."""
        tasks = list(self._writing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _turn(self, told: Told, turn: int, steps: Steps) -> None:
        """A model's words as they come, in a message that is one of the part's."""
        row = told.row
        try:
            if games.hidden(told.story):
                async with aclosing(steps(asyncio.Event())) as coming:
                    async for _ in coming:
                        pass
                return
            message = await self._placeholder(told, turn)
            done = await self._streamed(message, steps)
            after = await self._app.stories.read(row.guild, row.id)
            number = done.take.number if done is not None else turn
            if (written := after.story.turn(number)) is not None:
                await self._outlet.show_part(after, written)
        except (RengaError, discord.HTTPException) as error:
            log.info("story %s: a model's turn came to nothing: %s", row.id, type(error).__name__)
            await self._given_up(told, turn)

    async def _streamed(self, message: discord.PartialMessage, steps: Steps) -> Finished | None:
        """Show words in a message as they come."""
        done: Finished | None = None
        async with (
            LiveMessage(BotMessage(message), every=self._app.settings.edit_seconds) as live,
            aclosing(steps(asyncio.Event())) as coming,
        ):
            async for step in coming:
                if isinstance(step, Words):
                    live.show(Frame(f"{verse(step.text)[:1900]} ✍️"))
                elif isinstance(step, Finished):
                    done = step
        return done

    async def _placeholder(self, told: Told, turn: int) -> discord.PartialMessage:
        """The message that a model writes in: that of before a restart, if there was one."""
        row = told.row
        assert row.thread is not None
        channel = self._bot.get_partial_messageable(row.thread)
        held = await self._app.stories.store.messages(row.guild, row.id, turn)
        if held:
            return channel.get_partial_message(held[0])
        text = translate("story.writing", row.language)
        sent = await channel.send(text, nonce=f"{row.id}:{turn}:ai"[-25:])
        await self._app.stories.store.posted(row.guild, row.id, MessageId(sent.id), turn, row.thread)
        return channel.get_partial_message(sent.id)

    async def _given_up(self, told: Told, turn: int) -> None:
        row = told.row
        fresh = await self._app.stories.read(row.guild, row.id)
        written = fresh.story.turn(turn)
        if row.thread is None or written is not None:
            if written is not None:
                await self._outlet.show_part(fresh, written)
            return
        channel = self._bot.get_partial_messageable(row.thread)
        current = fresh.story.current
        waits = current is not None and current.number == turn and current.by_model
        text = translate("story.writing_again" if waits else "story.writing_given_up", row.language)
        for message in await self._app.stories.store.messages(row.guild, row.id, turn):
            try:
                await channel.get_partial_message(message).edit(content=text)
            except discord.HTTPException:
                continue

    # --- two takes of it ---------------------------------------------------------------------

    async def another(self, interaction: discord.Interaction[Renga], told: Told, turn: int) -> None:
        """Another take of a model's last part, which streams into the message of the first."""
        member, key, row = member_of(interaction), str(interaction.id), told.row
        found = told.story.turn(turn)
        if found is None or not found.by_model or told.story.last != found:
            raise BadInput("story.not_another")
        if len(found.versions) > 1:
            raise ev.TooLate("story.one_other_take")
        current = told.story.current
        if member not in (told.story.starter, current.member if current is not None else None):
            raise ev.NotYourTurn("story.not_another")
        writer = self._app.story_writer
        steps: Steps = lambda stop: writer.another(told, member, turn, key=key, stop=stop)  # noqa: E731
        held = await self._app.stories.store.messages(row.guild, row.id, turn)
        try:
            if held and row.thread is not None:
                channel = self._bot.get_partial_messageable(row.thread)
                await self._streamed(channel.get_partial_message(held[0]), steps)
            else:
                async with aclosing(steps(asyncio.Event())) as coming:
                    async for _ in coming:
                        pass
        finally:
            fresh = await self._app.stories.read(row.guild, row.id)
            if (written := fresh.story.turn(turn)) is not None:
                await self._outlet.show_part(fresh, written)
        await tell(interaction, translate("story.two_takes", lang_read(interaction)))

    async def vote(
        self, interaction: discord.Interaction[Renga], told: Told, turn: int, version: int
    ) -> None:
        """A member prefers one of two takes; whichever more prefer stands until the next part."""
        row, found = told.row, told.story.turn(turn)
        if found is None or version >= len(found.versions):
            raise ev.TooLate()
        texts = await self._app.stories.texts(row)
        words = games.words(texts.get(found.versions[version], ""))
        event = ev.Vote(by=member_of(interaction), turn=turn, version=version, words=words)
        await self._app.stories.act(row.guild, row.id, event, key=str(interaction.id))
        fresh = await self._app.stories.read(row.guild, row.id)
        if (voted := fresh.story.turn(turn)) is not None:
            await self._outlet.show_part(fresh, voted)
        await tell(interaction, translate("story.voted", lang_read(interaction)))

    async def takes(self, interaction: discord.Interaction[Renga], told: Told, turn: int) -> None:
        """Both takes side by side, for the member alone."""
        found, lang = told.story.turn(turn), lang_read(interaction)
        if found is None or len(found.versions) < 2:
            raise ev.TooLate()
        texts = await self._app.stories.texts(told.row)
        names = ("take-one", "take-two")
        shown = [
            f"**{translate(f'story_button.{name}', lang)}**\n{verse(texts.get(key, '…'))}"
            for name, key in zip(names, found.versions, strict=False)
        ]
        whole = "\n".join(shown)
        if width(whole) <= MESSAGE_LIMIT:
            await tell(interaction, whole)
        else:
            file = "\n\n".join(texts.get(key, "…") for key in found.versions)
            await tell(interaction, translate("story.takes_file", lang), files=[("takes.txt", file.encode())])

    # --- help with one's own turn --------------------------------------------------------------

    async def helped(
        self, interaction: discord.Interaction[Renga], told: Told, kind: Help, draft: str = ""
    ) -> None:
        """What a member asked of a model for their turn: for them alone."""
        row, member, lang = told.row, member_of(interaction), lang_read(interaction)
        current = told.story.current
        if told.story.stage is not Stage.RUNNING or current is None or current.member not in (None, member):
            raise ev.NotYourTurn()
        self._app.usage.check(row.place, member)
        held = await self._app.stories.store.draft(row.guild, row.id, member)
        made = await self._app.story_writer.help(told, member, kind, draft, key=str(interaction.id))
        if kind == "draft":
            made = await self._added(told, member, held, made)
        actions: tuple[str, ...] = ("write",)
        text = verse(made.text)
        if kind == "ways":
            ways = await self._suggested(told, made, interaction)
            actions = WAYS[: len(ways)]
            text = "\n".join(f"**{at}.** {verse(way)}" for at, way in enumerate(ways, start=1))
        elif kind == "polish":
            text = await asyncio.to_thread(by_words, draft, made.text)
        head = translate({"ways": "story.ways", "polish": "story.polished"}.get(kind, "story.draft"), lang)
        view = story_view(actions, told, turn=current.number, lang=lang)
        shown = split(text, 1_700, most=1)
        if shown is None:
            await tell(interaction, head, view=view, files=[("draft.txt", made.text.encode())])
        else:
            await tell(interaction, f"-# {head}\n{shown[0]}", view=view)

    async def _added(
        self, told: Told, member: MemberId, held: PrivateDraft | None, made: PrivateDraft
    ) -> PrivateDraft:
        """Put a model's draft behind what the member had drafted by hand: nothing of theirs is lost."""
        own = drafted(held)
        by_models = sum(span.end - span.start for span in (held.spans if held else ()) if span.model)
        if held is None or not own.strip() or by_models >= len(own.strip()):
            return made
        shift = len(own) + 2
        moved = (Span(one.start + shift, one.end + shift, one.member, one.model) for one in made.spans)
        kept = (span for span in held.spans if span.end <= len(own))
        both = PrivateDraft(f"{own}\n\n{made.text}", (*kept, *moved))
        await self._app.stories.keep_draft(told, member, both)
        return both

    async def _suggested(
        self, told: Told, made: PrivateDraft, interaction: discord.Interaction[Renga]
    ) -> list[str]:
        """Keep ways on beside what the member has drafted already, each signed by the model."""
        row, member = told.row, member_of(interaction)
        held = await self._app.stories.store.draft(row.guild, row.id, member)
        own = drafted(held)
        spans = [span for span in (held.spans if held is not None else ()) if span.end <= len(own)]
        ways = [_NUMBER.sub("", way).strip() for way in made.text.splitlines() if way.strip()][:3]
        text = own
        for way in ways:
            start = len(text) + 1
            text = f"{text}{APART}{way}"
            if made.spans:
                spans.append(Span(start, len(text), member, made.spans[0].model))
        await self._app.stories.keep_draft(told, member, PrivateDraft(text, tuple(spans)))
        return ways

    async def use_way(self, interaction: discord.Interaction[Renga], told: Told, at: int) -> None:
        """Take one of the ways on into the member's draft; what they had drafted stays before it."""
        row, member = told.row, member_of(interaction)
        held = await self._app.stories.store.draft(row.guild, row.id, member)
        own, *ways = held.text.split(APART) if held is not None else ("",)
        if held is None or at >= len(ways):
            raise ev.TooLate()
        start = len(own) + 1 + sum(len(way) + 1 for way in ways[:at])
        text = f"{own}\n{ways[at]}" if own else ways[at]
        shift = len(text) - len(ways[at]) - start
        taken = [
            Span(span.start + shift, span.end + shift, span.member, span.model)
            for span in held.spans
            if start <= span.start and span.end <= start + len(ways[at])
        ]
        kept = [span for span in held.spans if span.end <= len(own)]
        await self._app.stories.keep_draft(told, member, PrivateDraft(text, (*kept, *taken)))
