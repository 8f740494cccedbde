"""What happened in a story, told in short: the rolling summary, recaps for members, proposals of lore."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime

from bot.attribution.model import Act
from bot.backends.base import Backend, ModelInfo, Request
from bot.errors import RengaError
from bot.i18n.text import translate
from bot.ids import GuildId, Lang, MemberId
from bot.prompting.catalogue import Catalogue
from bot.prompting.fit import estimate
from bot.services.asking import Asker
from bot.services.brief import Finished, Step
from bot.services.filters import Filters
from bot.services.ports import UsageStore
from bot.services.scribe import Job, Scribe, TakeStore
from bot.services.stories import StoryTable
from bot.services.stories_asked import FEWEST_TOKENS, TOKENS_A_WORD, instruction, length_of, links_to
from bot.services.stories_lore import proposals
from bot.services.stories_memory import (
    SUMMARY_BUDGET,
    Memory,
    budget_for,
    everybody,
    hands,
    lore_room,
    remember,
    to_summarise,
)
from bot.services.stories_ports import StoryNumber
from bot.services.stories_takes import PrivateTakes, as_work
from bot.services.stories_told import Told
from bot.services.usage import Usage
from bot.stories import events as ev
from bot.stories import games, verse
from bot.stories.model import CLOCK, Lore, Story, Turn
from bot.works import Wish

log = logging.getLogger(__name__)

Names = Callable[[GuildId, Sequence[MemberId]], Awaitable[Mapping[MemberId, str]]]
"""What members are called."""

CHUNKS = 3
"""Pieces of a story that are told in short at once, at most; the rest follows when it is asked next."""


class Chronicler:
    """Asks models about stories, with what is remembered of them."""

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
        info: Callable[[str], Awaitable[ModelInfo]] | None = None,
    ) -> None:
        self._table = table
        self._catalogue = catalogue
        self._asker = asker
        self._backend = backend
        self._allowances = allowances
        self._usage = usage
        self._filters = filters
        self._clock = clock
        self._info = info
        self._windows: dict[str, int | None] = {}
        self._tries: dict[tuple[GuildId, StoryNumber, int], int] = {}
        """How often a model was asked for a turn in vain."""
        self.names: Names = _nameless

    # --- recaps and lore -------------------------------------------------------------------

    async def recap(self, told: Told, member: MemberId, since: int, language: Lang, *, key: str) -> str:
        """What happened since a turn, in a member's language, for them alone; and who wrote it.

        Raises:
            RengaError: nothing was written.
        """
        told = await self._summarised(told)
        story = told.story
        turns = tuple(turn for turn in story.turns if turn.number > since)
        part = story
        if since and turns:
            alone = replace(story, turns=turns, summary="")
            whole = await self._memory(Told(told.row, alone))
            if whole.since <= turns[0].number:
                part = alone  # all of it fits: what was before is known to them
        told_in = Told(replace(told.row, language=language), part)
        text = await self._chronicle(told_in, "recap", member, "", key)
        names = await self.names(told.row.guild, everybody(story))
        said = [
            translate("story.recap_hand", language, member=name, parts=count)
            for name, count in hands(turns or story.turns, names)
        ]
        between = "、" if language == "zh" else ", "
        return f"{text}\n\n{translate('story.recap_by', language, hands=between.join(said))}"

    async def lore_room(self, told: Told) -> int:
        """Tokens that lore may have where a model is told of a story."""
        return lore_room(await self._budget(told.story, told.row.language))

    async def propose(self, told: Told, *, turns: Sequence[Turn] = ()) -> list[Lore]:
        """What a model proposes to remember of some turns (the last ones, if none are named).

        Each proposal names the turn it comes from, and waits for a member.

        Raises:
            RengaError: nothing was written.
        """
        row, story = told.row, told.story
        chosen = tuple(turns) or story.turns[-12:]
        if not chosen or games.hidden(story):
            return []
        part = Told(row, replace(story, turns=chosen, summary="", lore=(), note=""))
        known = ", ".join(entry.name for entry in story.lore)[:600]
        key = f"{row.id}:lore:{chosen[-1].number}"
        said = await self._chronicle(part, "lore", story.starter, known, key, task="lore")
        before = {entry.number for entry in story.lore}
        texts = await self._table.texts(row)
        for at, one in enumerate(proposals(said, chosen, texts, story.lore)):
            event = ev.AddLore(by=CLOCK, name=one.name, text=one.text, keys=(one.name,), turn=one.turn)
            done = await self._table.act(row.guild, row.id, event, key=f"{key}:{at}")
            story = done.story
        return [entry for entry in story.lore if entry.number not in before]

    # --- inside ----------------------------------------------------------------------------

    async def _summarised(self, told: Told) -> Told:
        """The story with its summary brought up to where its turns no longer fit.

        Turns are told in short from the oldest on, in pieces that fit, each with
        what was told before; and some more than is needed, so that the next turns need none.
        """
        chunk: tuple[Turn, ...] = ()
        for _ in range(CHUNKS):
            memory = await self._memory(told)
            if not to_summarise(told.story, memory):
                break
            half = await self._memory(told, part=0.5)
            chunk = await self._piece(told, to_summarise(told.story, half))
            row, story = told.row, told.story
            part = Told(row, replace(story, turns=chunk, summary="", lore=(), note=""))
            until = chunk[-1].number
            key = f"{row.id}:sum:{until}"
            try:
                text = await self._chronicle(part, "summary", story.starter, story.summary, key)
            except RengaError as error:
                log.info("story %s is not told in short: %s", row.id, error.text_key)
                break  # then it does without, and tries again at the next turn
            event = ev.Summarise(by=CLOCK, text=text, until=until)
            done = await self._table.act(row.guild, row.id, event, key=f"{row.id}:summary:{until}")
            told = Told(done.row, done.story)
        else:
            log.info("story %s is told in short up to part %s for now", told.row.id, told.story.summarised)
        if not chunk or told.story.summarised < chunk[-1].number:
            return told
        try:
            await self.propose(told, turns=chunk)
        except RengaError as error:
            log.info("nothing is proposed for story %s: %s", told.row.id, error.text_key)
        return await self._table.read(told.row.guild, told.row.id)

    async def _piece(self, told: Told, missing: Sequence[Turn]) -> tuple[Turn, ...]:
        """The first of the turns that one request can be told whole."""
        texts = await self._table.texts(told.row)
        left = await self._budget(told.story, told.row.language) - SUMMARY_BUDGET
        chunk: list[Turn] = []
        for turn in missing:
            left -= estimate(texts.get(turn.key, "")) + 12
            if chunk and left < 0:
                break
            chunk.append(turn)
        return tuple(chunk)

    async def _chronicle(
        self, told: Told, kind: str, member: MemberId, draft: str, key: str, *, task: str = "recap"
    ) -> str:
        takes = PrivateTakes(self._usage, told)
        text = ""
        async with aclosing(
            self._write(told, kind, takes, key, draft, asyncio.Event(), member, task=task)
        ) as steps:
            async for step in steps:
                if isinstance(step, Finished):
                    text = step.take.text
        return text

    async def _memory(
        self, told: Told, *, part: float = 1.0, numbered: bool = False, texts: Mapping[str, str] | None = None
    ) -> Memory:
        row, story = told.row, told.story
        names = await self.names(row.guild, everybody(story))
        budget = int(await self._budget(story, row.language) * part)
        if texts is None:
            texts = await self._table.texts(row)
        world = await self._table.world(row)
        return remember(story, texts, names, row.language, budget=budget, numbered=numbered, world=world)

    async def _budget(self, story: Story, language: Lang) -> int:
        """What a story may take in the window of the model that writes it."""
        if self._info is None:
            return budget_for(None, 0)
        model = story.terms.model
        if model not in self._windows:
            try:
                self._windows[model] = (await self._info(model)).context
            except RengaError:
                return budget_for(None, 0)
        longest = story.terms.longest * TOKENS_A_WORD if story.terms.longest else 400
        return budget_for(self._windows[model], min(longest, 600))

    async def _write(
        self,
        told: Told,
        kind: str,
        takes: TakeStore,
        key: str,
        draft: str,
        stop: asyncio.Event,
        member: MemberId | None = None,
        *,
        task: str = "turn",
        limit: int = 0,
    ) -> AsyncGenerator[Step, None]:
        row, story = told.row, told.story
        if task == "turn" and story.terms.game is games.Game.SCRIPT:
            task = "script"
        payer = member or story.starter
        texts = await self._table.texts(row)
        memory = await self._memory(told, numbered=task == "lore", texts=texts)
        length = length_of(story, kind, limit)
        wish = Wish(art=task, language=row.language, model=story.terms.model, length=length)
        request, prompt = await self._asker.request(
            self._catalogue.tasks[task],
            wish,
            row.place,
            payer,
            text=memory.text,
            instruction=instruction(row.language, kind, draft, limit),
            others=tuple(one for one in everybody(story) if one != payer),
        )
        if limit:
            most = min(request.sampling.max_tokens, max(FEWEST_TOKENS, limit * TOKENS_A_WORD))
            request = replace(request, sampling=replace(request.sampling, max_tokens=most))
        request = replace(request, local_only=request.local_only or story.terms.local_only)
        if kind in ("turn", "draft"):
            request = _linked(told, request, texts)
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


def _linked(told: Told, request: Request, texts: Mapping[str, str]) -> Request:
    """The request for a part that follows on what was written last, in the measure that it must have."""
    row, story = told.row, told.story
    before = texts.get(story.last.key, "") if story.last is not None else ""
    cue, guide = request.cue, request.constraint
    if story.terms.game is games.Game.RENGA:
        guide = verse.guide(len(story.turns), row.language, request.sampling.seed or 0)
    if cue is not None:
        cue = replace(cue, topic=links_to(story, games.shown_before(story, before)))
    return replace(request, cue=cue, constraint=guide)


async def _nameless(guild: GuildId, members: Sequence[MemberId]) -> Mapping[MemberId, str]:
    return {member: f"{number}" for number, member in enumerate(members, start=1)}
