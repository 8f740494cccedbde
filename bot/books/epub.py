"""A book as EPUB 3: a zip of XHTML, of which epubcheck finds nothing to say.

Written after EPUB 3.3 (w3.org/TR/epub-33): a package with metadata, a navigation
document, a file for each chapter and one for the credits.  The same book gives
the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from datetime import UTC

from bot.books.looks import looks
from bot.books.model import Book, Chapter, clean, marks
from bot.books.pages import disclosed, licence_link, screenplay, template

MIME = "application/epub+zip"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One XHTML file of the book."""

    name: str
    title: str
    text: str


def epub(book: Book) -> bytes:
    """The book as the bytes of an EPUB file."""
    leaves = _leaves(book)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        # The type comes first and uncompressed, so that a reader can look it up at a fixed place.
        _put(archive, "mimetype", MIME, zipfile.ZIP_STORED)
        _put(archive, "META-INF/container.xml", template("container.xml").render())
        _put(archive, "EPUB/package.opf", _rendered("package.opf", book, leaves=leaves))
        _put(archive, "EPUB/nav.xhtml", _rendered("nav.xhtml", book, leaves=leaves))
        _put(archive, "EPUB/book.css", template("epub.css").render(looks=looks(book.writers)))
        for leaf in leaves:
            _put(archive, f"EPUB/{leaf.name}.xhtml", leaf.text)
    return held.getvalue()


def _leaves(book: Book) -> list[Leaf]:
    found = [Leaf("title", clean(book.title), _rendered("title.xhtml", book))]
    chapters = book.chapters or (Chapter("", ()),)
    for number, chapter in enumerate(chapters, start=1):
        title = clean(chapter.title) or clean(book.title)
        found.append(
            Leaf(f"chapter{number}", title, _rendered("chapter.xhtml", book, chapter=chapter, heading=title))
        )
    return [*found, Leaf("credits", book.told("credits"), _rendered("credits.xhtml", book))]


def _rendered(name: str, book: Book, **more: object) -> str:
    return template(name).render(
        book=book,
        say=book.told,
        marks=marks(book.writers),
        locale={"en": "en", "zh": "zh-Hans"}[book.language],
        licence=book.licence or book.told("all_rights"),
        link=licence_link(book),
        modified=book.made.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        screenplay=screenplay,
        disclosed=disclosed,
        **more,
    )


def _put(archive: zipfile.ZipFile, name: str, text: str, how: int = zipfile.ZIP_DEFLATED) -> None:
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = how
    archive.writestr(entry, text.encode("utf-8"))
