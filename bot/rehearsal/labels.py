"""Finds what somebody means by a label that they half remember, in whichever language they know it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import TypeVar

from bot.i18n.text import texts
from bot.ids import LANGUAGES
from bot.rehearsal.trouble import NoSuch, What

T = TypeVar("T")

LONGEST_LABEL = 80


def folded(text: str) -> str:
    """A label without case, width, dots at the end, and signs before its words."""
    plain = unicodedata.normalize("NFKC", text).casefold().strip().rstrip(".… ")
    words = plain.lstrip("".join(char for char in plain if not char.isalnum()))
    return words or plain


@cache
def _translations() -> Mapping[str, frozenset[str]]:
    """Every short text of the interface, folded, to what it is in all languages."""
    found: dict[str, frozenset[str]] = {}
    for key in texts("en"):
        same = frozenset(
            folded(texts(lang)[key]) for lang in LANGUAGES if len(texts(lang)[key]) <= LONGEST_LABEL
        )
        for name in same:
            found[name] = found.get(name, frozenset()) | same
    return found


def pick(wanted: str, known: Mapping[str, T], what: str) -> T:
    """The value whose label is the one wanted, or the only one that begins with it or holds it.

    ``what`` is the kind of thing that it is, for the explanation.

    Raises:
        NoSuch: none is, or several; says which there are.
    """
    text = folded(wanted)
    names = {label: {folded(label)} | _translations().get(folded(label), frozenset()) for label in known}
    found = [label for label in known if label == wanted] or [
        label for label, all in names.items() if text in all
    ]
    if not found and text:
        found = [label for label, all in names.items() if any(name.startswith(text) for name in all)]
    if not found and text:
        found = [label for label, all in names.items() if any(text in name for name in all)]
    # The same thing may be known by several names.
    if found and all(known[label] == known[found[0]] for label in found):
        return known[found[0]]
    if found:
        raise NoSuch("rehearsal.several", what=What(what), name=wanted, found=", ".join(found))
    # Each thing is told by its first name only.
    first: dict[int, str] = {}
    for label, value in known.items():
        first.setdefault(id(value), label)
    raise NoSuch.called(what, wanted, first.values())
