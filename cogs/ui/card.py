"""How a work looks in Discord: its text as typed, who made it, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import discord
from discord.utils import format_dt, utcnow

from bot.attribution.credits import Credits
from bot.attribution.model import ModelAuthor
from bot.i18n.text import translate
from bot.ids import Lang, MemberId, WorkId, number_of
from bot.services.brief import Pending
from bot.works import Work, title_of
from cogs.ui.items import WorkButton
from cogs.ui.safe import line, plain_line, upright, verse
from cogs.ui.split import MESSAGE_LIMIT, MOST_PARTS, split, width
from cogs.ui.stream import Frame

FORM_LIMIT = 60
"""Characters of a form's name in the byline."""

GALLERY = discord.Colour(0x4F6D8F)
"""The edge of a published work: the blue of the ink."""

MARK_LIMIT = 160
"""Characters of the mark of a form: on a phone, three lines of small letters."""


@dataclass(frozen=True, slots=True)
class Post:
    """Where a work is published: the address of the message, and the name of its channel, or ""."""

    url: str
    channel: str = ""


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
    hint: str = "",
    post: Post | None = None,
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
        hint: what stands below all that, ready to be shown.
        post: where it is published, if it is.
    """
    work, take = made.work, made.take
    if take is None:
        content = translate("work.empty", lang)
        return Card(Frame(content, view_of(("another", "delete"), work.id, 0, lang)))
    lines = [line(mark, MARK_LIMIT)] if mark else []
    lines.append(_byline(made, lang=lang, source=source, form=form))
    lines += [translate(note, lang) for note in notes]
    if hint:
        lines.append(hint)
    foot = "".join(f"\n-# {text}" for text in lines)
    head = f"**{line(work.title)}**\n" if work.title else ""
    name, most = work.title or work.wish.topic, 1 if alone or private else MOST_PARTS
    first, rest, files = lay_out(take.text, head, foot, lang, name=name, most=most)
    view = _buttons(made, takes=takes, lang=lang, private=private, post=post)
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


def cut_off(work: WorkId, lang: Lang, note: str, shown: str) -> Frame:
    """What stands where a work was being written and cannot go on: the words that were shown, and why.

    ``note`` is the key of why, ``shown`` what the message shows now.
    """
    # Words of a text never begin a line so: verse() escapes it.
    words = "\n".join(line for line in shown.split("\n") if not line.startswith("-# ")).rstrip()
    foot = f"-# {translate(note, lang)}"
    view = view_of(("another", "delete"), work, 0, lang)
    if not words:
        return Frame(foot, view)
    room = MESSAGE_LIMIT - width(foot) - 3
    if width(words) > room:
        words = (split(words, room, most=10_000) or [""])[0].rstrip() + "…"
    return Frame(f"{words}\n{foot}", view)


def published(made: Credits, lang: Lang, *, source: Work | None = None, mark: str = "") -> Card:
    """A work in the gallery: its title and its author, the text, and small below it who wrote what."""
    work, take = made.work, made.take
    number = take.number if take is not None else 0
    title = line(work.title) or translate("work.untitled", lang)
    first, rest, files = lay_out(take.text if take is not None else "", "", "", lang, name=work.title)
    small = [line(mark, MARK_LIMIT)] if mark else []
    small.append(_byline(made, lang=lang, source=source))
    if work.licence:
        small.append(translate("work.licence", lang, licence=line(work.licence, 80)))
    box: discord.ui.Container[Any] = discord.ui.Container(accent_colour=GALLERY)
    box.add_item(discord.ui.TextDisplay(f"## {title}\n**{mention(work.author, lang)}**"))
    box.add_item(discord.ui.TextDisplay(first))
    for name, _ in files:
        box.add_item(discord.ui.File(f"attachment://{name}"))
    box.add_item(discord.ui.Separator())
    box.add_item(discord.ui.TextDisplay("\n".join(f"-# {text}" for text in small)))
    return Card(_in_box(box, view_of(("remix", "credits", "unpublish"), work.id, number, lang), files), rest)


def boxed(frame: Frame) -> Frame:
    """A frame for a message that is a layout, which no plain one can be put on any more."""
    if isinstance(frame.view, discord.ui.LayoutView):
        return frame
    box: discord.ui.Container[Any] = discord.ui.Container(discord.ui.TextDisplay(frame.content or "…"))
    for name, _ in frame.files:
        box.add_item(discord.ui.File(f"attachment://{name}"))
    return _in_box(box, frame.view, frame.files)


def _in_box(
    box: discord.ui.Container[Any], buttons: discord.ui.View | None, files: tuple[tuple[str, bytes], ...]
) -> Frame:
    """A container with a row of buttons at its end, as a message."""
    if buttons is not None and buttons.children:
        row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
        for button in cast("list[discord.ui.Item[Any]]", buttons.children):
            row.add_item(button)
        box.add_item(row)
    layout = discord.ui.LayoutView(timeout=None)
    layout.add_item(box)
    return Frame("", layout, files)


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


def _byline(made: Credits, *, lang: Lang, source: Work | None = None, form: str | None = None) -> str:
    """The credit line: who, with which model, how much by hand, from what; topic and form unless None."""
    work, take = made.work, made.take
    wish = work.wish
    facts: list[str] = []
    if form is not None and wish.topic and work.title not in (title_of(wish.topic), wish.topic[:80]):
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
        facts.append(
            translate("work.remix_of", lang, work=number_of(source.id), member=mention(source.author, lang))
        )
    if take is not None and take.ending in ("stopped", "length", "refused", "interrupted"):
        facts.append(translate(f"work.ended_{take.ending}", lang))
    return " · ".join(facts)


def _buttons(made: Credits, *, takes: int, lang: Lang, private: bool, post: Post | None) -> discord.ui.View:
    """Two rows: what makes a further take, and what is done with this one; one button has a colour."""
    work, take = made.work.id, made.take.number if made.take is not None else 0
    view = discord.ui.View(timeout=None)
    if takes > 1:
        view.add_item(WorkButton("back", work, take, lang=lang, row=0, disabled=take <= 1))
        view.add_item(
            discord.ui.Button(label=f"{take}/{takes}", custom_id="renga:take", row=0, disabled=True)
        )
        view.add_item(WorkButton("next", work, take, lang=lang, row=0, disabled=take >= takes))
    for action in ("another", "revise"):
        view.add_item(WorkButton(action, work, take, lang=lang, row=0))
    for action in ("edit", "remix"):
        view.add_item(WorkButton(action, work, take, lang=lang, row=1))
    if post is not None:
        key = "button.published_in" if post.channel else "button.published"
        label = translate(key, lang, channel=post.channel)[:80]
        view.add_item(discord.ui.Button(label=label, url=post.url, row=1))  # Discord adds the arrow
    last = ("update",) if post is not None else ("publish", "share") if private else ("publish",)
    for action in (*last, "more"):
        view.add_item(WorkButton(action, work, take, lang=lang, row=1))
    return view


def _stop(work: WorkId | None, lang: Lang) -> discord.ui.View | None:
    return view_of(("stop",), work, 0, lang) if work is not None else None


def _slug(name: str) -> str:
    """A name for a file: letters and digits of the title."""
    letters = "".join(char if char.isalnum() else "-" for char in plain_line(name, 40))
    return letters.strip("-") or "text"
