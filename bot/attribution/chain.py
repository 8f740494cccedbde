"""The chain of contributions: each carries the hash of the one before.

What is hashed, so that anyone can check an export by other means: SHA-256 over
the UTF-8 of a JSON object with sorted keys and no spaces, made of the fields
of :func:`canonical`.  Text and member id go in as salted hashes only
(``SHA-256(salt + "\\n" + value)``, one random salt for each contribution), so
that erasing them leaves every digest as it was.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from datetime import UTC

from bot.attribution.model import BrokenLink, Contribution, Draft

VERSION = 1
"""Version of the format of the hashed object."""

GENESIS = "0" * 64
"""The ``previous`` of a guild's first contribution."""


def new_salt() -> str:
    """A fresh salt: 32 hexadecimal digits."""
    return secrets.token_hex(16)


def commitment(salt: str, value: str) -> str:
    """The salted hash of a text or of a member's id."""
    return hashlib.sha256(f"{salt}\n{value}".encode()).hexdigest()


def canonical(number: int, draft: Draft, text_digest: str, member_digest: str, previous: str) -> str:
    """The text that a contribution's digest is taken of."""
    model = draft.model
    fields = {
        "v": VERSION,
        "number": number,
        "guild": draft.guild,
        "work": draft.work,
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
        "text": text_digest,
        "member": member_digest,
        "previous": previous,
    }
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(number: int, draft: Draft, text_digest: str, member_digest: str, previous: str) -> str:
    """The digest of a contribution."""
    return hashlib.sha256(canonical(number, draft, text_digest, member_digest, previous).encode()).hexdigest()


def link(previous: Contribution | None, draft: Draft, salt: str) -> Contribution:
    """Make a draft the next link after ``previous`` (None: the first of its guild)."""
    number = previous.number + 1 if previous else 1
    before = previous.digest if previous else GENESIS
    text_digest = commitment(salt, draft.text)
    member_digest = commitment(salt, str(draft.member))
    return Contribution(
        number=number,
        draft=draft,
        text_digest=text_digest,
        member_digest=member_digest,
        previous=before,
        digest=digest_of(number, draft, text_digest, member_digest, before),
        salt=salt,
    )


def first_broken(chain: Iterable[Contribution]) -> BrokenLink | None:
    """The first link of a guild's whole chain that does not hold, or None."""
    before = GENESIS
    for number, found in enumerate(chain, start=1):
        reason = _fault(found, number, before)
        if reason:
            return BrokenLink(found.draft.guild, found.number, reason)
        before = found.digest
    return None


def _fault(found: Contribution, number: int, before: str) -> str:
    draft = found.draft
    if found.number != number:
        return "a link is missing or out of order"
    if found.previous != before:
        return "it does not follow from the one before"
    if found.digest != digest_of(number, draft, found.text_digest, found.member_digest, before):
        return "its facts were changed"
    if found.erased:
        return "" if not draft.text and not found.salt else "erased, yet not empty"
    if found.text_digest != commitment(found.salt, draft.text):
        return "its text was changed"
    if found.member_digest != commitment(found.salt, str(draft.member)):
        return "its author was changed"
    return ""
