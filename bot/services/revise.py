"""Changing what is there: revising with a model, editing by hand, remixing, and asking leave to."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.attribution.model import Act, Draft, Span
from bot.attribution.spans import by_member
from bot.errors import AlreadyDone, BadInput, Gone, NotAllowed
from bot.house.model import MemberStore
from bot.ids import GuildId, Lang, MemberId, MessageId, Place, WorkId
from bot.prompting.catalogue import Catalogue
from bot.services.asking import Asker, language_kept
from bot.services.brief import Brief, Opened, Step
from bot.services.compose import INSTRUCTION_LIMIT, limited, visible
from bot.services.filters import Filters, passed
from bot.services.scribe import Job, Scribe
from bot.services.usage import Usage
from bot.works import NewTake, Suggestion, Take, Wish, Work, WorkState, WorkStore, title_of

TEXT_LIMIT = 6_000
"""Longest text that can be revised or written by hand, in characters."""

KEPT = 0.5
"""The part of the lines that a model which cannot follow instructions leaves standing."""


_FREELY: dict[Lang, str] = {"en": "Go wherever it leads you.", "zh": "随它引向何处。"}
"""What a remix without an instruction is asked for."""

_AROUND: dict[Lang, str] = {
    "en": "Keep the lines that are to stand as they are, word for word; write all others anew around them.",
    "zh": "标明照旧的句子一字不动，其余各句重新写过，与之相配。",
}
"""The same, where some lines stay."""


class Reviser:
    """Acts on a work that exists."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        works: WorkStore,
        members: MemberStore,
        asker: Asker,
        scribe: Scribe,
        allowances: Usage,
        filters: Filters,
        clock: Callable[[], datetime],
    ) -> None:
        self._catalogue = catalogue
        self._works = works
        self._members = members
        self._asker = asker
        self._scribe = scribe
        self._usage = allowances
        self._filters = filters
        self._clock = clock

    def check(self, brief: Brief) -> None:
        """Refuse from memory: an instruction that is empty (where one is needed), too long or not allowed.

        Raises:
            BadInput, AgainstTheRules, QuotaUsedUp.
        """
        instruction = visible(brief.instruction)
        limited("instruction", instruction, INSTRUCTION_LIMIT)
        if not instruction and brief.source is None and not brief.keep:
            raise BadInput("refused.instruction_empty")
        self._usage.check(brief.place, brief.member)
        passed(self._filters.of(brief.place, brief.member).check_now(instruction))

    async def revise(self, brief: Brief, take: int, *, stop: asyncio.Event) -> AsyncGenerator[Step, None]:
        """Another take of ``brief.work`` that changes a take as ``brief.instruction`` asks.

        Raises:
            NotAllowed: it is another member's work (that is suggested, not done).
            RengaError: nothing was written.
        """
        self.check(brief)
        work = brief.work
        if work is None:
            raise Gone()
        if work.author != brief.member:
            raise NotAllowed("refused.not_yours")
        base = await self._works.take(work.guild, work.id, take)
        async for step in self._write(brief, work, base, Act.REVISED, "revise", stop):
            yield step

    async def remix(self, brief: Brief, take: int, *, stop: asyncio.Event) -> AsyncGenerator[Step, None]:
        """A new work of the presser's that grows out of a take of ``brief.source`` and credits it.

        Raises:
            NotAllowed: the author does not want to be remixed.
            RengaError: nothing was written.
        """
        self.check(brief)
        source = brief.source
        if source is None:
            raise Gone()
        base = await self._works.take(source.guild, source.id, take)
        if source.author != brief.member:
            owner = await self._members.member(source.guild, source.author)
            if owner.remix == "never":
                raise NotAllowed("refused.no_remix")
        work = await self._works.open(
            brief.place, brief.member, brief.wish, key=brief.key, title=source.title, source=source.id
        )
        yield Opened(work)
        try:
            async for step in self._write(brief, work, base, Act.REMIXED, "remix", stop):
                yield step
        except Exception:
            # Not when it is cut off: then the next start finds it, and its card says so.
            if work.state is WorkState.WRITING:
                await self._works.set_state(work.guild, work.id, WorkState.OPEN)
            raise

    async def edit(
        self, place: Place, member: MemberId, work: Work, take: int, text: str, *, key: str
    ) -> Take:
        """Record a member's own words as another take of their work.

        Raises:
            NotAllowed: it is another member's work.
            BadInput: the text is empty, too long or unchanged.
            AgainstTheRules: with the text and the spans.
        """
        if work.author != member:
            raise NotAllowed("refused.not_yours")
        base = await self._works.take(work.guild, work.id, take)
        resume = {"kind": "edit", "work": int(work.id), "take": take}
        text = await self._own_words(place, member, base, text, resume)
        added, _ = await self._works.add_take(
            work.guild,
            work.id,
            NewTake(
                draft=Draft(
                    guild=work.guild,
                    work=work.id,
                    member=member,
                    act=Act.EDITED,
                    at=self._clock(),
                    key=key,
                    parent=base.contribution,
                    text=text,
                    spans=await asyncio.to_thread(by_member, base.text, base.spans, text, member),
                ),
                parent=base.number,
            ),
        )
        return added

    async def rework(self, brief: Brief, take: int, text: str) -> tuple[Work, Take]:
        """A new work of the presser's: a take of ``brief.source`` changed by their hand, which it credits.

        Raises:
            NotAllowed: the author does not want to be remixed.
            BadInput: the text is empty, too long or unchanged.
            AgainstTheRules: with the text and the spans.
        """
        source = brief.source
        if source is None:
            raise Gone()
        base = await self._works.take(source.guild, source.id, take)
        text = await self._own_words(brief.place, brief.member, base, text)
        if (await self._members.member(source.guild, source.author)).remix == "never":
            raise NotAllowed("refused.no_remix")
        work = await self._works.open(
            brief.place, brief.member, brief.wish, key=brief.key, title=source.title, source=source.id
        )
        draft = Draft(
            guild=work.guild,
            work=work.id,
            member=brief.member,
            act=Act.REMIXED,
            at=self._clock(),
            key=brief.key,
            parent=base.contribution,
            text=text,
            spans=await asyncio.to_thread(by_member, base.text, base.spans, text, brief.member),
        )
        added, _ = await self._works.add_take(work.guild, work.id, NewTake(draft=draft))
        return await self._works.work(work.guild, work.id), added

    async def choose(self, guild: GuildId, member: MemberId, id: WorkId, take: int, *, key: str) -> Work:
        """Let a take stand; somebody else's press changes nothing and shows the work as it is."""
        work = await self._works.work(guild, id)
        if work.author != member:
            return work
        chosen = await self._works.take(guild, id, take)
        draft = Draft(
            guild=guild,
            work=id,
            member=member,
            act=Act.CHOSEN,
            at=self._clock(),
            key=f"{key}:{Act.CHOSEN}",
            parent=chosen.contribution,
        )
        return await self._works.choose(guild, id, take, draft)

    async def take_in(
        self, place: Place, owner: MemberId, text: str, *, message: MessageId, title: str = ""
    ) -> Work:
        """Make a work of a plain message, its writer's own words; the same message gives the same work.

        Raises:
            BadInput: the message holds no text, or too much.
        """
        text = text.replace("\r\n", "\n").strip()
        if not text or not visible(text):
            raise BadInput("refused.text_empty")
        limited("text", text, TEXT_LIMIT)
        text = passed(await self._filters.of(place, owner).judge(text))
        key = f"message:{message}"
        art = next(iter(self._catalogue.arts))
        work = await self._works.open(
            place, owner, Wish(art=art, topic=title[:80]), key=key, title=title_of(title)
        )
        if not work.take:
            draft = Draft(
                guild=place.guild,
                work=work.id,
                member=owner,
                act=Act.WROTE,
                at=self._clock(),
                key=key,
                text=text,
                spans=(Span(0, len(text), owner),),
            )
            await self._works.add_take(place.guild, work.id, NewTake(draft=draft))
            await self._works.delivered(place.guild, work.id, 1)
        return await self._works.work(place.guild, work.id)

    async def suggest(self, brief: Brief, owner: MemberId, work: WorkId) -> Suggestion:
        """Ask another member's leave to have their text revised.

        Raises:
            NotAllowed: they do not want to be asked.
        """
        self.check(brief)
        settings = await self._members.member(brief.place.guild, owner)
        if settings.revise == "never":
            raise NotAllowed("refused.no_revision")
        return await self._works.suggest(
            brief.place.guild, work, owner, brief.member, visible(brief.instruction), key=brief.key
        )

    async def accept(
        self, brief: Brief, suggestion: Suggestion, *, stop: asyncio.Event
    ) -> AsyncGenerator[Step, None]:
        """The owner agrees: their work is revised as was suggested.  The suggestion is theirs to use once.

        Raises:
            NotAllowed: somebody else pressed.
            AlreadyDone: it was decided before.
        """
        if suggestion.owner != brief.member:
            raise NotAllowed("refused.not_yours")
        if suggestion.state != "open":
            raise AlreadyDone()
        work = await self._works.work(suggestion.guild, suggestion.work)
        agreed = replace(brief, work=work, instruction=suggestion.instruction, wish=work.wish)
        await self._works.decide(suggestion.guild, suggestion.id, "accepted", take=work.take)
        async for step in self.revise(agreed, work.take, stop=stop):
            yield step

    async def decline(self, guild: GuildId, member: MemberId, suggestion: int) -> Suggestion:
        """The owner (or whoever suggested it) says no.

        Raises:
            NotAllowed: somebody else pressed.
            AlreadyDone: it was decided before.
        """
        found = await self._works.suggestion(guild, suggestion)
        if member not in (found.owner, found.by):
            raise NotAllowed("refused.not_yours")
        state = "declined" if member == found.owner else "withdrawn"
        return await self._works.decide(guild, suggestion, state)

    async def _own_words(
        self, place: Place, member: MemberId, base: Take, text: str, resume: Mapping[str, Any] | None = None
    ) -> str:
        """A text that a member changed by hand, if it may be recorded."""
        text = text.replace("\r\n", "\n").strip("\n")
        visible(text)
        if not text.strip():
            raise BadInput("refused.text_empty")
        limited("text", text, TEXT_LIMIT)
        if text == base.text:
            raise BadInput("refused.unchanged")
        return passed(await self._filters.of(place, member).judge(text), resume)

    async def _write(
        self, brief: Brief, work: Work, base: Take, act: Act, task: str, stop: asyncio.Event
    ) -> AsyncGenerator[Step, None]:
        instruction = visible(brief.instruction)
        instruction = passed(await self._filters.of(brief.place, brief.member).judge(instruction))
        art = self._catalogue.tasks[task]
        others = tuple({span.member for span in base.spans if span.member} - {brief.member})
        wish = replace(
            brief.wish,
            opening="",
            length=brief.wish.length or _length(base.text),
            language=language_kept(base.text, brief.wish, self._catalogue.find_form(brief.wish.form)),
        )
        request, prompt = await self._asker.request(
            art,
            wish if brief.source is None else replace(wish, seed=None),
            brief.place,
            brief.member,
            text=base.text,
            instruction=instruction or (_FREELY if not brief.keep else _AROUND)[wish.language or brief.lang],
            draft=blanked(base.text, brief.key, brief.keep),
            keep=brief.keep,
            others=others,
        )
        if act is Act.REVISED:
            # A revision with the seed of the first take could only repeat it.
            request = replace(request, sampling=replace(request.sampling, seed=_seed(brief.key)))
        job = Job(
            place=brief.place,
            member=brief.member,
            lang=brief.lang,
            key=brief.key,
            work=work,
            request=request,
            prompt=prompt.ref,
            act=act,
            base=base,
            instruction=instruction,
            asked=request.model,
            fragments=True,
        )
        async with aclosing(self._scribe.write(job, stop=stop)) as steps:
            async for step in steps:
                yield step


def blanked(text: str, key: str, keep: frozenset[int] = frozenset()) -> str:
    """The text with some of its lines emptied, for a model that fills in lines: all but those to ``keep``
    (numbers from 1), or else about half, by ``key``."""
    lines = [line for line in text.splitlines() if line.strip()]
    if keep:
        return "\n".join(line if at in keep else "" for at, line in enumerate(lines, 1))
    chance = random.Random(key)
    drawn = [index for index in range(len(lines)) if chance.random() > KEPT] or [len(lines) - 1]
    return "\n".join("" if index in drawn else line for index, line in enumerate(lines))


def _seed(key: str) -> int:
    return random.Random(f"seed:{key}").randrange(2**31)


def _length(text: str) -> str:
    """The length that leaves room for a text of this size."""
    return "long" if len(text) > 1_500 else "medium"
