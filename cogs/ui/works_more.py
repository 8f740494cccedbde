"""*More…* under a work: what is done with it now and then, offered to one member alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import discord

from bot.attribution.credits import Credits
from bot.client import Renga
from bot.i18n.text import translate
from bot.ids import Lang, MemberId, WorkId
from cogs.ui.items import LastingItem, found
from cogs.ui.more import Feature, Features


class TakeOf(NamedTuple):
    """One take of a work, as a menu's id names it; take 0 is the one that stands."""

    work: WorkId
    take: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OnWork:
    """A work whose menu is opened, and who opens it."""

    made: Credits
    takes: int
    member: MemberId
    moderator: bool

    @property
    def own(self) -> bool:
        """Whether it is theirs."""
        return self.made.work.author == self.member

    @property
    def shared(self) -> bool:
        """Whether others can see it."""
        return not self.made.work.wish.private and not self.made.work.place.is_private_room


WorkFeatures = Features[OnWork, TakeOf]
WorkFeature = Feature[OnWork, TakeOf]


class WorkMenu(
    LastingItem["discord.ui.Select[Any]"], template=r"renga:o:(?P<work>[0-9]{1,18}):(?P<take>[0-9]{1,9})"
):
    """The menu of a work: ``renga:o:<work>:<take>``; its values are the names of features."""

    def __init__(
        self, on: TakeOf, options: Sequence[discord.SelectOption] = (), *, lang: Lang = "en"
    ) -> None:
        super().__init__(
            discord.ui.Select(
                custom_id=f"renga:o:{on.work}:{on.take}",
                placeholder=translate("button.more", lang),
                options=list(options) or [discord.SelectOption(label="–", value="0")],
            )
        )
        self.on = on

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew; what was chosen comes with the press."""
        return cls(TakeOf(WorkId(int(match["work"])), int(match["take"])))

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Hand the choice to the feature."""
        await found(interaction.client, "Works").chosen(interaction, self.item.values[0], self.on)
