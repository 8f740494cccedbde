"""A book as Markdown (CommonMark), its facts as YAML before it.

What people wrote is escaped: nothing of it is a heading, a link, a picture or
HTML, and every line break and indent stays where it was typed.
"""

from __future__ import annotations

import json
import re

from bot.books.model import Book, Part, clean, marks

# What CommonMark, or a dialect of it, reads as a mark anywhere; a backslash before it shows it.
_MARKS = re.compile(r"[\\`*_{}\[\]<>&~|$^@]|:(?=//)")
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
    paragraphs = [
        "\\\n".join(_line("".join(run.text for run in line)) for line in paragraph)
        for paragraph in part.paragraphs(each_line=book.each_line)
    ]
    return "\n\n".join(paragraphs)


def _line(text: str) -> str:
    """A line with its indent, which Markdown would else take for code or leave out."""
    text = clean(text).rstrip()
    bare = text.lstrip(" ")
    return "\u00a0" * (len(text) - len(bare)) + _escaped(bare)


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
    return lines
