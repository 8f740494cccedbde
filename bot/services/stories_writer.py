"""Models at the table: a turn of their own, and what a member asks of them in private."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import Literal

from bot.attribution.model import Act, Contribution, Span
from bot.attribution.spans import after_model
from bot.backends.base import Backend
from bot.errors import BackendError, BadInput, RengaError
from bot.ids import GuildId, Lang, MemberId, WorkId
from bot.prompting.catalogue import Catalogue
from bot.services.asking import Asker
from bot.services.brief import Finished, Step
from bot.services.filters import Filters
from bot.services.ports import UsageStore
from bot.services.scribe import Job, Scribe
from bot.services.stories import StoryTable, Told, Written
from bot.services.stories_memory import Memory, remember, to_summarise
from bot.services.stories_ports import PrivateDraft
from bot.services.usage import Usage
from bot.stories import events as ev
from bot.stories import games
from bot.stories.model import CLOCK, Story
from bot.works import NewTake, Spent, Take, Wish, Work, WorkState

Help = Literal["draft", "continue", "ways", "polish"]
"""What a member may ask of a model for their own turn."""

Names = Callable[[GuildId, Sequence[MemberId]], Awaitable[Mapping[MemberId, str]]]
"""What members are called."""

_ASKED: Mapping[Lang, Mapping[str, str]] = {
    "en": {
        "turn": "Write the next part.",
        "draft": "Draft the next part for its writer to work on.",
        "continue": "Go on in the middle of this sentence, without repeating it, to its end and one sentence"
        " more: $draft",
        "ways": "Name three quite different ways in which the story could go on, each in one sentence on a"
        " line of its own that begins with a number.",
        "polish": "Give this draft back with its spelling, grammar and rhythm put right, and nothing else"
        " changed: $draft",
        "limit": "At most $limit words.",
        "recap": "A member who was away reads it before writing on.",
        "summary": "Somebody writes on from it who will not see these turns. What happened before: $draft",
    },
    "zh": {
        "turn": "写下一段。",
        "draft": "为作者起草下一段，供其修改。",
        "continue": "从这句话的中间接下去，不重复它，写完这一句，再写一句：$draft",
        "ways": "说出故事接下去三种迥然不同的可能，各用一句话，每句一行，行首写数字。",
        "polish": "把这段草稿的错字、语法和节奏改好，其余不动：$draft",
        "limit": "最多 $limit 字。",
        "recap": "给离开了一阵的成员在续写前看。",
        "summary": "接着写的人看不到这些段落。此前的情节：$draft",
    },
}

TOKENS_A_WORD = 2
"""Tokens that a word is reckoned with when a turn's limit becomes one of tokens."""


class StoryWriter:
    """Asks models, and signs what they write."""

    def __init__(
        self,
        table: StoryTable,
        *,
        catalogue: Catalogue,
        asker: Asker,
        backend: Backend,
        allowances: Usage,
        usage: UsageStore,
        filters: Filters,
        clock: Callable[[], datetime],
    ) -> None:
        self._table = table
        self._catalogue = catalogue
        self._asker = asker
        self._backend = backend
        self._allowances = allowances
        self._usage = usage
        self._filters = filters
        self._clock = clock
        self.names: Names = _nameless

    async def turn(self, told: Told, turn: int, *, stop: asyncio.Event) -> AsyncGenerator[Step, None]:
        """The open turn, written by a model; the last step means that it stands in the story.

        Raises:
            Refusal: the turn was somebody's or something's else meanwhile.
            BackendError: nothing was written, and the turn was let go by.
        """
        row, story = told.row, told.story
        current = story.current
        if current is None or current.number != turn:
            raise BadInput("story.too_late")
        event = ev.Submit(
            by=CLOCK if current.stand_in else current.member or CLOCK,
            turn=turn,
            key=f"{row.id}:{turn}:words",
            words=0,
            stood_in=current.stand_in,
        )
        takes = _Turns(self._table, told, event)
        try:
            told = await self._summarised(told)
            async with aclosing(self._write(told, "turn", takes, f"{row.id}:{turn}", "", stop)) as steps:
                async for step in steps:
                    yield step
        except (BackendError, BadInput):
            key = f"{row.id}:{turn}:silent"
            await self._table.act(row.guild, row.id, ev.NoWords(by=CLOCK, turn=turn), key=key)
            raise

    async def another(
        self, told: Told, member: MemberId, turn: int, *, key: str, stop: asyncio.Event
    ) -> AsyncGenerator[Step, None]:
        """Another take of a model's last turn, asked for by whoever writes next."""
        row, story = told.row, told.story
        event = ev.Edit(by=member, turn=turn, key=f"{key}:words", words=0)
        before = Told(row, replace(story, turns=tuple(one for one in story.turns if one.number != turn)))
        takes = _Turns(self._table, told, event)
        async with aclosing(self._write(before, "turn", takes, key, "", stop)) as steps:
            async for step in steps:
                yield step

    async def help(self, told: Told, member: MemberId, kind: Help, draft: str, *, key: str) -> PrivateDraft:
        """What a member asked of a model for their own turn; kept as their private draft, signed.

        Raises:
            RengaError: nothing was written.
        """
        takes = PrivateTakes(self._usage, told)
        done: Finished | None = None
        stop = asyncio.Event()
        async with aclosing(self._write(told, kind, takes, key, draft, stop, member)) as steps:
            async for step in steps:
                if isinstance(step, Finished):
                    done = step
        if done is None:
            raise BadInput("story.model_silent_now")
        text, spans = done.take.text, done.take.spans
        model = done.take.model
        if kind == "continue":
            joined = f"{draft.rstrip()} {text}" if told.row.language == "en" else f"{draft.rstrip()}{text}"
            at = len(joined) - len(text)
            spans = (Span(0, at, member), Span(at, len(joined), member, model)) if model else ()
            text = joined
        elif kind == "polish" and model is not None:
            spans = after_model(draft, (Span(0, len(draft), member),), text, member, model)
        kept = PrivateDraft(text, spans)
        if kind != "ways":
            await self._table.keep_draft(told, member, kept)
        return kept

    async def recap(self, told: Told, member: MemberId, since: int, language: Lang, *, key: str) -> str:
        """What happened since a turn, in a member's language, for them alone.

        Raises:
            RengaError: nothing was written.
        """
        story = told.story
        turns = tuple(turn for turn in story.turns if turn.number > since)
        part = replace(told, story=replace(story, turns=turns, summary="" if since else story.summary))
        told_in = replace(part, row=replace(told.row, language=language))
        return await self._chronicle(told_in, "recap", member, "", key)

    # --- inside ----------------------------------------------------------------------------

    async def _summarised(self, told: Told) -> Told:
        """The story with its summary brought up to where its turns no longer fit."""
        memory = await self._memory(told)
        missing = to_summarise(told.story, memory)
        if not missing:
            return told
        row, story = told.row, told.story
        part = Told(row, replace(story, turns=tuple(missing), summary="", lore=(), note=""))
        until = missing[-1].number
        try:
            text = await self._chronicle(
                part, "summary", story.starter, story.summary, f"{row.id}:sum:{until}"
            )
        except RengaError:
            return told  # then it does without, and tries again at the next turn
        event = ev.Summarise(by=CLOCK, text=text, until=until)
        done = await self._table.act(row.guild, row.id, event, key=f"{row.id}:summary:{until}")
        return Told(done.row, done.story)

    async def _chronicle(self, told: Told, kind: str, member: MemberId, draft: str, key: str) -> str:
        takes = PrivateTakes(self._usage, told)
        text = ""
        async with aclosing(
            self._write(told, kind, takes, key, draft, asyncio.Event(), member, task="recap")
        ) as steps:
            async for step in steps:
                if isinstance(step, Finished):
                    text = step.take.text
        return text

    async def _memory(self, told: Told) -> Memory:
        row, story = told.row, told.story
        names = await self.names(row.guild, [seat.member for seat in story.writers])
        return remember(story, await self._table.texts(row), names, row.language)

    async def _write(
        self,
        told: Told,
        kind: str,
        takes: _Turns | PrivateTakes,
        key: str,
        draft: str,
        stop: asyncio.Event,
        member: MemberId | None = None,
        *,
        task: str = "turn",
    ) -> AsyncGenerator[Step, None]:
        row, story = told.row, told.story
        if task == "turn" and story.terms.game is games.Game.SCRIPT:
            task = "script"
        payer = member or story.starter
        memory = await self._memory(told)
        wish = Wish(art=task, language=row.language, model=story.terms.model, length=_length(story, kind))
        others = tuple(seat.member for seat in story.writers if seat.member != payer)
        request, prompt = await self._asker.request(
            self._catalogue.tasks[task],
            wish,
            row.place,
            payer,
            text=memory.text,
            instruction=_instruction(story, row.language, kind, draft),
            others=others,
        )
        if story.terms.longest and kind in ("turn", "draft"):
            most = max(24, story.terms.longest * TOKENS_A_WORD)
            most = min(request.sampling.max_tokens, most)
            request = replace(request, sampling=replace(request.sampling, max_tokens=most))
        request = replace(request, local_only=request.local_only or story.terms.local_only)
        job = Job(
            place=row.place,
            member=payer,
            lang=row.language,
            key=key,
            work=as_work(told),
            request=request,
            prompt=prompt.ref,
            act=Act.GENERATED,
            asked=request.model,
        )
        scribe = Scribe(
            works=takes,
            backend=self._backend,
            allowances=self._allowances,
            filters=self._filters,
            clock=self._clock,
        )
        async with aclosing(scribe.write(job, stop=stop)) as steps:
            async for step in steps:
                yield step


async def _nameless(guild: GuildId, members: Sequence[MemberId]) -> Mapping[MemberId, str]:
    return {member: f"{number}" for number, member in enumerate(members, start=1)}


def _length(story: Story, kind: str) -> str:
    longest = story.terms.longest
    if kind in ("continue", "ways"):
        return "short"
    return "short" if longest and longest <= 60 else "long" if not longest or longest > 250 else "medium"


def _instruction(story: Story, language: Lang, kind: str, draft: str) -> str:
    words = _ASKED[language]
    said = words[kind].replace("$draft", draft)
    if story.terms.longest and kind in ("turn", "draft"):
        said = f"{said} {words['limit'].replace('$limit', str(story.terms.longest))}"
    return said


def as_work(told: Told) -> Work:
    """A story as what is being written."""
    row, story = told.row, told.story
    return Work(
        id=WorkId(row.id),
        guild=row.guild,
        author=story.starter,
        place=row.place,
        wish=Wish(art="turn", language=row.language, model=story.terms.model),
        state=WorkState.WRITING,
        take=0,
        created=row.created,
        title=story.title,
    )


def within(text: str, longest: int) -> str:
    """A model's text within so many words, ended at a sentence if it can be."""
    text = re.sub(r"^\[[^\]\n]{1,40}\]\s*", "", text.strip())
    if not longest or games.words(text) <= longest:
        return text
    sentences = re.split(r"(?<=[.!?。！？…])\s*", text)
    kept = ""
    at = 0
    for sentence in sentences:
        at = text.index(sentence, at) + len(sentence)
        if games.words(text[:at]) > longest:
            break
        kept = text[:at]
    if kept.strip():
        return kept.strip()
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if games.words(text[:middle]) <= longest else (low, middle - 1)
    return text[:low].rstrip()


class _Turns:
    """Takes that become turns."""

    def __init__(self, table: StoryTable, told: Told, event: ev.Submit | ev.Edit) -> None:
        self._table = table
        self._told = told
        self._event = event

    async def work(self, guild: GuildId, id: WorkId) -> Work:
        """The story."""
        return as_work(self._told)

    async def add_take(
        self, guild: GuildId, id: WorkId, new: NewTake, *, spent: Spent | None = None
    ) -> tuple[Take, Contribution]:
        """Take it into the story, with its contribution and its cost."""
        row, draft = self._told.row, new.draft
        text = within(draft.text, self._told.story.terms.longest)
        event = replace(self._event, words=games.words(text))
        words = Written(
            text=text,
            member=self._told.story.starter,
            model=draft.model,
            act=Act.GENERATED,
            prompt=draft.prompt,
            spent=spent,
        )
        key = event.key.removesuffix(":words")
        done = await self._table.act(row.guild, row.id, event, key=f"{key}:turn", words=words)
        link = (await self._table.store.words(row.guild, row.id))[event.key]
        self._told = Told(done.row, done.story)
        return take_of(new, link, event.turn), link


class PrivateTakes:
    """Takes that only a member sees."""

    def __init__(self, usage: UsageStore, told: Told) -> None:
        self._usage = usage
        self._told = told

    async def work(self, guild: GuildId, id: WorkId) -> Work:
        """The story."""
        return as_work(self._told)

    async def add_take(
        self, guild: GuildId, id: WorkId, new: NewTake, *, spent: Spent | None = None
    ) -> tuple[Take, Contribution]:
        """Settle its cost; it is no contribution until it is used."""
        if spent is not None:
            await self._usage.settle(guild, spent.reservation, spent.tokens)
        link = Contribution(0, new.draft, (), "", "")
        return take_of(new, link, 0), link


def take_of(new: NewTake, link: Contribution, number: int) -> Take:
    """A contribution as the take that a scribe gives back."""
    draft = link.draft
    return Take(
        work=draft.work,
        number=number,
        text=draft.text,
        member=draft.member,
        at=draft.at,
        model=draft.model,
        spans=draft.spans,
        contribution=link.number,
        ending=new.ending,
        seed=new.seed,
    )
