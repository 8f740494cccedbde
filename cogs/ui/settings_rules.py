"""How rules, trials and the moderation log look to moderators; the buttons of a rule."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Self

import discord
from discord.utils import format_dt

from bot.client import Renga
from bot.i18n.text import translate
from bot.ids import Lang
from bot.moderation.records import Entry, StoredLine, StoredRule
from bot.moderation.rules import Mode, Rule
from bot.moderation.verdict import Action, Hit, Verdict
from bot.services.moderation_desk import Broken
from bot.services.moderation_trial import Attempt
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
    "edit": ("", discord.ButtonStyle.primary),
    "remove": ("", discord.ButtonStyle.danger),
}


class RuleButton(
    LastingItem["discord.ui.Button[Any]"],
    template=r"renga:f:(?P<action>arm|rest|off|try|edit|remove):(?P<id>[0-9]{1,9})",
):
    """A button of a rule: ``renga:f:<action>:<rule>``."""

    def __init__(self, action: str, id: int, *, lang: Lang = "en") -> None:
        super().__init__(
            discord.ui.Button(
                label=translate("moderation.button_edit_rule", lang)
                if action == "edit"
                else translate(f"moderation.button_{action}", lang),
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


class RuleMenu(
    LastingItem["discord.ui.Item[Any]"],
    template=r"renga:fm:(?P<field>action|severity|roles|channels):(?P<id>[0-9]{1,9})",
):
    """A menu of a rule: ``renga:fm:<what is chosen>:<rule>``."""

    def __init__(self, field: str, id: int, rule: Rule | None = None, *, lang: Lang = "en") -> None:
        super().__init__(_menu(field, f"renga:fm:{field}:{id}", rule, lang))
        self.field = field
        self.rule = id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew from its id."""
        return cls(match["field"], int(match["id"]))

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Hand the choice to the cog that looks after rules."""
        data: Mapping[str, Any] = interaction.data or {}
        values = [str(value) for value in data.get("values", ())]
        await found(interaction.client, "Moderation").choose(interaction, self.field, self.rule, values)


def _menu(field: str, id: str, rule: Rule | None, lang: Lang) -> discord.ui.Item[Any]:
    """What one chooses from: the options that hold now are chosen already."""
    spared: list[discord.SelectDefaultValue]
    hint = translate(f"moderation.menu_{field}", lang)
    if field == "roles":
        spared = [
            discord.SelectDefaultValue.from_role(discord.Object(one)) for one in spared_in_menu(rule, field)
        ]
        return discord.ui.RoleSelect(
            custom_id=id, placeholder=hint, min_values=0, max_values=25, default_values=spared
        )
    if field == "channels":
        spared = [
            discord.SelectDefaultValue.from_channel(discord.Object(one))
            for one in spared_in_menu(rule, field)
        ]
        return discord.ui.ChannelSelect(
            custom_id=id, placeholder=hint, min_values=0, max_values=25, default_values=spared
        )
    names = [one.name.lower() for one in Action if one] if field == "action" else ["1", "2", "3"]
    now = (rule.action.name.lower() if field == "action" else str(rule.severity)) if rule is not None else ""
    return discord.ui.Select(
        custom_id=id,
        placeholder=hint,
        options=[
            discord.SelectOption(
                label=translate(f"moderation.{field}_{name}", lang), value=name, default=name == now
            )
            for name in names
        ],
    )


def spared_in_menu(rule: Rule | None, field: str) -> list[int]:
    """The roles or channels that a rule spares, as many as a menu takes."""
    if rule is None:
        return []
    return sorted(rule.exempt_roles if field == "roles" else rule.exempt_channels)[:25]


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
    if rule.categories:
        lines += [f"-# {told}" for told in _thresholds(rule, lang)]
    if rule.expires is not None:
        when = format_dt(datetime.fromtimestamp(rule.expires, UTC), "R")
        lines.append("-# " + translate("moderation.rule_ends", lang, when=when))
    if rule.source:
        lines.append("-# " + translate("moderation.rule_of_automod", lang))
    if stored.mode is Mode.SHADOW:
        lines.append("-# " + translate("moderation.in_shadow", lang))
    view = discord.ui.View(timeout=None)
    for action, (mode, _) in _ACTIONS.items():
        if mode != stored.mode.value:
            view.add_item(RuleButton(action, stored.id, lang=lang))
    for field in ("action", "severity", "roles", "channels"):
        view.add_item(RuleMenu(field, stored.id, rule, lang=lang))
    return Frame("\n".join(lines), view)


def title_of(rule: Rule, id: int) -> str:
    """What a rule is called; without a name, by what it looks for first."""
    return rule.name or next(iter((*rule.terms, *rule.patterns)), "") or f"{rule.kind} {id}"


def expiry_days(rule: Rule, now: float) -> int:
    """In how many days a rule ends, rounded up; 0 if it does not, or has."""
    return max(0, math.ceil((rule.expires - now) / 86_400)) if rule.expires is not None else 0


def _thresholds(rule: Rule, lang: Lang) -> list[str]:
    return [
        translate(
            "moderation.rule_thresholds",
            lang,
            category=translate(f"moderation.category_{category}", lang),
            rating=translate(f"settings.rating_{rating}", lang),
            flag=round(limits.flag * 100),
            block=round(limits.block * 100),
            looser=round(rule.fiction * 100),
        )
        for category, given in rule.categories.items()
        for rating, limits in given.items()
    ]


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
