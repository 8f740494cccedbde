"""A text with what rules found in it, as moderators and whoever wrote it see it."""

from __future__ import annotations

from collections.abc import Sequence

from cogs.ui.safe import verse


def marked(text: str, spots: Sequence[tuple[int, int]]) -> str:
    """A text as typed, with what rules marked in it in bold and underlined."""
    shown, at = "", 0
    for start, end in _joined(spots):
        shown += verse(text[at:start]) + _emphasised(text[start:end])
        at = end
    return shown + verse(text[at:])


def _joined(spots: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that touch made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spots):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _emphasised(text: str) -> str:
    rows = [f"__**{verse(row)}**__" if row.strip() else row for row in text.split("\n")]
    return "\n".join(rows)
