"""The way out to Discord for what must be said exactly once, and for cards that have to be drawn anew."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol

import discord

from bot.app import App
from bot.connection import TROUBLE, passes, told
from bot.errors import Gone
from bot.i18n.text import lang_of
from bot.ids import GuildId, Lang, MessageId, WorkId
from bot.services.dispatch import NotNow, Undeliverable
from bot.services.ports import Outgoing
from bot.works import CARD_PART, POST, POST_PART, Shown, Work
from cogs.ui import card as cards
from cogs.ui.pages import lay_rest
from cogs.ui.stream import BotMessage, Frame
from cogs.ui.where import place_in
from cogs.ui.writing import Writing

log = logging.getLogger(__name__)

ARCHIVED = 50083
LOOK_BACK = 50
"""Messages that are looked through for one that was posted before a crash."""


class Poster(Protocol):
    """Posts the messages of one kind; see :class:`bot.services.dispatch.Messenger`."""

    async def post(self, outgoing: Outgoing) -> MessageId:
        """Post a message with its nonce."""
        ...

    async def find(self, outgoing: Outgoing) -> MessageId | None:
        """A message posted for the same row before."""
        ...


class Outlet:
    """Posts, finds and redraws messages as the bot itself; see :class:`bot.services.dispatch.Messenger`."""

    def __init__(self, app: App, bot: discord.Client, writing: Writing) -> None:
        self._app = app
        self._bot = bot
        self._writing = writing
        self.others: dict[str, Poster] = {}
        """Who posts what is no card of a work: by the first word of its kind."""

    async def post(self, outgoing: Outgoing) -> MessageId:
        """Post a card, once for its nonce."""
        if (other := self.others.get(outgoing.kind.split("-")[0])) is not None:
            return await other.post(outgoing)
        if outgoing.work is None:
            raise Undeliverable(outgoing.kind)
        lang = await self.lang(outgoing.guild, None)
        try:
            drawn = await self._writing.card(
                outgoing.guild,
                outgoing.work,
                int(outgoing.payload.get("take", 0)),
                lang=lang,
            )
            work = await self._app.works.work(outgoing.guild, outgoing.work)
        except Gone as error:
            raise Undeliverable from error
        channel = await self.channel(outgoing.channel)
        message = await self.send(channel, drawn.first, outgoing.nonce)
        await lay_rest(
            self._app.works,
            self._bot,
            BotMessage(message),
            place_in(outgoing.guild, channel, outgoing.channel),
            work,
            drawn,
        )
        return MessageId(message.id)

    async def find(self, outgoing: Outgoing) -> MessageId | None:
        """A message posted for the same row before, known by its buttons."""
        if (other := self.others.get(outgoing.kind.split("-")[0])) is not None:
            return await other.find(outgoing)
        return await self.find_card(outgoing)

    async def find_card(self, outgoing: Outgoing) -> MessageId | None:
        """The same of a message that shows a work, and that is not known to."""
        channel = await self.channel(outgoing.channel)
        mark = re.compile(rf"renga:w:[a-z-]+:{outgoing.work}(?::|$)")
        try:
            async for message in channel.history(
                limit=LOOK_BACK, after=outgoing.at - timedelta(minutes=1), oldest_first=False
            ):
                if message.author == self._bot.user and any(mark.match(id) for id in _custom_ids(message)):
                    known = await self._app.works.shown(outgoing.guild, MessageId(message.id))
                    if known is None:
                        return MessageId(message.id)
        except discord.Forbidden:
            log.info("cannot look back in channel %s", outgoing.channel)
        return None

    def busy(self, work: WorkId) -> bool:
        """Whether a work is being written now."""
        return self._writing.running(work) is not None

    async def refresh(self, work: Work, card: Shown, *, cut_off: str = "") -> bool:
        """Draw a card anew from the store; False if its message cannot be edited any more.

        Raises:
            NotNow: Discord does not take it at the moment.
        """
        lang = await self.lang(work.guild, work)
        if cut_off:
            return await self._put(work, card, lambda shown: cards.cut_off(work.id, lang, cut_off, shown))
        # The gallery shows what was published; whatever take its author looks at is no concern of it.
        published = card.kind == POST
        take = card.take if published else 0
        drawn = await self._writing.card(work.guild, work.id, take, lang=lang, published=published)
        return await self._put(work, card, drawn.first, drawn)

    async def redraw(self, work: Work, card: Shown, frame: Frame | None = None) -> None:
        """Put a frame, or else the work as it is, on the message of a card if that can be done now."""
        try:
            if frame is None:
                await self.refresh(work, card)
            else:
                await self._put(work, card, frame)
        except NotNow as error:
            log.info("the card of work %s waits for its next change: %s", work.id, error)

    async def _put(
        self,
        work: Work,
        card: Shown,
        frame: Frame | Callable[[str], Frame],
        drawn: cards.Card | None = None,
    ) -> bool:
        """Put a frame, or what is made of the words shown now, on a message; what does not fit goes after."""
        try:
            channel = await self.channel(card.channel)
            message = channel.get_partial_message(card.message)
            if not isinstance(frame, Frame):
                frame = frame((await message.fetch()).content)
            shown = cards.boxed(frame) if card.kind == POST else frame
            await message.edit(**shown.edited())
            if drawn is not None:
                place = place_in(work.guild, channel, card.channel)
                kind = POST_PART if card.kind == POST else CARD_PART
                await lay_rest(self._app.works, self._bot, BotMessage(message), place, work, drawn, kind=kind)
        except (*TROUBLE, Undeliverable) as error:
            if passes(error):
                raise NotNow(told(error)) from error
            log.info("the card of work %s could not be drawn anew: %s", work.id, type(error).__name__)
            return False
        return True

    async def lang(self, guild: GuildId, work: Work | None) -> Lang:
        """The language of what all in a guild see; of a private room, that of the work."""
        known = self._bot.get_guild(guild)
        if known is not None:
            return lang_of(str(known.preferred_locale))
        wanted = work.wish.language if work is not None else None
        return wanted or self._app.settings.language

    async def channel(self, id: int) -> Any:
        """A channel or thread to post in."""
        channel = self._bot.get_channel(id)
        if channel is None:
            try:
                channel = await self._bot.fetch_channel(id)
            except (discord.NotFound, discord.Forbidden) as error:
                raise Undeliverable from error
        if not isinstance(channel, discord.abc.Messageable):
            raise Undeliverable(type(channel).__name__)
        return channel

    async def send(self, channel: Any, frame: Frame, nonce: str, **more: Any) -> discord.Message:
        """Post a frame; a thread that was archived is opened again first."""
        for last in (False, True):
            try:
                return await channel.send(nonce=nonce, **frame.sent(), **more)
            except discord.HTTPException as error:
                if error.code == ARCHIVED and not last and await _unarchived(channel):
                    continue
                if error.status in (403, 404) or error.code == ARCHIVED:
                    raise Undeliverable from error
                raise
        raise Undeliverable(nonce)


async def _unarchived(channel: Any) -> bool:
    """Open an archived thread again, if the bot may."""
    if not isinstance(channel, discord.Thread):
        return False
    try:
        await channel.edit(archived=False)
    except discord.HTTPException:
        return False
    return True


def _custom_ids(message: discord.Message) -> list[str]:
    found: list[str] = []
    within: list[Any] = list(message.components)
    while within:
        one = within.pop()
        within += getattr(one, "children", ())
        if (id := getattr(one, "custom_id", None)) is not None:
            found.append(id)
    return found
