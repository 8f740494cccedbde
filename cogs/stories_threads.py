"""What happens in the threads of stories: plain messages, edits, deletions, closed threads, writers who go.

The database is canon.  A message that is a turn may be edited (then the part
gets another version) or deleted (then the part stays, and the thread is told).
"""

from __future__ import annotations

import logging
import re
from typing import Any, cast

import discord
from discord.ext import commands

from bot.client import Renga
from bot.errors import AgainstTheRules, BadInput, HeldForReview, Refusal, RengaError
from bot.explain import explain
from bot.i18n.text import translate
from bot.ids import ChannelId, GuildId, MemberId, MessageId
from bot.services.stories import Told
from bot.services.stories_ports import StoryNumber
from bot.services.stories_told import acting
from bot.stories import events as ev
from bot.stories import games
from bot.stories.events import Event, NotYourTurn, StoryRefusal, TooLate
from bot.stories.model import CLOCK, Stage
from bot.stories.words import twice
from cogs.stories import Stories
from cogs.ui.items import found
from cogs.ui.modals import read_file
from cogs.ui.stories_desk import StoryDesk
from cogs.ui.stories_items import story_view

log = logging.getLogger(__name__)

CHAT = ("((", "（（")
"""What begins with this is chat, also from whoever writes next."""

SENT_AWAY = "story.paused_gone"
"""Why a story rests whose server has sent the bot away."""


class StoriesThreads(commands.Cog):
    """Listens where stories are written."""

    def __init__(self, bot: Renga) -> None:
        self._bot = bot
        self._app = bot.app

    @property
    def _desk(self) -> StoryDesk:
        cog: Stories = found(self._bot, "Stories")
        return cog.desk

    # --- messages --------------------------------------------------------------------------

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Take a message of whoever writes next as their turn; everything else is chat."""
        if message.guild is None or message.author.bot or not isinstance(message.channel, discord.Thread):
            return
        text = self._said(message)
        if not text and not message.attachments:
            return
        told = await self._app.stories.at(GuildId(message.guild.id), ChannelId(message.channel.id))
        member = MemberId(message.author.id)
        if told is None or not _writes(told, member) or text.startswith(CHAT):
            return
        told = acting(told, (role.id for role in getattr(message.author, "roles", ())))
        current = told.story.current
        assert current is not None
        try:
            text = await self._whole(message, text)
            if not text:
                return
            await self._desk.settle_draft(told, member, text)
            await self._app.stories.submit(
                told,
                member,
                text,
                turn=current.number,
                key=f"message:{message.id}",
                message=(MessageId(message.id), ChannelId(message.channel.id)),
            )
        except (NotYourTurn, TooLate, StoryRefusal):
            return  # the story moved on meanwhile: it was chat after all
        except RengaError as error:
            if isinstance(error, Refusal):
                await self._desk.keep(told, member, text)
            await self._answer(message, told, error)

    def _said(self, message: discord.Message) -> str:
        """The text without a mention of the bot before it."""
        me = self._bot.user
        return (
            re.sub(rf"^\s*<@!?{me.id}>[\s,:，：]*", "", message.content)
            if me is not None
            else message.content
        )

    async def _whole(self, message: discord.Message, text: str) -> str:
        """The text, and that of a text file with it: long turns come so."""
        files = [file for file in message.attachments if file.filename.endswith((".txt", ".md", ".fountain"))]
        if not files:
            return text.strip()
        return "\n\n".join(part for part in (text.strip(), (await read_file(files[0])).strip()) if part)

    async def _answer(
        self,
        message: discord.Message | discord.PartialMessage,
        told: Told,
        error: RengaError,
        *,
        edited: bool = False,
    ) -> None:
        """Say why it is not in the story; what was typed is not said again where all can read it.

        A new text is found again under Write; an edited part stays as it was.
        """
        lang = told.row.language
        if isinstance(error, BadInput):
            error.facts.pop("typed", None)
        refused, held = isinstance(error, AgainstTheRules), isinstance(error, HeldForReview)
        # Which rule it was, and where, is for the writer alone.
        text = explain(error, lang)[:1_500]
        if refused:
            text = translate("story.held_public" if held else "story.refused_public", lang)
        key = "story.as_it_was" if edited else "story.held_here" if held else "story.draft_kept"
        kept = translate(key, lang)
        buttons = ("write", "why") if refused else ("write",)
        view = None if edited or held else story_view(buttons, told, lang=lang)
        options: dict[str, Any] = {"view": view} if view is not None else {}
        try:
            await message.reply(f"{text}\n-# {kept}", mention_author=False, **options)
        except discord.HTTPException:
            log.info("a writer of story %s could not be answered", told.row.id)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Another version of a part whose message was edited."""
        data = cast("dict[str, Any]", payload.data)
        author: dict[str, Any] = data.get("author") or {}
        me = self._bot.user
        if (
            payload.guild_id is None
            or not data.get("content")
            or me is None
            or author.get("id") == str(me.id)
        ):
            return
        found_turn = await self._app.stories.store.turn_of(
            GuildId(payload.guild_id), MessageId(payload.message_id)
        )
        if found_turn is None:
            return
        told = await self._app.stories.read(GuildId(payload.guild_id), found_turn[0])
        turn = told.story.turn(found_turn[1])
        if turn is None or str(turn.by) != author.get("id"):
            return
        held: dict[str, Any] = data.get("member") or {}
        told = acting(told, held.get("roles") or ())
        text = re.sub(rf"^\s*<@!?{me.id}>[\s,:，：]*", "", str(data["content"]))
        key = f"edit:{payload.message_id}:{data.get('edited_timestamp')}"
        try:
            await self._app.stories.edit(told, turn.by, turn.number, text, key=key)
        except Refusal as error:
            if error.text_key != "refused.unchanged":
                channel = self._bot.get_partial_messageable(payload.channel_id)
                await self._answer(channel.get_partial_message(payload.message_id), told, error, edited=True)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Say that a part stays though its message is gone; post a panel anew."""
        await self._gone(payload.guild_id, payload.channel_id, payload.message_id)

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """The same for many at once."""
        for message in sorted(payload.message_ids):
            await self._gone(payload.guild_id, payload.channel_id, message)

    async def _gone(self, guild: int | None, channel: int, message: int) -> None:
        if guild is None:
            return
        space = GuildId(guild)
        shown = await self._app.stories.store.turn_of(space, MessageId(message))
        if shown is None:
            told = await self._app.stories.at(space, ChannelId(channel))
            if told is not None and told.row.panel == message:
                await self._app.stories.store.shown(space, told.row.id, None, 0)
                await self._desk.outlet.refresh(await self._app.stories.read(space, told.row.id))
            return
        told = await self._app.stories.read(space, shown[0])
        turn = told.story.turn(shown[1])
        if turn is not None and told.row.thread == channel:
            number = str(told.story.turns.index(turn) + 1)
            await self._desk.outlet.note(
                told, "story.message_gone", f"gone:{message}", ChannelId(channel), number=number
            )

    # --- threads ---------------------------------------------------------------------------

    @commands.Cog.listener()
    async def on_raw_thread_update(self, payload: discord.RawThreadUpdateEvent) -> None:
        """A thread that was locked: the story rests.  One that was archived opens with the next message."""
        data = cast("dict[str, Any]", payload.data)
        meta: dict[str, Any] = data.get("thread_metadata") or {}
        if not meta.get("locked"):
            return
        told = await self._app.stories.at(GuildId(payload.guild_id), ChannelId(payload.thread_id))
        if told is not None and told.story.stage is Stage.RUNNING:
            await self._let(told, ev.Pause(by=CLOCK, why="story.paused_thread"))

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """A thread that was deleted: the story rests, and can be opened again in another."""
        told = await self._app.stories.at(GuildId(payload.guild_id), ChannelId(payload.thread_id))
        if told is None:
            return
        await self._desk.outlet.lost(told)

    @commands.Cog.listener()
    async def on_guild_channel_update(
        self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        """A channel that is no longer for adults alone: neither are its stories, and they are told."""
        if not getattr(before, "nsfw", False) or getattr(after, "nsfw", False):
            return
        for row in await self._app.stories.store.open_in(GuildId(after.guild.id)):
            told = await self._app.stories.read(row.guild, row.id)
            if row.place.channel != after.id or told.story.terms.rating != "adult" or row.thread is None:
                continue
            await self._desk.outlet.note(told, "story.age_gone", f"age:{row.id}:{row.version}", row.thread)
            await self._desk.outlet.refresh(told)

    # --- writers and servers ---------------------------------------------------------------

    @commands.Cog.listener()
    async def on_member_ban(self, guild: discord.Guild, user: discord.User | discord.Member) -> None:
        """A banned member has no seat any more; what they wrote stays."""
        await self._departed(GuildId(guild.id), MemberId(user.id))

    @commands.Cog.listener()
    async def on_raw_member_remove(self, payload: discord.RawMemberRemoveEvent) -> None:
        """Likewise one who left, where the bot is told of it (it is without the members intent)."""
        await self._departed(GuildId(payload.guild_id), MemberId(payload.user.id))

    async def _departed(self, guild: GuildId, member: MemberId) -> None:
        for row in await self._app.stories.store.of_member(guild, member, limit=100):
            told = await self._app.stories.read(guild, row.id)
            if told.story.seat(member) is not None:
                await self._let(told, ev.Depart(by=CLOCK, member=member))

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was sent away: its stories there rest until it is back."""
        for row in await self._app.stories.store.open_in(GuildId(guild.id)):
            told = await self._app.stories.read(row.guild, row.id)
            if told.story.stage is Stage.RUNNING:
                await self._let(told, ev.Pause(by=CLOCK, why=SENT_AWAY))

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """The bot is back: what rested because it was away goes on where its thread still is."""
        for row in await self._app.stories.store.open_in(GuildId(guild.id)):
            told = await self._app.stories.read(row.guild, row.id)
            if told.story.stage is not Stage.PAUSED or told.story.rest != SENT_AWAY:
                continue
            try:
                await self._bot.fetch_channel(row.thread or 0)
            except discord.NotFound:
                await self._desk.outlet.lost(told)
            except discord.HTTPException as error:
                log.info("story %s stays paused: %s", row.id, error.code)
            else:
                await self._let(told, ev.Resume(by=CLOCK))

    async def _let(self, told: Told, event: Event) -> None:
        """Let something happen that Discord told of; told twice, it happens once."""
        key = f"{told.row.id}:{told.row.version}:{type(event).__name__}"
        try:
            await self._app.stories.act(told.row.guild, StoryNumber(told.row.id), event, key=key)
        except Refusal as error:
            log.info("nothing came of it in story %s: %s", told.row.id, error.text_key)


def _writes(told: Told, member: MemberId) -> bool:
    """Whether a plain message of a member would be a turn."""
    story = told.story
    if story.stage is not Stage.RUNNING or story.current is None or games.hidden(story):
        return False
    if story.current.member is not None:
        return story.current.member == member and not story.current.stand_in
    return story.seat(member) is not None and not twice(story, member)


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(StoriesThreads(bot))
