"""Models at the table: a turn of their own, and what a member asks of them in private."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from bot.attribution.model import Span
from bot.attribution.spans import after_model, by_member
from bot.errors import BackendError, BadInput, QueueFull, QuotaUsedUp, Refusal, RengaError, StorageError
from bot.ids import MemberId
from bot.services.brief import Finished, Step
from bot.services.stories_chronicle import Chronicler, Names
from bot.services.stories_ports import PrivateDraft
from bot.services.stories_takes import PrivateTakes, TurnTakes, as_work, take_of
from bot.services.stories_told import Told
from bot.stories import events as ev
from bot.stories.model import CLOCK, Stage
from bot.stories.orders import allowance

__all__ = ["Help", "Names", "PrivateTakes", "StoryWriter", "as_work", "take_of"]

Help = Literal["draft", "continue", "ways", "polish"]
"""What a member may ask of a model for their own turn."""

TRIES = 3
"""How often a model is asked for a turn before it is passed over."""

AGAIN = timedelta(minutes=1)
"""How long it is waited before it is asked a second time; twice as long before the third."""


class StoryWriter(Chronicler):
    """Asks models for turns, and signs what they write."""

    async def turn(self, told: Told, turn: int, *, stop: asyncio.Event) -> AsyncGenerator[Step, None]:
        """The open turn, written by a model; the last step means that it stands in the story.

        What fails for a while is asked for again; what fails for good, or too
        often, lets the turn go by, and the thread is told.

        Raises:
            Refusal: the turn was somebody's or something's else meanwhile, or the words cannot be used.
            BackendError: nothing was written.
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
        try:
            told = await self._summarised(told)
            limit = allowance(story)
            takes = TurnTakes(self._table, told, event, limit)
            async with aclosing(
                self._write(told, "turn", takes, f"{row.id}:{turn}", "", stop, limit=limit)
            ) as steps:
                async for step in steps:
                    yield step
        except (ev.StoryRefusal, StorageError):
            raise  # the turn is over, or nothing can be kept now: then it is asked for again
        except RengaError as error:
            if not await self._again(told, turn, error):
                with suppress(Refusal):
                    key = f"{row.id}:{turn}:silent"
                    silent = ev.NoWords(by=CLOCK, turn=turn, why=_why(error))
                    await self._table.act(row.guild, row.id, silent, key=key)
            raise

    async def another(
        self, told: Told, member: MemberId, turn: int, *, key: str, stop: asyncio.Event
    ) -> AsyncGenerator[Step, None]:
        """Another take of a model's last turn, asked for by whoever writes next."""
        row, story = told.row, told.story
        event = ev.Edit(by=member, turn=turn, key=f"{key}:words", words=0)
        before = replace(story, turns=tuple(one for one in story.turns if one.number != turn))
        limit = allowance(before)
        takes = TurnTakes(self._table, told, event, limit)
        async with aclosing(
            self._write(Told(row, before), "turn", takes, key, "", stop, limit=limit)
        ) as steps:
            async for step in steps:
                yield step

    async def help(self, told: Told, member: MemberId, kind: Help, draft: str, *, key: str) -> PrivateDraft:
        """What a member asked of a model for their own turn; kept as their private draft, signed.

        Words of a model that the member had in their draft before stay the model's.
        Ways on are not kept: none of them is the member's text yet.

        Raises:
            NotYourTurn: somebody else writes now.
            RengaError: nothing was written.
        """
        row, story = told.row, told.story
        current = story.current
        if story.stage is not Stage.RUNNING or current is None or current.member not in (None, member):
            raise ev.NotYourTurn()
        draft = draft.strip()
        if kind in ("continue", "polish") and not draft:
            raise BadInput("refused.text_empty")
        told = await self._summarised(told)
        takes = PrivateTakes(self._usage, told)
        limit = story.terms.longest if kind == "draft" else 0
        done: Finished | None = None
        stop = asyncio.Event()
        async with aclosing(self._write(told, kind, takes, key, draft, stop, member, limit=limit)) as steps:
            async for step in steps:
                if isinstance(step, Finished):
                    done = step
        if done is None:
            raise BadInput("story.model_silent_now")
        text, spans, model = done.take.text, done.take.spans, done.take.model
        held = await self._table.store.draft(row.guild, row.id, member)
        own = (Span(0, len(draft), member),)
        if held is not None:
            own = await asyncio.to_thread(by_member, held.text, held.spans, draft, member)
        if kind == "continue":
            between = " " if row.language == "en" and not text.startswith((",", ".", ";", "!", "?")) else ""
            at = len(draft) + len(between)
            text = f"{draft}{between}{text}"
            spans = (*own, Span(at, len(text), member, model))
        elif kind == "polish" and model is not None:
            spans = await asyncio.to_thread(after_model, draft, own, text, member, model)
        kept = PrivateDraft(text, spans)
        if kind != "ways":
            await self._table.keep_draft(told, member, kept)
        return kept

    async def _again(self, told: Told, turn: int, error: RengaError) -> bool:
        """Whether a turn that failed is asked for once more; then its alarm is set."""
        row = told.row
        passing = isinstance(error, QueueFull | BadInput) or (
            isinstance(error, BackendError) and error.fallback
        )
        tries = self._tries.pop((row.guild, row.id, turn), 0) + 1
        if not passing or tries >= TRIES:
            return False
        self._tries[row.guild, row.id, turn] = tries
        at = self._clock() + AGAIN * tries
        await self._table.store.put_off(row.guild, row.id, f"model:{turn}", at)
        self._table.wake()
        return True


def _why(error: RengaError) -> str:
    """Why a model's turn goes by: the key of a text."""
    match error:
        case QuotaUsedUp():
            return "story.model_budget"
        case BackendError() | QueueFull():
            return "story.model_down"
        case _:
            return "story.model_silent"
