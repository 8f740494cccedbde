"""/filter: its group, how its commands are named, and what each of them does first."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.client import Renga
from bot.errors import BadInput
from bot.i18n.slash import say
from bot.i18n.text import translate
from bot.moderation.records import StoredRule
from bot.moderation.rules import CATEGORIES, Kind, Mode, Rule
from bot.moderation.verdict import Action
from bot.services.moderation_desk import RuleDesk
from bot.services.moderation_rules import called
from cogs.ui.reply import acknowledge, tell
from cogs.ui.safe import line
from cogs.ui.settings_keeper import require_keeper
from cogs.ui.settings_rules import counts, rule_frame
from cogs.ui.studio import quickly
from cogs.ui.where import lang_read, member_of, space_of

KINDS = (Kind.WORDS, Kind.PATTERNS, Kind.LINKS, Kind.INVITES, Kind.MENTIONS, Kind.PERSONAL, Kind.SECRETS)
ACTIONS = (Action.FLAG, Action.MASK, Action.REGENERATE, Action.HOLD, Action.BLOCK)
MODES = (Mode.SHADOW, Mode.ARMED, Mode.OFF)

KIND_CHOICES = [app_commands.Choice(name=say(f"moderation.kind_{kind}"), value=kind.value) for kind in KINDS]
ACTION_CHOICES = [
    app_commands.Choice(name=say(f"moderation.action_{action.name.lower()}"), value=action.name.lower())
    for action in ACTIONS
]
MODE_CHOICES = [app_commands.Choice(name=say(f"moderation.mode_{mode}"), value=mode.value) for mode in MODES]
CATEGORY_CHOICES = [
    app_commands.Choice(name=say(f"moderation.category_{name}"), value=name) for name in CATEGORIES
]

_SEPARATORS = re.compile(r"[,，、\n]")

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def named(name: str) -> dict[str, Any]:
    """Name and description of a command, in every language."""
    return {"name": say(f"command.filter_{name}"), "description": say(f"command.filter_{name}_about")}


def options(**names: str) -> Callable[[Decorated], Decorated]:
    """Names and descriptions of options: of ``must/x`` the name of ``must`` and the description of ``x``."""

    def decorate(command: Decorated) -> Decorated:
        called = {name: say(f"command.option_{text.partition('/')[0]}") for name, text in names.items()}
        about = {
            name: say(f"command.option_{text.partition('/')[2] or text}_about")
            for name, text in names.items()
        }
        return app_commands.describe(**about)(app_commands.rename(**called)(command))

    return decorate


filters = app_commands.Group(
    name=say("command.filter"),
    description=say("command.filter_about"),
    default_permissions=discord.Permissions(manage_guild=True),
    guild_only=True,
)
"""``/filter``.  Discord hides it from who lacks Manage Server; every command still looks for itself."""


class FilterCommands(commands.Cog):
    """What the commands of /filter have in common; a cog is made of them."""

    app: App
    desk: RuleDesk

    async def begin(self, interaction: discord.Interaction[Renga]) -> None:
        """Refuse whoever may not, and acknowledge."""
        await quickly(require_keeper(interaction))
        await acknowledge(interaction, private=True)

    async def show(self, interaction: discord.Interaction[Renga], id: int, *, note: str = "") -> None:
        """Show one rule with all that can be done with it."""
        stored, rule = await self.desk.rule(space_of(interaction), id)
        frame = rule_frame(stored, rule, lang_read(interaction), note=note)
        await tell(interaction, frame.content, view=frame.view)

    async def set_mode(self, interaction: discord.Interaction[Renga], id: int, mode: Mode) -> StoredRule:
        """Arm a rule, put it in shadow, or switch it off."""
        guild, member = space_of(interaction), member_of(interaction)
        if mode is Mode.ARMED:
            return await self.desk.arm(guild, id, by=member)
        return await self.desk.rest(guild, id, mode, by=member)

    async def take_away(self, interaction: discord.Interaction[Renga], id: int) -> str:
        """Remove a rule; says what it did while it was there."""
        lang, guild = lang_read(interaction), space_of(interaction)
        stored, _ = await self.desk.rule(guild, id)
        rule = await self.desk.remove(guild, id, by=member_of(interaction))
        told = translate("moderation.removed", lang, rule=line(called(rule), 80))
        return f"{told} ({counts(stored, lang)})"

    def matching(self, interaction: discord.Interaction[Renga], typed: str) -> list[app_commands.Choice[int]]:
        """The rules whose number or name begins with what was typed."""
        wanted = str(typed).casefold()
        return [
            app_commands.Choice(name=f"{rule.id} · {called(rule)}"[:100], value=int(rule.id))
            for rule in self.desk.known(space_of(interaction))
            if rule.id.startswith(wanted) or called(rule).casefold().startswith(wanted)
        ][:25]


def typed_rule(
    kind: Kind,
    action: Action,
    words: str = "",
    allow: str = "",
    name: str = "",
    reason: str = "",
    *,
    homophones: bool = False,
    initials: bool = False,
) -> Rule:
    """A rule from what was typed: terms between commas or in lines, patterns one in a line.

    Raises:
        BadInput: a rule about words has none.
    """
    terms = typed_terms(kind, words)
    return Rule(
        id="",
        kind=kind,
        action=action,
        name=" ".join(name.split())[:60],
        reason=" ".join(reason.split())[:200],
        terms=terms if kind is Kind.WORDS else (),
        patterns=terms if kind is Kind.PATTERNS else (),
        allow=typed_list(allow),
        homophones=homophones,
        initials=initials,
    )


def typed_terms(kind: Kind, words: str) -> tuple[str, ...]:
    """What a rule looks for, from what was typed.

    Raises:
        BadInput: it needs some, and there are none.
    """
    lines = words.splitlines() if kind is Kind.PATTERNS else _SEPARATORS.split(words)
    terms = tuple(dict.fromkeys(term.strip() for term in lines if term.strip()))
    if kind in (Kind.WORDS, Kind.PATTERNS) and not terms:
        raise BadInput("moderation.no_words")
    return terms


def typed_list(text: str) -> tuple[str, ...]:
    """Entries between commas or in lines, each once."""
    return tuple(dict.fromkeys(one.strip() for one in _SEPARATORS.split(text) if one.strip()))
