"""The rules on words and expressions as a filter: of a whole text, or of a stream as it comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, cast

from bot.moderation.latin import CONTEXT
from bot.moderation.looks import Look, look_at
from bot.moderation.matcher import Found
from bot.moderation.redrawn import NAME, has_names
from bot.moderation.rules import Kind, Mode
from bot.moderation.search import Search, back
from bot.moderation.verdict import Action, Hit

if TYPE_CHECKING:
    from bot.moderation.compiled import Compiled

_ALSO_FOLDED = frozenset((Kind.PATTERNS, Kind.LINKS, Kind.INVITES, Kind.PERSONAL))
_START, _END = itemgetter(0), itemgetter(1)
_AROUND = 100
"""How far around an expression's hit the allow list is looked for."""


class RuleFilter:
    """The rules that are on.  It holds back of a stream only what may still become a hit."""

    name = "rules"
    reach = 1  # never asked for: a stream is scanned by :meth:`scan`

    def __init__(self, compiled: Compiled, active: frozenset[int]) -> None:
        self._made = compiled
        self._active = active
        self._told: dict[int, tuple[tuple[int, str, Action, str, bool, str], ...]] = {}
        self._of = [(rule.id, rule.action, rule.reason, rule.mode is Mode.SHADOW) for rule in compiled.rules]

    def _look(self, text: str) -> Look:
        return look_at(text) if self._made.matcher is None else self._made.matcher.look(text)

    async def check(self, text: str) -> Sequence[Hit]:
        """All hits."""
        return self.check_now(text)

    def check_now(self, text: str) -> Sequence[Hit]:
        """All hits, one in another of the same rule only once."""
        return tuple(_outermost([*self.words_in(self._look(text)), *self._searched(text)]))

    def scan(self) -> RuleScan:
        """Looks at a stream."""
        return RuleScan(self, self._made, self._active)

    def words_in(self, look: Look) -> list[Hit]:
        """Hits of the rules on words."""
        made, active = self._made, self._active
        if made.matcher is None:
            return []
        hits: list[Hit] = []
        allowing = made.allowing
        allowed: dict[int, Sequence[Found]] = {}
        told = self._told
        made_hit = cast("Any", tuple).__new__  # as the class itself does, but at once: there may be hundreds
        for start, end, term, way in made.matcher.find_in(look):
            if (owners := told.get(term)) is None:
                owners = told[term] = tuple(
                    (number, *self._of[number], made.terms[term].written)
                    for number in made.owners[term]
                    if number in active
                )
            for number, rule, action, reason, shadow, written in owners:
                if allowing and number in allowing:
                    if number not in allowed:
                        allowed[number] = made.allowed(number, look.original)
                    if any(one.start <= start and end <= one.end for one in allowed[number]):
                        continue
                hits.append(made_hit(Hit, (start, end, rule, action, reason, written, way, shadow)))
        return hits

    def hit(self, number: int, start: int, end: int, term: str, way: str = "") -> Hit:
        """A hit of a rule."""
        rule = self._made.rules[number]
        shadow = rule.mode is Mode.SHADOW
        return Hit(start, end, rule.id, rule.action, rule.reason, term, way, shadow=shadow)

    def _searched(self, text: str) -> Iterator[Hit]:
        """Hits of expressions, in the text as it is and as it is folded."""
        if not any(rule in self._active for rule, _ in self._made.searchers):
            return
        yield from self.scan().search(text, last=True)


class RuleScan:
    """One stream under the rules.

    Each part of the text is looked at once, with as little around it as the
    answer may depend on; so the cost grows with the text.
    """

    def __init__(self, filter: RuleFilter, made: Compiled, active: frozenset[int]) -> None:
        self._filter = filter
        self._made = made
        self._active = active
        self._known = 0
        self._searches = [
            Search(rule, searcher, folded=folded)
            for rule, searcher in made.searchers
            if rule in active
            for folded in ((False, True) if made.rules[rule].kind in _ALSO_FOLDED else (False,))
        ]
        self._counted: dict[int, list[tuple[int, int, str]]] = {}
        self._passed: dict[int, int] = {}

    async def advance(self, text: str, *, last: bool) -> tuple[Sequence[Hit], int]:
        """The hits that are certain now, and up to where nothing that follows can make another."""
        hits = [*self._words(text, last=last), *self.search(text, last=last)]
        known = len(text) if last else min([self._known, *(one.open for one in self._searches)])
        return hits, known

    def _words(self, text: str, *, last: bool) -> Iterator[Hit]:
        matcher = self._made.matcher
        if matcher is None:
            self._known = len(text)
            return
        around = CONTEXT + self._made.longest_allowed + 12
        begin = back(text, self._known, around)
        if has_names(text[begin : self._known]):
            begin = back(text, self._known, around * NAME)
        look = matcher.look(text[begin:])
        open_from = matcher.open_from(look, self._made.longest_allowed)
        until = len(text) if last else max(self._known, begin + open_from)
        for hit in self._filter.words_in(look):
            if self._known <= hit.start + begin < until:
                yield hit.moved(begin)
        self._known = until

    def search(self, text: str, *, last: bool) -> Iterator[Hit]:
        """Hits of expressions that are certain now."""
        for one in self._searches:
            counted = self._made.rules[one.rule].kind is Kind.MENTIONS
            for start, end in one.advance(text, last=last):
                found = text[start:end]
                if self._made.excused(one.rule, one.searcher, found):
                    continue
                if one.rule in self._made.allowing and self._is_allowed(one.rule, text, start, end):
                    continue
                if counted:
                    self._counted.setdefault(one.rule, []).append((start, end, one.term))
                else:
                    yield self._filter.hit(one.rule, start, end, one.term)
        for rule in self._counted:
            yield from self._beyond(rule, len(text) + 1 if last else 0)

    def _beyond(self, rule: int, limit: int) -> Iterator[Hit]:
        """Hits of a rule that lets the first few pass, in the order of the text whatever finds them."""
        limit = limit or min(one.open for one in self._searches if one.rule == rule)
        waiting = sorted(self._counted[rule])
        certain = [one for one in waiting if one[0] < limit]
        self._counted[rule] = waiting[len(certain) :]
        for start, end, term in certain:
            self._passed[rule] = self._passed.get(rule, 0) + 1
            if self._passed[rule] > self._made.rules[rule].most:
                yield self._filter.hit(rule, start, end, term)

    def _is_allowed(self, rule: int, text: str, start: int, end: int) -> bool:
        begin = max(0, start - _AROUND)
        found = self._made.allowed(rule, text[begin : end + _AROUND])
        return any(one.start + begin <= start and end <= one.end + begin for one in found)


def _outermost(hits: Sequence[Hit]) -> Iterator[Hit]:
    """Hits in order, without those that lie in another of the same rule."""
    ends: dict[str, int] = {}
    for hit in sorted(sorted(hits, key=_END, reverse=True), key=_START):
        if hit.end > ends.get(hit.rule, -1):
            ends[hit.rule] = hit.end
            yield hit
