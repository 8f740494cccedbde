"""A book as HTML: one file to be read anywhere, and a fragment for the Archive of Our Own.

Templates escape whatever they are given (Jinja's autoescape); what people wrote
goes into them as values only, and is never a template itself.  The one file
holds no script, loads nothing, and says so to the browser (Content-Security-Policy).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from bot.books.fountain import Element, parse
from bot.books.looks import looks
from bot.books.mentions import named
from bot.books.model import Book, Hand, Part, clean, marks
from bot.books.prose import plain_prose, prose, spaced

AO3_TAGS = frozenset({
    "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "ul", "ol", "li", "em", "strong", "u", "s", "small",
    "code", "pre", "blockquote", "a",
})  # fmt: skip
"""What :func:`ao3` uses, all of it among what the Archive takes (archiveofourown.org/help/html-help.html)."""

_LICENCES: Mapping[str, str] = {
    "cc0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "cc by 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "cc by-sa 4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "cc by-nd 4.0": "https://creativecommons.org/licenses/by-nd/4.0/",
    "cc by-nc 4.0": "https://creativecommons.org/licenses/by-nc/4.0/",
    "cc by-nc-sa 4.0": "https://creativecommons.org/licenses/by-nc-sa/4.0/",
    "cc by-nc-nd 4.0": "https://creativecommons.org/licenses/by-nc-nd/4.0/",
}


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("bot.books"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {"clean": clean, "spaced": spaced, "prose": prose, "plain_prose": plain_prose}
    made.filters.update(filters)
    return made


def template(name: str) -> Template:
    """A template of this package."""
    return _environment().get_template(name)


def html(book: Book) -> str:
    """The book as one file of HTML."""
    return template("book.html").render(**_facts(book), data=_data(book))


def ao3(book: Book) -> str:
    """The book as HTML for the text field of a work on the Archive of Our Own: its tags, and no others."""
    return template("ao3.html").render(**_facts(book))


def disclosed(book: Book, part: Part) -> str:
    """How much of a part models wrote: a value of ``ai-disclosure``."""
    hands = {book.writers[one].hand is Hand.MODEL for one in part.writers}
    if True not in hands:
        return "none"
    return "ai-assisted" if False in hands else "ai-generated"


def licence_link(book: Book) -> str:
    """Where the text of a well-known licence stands; "" for any other."""
    return _LICENCES.get(" ".join(book.licence.lower().split()), "")


def screenplay(book: Book, part: Part) -> list[Element]:
    """A part of a screenplay, read as Fountain."""
    return parse(clean(named(part.text, book.called)))


def _facts(book: Book) -> dict[str, Any]:
    return {
        "book": book,
        "say": book.told,
        "marks": marks(book.writers),
        "looks": looks(book.writers),
        "locale": {"en": "en", "zh": "zh-Hans"}[book.language],
        "licence": book.licence or book.told("all_rights"),
        "link": licence_link(book),
        "screenplay": screenplay,
        "disclosed": disclosed,
    }


def _data(book: Book) -> Markup:
    """The book's facts as JSON-LD (schema.org), as it may stand in a script element."""
    facts: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "CreativeWork",
        "identifier": book.identifier,
        "name": clean(book.title),
        "inLanguage": book.language,
        "author": [{"@type": "Person", "name": clean(writer.name)} for writer in book.people],
        "contributor": [
            {"@type": "SoftwareApplication", "name": clean(writer.name)} for writer in book.models
        ],
        "dateCreated": book.began.isoformat(),
        "dateModified": book.ended.isoformat(),
        "license": licence_link(book) or clean(book.licence) or clean(book.told("all_rights")),
        "digitalSourceType": book.source_type,
        "additionalProperty": [
            {"@type": "PropertyValue", "name": "ai-disclosure", "value": book.disclosure},
            *(
                {"@type": "PropertyValue", "name": f"share: {clean(writer.name)}", "value": writer.percent}
                for writer in book.writers
            ),
        ],
    }
    text = json.dumps(facts, ensure_ascii=False)
    for char in "<>&\u2028\u2029":  # so that nothing in it can end the element
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)
