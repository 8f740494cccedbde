"""How rules, trials and the moderation log look to moderators; the buttons of a rule."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Self

import discord
from discord.utils import format_dt

from bot.client import Renga
from bot.i18n.text import translate
from bot.ids import Lang
from bot.moderation.records import StoredRule
from bot.moderation.rules import Mode, Rule
from bot.moderation.verdict import Action
from bot.services.moderation_rules import called
from cogs.ui.items import LastingItem, found
from cogs.ui.safe import line
from cogs.ui.stream import Frame

_ACTIONS = {
    "arm": ("armed", discord.ButtonStyle.success),
    "rest": ("shadow", discord.ButtonStyle.secondary),
    "off": ("off", discord.ButtonStyle.secondary),
    "try": ("", discord.ButtonStyle.primary),
    "edit": ("", discord.ButtonStyle.primary),
    "remove": ("", discord.ButtonStyle.danger),
}


_EDGES = {
    Mode.ARMED: discord.Colour.red(),
    Mode.SHADOW: discord.Colour.light_grey(),
    Mode.OFF: discord.Colour.dark_grey(),
}
"""What the edge of a rule's card tells at a glance."""


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
        title=line(called(rule), 60),
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
    """One rule as the panel of settings looks: what it does, what it looks for, its buttons and menus."""
    box: discord.ui.Container[Any] = discord.ui.Container(accent_colour=_EDGES[stored.mode])
    head = [note, ""] if note else []
    head.append(f"### {line(called(rule), 80)}")
    head.append(standing(stored, rule, lang))
    box.add_item(discord.ui.TextDisplay("\n".join(head)[:1_200]))
    box.add_item(discord.ui.TextDisplay("\n".join(_facts(stored, rule, lang))[:1_800]))
    buttons: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
    for action, (mode, _) in _ACTIONS.items():
        if mode != stored.mode.value:
            buttons.add_item(RuleButton(action, stored.id, lang=lang))
    box.add_item(buttons)
    box.add_item(discord.ui.Separator())
    for field in ("action", "severity", "roles", "channels"):
        box.add_item(discord.ui.TextDisplay(f"-# {translate(f'moderation.menu_{field}', lang)}"))
        row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
        row.add_item(RuleMenu(field, stored.id, rule, lang=lang))
        box.add_item(row)
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(box)
    return Frame("", view)


def standing(stored: StoredRule, rule: Rule, lang: Lang) -> str:
    """What a rule does, and what came of it: ``Blocks · stopped 2 of 3 texts since it was armed``."""
    does = translate(f"moderation.does_{rule.action.name.lower()}", lang)
    mode = stored.mode.value
    if stored.mode is Mode.ARMED and rule.action < Action.MASK:
        mode = "marking"
    counted = translate(f"moderation.standing_{mode}", lang, hits=stored.hits, seen=stored.seen)
    return f"**{does}** · {counted}"


def _facts(stored: StoredRule, rule: Rule, lang: Lang) -> list[str]:
    """What it looks for, whom it spares, and until when."""
    lines = [f"-# #{stored.id} · {translate(f'moderation.kind_{rule.kind}', lang)}"]
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
    return lines


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
