"""Private drafts: what of them is in a turn, what of them was only suggested, and how a refused one looks."""

from __future__ import annotations

import re

from bot.alignment import blocks
from bot.attribution.model import Span
from bot.errors import AgainstTheRules, RengaError
from bot.services.stories_ports import PrivateDraft
from bot.stories import games
from cogs.ui.safe import inserted, removed, verse

APART = "\x1e"
"""Between a private draft and the ways on that were suggested for it: each of them is credited when used."""

RUN = 3
"""Words in a row that a text has from a draft if it comes from there."""

CUT = " ✂ "
"""Stands in a turn that is given back where it becomes too long."""

_WORD = re.compile(r"\s+|[\u3040-\u30ff\u3400-\u9fff]|\w+|[^\w\s]")


def drafted(draft: PrivateDraft | None) -> str:
    """What a member has drafted, without what was only suggested."""
    return draft.text.split(APART)[0] if draft is not None else ""


def by_words(old: str, new: str) -> str:
    """What a polish changed: whole words that went struck through, new ones in bold."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    shown: list[str] = []
    i = k = 0
    for j, m, size in [*blocks(before, after, light=str.isspace), (len(before), len(after), 0)]:
        gone, come = "".join(before[i:j]), "".join(after[k:m])
        if gone.strip():
            shown.append(removed(gone))
            shown.append(" " if come.strip() else "")
        shown.append(inserted(come) if come.strip() else come)
        shown.append(verse("".join(after[m : m + size])))
        i, k = j + size, m + size
    return "".join(shown)


def used(draft: PrivateDraft, text: str) -> PrivateDraft:
    """What of a draft is in a text: a piece that merely shares some words with it is nobody's source."""
    spans: list[Span] = []
    kept, at = "", 0
    for piece in draft.text.split(APART):
        if _shared(piece, text):
            gap = len(APART) if kept else 0
            shift = len(kept) + gap - at
            kept = f"{kept}{APART if gap else ''}{piece}"
            spans += [
                Span(one.start + shift, one.end + shift, one.member, one.model)
                for one in draft.spans
                if at <= one.start and one.end <= at + len(piece)
            ]
        at += len(piece) + len(APART)
    return PrivateDraft(kept, tuple(spans))


def _shared(piece: str, text: str) -> bool:
    """Whether two texts have a run in common that is no accident: a few words, or most of the shorter one."""
    if not piece.strip():
        return False
    start, _, length = max(blocks(piece, text), key=lambda block: block[2], default=(0, 0, 0))
    run = piece[start : start + length].strip()
    return games.words(run) >= min(RUN, games.words(piece), games.words(text))


def marked(text: str, error: RengaError) -> str:
    """A refused text as it is given back: where it becomes too long stands a mark."""
    if isinstance(error, AgainstTheRules) or error.text_key != "story.too_long":
        return text
    at = _until_word(text, int(str(error.facts.get("limit", 0))))
    return f"{text[:at].rstrip()}{CUT}{text[at:].lstrip()}"


def _until_word(text: str, words: int) -> int:
    """How many characters of a text hold so many words and no more."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if games.words(text[:middle]) <= words else (low, middle - 1)
    return low
