"""The buttons of stories: everything they need is in their id and in the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, Self

import discord

from bot.client import Renga
from bot.i18n.text import translate
from bot.ids import Lang
from bot.services.stories import Told
from bot.services.stories_ports import StoryNumber
from cogs.ui.items import LastingItem, found

_PLAIN, _MAIN, _GOOD, _BAD = (
    discord.ButtonStyle.secondary,
    discord.ButtonStyle.primary,
    discord.ButtonStyle.success,
    discord.ButtonStyle.danger,
)

ACTIONS: dict[str, discord.ButtonStyle] = {
    "join": _GOOD,
    "leave": _PLAIN,
    "begin": _MAIN,
    "write": _MAIN,
    "pass": _PLAIN,
    "time": _PLAIN,
    "away": _PLAIN,
    "back": _PLAIN,
    "read": _PLAIN,
    "recap": _PLAIN,
    "undo": _PLAIN,
    "redo": _MAIN,
    "skip": _PLAIN,
    "pause": _PLAIN,
    "resume": _MAIN,
    "end-now": _BAD,
    "reopen": _PLAIN,
    "draft": _PLAIN,
    "ways": _PLAIN,
    "continue": _PLAIN,
    "polish": _PLAIN,
    "another": _PLAIN,
}
"""Everything that can be pressed on a story, and its looks; the label is ``story_button.<action>``."""


class Handler(Protocol):
    """A cog that carries out presses on stories."""

    async def press(
        self, interaction: discord.Interaction[Renga], action: str, story: StoryNumber, turn: int
    ) -> None:
        """Carry out one press."""
        ...


class StoryButton(
    LastingItem["discord.ui.Button[Any]"],
    template=rf"renga:s:(?P<action>{'|'.join(ACTIONS)}):(?P<story>[0-9]{{1,19}}):(?P<turn>[0-9]{{1,9}})",
):
    """A button on a story: ``renga:s:<action>:<story>:<turn>``."""

    def __init__(
        self, action: str, story: StoryNumber, turn: int = 0, *, lang: Lang = "en", row: int | None = None
    ) -> None:
        super().__init__(
            discord.ui.Button(
                label=translate(f"story_button.{action}", lang),
                style=ACTIONS[action],
                custom_id=f"renga:s:{action}:{story}:{turn}",
                row=row,
            )
        )
        self.action = action
        self.story = story
        self.turn = turn

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew from its id."""
        return cls(match["action"], StoryNumber(int(match["story"])), int(match["turn"]))

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Hand the press to the cog that looks after stories."""
        handler: Handler = found(interaction.client, "Stories")
        await handler.press(interaction, self.action, self.story, self.turn)


def story_view(
    actions: Sequence[str], told: Told, *, turn: int = 0, redo: int = 0, lang: Lang | None = None
) -> discord.ui.View | None:
    """Buttons of a story, five in a row; ``undo`` is about the part that is last now."""
    if not actions and not redo:
        return None
    story = told.story
    last = story.last.number if story.last is not None else 0
    view = discord.ui.View(timeout=None)
    about = {"undo": last, "another": last, "redo": redo}
    for action in (*actions, *(("redo",) if redo else ())):
        number = about.get(action, turn)
        view.add_item(StoryButton(action, told.row.id, number, lang=lang or told.row.language))
    return view
