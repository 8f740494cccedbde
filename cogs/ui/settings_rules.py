"""How rules, trials and the moderation log look to moderators; the buttons of a rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import discord
from discord.utils import format_dt

from bot.client import Renga
from bot.i18n.text import translate
from bot.ids import Lang
from bot.moderation.records import Entry, StoredLine, StoredRule
from bot.moderation.rules import Mode, Rule
from bot.moderation.verdict import Hit, Verdict
from bot.services.moderation_desk import Attempt, Broken
from cogs.ui.items import LastingItem, found
from cogs.ui.review_look import marked
from cogs.ui.safe import line
from cogs.ui.split import MESSAGE_LIMIT, width
from cogs.ui.stream import Frame

SHOWN = 5
"""Texts that a trial shows."""

_ACTIONS = {
    "arm": ("armed", discord.ButtonStyle.success),
    "rest": ("shadow", discord.ButtonStyle.secondary),
    "off": ("off", discord.ButtonStyle.secondary),
    "try": ("", discord.ButtonStyle.primary),
    "remove": ("", discord.ButtonStyle.danger),
}


class RuleButton(
    LastingItem["discord.ui.Button[Any]"],
    template=r"renga:f:(?P<action>arm|rest|off|try|remove):(?P<id>[0-9]{1,9})",
):
    """A button of a rule: ``renga:f:<action>:<rule>``."""

    def __init__(self, action: str, id: int, *, lang: Lang = "en") -> None:
        super().__init__(
            discord.ui.Button(
                label=translate(f"moderation.button_{action}", lang),
                style=_ACTIONS[action][1],
                custom_id=f"renga:f:{action}:{id}",
            )
        )
        self.action = action
        self.rule = id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew from its id."""
        return cls(match["action"], int(match["id"]))

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Hand the press to the cog that looks after rules."""
        await found(interaction.client, "Moderation").press(interaction, self.action, self.rule)


def rule_line(stored: StoredRule, rule: Rule, lang: Lang) -> str:
    """One rule in a list."""
    told = translate(
        "moderation.rule_line",
        lang,
        id=stored.id,
        title=line(title_of(rule, stored.id), 60),
        kind=translate(f"moderation.kind_{rule.kind}", lang),
        action=translate(f"moderation.action_{rule.action.name.lower()}", lang),
        mode=translate(f"moderation.mode_{stored.mode}", lang),
    )
    return f"{told} · {counts(stored, lang)}"


def counts(stored: StoredRule, lang: Lang) -> str:
    """What a rule did, or would have done."""
    key = "moderation.would_have" if stored.mode is Mode.SHADOW else "moderation.has"
    return translate(key, lang, hits=stored.hits, seen=stored.seen)


def rule_frame(stored: StoredRule, rule: Rule, lang: Lang, *, note: str = "") -> Frame:
    """One rule with what it looks for and its buttons."""
    lines = [note] if note else []
    lines.append(f"**{rule_line(stored, rule, lang)}**")
    if terms := ", ".join((*rule.terms, *rule.patterns)):
        lines.append(f"> {line(terms, 600)}")
    if rule.allow:
        lines.append(
            "-# " + translate("moderation.rule_allows", lang, allow=line(", ".join(rule.allow), 300))
        )
    if rule.reason:
        lines.append("-# " + translate("moderation.rule_reason", lang, reason=line(rule.reason, 200)))
    if stored.mode is Mode.SHADOW:
        lines.append("-# " + translate("moderation.in_shadow", lang))
    view = discord.ui.View(timeout=None)
    for action, (mode, _) in _ACTIONS.items():
        if mode != stored.mode.value:
            view.add_item(RuleButton(action, stored.id, lang=lang))
    return Frame("\n".join(lines), view)


def title_of(rule: Rule, id: int) -> str:
    """What a rule is called; without a name, by what it looks for first."""
    return rule.name or next(iter((*rule.terms, *rule.patterns)), "") or f"{rule.kind} {id}"


def attempt_text(attempt: Attempt, lang: Lang) -> str:
    """What a rule would have done to what was said here."""
    head = translate(
        "moderation.tried",
        lang,
        hits=len(attempt.found),
        tried=attempt.tried,
        new=attempt.new,
        doubtful=len(attempt.doubtful),
    )
    lines = [f"**{head}**"]
    writers = len({one.text.member for one in attempt.found if one.text.kind == "input"})
    outputs = sum(one.text.kind == "output" for one in attempt.found)
    if attempt.found:
        lines.append("-# " + translate("moderation.tried_by", lang, members=writers, outputs=outputs))
    shown = sorted(attempt.found, key=lambda one: (not one.doubtful, not one.new))[:SHOWN]
    for one in shown:
        marks = translate("moderation.doubtful", lang) if one.doubtful else ""
        new = translate("moderation.new_hit", lang) if one.new else ""
        flags = " ".join(mark for mark in (new, marks) if mark)
        lines.append(f"> {around(one.text.text, one.hits)}")
        lines.append(f"-# <#{one.text.channel}> · {format_dt(one.text.at, 'R')} {flags}".rstrip())
    return _fit(lines)


def verdict_text(verdict: Verdict, titles: Mapping[str, str], lang: Lang) -> str:
    """What every rule says of one text, and why."""
    action = translate(f"moderation.action_{verdict.action.name.lower()}", lang)
    lines = [f"**{translate('moderation.verdict', lang, action=action)}**"]
    hits = (*verdict.hits, *verdict.shadow)
    if hits:
        lines.append(f"> {around(verdict.text, hits)}")
    for hit in hits[:12]:
        shadow = translate("moderation.only_shadow", lang) if hit in verdict.shadow else ""
        lines.append("- " + _hit(verdict.text, hit, titles, lang) + (f" · {shadow}" if shadow else ""))
    lines += [translate("moderation.missing", lang, name=line(name, 60)) for name in verdict.missing]
    return _fit(lines)


def lines_text(lines: Sequence[StoredLine], broken: Sequence[Broken], lang: Lang) -> str:
    """The lines that rules are tried on, and which are broken now."""
    bad = {one.line.id for one in broken}
    rows = [
        f"{'✘' if one.id in bad else '✔'} #{one.id} "
        + translate("moderation.must_block" if one.wanted else "moderation.must_allow", lang)
        + f": {line(one.text, 120)}"
        for one in lines
    ]
    return _fit(rows or [translate("moderation.no_lines", lang)])


def log_text(entries: Sequence[Entry], lang: Lang) -> str:
    """The newest entries of the moderation log."""
    rows: list[str] = []
    for entry in entries:
        act = translate(f"moderation.act_{entry.act.replace(' ', '_')}", lang)
        who = f"<@{entry.actor}>" if entry.actor else translate("moderation.by_itself", lang)
        whom = f" → <@{entry.member}>" if entry.member else ""
        rule = f" · {line(entry.rule, 80)}" if entry.rule else ""
        rows.append(f"{format_dt(entry.at, 'f')} {who} {act}{whom}{rule}")
    return _fit(rows or [translate("moderation.nothing_logged", lang)])


def around(text: str, hits: Sequence[Hit]) -> str:
    """A text in one line, cut to what stands around the hits."""
    first = min(hit.start for hit in hits)
    begin, end = max(0, first - 60), min(len(text), first + 140)
    cut = text[begin:end].replace("\n", " ")
    spans = [(max(hit.start, begin) - begin, min(hit.end, end) - begin) for hit in hits if hit.start < end]
    shown = marked(cut, [span for span in spans if span[0] < span[1]])
    return ("…" if begin else "") + shown + ("…" if end < len(text) else "")


def _hit(text: str, hit: Hit, titles: Mapping[str, str], lang: Lang) -> str:
    ways = ", ".join(translate(f"moderation.way_{way}", lang) for way in hit.way.split())
    told = translate(
        "moderation.hit",
        lang,
        rule=line(titles.get(hit.rule, hit.rule), 60),
        words=line(text[hit.start : hit.end], 60),
        action=translate(f"moderation.action_{hit.action.name.lower()}", lang),
    )
    if hit.term:
        told += " · " + translate("moderation.because_term", lang, term=line(hit.term, 60))
    return told + (f" ({ways})" if ways else "")


def _fit(rows: Sequence[str]) -> str:
    """As many rows as fit a message, and how many did not."""
    kept = ""
    for at, row in enumerate(rows):
        if width(kept) + width(row) > MESSAGE_LIMIT - 20:
            return f"{kept}\n-# +{len(rows) - at}"
        kept += f"\n{row}" if kept else row
    return kept
