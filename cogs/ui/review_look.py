"""How a held or blocked text looks, to moderators and to whoever wrote it."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord.utils import format_dt

from bot.errors import AgainstTheRules
from bot.explain import explain
from bot.i18n.text import translate
from bot.ids import Lang
from bot.moderation.records import Review, ReviewState, Spot
from cogs.ui.marking import marked
from cogs.ui.review_items import DraftButton, ReviewButton
from cogs.ui.safe import line, verse
from cogs.ui.split import MESSAGE_LIMIT, width
from cogs.ui.stream import Frame

EXCERPT = 900
"""Characters of a text that stand in the message; the file has it all."""

AROUND = 200
"""Characters before the first marked one in an excerpt."""

DECISIONS = ("approve", "reject", "change")


def excerpt(text: str, spots: Sequence[Spot]) -> tuple[str, list[tuple[int, int]]]:
    """The part of a text around the first mark, and the marks in it."""
    first = min((spot.start for spot in spots), default=0)
    begin = max(0, first - AROUND) if len(text) > EXCERPT else 0
    end = min(len(text), begin + EXCERPT)
    inside = [(max(0, s.start - begin), min(end, s.end) - begin) for s in spots if begin <= s.start < end]
    cut = ("…" if begin else "") + text[begin:end] + ("…" if end < len(text) else "")
    shift = 1 if begin else 0
    return cut, [(a + shift, b + shift) for a, b in inside]


def for_moderators(review: Review, lang: Lang) -> Frame:
    """A review as it stands in the channel of the moderators."""
    place = review.place
    lines = [
        translate(
            f"moderation.review_{_KINDS.get(review.kind, 'text')}",
            lang,
            member=f"<@{review.member}>" if review.member else translate("credits.somebody", lang),
            channel=f"<#{place.spot}>",
            when=format_dt(review.at, "R"),
        )
    ]
    lines += [f"-# {reason}" for reason in reasons(review.spots, lang)]
    cut, inside = excerpt(review.text, review.spots)
    lines.append("\n".join(f"> {row}" for row in marked(cut, inside).split("\n")))
    lines.append(_standing(review, lang))
    content = "\n".join(lines)
    files = (("text.txt", review.text.encode()),) if cut != review.text else ()
    view = _buttons(review, lang) if review.state is ReviewState.WAITING else None
    if width(content) > MESSAGE_LIMIT:  # a text full of marks is longer when it is shown
        content = "\n".join([lines[0], _standing(review, lang)])
        files = (("text.txt", review.text.encode()),)
    return Frame(content, view, files)


def for_writer(review: Review, refusal: AgainstTheRules, lang: Lang) -> Frame:
    """A refused text given back: why first, then what follows, then the text as moderators would see it."""
    why = [f"**{reason}**" for reason in reasons(review.spots, lang)]
    head = "\n".join([*why, explain(refusal, lang, back=False)])
    cut, inside = excerpt(review.text, review.spots)
    quote = "\n".join(f"> {row}" for row in marked(cut, inside).split("\n"))
    hidden = review.kind == "output"  # what a model wrote is not shown before a moderator has seen it
    content = head if hidden or not review.text else f"{head}\n{quote}"
    files: tuple[tuple[str, bytes], ...] = ()
    if not hidden and (cut != review.text or width(content) > MESSAGE_LIMIT):
        files = (("text.txt", review.text.encode()),)
    if width(content) > MESSAGE_LIMIT:
        content = head[:MESSAGE_LIMIT]
    view = discord.ui.View(timeout=None)
    if review.kind != "output":
        view.add_item(DraftButton("edit", review.guild, review.id, lang=lang))
    if review.state is ReviewState.DRAFT:
        view.add_item(DraftButton("ask", review.guild, review.id, lang=lang))
    return Frame(content, view if view.children else None, files)


def outcome(review: Review, lang: Lang) -> str:
    """What became of a text, as its writer is told."""
    key = review.state.value
    if review.state is ReviewState.APPROVED:
        key = "approved_done" if review.kind in _KINDS else "approved"
    told = translate(f"moderation.outcome_{key}", lang, channel=f"<#{review.place.spot}>")
    if review.note:
        told += "\n" + translate("moderation.note", lang, note=line(review.note, 500))
    if review.text and review.kind != "output":
        cut = review.text if len(review.text) <= EXCERPT else review.text[:EXCERPT] + "…"
        told += "\n" + "\n".join(f"> {row}" for row in verse(cut).split("\n"))
    return told[:MESSAGE_LIMIT]


def reasons(spots: Sequence[Spot], lang: Lang) -> list[str]:
    """Each rule that marked something, with its reason, once."""
    found = dict.fromkeys((spot.rule, spot.reason) for spot in spots)
    return [
        translate("moderation.because", lang, rule=line(rule, 80), reason=line(reason, 200))
        if reason
        else translate("moderation.because_of", lang, rule=line(rule, 80))
        for rule, reason in list(found)[:8]
    ]


_KINDS = {"wish": "wish", "edit": "edit", "output": "output", "story-turn": "story", "story-edit": "edit"}
"""How a text is announced, by its kind; a text of any other is used again by its writer once it may be."""


def _standing(review: Review, lang: Lang) -> str:
    match review.state:
        case ReviewState.WAITING if review.claimant:
            return "-# " + translate("moderation.claimed_by", lang, moderator=f"<@{review.claimant}>")
        case ReviewState.WAITING:
            return "-# " + translate("moderation.waits", lang, when=format_dt(review.due, "R"))
        case _:
            by = f"<@{review.decider}>" if review.decider else ""
            told = translate(f"moderation.state_{review.state.value}", lang, moderator=by).strip()
            note = (
                " " + translate("moderation.note", lang, note=line(review.note, 500)) if review.note else ""
            )
            return f"-# {told}{note}"


def _buttons(review: Review, lang: Lang) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    for action in ("claim", *DECISIONS):
        if action != "claim" or not review.claimant:
            view.add_item(ReviewButton(action, review.id, lang=lang))
    return view
