"""Candidates of one line while they are written: one prompt read once, then a step moves all of them on.

A group is in the engine what a :class:`~bot.backends.local.row.Row` is, but many texts come of it.  None
of them is streamed: nobody reads a candidate before it is chosen.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch

from bot.backends.base import Done, ModelRef, Request, Result, TokenProb, Usage, Waiting, Writer
from bot.backends.local.branches import Branches, PlainBranches
from bot.backends.local.lean import Processor
from bot.backends.local.loading import Loaded
from bot.backends.local.packed import RowMemory
from bot.backends.local.plain import PlainMemory
from bot.backends.local.prefixes import Key
from bot.backends.local.sampling import TOP
from bot.backends.local.steer import weighed
from bot.forms.guide.vocabulary import Vocabulary

Scores = npt.NDArray[np.float32]


@dataclass(slots=True, repr=False, eq=False)
class Candidate:
    """One text of a group.

    Attributes:
        seed: what its draws come from.
        writer: guides it.
        written: its tokens.
        logprobs: the model's own log-probability of each.
        ending: how it ended; None while it is written.
    """

    seed: int
    writer: Writer
    chance: random.Random
    written: list[int] = field(default_factory=list[int])
    logprobs: list[float] = field(default_factory=list[float])
    ending: Literal["stop", "length"] | None = None


@dataclass(slots=True, repr=False, eq=False)
class Group:
    """The candidates of one request.

    Attributes:
        ids: the prompt's tokens.
        memory: of the prompt while it is read, then of the candidates.
        expected: tokens that prompt and candidates will hold at most, together.
        key: what the prompt is kept under, if it is worth keeping.
        processor: what leans the scores of each candidate before its guide looks at them.
        stops: texts that a candidate ends before.
        tell: takes word of waiting, and in the end the results.
    """

    id: int
    loaded: Loaded
    request: Request
    tell: Callable[[Waiting | tuple[Result, ...]], None]
    ids: list[int]
    memory: RowMemory | PlainMemory | Branches | PlainBranches
    expected: int
    vocabulary: Vocabulary
    candidates: list[Candidate]
    ends: frozenset[int]
    stops: tuple[str, ...] = ()
    key: Key | None = None
    processor: Processor | None = None
    done: bool = False
    live: list[Candidate] = field(init=False)
    """Those that are still being written, in the order of the memory's branches."""

    def __post_init__(self) -> None:
        """All of them are to be written."""
        self.live = list(self.candidates)

    @property
    def prompt(self) -> int:
        """How many tokens the prompt has."""
        return len(self.ids)

    @property
    def begun(self) -> bool:
        """Whether the prompt is read."""
        return isinstance(self.memory, (Branches, PlainBranches))

    @property
    def unread(self) -> int:
        """Tokens whose keys and values are still wanting: of the prompt, or one of each candidate."""
        return len(self.live) if self.begun else len(self.ids) - self.memory.length

    @property
    def writing(self) -> bool:
        """Whether all that it reads in the next step leads to a draw at once."""
        return self.begun or self.unread == 1

    @property
    def heads(self) -> list[int]:
        """The last token of each candidate that is still being written."""
        return [one.written[-1] for one in self.live]

    @property
    def bytes(self) -> int:
        """What keys and values will take of memory at most."""
        return self.expected * self.loaded.token_bytes

    def fit(self, room: int) -> None:
        """Where there is no memory for so many candidates, be fewer, and fewer again; one there must be."""
        while self.bytes > room and len(self.candidates) > 1:
            own = (self.expected - self.prompt) // len(self.candidates)
            self.candidates = self.live = self.candidates[: len(self.candidates) // 2]
            self.expected = self.prompt + own * len(self.candidates)

    def draw(self, scores: torch.Tensor) -> None:
        """Draw the next token of each.

        Args:
            scores: (candidates, V); the first time (1, V), after the prompt.
        """
        own = scores.float().cpu()
        norms = [float(one) for one in torch.logsumexp(own, 1)]
        rows: Scores = own.numpy()  # pyright: ignore[reportUnknownMemberType]
        if not self.begun:
            rows, norms = np.repeat(rows, len(self.live), 0), norms * len(self.live)
            memory = self.memory
            assert isinstance(memory, (RowMemory, PlainMemory))
            branch = Branches if isinstance(memory, RowMemory) else PlainBranches
            self.memory = branch(memory, len(self.live))  # pyright: ignore[reportArgumentType]
        for one, row, norm in zip(self.live, rows, norms, strict=True):
            token = self._choose(one, row)
            one.written.append(token)
            one.logprobs.append(float(row[token]) - norm)
            self._end(one)
        left = [at for at, one in enumerate(self.live) if one.ending is None]
        if len(left) < len(self.live):
            assert isinstance(self.memory, (Branches, PlainBranches))
            self.live = [self.live[at] for at in left]
            self.memory.keep(left)
        if not self.live:
            self.done = True
            self.tell(tuple(map(self._result, self.candidates)))

    def _choose(self, one: Candidate, row: Scores) -> int:
        """Draw among what the guide allows; ``row``: (V,) scores, which stay as they are."""
        sampling = self.request.sampling
        if self.processor is not None:
            row = row.copy()
            self.processor(one.written, torch.from_numpy(row))  # pyright: ignore[reportUnknownMemberType]
        tokens, values = weighed(one.writer.next(one.written), row)
        return drawn(tokens, values, sampling.temperature, sampling.top_p, one.chance)

    def _end(self, one: Candidate) -> None:
        token = one.written[-1]
        text = self.vocabulary.texts[token] if token < len(self.vocabulary.texts) else ""
        if token in self.ends or any(stop in text for stop in self.stops):
            one.ending = "stop"
        elif (
            len(one.written) >= self.request.sampling.max_tokens
            or self.memory.length + 1 >= self.loaded.context
        ):
            one.ending = "length"

    def _result(self, one: Candidate) -> Result:
        """A finished candidate: its text ends before the first stop, its tokens with the text."""
        tokenizer = self.loaded.tokenizer
        written = one.written[:-1] if one.written[-1] in self.ends else one.written
        text = tokenizer.decode(written, skip_special_tokens=True)
        cuts = [at for stop in self.stops if (at := text.find(stop)) >= 0]
        text = text[: min(cuts)] if cuts else text
        probs = [
            TokenProb(tokenizer.decode([token]), logprob)
            for token, logprob in zip(written, one.logprobs, strict=False)
        ]
        who = ModelRef("local", self.loaded.name, self.loaded.revision)
        usage = Usage(read=self.prompt, written=len(one.written))
        return Result(text, Done(one.ending or "length", who, usage, one.seed), tuple(probs))


def drawn(
    tokens: npt.NDArray[np.int64], values: Scores, temperature: float, top_p: float, chance: random.Random
) -> int:
    """Draw one of some tokens by their scores, the likeliest of them that together have ``top_p``.

    Args:
        tokens, values: (K,).
        temperature: 0 takes the likeliest.
    """
    if temperature <= 0:
        return int(tokens[values.argmax()])
    if len(values) > TOP:
        best = np.argpartition(values, -TOP)[-TOP:]
        tokens, values = tokens[best], values[best]
    order = np.argsort(-values, kind="stable")
    tokens, values = tokens[order], values[order]
    shares = np.exp((values - values[0]).astype(np.float64) / temperature)
    shares /= shares.sum()
    sums = np.cumsum(shares)
    count = int((sums - shares < top_p).sum())
    at = int((sums[:count] <= chance.random() * sums[count - 1]).sum())
    return int(tokens[min(at, count - 1)])
