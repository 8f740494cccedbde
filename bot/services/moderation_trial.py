"""A rule tried on what was said here: what it would hit, what of that is new, and what may be innocent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.moderation.records import Handled
from bot.moderation.rules import Circumstances, Mode, Rule
from bot.moderation.verdict import Hit
from bot.services.moderation_book import Compiled, digest

HARMLESS = ("sound", "split", "leet", "spaced", "masked")
"""Ways of disguise that are most often none."""


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


def bare(rule: Rule) -> Rule:
    """A rule as it is tried: in force, and sparing nobody."""
    return replace(rule, id="draft", mode=Mode.ARMED, exempt_roles=frozenset(), exempt_channels=frozenset())


def found_by(
    compiled: Compiled, today: Compiled, texts: Sequence[Handled], innocent: frozenset[bytes] | set[bytes]
) -> tuple[Found, ...]:
    """The texts that a draft hits, beside what the rules of ``today`` hit; ``innocent`` are known to be."""
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
