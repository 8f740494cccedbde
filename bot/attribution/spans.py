"""Which characters of a text come from whom.

The rule: when somebody changes a text, what stays keeps its authors and what is
new belongs to whoever changed it.  Taking a piece out changes no author.  Else
what stays is found by comparing words (each Chinese character, each run of
other letters, each run of space, each mark); inside a pair of words that were
exchanged and still share at least half of their letters, or one of which only
lost some, by comparing letters, so that mending one letter of a word does not
take the word from its author.  Moved text counts as new where it arrives.  All
of it takes a bounded number of steps (:mod:`bot.alignment`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.alignment import Matcher, Steps, TooCostly, blocks
from bot.attribution.model import ModelAuthor, Span
from bot.ids import MemberId

_WORD = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|[^\W_]+|\s+|.", re.DOTALL)

SAME_WORD = 0.5
"""Two words that share at least this part of their letters are one word mended."""


MENDING = 100_000
"""Steps that may be taken to find words that were mended; words that are looked at later count as new."""


def by_member(old: str, spans: Sequence[Span], new: str, member: MemberId) -> tuple[Span, ...]:
    """The spans of ``new`` after a member changed ``old`` by hand."""
    return _after(old, spans, new, member, None)


def after_model(
    old: str, spans: Sequence[Span], new: str, member: MemberId, model: ModelAuthor
) -> tuple[Span, ...]:
    """The spans of ``new`` after a model changed ``old`` for a member."""
    return _after(old, spans, new, member, model)


def covering(
    text: str, spans: Sequence[Span], member: MemberId, model: ModelAuthor | None
) -> tuple[Span, ...]:
    """The spans in order, with one more wherever they leave a gap in the text.

    Raises:
        ValueError: they overlap or reach beyond the text.
    """
    whole: list[Span] = []
    at = 0
    for span in sorted(spans, key=lambda span: span.start):
        if not at <= span.start <= span.end <= len(text):
            raise ValueError(f"span {span.start}:{span.end} does not fit")
        if span.start > at:
            whole.append(Span(at, span.start, member, model))
        if span.end > span.start:
            whole.append(span)
        at = span.end
    if at < len(text):
        whole.append(Span(at, len(text), member, model))
    return tuple(whole)


def kept(old: str, new: str) -> list[tuple[int, int, int]]:
    """What stays: triples (start in old, start in new, length), in order, never overlapping."""
    if (cut := _cut(old, new)) is not None:
        return cut
    before, after = _WORD.findall(old), _WORD.findall(new)
    old_at, new_at = _starts(before), _starts(after)
    stays: list[tuple[int, int, int]] = []
    a = b = 0
    steps = Steps(MENDING)
    for start, arrives, length in [*blocks(before, after, light=str.isspace), (len(before), len(after), 0)]:
        stays.extend(_mended(before, after, range(a, start), range(b, arrives), old_at, new_at, steps))
        if length:
            stays.append((old_at[start], new_at[arrives], old_at[start + length] - old_at[start]))
        a, b = start + length, arrives + length
    return stays


def _mended(
    before: Sequence[str],
    after: Sequence[str],
    olds: range,
    news: range,
    old_at: Sequence[int],
    new_at: Sequence[int],
    steps: Steps,
) -> Iterator[tuple[int, int, int]]:
    """Letters that stay within words that were mended, pairing words from left to right."""
    at = olds.start
    for j in news:
        for i in range(at, olds.stop):
            try:
                letters = _same_letters(before[i], after[j], steps)
            except TooCostly:
                return
            if letters:
                for a, b, size in letters:
                    yield old_at[i] + a, new_at[j] + b, size
                at = i + 1
                break


def _same_letters(old: str, new: str, steps: Steps) -> list[tuple[int, int, int]]:
    """What a mended word keeps; nothing if it is another word.

    Raises:
        TooCostly: no steps are left to look.
    """
    steps.take(1)
    if not (old.isalnum() and new.isalnum()):
        return []
    steps.take(len(old) + len(new))
    if (cut := _cut(old, new)) is not None:
        return cut
    # Words share at most twice the letters of the shorter.
    if 2 * min(len(old), len(new)) < SAME_WORD * (len(old) + len(new)):
        return []
    matcher = Matcher(old, new, steps)
    if matcher.ratio() < SAME_WORD:
        return []
    return [(block.a, block.b, block.size) for block in matcher.get_matching_blocks() if block.size]


def _cut(old: str, new: str) -> list[tuple[int, int, int]] | None:
    """What stays, if ``new`` is ``old`` with one piece taken out; None if it is not."""
    shorter = min(len(old), len(new))
    head = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    tail = len(new) - head
    if len(new) > len(old) or not old.endswith(new[head:]):
        return None
    blocks = [(0, 0, head), (len(old) - tail, head, tail)]
    return [block for block in blocks if block[2]]


def _starts(words: Sequence[str]) -> list[int]:
    """Where each word begins, and at the end the length of the whole."""
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word))
    return starts


def _after(
    old: str, spans: Sequence[Span], new: str, member: MemberId, model: ModelAuthor | None
) -> tuple[Span, ...]:
    authors: list[tuple[MemberId, ModelAuthor | None]] = [(member, model)] * len(new)
    origin: list[tuple[MemberId, ModelAuthor | None]] = [(member, model)] * len(old)
    for span in spans:
        for at in range(max(span.start, 0), min(span.end, len(old))):
            origin[at] = (span.member, span.model)
    for old_start, new_start, length in kept(old, new):
        authors[new_start : new_start + length] = origin[old_start : old_start + length]
    return _joined(authors)


def _joined(authors: Sequence[tuple[MemberId, ModelAuthor | None]]) -> tuple[Span, ...]:
    """Runs of equal authors as spans."""
    spans: list[Span] = []
    start = 0
    for at in range(1, len(authors) + 1):
        if at == len(authors) or authors[at] != authors[start]:
            member, model = authors[start]
            spans.append(Span(start, at, member, model))
            start = at
    return tuple(spans)
