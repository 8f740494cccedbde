"""The further messages of a work that does not fit one."""

from __future__ import annotations

import logging

import discord

from bot.ids import ChannelId, MessageId, Place
from bot.works import CARD_PART, Shown, Work, WorkStore
from cogs.ui.card import Card
from cogs.ui.stream import Surface

log = logging.getLogger(__name__)


async def lay_rest(
    works: WorkStore,
    bot: discord.Client,
    surface: Surface,
    place: Place,
    work: Work,
    drawn: Card,
    *,
    kind: str = CARD_PART,
) -> None:
    """Post what does not fit the card below it; messages of an earlier take are used again or deleted.

    ``kind`` is that of the further messages: of the card, or of the gallery's post.
    """
    old = [
        shown
        for shown in await works.cards(work.guild, work.id)
        if shown.kind == kind and shown.channel == place.spot
    ]
    old.sort(key=lambda shown: shown.message)
    channel = bot.get_partial_messageable(place.spot)
    for index, content in enumerate(drawn.rest):
        if index < len(old):
            try:
                await channel.get_partial_message(old[index].message).edit(content=content)
            except (discord.NotFound, discord.Forbidden):
                log.info("a further message of work %s is gone", work.id)
            else:
                continue
        id = await surface.follow(content, f"{surface.id}.{index}"[-25:])
        await works.show(
            Shown(
                guild=work.guild,
                work=work.id,
                channel=ChannelId(place.spot),
                message=MessageId(id),
                kind=kind,
            )
        )
    for shown in old[len(drawn.rest) :]:
        try:
            await channel.get_partial_message(shown.message).delete()
        except (discord.NotFound, discord.Forbidden):
            continue
