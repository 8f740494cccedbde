"""Commands of /filter that list, write, change and remove rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import discord
from discord import app_commands

from bot.client import Renga
from bot.errors import BadInput
from bot.i18n.text import translate
from bot.moderation.rules import Kind, Mode, Rating, Rule, Thresholds
from bot.moderation.verdict import Action
from bot.services.moderation_automod import AutoModSync, Synced
from cogs.ui.modals import Form, form, text_field
from cogs.ui.reply import acknowledge, tell
from cogs.ui.safe import line
from cogs.ui.settings_automod import fetched
from cogs.ui.settings_filter_group import (
    ACTION_CHOICES,
    CATEGORY_CHOICES,
    KIND_CHOICES,
    KINDS,
    MODE_CHOICES,
    FilterCommands,
    filters,
    named,
    options,
    typed_list,
    typed_rule,
    typed_terms,
)
from cogs.ui.settings_keeper import require_keeper
from cogs.ui.settings_rule_texts import fitted, undone_told
from cogs.ui.settings_rules import expiry_days, rule_line
from cogs.ui.studio import quickly
from cogs.ui.where import lang_read, member_of, space_of

_RATINGS = [app_commands.Choice(name=one.value, value=one.value) for one in Rating]

MOST_DAYS = 3_650


class Writing(FilterCommands):
    """Rules as moderators write them."""

    automod: AutoModSync

    @filters.command(**named("list"))
    async def list(self, interaction: discord.Interaction[Renga]) -> None:
        """Show the rules, and what each did or would have done."""
        await self.begin(interaction)
        lang = lang_read(interaction)
        rules = await self.desk.rules(space_of(interaction))
        rows = [rule_line(stored, rule, lang) for stored, rule in rules]
        told = fitted(rows) or translate("moderation.no_rules", lang)
        whole = "\n".join(rows)
        await tell(interaction, told, files=[("rules.txt", whole.encode())] if told != whole and rows else ())

    @filters.command(**named("add"))
    @options(
        kind="kind",
        action="action",
        words="words",
        name="name",
        allow="allow",
        reason="reason",
        homophones="homophones",
        initials="initials",
    )
    @app_commands.choices(kind=KIND_CHOICES, action=ACTION_CHOICES)
    async def add(
        self,
        interaction: discord.Interaction[Renga],
        kind: str,
        action: str = "block",
        words: str = "",
        name: str = "",
        allow: str = "",
        reason: str = "",
        homophones: bool = False,
        initials: bool = False,
    ) -> None:
        """Add a rule; one that needs words and was given none asks for them in a form."""
        await quickly(require_keeper(interaction))
        wanted, then = Kind(kind), Action[action.upper()]
        if not words and wanted in (Kind.WORDS, Kind.PATTERNS):
            await interaction.response.send_modal(empty_form(interaction, wanted, then))
            return
        interaction.extras["input"] = words
        await acknowledge(interaction, private=True)
        rule = typed_rule(wanted, then, words, allow, name, reason, homophones=homophones, initials=initials)
        await self.put(interaction, rule)

    @filters.command(**named("category"))
    @options(
        category="category", flag="flag", block="block", action="action", rating="rating", looser="looser"
    )
    @app_commands.choices(category=CATEGORY_CHOICES, action=ACTION_CHOICES, rating=_RATINGS)
    async def category(
        self,
        interaction: discord.Interaction[Renga],
        category: str,
        flag: app_commands.Range[int, 1, 100] = 50,
        block: app_commands.Range[int, 1, 100] = 80,
        action: str = "block",
        rating: str = "everyone",
        looser: app_commands.Range[int, 0, 50] = 10,
    ) -> None:
        """Set from which score a category is flagged and acted on, where readers are of some age."""
        await self.begin(interaction)
        if self.desk.judge is None:
            raise BadInput("moderation.no_judge")
        if flag > block:
            raise BadInput("moderation.flag_above_block")
        guild, by = space_of(interaction), member_of(interaction)
        limits = {Rating(rating): Thresholds(flag / 100, block / 100)}
        for stored, rule in await self.desk.rules(guild):
            if rule.kind is Kind.CATEGORIES and set(rule.categories) == {category}:
                merged = {category: {**rule.categories[category], **limits}}
                await self.desk.amend(
                    guild,
                    stored.id,
                    by=by,
                    categories=merged,
                    action=Action[action.upper()],
                    fiction=looser / 100,
                )
                await self.show(interaction, stored.id)
                return
        made = Rule(
            "",
            Kind.CATEGORIES,
            Action[action.upper()],
            name=translate(f"moderation.category_{category}", lang_read(interaction)),
            categories={category: limits},
            fiction=looser / 100,
        )
        await self.put(interaction, made)

    @filters.command(**named("rule"))
    @options(rule="rule", mode="mode")
    @app_commands.choices(mode=MODE_CHOICES)
    async def rule(self, interaction: discord.Interaction[Renga], rule: int, mode: str = "") -> None:
        """Show one rule, or change whether it acts."""
        await self.begin(interaction)
        if mode:
            await self.set_mode(interaction, rule, Mode(mode))
        await self.show(interaction, rule)

    @filters.command(**named("remove"))
    @options(rule="rule")
    async def remove(self, interaction: discord.Interaction[Renga], rule: int) -> None:
        """Take a rule away."""
        await self.begin(interaction)
        await tell(interaction, await self.take_away(interaction, rule))

    @filters.command(**named("undo"))
    async def undo(self, interaction: discord.Interaction[Renga]) -> None:
        """Take the newest change of a rule or a line back; once more, and it is there again."""
        await self.begin(interaction)
        done = await self.app.rule_history.undo(space_of(interaction), by=member_of(interaction))
        await tell(interaction, fitted(undone_told(done, lang_read(interaction))))

    @rule.autocomplete("rule")
    @remove.autocomplete("rule")
    async def _rules(
        self, interaction: discord.Interaction[Renga], typed: str
    ) -> list[app_commands.Choice[int]]:
        return self.matching(interaction, typed)

    @filters.command(**named("automod"))
    async def read_in(self, interaction: discord.Interaction[Renga]) -> None:
        """Read the server's own AutoMod rules in; from then on they are kept in step."""
        await self.begin(interaction)
        await self.take_automod(interaction)

    async def take_automod(self, interaction: discord.Interaction[Renga]) -> None:
        """Read AutoMod's rules in, and say which."""
        if interaction.guild is None:
            raise BadInput("refused.guild_only")
        done = await self.automod.sync(
            space_of(interaction), await fetched(interaction.guild), by=member_of(interaction)
        )
        lang = lang_read(interaction)
        rows = [_synced(key, names, lang) for key, names in _parts(done) if names]
        await tell(interaction, fitted(rows) or translate("moderation.automod_nothing", lang))

    async def put(self, interaction: discord.Interaction[Renga], rule: Rule) -> None:
        """Add a rule, and show it with what it would have hit."""
        lang = lang_read(interaction)
        stored = await self.desk.add(space_of(interaction), rule, by=member_of(interaction))
        note = translate("moderation.added_untried", lang)
        if rule.kind is not Kind.CATEGORIES:
            tried = await self.desk.attempt(space_of(interaction), replace(rule, id=str(stored.id)))
            note = translate("moderation.added", lang, hits=len(tried.found), tried=tried.tried)
        await self.show(interaction, stored.id, note=note)

    async def edit_form(self, interaction: discord.Interaction[Renga], id: int) -> discord.ui.Modal:
        """A form with what can be typed about a rule."""
        _, rule = await self.desk.rule(space_of(interaction), id)
        lang = lang_read(interaction)
        days = expiry_days(rule, self.app.clock().timestamp())
        fields = [text_field("name", lang, limit=60, required=False, default=rule.name)]
        if rule.kind in (Kind.WORDS, Kind.PATTERNS):
            fields.append(
                text_field("words", lang, long=True, default="\n".join((*rule.terms, *rule.patterns)))
            )
        if rule.kind not in (Kind.MENTIONS, Kind.CATEGORIES):
            fields.append(text_field("allow", lang, long=True, required=False, default="\n".join(rule.allow)))
        fields.append(text_field("reason", lang, limit=200, required=False, default=rule.reason))
        fields.append(text_field("days", lang, limit=4, required=False, default=str(days) if days else ""))
        return form("filter-edit", id, 0, lang, *fields)

    async def filled(self, interaction: discord.Interaction[Renga], filled: Form) -> None:
        """Carry out a form about a rule."""
        interaction.extras["input"] = filled.value("words")
        await quickly(require_keeper(interaction))
        await acknowledge(interaction, private=True)
        if filled.action == "filter-add":
            await self.put(interaction, _from_form(filled))
            return
        guild, id = space_of(interaction), filled.subject
        before, rule = await self.desk.rule(guild, id)
        fields = _changes(filled, rule, self.app.clock().timestamp())
        after = await self.desk.amend(guild, id, by=member_of(interaction), **fields)
        fell = before.mode is Mode.ARMED and after.mode is Mode.SHADOW
        note = translate(
            "moderation.changed_to_shadow" if fell else "moderation.changed", lang_read(interaction)
        )
        await self.show(interaction, id, note=note)


def _changes(filled: Form, rule: Rule, now: float) -> dict[str, object]:
    """What a filled form changes of a rule."""
    fields: dict[str, object] = {
        "name": " ".join(filled.value("name").split())[:60],
        "reason": " ".join(filled.value("reason").split())[:200],
        "expires": _expires(filled.value("days"), rule, now),
    }
    if "allow" in filled.values:
        fields["allow"] = typed_list(filled.value("allow"))
    if rule.kind in (Kind.WORDS, Kind.PATTERNS):
        terms = typed_terms(rule.kind, filled.value("words"))
        fields["terms" if rule.kind is Kind.WORDS else "patterns"] = terms
    return fields


def _expires(days: str, rule: Rule, now: float) -> float | None:
    days = days.strip()
    if not days:
        return None
    if not days.isdecimal() or not 0 < int(days) <= MOST_DAYS:
        raise BadInput("moderation.bad_days", limit=MOST_DAYS, typed=days)
    if str(expiry_days(rule, now)) == days:
        return rule.expires  # not touched
    return now + timedelta(days=int(days)).total_seconds()


def empty_form(interaction: discord.Interaction[Renga], kind: Kind, action: Action) -> discord.ui.Modal:
    """A form for a rule that is to be written."""
    lang = lang_read(interaction)
    return form(
        "filter-add",
        KINDS.index(kind),
        int(action),
        lang,
        text_field("name", lang, limit=60, required=False),
        text_field("words", lang, long=True),
        text_field("allow", lang, long=True, required=False),
        text_field("reason", lang, limit=200, required=False),
    )


def _from_form(filled: Form) -> Rule:
    if filled.subject >= len(KINDS) or filled.take not in set(Action):
        raise BadInput("moderation.bad_rule", problem="?")
    return typed_rule(
        KINDS[filled.subject],
        Action(filled.take),
        filled.value("words"),
        filled.value("allow"),
        filled.value("name"),
        filled.value("reason"),
    )


def _parts(done: Synced) -> tuple[tuple[str, list[str]], ...]:
    return (
        ("added", done.added),
        ("changed", done.changed),
        ("removed", done.removed),
        ("left_out", done.left_out),
    )


def _synced(key: str, names: list[str], lang: str) -> str:
    told = ", ".join(line(name, 60) for name in names)
    return translate(f"moderation.automod_{key}", "zh" if lang == "zh" else "en", names=told)
