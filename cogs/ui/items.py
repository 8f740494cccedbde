"""Buttons and menus that outlive a restart: everything they need is in their id and in the store.

An error in the callback of a ``DynamicItem`` is logged by discord.py and nobody
is told; :class:`LastingItem` tells.  It also drops a press that repeats one
which is still being carried out.  A press is authorised where it is carried
out, by the service: an id is typed by whoever sends it.
"""

from __future__ import annotations

from typing import Any, Protocol, Self, TypeVar

import discord
from discord.ext import commands

from bot.client import Renga
from bot.i18n.text import translate
from bot.ids import Lang, WorkId
from cogs.ui.reply import explain_to

Base = TypeVar("Base", bound="discord.ui.Item[Any]")

_under_way: set[tuple[int, str, int, tuple[Any, ...]]] = set()
"""Presses being carried out: the bot, the custom id, the member, and what was chosen."""


class LastingItem(discord.ui.DynamicItem[Base], template=r"(?!)"):
    """The base of every button and menu: tries, explains, and drops double presses."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Carry out a press once."""
        if not interaction.client.first_time(interaction):
            return
        # What was chosen counts too: a menu may be at work on one thing when another is chosen.
        chosen = tuple(getattr(self.item, "values", ()))
        press = (id(interaction.client), self.custom_id, interaction.user.id, chosen)
        if press in _under_way:
            await _ignore(interaction)
            return
        _under_way.add(press)
        try:
            await self.pressed(interaction)
        except Exception as error:  # noqa: BLE001 - whatever it is, the member is told
            await explain_to(interaction, error)
        finally:
            _under_way.discard(press)

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """What the press does."""
        raise NotImplementedError


async def _ignore(interaction: discord.Interaction[Any]) -> None:
    """Acknowledge without doing anything."""
    try:
        await interaction.response.defer()
    except discord.HTTPException:
        return


class Handler(Protocol):
    """A cog that carries out presses on works."""

    async def press(
        self, interaction: discord.Interaction[Renga], action: str, work: WorkId, take: int
    ) -> None:
        """Carry out one press."""
        ...


ACTIONS: dict[str, tuple[str, discord.ButtonStyle]] = {
    "another": ("button.another", discord.ButtonStyle.primary),
    "revise": ("button.revise", discord.ButtonStyle.secondary),
    "edit": ("button.edit", discord.ButtonStyle.secondary),
    "remix": ("button.remix", discord.ButtonStyle.secondary),
    "publish": ("button.publish", discord.ButtonStyle.secondary),
    "update": ("button.update", discord.ButtonStyle.secondary),
    "more": ("button.more", discord.ButtonStyle.secondary),
    "unpublish": ("button.unpublish", discord.ButtonStyle.secondary),
    "put-back": ("button.undo", discord.ButtonStyle.primary),
    "why": ("button.why", discord.ButtonStyle.secondary),
    "credits": ("button.credits", discord.ButtonStyle.secondary),
    "record": ("button.record", discord.ButtonStyle.secondary),
    "delete": ("button.delete", discord.ButtonStyle.secondary),
    "back": ("button.back", discord.ButtonStyle.secondary),
    "next": ("button.next", discord.ButtonStyle.secondary),
    "changes": ("button.changes", discord.ButtonStyle.secondary),
    "stop": ("button.stop", discord.ButtonStyle.danger),
    "undo": ("button.undo", discord.ButtonStyle.primary),
    "upload": ("button.upload", discord.ButtonStyle.primary),
    "share": ("button.share", discord.ButtonStyle.secondary),
    "report": ("button.report", discord.ButtonStyle.secondary),
    "ink": ("button.ink", discord.ButtonStyle.secondary),
    "ink-post": ("button.ink_post", discord.ButtonStyle.secondary),
    "critique": ("button.critique", discord.ButtonStyle.secondary),
    "vote": ("button.vote", discord.ButtonStyle.secondary),
}
"""Everything that can be pressed on a work: the key of its label, and its looks.

Some stand under no work any more (:mod:`cogs.ui.works_more` offers them); those
that were posted before go on working.
"""

HANDLERS = {
    "report": "Verse", "ink": "Ink", "ink-post": "Ink", "critique": "Judging", "vote": "Votes",
    **dict.fromkeys(("publish", "update", "unpublish", "put-back", "why"), "Publishing"),
}  # fmt: skip
"""The cogs that carry out what :class:`cogs.works.Works` does not."""


class WorkButton(
    LastingItem["discord.ui.Button[Any]"],
    template=rf"renga:w:(?P<action>{'|'.join(ACTIONS)}):(?P<work>[0-9]{{1,18}})(?::(?P<take>[0-9]{{1,9}}))?",
):
    """A button on a work: ``renga:w:<action>:<work>:<take>``."""

    def __init__(
        self, action: str, work: WorkId, take: int = 0, *, lang: Lang = "en", row: int | None = None,
        disabled: bool = False,
    ) -> None:  # fmt: skip
        key, style = ACTIONS[action]
        super().__init__(
            discord.ui.Button(
                label=translate(key, lang),
                style=style,
                custom_id=f"renga:w:{action}:{work}:{take}",
                row=row,
                disabled=disabled,
            )
        )
        self.action = action
        self.work = work
        self.take = take

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew from its id."""
        return cls(match["action"], WorkId(int(match["work"])), int(match["take"] or 0))

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Hand the press to the cog that looks after it."""
        handler = found(interaction.client, HANDLERS.get(self.action, "Works"))
        await handler.press(interaction, self.action, self.work, self.take)


def found(bot: commands.Bot, name: str) -> Any:
    """A cog that is loaded.

    Raises:
        LookupError: it is not; a button of it was pressed all the same.
    """
    cog = bot.get_cog(name)
    if cog is None:
        raise LookupError(name)
    return cog
