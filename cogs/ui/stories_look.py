"""How a story looks in its thread: what is said there, its parts, and who wrote how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import discord

from bot.books.looks import GREY_SQUARE, SQUARES
from bot.i18n.text import translate
from bot.ids import Lang, MemberId
from bot.services.books_writer import is_for_one
from bot.services.stories import Told
from bot.stories import games
from bot.stories.model import Story, Turn
from cogs.ui.safe import line, verse
from cogs.ui.split import MESSAGE_LIMIT, split
from cogs.ui.stories_items import StoryButton, story_view
from cogs.ui.stories_panel import until, who
from cogs.ui.stream import Frame

STRIP = 200
"""Turns that the picture shows at most, the newest."""


def author(turn: Turn, lang: Lang) -> str:
    """Who wrote a part."""
    if turn.stood_in:
        return translate("story.stood_in", lang, member=who(turn.by, lang))
    return who(turn.by, lang)


def opening(told: Told) -> str:
    """The message that the thread hangs from."""
    lang = told.row.language
    fork = told.story.source is not None
    key = "forked_by" if fork else "begun_alone" if is_for_one(told.story) else "begun_by"
    return translate(f"story.{key}", lang, title=line(told.story.title), member=who(told.story.starter, lang))


def part(told: Told, turn: Turn, text: str, by_models: int = 0) -> list[str] | None:
    """A part as messages: its words, then who wrote it; None if it is too long for messages."""
    return split(f"{verse(text)}\n{foot(told, turn, by_models)}")


def foot(told: Told, turn: Turn, by_models: int = 0) -> str:
    """Who wrote a part, below it; ``by_models`` is how many percent of a member's part models wrote."""
    story, lang = told.story, told.row.language
    number = story.turns.index(turn) + 1 if turn in story.turns else turn.number
    told_of = translate("story.written", lang, number=number, member=author(turn, lang), count=turn.words)
    if len(turn.versions) > 1 and not turn.by_model:
        told_of = f"{told_of} · {translate('story.edited', lang)}"
    if by_models and not turn.by_model:
        told_of = f"{told_of} · {translate('bound.by_models', lang, percent=by_models)}"
    return f"-# {told_of}"


def part_view(told: Told, turn: Turn) -> discord.ui.View | None:
    """Below a model's last part that has two takes: a vote, until the next part is written."""
    if told.story.last != turn or not turn.by_model or len(turn.versions) != 2:
        return None
    lang, view = told.row.language, discord.ui.View(timeout=None)
    for version, action in enumerate(("take-one", "take-two")):
        votes = sum(1 for _, liked in turn.votes if liked == version)
        view.add_item(StoryButton(action, told.row.id, turn.number, lang=lang, count=votes))
    view.add_item(StoryButton("takes", told.row.id, turn.number, lang=lang))
    return view


def shorter(told: Told) -> str:
    """What stands where the rest of a part stood that is shorter now."""
    return translate("story.shorter", told.row.language)


def taken_back(told: Told) -> str:
    """What stands where a part stood that was taken back."""
    return translate("story.taken_back", told.row.language)


def reminder(told: Told, deadline: str, thread: int) -> str:
    """A reminder by direct message."""
    lang = told.row.language
    left = until(datetime.fromisoformat(deadline), lang) if deadline else ""
    title = line(told.story.title)
    return translate("story.remind_dm", lang, title=title, until=left, link=f"<#{thread}>")


def say(payload: Mapping[str, Any], told: Told, *, last: str = "") -> tuple[Frame, list[MemberId]]:
    """What is said after an event, and whom it pings."""
    story, lang = told.story, told.row.language
    lines: list[str] = []
    pinged: list[MemberId] = []
    written = story.turn(int(payload.get("written") or 0))
    if written is not None:
        number = story.turns.index(written) + 1
        facts = {"number": number, "member": author(written, lang), "count": written.words}
        lines.append(f"-# {translate('story.written', lang, **facts)}")
    redo = 0
    for key, member, facts in payload.get("notes", ()):
        shown = {name: line(str(value)) if name != "to" else value for name, value in facts.items()}
        text = translate(key, lang, member=who(_member(member), lang), **shown)
        lines.append(
            text if key == "story.invited" else f"## {text}" if key == "story.chapter" else f"-# {text}"
        )
        if key == "story.invited" and (guest := _member(member)) is not None:
            pinged.append(guest)
        if key == "story.undone" and story.undone:
            redo = story.undone[-1].turn.number
    said = {note[0] for note in payload.get("notes", ())}
    buttons: tuple[str, ...] = ("reopen", "read") if "story.thread_gone" in said else ()
    if "story.shut_out" in said:
        buttons = ("resume", "read")
    if "story.invited" in said:
        buttons = ("join", "read")
    number = 0
    if (called := payload.get("call") or payload.get("remind")) is not None:
        given, number, deadline = called
        member = _member(given)
        left = until(datetime.fromisoformat(deadline), lang) if deadline else ""
        if member is None:
            lines.append(translate("story.call_any", lang))
        else:
            key = "story.call" if "call" in payload else "story.remind"
            lines.append(translate(key, lang, member=who(member, lang), until=left))
            pinged.append(member)
        if last:
            lines.append(translate("story.last_line", lang, line=line(last, 300)))
        buttons = _turn_buttons(story)
    if payload.get("ended"):
        lines.append(ended(told))
        buttons = ("read", "reopen")
    view = story_view(buttons, told, turn=int(number), redo=redo)
    return Frame("\n".join(lines)[:MESSAGE_LIMIT], view), pinged


def _member(given: Any) -> MemberId | None:
    return MemberId(int(given)) if given is not None else None


def _turn_buttons(story: Story) -> tuple[str, ...]:
    """Under a call: what most writers press; the rest is behind one button."""
    somebody = story.current is not None and story.current.member is not None
    buttons = ["write", "pass"] if somebody else ["write"]
    return (*buttons, "help") if helps(story) else tuple(buttons)


def helps(story: Story) -> tuple[str, ...]:
    """What may help whoever is to write now: drafts and ways on where the game allows them, and more time."""
    buttons: list[str] = []
    if story.terms.game in (games.Game.STORY, games.Game.SCRIPT):
        buttons += ["draft", "ways", "continue", "polish"]
    last = story.last
    if last is not None and last.by_model and len(last.versions) == 1:
        buttons.append("another")
    if story.current is not None and story.current.deadline is not None:
        buttons.append("time")
    return tuple(buttons)


def over(payload: Mapping[str, Any], told: Told) -> Frame:
    """What stands where a call stood whose turn is over: what else it said, and what became of the turn."""
    story, lang = told.story, told.row.language
    rest = {name: value for name, value in payload.items() if name not in ("call", "remind")}
    said, _ = say(rest, told)
    given, number, _ = payload.get("call") or payload["remind"]
    turn = story.turn(int(number))
    if turn is None:
        key, facts = "story.call_passed", {"member": who(_member(given), lang)}
    else:
        facts = {"member": author(turn, lang), "number": story.turns.index(turn) + 1}
        key = "story.call_written"
    last = f"-# {translate(key, lang, **facts)}" if given is not None or turn is not None else ""
    return Frame("\n".join(part for part in (said.content, last) if part) or "-# …")


def ended(told: Told) -> str:
    """Who wrote how much, in words and turn by turn."""
    story, lang = told.story, told.row.language
    total = max(1, story.words)
    writers: list[MemberId | None] = []
    for turn in story.turns:
        writer = None if turn.by_model else turn.by
        if writer not in writers:
            writers.append(writer)
    people = [writer for writer in writers if writer is not None]
    squares: dict[MemberId | None, str] = {
        writer: SQUARES[at % len(SQUARES)] for at, writer in enumerate(people)
    }
    squares[None] = GREY_SQUARE
    lines = [
        translate("story.ended", lang, title=line(story.title), count=len(story.turns), words=story.words)
    ]
    for writer in sorted(writers, key=lambda one: -_words(story, one)):
        words = _words(story, writer)
        member = who(writer, lang) if writer is not None else translate("story.model_name", lang)
        facts = {"square": squares[writer], "member": member, "percent": round(100 * words / total)}
        lines.append(translate("story.share", lang, count=words, **facts))
    strip = "".join(squares[None if turn.by_model else turn.by] for turn in story.turns[-STRIP:])
    lines.append(strip)
    if story.terms.game is games.Game.CORPSE:
        lines.append(translate("story.revealed", lang))
    return "\n".join(lines)


def _words(story: Story, writer: MemberId | None) -> int:
    return sum(turn.words for turn in story.turns if (None if turn.by_model else turn.by) == writer)


def pages(told: Told, texts: Mapping[str, str], limit: int = 1_700) -> list[str]:
    """The whole story in pages: chapters, parts, and who wrote each."""
    story, lang = told.story, told.row.language
    titles = {chapter.before: chapter.title for chapter in story.chapters}
    found: list[str] = []
    page = ""
    for number, turn in enumerate(story.turns, start=1):
        heads = [
            f"## {line(title)}\n" for before, title in titles.items() if _first(story, before) == turn.number
        ]
        text = verse(texts.get(turn.key, "…"))
        piece = f"{''.join(heads)}{text}\n-# {number} · {author(turn, lang)}\n"
        for bit in split(piece, limit, most=100) or [piece[:limit]]:
            if page and len(page) + len(bit) > limit:
                found.append(page)
                page = ""
            page += bit
    return [*found, page] if page else found


def _first(story: Story, before: int) -> int | None:
    return next((turn.number for turn in story.turns if turn.number >= before), None)


def mentions(members: Sequence[MemberId]) -> discord.AllowedMentions:
    """Who may be pinged: these alone."""
    return discord.AllowedMentions(
        everyone=False,
        roles=False,
        replied_user=False,
        users=[discord.Object(one) for one in members if one > 0],
    )
