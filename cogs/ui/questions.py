"""Questions to a member whose text somebody wants to revise: Accept or Decline, for them alone."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, Self

import discord

from bot.client import Renga
from bot.errors import AlreadyDone, BadInput, NotAllowed
from bot.i18n.text import translate
from bot.ids import Lang, MemberId, MessageId
from bot.works import Suggestion
from cogs.ui.items import LastingItem
from cogs.ui.modals import read_file
from cogs.ui.reply import hold
from cogs.ui.safe import verse
from cogs.ui.stream import Frame, Surface
from cogs.ui.studio import studio_of
from cogs.ui.where import lang_public, member_of, place_of, space_of

MenuCallback = Callable[["discord.Interaction[Renga]", discord.Message], Coroutine[Any, Any, None]]

EXCERPT = 600
"""Characters of a message that a question shows; the file has it all."""

TEXT_FILE, ASKED_FILE = "text.txt", "asked.txt"


def about_work(suggestion: Suggestion, *, where: str, instruction: str, lang: Lang) -> Frame:
    """The question to the author of a work."""
    text = translate(
        "work.may_revise",
        lang,
        owner=f"<@{suggestion.owner}>",
        member=f"<@{suggestion.by}>",
        where=where,
        instruction=instruction,
    )
    view = discord.ui.View(timeout=None)
    for answer in ("accept", "decline"):
        view.add_item(WorkQuestion(answer, suggestion.id, lang=lang))
    return Frame(text, view)


def about_message(
    *, owner: MemberId, by: MemberId, message: int, text: str, where: str, instruction: str, lang: Lang
) -> Frame:
    """The question to the writer of a plain message; the message carries the text and the wish as files."""
    asked = translate(
        "work.may_revise",
        lang,
        owner=f"<@{owner}>",
        member=f"<@{by}>",
        where=where,
        instruction=verse(instruction),
    )
    view = discord.ui.View(timeout=None)
    for answer in ("accept", "decline"):
        view.add_item(MessageQuestion(answer, owner, by, message, lang=lang))
    excerpt = text if len(text) <= EXCERPT else text[:EXCERPT] + "…"
    files = ((TEXT_FILE, text.encode()), (ASKED_FILE, instruction.encode()))
    return Frame(f"{asked}\n\n{verse(excerpt)}", view, files)


class WorkQuestion(
    LastingItem["discord.ui.Button[Any]"], template=r"renga:s:(?P<answer>accept|decline):(?P<id>[0-9]{1,18})"
):
    """Accept or Decline for a stored suggestion."""

    def __init__(self, answer: str, id: int, *, lang: Lang = "en") -> None:
        super().__init__(_button(answer, f"renga:s:{answer}:{id}", lang))
        self.answer = answer
        self.suggestion = id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew from its id."""
        return cls(match["answer"], int(match["id"]))

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Carry out the owner's answer; the service knows who the owner is."""
        studio = studio_of(interaction.client)
        surface = await hold(interaction)
        guild, member = space_of(interaction), member_of(interaction)
        if self.answer == "decline":
            decided = await studio.app.reviser.decline(guild, member, self.suggestion)
            await surface.edit(_declined(decided.owner, interaction, withdrawn=decided.state == "withdrawn"))
            return
        suggestion = await studio.app.works.suggestion(guild, self.suggestion)
        if suggestion.owner != member:
            raise NotAllowed("refused.not_yours")
        if suggestion.state != "open":
            raise AlreadyDone()
        work = await studio.app.works.work(guild, suggestion.work)
        brief = studio.brief(interaction, work.wish, work=work, instruction=suggestion.instruction)
        await studio.new_take(
            interaction, surface, work, lambda stop: studio.app.reviser.accept(brief, suggestion, stop=stop)
        )
        await studio.refresh_others(work, but=surface.id)


class MessageQuestion(
    LastingItem["discord.ui.Button[Any]"],
    template=(
        r"renga:c:(?P<answer>accept|decline):(?P<owner>[0-9]{1,20}):(?P<by>[0-9]{1,20}):(?P<message>[0-9]{1,20})"
    ),
):
    """Accept or Decline for a plain message; the files of the question hold its text."""

    def __init__(
        self, answer: str, owner: MemberId, by: MemberId, message: int, *, lang: Lang = "en"
    ) -> None:
        super().__init__(_button(answer, f"renga:c:{answer}:{owner}:{by}:{message}", lang))
        self.answer, self.owner, self.by, self.message = answer, owner, by, message

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew from its id."""
        owner, by = MemberId(int(match["owner"])), MemberId(int(match["by"]))
        return cls(match["answer"], owner, by, int(match["message"]))

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Carry out the owner's answer; whoever asked may take the question back."""
        member = member_of(interaction)
        if member != self.owner and not (self.answer == "decline" and member == self.by):
            raise NotAllowed("refused.not_yours")
        surface = await hold(interaction)
        if self.answer == "decline":
            await surface.edit(_declined(self.owner, interaction, withdrawn=member == self.by))
            return
        await self._accepted(interaction, surface)

    async def _accepted(self, interaction: discord.Interaction[Renga], surface: Surface) -> None:
        studio = studio_of(interaction.client)
        files = {
            file.filename: file for file in (interaction.message.attachments if interaction.message else ())
        }
        if TEXT_FILE not in files or ASKED_FILE not in files:
            raise BadInput("refused.press_again")
        text, asked = await read_file(files[TEXT_FILE]), await read_file(files[ASKED_FILE])
        work = await studio.app.reviser.take_in(
            place_of(interaction), self.owner, text, message=MessageId(self.message)
        )
        brief = studio.brief(interaction, replace(work.wish, private=False), work=work, instruction=asked)
        await studio.new_take(
            interaction, surface, work, lambda stop: studio.app.reviser.revise(brief, work.take, stop=stop)
        )


def _button(answer: str, custom_id: str, lang: Lang) -> discord.ui.Button[Any]:
    style = discord.ButtonStyle.success if answer == "accept" else discord.ButtonStyle.secondary
    return discord.ui.Button(label=translate(f"button.{answer}", lang), style=style, custom_id=custom_id)


def _declined(owner: MemberId, interaction: discord.Interaction[Renga], *, withdrawn: bool) -> Frame:
    key = "work.withdrawn" if withdrawn else "work.declined"
    return Frame(f"-# {translate(key, lang_public(interaction), owner=f'<@{owner}>')}")
