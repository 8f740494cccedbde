"""A server's own AutoMod rules, read in and kept in step.

AutoMod skips the messages of bots, so what a server forbids its members it
must be able to forbid here too.  What of a rule can be taken over:
:mod:`bot.moderation.automod`.
"""

from __future__ import annotations

import hashlib
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

CHOSEN_HERE = ("action", "severity", "expires", "evasions", "homophones", "initials", "fiction")
"""What AutoMod says nothing of, or says once: moderators may choose otherwise here."""


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

        New ones begin in shadow.  One that was changed in AutoMod stays as armed
        as it was, if it keeps the guild's lines; what moderators chose for it
        here (what happens, how grave, until when) stays.  One that AutoMod no
        longer has, or has switched off, goes.
        """
        held = {
            _origin(one.source): one
            for one, _ in await self._desk.rules(guild)
            if one.source.startswith(SOURCE)
        }
        done = Synced()
        seen: set[str] = set()
        for given in automod:
            name = str(given.get("name", ""))
            wanted = from_automod(given) if given.get("enabled", True) else ()
            if not wanted and given.get("enabled", True):
                done.left_out.append(name)
            for rule in wanted:
                origin = f"{rule.source}:{rule.kind}"
                seen.add(origin)
                try:
                    source = f"{origin}#{_print(rule)}"
                    await self._follow(guild, replace(rule, source=source), held.get(origin), by, done)
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
        elif held.source != rule.source and body_of(rule_of(held)) != body_of(rule):
            chosen = {name: getattr(rule_of(held), name) for name in CHOSEN_HERE}
            await self._desk.change(guild, held.id, replace(rule, **chosen), by=by, source=rule.source)
            done.changed.append(rule.title)
            if held.mode is Mode.OFF:
                await self._desk.rest(guild, held.id, Mode.OFF, by=by)
            elif held.mode is Mode.ARMED:
                await self._desk.arm(guild, held.id, by=by)


def _origin(source: str) -> str:
    """Which AutoMod rule a source means, without how that one was."""
    return source.partition("#")[0]


def _print(rule: Rule) -> str:
    """What an AutoMod rule is known by as it is now: one that is as it was needs nothing done."""
    return hashlib.blake2b(body_of(rule).encode(), digest_size=6).hexdigest()
