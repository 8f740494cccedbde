"""Stories made into books: bound from their turns, the words that stand, and whoever signed them.

Who wrote what is told by the signed contributions alone, never by the state of
a story: whoever wished to be forgotten is named by neither.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from typing import Literal

from bot.attribution.anchors import written
from bot.attribution.chain import Head
from bot.attribution.credits import percentages
from bot.attribution.disclosure import SOURCE_TYPES, Disclosure
from bot.attribution.model import Contribution, ModelAuthor
from bot.books.epub import epub
from bot.books.fountain import fountain
from bot.books.markdown import markdown
from bot.books.mentions import mentioned
from bot.books.model import Book, Chapter, Hand, Part, Run, Writer, clean
from bot.books.pages import ao3, html
from bot.books.picture import picture
from bot.errors import BadInput
from bot.house.book import HouseBook
from bot.i18n.text import texts
from bot.ids import GuildId, Lang, MemberId
from bot.services.books_log import log_of
from bot.services.stories import StoryTable, Told
from bot.stories import games
from bot.stories.model import Game, Stage, Story, Turn

Format = Literal["markdown", "html", "epub", "ao3", "fountain", "json"]
"""What a story can be taken along as."""

ENDINGS: Mapping[Format, str] = {
    "markdown": "md", "html": "html", "epub": "epub",
    "ao3": "ao3.html", "fountain": "fountain", "json": "json",
}  # fmt: skip
"""How the name of such a file ends."""

Names = Callable[[GuildId, Sequence[MemberId]], Awaitable[Mapping[MemberId, str]]]
"""What members are called."""

Called = Callable[[GuildId, Sequence[int]], Awaitable[Mapping[int, str]]]
"""What the members, channels and roles that a text mentions are called."""

NAME_LIMIT = 60
"""Characters of a file's name before its ending."""

GENERATOR = f"Renga {version('renga')}"

Author = tuple[MemberId, ModelAuthor | None]
"""Who wrote some characters: a member's own hand, or a model for them."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A file: its name, and what is in it."""

    name: str
    data: bytes


class BookDesk:
    """Makes books of stories."""

    def __init__(
        self,
        table: StoryTable,
        houses: HouseBook,
        names: Names,
        clock: Callable[[], datetime],
        called: Called | None = None,
    ) -> None:
        self._table = table
        self._houses = houses
        self._names = names
        self._clock = clock
        self._called = called

    async def export(self, told: Told, format: Format) -> Bound:
        """A story as a file.

        Raises:
            BadInput: nothing is written yet, or it is not to be seen before the end.
        """
        book, links = await self._read(told)
        match format:
            case "json":
                events = await self._table.store.events(told.row.guild, told.row.id)
                facts = log_of(told, book, links, events)
                data = json.dumps(facts, ensure_ascii=False, indent=1).encode()
            case "epub":
                data = await asyncio.to_thread(epub, book)
            case _:
                render = {"markdown": markdown, "html": html, "ao3": ao3, "fountain": fountain}[format]
                data = (await asyncio.to_thread(render, book)).encode()
        return Bound(f"{file_name(book.title)}.{ENDINGS[format]}", data)

    async def picture(self, told: Told) -> Bound:
        """Who wrote how much, turn by turn, as a PNG.

        Raises:
            BadInput: nothing is written yet, or it is not to be seen before the end.
        """
        book, _ = await self._read(told)
        return Bound(f"{file_name(book.title)}.png", await asyncio.to_thread(picture, book))

    async def bind(self, told: Told) -> Book:
        """A story as a book.

        Raises:
            BadInput: nothing is written yet, or it is not to be seen before the end.
        """
        return (await self._read(told))[0]

    async def _read(self, told: Told) -> tuple[Book, Mapping[str, Contribution]]:
        story = told.story
        if games.hidden(story):
            raise BadInput("story.read_hidden")
        if not story.turns:
            raise BadInput("story.nothing_yet")
        links = await self._table.links(told.row)
        authors = [author for turn in story.turns for author in _authors(turn, links.get(turn.key))]
        members = [member for member, model in dict.fromkeys(authors) if member and model is None]
        names = await self._names(told.row.guild, members)
        house = (await self._houses.of(told.row.place)).house
        book = bound(told, links, names, house.licence or "", self._clock())
        ids = sorted({id for part in book.parts for id in mentioned(part.text)})
        if ids and self._called is not None:
            book = replace(book, called=await self._called(told.row.guild, ids))
        return book, links


def bound(
    told: Told,
    links: Mapping[str, Contribution],
    names: Mapping[MemberId, str],
    licence: str,
    now: datetime,
) -> Book:
    """The book of a story whose turns' words are in ``links``."""
    story = told.story
    counts: dict[Author, int] = {}
    for turn in story.turns:
        for author, text in _pieces(turn, links.get(turn.key)):
            letters = sum(not char.isspace() for char in text)
            counts[author] = counts.get(author, 0) + letters
    merged = _merged(counts)
    percent = percentages({**merged})
    lang: Lang = told.row.language
    say = {name: text for key, text in texts(lang).items() if (name := key.removeprefix("bound.")) != key}
    writers = tuple(
        Writer(
            names.get(who, f"…{who % 10_000}") if isinstance(who, int) and who else str(who or say["gone"]),
            Hand.MODEL if isinstance(who, str) else Hand.MEMBER if who else Hand.GONE,
            letters,
            percent[who],
        )
        for who, letters in merged.items()
    )
    index = {who: at for at, who in enumerate(merged)}
    parts = [_part(number, turn, links.get(turn.key), index) for number, turn in enumerate(story.turns, 1)]
    spoken = [0] * len(writers)
    for part, turn in zip(parts, story.turns, strict=True):
        spoken[part.by] += turn.words
    writers = tuple(replace(one, words=words) for one, words in zip(writers, spoken, strict=True))
    disclosure = _disclosure(writers)
    return Book(
        title=clean(story.title),
        language=lang,
        identifier=f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, f'renga/{told.row.guild}/{told.row.id}')}",
        writers=writers,
        chapters=tuple(_chapters(story, _flowing(story, parts, lang))),
        licence=licence,
        disclosure=disclosure,
        source_type=SOURCE_TYPES[disclosure],
        began=story.turns[0].at,
        ended=max(turn.at for turn in story.turns),
        made=now,
        finished=story.stage is Stage.ENDED,
        verse=story.terms.game is Game.RENGA,
        script=story.terms.game is Game.SCRIPT,
        words=story.words,
        generator=GENERATOR,
        anchor=_anchor(links),
        say=say,
    )


def _anchor(links: Mapping[str, Contribution]) -> str:
    """The newest link that signs a story, as it can be told again to ``credits verify``."""
    newest = max(links.values(), key=lambda link: link.number, default=None)
    return written(newest.draft.guild, Head(newest.number, newest.digest)) if newest is not None else ""


def file_name(title: str) -> str:
    """A title as the name of a file: letters and digits of any script, and hyphens between them."""
    words = "".join(char if char.isalnum() else " " for char in clean(title)).split()
    return "-".join(words)[:NAME_LIMIT].rstrip("-") or "story"


def by_models(link: Contribution | None) -> int:
    """How many percent of the letters of a contribution models wrote; at least 1 if any."""
    if link is None or not link.draft.text:
        return 0
    draft = link.draft
    letters = {True: 0, False: 0}
    for span in draft.spans:
        pieces = draft.text[span.start : span.end]
        letters[span.model is not None] += sum(not char.isspace() for char in pieces)
    return max(1, percentages({**letters})[True]) if letters[True] else 0


Who = MemberId | str
"""A member (0: whoever wished to be forgotten), or a model by its name, whoever asked it."""


def _who(author: Author) -> Who:
    member, model = author
    return model.name if model is not None else member


def _merged(counts: Mapping[Author, int]) -> dict[Who, int]:
    found: dict[Who, int] = {}
    for author, letters in counts.items():
        found[_who(author)] = found.get(_who(author), 0) + letters
    return found


def _pieces(turn: Turn, link: Contribution | None) -> list[tuple[Author, str]]:
    """The words of a turn by author; of words that are gone, their authors alone."""
    if link is None:
        return [((MemberId(0), None), "")]
    draft = link.draft
    return [((span.member, span.model), draft.text[span.start : span.end]) for span in draft.spans] or [
        ((draft.member, draft.model), draft.text)
    ]


def _authors(turn: Turn, link: Contribution | None) -> list[Author]:
    return [author for author, _ in _pieces(turn, link)]


def _part(number: int, turn: Turn, link: Contribution | None, index: Mapping[Who, int]) -> Part:
    pieces = _pieces(turn, link)
    runs = tuple(Run(clean(text), index[_who(author)]) for author, text in pieces)
    return Part(
        number=number,
        runs=runs,
        by=_whose(turn, pieces, index),
        at=turn.at,
        edited=len(turn.versions) > 1,
        erased=not any(run.text for run in runs),
    )


def _whose(turn: Turn, pieces: Sequence[tuple[Author, str]], index: Mapping[Who, int]) -> int:
    """Whose turn it was, also where a model's words come first in it."""
    writer: Who = MemberId(turn.by)
    return index[writer] if not turn.by_model and writer in index else index[_who(pieces[0][0])]


def _chapters(story: Story, parts: Sequence[Part]) -> list[Chapter]:
    """The parts below their headings; a heading without parts is left out."""
    heads: dict[int, list[tuple[str, bool]]] = {}
    for chapter in story.chapters:
        first = next((at for at, turn in enumerate(story.turns, 1) if turn.number >= chapter.before), None)
        if first is not None:
            heads.setdefault(first, []).append((clean(chapter.title), chapter.scene))
    found: list[tuple[str, list[Part]]] = []
    for part in parts:
        for title, scene in heads.get(part.number, ()):
            if scene:
                part = replace(part, scene=title)
            else:
                found.append((title, []))
        if not found:
            found.append(("", []))
        found[-1][1].append(part)
    return [Chapter(title, tuple(held)) for title, held in found if held]


def _flowing(story: Story, parts: Sequence[Part], lang: Lang) -> list[Part]:
    """Parts of a word each run on as one, up to the next heading: nobody reads them line by line."""
    if story.terms.game is not Game.ONE_WORD or not parts:
        return list(parts)
    starts = {1}
    for chapter in story.chapters:
        starts |= {at for at, turn in enumerate(story.turns, 1) if turn.number >= chapter.before and
                   (at == 1 or story.turns[at - 2].number < chapter.before)}  # fmt: skip
    between = "" if lang == "zh" else " "
    found: list[Part] = []
    for part in parts:
        if part.number in starts or not found:
            found.append(part)
            continue
        before = found[-1]
        first, *rest = part.runs
        runs = (*before.runs, Run(f"{between}{first.text}", first.writer), *rest)
        found[-1] = replace(before, runs=runs, erased=before.erased and part.erased)
    return found


def _disclosure(writers: Sequence[Writer]) -> Disclosure:
    hands = {writer.hand is Hand.MODEL for writer in writers if writer.letters}
    if True not in hands:
        return "none"
    return "ai-assisted" if False in hands else "ai-generated"
