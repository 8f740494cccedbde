"""The rules of every guild in memory: compiled off the event loop, and swapped whole."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from bot.ids import GuildId
from bot.moderation.pipeline import FilterPipeline
from bot.moderation.records import ReviewStore, RuleStore, StoredRule
from bot.moderation.rules import Circumstances, Mode, RuleSet
from bot.moderation.verdict import Action, Hit, Verdict
from bot.services.moderation_rules import called, rule_of

log = logging.getLogger(__name__)

APPROVED = 1_000
"""The newest approved texts of a guild that need not be looked at again."""


class Compiled(Protocol):
    """Rules made ready for judging."""

    def pipeline(self, circumstances: Circumstances) -> FilterPipeline:
        """The filters that hold in some circumstances."""
        ...


Compile = Callable[[RuleSet], Compiled]
"""Makes rules ready; called in a thread.  Raises BadInput if a rule cannot be used."""


@dataclass(frozen=True, slots=True)
class Page:
    """The rules of one guild, ready."""

    revision: int = -1
    rules: RuleSet = field(default_factory=RuleSet)
    compiled: Compiled | None = None
    approved: Mapping[bytes, frozenset[str]] = field(default_factory=dict[bytes, frozenset[str]])
    """Texts that moderators approved, and the names of the rules that had marked them."""
    broken: bool = False
    titles: Mapping[str, str] = field(default_factory=dict[str, str])

    def pipeline(self, circumstances: Circumstances) -> FilterPipeline:
        """The filters that hold in some circumstances; if they could not be made, all is blocked."""
        if self.broken:
            return FilterPipeline((_Broken(),), fail_closed=frozenset({_Broken.name}))
        return self.compiled.pipeline(circumstances) if self.compiled is not None else FilterPipeline(())

    def title(self, rule: str) -> str:
        """What moderators call a rule."""
        return self.titles.get(rule, rule)

    def spared(self, verdict: Verdict) -> Verdict:
        """The verdict on a text that a moderator may have approved: the same rules do not stop it again."""
        if verdict.action < Action.HOLD:
            return verdict
        rules = self.approved.get(digest(verdict.text), frozenset())
        left = tuple(hit for hit in verdict.hits if self.title(hit.rule) not in rules)
        return replace(verdict, hits=left) if rules else verdict


class _Broken:
    """Stands for rules that could not be made ready: it never judges."""

    name = "rules"
    reach = 1

    async def check(self, text: str) -> Sequence[Hit]:
        raise RuntimeError("the rules of this guild could not be compiled")

    def check_now(self, text: str) -> Sequence[Hit]:
        return ()


class RuleBook:
    """Answers which rules hold in a guild, from memory."""

    def __init__(self, store: RuleStore, reviews: ReviewStore, compile: Compile) -> None:
        self._store = store
        self._reviews = reviews
        self._compile = compile
        self._pages: dict[GuildId, Page] = {}
        self._turn = asyncio.Lock()

    def page(self, guild: GuildId) -> Page:
        """The rules of a guild; none where nobody wrote any."""
        return self._pages.get(guild, Page())

    async def open(self) -> Sequence[GuildId]:
        """Read the rules of every guild, before anything is judged; returns which guilds have any."""
        for guild, (revision, rules) in (await self._store.all_rules()).items():
            await self._write(guild, revision, rules)
        return tuple(self._pages)

    async def refresh(self, guild: GuildId) -> None:
        """Read a guild anew, unless nothing has changed."""
        revision, rules = await self._store.rules(guild)
        await self._write(guild, revision, rules)

    async def keep_up(self, guild: GuildId) -> None:
        """Read a guild anew if another process has changed its rules."""
        if await self._store.revision(guild) != max(0, self.page(guild).revision):
            await self.refresh(guild)

    async def refresh_all(self) -> None:
        """Read every guild anew that another process has changed, also those that had no rules before."""
        for guild, revision in (await self._store.revisions()).items():
            if revision != max(0, self.page(guild).revision):
                await self.refresh(guild)

    async def spared(self, guild: GuildId, verdict: Verdict) -> Verdict:
        """As :meth:`Page.spared`, knowing also what was approved in another process."""
        spared = self.page(guild).spared(verdict)
        if spared.action < Action.HOLD or verdict.action < Action.HOLD:
            return spared
        for text, rules in await self._reviews.approved(guild, limit=1, text=verdict.text):
            self.approve(guild, text, rules)
        return self.page(guild).spared(verdict)

    def approve(self, guild: GuildId, text: str, rules: Collection[str]) -> None:
        """From now on these rules do not stop a text."""
        page, at = self.page(guild), digest(text)
        known = {**page.approved, at: page.approved.get(at, frozenset()) | frozenset(rules)}
        self._pages[guild] = replace(page, approved=known)

    async def prospective(self, rules: RuleSet) -> Compiled:
        """Rules made ready without being put in force.

        Raises:
            BadInput: one of them cannot be used.
        """
        return await asyncio.to_thread(self._compile, rules)

    async def _write(self, guild: GuildId, revision: int, stored: Sequence[StoredRule]) -> None:
        async with self._turn:
            held = self._pages.get(guild)
            if held is not None and revision <= held.revision and not held.broken:
                return
            approved: dict[bytes, frozenset[str]] = {}
            for text, names in await self._reviews.approved(guild, limit=APPROVED):
                approved[digest(text)] = approved.get(digest(text), frozenset()) | names
            try:
                rules = RuleSet(tuple(rule_of(one) for one in stored))
                on = replace(rules, rules=tuple(one for one in rules.rules if one.mode is not Mode.OFF))
                compiled = await self.prospective(on) if on.rules else None
            except Exception:
                log.exception("the rules of guild %s cannot be used: all texts there are blocked", guild)
                self._pages[guild] = Page(revision, approved=approved, broken=True)
                return
            titles = {rule.id: called(rule) for rule in rules.rules}
            self._pages[guild] = Page(revision, rules, compiled, approved, titles=titles)


def digest(text: str) -> bytes:
    """What a text is known by."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
