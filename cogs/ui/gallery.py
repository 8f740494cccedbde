"""The gallery's posts, and what an author is told of a work that was taken out.

A work has one post in the gallery.  Published again, it is edited; taken out or
deleted, it goes.  What is to happen to it comes by the outbox, so that it
happens once, also over a restart.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from dataclasses import replace

import discord

from bot.client import Renga
from bot.errors import Gone
from bot.i18n.text import translate
from bot.ids import ChannelId, GuildId, MessageId, WorkId
from bot.services.dispatch import Undeliverable
from bot.services.ports import Outgoing
from bot.services.publish import REASON_LIMIT
from bot.works import GALLERY_KINDS, POST, POST_PART, TAKEN_OUT, WITHDRAWN, Shown, Work, WorkState
from cogs.ui import card
from cogs.ui.outlet import Outlet
from cogs.ui.pages import lay_rest
from cogs.ui.safe import line, plain_line
from cogs.ui.stream import BotMessage, Frame
from cogs.ui.studio import Studio
from cogs.ui.where import place_in

log = logging.getLogger(__name__)


class Gallery:
    """Keeps the gallery as the store says it is to be; see :class:`cogs.ui.outlet.Poster`."""

    def __init__(self, bot: Renga, studio: Studio) -> None:
        self._bot = bot
        self._app = bot.app
        self._studio = studio
        self._at_it: defaultdict[tuple[GuildId, WorkId], asyncio.Lock] = defaultdict(asyncio.Lock)

    @property
    def _outlet(self) -> Outlet:
        return self._studio.outlet

    async def post(self, outgoing: Outgoing) -> MessageId:
        """Let the post of a work show what is published, or let it go; tell an author."""
        if outgoing.kind == WITHDRAWN:
            return await self._withdraw(outgoing.channel, MessageId(int(outgoing.payload["message"])))
        if outgoing.kind == TAKEN_OUT:
            return await self._tell_author(outgoing)
        if outgoing.work is None:
            raise Undeliverable(outgoing.kind)
        async with self._at_it[outgoing.guild, outgoing.work]:
            return await self._published(outgoing, outgoing.work)

    async def find(self, outgoing: Outgoing) -> MessageId | None:
        """A post from before a crash; the others are looked for by what they do."""
        return await self._outlet.find_card(outgoing) if outgoing.kind == POST else None

    async def _published(self, outgoing: Outgoing, id: WorkId) -> MessageId:
        guild, take = outgoing.guild, int(outgoing.payload.get("take", 0))
        try:
            work = await self._app.works.work(guild, id)
        except Gone as error:
            raise Undeliverable from error
        if work.state is not WorkState.PUBLISHED:
            raise Undeliverable(work.state)  # taken out again before it was there
        known = [one for one in await self._app.works.cards(guild, id) if one.kind in GALLERY_KINDS]
        kept: MessageId | None = None
        for old in reversed(known):
            here = old.channel == outgoing.channel
            if here and old.kind == POST_PART:
                continue  # used again
            if here and kept is None and await self._outlet.refresh(work, replace(old, take=take)):
                kept = old.message
            else:
                await self._withdraw(old.channel, old.message)
                await self._app.works.gone(guild, old.message)
        if kept is None:
            kept = await self._posted(outgoing, work, take)
        # Before anything else happens to the work: what is remembered is not posted twice.
        await self._app.works.show(
            Shown(guild=guild, work=id, channel=outgoing.channel, message=kept, kind=POST, take=take)
        )
        return kept

    async def _posted(self, outgoing: Outgoing, work: Work, take: int) -> MessageId:
        lang = await self._outlet.lang(outgoing.guild, None)
        drawn = await self._studio.writing.card(outgoing.guild, work.id, take, lang=lang, published=True)
        channel = await self._outlet.channel(outgoing.channel)
        message = await self._outlet.send(channel, drawn.first, outgoing.nonce)
        place = place_in(outgoing.guild, channel, outgoing.channel)
        await lay_rest(self._app.works, self._bot, BotMessage(message), place, work, drawn, kind=POST_PART)
        return MessageId(message.id)

    async def _withdraw(self, channel: ChannelId, message: MessageId) -> MessageId:
        """Delete a message of the bot's; one that is gone is as wanted."""
        try:
            found = await self._outlet.channel(channel)
            await found.get_partial_message(message).delete()
        except discord.NotFound:
            pass
        except discord.Forbidden as error:
            raise Undeliverable from error
        except Undeliverable:
            log.info("the channel of a post that is to go is closed")
        return message

    async def _tell_author(self, outgoing: Outgoing) -> MessageId:
        """In private; who takes no direct messages finds a button where they wrote."""
        id = WorkId(int(outgoing.payload["work"]))
        try:
            work = await self._app.works.work(outgoing.guild, id)
        except Gone as error:
            raise Undeliverable from error
        taken = await self._app.publisher.taken_out(work)
        if taken is None or not work.author:
            raise Undeliverable("put back")
        lang = await self._outlet.lang(outgoing.guild, None)
        server = self._bot.get_guild(outgoing.guild)
        told = translate(
            "work.was_taken_out",
            lang,
            title=line(work.title) or translate("work.untitled", lang),
            server=plain_line(server.name if server is not None else ""),
            reason=line(taken.draft.text, REASON_LIMIT) or "…",
        )
        try:
            user = self._bot.get_user(work.author) or await self._bot.fetch_user(work.author)
            return MessageId((await user.send(told, nonce=outgoing.nonce)).id)
        except discord.NotFound as error:
            raise Undeliverable from error
        except discord.Forbidden:
            view = card.view_of(("why",), id, 0, lang)
            notice = translate("work.taken_out_notice", lang, member=f"<@{work.author}>")
            channel = await self._outlet.channel(outgoing.channel)
            return MessageId((await self._outlet.send(channel, Frame(notice, view), outgoing.nonce)).id)
