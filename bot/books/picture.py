"""Who wrote how much, turn by turn, as a picture.

One row for each writer, one column for each turn: who wrote what is told by the
place, and by a mark, before any colour.  Everything in it is also said in the
words of the message that it comes with.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw

from bot.books.fonts import Pen
from bot.books.looks import Look, looks
from bot.books.model import Book, marks

WIDTH, MARGIN = 1200, 48
NAMES, SHARES, BARS = 300, 90, 190
"""Pixels for names, for percentages, and for the bars beside them; turns have what is left."""

ROW, HEAD, FOOT = 76, 132, 64
MOST_ROWS = 12
"""Writers that have a row; those who wrote least share the last."""

MOST_COLUMNS = 140
"""Columns of turns; in longer stories, several turns share one."""

PAPER, INK, FAINT, RULE = "#fdfcf9", "#1b1b1b", "#5c5c5c", "#dedbd2"


def picture(book: Book) -> bytes:
    """The picture as PNG."""
    rows = _rows(book)
    height = HEAD + ROW * len(rows) + FOOT
    image = Image.new("RGB", (WIDTH, height), PAPER)
    draw = ImageDraw.Draw(image)
    title, text, small = Pen(38), Pen(25), Pen(19)
    title.write(draw, (MARGIN, 62), title.fitting(book.title, WIDTH - 2 * MARGIN), INK)
    under = book.told("picture", turns=len(book.parts), words=book.words)
    small.write(draw, (MARGIN, 98), small.fitting(under, WIDTH - 2 * MARGIN), FAINT)
    columns = _columns(book)
    most = max((sum(one.values()) for one in columns), default=1) or 1
    for at, (who, mark, name, percent, look) in enumerate(rows):
        top = HEAD + at * ROW
        draw.line((MARGIN, top + ROW, WIDTH - MARGIN, top + ROW), fill=RULE)
        base = top + ROW // 2 + 9
        _mark(draw, small, (MARGIN, top + ROW // 2), mark, look)
        text.write(draw, (MARGIN + 64, base), text.fitting(name, NAMES - 76), INK)
        share = f"{percent} %"
        text.write(draw, (MARGIN + NAMES + SHARES - 16 - text.width(share), base), share, INK)
        left = MARGIN + NAMES + SHARES
        middle = top + ROW // 2
        draw.rectangle((left, middle - 13, left + BARS - 24, middle + 13), fill=RULE)
        if percent:
            end = left + max(4, (BARS - 24) * percent // 100)
            draw.rectangle((left, middle - 13, end, middle + 13), fill=look.colour)
        _turns(draw, columns, who, most, top, look)
    _axis(draw, small, book, len(columns), HEAD + ROW * len(rows))
    held = io.BytesIO()
    image.save(held, "PNG", optimize=True)
    return held.getvalue()


Row = tuple[frozenset[int], str, str, int, Look]
"""The writers of a row, its mark, its name, its percentage, its look."""


def _rows(book: Book) -> list[Row]:
    """A row for each writer, whoever wrote most first; the last may be that of all others."""
    percents = shares(book)
    order = sorted(range(len(book.writers)), key=lambda at: (-percents[at], -book.writers[at].letters))
    named, looked = marks(book.writers), looks(book.writers)
    shown = order if len(order) <= MOST_ROWS else order[: MOST_ROWS - 1]
    rows: list[Row] = [
        (frozenset({at}), named[at], book.writers[at].name, percents[at], looked[at]) for at in shown
    ]
    if rest := order[len(shown) :]:
        percent = sum(percents[at] for at in rest)
        name = book.told("others", count=len(rest))
        rows.append((frozenset(rest), "+", name, percent, Look("#777777", "dotted")))
    return rows


def shares(book: Book) -> list[int]:
    """How many percent of the words are each writer's: those of a part are counted for whose turn it was."""
    total = max(1, sum(writer.words for writer in book.writers))
    return [round(100 * writer.words / total) for writer in book.writers]


def _columns(book: Book) -> list[dict[int, int]]:
    """Letters by writer for each column."""
    parts = book.parts
    each = -(-len(parts) // MOST_COLUMNS) or 1
    found: list[dict[int, int]] = []
    for start in range(0, len(parts), each):
        counts: dict[int, int] = {}
        for part in parts[start : start + each]:
            for run in part.runs:
                letters = sum(not char.isspace() for char in run.text)
                counts[run.writer] = counts.get(run.writer, 0) + letters
        found.append(counts)
    return found


def _turns(
    draw: ImageDraw.ImageDraw,
    columns: Sequence[dict[int, int]],
    who: frozenset[int],
    most: int,
    top: int,
    look: Look,
) -> None:
    left = MARGIN + NAMES + SHARES + BARS
    step = min(36.0, (WIDTH - MARGIN - left) / max(1, len(columns)))
    for at, counts in enumerate(columns):
        letters = sum(counts.get(one, 0) for one in who)
        if not letters:
            continue
        tall = max(5, round((ROW - 18) * letters / most))
        x = left + at * step
        gap = 2 if step >= 6 else 0
        draw.rectangle((x, top + ROW - 6 - tall, x + step - gap - 1, top + ROW - 6), fill=look.colour)


def _mark(draw: ImageDraw.ImageDraw, pen: Pen, at: tuple[int, int], mark: str, look: Look) -> None:
    x, y = at
    wide = max(46, pen.width(mark) + 18)
    draw.rounded_rectangle((x, y - 19, x + wide, y + 19), 9, outline=look.colour, width=4)
    pen.write(draw, (x + (wide - pen.width(mark)) // 2, y + 7), mark, INK)


def _axis(draw: ImageDraw.ImageDraw, pen: Pen, book: Book, columns: int, top: int) -> None:
    """The numbers of the first turn and the last, and what made the picture."""
    left = MARGIN + NAMES + SHARES + BARS
    step = min(36.0, (WIDTH - MARGIN - left) / max(1, columns))
    pen.write(draw, (left, top + 28), "1", FAINT)
    last = str(len(book.parts))
    if columns > 2:
        end = left + round(columns * step)
        pen.write(draw, (end - pen.width(last) - 2, top + 28), last, FAINT)
    pen.write(draw, (MARGIN, top + 40), book.generator, FAINT)
