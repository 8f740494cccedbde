"""Has a model write: reserve, stream through the filters, record, settle.

The part that a first poem, another take, a revision and a remix have in common.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, assert_never

from bot.attribution.model import Act, Contribution, Draft, ModelAuthor, Span
from bot.attribution.spans import after_model
from bot.backends.base import (
    Backend,
    Done,
    ModelRef,
    Request,
    Text,
    TokenProb,
    Usage,
    Waiting,
    Withdrawn,
)
from bot.errors import (
    AgainstTheRules,
    BackendError,
    DeadlinePassed,
    HeldForReview,
    ModelRateLimited,
    ModelUnavailable,
    Refusal,
)
from bot.ids import GuildId, Lang, MemberId, Place, WorkId
from bot.moderation.gate import StreamGate
from bot.moderation.verdict import Action, Verdict
from bot.prompting.fit import estimate
from bot.services import usage
from bot.services.again import otherwise, told_why, until
from bot.services.brief import Finished, Pending, Step, Words
from bot.services.filters import FICTION, Filters, against
from bot.services.ink import gathered
from bot.services.judging_distinct import BUDGET, Distinct
from bot.services.opening import Opening
from bot.services.review_takes import kept
from bot.services.tidy import Tidy
from bot.works import NewTake, Spent, Take, Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One thing to be written.

    Attributes:
        request: what the backend is asked, its seed already chosen.
        prompt: name and version of the prompt file, for the log.
        base: the take that the new one derives from, if any: its authors keep what is kept.
        asked: the model that was asked for, to tell when another one answered.
        opening: the member's own words that the text begins with.
        fragments: a text that breaks off is kept as far as it came, as one that is stopped.
    """

    place: Place
    member: MemberId
    lang: Lang
    key: str
    work: Work
    request: Request
    prompt: str
    act: Act
    base: Take | None = None
    instruction: str = ""
    asked: str = ""
    opening: str = ""
    fragments: bool = False


@dataclass(slots=True)
class _Draft:
    """What one run of the model has come to so far."""

    text: str = ""
    model: ModelRef | None = None
    done: Done | None = None
    verdict: Verdict | None = None
    tokens: list[TokenProb] = field(default_factory=list[TokenProb])
    thrown_back: int = 0
    """How many before this one were too like an earlier text."""
    broken: bool = False
    """The model or the way to it failed in the middle."""
    alike: float = 0.0
    """How like an earlier text it is, if it is too like one."""

    @property
    def blocked(self) -> bool:
        """Whether a filter keeps it from being shown."""
        return self.verdict is not None and self.verdict.action >= Action.REGENERATE


class TakeStore(Protocol):
    """What is written goes here: the part of a store of works that a scribe needs."""

    async def work(self, guild: GuildId, id: WorkId) -> Work:
        """What is being written."""
        ...

    async def add_take(
        self, guild: GuildId, id: WorkId, new: NewTake, *, spent: Spent | None = None
    ) -> tuple[Take, Contribution]:
        """Record a take, its contribution and its cost in one transaction."""
        ...


class Scribe:
    """Writes jobs, one async generator of steps each."""

    def __init__(
        self,
        *,
        works: TakeStore,
        backend: Backend,
        allowances: usage.Usage,
        filters: Filters,
        clock: Callable[[], datetime],
        distinct: Distinct | None = None,
    ) -> None:
        self._works = works
        self._distinct = distinct
        self._backend = backend
        self._usage = allowances
        self._filters = filters
        self._clock = clock

    async def write(self, job: Job, *, stop: asyncio.Event) -> AsyncGenerator[Step, None]:
        """Write a job; the last step is :class:`Finished`.

        Setting ``stop`` ends the writing and keeps what is there.  Closing the
        generator gives up: nothing is recorded and the allowance is given back.

        Raises:
            Refusal, BackendError, StorageError: nothing was recorded.
        """
        request = replace(job.request, logprobs=True)
        reservation = await self._usage.reserve(job.place, job.member, _expected(request), key=job.key)
        settled = False
        started = time.monotonic()
        try:
            told, best, drafts = False, _Draft(), 0
            while True:
                draft = _Draft()
                try:
                    async with aclosing(self._run(job, request, draft, stop)) as steps:
                        async for step in steps:
                            yield step
                except BackendError:
                    if not drafts:
                        raise
                    break  # what was written before is better than nothing
                verdict = draft.verdict
                again = verdict is not None and verdict.action is Action.REGENERATE
                if verdict is not None and again and not told and not drafts:
                    request, told = told_why(request, verdict, job.work.wish.language or job.lang), True
                    continue
                if drafts and (draft.blocked or not draft.text):
                    break
                draft.alike = await self._alike(job, draft, stop)
                same = drafts > 0 and draft.text == best.text
                best = draft if not drafts or draft.alike < best.alike else best
                if not draft.alike or drafts == BUDGET or same:
                    break
                drafts += 1
                yield Pending("trying", model=job.asked)
                request = otherwise(request, job.work.wish.language or job.lang)
            best.thrown_back = drafts
            take, tokens = await self._record(job, request, best, reservation, stopped=stop.is_set())
            settled = True
            work = await self._works.work(job.place.guild, job.work.id)
            yield Finished(work, take, time.monotonic() - started, tokens, _notes(job, best))
        finally:
            if not settled:
                await self._usage.refund(job.place, reservation)

    async def _alike(self, job: Job, draft: _Draft, stop: asyncio.Event) -> float:
        """How like an earlier text of the guild it is; 0 if not too like, or if it need not be new.

        A revision is meant to be like what it revises, a chosen seed to give the
        same text again.
        """
        if self._distinct is None or draft.blocked or draft.broken or stop.is_set() or not draft.text:
            return 0.0
        if job.act is not Act.GENERATED or job.work.wish.seed is not None:
            return 0.0
        found = await self._distinct.too_like(job.place.guild, draft.text)
        return found.likeness if found is not None else 0.0

    async def _run(
        self, job: Job, request: Request, draft: _Draft, stop: asyncio.Event
    ) -> AsyncGenerator[Step, None]:
        """One run of the model through the gate; leaves what came of it in ``draft``."""
        filters = self._filters.of(job.place, job.member, fiction=job.work.wish.art in FICTION)
        gate, tidy, opening = filters.gate(), Tidy(), Opening(job.opening)
        broke: BackendError | None = None
        try:
            async with aclosing(until(self._backend.generate(request), stop)) as chunks:
                async for chunk in chunks:
                    match chunk:
                        case Text(text, tokens, model):
                            draft.model = model or draft.model
                            draft.tokens += tokens
                            if released := await gate.feed(opening.feed(tidy.feed(text))):
                                draft.text += released
                                yield Words(draft.text)
                            if gate.shut:
                                break
                        case Waiting(why, place, fraction, model, seconds):
                            yield Pending(why, place, fraction, model, seconds)
                        case Withdrawn():
                            gate, tidy, opening = filters.gate(), Tidy(), Opening(job.opening)
                            draft.text, draft.tokens = "", []
                            yield Words("")
                        case Done():
                            draft.done, draft.model = chunk, chunk.model
                        case _:
                            assert_never(chunk)
        except (ModelUnavailable, ModelRateLimited, DeadlinePassed) as error:
            if not job.fragments:
                raise
            broke = error
        await _close(gate, opening.finish(), draft)
        if broke is not None and not draft.text and not draft.blocked:
            raise broke
        draft.broken = broke is not None

    async def _record(
        self, job: Job, request: Request, draft: _Draft, reservation: int, *, stopped: bool
    ) -> tuple[Take, int]:
        """Record the take, its contribution and its cost in one transaction."""
        verdict = draft.verdict
        if verdict is not None and verdict.action is Action.HOLD:
            raise await self._held(job, request, draft, verdict)
        if verdict is not None and verdict.action >= Action.REGENERATE:
            raise AgainstTheRules("refused.model_text", rules=", ".join(verdict.rules))
        if not draft.text:
            if stopped:
                raise Refusal("refused.nothing_written")
            if draft.done is not None and draft.done.ending == "refused":
                raise Refusal("backend.provider_refused", model=draft.done.model.name)
            raise ModelUnavailable("backend.empty", model=job.asked)
        new = await self._new(job, request, draft, draft.text, stopped=stopped)
        new = replace(
            new, ink=await asyncio.to_thread(gathered, draft.text, draft.tokens, opening=job.opening)
        )
        tokens = _cost(draft.done.usage if draft.done else Usage(), request, draft.text)
        take, _ = await self._works.add_take(
            job.place.guild, job.work.id, new, spent=Spent(reservation=reservation, tokens=tokens)
        )
        return take, tokens

    async def _held(self, job: Job, request: Request, draft: _Draft, verdict: Verdict) -> HeldForReview:
        """What a moderator has to look at, with the take that it becomes if they agree."""
        refusal = against(verdict, Action.HOLD, "refused.model_held")
        new = await self._new(job, request, draft, verdict.text.rstrip(), stopped=False)
        return HeldForReview(
            "refused.model_held",
            text=new.draft.text,
            marks=refusal.marks,
            resume=kept(new),
            rules=refusal.facts["rules"],
        )

    async def _new(self, job: Job, request: Request, draft: _Draft, text: str, *, stopped: bool) -> NewTake:
        """The take that a draft comes to."""
        ref = draft.model or ModelRef("unknown", request.model)
        author = ModelAuthor(ref.provider, ref.id, ref.revision)
        done = draft.done or Done("stop", ref, Usage(), request.sampling.seed)
        seed = done.seed if done.seed is not None else request.sampling.seed
        return NewTake(
            draft=Draft(
                guild=job.place.guild,
                work=job.work.id,
                member=job.member,
                act=job.act,
                at=self._clock(),
                key=job.key,
                model=author,
                parent=job.base.contribution if job.base and job.base.work == job.work.id else None,
                prompt=job.prompt,
                sampling={
                    "temperature": request.sampling.temperature,
                    "top_p": request.sampling.top_p,
                    "max_tokens": request.sampling.max_tokens,
                    "seed": seed,
                    **({"thrown_back": draft.thrown_back} if draft.thrown_back else {}),
                },
                text=text,
                spans=await asyncio.to_thread(_spans, job, author, text),
            ),
            parent=job.base.number if job.base and job.base.work == job.work.id else None,
            ending=_ending(draft, stopped=stopped),
            instruction=job.instruction,
            seed=seed,
        )


def _ending(draft: _Draft, *, stopped: bool) -> str:
    if draft.done is not None:
        return draft.done.ending
    return "stopped" if stopped else "interrupted" if draft.broken else "stop"


async def _close(gate: StreamGate, last: str, draft: _Draft) -> None:
    """Let the rest through the gate, and take the verdict on the whole."""
    draft.text += await gate.feed(last) if not gate.shut else ""
    rest, draft.verdict = await gate.finish()
    draft.text = (draft.text + rest).rstrip()


def _spans(job: Job, author: ModelAuthor, text: str) -> tuple[Span, ...]:
    if job.base is None:
        begun = len(job.opening) if text.startswith(job.opening) else 0
        spans = (Span(0, begun, job.member), Span(begun, len(text), job.member, author))
        return tuple(span for span in spans if span.end > span.start)
    return after_model(job.base.text, job.base.spans, text, job.member, author)


def _expected(request: Request) -> int:
    """About how many tokens a request will cost at most: its prompt, and all it may write."""
    return _reads(request) + request.sampling.max_tokens


def _reads(request: Request) -> int:
    """About how many tokens the longest rendering of a request has: which one is used shows only later."""
    return max(sum(estimate(message.text) for message in request.messages), estimate(request.continuation))


def _cost(used: Usage, request: Request, text: str) -> int:
    """What it cost, as far as the provider says, else by estimate."""
    read = used.read if used.read is not None else _reads(request)
    return read + (used.written if used.written is not None else estimate(text))


def _notes(job: Job, draft: _Draft) -> tuple[str, ...]:
    """What a reader should know of how it came about."""
    notes: list[str] = []
    if _another(job.asked, draft.model):
        notes.append("work.other_model")
    if draft.broken:
        notes.append("work.broke_off")
    notes += [f"work.lacks_{one}" for one in (draft.done.lacks if draft.done is not None else ())]
    if draft.thrown_back and draft.alike:
        notes.append("work.still_alike")
    return tuple(notes)


def _another(asked: str, answered: ModelRef | None) -> bool:
    """Whether another model answered than the one that was asked for."""
    if not asked or answered is None:
        return False
    # A server may answer in another name of the same model: that of a dated snapshot, of an alias.
    names = (answered.id, answered.asked)
    return asked not in (*names, *(f"{answered.provider}/{name}" for name in names))
