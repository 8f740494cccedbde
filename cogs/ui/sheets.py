"""Things to read: who made a work, and the exact record of it."""

from __future__ import annotations

from bot.attribution.credits import Credits
from bot.attribution.model import Contribution
from bot.i18n.text import translate
from bot.ids import Lang, number_of
from cogs.ui.card import mention, view_of
from cogs.ui.safe import line
from cogs.ui.split import split
from cogs.ui.stream import Frame

NEWEST = 15
"""Entries of a history that are shown; the export has them all."""


def credit_sheet(made: Credits, lang: Lang) -> Frame:
    """Who asked and who wrote how much, then what happened to it; hashes and long numbers on demand."""
    work, take = made.work, made.take
    title = line(work.title) or translate("work.untitled", lang)
    lines = [translate("credits.title", lang, title=title, work=number_of(work.id))]
    if take is not None:
        lines.append(_shares(made, lang))
        if any(share.model is None for share in made.shares):
            lines.append(f"-# {translate('credits.typed', lang)}")
    lines.append(translate("credits.history", lang))
    if len(made.history) > NEWEST:
        lines.append(f"-# {translate('credits.earlier', lang, count=len(made.history) - NEWEST)}")
    lines += [_entry(entry, lang) for entry in made.history[-NEWEST:]]
    text = "\n".join(lines)
    view = view_of(("record",), work.id, take.number if take is not None else 0, lang)
    return Frame((split(text, most=100) or [text[:1_900]])[0], view)


def record_sheet(made: Credits, lang: Lang) -> Frame:
    """What a machine needs to check it: whole ids, the revisions of models, the links of the chain."""
    work, take = made.work, made.take
    number = take.number if take is not None else 0
    lines = [translate("credits.record", lang, work=work.id, take=number)]
    lines += [
        translate("credits.revision", lang, model=line(model.name, 80), revision=line(model.revision, 80))
        for model in made.models
    ]
    lines += [
        translate("credits.link", lang, number=entry.number, digest=entry.digest)
        for entry in made.history[-NEWEST:]
    ]
    return Frame("\n".join(f"-# {text}" for text in lines)[:1_990])


def _shares(made: Credits, lang: Lang) -> str:
    """``@ana asked · local/house (AI) wrote 60 % · @ana wrote 40 %``, the largest share first."""
    asked = dict.fromkeys(share.member for share in made.shares if share.model is not None)
    facts: list[str] = []
    if asked:
        names = translate("text.and", lang).join(mention(member, lang) for member in asked)
        facts.append(translate("credits.asked", lang, member=names))
    wrote: dict[tuple[str, str], int] = {}
    for share in made.shares:
        key, name = "credits.wrote", mention(share.member, lang)
        if share.model is not None:
            key, name = "credits.wrote_model", line(share.model.name, 80)
        wrote[key, name] = wrote.get((key, name), 0) + share.percent
    facts += [
        translate(key, lang, author=name, percent=percent)
        for (key, name), percent in sorted(wrote.items(), key=lambda one: -one[1])
    ]
    return " · ".join(facts)


def _entry(entry: Contribution, lang: Lang) -> str:
    """One act: when, who, what, with which model."""
    draft = entry.draft
    act = translate(f"act.{draft.act}", lang)
    when = f"<t:{int(draft.at.timestamp())}:f>"
    model = f" · {line(draft.model.name, 80)}" if draft.model is not None else ""
    return f"-# {when} {mention(draft.member, lang)} {act}{model}"
