"""The chain of contributions: each carries the hash of the one before.

What is hashed, so that anyone can check an export by other means: SHA-256 over
a JSON object with sorted keys, no spaces and only ASCII, made of the fields of
:func:`canonical`.

Nothing personal is hashed as it is.  Member ids and words are *sealed*: in
their place stands ``SHA-256(salt + "\\n" + value)``, with a salt of its own for
each.  Sealed are, in this order, the acting member and then, for every span of
the text, whose it is and the words in it.  To erase one of these, its salt is
thrown away and its digest kept (:mod:`bot.attribution.erasure`): every digest
of the chain stays as it was, everything else in the link can still be checked,
and nobody can find out by trying ids or words what stood there.

An erasure cannot be told from a theft of evidence by the link alone.  So each
erasure appends a link of its own (act ``erased``, of nobody) that says how many
members and words were erased, and not where, lest it tell that they belonged
together.  More closed seals than such links account for is a broken chain.

Who owns the whole chain can compute it anew.  What says so then are links that
were seen elsewhere (:mod:`bot.attribution.anchors`).
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC

from bot.attribution.model import Act, BrokenLink, Contribution, Draft
from bot.attribution.spans import covering
from bot.ids import GuildId

VERSION = 1
"""Version of the format of the hashed object."""

GENESIS = "0" * 64
"""The ``previous`` of a guild's first contribution."""

COVER = "▇"
"""Stands for each erased letter inside a text that others wrote too."""

_SALT = 32  # hexadecimal digits of a salt; a digest has 64, so a closed seal is told by its length


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link of a chain: all that is needed to add one, and to see that none was cut off."""

    number: int
    digest: str


def new_salt() -> str:
    """A fresh salt: 32 hexadecimal digits."""
    return secrets.token_hex(_SALT // 2)


def commitment(salt: str, value: str) -> str:
    """The salted hash of a value."""
    return hashlib.sha256(f"{salt}\n{value}".encode("utf-8", "surrogatepass")).hexdigest()


def is_closed(seal: str) -> bool:
    """Whether what was under a seal has been erased."""
    return len(seal) != _SALT


def sealed_values(draft: Draft) -> list[str]:
    """What is under the seals of a contribution: its member, then of each span its member and its words."""
    values = [str(int(draft.member))]
    for span in draft.spans:
        values += [str(int(span.member)), draft.text[span.start : span.end]]
    return values


def sealed_digests(found: Contribution) -> tuple[str, ...]:
    """The digest of each seal: kept, where its value was erased; else computed from the value."""
    return tuple(
        seal if is_closed(seal) else commitment(seal, value)
        for seal, value in zip(found.seals, sealed_values(found.draft), strict=True)
    )


def canonical(number: int, draft: Draft, sealed: Sequence[str], previous: str) -> str:
    """The text that a contribution's digest is taken of."""
    model = draft.model
    fields = {
        "v": VERSION,
        "number": number,
        "guild": int(draft.guild),
        "work": int(draft.work),
        "act": draft.act.value,
        "at": draft.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "key": draft.key,
        "model": [model.provider, model.id, model.revision] if model else None,
        "parent": draft.parent,
        "prompt": draft.prompt,
        "sampling": dict(draft.sampling),
        "spans": [
            [
                span.start,
                span.end,
                [span.model.provider, span.model.id, span.model.revision] if span.model else None,
            ]
            for span in draft.spans
        ],
        "sealed": list(sealed),
        "previous": previous,
    }
    return serialised(fields)


def serialised(fields: object) -> str:
    """JSON in the one way in which it is hashed."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def digest_of(number: int, draft: Draft, sealed: Sequence[str], previous: str) -> str:
    """The digest of a contribution."""
    return hashlib.sha256(canonical(number, draft, sealed, previous).encode("ascii")).hexdigest()


def link(previous: Contribution | Head | None, draft: Draft, salt: str) -> Contribution:
    """Make a draft the next link after ``previous`` (None: the first of its guild).

    Text that no span covers is put down to the author of the contribution.  The
    salts of the seals are derived from ``salt``, which is not kept.

    Raises:
        ValueError: the spans overlap or reach beyond the text.
    """
    draft = replace(draft, spans=covering(draft.text, draft.spans, draft.member, draft.model))
    seals = tuple(commitment(salt, str(at))[:_SALT] for at in range(len(sealed_values(draft))))
    number = previous.number + 1 if previous else 1
    before = previous.digest if previous else GENESIS
    added = Contribution(number, draft, seals, before, "")
    return replace(added, digest=digest_of(number, draft, sealed_digests(added), before))


def first_broken(chain: Iterable[Contribution]) -> BrokenLink | None:
    """The first link of a guild's whole chain that does not hold, or None.

    That the newest links were cut off is seen only with the :class:`Head`; see :class:`Verifier`.
    """
    verifier = Verifier()
    for found in chain:
        if broken := verifier.feed(found):
            return broken
    return verifier.finish()


class Verifier:
    """Checks a chain link by link, so that it need not be in memory as a whole.

    ``after`` is the link before the first that it is fed: a part of a chain can be checked by itself.
    """

    def __init__(self, after: Head = Head(0, GENESIS)) -> None:
        self._last = after
        self._closed: list[int] = []  # the number of its link, for each closed seal
        self._told = 0

    def feed(self, found: Contribution) -> BrokenLink | None:
        """Check the next link; what is wrong with it, if anything is."""
        if reason := self._fault(found):
            return BrokenLink(found.draft.guild, found.number, reason)
        self._last = Head(found.number, found.digest)
        self._guild = found.draft.guild
        self._closed += [found.number] * sum(map(is_closed, found.seals))
        if found.draft.act is Act.ERASED:
            self._told += int(found.draft.sampling.get("seals") or 0)
        return None

    def finish(self, head: Head | None = None) -> BrokenLink | None:
        """Check what is seen only at the end; ``head`` is where the chain ought to end."""
        guild = self._guild if self._last.number else GuildId(0)
        if len(self._closed) > self._told:
            return BrokenLink(guild, self._closed[self._told], "more was erased than erasures tell of")
        if head is not None and head != self._last:
            return BrokenLink(guild, self._last.number + 1, "the newest links are missing")
        return None

    def _fault(self, found: Contribution) -> str:
        draft = found.draft
        if found.number != self._last.number + 1:
            return "a link is missing or out of order"
        if found.previous != self._last.digest:
            return "it does not follow from the one before"
        if len(found.seals) != 1 + 2 * len(draft.spans):
            return "its seals do not fit its spans"
        if draft.text and len(draft.text) != max((span.end for span in draft.spans), default=0):
            return "its spans do not fit its text"
        if found.digest != digest_of(found.number, draft, sealed_digests(found), found.previous):
            return "its words, its authors or its facts were changed"
        members = (draft.member, *(span.member for span in draft.spans))
        if any(is_closed(seal) and member for seal, member in zip(_of_members(found), members, strict=True)):
            return "a member was put in the place of an erased one"
        words = (draft.text[span.start : span.end] for span in draft.spans)
        if any(
            is_closed(seal) and piece.replace(COVER, "").strip()
            for seal, piece in zip(found.seals[2::2], words, strict=True)
        ):
            return "words were put in the place of erased ones"
        return ""


def _of_members(found: Contribution) -> tuple[str, ...]:
    return (found.seals[0], *found.seals[1::2])
