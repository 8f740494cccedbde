"""What moderators do with filters: write rules, try them, arm them, and keep lines they must not break."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.errors import BadInput
from bot.ids import GuildId, MemberId, Place
from bot.moderation.records import Entry, Handled, RuleStore, StoredLine, StoredRule
from bot.moderation.rules import Circumstances, Mode, Rule, RuleSet
from bot.moderation.verdict import Action, Hit, Verdict
from bot.services.moderation_book import Compiled, RuleBook, digest
from bot.services.moderation_rules import MOST_RULES, body_of, read, rule_of
from bot.services.moderation_watch import Watch

LINE_LIMIT = 1_000
"""Characters of a line that rules are tried on."""

MOST_LINES = 500

TRIED = 10_000
"""The most texts that a rule is tried on."""

HARMLESS = ("sound", "split", "leet", "spaced", "masked")
"""Ways of disguise that are most often none."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that the armed rules judge otherwise than it should be; ``rules`` are those that hit it."""

    line: StoredLine
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A text that a rule hits; ``new`` if the armed rules let it pass; ``doubtful`` if it may be innocent."""

    text: Handled
    hits: tuple[Hit, ...]
    new: bool
    doubtful: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a rule would have done: of ``tried`` texts, those found, newest first."""

    rule: Rule
    tried: int
    found: tuple[Found, ...]

    @property
    def new(self) -> int:
        """Texts that only this rule hits."""
        return sum(one.new for one in self.found)

    @property
    def doubtful(self) -> tuple[Found, ...]:
        """Texts that it may hit wrongly."""
        return tuple(one for one in self.found if one.doubtful)


class RuleDesk:
    """Every change is stored with its entry in the log and takes effect at once; rules begin in shadow."""

    def __init__(self, store: RuleStore, book: RuleBook, watch: Watch, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._book = book
        self._watch = watch
        self._clock = clock

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
        _, stored = await self._store.rules(guild)
        if len(stored) >= MOST_RULES:
            raise BadInput("moderation.too_many_rules", limit=MOST_RULES)
        return await self._put(guild, 0, rule, Mode.SHADOW, by=by, act="rule added", source=source)

    async def change(self, guild: GuildId, id: int, rule: Rule, *, by: MemberId) -> StoredRule:
        """Replace a rule; it is in shadow again until it is armed."""
        old, before = await self.rule(guild, id)
        return await self._put(
            guild, id, rule, Mode.SHADOW, by=by, act="rule changed", source=old.source, before=body_of(before)
        )

    async def arm(self, guild: GuildId, id: int, *, by: MemberId) -> StoredRule:
        """Let a rule act.

        Raises:
            BadInput: with it the rules would break a line that they kept without it.
        """
        stored, rule = await self.rule(guild, id)
        before = {broken.line.id for broken in await self.broken(guild)}
        broken = await self.broken(guild, replace(rule, mode=Mode.ARMED))
        if fresh := [one for one in broken if one.line.id not in before or str(id) in one.rules]:
            raise BadInput(
                "moderation.breaks_lines",
                rule=rule.title,
                count=len(fresh),
                lines="\n".join(one.line.text[:200] for one in fresh[:5]),
            )
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
        _, rule = await self.rule(guild, id)
        entry = Entry(at=self._clock(), act="rule removed", actor=by, rule=rule.title, before=body_of(rule))
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
        if len(await self._store.lines(guild)) >= MOST_LINES:
            raise BadInput("moderation.too_many_lines", limit=MOST_LINES)
        act = "line to block" if wanted else "line to allow"
        return await self._store.put_line(
            guild,
            StoredLine(id=0, text=text, wanted=wanted, by=by),
            Entry(at=self._clock(), act=act, actor=by, after=json.dumps(text, ensure_ascii=False)),
        )

    async def remove_line(self, guild: GuildId, id: int, *, by: MemberId) -> None:
        """Take a line away."""
        await self._store.remove_line(guild, id, Entry(at=self._clock(), act="line removed", actor=by))

    async def broken(self, guild: GuildId, changed: Rule | None = None) -> list[Broken]:
        """The lines that the armed rules judge wrongly; with ``changed`` in place of what it was."""
        rules = self._book.page(guild).rules
        rules = rules.with_rule(changed) if changed is not None else rules
        armed = RuleSet(tuple(rule for rule in rules.rules if rule.mode is Mode.ARMED))
        lines = await self._store.lines(guild)
        if not lines:
            return []
        compiled = await self._book.prospective(armed)
        verdicts = await asyncio.to_thread(_judged, compiled, [line.text for line in lines])
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
        compiled = await self._book.prospective(RuleSet((_bare(rule),)))
        page = self._book.page(guild)
        armed = RuleSet(
            tuple(one for one in page.rules.rules if one.mode is Mode.ARMED and one.id != rule.id)
        )
        today = await self._book.prospective(armed)
        texts = await self._store.handled(guild, limit=min(limit, TRIED))
        allowed = {digest(line.text) for line in await self._store.lines(guild) if not line.wanted}
        found = await asyncio.to_thread(_found, compiled, today, texts, page.approved | allowed)
        return Attempt(rule, len(texts), found)

    async def explain(self, place: Place, text: str) -> tuple[Verdict, dict[str, str]]:
        """What every rule, in shadow or armed, says of a text here; and the titles of rules by id."""
        page = self._book.page(place.guild)
        channels = frozenset(int(one) for one in (place.category, place.channel, place.thread) if one)
        circumstances = Circumstances(now=self._clock().timestamp(), channels=channels)
        verdict = await page.pipeline(circumstances).judge(text)
        return verdict, dict(page.titles)

    async def check(self, rule: Rule) -> None:
        """Refuse a rule that cannot be used.

        Raises:
            BadInput: why not.
        """
        await self._book.prospective(RuleSet((_bare(rule),)))

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
    ) -> StoredRule:
        await self.check(rule)
        now, body = self._clock(), body_of(read(json.loads(body_of(rule))))
        stored = await self._store.put_rule(
            guild,
            StoredRule(id=id, body=body, mode=mode, by=by, changed=now, source=source),
            Entry(at=now, act=act, actor=by, rule=rule.title, before=before, after=body),
        )
        await self._book.refresh(guild)
        return stored


def _bare(rule: Rule) -> Rule:
    """A rule as it is tried: in force, and sparing nobody."""
    return replace(rule, id="draft", mode=Mode.ARMED, exempt_roles=frozenset(), exempt_channels=frozenset())


def _judged(compiled: Compiled, texts: Sequence[str]) -> list[Verdict]:
    pipeline = compiled.pipeline(Circumstances())
    return [pipeline.check_now(text) for text in texts]


def _found(
    compiled: Compiled, today: Compiled, texts: Sequence[Handled], innocent: frozenset[bytes] | set[bytes]
) -> tuple[Found, ...]:
    draft, armed = compiled.pipeline(Circumstances()), today.pipeline(Circumstances())
    found: list[Found] = []
    for text in texts:
        hits = draft.check_now(text.text).hits
        if hits:
            found.append(
                Found(
                    text,
                    hits,
                    new=not armed.check_now(text.text).hits,
                    doubtful=digest(text.text) in innocent or all(_doubtful(text.text, hit) for hit in hits),
                )
            )
    return tuple(found)


def _doubtful(text: str, hit: Hit) -> bool:
    """Whether a hit may be wrong: it was seen through a disguise, or stands inside a longer word."""
    if set(hit.way.split()) & set(HARMLESS):
        return True
    around = text[max(0, hit.start - 1) : hit.start] + text[hit.end : hit.end + 1]
    return any(char.isascii() and char.isalpha() for char in around)
