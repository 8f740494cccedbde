"""What moderators can forbid: a rule, a set of rules, and the circumstances in which they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from bot.moderation.verdict import Action


class Kind(StrEnum):
    """What a rule looks at."""

    WORDS = "words"
    PATTERNS = "patterns"
    LINKS = "links"
    INVITES = "invites"
    MENTIONS = "mentions"
    PERSONAL = "personal"
    SECRETS = "secrets"
    CATEGORIES = "categories"


class Mode(StrEnum):
    """Every new rule begins in shadow: it is counted, and does nothing until it is armed."""

    OFF = "off"
    SHADOW = "shadow"
    ARMED = "armed"


class Rating(StrEnum):
    """For whom a place is."""

    EVERYONE = "everyone"
    TEEN = "teen"
    ADULT = "adult"


CATEGORIES = ("sexual", "sexual_minors", "violence", "self_harm", "harassment", "hate", "illicit")
"""What a judge of categories may be asked about; names as in OpenAI's moderation, without subdivisions."""

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which score (0 to 1) a category is flagged, and from which the rule's action is taken."""

    flag: float = 0.5
    block: float = 0.8


def _no_scores() -> Mapping[str, Mapping[Rating, Thresholds]]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a server.

    ``terms`` and ``allow`` are in AutoMod's syntax: ``word``, ``begin*``, ``*end``, ``*anywhere*``.
    ``allow`` holds hosts for LINKS, codes for INVITES.  ``patterns`` are regular
    expressions of RE2.  ``parts`` chooses among what the rule's kind knows:
    ``email``, ``phone`` … for PERSONAL, ``everyone``, ``roles``, ``users`` for
    MENTIONS; empty means all.  ``most`` is how many mentions are still allowed.
    ``expires`` is in seconds since 1970, UTC.
    """

    id: str
    kind: Kind
    action: Action = Action.BLOCK
    name: str = ""
    reason: str = ""
    terms: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    parts: frozenset[str] = frozenset()
    most: int = 0
    evasions: bool = True
    """Whether disguised spellings are looked for."""
    homophones: bool = False
    """Whether other Chinese characters of the same sound count; many innocent texts have them."""
    initials: bool = False
    """Whether the first letters of pinyin count for Chinese terms of three characters or more: ``flg``."""
    categories: Mapping[str, Mapping[Rating, Thresholds]] = field(default_factory=_no_scores)
    fiction: float = 0.1
    """How much higher the thresholds are inside stories and scripts."""
    severity: int = 2
    """1 mild, 2 ordinary, 3 grave; for the order of the queue and the report."""
    mode: Mode = Mode.SHADOW
    exempt_roles: frozenset[int] = frozenset()
    exempt_channels: frozenset[int] = frozenset()
    expires: float | None = None
    source: str = ""
    """Where it came from, such as ``automod:123``; empty if it was made here."""

    @property
    def title(self) -> str:
        """What moderators call it."""
        return self.name or self.id


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Where and by whom a text is said.  ``channels``: the place itself and what it lies in."""

    now: float = 0.0
    """Seconds since 1970, UTC."""
    roles: frozenset[int] = frozenset()
    channels: frozenset[int] = frozenset()
    rating: Rating = Rating.EVERYONE
    fiction: bool = False

    def hold(self, rule: Rule) -> bool:
        """Whether the rule is on, not expired, and none of its exemptions applies."""
        return (
            rule.mode is not Mode.OFF
            and (rule.expires is None or self.now < rule.expires)
            and not (rule.exempt_roles & self.roles or rule.exempt_channels & self.channels)
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A line that a server's rules must block, or must let pass, at every change."""

    text: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of a server, in the moderators' order, and the lines they are tried on."""

    rules: tuple[Rule, ...] = ()
    lines: tuple[Line, ...] = ()

    def find(self, rule: str) -> Rule | None:
        """The rule with this id."""
        return next((one for one in self.rules if one.id == rule), None)

    def with_rule(self, rule: Rule) -> RuleSet:
        """The same with a rule added, or changed in its place."""
        if self.find(rule.id) is None:
            return replace(self, rules=(*self.rules, rule))
        return replace(self, rules=tuple(rule if one.id == rule.id else one for one in self.rules))

    def without(self, rule: str) -> RuleSet:
        """The same without a rule."""
        return replace(self, rules=tuple(one for one in self.rules if one.id != rule))


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a rule cannot be used: the key of a sentence under ``moderation.fault`` and what it speaks of."""

    rule: str
    key: str
    about: str = ""


def faults_of(faults: Sequence[Fault]) -> str:
    """The faults in plain words for logs and the command line."""
    return "; ".join(f"{one.rule}: {one.key} {one.about}".rstrip() for one in faults)
