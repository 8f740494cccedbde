"""The buttons of :mod:`cogs.ui.offers`."""

from __future__ import annotations

from typing import Any, Self

import discord

from bot.client import Renga
from bot.errors import BadInput, NotAllowed
from cogs.ui.items import LastingItem
from cogs.ui.offers import offer_of
from cogs.ui.where import member_of


class UseButton(
    LastingItem["discord.ui.Button[Any]"], template=r"renga:y:(?P<asked>[0-9]{1,20}):(?P<at>[0-9])"
):
    """Takes one of the words that may have been meant: ``renga:y:<interaction>:<place>``."""

    def __init__(self, asked: int, at: int) -> None:
        super().__init__(discord.ui.Button(label="–", custom_id=f"renga:y:{asked}:{at}"))
        self.asked = asked
        self.at = at

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew from its id."""
        return cls(int(match["asked"]), int(match["at"]))

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Carry out what was asked for, with that word."""
        offer = offer_of(interaction.client, self.asked)
        if offer is None or self.at >= len(offer.words):
            raise BadInput("refused.type_again")
        if offer.member != member_of(interaction):
            raise NotAllowed("refused.not_yours")
        await offer.again(interaction, offer.words[self.at])
