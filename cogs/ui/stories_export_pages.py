"""A story in pages, for one reader: the same buttons turn them before and after a restart."""

from __future__ import annotations

from typing import Any, Self

import discord

from bot.app import App
from bot.books.model import Book, Part
from bot.client import Renga
from bot.errors import NotAllowed
from bot.i18n.text import translate
from bot.ids import Lang
from bot.services.books import Names
from bot.services.stories import Told
from bot.services.stories_ports import StoryNumber
from cogs.ui.items import LastingItem, found
from cogs.ui.reply import acknowledge, hold, tell
from cogs.ui.safe import line, verse
from cogs.ui.split import split
from cogs.ui.stories_export_picture import books_of
from cogs.ui.stream import Frame
from cogs.ui.where import lang_read, space_of

LIMIT = 1_700
"""Characters of a page, so that its title and its foot have room."""


def may_read(interaction: discord.Interaction[Renga], told: Told) -> bool:
    """Whether a member sees the thread of a story: where they are, or by their permissions there.

    Of a thread that is gone nobody can tell; then its writers read it, and whoever sees its channel.
    """
    if interaction.channel_id is not None and interaction.channel_id == told.row.thread:
        return True
    guild, member = interaction.guild, interaction.user
    if guild is None or not isinstance(member, discord.Member):
        return False
    if any(seat.member == member.id for seat in told.story.seats):
        return True
    thread = guild.get_thread(told.row.thread or 0)
    if thread is not None and thread.is_private():
        return thread.permissions_for(member).manage_threads
    channel = guild.get_channel(told.row.place.channel)
    return channel is not None and channel.permissions_for(member).view_channel


async def read(
    interaction: discord.Interaction[Renga],
    app: App,
    names: Names,
    told: Told,
    page: int,
    *,
    turn: bool = False,
) -> None:
    """Show a page of a story to a member; ``turn`` if they turned to it on a page that they have.

    Raises:
        NotAllowed: they do not see its thread.
        BadInput: nothing is written yet, or it is not to be seen before the end.
    """
    if not may_read(interaction, told):
        raise NotAllowed()
    surface = await hold(interaction) if turn else None
    if surface is None and not interaction.response.is_done():
        await acknowledge(interaction, private=True)
    book = await books_of(app, names).bind(told)
    frame = page_of(told.row.id, book, page, lang_read(interaction))
    if surface is not None:
        await surface.edit(frame)
    else:
        await tell(interaction, frame.content, view=frame.view)


def page_of(story: StoryNumber, book: Book, page: int, lang: Lang) -> Frame:
    """A page with its buttons; the nearest one if there is no such page."""
    found = pages(book)
    page = min(max(page, 1), len(found))
    foot = translate("bound.page", lang, page=page, pages=len(found))
    view: discord.ui.View | None = None
    if len(found) > 1:
        view = discord.ui.View(timeout=None)
        for name, to in (("first", 1), ("back", page - 1), ("on", page + 1), ("last", len(found))):
            here = to == page or not 1 <= to <= len(found)
            view.add_item(PageButton(name, story, to, lang=lang, disabled=here))
    return Frame(f"**{line(book.title)}**\n{found[page - 1]}\n-# {foot}", view)


def pages(book: Book) -> list[str]:
    """The whole book in pages of messages: chapters, parts, and who wrote each."""
    found: list[str] = []
    page = ""
    for chapter in book.chapters:
        for at, part in enumerate(chapter.parts):
            head = f"## {line(chapter.title)}\n" if chapter.title and not at else ""
            piece = f"{head}{_part(book, part)}\n"
            for bit in split(piece, LIMIT, most=1_000) or [piece[:LIMIT]]:
                if page and len(page) + len(bit) > LIMIT:
                    found.append(page)
                    page = ""
                page += bit
    return [*found, page]


def _part(book: Book, part: Part) -> str:
    scene = f"### {line(part.scene)}\n" if part.scene else ""
    words = f"*{verse(book.told('erased'))}*" if part.erased else verse(part.text)
    writers = " · ".join(line(book.writers[one].name, 60) for one in part.writers)
    return f"{scene}{words}\n-# {part.number} · {writers}"


class PageButton(
    LastingItem["discord.ui.Button[Any]"],
    template=r"renga:r:(?P<name>first|back|on|last):(?P<story>[0-9]{1,19}):(?P<page>[0-9]{1,6})",
):
    """Turns to a page: ``renga:r:<name>:<story>:<page>``."""

    def __init__(
        self, name: str, story: StoryNumber, page: int, *, lang: Lang = "en", disabled: bool = False
    ) -> None:
        super().__init__(
            discord.ui.Button(
                label=translate(f"bound.{name}", lang),
                custom_id=f"renga:r:{name}:{story}:{max(page, 0)}",
                disabled=disabled,
            )
        )
        self.name = name
        self.story = story
        self.page = page

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew from its id."""
        return cls(match["name"], StoryNumber(int(match["story"])), int(match["page"]))

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Turn to the page, on the message that shows another."""
        app = interaction.client.app
        told = await app.stories.read(space_of(interaction), self.story)
        names: Names = found(interaction.client, "Stories").desk.outlet.names
        await read(interaction, app, names, told, self.page, turn=True)
