"""What changed from one text to another, shown in one piece."""

from __future__ import annotations

from bot.attribution.spans import kept
from cogs.ui.safe import inserted, removed, verse


def compared(old: str, new: str) -> str:
    """Words that went struck through, new ones in bold, the rest as it is."""
    shown: list[str] = []
    old_at = new_at = 0
    for old_start, new_start, length in [*kept(old, new), (len(old), len(new), 0)]:
        gone, come = old[old_at:old_start], new[new_at:new_start]
        if gone:
            shown.append(removed(gone))
        if come:
            shown.append(inserted(come))
        shown.append(verse(new[new_start : new_start + length]))
        old_at, new_at = old_start + length, new_start + length
    return "".join(shown)
