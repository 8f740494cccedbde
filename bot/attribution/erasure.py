"""Taking a member out of a contribution so that the chain still holds.

The rule, the same everywhere: their name goes from everything; their words go
from what they did themself, and, where their own hand wrote them, from what
others made of it.  What a model once wrote for them and somebody else has made
part of their own work stays there, without their name.
"""

from __future__ import annotations

from dataclasses import replace

from bot.attribution.chain import COVER, is_closed, sealed_digests
from bot.attribution.model import Contribution, Span
from bot.ids import MemberId

NOBODY = MemberId(0)
"""Stands for every member who was erased."""


def without(found: Contribution, member: MemberId) -> Contribution:
    """The contribution with a member erased; the very same if they have no part in it.

    Erased words are covered letter by letter, or the text is "" when none are
    left.  Spans keep their places, since those are hashed.
    """
    draft = found.draft
    own = draft.member == member
    digests = sealed_digests(found)
    seals, letters, spans = list(found.seals), list(draft.text), list(draft.spans)
    if own:
        seals[0] = digests[0]
    for at, span in enumerate(draft.spans):
        if span.member != member:
            continue
        spans[at] = Span(span.start, span.end, NOBODY, span.model)
        seals[1 + 2 * at] = digests[1 + 2 * at]
        if own or span.model is None:
            seals[2 + 2 * at] = digests[2 + 2 * at]
            for place in range(span.start, min(span.end, len(letters))):
                if not letters[place].isspace():
                    letters[place] = COVER
    text = "" if spans and all(map(is_closed, seals[2::2])) else "".join(letters)
    draft = replace(draft, member=NOBODY if own else draft.member, text=text, spans=tuple(spans))
    return replace(found, draft=draft, seals=tuple(seals))


def closed_seals(found: Contribution) -> int:
    """How many members and pieces of text were erased from a contribution."""
    return sum(map(is_closed, found.seals))
