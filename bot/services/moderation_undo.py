"""Changes of filters taken back, and whole books of rules taken over from a file: each as one step."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from bot.errors import AlreadyDone
from bot.ids import GuildId, MemberId
from bot.moderation.records import Entry, LogStore, RuleStore, Step, StoredLine, StoredRule
from bot.moderation.rules import Kind, Mode, RuleSet
from bot.services.moderation_book import RuleBook
from bot.services.moderation_desk import RuleDesk
from bot.services.moderation_rules import body_of, called, kept, line_state, rule_of, state_read
from bot.services.moderation_takeover import TAKEN_OVER, TakenOver, steps_over
from bot.services.moderation_trial import bare

TAKEN_BACK = ("rule taken back", "line taken back")
"""How the log calls what was taken back."""

FILE_BACK = ("rule of a file taken back", "line of a file taken back")
"""The same of what had come from a file, all at once."""

_MODES = ("rule armed", "rule rested", "rule off", "rule fell back")
_RULES = ("rule added", "rule changed", "rule removed", TAKEN_OVER[0], TAKEN_BACK[0], FILE_BACK[0])
_LINES = ("line to block", "line to allow", "line removed", TAKEN_OVER[1], TAKEN_BACK[1], FILE_BACK[1])
_CHANGES = frozenset((*_MODES, *_RULES, *_LINES))

_TOGETHER = frozenset((*TAKEN_OVER, *FILE_BACK))
"""What may be several changes at once."""

TICK = timedelta(microseconds=1)

PAGE, LOOKED_BACK = 200, 4_000
"""The newest entries of the log among which a change is looked for."""


class RuleHistory:
    """Every step is one transaction, logged entry by entry with what was before and after."""

    def __init__(
        self,
        *,
        store: RuleStore,
        moderation: LogStore,
        desk: RuleDesk,
        book: RuleBook,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._log = moderation
        self._desk = desk
        self._book = book
        self._clock = clock

    async def newest(self, guild: GuildId) -> list[Entry]:
        """The newest change of rules or lines: what was made in one go, newest first; [] if there is none."""
        before: int | None = None
        found: list[Entry] = []
        for _ in range(LOOKED_BACK // PAGE):
            entries = await self._log.entries(guild, limit=PAGE, before=before)
            for entry in entries:
                if entry.act not in _CHANGES:
                    continue
                if not found and entry.act not in _TOGETHER:
                    return [entry]
                if found and (entry.at, entry.actor) != (found[0].at, found[0].actor):
                    return found
                found.append(entry)
            if len(entries) < PAGE:
                break
            before = entries[-1].number
        return found

    async def newest_file(self, guild: GuildId) -> Entry | None:
        """The newest change, if it is what came from a file (or that taken back)."""
        newest = await self.newest(guild)
        return newest[0] if newest and newest[0].act in _TOGETHER else None

    async def moment(self, guild: GuildId) -> datetime:
        """Now, but later than whatever the log holds: what is done together is known by its time."""
        newest = await self._log.entries(guild, limit=1)
        now = self._clock()
        return max(now, newest[0].at + TICK) if newest else now

    async def undo(self, guild: GuildId, *, by: MemberId, at: datetime | None = None) -> list[Entry]:
        """Take the newest change back, as a new change; undoing twice restores it.

        A rule comes back as armed as it was, unless it would break a line now.

        Raises:
            AlreadyDone: nothing was ever changed, or what was changed is gone since.
            BadInput: a rule would break a line if it were armed again.
        """
        newest = await self.newest(guild)
        if not newest:
            raise AlreadyDone("moderation.nothing_to_undo")
        _, stored = await self._store.rules(guild)
        rules = {rule.id: rule for rule in stored}
        lines = {line.text: line for line in await self._store.lines(guild)}
        now = at or await self.moment(guild)
        steps: list[Step] = []
        acts = FILE_BACK if newest[0].act in _TOGETHER else TAKEN_BACK
        for entry in newest:
            if entry.act in _LINES:
                step = _line_back(entry, lines, by, now, acts[1])
            else:
                step = _rule_back(entry, rules.get(entry.subject), by, now, acts[0])
            if step is not None:
                steps.append(step)
        if not steps:
            raise AlreadyDone("moderation.nothing_to_undo")
        await self._keep_lines(guild, rules, steps)
        await self._store.apply(guild, steps)
        await self._book.refresh(guild)
        return [step.entry for step in steps]

    async def take_over(
        self,
        guild: GuildId,
        wanted: RuleSet,
        *,
        by: MemberId,
        at: datetime | None = None,
        home: bool = False,
    ) -> TakenOver:
        """Make the rules and lines of a guild what a file wants, all of it or nothing.

        A rule that is here already stays as it is.  What is new, or looks for
        something else than before, begins in shadow, as every rule does.
        ``home`` if the file is this guild's own: where a rule came from (AutoMod)
        means something only there.

        Raises:
            BadInput: a rule cannot be used.
        """
        held = [pair[0] for pair in await self._desk.rules(guild)]
        await self._book.prospective(RuleSet(tuple(map(bare, wanted.rules))))
        now = at or await self.moment(guild)
        over = steps_over(held, await self._store.lines(guild), wanted, by, now, home=home)
        if over.steps:
            over.went(await self._store.apply(guild, over.steps))
            await self._book.refresh(guild)
        return over

    async def arm(self, guild: GuildId, ids: Sequence[int], *, by: MemberId) -> tuple[list[str], list[str]]:
        """Arm rules in one step; gives the names of those that act now, and of those that may not.

        One that would break a line, or asks a judge that is not there, stays as it is.
        """
        now = await self.moment(guild)
        held = {
            stored.id: (stored, replace(rule, mode=Mode.ARMED))
            for stored, rule in await self._desk.rules(guild)
            if stored.id in ids and stored.mode is not Mode.ARMED
        }
        before = {one.line.id for one in await self._desk.broken(guild)}
        refused = {id for id in held if self._desk.judge is None and held[id][1].kind is Kind.CATEGORIES}
        while left := [held[id][1] for id in held if id not in refused]:
            broken = await self._desk.broken(guild, *left)
            names = {rule.id for rule in left}
            guilty = {name for one in broken for name in one.rules if name in names}
            if not guilty and all(one.line.id in before for one in broken):
                break
            refused |= {int(name) for name in guilty or names}
        made = [(stored, rule) for id, (stored, rule) in held.items() if id not in refused]
        steps = [
            Step(
                entry=Entry(
                    at=now, act=TAKEN_OVER[0], actor=by, rule=called(rule), before=kept(stored),
                    after=kept(replace(stored, mode=Mode.ARMED)),
                ),
                about="rule",
                id=stored.id,
                rule=replace(stored, mode=Mode.ARMED, by=by, changed=now, seen=0, hits=0),
            )
            for stored, rule in made
        ]  # fmt: skip
        if steps:
            await self._store.apply(guild, steps)
            await self._book.refresh(guild)
        return [called(rule) for _, rule in made], [called(held[id][1]) for id in sorted(refused)]

    async def _keep_lines(self, guild: GuildId, held: dict[int, StoredRule], steps: Sequence[Step]) -> None:
        """Refuse if a rule that comes back armed would break a line that the rules keep now."""
        for step in steps:
            rule = step.rule
            if rule is None or rule.mode is not Mode.ARMED:
                continue
            known = held.get(rule.id)
            if known is None or (known.mode, known.body) != (Mode.ARMED, rule.body):
                await self._desk.keeps_lines(guild, rule.id, rule_of(rule))


def _rule_back(
    entry: Entry, now_held: StoredRule | None, by: MemberId, at: datetime, act: str
) -> Step | None:
    """The step that takes an entry about a rule back; None if there is nothing to take back any more."""
    if entry.act in _MODES:
        if now_held is None:
            return None
        # Older entries hold the mode alone.
        mode = Mode(entry.before) if entry.before in set(Mode) else state_read(entry.before)[1]
        made = replace(now_held, mode=mode, by=by, changed=at, seen=0, hits=0)
    elif not entry.before:
        if now_held is None:
            return None
        gone = Entry(at=at, act=act, actor=by, rule=entry.rule, before=kept(now_held))
        return Step(entry=gone, about="rule", id=now_held.id)
    else:
        rule, mode, source = state_read(entry.before)
        taken = not entry.after and now_held is not None
        if not entry.after:
            now_held = None  # it was taken away: whatever has its number now is another
        made = StoredRule(
            id=0 if taken else entry.subject, body=body_of(rule), mode=mode, by=by, changed=at, source=source
        )
    back = Entry(
        at=at, act=act, actor=by, rule=called(rule_of(made)), before=kept(now_held),
        after=kept(made),
    )  # fmt: skip
    return Step(entry=back, about="rule", id=made.id, rule=made)


def _line_back(
    entry: Entry, lines: dict[str, StoredLine], by: MemberId, at: datetime, act: str
) -> Step | None:
    """The step that takes an entry about a line back."""
    before, after = (_line(one, by) for one in (entry.before, entry.after))
    held = next((lines[one.text] for one in (after, before) if one is not None and one.text in lines), None)
    if before is None and held is None:
        return None
    back = Entry(at=at, act=act, actor=by, before=line_state(held), after=line_state(before))
    if before is not None and held is None:
        before = replace(before, id=entry.subject)
    return Step(entry=back, about="line", id=held.id if held is not None else 0, line=before)


def _line(state: str, by: MemberId) -> StoredLine | None:
    """A line from the log; older entries hold the text alone, which says not what was wanted."""
    given: object = json.loads(state) if state else None
    if not isinstance(given, dict):
        return None
    held = cast("dict[str, Any]", given)
    return StoredLine(id=0, text=str(held["text"]), wanted=bool(held["wanted"]), by=by)
