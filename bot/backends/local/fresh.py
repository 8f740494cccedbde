"""Writes a text without a form anew where it copies, only says again what it said, or forgets its topic.

Line by line: a line that spoils the text is written again from where it began, with another seed, and only
lines that stay are given out.  Nothing is given out before the topic shows; a text that ends without it is
written again from the start.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from bot.backends.base import Chunk, Cue, Done, Lack, ModelRef, Request, Text, TokenProb, Waiting, Withdrawn
from bot.forms.guide.guided import seeds, shows, stale

TRIES = 12
"""Times that a text is begun or gone on with."""

TOPIC = 60
"""Characters of a topic that must show; a longer one is a task."""

LEFT = 8
"""Tokens that must be left for a line to be tried again."""

NEAR = 4
"""Lines before it that a line must add something to; what comes again later may be a refrain."""

_ENDS = " \t,.;:!?，。；：！？、—-\"'“”"

_HAN = re.compile(r"[\u3400-\u9fff]")

Write = Callable[[Request], AsyncGenerator[Chunk, None]]


@dataclass(slots=True)
class _Draft:
    """What is written so far: lines that stay, and how much of them was given out."""

    kept: str = ""
    tokens: list[TokenProb] = field(default_factory=list[TokenProb])
    given: int = 0
    told: int = 0
    """How many of the tokens were given out."""
    lacks: set[Lack] = field(default_factory=set[Lack])
    written: int = 0
    """Tokens of the lines that stay."""

    def take(self, text: str, tokens: list[TokenProb], count: int) -> None:
        self.kept += text
        self.tokens += tokens
        self.written += count

    def release(self, model: ModelRef | None) -> Text:
        """What stays and was not given out yet."""
        text, tokens = self.kept[self.given :], tuple(self.tokens[self.told :])
        self.given, self.told = len(self.kept), len(self.tokens)
        return Text(text, tokens, model)


async def fresh(
    write: Write, request: Request, seed: int, copied: Callable[[str], bool]
) -> AsyncGenerator[Chunk, None]:
    """Write a text; what it still lacks after all tries stands in its :class:`Done`.

    The first try has the seed that was asked for; the same seed gives the same text.  Lines that the
    request holds may be said again.
    """
    begun, draft = time.monotonic(), _Draft()
    spared = _lines(request)
    topic = _topic(request.cue)
    model: ModelRef | None = None
    for number, one in enumerate([seed, *seeds(seed, TRIES - 1)], 1):
        last = number == TRIES or time.monotonic() - begun > request.deadline / 3
        open_, tokens, count = "", list[TokenProb](), 0
        done: Done | None = None
        spoilt = False
        async with aclosing(write(_going_on(request, draft, one))) as chunks:
            async for chunk in chunks:
                match chunk:
                    case Waiting() | Withdrawn():
                        yield chunk
                    case Text():
                        open_, model = open_ + chunk.text, chunk.model or model
                        tokens += chunk.tokens
                        count += 1
                        while "\n" in open_ and not spoilt:
                            line, _, open_ = open_.partition("\n")
                            bad = _spoils(line, draft.kept, spared, copied)
                            spoilt = bad and not last
                            if not spoilt:
                                draft.lacks |= {"new"} if bad else set()
                                draft.take(f"{line}\n", tokens, count)
                                tokens, count = [], 0
                        if not spoilt and draft.given < len(draft.kept) and shows(topic, draft.kept):
                            yield draft.release(model)
                    case Done():
                        done = chunk
                if spoilt:
                    break
        if spoilt:
            continue
        assert done is not None
        bad = _spoils(open_, draft.kept, spared, copied)
        silent = not shows(topic, draft.kept + open_)
        room = request.sampling.max_tokens - draft.written >= LEFT
        if not last and silent:
            draft = _Draft()
            continue
        if not last and bad and room:
            continue
        draft.take(open_, tokens, count)
        draft.lacks |= {"new"} if bad else set()
        draft.lacks |= {"topic"} if silent else set()
        yield draft.release(model)
        used = done.usage if number == 1 else replace(done.usage, written=draft.written)
        yield replace(done, usage=used, seed=seed, lacks=tuple(sorted(draft.lacks)))
        return


def _going_on(request: Request, draft: _Draft, seed: int) -> Request:
    left = max(LEFT, request.sampling.max_tokens - draft.written)
    sampling = replace(request.sampling, seed=seed, max_tokens=left)
    return replace(request, begun=request.begun + draft.kept, sampling=sampling)


def _spoils(line: str, before: str, spared: frozenset[str], copied: Callable[[str], bool]) -> bool:
    """Whether a line is somebody's, or says nothing that those just before it did not say."""
    bare = _bare(line)
    if not bare or bare in spared:
        return False
    near = [one for one in before.split("\n") if _bare(one)][-NEAR:]
    again = stale(line, "\n".join(near)) == 1.0 or bare in map(_bare, near[-1:])
    return again or copied(line)


def _lines(request: Request) -> frozenset[str]:
    """The lines that a member gave."""
    texts = [message.text for message in request.messages]
    if request.cue is not None:
        texts += [request.cue.draft, request.cue.opening, request.cue.topic]
    return frozenset(_bare(line) for text in texts for line in text.split("\n"))


def _bare(line: str) -> str:
    return line.casefold().strip(_ENDS)


def _topic(cue: Cue | None) -> str:
    """What must show; "" where a text is revised, or the topic is rather a task."""
    if cue is None or cue.draft or len(cue.topic) > TOPIC:
        return ""
    # An opening that shows it has done so; and a topic in another script cannot show.
    foreign = bool(_HAN.search(cue.topic)) != (cue.language == "zh")
    return "" if foreign or shows(cue.topic, cue.opening) else cue.topic
