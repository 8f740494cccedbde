"""Commands to read a story, and about what is true in it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import discord
from discord import app_commands

from bot.client import Renga
from bot.errors import BadInput
from bot.i18n.text import translate
from bot.prompting.fit import estimate
from bot.services.stories import CHAPTER_LIMIT, NOTE_LIMIT, Told
from bot.stories import events as ev
from bot.stories.lore import NAME_LIMIT, TEXT_LIMIT, usable
from bot.stories.lorebook import key_list, read_book
from bot.stories.model import Lore, Scope, Sort
from cogs.ui.modals import check_file, read_file
from cogs.ui.reply import acknowledge, tell
from cogs.ui.safe import line
from cogs.ui.stories_export import Exporting
from cogs.ui.stories_group import choices, lore, named, options, story
from cogs.ui.stories_lore import losses_told, shortened
from cogs.ui.where import lang_read, member_of, space_of

BOOK_LIMIT = 4_000_000
"""Bytes of a book of lore: 500 entries of 4,000 characters, and what stands around them."""


class Reading(Exporting):
    """What is written, and what is known."""

    # --- reading ---------------------------------------------------------------------------

    @story.command(**named("show"))
    async def show(self, interaction: discord.Interaction[Renga]) -> None:
        """Post the panel anew, here below."""
        await acknowledge(interaction, private=True)
        await self.desk.outlet.move(await self.here(interaction))
        await tell(interaction, translate("story.did_show", lang_read(interaction)))

    @story.command(**named("read"))
    @options("page")
    async def read(
        self, interaction: discord.Interaction[Renga], page: app_commands.Range[int, 1, 10_000] = 1
    ) -> None:
        """Read the story."""
        await acknowledge(interaction, private=True)
        await self.desk.read(interaction, await self.here(interaction), page)

    @story.command(**named("recap"))
    async def recap(self, interaction: discord.Interaction[Renga]) -> None:
        """What happened since one last wrote."""
        await acknowledge(interaction, private=True)
        await self.desk.recap(interaction, await self.here(interaction))

    @story.command(**named("note"))
    @options("text")
    async def note(
        self, interaction: discord.Interaction[Renga], text: app_commands.Range[str, 1, NOTE_LIMIT] = ""
    ) -> None:
        """Set what models should keep in mind; without a text, show it."""
        interaction.extras["input"] = text
        await acknowledge(interaction, private=True)
        told, lang = await self.here(interaction), lang_read(interaction)
        if not text:
            note = told.story.note
            key = "story.note_is" if note else "story.note_none"
            await tell(interaction, translate(key, lang, note=line(note, NOTE_LIMIT)))
            return
        said = await self.app.stories.said(told.row.place, text, NOTE_LIMIT, "text", lines=True)
        event = ev.Annotate(**self.by(interaction), note=said)
        await self.app.stories.act(told.row.guild, told.row.id, event, key=str(interaction.id))
        await tell(interaction, translate("story.note_set", lang))

    @story.command(**named("chapter"))
    @options("title")
    async def chapter(
        self, interaction: discord.Interaction[Renga], title: app_commands.Range[str, 1, CHAPTER_LIMIT]
    ) -> None:
        """Begin a chapter with the next part."""
        await acknowledge(interaction, private=True)
        told = await self.here(interaction)
        said = await self.app.stories.said(told.row.place, title, CHAPTER_LIMIT, "title")
        await self.desk.act(interaction, told, ev.NewChapter(**self.by(interaction), title=said))

    @story.command(**named("reminders"))
    @options("how", "quiet", "zone")
    @app_commands.choices(how=choices("mention", "dm", "off"))
    async def reminders(
        self, interaction: discord.Interaction[Renga], how: str = "", quiet: str = "", zone: str = ""
    ) -> None:
        """Set how one is reminded; without options, show it."""
        await acknowledge(interaction, private=True)
        lang, guild, member = lang_read(interaction), space_of(interaction), member_of(interaction)
        given: dict[str, Any] = {"remind": how} if how else {}
        if quiet:
            given["quiet"] = _hours(quiet)
        if zone:
            given["zone"] = _zone(zone)
        desk = self.app.desk
        held = await desk.set_member(guild, member, **given) if given else await desk.member(guild, member)
        told_how = {"dm": "story.remind_dm_how", "off": "story.remind_off"}.get(
            held.remind, "story.remind_mention"
        )
        await tell(
            interaction,
            translate(
                "story.reminders",
                lang,
                how=translate(told_how, lang),
                quiet=held.quiet or translate("story.no_quiet", lang),
                zone=held.zone or "UTC",
            ),
        )

    # --- lore ------------------------------------------------------------------------------

    @lore.command(**named("lore_add"))
    @options("name", "text", "keys", "sort", "scope")
    @app_commands.choices(sort=choices(*Sort), scope=choices(*Scope))
    async def lore_add(
        self,
        interaction: discord.Interaction[Renga],
        name: app_commands.Range[str, 1, NAME_LIMIT],
        text: app_commands.Range[str, 1, TEXT_LIMIT],
        keys: app_commands.Range[str, 1, 200] = "",
        sort: str = "",
        scope: str = Scope.STORY.value,
    ) -> None:
        """Write something down about the story, or about every story of the server."""
        interaction.extras["input"] = f"{name}\n{text}\n{keys}"
        await acknowledge(interaction, private=True)
        told = await self.here(interaction)
        table = self.app.stories
        name = await table.said(told.row.place, name, NAME_LIMIT, "title")
        text = await table.said(told.row.place, text, TEXT_LIMIT, "text", lines=True)
        listed = key_list(keys.replace("，", ","))
        if unusable := next((key for key in listed if not usable(key)), None):
            raise BadInput("story.lore_expression", typed=unusable[:60])
        split = await self._keys(told, listed)
        event = ev.AddLore(
            **self.by(interaction), name=name, text=text, keys=split, scope=Scope(scope),
            sort=Sort(sort) if sort else None,
        )  # fmt: skip
        outcome = await table.act(told.row.guild, told.row.id, event, key=str(interaction.id))
        facts = {"number": outcome.story.lore[-1].number, "name": line(name), "tokens": estimate(text)}
        lang = lang_read(interaction)
        lost = shortened(outcome.story.lore[-1:], await self.app.story_writer.lore_room(told))
        await tell(
            interaction,
            "\n".join([translate("story.lore_added", lang, **facts), *losses_told(lost, lang).lines]),
        )

    async def _keys(self, told: Told, keys: Sequence[str]) -> tuple[str, ...]:
        """Keys as they may be kept: they are words of members like any others."""
        if not keys:
            return ()
        text = "\n".join(keys)
        said = await self.app.stories.said(told.row.place, text, len(text), "text", lines=True)
        return tuple(key for key in map(str.strip, said.split("\n")) if key)

    @lore.command(**named("lore_list"))
    async def lore_list(self, interaction: discord.Interaction[Renga]) -> None:
        """Show everything that is written down."""
        await acknowledge(interaction, private=True)
        told, lang = await self.here(interaction), lang_read(interaction)
        rows: list[str] = []
        for entry in told.story.lore:
            when = translate("story.lore_always", lang)
            if entry.keys:
                when = translate("story.lore_keys", lang, keys=line(", ".join(entry.keys)))
            if not entry.approved:
                when = translate("story.lore_proposed", lang)
            if entry.scope is Scope.WORLD:
                when = f"{when}, {translate('story_choice.world', lang)}"
            if entry.sort is not None:
                when = f"{translate(f'story_choice.{entry.sort.value}', lang)}, {when}"
            facts = {"number": entry.number, "name": line(entry.name), "text": line(entry.text, 200)}
            tokens = estimate(entry.text)
            rows.append(translate("story.lore_entry", lang, when=when, tokens=tokens, **facts))
        await tell(interaction, "\n".join(rows)[:2_000] or translate("story.lore_none", lang))

    @lore.command(**named("lore_forget"))
    @options("number")
    async def lore_forget(self, interaction: discord.Interaction[Renga], number: int) -> None:
        """Take an entry away."""
        await self.act(interaction, lambda told: ev.ForgetLore(**self.by(interaction), number=number))

    @lore.command(**named("lore_approve"))
    @options("number")
    async def lore_approve(self, interaction: discord.Interaction[Renga], number: int) -> None:
        """Take a proposal over."""
        await self.act(interaction, lambda told: ev.ApproveLore(**self.by(interaction), number=number))

    @lore.command(**named("lore_import"))
    @options("file")
    async def lore_import(self, interaction: discord.Interaction[Renga], file: discord.Attachment) -> None:
        """Take over world info of SillyTavern."""
        check_file(file, BOOK_LIMIT)
        await acknowledge(interaction, private=True)
        told, lang = await self.here(interaction), lang_read(interaction)
        try:
            given = json.loads(await read_file(file, limit=BOOK_LIMIT))
        except (ValueError, RecursionError):
            raise BadInput("story.no_world_info") from None
        read = await asyncio.to_thread(read_book, given, told.row.language)
        # All of it is looked at before any of it is kept: a book is taken over whole or not at all.
        entries = tuple([await self._judged(told, entry) for entry in read.entries])
        if entries:
            event = ev.AddLore(**self.by(interaction), name="", text="", book=entries)
            await self.app.stories.act(told.row.guild, told.row.id, event, key=str(interaction.id))
        room = await self.app.story_writer.lore_room(told)
        long = await asyncio.to_thread(shortened, entries, room)
        said = losses_told([*read.losses, *long], lang)
        text = "\n".join([translate("story.lore_imported", lang, number=len(entries)), *said.lines])
        await tell(interaction, text, files=[("lore.txt", said.whole.encode())] if said.whole else [])

    async def _judged(self, told: Told, entry: Lore) -> Lore:
        table, place = self.app.stories, told.row.place
        # An entry without keys is told in every turn; one whose keys cannot be run is to be told in none.
        keys = [key for key in entry.keys if usable(key)] or entry.keys
        return replace(
            entry,
            name=await table.said(place, entry.name, NAME_LIMIT, "title"),
            text=await table.said(place, entry.text, TEXT_LIMIT, "text", lines=True),
            keys=await self._keys(told, keys),
            second=await self._keys(told, [key for key in entry.second if usable(key)]),
        )


def _hours(typed: str) -> str:
    begins, dash, ends = typed.replace(" ", "").partition("-")
    if not dash or not all(part.isdecimal() and int(part) <= 24 for part in (begins, ends)):
        raise BadInput("story.bad_quiet")
    return f"{int(begins)}-{int(ends)}"


def _zone(typed: str) -> str:
    try:
        return ZoneInfo(typed.strip()).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput("story.bad_zone", zone=typed[:40]) from None
