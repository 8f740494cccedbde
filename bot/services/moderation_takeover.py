"""A book of rules from a file laid over the one that is here: which steps make them the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.ids import MemberId
from bot.moderation.records import Entry, Step, StoredLine, StoredRule
from bot.moderation.rules import Line, Mode, Rule, RuleSet
from bot.services.moderation_rules import body_of, called, kept, line_state, rule_of

TAKEN_OVER = ("rule taken over", "line taken over")
"""How the log calls what came from a file."""


@dataclass(slots=True)
class TakenOver:
    """What became of a book of rules from a file; ``armed`` are those that were armed there and wait here."""

    added: list[str] = field(default_factory=list[str])
    changed: list[str] = field(default_factory=list[str])
    removed: list[str] = field(default_factory=list[str])
    armed: list[int] = field(default_factory=list[int])
    lines: int = 0
    """Lines that were added, changed or taken away."""
    steps: list[Step] = field(default_factory=list[Step])
    places: list[int] = field(default_factory=list[int])
    """Where among the steps those rules are that were armed."""

    def went(self, ids: Sequence[int]) -> None:
        """The steps were made; ``ids`` are what each is about."""
        self.armed += [ids[place] for place in self.places]


def steps_over(
    held: Sequence[StoredRule],
    lines: Sequence[StoredLine],
    wanted: RuleSet,
    by: MemberId,
    now: datetime,
    *,
    home: bool,
) -> TakenOver:
    """The steps from the rules and lines that are held to those that a file wants."""
    over = TakenOver()
    left = dict(enumerate(held))
    for rule, place in _matched(wanted.rules, held):
        old = left.pop(place) if place is not None else None
        made = _taken_over(rule, old, by, now, home=home)
        step = _over_step(made, old, by, now)
        waits = rule.mode is Mode.ARMED and made.mode is not Mode.ARMED
        if step is None:
            over.armed += [made.id] if waits else []
            continue
        (over.added if old is None else over.changed).append(called(rule))
        over.places += [len(over.steps)] if waits else []
        over.steps.append(step)
    for old in left.values():
        over.removed.append(called(rule_of(old)))
        entry = Entry(at=now, act=TAKEN_OVER[0], actor=by, rule=over.removed[-1], before=kept(old))
        over.steps.append(Step(entry=entry, about="rule", id=old.id))
    found = _lines_over(lines, wanted.lines, by, now)
    over.lines = len(found)
    over.steps += found
    return over


def _matched(wanted: Sequence[Rule], held: Sequence[StoredRule]) -> list[tuple[Rule, int | None]]:
    """Each rule of a file with the place of the one that it is here: by body, source or name."""
    open_ = dict(enumerate(held))
    found: dict[int, int] = {}
    keys: Sequence[Callable[[Rule], object]] = (
        lambda rule: (body_of(rule), rule.source),
        body_of,
        lambda rule: rule.source or None,
        lambda rule: (rule.kind, rule.name) if rule.name else None,
    )
    for key in keys:
        known = {key(rule_of(stored)): place for place, stored in reversed(open_.items())}
        for number, rule in enumerate(wanted):
            wish = key(rule)
            if number not in found and wish is not None and known.get(wish) in open_:
                found[number] = known[wish]
                del open_[known[wish]]
    return [(rule, found.get(number)) for number, rule in enumerate(wanted)]


def _taken_over(rule: Rule, old: StoredRule | None, by: MemberId, at: datetime, *, home: bool) -> StoredRule:
    """What a rule of a file is here: armed only if it is so already."""
    body = body_of(rule)
    armed = old is not None and old.body == body and old.mode is Mode.ARMED
    mode = Mode.SHADOW if rule.mode is Mode.ARMED and not armed else rule.mode
    source = rule.source if home else old.source if old is not None else ""
    return StoredRule(
        id=old.id if old is not None else 0, body=body, mode=mode, by=by, changed=at, source=source
    )


def _over_step(made: StoredRule, old: StoredRule | None, by: MemberId, at: datetime) -> Step | None:
    """The step to it; None if nothing changes."""
    if old is not None and (made.body, made.mode) == (old.body, old.mode):
        return None
    entry = Entry(
        at=at, act=TAKEN_OVER[0], actor=by, rule=called(rule_of(made)), before=kept(old),
        after=kept(made),
    )  # fmt: skip
    return Step(entry=entry, about="rule", id=made.id, rule=made)


def _lines_over(held: Sequence[StoredLine], wanted: Sequence[Line], by: MemberId, at: datetime) -> list[Step]:
    """The steps that make the lines what a file wants."""
    asked = {line.text: line.blocked for line in wanted}
    steps: list[Step] = []
    for line in held:
        if line.text not in asked:
            entry = Entry(at=at, act=TAKEN_OVER[1], actor=by, before=line_state(line))
            steps.append(Step(entry=entry, about="line", id=line.id))
    known = {line.text: line for line in held}
    for text, blocked in asked.items():
        old = known.get(text)
        if old is None or old.wanted is not blocked:
            made = StoredLine(id=0, text=text, wanted=blocked, by=by)
            entry = Entry(at=at, act=TAKEN_OVER[1], actor=by, before=line_state(old), after=line_state(made))
            steps.append(Step(entry=entry, about="line", line=made))
    return steps
