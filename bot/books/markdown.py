"""A book as Markdown (CommonMark), its facts as YAML before it.

What chat means by its marks is said in those of Markdown; the rest is escaped:
nothing of it is a picture or HTML, and every line break and indent stays where
it was typed.  What Markdown has no mark for (underlined, small, hidden) is an
element of HTML, and the only HTML there is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from bot.books.chat import Block
from bot.books.mentions import named
from bot.books.model import Book, Part, clean, marks
from bot.books.prose import layers
from bot.books.runs import Line, Run

# What CommonMark, or a dialect of it, reads as a mark anywhere; a backslash before it shows it.
_MARKS = re.compile(r"[\\`*_{}\[\]<>&~|$^@]|:(?=//)")
_SIGNS = {"em": "*", "strong": "**", "s": "~~"}
HEADINGS = 3
"""How far below those of the book a part's own headings stand."""
_AT_START = re.compile(r"^(#|\+|-|=|\d{1,9}[.)])")


def markdown(book: Book) -> str:
    """The book as one Markdown file."""
    lines = ["---", *_front(book), "---", "", f"# {inline(book.title)}", ""]
    lines += [inline(book.told("by", names=book.authors)), ""]
    for chapter in book.chapters:
        if chapter.title:
            lines += [f"## {inline(chapter.title)}", ""]
        for part in chapter.parts:
            if part.scene:
                lines += [f"### {inline(part.scene)}", ""]
            lines += [_part(book, part), ""]
    return "\n".join([*lines, "---", "", *_credits(book), ""])


def inline(text: str) -> str:
    """A line of text that shows as it was typed."""
    return _escaped(" ".join(clean(text).split()))


def _escaped(line: str) -> str:
    line = _MARKS.sub(r"\\\g<0>", line)
    return _AT_START.sub(lambda found: f"{found[1][:-1]}\\{found[1][-1]}", line)


def _front(book: Book) -> list[str]:
    """Facts for machines: strings of JSON are strings of YAML too."""
    facts: dict[str, object] = {
        "title": clean(book.title),
        "author": [clean(writer.name) for writer in book.people],
        "contributor": [clean(writer.name) for writer in book.models],
        "lang": book.language,
        "date": book.ended.date().isoformat(),
        "identifier": book.identifier,
        "rights": clean(book.licence or book.told("all_rights")),
        "ai-disclosure": book.disclosure,
        "digital-source-type": book.source_type,
        "generator": book.generator,
    }
    return [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in facts.items()]


def _part(book: Book, part: Part) -> str:
    if part.erased:
        return f"*{inline(book.told('erased'))}*"
    if book.script:
        return "\\\n".join(_line((Run(clean(row), 0),)) for row in named(part.text, book.called).split("\n"))
    return _blocks(book.blocks(part))


def _blocks(blocks: Sequence[Block]) -> str:
    return "\n\n".join(_block(block) for block in blocks)


def _block(block: Block) -> str:
    match block.kind:
        case "quote":
            return _prefixed(_blocks(block.blocks), "> ", "> ")
        case "list":
            # Two lists in a row are parted by a comment, or they would be one.
            signs = (f"{block.level + at}. " if block.level else "- " for at in range(len(block.blocks)))
            return "\n".join(
                _prefixed(_block(item), sign, " " * len(sign))
                for sign, item in zip(signs, block.blocks, strict=True)
            )
        case "item":
            return "\n".join(filter(None, (_lines(block.lines), _blocks(block.blocks))))
        case "heading":
            return f"{'#' * min(6, block.level + HEADINGS)} {_lines(block.lines)}"
        case "small":
            return f"<small>{_lines(block.lines)}</small>"
        case "code":
            rows = ["".join(clean(run.text) for run in line) for line in block.lines]
            fence = "`" * (
                3 + max((len(found) for row in rows for found in re.findall("`+", row)), default=0)
            )
            return "\n".join([fence, *rows, fence])
        case _:
            return _lines(block.lines)


def _prefixed(text: str, first: str, rest: str) -> str:
    rows = text.split("\n")
    return "\n".join([first + rows[0], *(f"{rest}{row}".rstrip() for row in rows[1:])])


def _lines(lines: Sequence[Line]) -> str:
    return "\\\n".join(_line(line) for line in lines)


def _line(line: Line) -> str:
    """A line with its indent, which Markdown would else take for code or leave out."""
    text = _AT_START.sub(lambda found: f"{found[1][:-1]}\\{found[1][-1]}", _nested(line, 0).rstrip())
    bare = text.lstrip(" ")
    return "\u00a0" * (len(text) - len(bare)) + bare


def _nested(runs: Sequence[Run], depth: int) -> str:
    """Runs in the marks that they stand in, neighbours in one; with space in it a mark would be none."""
    found, at = list[str](), 0
    while at < len(runs):
        own = layers(runs[at])
        if len(own) <= depth:
            found.append(_MARKS.sub(r"\\\g<0>", clean(runs[at].text)))
            at += 1
            continue
        end = at
        while end < len(runs) and layers(runs[end])[depth : depth + 1] == own[depth : depth + 1]:
            end += 1
        layer = own[depth]
        if layer == "code":
            found.append(_code("".join(clean(run.text) for run in runs[at:end])))
        else:
            inner = _nested(runs[at:end], depth + 1)
            bare = inner.strip()
            before, after = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
            clear = not before and "".join(found).endswith(tuple(_SIGNS.values()))
            found.append(f"{before}{_wrapped(layer, bare, tag=clear)}{after}" if bare else inner)
        at = end
    return "".join(found)


def _wrapped(layer: str, inner: str, *, tag: bool) -> str:
    """``tag``: an element, for a mark would run into the one before it."""
    if layer.startswith("link:"):
        return f"[{inner}](<{layer[5:]}>)"
    if layer == "spoiler":
        return f'<span class="spoiler">{inner}</span>'
    # A mark beside punctuation is none beside a letter (CommonMark, 6.2), and Chinese has no spaces.
    edges = inner[0], inner[-1]
    if layer not in _SIGNS or tag or not all(edge.isalnum() or edge == "*" for edge in edges):
        return f"<{layer}>{inner}</{layer}>"
    return f"{_SIGNS[layer]}{inner}{_SIGNS[layer]}"


def _code(text: str) -> str:
    """Code in a line, between more backticks than are in it."""
    sign = "`" * (1 + max((len(found) for found in re.findall("`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{sign}{pad}{text}{pad}{sign}"


def _credits(book: Book) -> list[str]:
    lines = [f"## {inline(book.told('credits'))}", ""]
    for mark, writer in zip(marks(book.writers), book.writers, strict=True):
        share = book.told("share", name=writer.name, percent=writer.percent)
        lines.append(f"- {inline(f'{mark} · {share}')}")
    parts = [
        f"{part.number}: {', '.join(marks(book.writers)[one] for one in part.writers)}" for part in book.parts
    ]
    lines += ["", inline(f"{book.told('who_what')} {' · '.join(parts)}")]
    lines += ["", inline(book.told("licence", licence=book.licence or book.told("all_rights")))]
    lines += ["", inline(book.told(f"ai_{book.disclosure.replace('-', '_')}"))]
    lines += ["", inline(book.told("made", generator=book.generator, date=book.made.date().isoformat()))]
    if book.anchor:
        lines += ["", inline(book.told("anchor", head=book.anchor))]
    return lines
