"""The card of a plan: what is to be written, how far it is, and the buttons and the menu that act on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, Self

import discord

from bot.books.plan import Plan
from bot.client import Renga
from bot.i18n.text import translate
from bot.ids import Lang
from bot.services.books_ports import PlanRow
from bot.services.books_writer import steps_written
from bot.services.stories import Told
from bot.services.stories_ports import StoryNumber
from bot.stories.model import Stage, Turn
from cogs.ui.items import LastingItem, found
from cogs.ui.safe import line
from cogs.ui.stream import Frame

CARD = 1_500
"""Characters of a card that its steps share."""

_LOOKS: Mapping[str, discord.ButtonStyle] = {
    "next": discord.ButtonStyle.primary,
    "all": discord.ButtonStyle.success,
    "stop": discord.ButtonStyle.danger,
    "edit-plan": discord.ButtonStyle.secondary,
    "another-plan": discord.ButtonStyle.secondary,
    "publish": discord.ButtonStyle.secondary,
    "another": discord.ButtonStyle.primary,
    "edit": discord.ButtonStyle.secondary,
}
"""Everything that can be pressed on a plan, and its looks; the label is ``bound.do-<action>``."""


class Handler(Protocol):
    """A cog that carries out presses and choices on plans."""

    async def press(
        self, interaction: discord.Interaction[Renga], action: str, story: StoryNumber, number: int, step: int
    ) -> None:
        """Carry out one press."""
        ...

    async def choose(
        self, interaction: discord.Interaction[Renga], story: StoryNumber, number: int, step: int
    ) -> None:
        """Show what can be done with one part."""
        ...


class PlanButton(
    LastingItem["discord.ui.Button[Any]"],
    template=rf"renga:b:(?P<action>{'|'.join(_LOOKS)}):(?P<story>[0-9]{{1,19}}):(?P<number>[0-9]{{1,6}})"
    r":(?P<step>[0-9]{1,3})",
):
    """A button on a plan: ``renga:b:<action>:<story>:<plan>:<step>``."""

    def __init__(
        self, action: str, story: StoryNumber, number: int, step: int = 0, *, lang: Lang = "en"
    ) -> None:
        super().__init__(
            discord.ui.Button(
                label=translate(f"bound.do-{action}", lang),
                style=_LOOKS[action],
                custom_id=f"renga:b:{action}:{story}:{number}:{step}",
            )
        )
        self.action = action
        self.story = story
        self.number = number
        self.step = step

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew from its id."""
        story = StoryNumber(int(match["story"]))
        return cls(match["action"], story, int(match["number"]), int(match["step"]))

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Hand the press to the cog that looks after plans."""
        handler: Handler = found(interaction.client, "Chapters")
        await handler.press(interaction, self.action, self.story, self.number, self.step)


class PartMenu(
    LastingItem["discord.ui.Select[Any]"],
    template=r"renga:bm:(?P<story>[0-9]{1,19}):(?P<number>[0-9]{1,6})",
):
    """The written parts of a plan, to choose one: ``renga:bm:<story>:<plan>``."""

    def __init__(
        self, story: StoryNumber, number: int, plan: Plan | None = None, done: int = 0, *, lang: Lang = "en"
    ) -> None:
        options = [
            discord.SelectOption(label=f"{at}. {step}"[:100], value=str(at))
            for at, step in enumerate(plan.steps if plan is not None else (), start=1)
            if at <= done
        ]
        super().__init__(
            discord.ui.Select(
                custom_id=f"renga:bm:{story}:{number}",
                placeholder=translate("bound.choose_part", lang),
                options=options[:25],
            )
        )
        self.story = story
        self.number = number

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew from its id."""
        return cls(StoryNumber(int(match["story"])), int(match["number"]))

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Hand the choice to the cog that looks after plans."""
        values: Any = (interaction.data or {}).get("values") or ["0"]
        handler: Handler = found(interaction.client, "Chapters")
        await handler.choose(interaction, self.story, self.number, int(str(values[0])))


def card(row: PlanRow, told: Told, *, writing: int = 0, trouble: str = "") -> Frame:
    """The plan, with a mark before each step: written, being written, or to come."""
    plan, lang = row.plan, told.row.language
    turns = steps_written(row, told.story)
    done = max(turns, default=0)
    title = line(plan.title) or translate("bound.untitled", lang)
    lines = [translate(f"bound.plan_of_{plan.kind}", lang, title=title)]
    each = max(60, CARD // max(1, len(plan.steps)))
    for at, step in enumerate(plan.steps, start=1):
        mark = "✅" if at in turns else "✍️" if at == writing else "▫️"
        lines.append(f"{mark} {at}. {line(step, each)}")
    if not plan.steps:
        lines.append(translate("bound.no_plan_yet", lang))
    else:
        words = sum(turn.words for turn in turns.values())
        facts = {"done": done, "steps": len(plan.steps), "words": words}
        lines.append(f"-# {_bar(done, len(plan.steps))} {translate('bound.progress', lang, **facts)}")
    if trouble:
        lines.append(f"-# ⚠️ {trouble}")
    return Frame("\n".join(lines)[:2_000], _view(row, told, turns, done))


def _bar(done: int, steps: int) -> str:
    return "▰" * done + "▱" * (steps - done)


def _view(row: PlanRow, told: Told, turns: Mapping[int, Turn], done: int) -> discord.ui.View:
    plan, lang = row.plan, told.row.language
    actions: list[str] = []
    if plan.until:
        actions.append("stop")
    elif told.story.stage is not Stage.ENDED:
        if done < len(plan.steps):
            actions += ["next", "all"]
        actions += ["edit-plan", "another-plan"]
    if turns and not plan.until:
        actions.append("publish")
    view = discord.ui.View(timeout=None)
    for action in actions:
        view.add_item(PlanButton(action, row.story, row.number, lang=lang))
    if turns and not plan.until:
        view.add_item(PartMenu(row.story, row.number, plan, done, lang=lang))
    return view
