"""How a work looks in Discord: its text as typed, who made it, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import discord
from discord.utils import format_dt, utcnow

from bot.attribution.credits import Credits
from bot.attribution.model import ModelAuthor
from bot.i18n.text import translate
from bot.ids import Lang, MemberId, WorkId
from bot.services.brief import Pending
from bot.works import Work, WorkState
from cogs.ui.items import WorkButton
from cogs.ui.safe import line, plain_line, upright, verse
from cogs.ui.split import MESSAGE_LIMIT, MOST_PARTS, split, width
from cogs.ui.stream import Frame

HOUSE_MODEL = "local/house"

FORM_LIMIT = 60
"""Characters of a form's name in the byline."""

MARK_LIMIT = 160
"""Characters of the mark of a form: on a phone, three lines of small letters."""


@dataclass(frozen=True, slots=True)
class Card:
    """A work laid out: the message with its buttons, and the messages its text goes on in."""

    first: Frame
    rest: tuple[str, ...] = ()


def draw(
    made: Credits,
    *,
    takes: int,
    lang: Lang,
    private: bool = False,
    alone: bool = False,
    source: Work | None = None,
    form: str = "",
    mark: str = "",
    notes: Sequence[str] = (),
) -> Card:
    """Lay out one take of a work.

    Args:
        made: the work, the take, and who made it.
        takes: how many takes the work has.
        private: only the member sees it (then it can be shared).
        alone: what does not fit one message goes into a file.
        source: the work it is a remix of.
        form: what its form is called, where it is not checked.
        mark: what its form is called and whether the text keeps it.
        notes: keys of texts that the reader should see.
    """
    work, take = made.work, made.take
    if take is None:
        content = translate("work.empty", lang)
        return Card(Frame(content, view_of(("another", "delete"), work.id, 0, lang)))
    lines = [line(mark, MARK_LIMIT)] if mark else []
    lines.append(_byline(made, takes=takes, lang=lang, source=source, form=form))
    lines += [translate(note, lang) for note in notes]
    if take.number == 1 and any(model.name == HOUSE_MODEL for model in made.models):
        lines.append(translate("work.house_model", lang))
    foot = "".join(f"\n-# {text}" for text in lines)
    head = f"**{line(work.title)}**\n" if work.title else ""
    name, most = work.title or work.wish.topic, 1 if alone or private else MOST_PARTS
    first, rest, files = lay_out(take.text, head, foot, lang, name=name, most=most)
    view = _buttons(made, takes=takes, lang=lang, private=private)
    return Card(Frame(first, view, files), rest)


def lay_out(
    text: str, head: str, foot: str, lang: Lang, *, name: str = "", most: int = MOST_PARTS
) -> tuple[str, tuple[str, ...], tuple[tuple[str, bytes], ...]]:
    """A text between its title and its byline: the first message, the others, and files.

    ``text`` is as written; ``head`` and ``foot`` are ready to be shown.
    """
    shown = verse(text.strip("\n"))
    if not shown.strip():
        return f"{head}{translate('work.erased', lang)}{foot}", (), ()
    room = MESSAGE_LIMIT - width(head) - width(foot) - 40
    parts = split(shown, room, most=most)
    if parts is None:
        preview = (split(shown, room, most=10_000) or [""])[0].rstrip()
        more = f"\n-# {translate('work.in_file', lang)}"
        return f"{head}{upright(preview)}\n…{more}{foot}", (), ((f"{_slug(name)}.txt", text.encode()),)
    body = [upright(part.rstrip()) for part in parts if part.strip()]
    if len(body) > 1:
        foot = f"\n-# {translate('work.continued', lang, parts=len(body))}{foot}"
    return f"{head}{body[0]}{foot}", tuple(body[1:]), ()


def writing(work: WorkId | None, text: str, lang: Lang) -> Frame:
    """A text while it is being written: its last page, with a button to stop."""
    parts = split(verse(text), MESSAGE_LIMIT - 80, most=10_000) or [""]
    shown = upright(parts[-1].rstrip()) if len(parts) == 1 else f"-# …\n{parts[-1].rstrip()}"
    return Frame(f"{shown}\n-# {translate('work.writing', lang)}", _stop(work, lang))


def waiting(work: WorkId | None, step: Pending, lang: Lang) -> Frame:
    """Nothing to read yet, and why."""
    percent = "" if step.fraction is None else f"{step.fraction:.0%}"
    text = translate(
        f"work.{step.why}", lang, place=step.place or "", percent=percent, model=plain_line(step.model)
    ).rstrip()
    if step.seconds is not None:
        # Discord counts it down by itself.
        text += " · " + translate(
            "work.ready", lang, when=format_dt(utcnow() + timedelta(seconds=step.seconds), "R")
        )
    return Frame(f"-# {text}", _stop(work, lang))


def deleted(work: WorkId, lang: Lang) -> Frame:
    """What stands where a deleted work was."""
    return Frame(f"-# {translate('work.deleted', lang)}", view_of(("undo",), work, 0, lang))


def interrupted(work: WorkId, lang: Lang) -> Frame:
    """What stands where a work was being written when the bot went down."""
    return Frame(f"-# {translate('work.interrupted', lang)}", view_of(("another", "delete"), work, 0, lang))


def published(made: Credits, lang: Lang, *, source: Work | None = None, mark: str = "") -> Card:
    """A work in the gallery: title, text, the mark of its form, byline, licence."""
    work, take = made.work, made.take
    byline = _byline(made, takes=1, lang=lang, source=source)
    foot = f"\n-# {line(mark, MARK_LIMIT)}" if mark else ""
    foot += f"\n-# {byline}"
    if work.licence:
        foot += f"\n-# {translate('work.licence', lang, licence=line(work.licence, 80))}"
    title = line(work.title) or translate("work.untitled", lang)
    text = take.text if take is not None else ""
    first, rest, files = lay_out(text, f"**{title}**\n", foot, lang, name=work.title)
    number = take.number if take is not None else 0
    return Card(Frame(first, view_of(("remix", "credits", "unpublish"), work.id, number, lang), files), rest)


def view_of(actions: Sequence[str], work: WorkId, take: int, lang: Lang) -> discord.ui.View:
    """Some buttons in a row."""
    view = discord.ui.View(timeout=None)
    for action in actions:
        view.add_item(WorkButton(action, work, take, lang=lang))
    return view


def mention(member: MemberId, lang: Lang) -> str:
    """A member, by a mention that pings nobody; erased members have no name."""
    return f"<@{member}>" if member else translate("credits.somebody", lang)


def model_names(models: Sequence[ModelAuthor], lang: Lang) -> str:
    """Models as in a byline."""
    return translate("text.and", lang).join(line(model.name, 80) for model in models)


def _byline(
    made: Credits, *, takes: int, lang: Lang, source: Work | None = None, form: str | None = None
) -> str:
    """The credit line: who, with which model, how much by hand, from what; topic and form unless None."""
    work, take = made.work, made.take
    wish = work.wish
    facts: list[str] = []
    if form is not None and wish.topic and wish.topic[:80] != work.title:
        facts.append(translate("work.topic", lang, topic=line(wish.topic, 60)))
    if form:
        facts.append(line(form, FORM_LIMIT))
    models = model_names(made.models, lang)
    members = dict.fromkeys(share.member for share in made.shares if share.model is None)
    hands = translate("text.and", lang).join(mention(member, lang) for member in members)
    author = mention(work.author, lang)
    if made.models and members:
        key = "work.by_both" if work.author in members else "work.by_both_for"
        facts.append(translate(key, lang, member=hands, model=models, author=author, percent=made.human))
    elif made.models:
        facts.append(translate("work.by_model", lang, member=author, model=models))
    else:
        facts.append(translate("work.by_hand", lang, member=hands or author))
    if source is not None:
        facts.append(translate("work.remix_of", lang, work=source.id, member=mention(source.author, lang)))
    if takes > 1 and take is not None:
        facts.append(translate("work.take", lang, number=take.number, total=takes))
    if take is not None and take.ending in ("stopped", "length", "refused", "interrupted"):
        facts.append(translate(f"work.ended_{take.ending}", lang))
    return " · ".join(facts)


def _buttons(made: Credits, *, takes: int, lang: Lang, private: bool) -> discord.ui.View:
    work, take = made.work.id, made.take.number if made.take is not None else 0
    view = discord.ui.View(timeout=None)
    for row, actions in enumerate((("another", "revise", "edit", "remix"), ("publish", "credits", "delete"))):
        for action in actions:
            view.add_item(WorkButton(action, work, take, lang=lang, row=row))
    if made.work.state is WorkState.PUBLISHED:
        view.add_item(WorkButton("unpublish", work, take, lang=lang, row=1))
    if private:
        view.add_item(WorkButton("share", work, take, lang=lang, row=1))
    if takes > 1:
        view.add_item(WorkButton("back", work, take, lang=lang, row=2, disabled=take <= 1))
        view.add_item(WorkButton("next", work, take, lang=lang, row=2, disabled=take >= takes))
    if made.take is not None and made.take.parent:
        view.add_item(WorkButton("changes", work, take, lang=lang, row=2))
    for action in ("report", *(("ink",) if made.models else ()), "critique"):
        view.add_item(WorkButton(action, work, take, lang=lang, row=3))
    if takes > 1 and not made.work.wish.private and not made.work.place.is_private_room:
        view.add_item(WorkButton("vote", work, take, lang=lang, row=3))
    return view


def _stop(work: WorkId | None, lang: Lang) -> discord.ui.View | None:
    return view_of(("stop",), work, 0, lang) if work is not None else None


def _slug(name: str) -> str:
    """A name for a file: letters and digits of the title."""
    letters = "".join(char if char.isalnum() else "-" for char in plain_line(name, 40))
    return letters.strip("-") or "text"
