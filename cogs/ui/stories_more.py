"""What a member may do in a story beyond writing: a sheet that only they see, with what is possible now."""

from __future__ import annotations

from typing import Any

import discord

from bot.i18n.text import translate
from bot.ids import Lang, MemberId
from bot.services.stories import Told
from bot.stories import games
from bot.stories.model import Order, Stage, Story
from cogs.ui.safe import line
from cogs.ui.stories_items import StoryPick, story_buttons
from cogs.ui.stories_panel import terms_line

PROPOSALS = 3
"""Proposals that are shown at once at most."""


def more(told: Told, member: MemberId, lang: Lang, *, leads: bool) -> discord.ui.LayoutView:
    """Buttons for a member, and (``leads``) those of whoever started the story or moderates here."""
    story = told.story
    box: discord.ui.Container[Any] = discord.ui.Container()
    head = translate("story.more_of", lang, title=line(story.title))
    box.add_item(discord.ui.TextDisplay(f"### {head}\n{terms_line(story, lang)}"))
    _row(box, told, _own(story, member), lang)
    if _writes(story, member) and story.terms.order is not Order.FIXED:
        _pick(box, told, "hand", lang)
    if story.undone and (leads or story.undone[-1].turn.by == member):
        _row(box, told, ("redo",), lang, redo=story.undone[-1].turn.number)
    if leads or story.seat(member) is not None:
        _proposals(box, told, lang)
    if leads:
        box.add_item(discord.ui.Separator())
        box.add_item(discord.ui.TextDisplay(translate("story.more_host", lang)))
        own = _own(story, member)  # a button stands in a message once
        _row(box, told, tuple(action for action in _host(story) if action not in own), lang)
        for action in ("invite", "remove", "transfer"):
            _pick(box, told, action, lang)
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(box)
    return view


def _row(
    box: discord.ui.Container[Any], told: Told, actions: tuple[str, ...], lang: Lang, *, redo: int = 0
) -> None:
    turn = told.story.current.number if told.story.current is not None else 0
    buttons = story_buttons(actions, told, turn=turn, redo=redo, lang=lang)
    for start in range(0, len(buttons), 5):
        row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
        for button in buttons[start : start + 5]:
            row.add_item(button)
        box.add_item(row)


def _proposals(box: discord.ui.Container[Any], told: Told, lang: Lang) -> None:
    """What a model proposes to remember, with the part that it comes from: a member keeps it or not."""
    story = told.story
    for entry in [entry for entry in story.lore if not entry.approved][:PROPOSALS]:
        turn = story.turn(entry.turn) if entry.turn is not None else None
        part = story.turns.index(turn) + 1 if turn is not None else "–"
        facts = {"name": line(entry.name), "text": line(entry.text, 300), "part": part}
        box.add_item(discord.ui.TextDisplay(translate("story.more_proposed", lang, **facts)))
        row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
        for button in story_buttons(("lore-yes", "lore-no"), told, turn=entry.number, lang=lang):
            row.add_item(button)
        box.add_item(row)


def _pick(box: discord.ui.Container[Any], told: Told, action: str, lang: Lang) -> None:
    row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
    row.add_item(StoryPick(action, told.row.id, lang=lang))
    box.add_item(row)


def _writes(story: Story, member: MemberId) -> bool:
    current = story.current
    return (
        story.stage is Stage.RUNNING
        and current is not None
        and current.member == member
        and not current.stand_in
    )


def _own(story: Story, member: MemberId) -> tuple[str, ...]:
    """What a member may do about their own turn and seat."""
    actions: list[str] = []
    if _writes(story, member):
        actions += ["pass"] + (["time"] if story.current is not None and story.current.deadline else [])
    if story.last is not None and story.last.by == member and not games.hidden(story):
        actions.append("undo")
    if any(turn.by == member for turn in story.turns[story.inherited :]):
        actions.append("edit")
    if (seat := story.seat(member)) is not None:
        actions += ["back" if seat.away else "away", "leave"]
    else:
        actions.append("join")
    return tuple(actions)


def _host(story: Story) -> tuple[str, ...]:
    """What whoever started it, and moderators, may do."""
    actions: list[str] = []
    if story.stage is Stage.RUNNING:
        if story.current is not None and story.current.member is not None:
            actions.append("skip")
        actions.append("pause")
    elif story.stage is Stage.PAUSED:
        actions.append("resume")
    if len(story.turns) > story.inherited:
        actions.append("undo")
    actions.append("end")
    return tuple(actions)
