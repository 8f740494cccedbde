"""*Renga…* on a message: a private menu of what can be done with it, which grows by feature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import discord

from bot.client import Renga
from bot.i18n.text import translate
from bot.ids import Lang
from bot.works import Shown
from cogs.ui.items import LastingItem, found
from cogs.ui.more import Feature, Features


@dataclass(frozen=True, slots=True)
class OnMessage:
    """A message on which the menu is opened, and the work that it shows, if it does."""

    message: discord.Message
    shown: Shown | None

    @property
    def readable(self) -> bool:
        """Whether there is a text to do something with: a work's, or what a person wrote."""
        message = self.message
        person = not message.author.bot and message.webhook_id is None
        return self.shown is not None or (person and bool(message.content.strip()))


MessageFeatures = Features[OnMessage, discord.Message]
MessageFeature = Feature[OnMessage, discord.Message]


class MessageMenu(LastingItem["discord.ui.Select[Any]"], template=r"renga:p:(?P<message>[0-9]{1,20})"):
    """The menu of a message: ``renga:p:<message>``; its values are the names of features."""

    def __init__(
        self, message: int, options: Sequence[discord.SelectOption] = (), *, lang: Lang = "en"
    ) -> None:
        super().__init__(
            discord.ui.Select(
                custom_id=f"renga:p:{message}",
                placeholder=translate("on_message.choose", lang),
                options=list(options) or [discord.SelectOption(label="–", value="0")],
            )
        )
        self.message = message

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew; what was chosen comes with the press."""
        return cls(int(match["message"]))

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Hand the choice to the cog that remembers the message."""
        await found(interaction.client, "Messages").chosen(interaction, self.item.values[0], self.message)
