"""The panel of a story, pinned in its thread: whose turn it is, until when, who sits there, on what terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import discord
from discord.utils import format_dt

from bot.i18n.text import translate
from bot.ids import ChannelId, Lang, MemberId
from bot.services.books_writer import is_for_one
from bot.services.stories import Told
from bot.stories import games
from bot.stories.model import Absent, Order, Seat, Stage, Story, Terms
from cogs.ui.safe import line
from cogs.ui.stories_items import story_buttons

COLOURS = {
    Stage.LOBBY: discord.Colour.green(),
    Stage.RUNNING: discord.Colour.blurple(),
    Stage.PAUSED: discord.Colour.orange(),
    Stage.ENDED: discord.Colour.dark_grey(),
}
"""What the edge of the panel tells at a glance."""

BUTTONS: dict[Stage, tuple[str, ...]] = {
    Stage.LOBBY: ("join", "leave", "terms", "begin"),
    Stage.RUNNING: ("write", "read", "recap", "join", "more"),
    Stage.PAUSED: ("read", "recap", "join", "more", "resume"),
    Stage.ENDED: ("read", "reopen"),
}

TEXT = 1_300
"""Characters of each text of a panel at most: all of a message's components have 4,000."""


@dataclass(frozen=True, slots=True)
class Links:
    """Where a panel leads: to the last part, and to the story that this one was forked from."""

    last: str = ""
    source: ChannelId | None = None


def who(member: MemberId | None, lang: Lang) -> str:
    """A writer as they are named in a message: a mention, which pings nobody."""
    if member is None:
        return ""
    return f"<@{member}>" if member > 0 else translate("story.model_name", lang)


def until(deadline: datetime | None, lang: Lang) -> str:
    """Until when, in the reader's own time."""
    if deadline is None:
        return ""
    return translate(
        "story.call_until", lang, when=format_dt(deadline, "f"), relative=format_dt(deadline, "R")
    )


def panel(told: Told, *, plain: bool, links: Links) -> discord.ui.LayoutView:
    """How the story stands; ``plain`` if plain messages can be read."""
    story, lang = told.story, told.row.language
    box: discord.ui.Container[Any] = discord.ui.Container(accent_colour=COLOURS[story.stage])
    alone = is_for_one(story)  # there is nobody to be seated
    for text in (_head(story, lang, links), *(() if alone else (_table(story, lang),))):
        box.add_item(discord.ui.TextDisplay(text[:TEXT]))
    box.add_item(discord.ui.Separator())
    small = [terms_short(story, lang)]
    if story.turns:
        facts = {"count": len(story.turns), "words": story.words, "round": _round(story)}
        small.append(translate("story.panel_progress", lang, **facts))
    waiting = sum(not entry.approved for entry in story.lore)
    if waiting and story.stage is not Stage.ENDED:
        small.append(translate("story.panel_proposed", lang, count=waiting))
    if story.stage is not Stage.ENDED:
        small.append(_how(story, lang, plain=plain))
    box.add_item(discord.ui.TextDisplay("\n".join(small)[:TEXT]))
    turn = story.current.number if story.current is not None else 0
    row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
    offered = [one for one in BUTTONS[story.stage] if one != "join" or may_be_joined(story)]
    for button in story_buttons(tuple(offered), told, turn=turn):
        row.add_item(button)
    box.add_item(row)
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(box)
    return view


def _head(story: Story, lang: Lang, links: Links) -> str:
    lines = [f"## 📖 {line(story.title)}", f"-# {translate(f'story.stage_{story.stage.value}', lang)}"]
    if links.source is not None:
        lines.append(translate("story.panel_source", lang, thread=f"<#{links.source}>"))
    if story.stage is Stage.PAUSED and story.rest not in ("", "story.paused_by"):
        current = story.current.member if story.current is not None else None
        lines.append(translate(story.rest, lang, member=who(current, lang)))
    if story.stage is Stage.LOBBY:
        lines.append(translate("story.panel_lobby", lang, member=who(story.starter, lang)))
    if story.stage is Stage.RUNNING and story.current is not None:
        lines.append(_now(story, lang))
    if links.last:
        lines.append(translate("story.panel_last", lang, link=links.last))
    return "\n".join(lines)


def _now(story: Story, lang: Lang) -> str:
    current = story.current
    if current is None or current.member is None:
        return translate("story.panel_anybody", lang)
    if current.stand_in:
        return translate("story.panel_stand_in", lang, member=who(current.member, lang))
    if current.held is not None:
        return translate("story.panel_held", lang, member=who(current.member, lang))
    left = until(current.deadline, lang)
    return translate("story.panel_turn", lang, member=who(current.member, lang), until=left)


def _table(story: Story, lang: Lang) -> str:
    named = [_seat(story, seat, lang) for seat in story.seats]
    cap = f" ({len(story.writers)}/{story.terms.seats})" if story.terms.seats else ""
    lines = [translate("story.panel_seats", lang, seats=" · ".join(named) + cap)]
    if story.stage is Stage.RUNNING and _wrote(story) and story.terms.order is not Order.FREE:
        lines.append(translate("story.panel_done", lang))
    if story.terms.ground_rules:
        lines.append(translate("story.panel_rules", lang, rules=line(story.terms.ground_rules, 400)))
    return "\n".join(lines)


def _seat(story: Story, seat: Seat, lang: Lang) -> str:
    current = story.current.member if story.current is not None else None
    name = who(seat.member, lang)
    if seat.member == current:
        return f"▶ {name}"
    if seat.away:
        return f"{name} {translate('story.seat_away', lang)}"
    running = story.stage is Stage.RUNNING and story.terms.order is not Order.FREE
    return f"{name} ✓" if running and seat.member in _wrote(story) else name


def _wrote(story: Story) -> set[MemberId]:
    """Who has written in this round; whoever let their turn go by has not, nor whom a model stood in for."""
    return {
        turn.by for turn in story.turns[story.inherited :] if turn.round == story.round and not turn.stood_in
    }


def may_be_joined(story: Story) -> bool:
    """Whether others can sit at the table at all; a writer alone asks nobody to it."""
    return story.terms.seats != 1


def _round(story: Story) -> str:
    rounds = story.terms.rounds
    return f"{min(story.round, rounds)}/{rounds}" if rounds else str(story.round)


def _how(story: Story, lang: Lang, *, plain: bool) -> str:
    if games.hidden(story):
        return translate("story.panel_how_hidden", lang)
    return translate("story.panel_how_plain" if plain else "story.panel_how", lang)


def time_told(seconds: int, lang: Lang) -> str:
    """How long a turn may take."""
    if not seconds:
        return translate("story.time_none", lang)
    if seconds < 7_200:
        return translate("story.time_minutes", lang, count=max(1, round(seconds / 60)))
    if seconds < 172_800:
        return translate("story.time_hours", lang, count=round(seconds / 3_600))
    return translate("story.time_days", lang, count=round(seconds / 86_400))


def length_told(shortest: int, longest: int, lang: Lang) -> str:
    """How long a turn may be."""
    kind = (
        "between" if longest and shortest
        else "most" if longest
        else "least" if shortest
        else "any"
    )  # fmt: skip
    return translate(f"story.length_{kind}", lang, most=longest, least=shortest)


def rounds_told(rounds: int, lang: Lang) -> str:
    """After how many rounds the story ends."""
    return (
        translate("story.rounds_some", lang, count=rounds) if rounds else translate("story.rounds_open", lang)
    )


def terms_short(story: Story, lang: Lang) -> str:
    """What a writer needs to know of the terms; the rest is under *Settings* and *Options…*."""
    terms = story.terms
    called = terms.order is not Order.FREE  # where nobody is called, nobody has a deadline
    said = [time_told(terms.seconds, lang)] if called else []
    said.append(length_told(terms.shortest, terms.longest, lang))
    if terms.game is not games.Game.STORY:
        said.insert(0, f"**{translate(f'story_choice.{terms.game.value}', lang)}**")
    if rating(terms) != "everyone":
        readers = translate(f"settings.rating_{rating(terms)}", lang)
        said.append(translate("story.for_readers", lang, readers=readers))
    return "\n".join([f"-# {' · '.join(said)}", *_models_line(terms, lang)])


def terms_line(story: Story, lang: Lang) -> str:
    """The terms, in small print."""
    terms = story.terms
    called = terms.order is not Order.FREE  # where nobody is called, nobody has a deadline
    said = [
        translate(f"story.order_{terms.order.value}", lang),
        *([time_told(terms.seconds, lang)] if called else []),
        length_told(terms.shortest, terms.longest, lang),
        rounds_told(terms.rounds, lang),
    ]
    if terms.game is not games.Game.STORY:
        said.insert(0, f"**{translate(f'story_choice.{terms.game.value}', lang)}**")
    if not terms.open:
        said.append(translate("story.joining_invited", lang))
    elif not terms.late:
        said.append(translate("story.joining_closed", lang))
    if terms.seconds and called:
        said.append(translate(f"story.absent_{terms.absent.value}", lang))
    readers = translate(f"settings.rating_{rating(terms)}", lang)
    said.append(translate("story.for_readers", lang, readers=readers))
    return "\n".join([f"-# {' · '.join(said)}", *_models_line(terms, lang)])


def _models_line(terms: Terms, lang: Lang) -> list[str]:
    """How much models may write, where they may."""
    if not (terms.models or terms.absent is Absent.STAND_IN or terms.local_only):
        return []
    local = translate("story.panel_local", lang) if terms.local_only else ""
    return [translate("story.panel_model", lang, percent=round(100 * terms.share), local=local)]


def rating(terms: Terms) -> str:
    """For whom a story is; one that says nothing is for everybody."""
    return terms.rating if terms.rating in ("teen", "adult") else "everyone"
