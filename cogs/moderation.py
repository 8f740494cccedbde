"""/filter: rules of what may be said here, tried before they act.  For moderators alone.

Discord hides the commands from who lacks Manage Server; that is only a hint, so
every command looks for itself.
"""

from __future__ import annotations

import re
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Renga
from bot.errors import BadInput
from bot.i18n.slash import say
from bot.i18n.text import lang_of, translate
from bot.ids import MemberId, MessageId
from bot.moderation.records import StoredRule
from bot.moderation.rules import Kind, Mode, Rule
from bot.moderation.verdict import Action
from bot.services.dispatch import Undeliverable
from bot.services.moderation_desk import TRIED
from bot.services.ports import Outgoing
from cogs.ui.modals import Form, form, submitted, text_field
from cogs.ui.reply import acknowledge, explain_to, hold, tell
from cogs.ui.review_look import for_moderators
from cogs.ui.safe import line
from cogs.ui.settings_keeper import require_keeper, require_reviewer
from cogs.ui.settings_rules import (
    RuleButton,
    attempt_text,
    counts,
    lines_text,
    log_text,
    rule_frame,
    rule_line,
    title_of,
    verdict_text,
)
from cogs.ui.split import MESSAGE_LIMIT
from cogs.ui.stream import Frame
from cogs.ui.studio import Studio, quickly, studio_of
from cogs.ui.where import lang_read, member_of, place_of, space_of

KINDS = (Kind.WORDS, Kind.PATTERNS, Kind.LINKS, Kind.INVITES, Kind.MENTIONS, Kind.PERSONAL, Kind.SECRETS)
ACTIONS = (Action.FLAG, Action.MASK, Action.REGENERATE, Action.HOLD, Action.BLOCK)
MODES = (Mode.SHADOW, Mode.ARMED, Mode.OFF)

_KINDS = [app_commands.Choice(name=say(f"moderation.kind_{kind}"), value=kind.value) for kind in KINDS]
_ACTIONS = [
    app_commands.Choice(name=say(f"moderation.action_{action.name.lower()}"), value=action.name.lower())
    for action in ACTIONS
]
_MODES = [app_commands.Choice(name=say(f"moderation.mode_{mode}"), value=mode.value) for mode in MODES]
_WANTED = [
    app_commands.Choice(name=say("moderation.must_block"), value="block"),
    app_commands.Choice(name=say("moderation.must_allow"), value="allow"),
]

_SEPARATORS = re.compile(r"[,，、\n]")


class Moderation(commands.Cog):
    """Lets moderators write, try, arm and remove rules."""

    filter = app_commands.Group(
        name=say("command.filter"),
        description=say("command.filter_about"),
        default_permissions=discord.Permissions(manage_guild=True),
        guild_only=True,
    )

    def __init__(self, bot: Renga, studio: Studio) -> None:
        self._bot = bot
        self._app = bot.app
        self._desk = bot.app.rules
        self._studio = studio

    async def cog_load(self) -> None:
        """Answer the buttons of rules, also of before a restart; post notices about them."""
        self._bot.add_dynamic_items(RuleButton)
        self._studio.outlet.others["notice"] = self

    async def cog_unload(self) -> None:
        """Do so no longer."""
        self._bot.remove_dynamic_items(RuleButton)

    @filter.command(name=say("command.filter_list"), description=say("command.filter_list_about"))
    async def list(self, interaction: discord.Interaction[Renga]) -> None:
        """Show the rules, and what each did or would have done."""
        await self._begin(interaction)
        lang = lang_read(interaction)
        rules = await self._desk.rules(space_of(interaction))
        rows = [rule_line(stored, rule, lang) for stored, rule in rules]
        await tell(interaction, "\n".join(rows)[:MESSAGE_LIMIT] or translate("moderation.no_rules", lang))

    @filter.command(name=say("command.filter_add"), description=say("command.filter_add_about"))
    @app_commands.describe(
        kind=say("command.option_kind_about"),
        action=say("command.option_action_about"),
        words=say("command.option_words_about"),
        name=say("command.option_name_about"),
        allow=say("command.option_allow_about"),
        reason=say("command.option_reason_about"),
        homophones=say("command.option_homophones_about"),
    )
    @app_commands.rename(
        kind=say("command.option_kind"),
        action=say("command.option_action"),
        words=say("command.option_words"),
        name=say("command.option_name"),
        allow=say("command.option_allow"),
        reason=say("command.option_reason"),
        homophones=say("command.option_homophones"),
    )
    @app_commands.choices(kind=_KINDS, action=_ACTIONS)
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
    ) -> None:
        """Add a rule; one that needs words and was given none asks for them in a form."""
        await quickly(require_keeper(interaction))
        wanted, then = Kind(kind), Action[action.upper()]
        if not words and wanted in (Kind.WORDS, Kind.PATTERNS):
            await interaction.response.send_modal(self._form(interaction, wanted, then))
            return
        interaction.extras["input"] = words
        await acknowledge(interaction, private=True)
        rule = _rule(wanted, then, words, allow, name, reason, homophones=homophones)
        await self._add(interaction, rule)

    @filter.command(name=say("command.filter_rule"), description=say("command.filter_rule_about"))
    @app_commands.describe(rule=say("command.option_rule_about"), mode=say("command.option_mode_about"))
    @app_commands.rename(rule=say("command.option_rule"), mode=say("command.option_mode"))
    @app_commands.choices(mode=_MODES)
    async def rule(self, interaction: discord.Interaction[Renga], rule: int, mode: str = "") -> None:
        """Show one rule, or change whether it acts."""
        await self._begin(interaction)
        if mode:
            await self._set_mode(interaction, rule, Mode(mode))
        await self._show(interaction, rule)

    @filter.command(name=say("command.filter_remove"), description=say("command.filter_remove_about"))
    @app_commands.describe(rule=say("command.option_rule_about"))
    @app_commands.rename(rule=say("command.option_rule"))
    async def remove(self, interaction: discord.Interaction[Renga], rule: int) -> None:
        """Take a rule away."""
        await self._begin(interaction)
        await tell(interaction, await self._remove(interaction, rule))

    @filter.command(name=say("command.filter_test"), description=say("command.filter_test_about"))
    @app_commands.describe(text=say("command.option_tested_about"))
    @app_commands.rename(text=say("command.option_text"))
    async def test(self, interaction: discord.Interaction[Renga], text: str) -> None:
        """Say what the rules, those in shadow too, make of a text."""
        await self._begin(interaction)
        verdict, titles = await self._desk.explain(place_of(interaction), text)
        await tell(interaction, verdict_text(verdict, titles, lang_read(interaction)))

    @filter.command(name=say("command.filter_try"), description=say("command.filter_try_about"))
    @app_commands.describe(
        rule=say("command.option_rule_about"),
        words=say("command.option_words_about"),
        kind=say("command.option_kind_about"),
        last=say("command.option_last_about"),
    )
    @app_commands.rename(
        rule=say("command.option_rule"),
        words=say("command.option_words"),
        kind=say("command.option_kind"),
        last=say("command.option_last"),
    )
    @app_commands.choices(kind=_KINDS)
    async def attempt(
        self,
        interaction: discord.Interaction[Renga],
        rule: int = 0,
        words: str = "",
        kind: str = "words",
        last: app_commands.Range[int, 1, TRIED] = TRIED,
    ) -> None:
        """Run a rule, or words that are none yet, over what was said here; nothing is changed."""
        await self._begin(interaction)
        guild = space_of(interaction)
        if rule:
            _, draft = await self._desk.rule(guild, rule)
        else:
            draft = _rule(Kind(kind), Action.BLOCK, words)
        tried = await self._desk.attempt(guild, draft, limit=last)
        await tell(interaction, attempt_text(tried, lang_read(interaction)))

    @filter.command(name=say("command.filter_must"), description=say("command.filter_must_about"))
    @app_commands.describe(wanted=say("command.option_must_about"), text=say("command.option_line_about"))
    @app_commands.rename(wanted=say("command.option_must"), text=say("command.option_text"))
    @app_commands.choices(wanted=_WANTED)
    async def must(self, interaction: discord.Interaction[Renga], wanted: str, text: str) -> None:
        """Keep a line that the rules must block, or must let pass."""
        await self._begin(interaction)
        interaction.extras["input"] = text
        await self._desk.add_line(
            space_of(interaction), text, wanted=wanted == "block", by=member_of(interaction)
        )
        await self._lines(interaction)

    @filter.command(name=say("command.filter_lines"), description=say("command.filter_lines_about"))
    @app_commands.describe(remove=say("command.option_remove_about"))
    @app_commands.rename(remove=say("command.option_remove"))
    async def lines(self, interaction: discord.Interaction[Renga], remove: int = 0) -> None:
        """Show the lines that rules are tried on, or take one away."""
        await self._begin(interaction)
        if remove:
            await self._desk.remove_line(space_of(interaction), remove, by=member_of(interaction))
        await self._lines(interaction)

    @filter.command(name=say("command.filter_queue"), description=say("command.filter_queue_about"))
    async def queue(self, interaction: discord.Interaction[Renga]) -> None:
        """Show the oldest text that waits for a moderator, and how many do."""
        await quickly(require_reviewer(interaction))
        await acknowledge(interaction, private=True)
        lang = lang_read(interaction)
        waiting = await self._app.reviews.waiting(space_of(interaction))
        if not waiting:
            await tell(interaction, translate("moderation.queue_empty", lang))
            return
        frame = for_moderators(waiting[0], lang)
        head = translate("moderation.queue", lang, count=len(waiting))
        await tell(
            interaction, f"{head}\n{frame.content}"[:MESSAGE_LIMIT], view=frame.view, files=frame.files
        )

    @filter.command(name=say("command.filter_log"), description=say("command.filter_log_about"))
    @app_commands.describe(member=say("command.option_member_about"))
    @app_commands.rename(member=say("command.option_member"))
    async def log(self, interaction: discord.Interaction[Renga], member: discord.User | None = None) -> None:
        """Show who did what, to whom, by which rule."""
        await self._begin(interaction)
        entries = await self._app.store.moderation.entries(
            space_of(interaction), member=MemberId(member.id) if member is not None else None
        )
        await tell(interaction, log_text(entries, lang_read(interaction)))

    @rule.autocomplete("rule")
    @remove.autocomplete("rule")
    @attempt.autocomplete("rule")
    async def _rules(
        self, interaction: discord.Interaction[Renga], typed: str
    ) -> list[app_commands.Choice[int]]:
        rules = self._app.rules.known(space_of(interaction))
        wanted = str(typed)
        return [
            app_commands.Choice(name=f"{rule.id} · {title_of(rule, int(rule.id))}"[:100], value=int(rule.id))
            for rule in rules
            if rule.id.startswith(wanted)
        ][:25]

    async def press(self, interaction: discord.Interaction[Renga], action: str, id: int) -> None:
        """Carry out a press on a rule."""
        await quickly(require_keeper(interaction))
        surface = await hold(interaction)
        lang, guild = lang_read(interaction), space_of(interaction)
        match action:
            case "remove":
                await surface.edit(Frame(await self._remove(interaction, id)))
                return
            case "try":
                _, rule = await self._desk.rule(guild, id)
                await tell(interaction, attempt_text(await self._desk.attempt(guild, rule), lang))
                return
            case "arm":
                await self._set_mode(interaction, id, Mode.ARMED)
            case _:
                await self._set_mode(interaction, id, Mode.SHADOW if action == "rest" else Mode.OFF)
        await surface.edit(rule_frame(*await self._desk.rule(guild, id), lang))

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Renga]) -> None:
        """Add the rule of a form, also of one that was opened before a restart."""
        filled = submitted(interaction)
        if filled is None or filled.action != "filter-add":
            return
        interaction.extras["input"] = filled.value("words")
        try:
            await quickly(require_keeper(interaction))
            await acknowledge(interaction, private=True)
            await self._add(interaction, _from_form(filled))
        except Exception as error:  # noqa: BLE001 - whatever it is, the moderator is told
            await explain_to(interaction, error)

    async def post(self, outgoing: Outgoing) -> MessageId:
        """Post a notice for the moderators."""
        guild = self._bot.get_guild(outgoing.guild)
        lang = lang_of(str(guild.preferred_locale)) if guild is not None else "en"
        facts = dict(outgoing.payload)
        kind = facts.pop("notice", "")
        if kind not in ("fell", "report"):
            raise Undeliverable(str(kind))
        facts["rule"] = line(str(facts.get("rule", "")), 80)
        channel = await self._studio.outlet.channel(outgoing.channel)
        frame = Frame(translate(f"moderation.notice_{kind}", lang, **facts))
        return MessageId((await self._studio.outlet.send(channel, frame, outgoing.nonce)).id)

    async def find(self, outgoing: Outgoing) -> MessageId | None:
        """Notices are not looked for: one that comes twice does no harm."""
        return None

    async def _begin(self, interaction: discord.Interaction[Renga]) -> None:
        await quickly(require_keeper(interaction))
        await acknowledge(interaction, private=True)

    async def _add(self, interaction: discord.Interaction[Renga], rule: Rule) -> None:
        lang = lang_read(interaction)
        stored = await self._desk.add(space_of(interaction), rule, by=member_of(interaction))
        tried = await self._desk.attempt(space_of(interaction), replace(rule, id=str(stored.id)))
        note = translate("moderation.added", lang, hits=len(tried.found), tried=tried.tried)
        await self._show(interaction, stored.id, note=note)

    async def _show(self, interaction: discord.Interaction[Renga], id: int, *, note: str = "") -> None:
        stored, rule = await self._desk.rule(space_of(interaction), id)
        frame = rule_frame(stored, rule, lang_read(interaction), note=note)
        await tell(interaction, frame.content, view=frame.view)

    async def _set_mode(self, interaction: discord.Interaction[Renga], id: int, mode: Mode) -> StoredRule:
        guild, member = space_of(interaction), member_of(interaction)
        if mode is Mode.ARMED:
            return await self._desk.arm(guild, id, by=member)
        return await self._desk.rest(guild, id, mode, by=member)

    async def _remove(self, interaction: discord.Interaction[Renga], id: int) -> str:
        lang, guild = lang_read(interaction), space_of(interaction)
        stored, _ = await self._desk.rule(guild, id)
        rule = await self._desk.remove(guild, id, by=member_of(interaction))
        told = translate("moderation.removed", lang, rule=line(title_of(rule, id), 80))
        return f"{told} ({counts(stored, lang)})"

    async def _lines(self, interaction: discord.Interaction[Renga]) -> None:
        guild = space_of(interaction)
        lines, broken = await self._desk.lines(guild), await self._desk.broken(guild)
        await tell(interaction, lines_text(lines, broken, lang_read(interaction)))

    def _form(self, interaction: discord.Interaction[Renga], kind: Kind, action: Action) -> discord.ui.Modal:
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
    return _rule(
        KINDS[filled.subject],
        Action(filled.take),
        filled.value("words"),
        filled.value("allow"),
        filled.value("name"),
        filled.value("reason"),
    )


def _rule(
    kind: Kind,
    action: Action,
    words: str = "",
    allow: str = "",
    name: str = "",
    reason: str = "",
    *,
    homophones: bool = False,
) -> Rule:
    """A rule from what was typed: terms between commas or in lines, patterns one in a line.

    Raises:
        BadInput: a rule about words has none.
    """
    lines = words.splitlines() if kind is Kind.PATTERNS else _SEPARATORS.split(words)
    terms = tuple(dict.fromkeys(term.strip() for term in lines if term.strip()))
    if kind in (Kind.WORDS, Kind.PATTERNS) and not terms:
        raise BadInput("moderation.no_words")
    return Rule(
        id="",
        kind=kind,
        action=action,
        name=" ".join(name.split())[:60],
        reason=" ".join(reason.split())[:200],
        terms=terms if kind is Kind.WORDS else (),
        patterns=terms if kind is Kind.PATTERNS else (),
        allow=tuple(dict.fromkeys(one.strip() for one in _SEPARATORS.split(allow) if one.strip())),
        homophones=homophones,
    )


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Moderation(bot, studio_of(bot)))
