"""Blocks of prose as HTML: with every word in the look of its writer, or in the tags of the Archive alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup, escape

from bot.books.chat import Block
from bot.books.model import Book, Part, clean, marks
from bot.books.runs import Line, Run

_TAGS = {"em": "em", "strong": "strong", "u": "u", "s": "s", "code": "code"}
_HEADINGS = 3
"""How far below the book's own headings those of a part stand: a part is below title, chapter and scene."""

Words = Callable[[Run, str], Markup]
"""How a run is set, given its text as it is shown."""


def spaced(text: str) -> str:
    """A line with its indent in spaces that HTML does not fold."""
    text = clean(text)
    bare = text.lstrip(" ")
    return "\u00a0" * (len(text) - len(bare)) + bare


def prose(book: Book, part: Part) -> Markup:
    """A part with the look of each writer, for a page and for an EPUB: closed as XML is."""
    signs, several = marks(book.writers), len(part.writers) > 1

    def words(run: Run, text: str) -> Markup:
        sign = Markup('<sup class="m">{}</sup>').format(signs[run.writer]) if several else Markup("")
        return Markup('<span class="w w{}" title="{}">{}{}</span>').format(
            run.writer, clean(book.writers[run.writer].name), sign, text
        )

    spoiler = Markup('<span class="spoiler" tabindex="0">{}</span>')
    return _Html(words, spoiler, "<br/>").blocks(book.blocks(part))


def plain_prose(book: Book, part: Part) -> Markup:
    """A part in tags alone, as the Archive of Our Own takes it; what was hidden is in brackets."""
    spoiler = Markup("[{}: {{}}]").format(book.told("spoiler"))
    return _Html(lambda _, text: escape(text), spoiler, "<br>").blocks(book.blocks(part))


class _Html:
    def __init__(self, words: Words, spoiler: Markup, new_line: str) -> None:
        self._words = words
        self._spoiler = spoiler
        self._break = Markup(new_line)

    def blocks(self, blocks: Sequence[Block]) -> Markup:
        return Markup("\n").join(self._block(block) for block in blocks)

    def _block(self, block: Block) -> Markup:
        match block.kind:
            case "quote":
                return Markup("<blockquote>\n{}\n</blockquote>").format(self.blocks(block.blocks))
            case "list":
                tag = "ol" if block.level else "ul"
                start = Markup(' start="{}"').format(block.level) if block.level > 1 else Markup("")
                return Markup("<{}{}>\n{}\n</{}>").format(tag, start, self.blocks(block.blocks), tag)
            case "item":
                inner = Markup("\n{}\n").format(self.blocks(block.blocks)) if block.blocks else Markup("")
                return Markup("<li>{}{}</li>").format(self._lines(block.lines), inner)
            case "heading":
                tag = f"h{min(6, block.level + _HEADINGS)}"
                return Markup("<{}>{}</{}>").format(tag, self._lines(block.lines), tag)
            case "small":
                return Markup("<p><small>{}</small></p>").format(self._lines(block.lines))
            case "code":
                rows = Markup("\n").join(
                    Markup("").join(self._words(run, clean(run.text)) for run in line) for line in block.lines
                )
                return Markup("<pre><code>{}</code></pre>").format(rows)
            case _:
                return Markup("<p>{}</p>").format(self._lines(block.lines))

    def _lines(self, lines: Sequence[Line]) -> Markup:
        return self._break.join(self._line(line) for line in lines)

    def _line(self, line: Line) -> Markup:
        return _nested(
            [(run, spaced(run.text) if at == 0 else clean(run.text)) for at, run in enumerate(line)],
            0,
            self._words,
            self._wrapped,
        )

    def _wrapped(self, layer: str, inner: Markup) -> Markup:
        if layer.startswith("link:"):
            return Markup('<a href="{}" rel="nofollow noopener">{}</a>').format(layer[5:], inner)
        if layer == "spoiler":
            return self._spoiler.format(inner)
        tag = _TAGS[layer]
        return Markup("<{}>{}</{}>").format(tag, inner, tag)


def layers(run: Run) -> tuple[str, ...]:
    """What a run stands in, the outermost first; a link around all."""
    return (*((f"link:{clean(run.link)}",) if run.link else ()), *run.style)


def _nested(
    runs: Sequence[tuple[Run, str]], depth: int, words: Words, wrapped: Callable[[str, Markup], Markup]
) -> Markup:
    """Runs set in what they stand in, neighbours in one element."""
    found, at = list[Markup](), 0
    while at < len(runs):
        run, text = runs[at]
        own = layers(run)
        if len(own) <= depth:
            found.append(words(run, text))
            at += 1
            continue
        end = at
        while (
            end < len(runs)
            and len(layers(runs[end][0])) > depth
            and layers(runs[end][0])[depth] == own[depth]
        ):
            end += 1
        found.append(wrapped(own[depth], _nested(runs[at:end], depth + 1, words, wrapped)))
        at = end
    return Markup("").join(found)
