"""Draws a text with every token shaded by how surprising it was, as a picture one wants to share."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from functools import partial

from PIL import Image, ImageDraw

from bot.i18n.text import translate
from bot.ids import Lang
from bot.judging.ink import Inked
from bot.services.ink import InkedText
from cogs.ui.ink_fonts import font, which_has
from cogs.ui.ink_rows import Piece, pieces, unseen, wrapped

WIDTH = 1200
MARGIN = 96
MISSING = "□"
"""Stands for a character that no font here has, such as an emoji."""
SIZES = (46, 42, 38, 34, 30)
"""Heights of letters in pixels: the largest is taken in which the lines need not be broken."""
MOST_ROWS = 90
"""Rows of a picture; what is longer is cut, and the picture says so."""

PAPER, TEXT, FAINT, RULE = (251, 249, 244), (34, 32, 30), (108, 101, 92), (222, 215, 203)
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
ENOUGH = 4.5
"""Contrast that text must have (WCAG 2.2, success criterion 1.4.3)."""
WASHES = (((235, 240, 247), (151, 171, 214)), ((70, 90, 152), (28, 42, 112)))
"""From what was sure to come to what nobody would have guessed; the blues between, on which no letter is
clear, are left out."""
DEEP = WASHES[-1][-1]
INDENT = 1.5
"""How far a row that goes on is set in, in heights of letters."""
DARKEST = 12.0
"""Bits from which a token is as dark as it gets: one chance in four thousand."""

Colour = tuple[int, int, int]


def shade(bits: float) -> Colour:
    """The wash for a surprise in bits."""
    part = min(1.0, max(0.0, bits) / DARKEST) * len(WASHES)
    at = min(int(part), len(WASHES) - 1)
    light, dark = WASHES[at]
    red, green, blue = (round(one + (two - one) * (part - at)) for one, two in zip(light, dark, strict=True))
    return (red, green, blue)


def _luminance(colour: Colour) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = (channel / 255 for channel in colour)
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """How well one colour is seen on another, from 1 to 21 (WCAG 2.2: 4.5 for text)."""
    dark, light = sorted((_luminance(one) + 0.05, _luminance(other) + 0.05))
    return light / dark


def legible(wash: Colour) -> Colour:
    """The colour of letters on a wash: ink or paper; on a middling one, where neither will do, black or
    white, of which one always does."""
    soft = max(TEXT, PAPER, key=lambda colour: contrast(colour, wash))
    return soft if contrast(soft, wash) >= ENOUGH else max(BLACK, WHITE, key=lambda c: contrast(c, wash))


def _width(text: str, size: int) -> float:
    return sum(_advance(char, size) for char in text)


def _advance(char: str, size: int) -> float:
    if unseen(char):
        return 0.0
    which = which_has(char)
    return font(size, which or 0).getlength(char if which is not None else MISSING)


def _write(draw: ImageDraw.ImageDraw, x: float, base: float, text: str, size: int, fill: Colour) -> float:
    """Write along a base line, each character by the font that has it; returns where it ends."""
    for char in text:
        which = which_has(char)
        if not char.isspace() and not unseen(char):
            shown = char if which is not None else MISSING
            draw.text((x, base), shown, font=font(size, which or 0), fill=fill, anchor="ls")
        x += _advance(char, size)
    return x


def draw(inked: InkedText, *, title: str, byline: str, lang: Lang) -> bytes:
    """The picture, as PNG.  It reads fonts from the disk: call it in a thread.

    ``title`` and ``byline`` are plain text; "" for none.
    """
    lines = pieces(inked.text.strip("\n"), _from_start(inked))
    room = WIDTH - 2 * MARGIN
    size = _size(lines, room)
    width = partial(_width, size=size)
    rows = [row for line in lines for row in wrapped(line, room, width, INDENT * size)]
    cut = len(rows) > MOST_ROWS
    rows = rows[:MOST_ROWS]
    step = round(size * (1.9 if len(rows) <= 32 else 1.75))
    widest = max((_width(row.text, size) + INDENT * size * row.goes_on for row in rows), default=0)
    left = max(MARGIN, (WIDTH - widest) / 2)
    top = MARGIN + (100 if title else 0)
    body = sum(step if row.pieces else round(step * 0.6) for row in rows) + (step if cut else 0)
    height = round(top + body + 390)
    image = Image.new("RGB", (WIDTH, height), PAPER)
    pen = ImageDraw.Draw(image)
    if title:
        shown = _fitted(title, 40, room)
        _write(pen, (WIDTH - _width(shown, 40)) / 2, MARGIN + 24, shown, 40, TEXT)
    y = float(top)
    for row in rows:
        if row.pieces:
            inset = INDENT * size if row.goes_on else 0
            _row(image, left + inset, y + step * 0.68, row.pieces, size)
        y += step if row.pieces else round(step * 0.6)
    if cut:
        _write(pen, left, y + step * 0.68, f"… {translate('ink.cut', lang)}", 26, FAINT)
    _legend(pen, height, inked, byline, lang)
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _size(lines: Sequence[Sequence[Piece]], room: float) -> int:
    """The height of the letters: the fewer the lines the larger, and smaller if that keeps them whole."""
    largest = 46 if len(lines) <= 16 else 38 if len(lines) <= 32 else 30
    texts = ["".join(piece.text for piece in line) for line in lines]
    fitting = (
        size for size in SIZES if size <= largest and all(_width(text, size) <= room for text in texts)
    )
    return next(fitting, largest)


def _from_start(inked: InkedText) -> list[Inked]:
    """The ink, counted from where the text begins once empty lines before it are gone."""
    lead = len(inked.text) - len(inked.text.lstrip("\n"))
    return [Inked(max(0, one.start - lead), one.end - lead, one.logprob, one.count) for one in inked.ink]


def _fitted(text: str, size: int, room: float) -> str:
    while _width(text, size) > room:
        text = text[:-2].rstrip() + "…"
    return text


def _row(image: Image.Image, x: float, base: float, row: Sequence[Piece], size: int) -> None:
    """One row: each token's wash, and its letters over it."""
    pen = ImageDraw.Draw(image)
    for piece in row:
        word = piece.text.strip(" ")
        start = x + _width(piece.text[: len(piece.text) - len(piece.text.lstrip(" "))], size)
        fill = TEXT
        if piece.bits is not None and word:
            colour = shade(piece.bits)
            fill = legible(colour)
            end = start + _width(word, size)
            _wash(image, (start + 0.5, base - size * 0.99, end - 0.5, base + size * 0.33), colour)
        _write(pen, start, base, word, size, fill)
        x += _width(piece.text, size)


def _wash(image: Image.Image, box: tuple[float, float, float, float], colour: Colour) -> None:
    """A rounded patch with smooth edges: drawn four times as large, then made small."""
    left, top, right, bottom = box[0], round(box[1]), box[2], round(box[3])
    x, wide, high = math.floor(left), math.ceil(right) - math.floor(left), bottom - top
    mask = Image.new("L", (4 * wide, 4 * high), 0)
    edges = (4 * (left - x), 0, 4 * (right - x) - 1, 4 * high - 1)
    ImageDraw.Draw(mask).rounded_rectangle(edges, radius=26, fill=255)
    image.paste(colour, (x, top), mask.resize((wide, high), Image.Resampling.BOX))


def _legend(pen: ImageDraw.ImageDraw, height: int, inked: InkedText, byline: str, lang: Lang) -> None:
    """What the shades mean, the perplexity, and the formula."""
    top = height - 318
    pen.line((MARGIN, top, WIDTH - MARGIN, top), fill=RULE, width=2)
    bar, wide = (MARGIN, top + 44), 420
    for at in range(wide):
        pen.line((bar[0] + at, bar[1], bar[0] + at, bar[1] + 26), fill=shade(DARKEST * at / wide))
    for bits in (0, 3, 6, 9, 12):
        text = ("1", "1/8", "1/64", "1/512", "≤ 1/4096")[bits // 3]
        x = bar[0] + wide * bits / DARKEST
        _write(pen, x - (_width(text, 20) / 2 if bits else 0), bar[1] + 54, text, 20, FAINT)
    _write(pen, bar[0], bar[1] + 90, translate("ink.legend", lang), 24, TEXT)
    number = f"{inked.perplexity:.0f}" if inked.perplexity >= 10 else f"{inked.perplexity:.1f}"
    label = translate("ink.perplexity", lang)
    right = WIDTH - MARGIN
    _write(pen, right - _width(number, 64), bar[1] + 42, number, 64, DEEP)
    _write(pen, right - _width(number, 64) - 18 - _width(label, 24), bar[1] + 40, label, 24, FAINT)
    meaning = translate("ink.meaning", lang, number=number)
    _write(pen, right - _width(meaning, 24), bar[1] + 90, meaning, 24, TEXT)
    _formula(pen, MARGIN, top + 200, inked, lang)
    _write(pen, MARGIN, top + 268, _fitted(byline, 22, WIDTH - 2 * MARGIN - 130), 22, FAINT)
    _write(pen, right - _width("Renga", 26), top + 268, "Renga", 26, DEEP)


def _formula(pen: ImageDraw.ImageDraw, x: float, base: float, inked: InkedText, lang: Lang) -> None:
    """P(x) = ∏ P(xₜ | x₍<ₜ₎) = 10⁻ⁿ, with its small letters set low and high."""
    exponent = round(sum(one.logprob for one in inked.ink) / math.log(10))
    big, small = 30, 19
    low, high = base + 9, base - 13
    parts = [("P(x) = ∏ P(x", big, base), ("t", small, low), (" | x", big, base), ("<t", small, low)]
    parts += [(") = 10", big, base), (f"−{-exponent}" if exponent else "0", small, high)]
    for text, size, y in parts:
        x = _write(pen, x, y, text, size, TEXT)
    _write(pen, x + 24, base, translate("ink.formula", lang), 24, FAINT)


def alt_text(inked: InkedText, *, title: str, lang: Lang) -> str:
    """The picture in words, for who does not see it: the poem, and where it surprised most."""
    worded = [one for one in inked.ink if any(map(str.isalnum, inked.text[one.start : one.end]))]
    marked = sorted(worded, key=lambda one: one.logprob)[:3]
    words = [" ".join(inked.text[one.start : one.end].split()) for one in marked]
    told = translate(
        "ink.alt",
        lang,
        title=title or "–",
        perplexity=f"{inked.perplexity:.1f}",
        words=translate("text.and", lang).join(word for word in words if word),
        text=" / ".join(line for line in inked.text.splitlines() if line.strip()),
    )
    return told if len(told) <= 1_000 else told[:999] + "…"
