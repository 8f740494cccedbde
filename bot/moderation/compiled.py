"""The rules of a server made ready for judging.

Making ten thousand terms ready takes a second, so it is done off the event
loop and the result swapped whole.  What holds at a place (who is exempt, what
has expired, what is in shadow) is decided for each judgement and costs nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from bot.errors import BadInput
from bot.moderation.categories import CategoryFilter, CategoryJudge, is_category
from bot.moderation.detectors import Detector, detectors, is_allowed_host, is_allowed_invite
from bot.moderation.matcher import Found, Matcher, Wanted
from bot.moderation.patterns import MOST, Pattern, Searcher
from bot.moderation.pipeline import FilterPipeline
from bot.moderation.rulefilter import RuleFilter
from bot.moderation.rules import Circumstances, Kind, Rule, RuleSet
from bot.moderation.terms import LONGEST, Term, parse_term
from bot.moderation.verdict import ContentFilter


def compile_rules(rules: RuleSet, judge: CategoryJudge | None = None) -> Compiled:
    """Make rules ready; ``judge`` is asked for those on categories.

    Raises:
        BadInput: a term or an expression cannot be read.
    """
    return Compiled(rules, judge)


class Compiled:
    """Rules, ready."""

    def __init__(self, rules: RuleSet, judge: CategoryJudge | None = None) -> None:
        self.rules = rules.rules
        self._judge = judge
        self.owners: Mapping[int, list[int]]
        self.matcher, self.owners, self.terms = _matcher(rules.rules)
        self.allowing, self.longest_allowed = _allowing(rules.rules)
        self.searchers = [(number, one) for number, rule in enumerate(self.rules) for one in _searchers(rule)]

    def pipeline(self, circumstances: Circumstances) -> FilterPipeline:
        """The filters that hold in some circumstances."""
        active = [number for number, rule in enumerate(self.rules) if circumstances.hold(rule)]
        filters: list[ContentFilter] = []
        if any(not is_category(self.rules[number]) for number in active):
            filters.append(RuleFilter(self, frozenset(active)))
        asked = [self.rules[number] for number in active if is_category(self.rules[number])]
        if asked:
            filters.append(CategoryFilter(asked, circumstances, self._judge))
        return FilterPipeline(filters, fail_closed=frozenset({RuleFilter.name}))

    def allowed(self, rule: int, text: str) -> Sequence[Found]:
        """Where the allow list of a rule of words matches."""
        allowing = self.allowing.get(rule)
        return allowing.find(text) if allowing is not None else ()

    def excused(self, rule: int, searcher: Searcher, found: str) -> bool:
        """Whether a link or an invite is one that the rule allows."""
        allow = self.rules[rule].allow
        if not allow or not isinstance(searcher, Detector):
            return False
        if self.rules[rule].kind is Kind.LINKS:
            return is_allowed_host(found, allow)
        return self.rules[rule].kind is Kind.INVITES and is_allowed_invite(found, allow)


def _terms(rule: Rule, written: Sequence[str]) -> Iterator[Term]:
    for one in written:
        term = parse_term(one)
        if term is None:
            if len(one) > LONGEST:
                raise BadInput("refused.too_long", what="term", limit=LONGEST)
            raise BadInput("moderation.bad_term", term=one[:80])
        yield term


def _matcher(rules: Sequence[Rule]) -> tuple[Matcher | None, Mapping[int, list[int]], list[Term]]:
    """One matcher for the terms of all rules; which rules each term belongs to; the terms."""
    wanted: dict[tuple[str, bool, bool, bool, bool, bool], int] = {}
    owners: dict[int, list[int]] = defaultdict(list)
    ready: list[Wanted] = []
    for number, rule in enumerate(rules):
        if rule.kind is not Kind.WORDS:
            continue
        for term in _terms(rule, rule.terms):
            key = (
                term.folded, term.open_left, term.open_right, rule.evasions, rule.homophones, rule.initials,
            )  # fmt: skip
            if key not in wanted:
                wanted[key] = len(ready)
                ready.append(Wanted(term, rule.evasions, rule.homophones, rule.initials))
            if number not in owners[wanted[key]]:
                owners[wanted[key]].append(number)
    return (Matcher(ready) if ready else None), owners, [one.term for one in ready]


def _allowing(rules: Sequence[Rule]) -> tuple[Mapping[int, Matcher], int]:
    """A matcher for the allow list of each rule that has one, and the length of the longest term in any."""
    found: dict[int, Matcher] = {}
    longest = 0
    for number, rule in enumerate(rules):
        if rule.kind in (Kind.WORDS, Kind.PATTERNS) and rule.allow:
            terms = list(_terms(rule, rule.allow))
            found[number] = Matcher([Wanted(term, evasions=False) for term in terms])
            longest = max(longest, *(len(term.folded) for term in terms))
    return found, longest


def _searchers(rule: Rule) -> Sequence[Searcher]:
    """What is searched for by expressions."""
    if rule.kind is Kind.PATTERNS:
        if len(rule.patterns) > MOST:
            raise BadInput("refused.too_long", what="patterns", limit=MOST)
        return [Pattern(one) for one in rule.patterns]
    known = detectors().get(rule.kind, ())
    return [one for one in known if not rule.parts or one.part in rule.parts]
