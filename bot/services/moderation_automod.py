"""A server's own AutoMod rules, read in and kept in step.

AutoMod skips the messages of bots, so what a server forbids its members it
must be able to forbid here too.  What of a rule can be taken over:
:mod:`bot.moderation.automod`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.errors import BadInput
from bot.ids import GuildId, MemberId
from bot.moderation.automod import from_automod
from bot.moderation.records import StoredRule
from bot.moderation.rules import Mode, Rule
from bot.services.moderation_desk import RuleDesk
from bot.services.moderation_rules import body_of, rule_of

SOURCE = "automod:"


@dataclass(slots=True)
class Synced:
    """Names of the rules that were added, changed or removed, and of AutoMod's that cannot be taken over."""

    added: list[str] = field(default_factory=list[str])
    changed: list[str] = field(default_factory=list[str])
    removed: list[str] = field(default_factory=list[str])
    left_out: list[str] = field(default_factory=list[str])


class AutoModSync:
    """Makes the rules of a guild follow its AutoMod rules."""

    def __init__(self, desk: RuleDesk) -> None:
        self._desk = desk

    async def follows(self, guild: GuildId) -> bool:
        """Whether anything was ever read in."""
        return any(rule.source.startswith(SOURCE) for rule in self._desk.known(guild))

    async def sync(self, guild: GuildId, automod: Sequence[Mapping[str, Any]], *, by: MemberId) -> Synced:
        """Read in all AutoMod rules, given as Discord's API gives them.

        New ones begin in shadow.  One that was changed stays as armed as it
        was, if it keeps the guild's lines.  One that AutoMod no longer has, or
        has switched off, goes.
        """
        held = {one.source: one for one, _ in await self._desk.rules(guild) if one.source.startswith(SOURCE)}
        done = Synced()
        seen: set[str] = set()
        for given in automod:
            name = str(given.get("name", ""))
            wanted = from_automod(given) if given.get("enabled", True) else ()
            if not wanted and given.get("enabled", True):
                done.left_out.append(name)
            for rule in wanted:
                source = f"{rule.source}:{rule.kind}"
                seen.add(source)
                try:
                    await self._follow(guild, replace(rule, source=source), held.get(source), by, done)
                except BadInput:
                    done.left_out.append(name)
        for source, stored in held.items():
            if source not in seen:
                done.removed.append((await self._desk.remove(guild, stored.id, by=by)).title)
        return done

    async def _follow(
        self, guild: GuildId, rule: Rule, held: StoredRule | None, by: MemberId, done: Synced
    ) -> None:
        if held is None:
            await self._desk.add(guild, rule, by=by, source=rule.source)
            done.added.append(rule.title)
        elif body_of(rule_of(held)) != body_of(rule):
            await self._desk.change(guild, held.id, rule, by=by)
            done.changed.append(rule.title)
            if held.mode is Mode.OFF:
                await self._desk.rest(guild, held.id, Mode.OFF, by=by)
            elif held.mode is Mode.ARMED:
                await self._desk.arm(guild, held.id, by=by)
