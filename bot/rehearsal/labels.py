"""Finds what somebody means by a label that they half remember."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import TypeVar

from bot.rehearsal.world import NoSuch

T = TypeVar("T")


def folded(text: str) -> str:
    """A label without case, width, dots at the end, and what is not a letter or digit before it."""
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    return plain.rstrip(".… ").lstrip("◀▶✎✏♻️🔁 ") or plain


def pick(wanted: str, known: Mapping[str, T], what: str) -> T:
    """The value whose label is the one wanted, or the only one that begins with it or holds it.

    Raises:
        NoSuch: none is, or several; says which there are.
    """
    names = {label: folded(label) for label in known}
    text = folded(wanted)
    equal = [label for label, name in names.items() if name == text]
    begun = [label for label, name in names.items() if name.startswith(text)]
    held = [label for label, name in names.items() if text in name]
    found = equal or begun or held
    if found and len({names[label] for label in found}) == 1:
        return known[found[0]]
    if found:
        raise NoSuch(f"{wanted!r} may mean: {', '.join(found)}")
    raise NoSuch(f"no {what} is called {wanted!r}; there is: {', '.join(known) or 'none'}")
