"""Things to read: who made a work, what was used, how a place is set."""

from __future__ import annotations

from bot.attribution.credits import Credits, Share
from bot.attribution.model import Contribution
from bot.i18n.text import translate
from bot.ids import Lang
from cogs.ui.card import mention
from cogs.ui.safe import line
from cogs.ui.split import split

NEWEST = 15
"""Entries of a history that are shown; the export has them all."""


def credit_sheet(made: Credits, lang: Lang) -> str:
    """The byline, the shares of hand and model, and the history."""
    work, take = made.work, made.take
    title = line(work.title) or translate("work.untitled", lang)
    lines = [f"**{translate('credits.title', lang, title=title, work=work.id)}**"]
    if take is not None:
        lines.append(translate("credits.shares", lang, human=made.human, model=made.model))
        lines += [_share(share, lang) for share in made.shares]
        if any(share.model is None for share in made.shares):
            lines.append(f"-# {translate('credits.typed', lang)}")
    lines.append(translate("credits.history", lang))
    if len(made.history) > NEWEST:
        lines.append(f"-# {translate('credits.earlier', lang, count=len(made.history) - NEWEST)}")
    lines += [_entry(entry, lang) for entry in made.history[-NEWEST:]]
    text = "\n".join(lines)
    return (split(text, most=100) or [text[:1_900]])[0]


def _share(share: Share, lang: Lang) -> str:
    if share.model is None:
        return translate("credits.by_hand", lang, percent=share.percent, member=mention(share.member, lang))
    return translate(
        "credits.by_model",
        lang,
        percent=share.percent,
        member=mention(share.member, lang),
        model=line(share.model.name, 80),
        revision=line(share.model.revision[:12], 12),
    )


def _entry(entry: Contribution, lang: Lang) -> str:
    """One act: number in the chain, when, who, what, with which model."""
    draft = entry.draft
    act = translate(f"act.{draft.act}", lang)
    when = f"<t:{int(draft.at.timestamp())}:f>"
    model = f" · {line(draft.model.name, 80)}" if draft.model is not None else ""
    return f"-# {entry.number}. {when} {mention(draft.member, lang)} {act}{model}"
