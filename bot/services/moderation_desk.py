"""What moderators do with filters: write rules, try them, arm them, and keep lines they must not break."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.errors import BadInput
from bot.ids import GuildId, MemberId, Place
from bot.moderation.records import Entry, RuleStore, StoredLine, StoredRule
from bot.moderation.rules import Circumstances, Kind, Mode, Rating, Rule, RuleSet
from bot.moderation.verdict import Action, Verdict
from bot.services.moderation_book import Compiled, RuleBook, digest
from bot.services.moderation_file import LINE_LIMIT, MOST_LINES
from bot.services.moderation_rules import (
    MOST_RULES,
    body_of,
    called,
    kept,
    line_state,
    read,
    rule_of,
    state_of,
)
from bot.services.moderation_trial import Attempt, bare, found_by
from bot.services.moderation_watch import Watch

TRIED = 10_000
"""The most texts that a rule is tried on."""

SOUGHT = (
    "kind", "terms", "allow", "patterns", "parts", "most", "evasions", "homophones", "initials", "categories",
    "fiction",
)  # fmt: skip
"""The fields of a rule that say what it looks for."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that the armed rules judge otherwise than it should be; ``rules`` are those that hit it."""

    line: StoredLine
    rules: tuple[str, ...] = ()


class RuleDesk:
    """Every change is stored with its entry in the log and takes effect at once; rules begin in shadow."""

    def __init__(
        self,
        store: RuleStore,
        book: RuleBook,
        watch: Watch,
        clock: Callable[[], datetime],
        *,
        judge: str | None = None,
    ) -> None:
        self._store = store
        self._book = book
        self._watch = watch
        self._clock = clock
        self.judge = judge
        """Who is asked about categories; None where nobody is."""

    async def rules(self, guild: GuildId) -> Sequence[tuple[StoredRule, Rule]]:
        """The rules of a guild with their counts, in order."""
        await self._watch.flush()
        _, stored = await self._store.rules(guild)
        return [(one, rule_of(one)) for one in stored]

    def known(self, guild: GuildId) -> Sequence[Rule]:
        """The rules of a guild as they are in memory."""
        return self._book.page(guild).rules.rules

    async def rule(self, guild: GuildId, id: int) -> tuple[StoredRule, Rule]:
        """One rule.

        Raises:
            BadInput: there is none with that number.
        """
        found = [pair for pair in await self.rules(guild) if pair[0].id == id]
        if not found:
            raise BadInput("moderation.no_rule", typed=id)
        return found[0]

    async def add(self, guild: GuildId, rule: Rule, *, by: MemberId, source: str = "") -> StoredRule:
        """Add a rule, in shadow.

        Raises:
            BadInput: it cannot be used, or there are too many.
        """
        await self._watch.flush()  # what was judged before there was this rule does not count for it
        _, stored = await self._store.rules(guild)
        if len(stored) >= MOST_RULES:
            raise BadInput("moderation.too_many_rules", limit=MOST_RULES)
        return await self._put(guild, 0, rule, Mode.SHADOW, by=by, act="rule added", source=source)

    async def change(
        self, guild: GuildId, id: int, rule: Rule, *, by: MemberId, source: str | None = None
    ) -> StoredRule:
        """Replace a rule; it is in shadow again until it is armed.  ``source``: where it comes from now."""
        old, _ = await self.rule(guild, id)
        return await self._put(
            guild, id, rule, Mode.SHADOW, by=by, act="rule changed",
            source=old.source if source is None else source, before=kept(old),
        )  # fmt: skip

    async def amend(self, guild: GuildId, id: int, *, by: MemberId, **fields: Any) -> StoredRule:
        """Change some of a rule.

        If it looks for something else now, it is in shadow until it is armed
        again.  If only what follows has changed, whom it spares, or how long it
        holds, it stays as it is.

        Raises:
            BadInput: it cannot be used, or it is armed and would break a line now.
        """
        stored, before = await self.rule(guild, id)
        rule = replace(before, **fields)
        if body_of(rule) == body_of(before):
            return stored
        if any(getattr(rule, name) != getattr(before, name) for name in SOUGHT):
            return await self.change(guild, id, rule, by=by)
        if stored.mode is Mode.ARMED:
            await self.keeps_lines(guild, id, rule)
        return await self._put(
            guild, id, rule, stored.mode, by=by, act="rule changed", source=stored.source,
            before=kept(stored), counted=stored,
        )  # fmt: skip

    async def arm(self, guild: GuildId, id: int, *, by: MemberId) -> StoredRule:
        """Let a rule act.

        Raises:
            BadInput: with it the rules would break a line that they kept without it, or nobody is
                there to ask about its categories.
        """
        stored, rule = await self.rule(guild, id)
        if rule.kind is Kind.CATEGORIES and self.judge is None:
            raise BadInput("moderation.no_judge")
        await self.keeps_lines(guild, id, rule)
        return await self._put(
            guild, id, rule, Mode.ARMED, by=by, act="rule armed", source=stored.source, before=stored.mode
        )

    async def rest(self, guild: GuildId, id: int, mode: Mode, *, by: MemberId) -> StoredRule:
        """Put a rule back to shadow, or off."""
        stored, rule = await self.rule(guild, id)
        act = "rule rested" if mode is Mode.SHADOW else "rule off"
        return await self._put(
            guild, id, rule, mode, by=by, act=act, source=stored.source, before=stored.mode
        )

    async def remove(self, guild: GuildId, id: int, *, by: MemberId) -> Rule:
        """Take a rule away.

        Raises:
            BadInput: there is none with that number.
        """
        stored, rule = await self.rule(guild, id)
        entry = Entry(at=self._clock(), act="rule removed", actor=by, rule=called(rule), before=kept(stored))
        await self._store.remove_rule(guild, id, entry)
        await self._book.refresh(guild)
        return rule

    async def lines(self, guild: GuildId) -> Sequence[StoredLine]:
        """The lines that the rules must block, or must let pass."""
        return await self._store.lines(guild)

    async def add_line(self, guild: GuildId, text: str, *, wanted: bool, by: MemberId) -> StoredLine:
        """Add a line.

        Raises:
            BadInput: it is empty or too long, or there are too many.
        """
        text = text.strip()
        if not text:
            raise BadInput("refused.text_empty")
        if len(text) > LINE_LIMIT:
            raise BadInput("refused.too_long", what="text", limit=LINE_LIMIT, typed=text)
        lines = await self._store.lines(guild)
        if len(lines) >= MOST_LINES:
            raise BadInput("moderation.too_many_lines", limit=MOST_LINES)
        act = "line to block" if wanted else "line to allow"
        line = StoredLine(id=0, text=text, wanted=wanted, by=by)
        before = line_state(next((one for one in lines if one.text == text), None))
        return await self._store.put_line(
            guild,
            line,
            Entry(at=self._clock(), act=act, actor=by, before=before, after=line_state(line)),
        )

    async def remove_line(self, guild: GuildId, id: int, *, by: MemberId) -> None:
        """Take a line away."""
        held = next((line for line in await self._store.lines(guild) if line.id == id), None)
        entry = Entry(at=self._clock(), act="line removed", actor=by, before=line_state(held))
        await self._store.remove_line(guild, id, entry)

    async def broken(self, guild: GuildId, *changed: Rule) -> list[Broken]:
        """The lines that the armed rules judge wrongly; with ``changed`` in place of what they were."""
        rules = self._book.page(guild).rules
        for rule in changed:
            rules = rules.with_rule(rule)
        armed = RuleSet(tuple(rule for rule in rules.rules if rule.mode is Mode.ARMED))
        lines = await self._store.lines(guild)
        if not lines:
            return []
        compiled = await self._book.prospective(armed)
        now = Circumstances(now=self._clock().timestamp())
        verdicts = await asyncio.to_thread(_judged, compiled, [line.text for line in lines], now)
        return [
            Broken(line, verdict.rules)
            for line, verdict in zip(lines, verdicts, strict=True)
            if line.wanted != (verdict.action >= Action.MASK)
        ]

    async def attempt(self, guild: GuildId, rule: Rule, *, limit: int = TRIED) -> Attempt:
        """Try a rule on the newest texts handled here; nothing is changed and nothing logged.

        Raises:
            BadInput: it cannot be used.
        """
        await self._watch.flush()
        compiled = await self._book.prospective(RuleSet((bare(rule),)))
        page = self._book.page(guild)
        armed = RuleSet(
            tuple(one for one in page.rules.rules if one.mode is Mode.ARMED and one.id != rule.id)
        )
        today = await self._book.prospective(armed)
        texts = await self._store.handled(guild, limit=min(limit, TRIED))
        allowed = {digest(line.text) for line in await self._store.lines(guild) if not line.wanted}
        found = await asyncio.to_thread(found_by, compiled, today, texts, set(page.approved) | allowed)
        return Attempt(rule, len(texts), found)

    async def explain(
        self, place: Place, text: str, rating: str = "everyone"
    ) -> tuple[Verdict, dict[str, str]]:
        """What every rule, in shadow or armed, says of a text here; and the titles of rules by id.

        ``rating`` is for whom the place is; nobody's roles are spared.
        """
        page = self._book.page(place.guild)
        channels = frozenset(int(one) for one in (place.category, place.channel, place.thread) if one)
        circumstances = Circumstances(now=self._clock().timestamp(), channels=channels, rating=Rating(rating))
        verdict = await page.pipeline(circumstances).judge(text)
        return verdict, dict(page.titles)

    async def check(self, rule: Rule) -> None:
        """Refuse a rule that cannot be used.

        Raises:
            BadInput: why not.
        """
        await self._book.prospective(RuleSet((bare(rule),)))

    async def keeps_lines(self, guild: GuildId, id: int, rule: Rule) -> None:
        """Refuse a rule that is to be armed and would break a line.

        Raises:
            BadInput: which lines.
        """
        before = {broken.line.id for broken in await self.broken(guild)}
        broken = await self.broken(guild, replace(rule, mode=Mode.ARMED))
        if fresh := [one for one in broken if one.line.id not in before or str(id) in one.rules]:
            raise BadInput(
                "moderation.breaks_lines",
                rule=called(rule),
                count=len(fresh),
                lines="\n".join(one.line.text[:200] for one in fresh[:5]),
            )

    async def _put(
        self,
        guild: GuildId,
        id: int,
        rule: Rule,
        mode: Mode,
        *,
        by: MemberId,
        act: str,
        source: str,
        before: str = "",
        counted: StoredRule | None = None,
    ) -> StoredRule:
        await self.check(rule)
        now, body = self._clock(), body_of(read(json.loads(body_of(rule))))
        stored = await self._store.put_rule(
            guild,
            StoredRule(
                id=id,
                body=body,
                mode=mode,
                by=by,
                changed=counted.changed if counted is not None else now,
                seen=counted.seen if counted is not None else 0,
                hits=counted.hits if counted is not None else 0,
                source=source,
            ),
            Entry(
                at=now,
                act=act,
                actor=by,
                rule=called(rule),
                before=before,
                after=state_of(body, mode, source),
            ),
        )
        await self._book.refresh(guild)
        return stored


def _judged(compiled: Compiled, texts: Sequence[str], at: Circumstances) -> list[Verdict]:
    pipeline = compiled.pipeline(at)
    return [pipeline.check_now(text) for text in texts]
