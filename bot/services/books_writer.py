"""Long prose by a writer alone: a plan, then its parts one by one, with the memory of their story.

A chapter is a story at a table for one: its parts are turns of its writer,
signed by the model that wrote them for them.  So everything that stories have,
lore, note, recap, undo, export, chapters have too.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace

from bot.attribution.model import Act, Contribution, Draft, Span
from bot.books.plan import MOST_STEPS, Plan, numbered, planned, steps_of
from bot.errors import BadInput
from bot.ids import ChannelId, GuildId, Lang, MemberId, MessageId, WorkId
from bot.services.books_ports import PlanRow
from bot.services.brief import Finished, Step
from bot.services.scribe import Job, Scribe, TakeStore
from bot.services.stories import StoryTable, Told, Written
from bot.services.stories_memory import everybody
from bot.services.stories_writer import PrivateTakes, StoryWriter, as_work, take_of
from bot.stories import events as ev
from bot.stories import games
from bot.stories.model import Order, Pace, Story, Terms, Turn
from bot.works import NewTake, Spent, Take, Wish, Work, WorkState, WorkStore

TOKENS_A_WORD = 2
"""Tokens that a word, or a character of Chinese, is reckoned with."""

SLACK = 1.5
"""A part may come out so many times as long as it was asked to be before it is cut off."""

_ASKED: Mapping[Lang, Mapping[str, str]] = {
    "en": {
        "plan": "$title. $about\nWrite a plan of $parts parts.",
        "more": "$title. $about\nThe plan so far, which is written already:\n$done\n"
        "Plan the $parts parts that come after it.",
        "part": "$title. $about\nThe plan:\n$plan\n\n"
        "Write part $step of $steps now: $what\nAbout $words words.",
        "last": "It is the last part: bring it to its end.",
    },
    "zh": {
        "plan": "《$title》。$about\n写一份分 $parts 部分的提纲。",
        "more": "《$title》。$about\n提纲的前面部分，已经写完：\n$done\n列出接下来的 $parts 部分。",
        "part": "《$title》。$about\n提纲：\n$plan\n\n"
        "现在写第 $step 部分，共 $steps 部分：$what\n约 $words 字。",
        "last": "这是最后一部分，写到结束。",
    },
}


def terms_for_one(language: Lang, model: str, *, rating: str, local_only: bool) -> Terms:
    """The terms of a story that one member writes alone, with a model at hand."""
    return Terms(
        order=Order.ROUND, pace=Pace.SLOW, seconds=0, shortest=0, longest=0, seats=1, open=False, late=False,
        models=0, language=language, model=model, rating=rating, local_only=local_only,
    )  # fmt: skip


def is_for_one(story: Story) -> bool:
    """Whether a story is written by one member alone."""
    return story.terms.seats == 1 and not story.terms.open


def steps_written(row: PlanRow, story: Story) -> dict[int, Turn]:
    """The turns that hold steps of a plan, by step: told by the keys of their first versions."""
    mark = re.compile(rf"{row.story}:p{row.number}\.(\d+):\d+:words")
    found: dict[int, Turn] = {}
    for turn in story.turns:
        if match := mark.fullmatch(turn.versions[0]):
            found[int(match[1])] = turn
    return found


def written(row: PlanRow, story: Story) -> int:
    """How many steps of a plan are written, counted from the first."""
    return max(steps_written(row, story), default=0)


class ChapterWriter(StoryWriter):
    """Plans, and writes parts; see :class:`bot.services.stories_writer.StoryWriter`."""

    async def plan(self, told: Told, row: PlanRow, parts: int, *, key: str) -> Plan:
        """The plan with steps by a model; those that are written stay.

        Raises:
            RengaError: no plan came of it.
        """
        plan, done, lang = row.plan, written(row, told.story), told.row.language
        asked = _filled(
            _ASKED[lang]["more" if done else "plan"],
            title=plan.title,
            about=plan.about,
            parts=max(1, parts - done),
            done="\n".join(plan.steps[:done]),
        )
        takes = PrivateTakes(self._usage, told)
        text = ""
        async with aclosing(
            self._ask(told, row.member, "plan", asked, takes, key, asyncio.Event(), "medium", 0)
        ) as steps:
            async for step in steps:
                if isinstance(step, Finished):
                    text = step.take.text
        return planned(plan, steps_of(text), done, min(parts, MOST_STEPS))

    async def part(
        self,
        told: Told,
        row: PlanRow,
        step: int,
        *,
        stop: asyncio.Event,
        message: tuple[MessageId, ChannelId] | None = None,
    ) -> AsyncGenerator[Step, None]:
        """One step, written as the next turn of the story; ``message`` is where it is shown as it comes.

        Raises:
            RengaError: nothing was written.
        """
        told = await self._summarised(told)
        current = told.story.current
        if current is None or current.member != row.member:
            raise ev.StoryRefusal("story.not_now")
        if step > len(row.plan.steps):
            raise BadInput("bound.no_steps")
        key = f"{row.story}:p{row.number}.{step}:{current.number}"
        event = ev.Submit(by=row.member, turn=current.number, key=f"{key}:words", words=0)
        takes = _Parts(self._table, told, row.member, event, key, message)
        asked = _part_asked(row.plan, step, told.row.language)
        async with aclosing(
            self._ask(told, row.member, row.plan.kind, asked, takes, key, stop, "long", row.plan.words)
        ) as steps:
            async for one in steps:
                yield one

    async def another_part(
        self, told: Told, row: PlanRow, step: int, *, key: str, stop: asyncio.Event
    ) -> AsyncGenerator[Step, None]:
        """Another take of a step that is written: the one before stays in the history.

        Raises:
            RengaError: nothing was written.
        """
        turn = steps_written(row, told.story).get(step)
        if turn is None:
            raise BadInput("story.no_turn")
        event = ev.Edit(by=row.member, turn=turn.number, key=f"{key}:words", words=0)
        # What comes after it is not told: it is to follow from what is before.
        before = tuple(one for one in told.story.turns if one.number < turn.number)
        seen = Told(told.row, replace(told.story, turns=before))
        parent = (await self._table.links(told.row)).get(turn.key)
        takes = _Parts(
            self._table, told, row.member, event, key, None, parent.number if parent is not None else None
        )
        asked = _part_asked(row.plan, step, told.row.language)
        async with aclosing(
            self._ask(seen, row.member, row.plan.kind, asked, takes, key, stop, "long", row.plan.words)
        ) as steps:
            async for one in steps:
                yield one

    async def as_one(self, told: Told, row: PlanRow, works: WorkStore, *, key: str) -> Work:
        """The parts of a plan as one work, signed as they are, that can be published like any other.

        Raises:
            BadInput: nothing of it is written.
        """
        turns = steps_written(row, told.story)
        links = await self._table.links(told.row)
        text, spans = "", list[Span]()
        for _, turn in sorted(turns.items()):
            link = links.get(turn.key)
            if link is None or not link.draft.text:
                continue
            text += "\n\n" if text else ""
            start = len(text)
            text += link.draft.text
            spans += [
                Span(start + one.start, start + one.end, one.member, one.model) for one in link.draft.spans
            ]
        if not text:
            raise BadInput("story.nothing_yet")
        plan, place = row.plan, told.row.place
        wish = Wish(art=plan.kind, topic=plan.about, language=told.row.language, model=told.story.terms.model)
        work = await works.open(place, row.member, wish, key=key, title=plan.title)
        draft = Draft(
            guild=place.guild, work=work.id, member=row.member, act=Act.WROTE, at=self._clock(),
            key=f"{key}:whole", text=text, spans=tuple(spans),
        )  # fmt: skip
        take, _ = await works.add_take(place.guild, work.id, NewTake(draft=draft))
        await works.delivered(place.guild, work.id, take.number)
        return await works.work(place.guild, work.id)

    async def _ask(
        self,
        told: Told,
        member: MemberId,
        task: str,
        instruction: str,
        takes: TakeStore,
        key: str,
        stop: asyncio.Event,
        length: str,
        words: int,
    ) -> AsyncGenerator[Step, None]:
        """Ask a model with the memory of the story."""
        row, story = told.row, told.story
        memory = await self._memory(told)
        wish = Wish(art=task, language=row.language, model=story.terms.model, length=length)
        others = tuple(one for one in everybody(story) if one != member)
        request, prompt = await self._asker.request(
            self._catalogue.tasks[task],
            wish,
            row.place,
            member,
            text=memory.text,
            instruction=instruction,
            others=others,
        )
        if words:
            most = min(request.sampling.max_tokens, round(words * TOKENS_A_WORD * SLACK))
            request = replace(request, sampling=replace(request.sampling, max_tokens=most))
        request = replace(request, local_only=request.local_only or story.terms.local_only)
        job = Job(
            place=row.place, member=member, lang=row.language, key=key, work=_work(told, member, task),
            request=request, prompt=prompt.ref, act=Act.GENERATED, asked=request.model,
        )  # fmt: skip
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


def _part_asked(plan: Plan, step: int, lang: Lang) -> str:
    words = _ASKED[lang]
    asked = _filled(
        words["part"],
        title=plan.title,
        about=plan.about,
        plan=numbered(plan),
        step=step,
        steps=len(plan.steps),
        what=plan.steps[step - 1],
        words=plan.words,
    )
    return f"{asked}\n{words['last']}" if step == len(plan.steps) else asked


def _filled(text: str, **facts: object) -> str:
    """Places filled once: what was typed is never read as a place."""
    return re.sub(r"\$([a-z]+)", lambda found: str(facts.get(found[1], found[0])), text)


def _work(told: Told, member: MemberId, art: str) -> Work:
    work = as_work(told)
    return replace(work, author=member, state=WorkState.WRITING, wish=replace(work.wish, art=art))


class _Parts:
    """Takes that become turns of their writer, signed by the model that wrote them."""

    def __init__(
        self,
        table: StoryTable,
        told: Told,
        member: MemberId,
        event: ev.Submit | ev.Edit,
        key: str,
        message: tuple[MessageId, ChannelId] | None,
        parent: int | None = None,
    ) -> None:
        self._table = table
        self._told = told
        self._member = member
        self._event = event
        self._key = key
        self._message = message
        self._parent = parent

    async def work(self, guild: GuildId, id: WorkId) -> Work:
        """The story."""
        return as_work(self._told)

    async def add_take(
        self, guild: GuildId, id: WorkId, new: NewTake, *, spent: Spent | None = None
    ) -> tuple[Take, Contribution]:
        """Take it into the story, with its contribution and its cost."""
        row, draft = self._told.row, new.draft
        text = draft.text.strip()
        event = replace(self._event, words=games.words(text))
        words = Written(
            text=text, member=self._member, model=draft.model, act=Act.GENERATED, prompt=draft.prompt,
            parent=self._parent, message=self._message, spent=spent,
        )  # fmt: skip
        done = await self._table.act(row.guild, row.id, event, key=f"{self._key}:turn", words=words)
        self._told = Told(done.row, done.story)
        link = (await self._table.store.words(row.guild, row.id))[event.key]
        return take_of(new, link, event.turn), link
