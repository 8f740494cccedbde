"""Writes a text that keeps a form line by line: several candidates of each line side by side, the best stays.

A guide allows only what can still keep the form, but it does not look ahead for the model: a line may
be led where nothing good can follow.  Of some candidates the one that the model itself finds likeliest
is mostly one that was not.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from bot.backends.base import Chunk, Constraint, Lack, Request, Result, Text, Usage, Waiting
from bot.forms.guide.guided import seeds

ROUNDS = 3
"""Times that a text is written; again only if the one before was not good enough."""

GOOD = 0.85
"""The worth from which a text is good enough."""

COOLER = 0.78
"""What the temperature is multiplied by: what a guide lets through is rarer than what a model would
choose, so it needs no more of chance (with 0.7 for 0.9, lines are likelier by half a nat a token)."""

COPY, SPOILT = 20.0, 0.3
"""Nats a token that a copied line loses among its candidates; what it takes from the worth of a text."""

LINE = 96
"""Tokens that a line may take."""

Write = Callable[[Request, Sequence[int]], AsyncGenerator[Waiting | tuple[Result, ...], None]]
"""Writes a candidate for each of some seeds."""


async def choose(
    write: Write,
    request: Request,
    constraint: Constraint,
    seed: int,
    copied: Callable[[str], bool] = lambda line: False,
) -> AsyncGenerator[Chunk, None]:
    """Write a text and give it whole; what is told meanwhile is how far it is.

    The same seed gives the same candidates, so the same text.  ``copied`` says whether a line is one that
    the model learnt from: such a line is taken only where there is no other.
    """
    best: tuple[float, str, list[Result]] | None = None
    begun = time.monotonic()
    for attempt in seeds(seed, ROUNDS):
        plan, lines = constraint.reseeded(attempt), list[Result]()
        _, total = await asyncio.to_thread(_coming, plan)
        for turn in seeds(attempt, total):
            given, left = await asyncio.to_thread(_coming, plan)
            if given:
                plan = plan.after(given)
                continue
            candidates: tuple[Result, ...] = ()
            async with aclosing(write(_asked(request, plan), seeds(turn, plan.tries))) as finished:
                async for one in finished:
                    if isinstance(one, Waiting):
                        yield one
                    else:
                        candidates = one
            mean = sum(len(one.tokens) for one in candidates) / len(candidates)
            line = max(candidates, key=lambda one: _merit(one, plan, mean) - COPY * copied(one.text))
            lines.append(line)
            plan = plan.after(line.text.strip())
            yield Waiting("trying", fraction=1 - (left - 1) / total, model=request.model)
        text = plan.begun.strip()
        worth = await asyncio.to_thread(constraint.worth, text)
        worth -= SPOILT * any(copied(line.text) for line in lines)
        if best is None or worth > best[0]:
            best = worth, text, lines
        # With a third of the time gone, another round might not end in time.
        if worth >= GOOD or time.monotonic() - begun > request.deadline / 3:
            break
    assert best is not None
    _, text, lines = best
    done = lines[-1].done
    spoilt = await asyncio.to_thread(lambda: any(copied(line.text) for line in lines))
    silent = not await asyncio.to_thread(constraint.shows, text)
    lacks: tuple[Lack, ...] = (*(("new",) if spoilt else ()), *(("topic",) if silent else ()))
    tokens = tuple(token for line in lines for token in line.tokens) if request.logprobs else ()
    yield Text(text, tokens, done.model)
    # What a member is charged for is the text, not how it was found.
    written = sum(line.done.usage.written or 0 for line in lines)
    yield replace(done, ending="stop", usage=Usage(lines[0].done.usage.read, written), seed=seed, lacks=lacks)


def _coming(plan: Constraint) -> tuple[str, int]:
    """The next line if it is given, and how many are left: plans are made by dictionaries."""
    return plan.given, plan.left


def _merit(result: Result, plan: Constraint, tokens: float) -> float:
    """How likely the model finds a line, and what else is in its favour; in nats for each of ``tokens``.

    That is how many the candidates have on the average.  Divided by its own, a line of rare words cut in
    many pieces would win: what comes after their first piece is hardly ever a surprise.
    """
    likely = sum(token.logprob for token in result.tokens) / tokens if result.tokens else -20.0
    return likely + plan.merit(result.text)


def _asked(request: Request, plan: Constraint) -> Request:
    """The request for candidates of the next line."""
    return replace(
        request,
        constraint=plan,
        begun=plan.begun,
        logprobs=True,
        sampling=replace(
            request.sampling,
            temperature=COOLER * request.sampling.temperature,
            stop=("\n",),
            max_tokens=min(LINE, request.sampling.max_tokens),
        ),
    )
