"""The buttons and menus of stories: everything they need is in their id and in the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, Self

import discord

from bot.client import Renga
from bot.i18n.text import translate
from bot.ids import Lang, MemberId
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
    "agree": _GOOD,
    "leave": _PLAIN,
    "leave-now": _BAD,
    "terms": _PLAIN,
    "terms-turns": _PLAIN,
    "terms-table": _PLAIN,
    "rules": _PLAIN,
    "begin": _MAIN,
    "write": _MAIN,
    "why": _PLAIN,
    "pass": _PLAIN,
    "time": _PLAIN,
    "away": _PLAIN,
    "back": _GOOD,
    "read": _PLAIN,
    "recap": _PLAIN,
    "more": _PLAIN,
    "undo": _PLAIN,
    "redo": _MAIN,
    "skip": _PLAIN,
    "pause": _PLAIN,
    "resume": _MAIN,
    "end": _BAD,
    "end-now": _BAD,
    "reopen": _PLAIN,
    "edit": _PLAIN,
    "help": _PLAIN,
    "draft": _PLAIN,
    "ways": _PLAIN,
    "way-one": _PLAIN,
    "way-two": _PLAIN,
    "way-three": _PLAIN,
    "continue": _PLAIN,
    "polish": _PLAIN,
    "another": _PLAIN,
    "take-one": _PLAIN,
    "take-two": _PLAIN,
    "takes": _PLAIN,
    "lore-yes": _GOOD,
    "lore-no": _PLAIN,
    "seat": _PLAIN,
    "transfer-now": _BAD,
}
"""Everything that can be pressed on a story, and its looks; the label is ``story_button.<action>``.

The number in a button's id is that of a turn; of ``lore-…`` that of an
entry, of ``seat`` and ``transfer-now`` that of a member.
"""

FIELDS = (
    "game", "order", "pace", "words", "rounds", "absent", "seats", "joining", "language", "rating", "ai",
    "model", "local",
)  # fmt: skip
"""Everything that is chosen from a menu in the lobby."""

PICKS = ("hand", "invite", "remove", "transfer")
"""Everything that is done to a member who is picked; the menu says ``story_button.pick-<action>``."""


class Handler(Protocol):
    """A cog that carries out presses and choices on stories."""

    async def press(
        self, interaction: discord.Interaction[Renga], action: str, story: StoryNumber, turn: int
    ) -> None:
        """Carry out one press."""
        ...

    async def choose(
        self, interaction: discord.Interaction[Renga], field: str, story: StoryNumber, value: str
    ) -> None:
        """Carry out one choice about the terms."""
        ...

    async def pick(
        self, interaction: discord.Interaction[Renga], action: str, story: StoryNumber, member: MemberId
    ) -> None:
        """Carry out something on a member who was picked."""
        ...


class StoryButton(
    LastingItem["discord.ui.Button[Any]"],
    template=rf"renga:s:(?P<action>{'|'.join(ACTIONS)}):(?P<story>[0-9]{{1,19}}):(?P<turn>[0-9]{{1,20}})",
):
    """A button on a story: ``renga:s:<action>:<story>:<turn>``; ``count`` stands behind its label."""

    def __init__(
        self,
        action: str,
        story: StoryNumber,
        turn: int = 0,
        *,
        lang: Lang = "en",
        count: int | None = None,
        disabled: bool = False,
    ) -> None:
        label = translate(f"story_button.{action}", lang)
        super().__init__(
            discord.ui.Button(
                label=label if count is None else f"{label} · {count}",
                style=ACTIONS[action],
                custom_id=f"renga:s:{action}:{story}:{turn}",
                disabled=disabled,
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


class StoryMenu(
    LastingItem["discord.ui.Select[Any]"],
    template=rf"renga:t:(?P<field>{'|'.join(FIELDS)}):(?P<story>[0-9]{{1,19}})",
):
    """A menu for one of the terms of a story: ``renga:t:<field>:<story>``."""

    def __init__(
        self, field: str, story: StoryNumber, options: Sequence[discord.SelectOption] = (), *, name: str = ""
    ) -> None:
        super().__init__(
            discord.ui.Select(
                custom_id=f"renga:t:{field}:{story}", options=list(options)[:25], placeholder=name or None
            )
        )
        self.field = field
        self.story = story

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew from its id."""
        return cls(match["field"], StoryNumber(int(match["story"])))

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Hand the choice to the cog that looks after stories."""
        handler: Handler = found(interaction.client, "Stories")
        await handler.choose(interaction, self.field, self.story, _chosen(interaction))


class StoryPick(
    LastingItem["discord.ui.UserSelect[Any]"],
    template=rf"renga:u:(?P<action>{'|'.join(PICKS)}):(?P<story>[0-9]{{1,19}})",
):
    """A menu of members: ``renga:u:<action>:<story>``."""

    def __init__(self, action: str, story: StoryNumber, *, lang: Lang = "en") -> None:
        hint = translate(f"story_button.pick-{action}", lang)
        super().__init__(discord.ui.UserSelect(custom_id=f"renga:u:{action}:{story}", placeholder=hint[:150]))
        self.action = action
        self.story = story

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew from its id."""
        return cls(match["action"], StoryNumber(int(match["story"])))

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Hand the choice to the cog that looks after stories."""
        handler: Handler = found(interaction.client, "Stories")
        await handler.pick(interaction, self.action, self.story, MemberId(int(_chosen(interaction))))


ITEMS = (StoryButton, StoryMenu, StoryPick)
"""Everything that has to be answered, also after a restart."""


def _chosen(interaction: discord.Interaction[Any]) -> str:
    """The one value that was chosen."""
    values: Any = (interaction.data or {}).get("values") or [""]
    return str(values[0])


def story_view(
    actions: Sequence[str], told: Told, *, turn: int = 0, redo: int = 0, lang: Lang | None = None
) -> discord.ui.View | None:
    """Buttons of a story, five in a row; ``undo`` is about the part that is last now."""
    if not actions and not redo:
        return None
    view = discord.ui.View(timeout=None)
    for button in story_buttons(
        (*actions, *(("redo",) if redo else ())), told, turn=turn, redo=redo, lang=lang
    ):
        view.add_item(button)
    return view


def story_buttons(
    actions: Sequence[str], told: Told, *, turn: int = 0, redo: int = 0, lang: Lang | None = None
) -> list[StoryButton]:
    """The buttons themselves, each about the part that it is pressed for."""
    last = told.story.last.number if told.story.last is not None else 0
    about = {"undo": last, "another": last, "redo": redo}
    return [
        StoryButton(action, told.row.id, about.get(action, turn), lang=lang or told.row.language)
        for action in actions
    ]
