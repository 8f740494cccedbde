"""One request while it is written: its tokens, and what is told of them."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from bot.backends.base import Done, ModelRef, Request, Result, Text, TokenProb, Usage, Waiting
from bot.backends.local.chat import Thinking
from bot.backends.local.group import Candidate, Group
from bot.backends.local.lean import Processor, leaning
from bot.backends.local.loading import Loaded
from bot.backends.local.lookup import MOST, Lookup
from bot.backends.local.packed import RowMemory
from bot.backends.local.plain import PlainMemory
from bot.backends.local.prefixes import Key, Prefixes
from bot.backends.local.prompt import begun, encode, lean_of, with_room
from bot.backends.local.sampling import Best, Choice, Sampler, best_of
from bot.backends.local.steer import steering, vocabulary
from bot.backends.stops import Stops
from bot.errors import PromptTooLong

LINE_ROOM = 48
"""Tokens of the window that a line is sure to have."""

LEFT_OUT = 12
"""Lines that are left out at once of a text that has grown longer than the window."""

Tell = Callable[[Text | Waiting | Done], None]


@dataclass(slots=True, repr=False, eq=False)
class Row:
    """One request while it is written.

    Attributes:
        ids: the prompt's tokens, then those written.
        prompt: how many of them are the prompt's.
        memory: keys and values of the tokens read so far.
        expected: tokens that it will hold at most.
        key: what its prompt is kept under, if it is worth keeping.
        lookup: guesses its next tokens; None where the model cannot take back what it read.
    """

    id: int
    loaded: Loaded
    request: Request
    tell: Tell
    ids: list[int]
    prompt: int
    expected: int
    seed: int
    sampler: Sampler
    stops: Stops
    memory: RowMemory | PlainMemory
    ends: frozenset[int]
    key: Key | None = None
    processors: tuple[Processor, ...] = ()
    lookup: Lookup | None = None
    pending: list[TokenProb] | None = None
    thoughts: Thinking | None = None
    """The thoughts that it begins in."""
    done: bool = False
    _decoded: int = field(default=0, init=False)
    """How many of the written tokens have been turned into text."""

    @property
    def who(self) -> ModelRef:
        """The model, as credited."""
        return ModelRef("local", self.loaded.name, self.loaded.revision)

    @property
    def written(self) -> list[int]:
        """The tokens written so far."""
        return self.ids[self.prompt :]

    @property
    def unread(self) -> int:
        """Tokens whose keys and values are still wanting; 1 while it writes."""
        return len(self.ids) - self.memory.length

    @property
    def writing(self) -> bool:
        """Whether all that it reads in the next step leads to a draw at once."""
        return self.unread == 1

    @property
    def bytes(self) -> int:
        """What its keys and values will take of memory at most."""
        return self.expected * self.loaded.token_bytes

    def guess(self) -> list[int]:
        """What it may say next, as far as it may still go on."""
        if self.lookup is None:
            return []
        left = self.request.sampling.max_tokens - len(self.written)
        return self.lookup.guess(min(MOST, left - 1, self.loaded.context - len(self.ids) - 1))

    def draw(self, scores: torch.Tensor, bests: Sequence[Best] | None, guessed: Sequence[int]) -> None:
        """Draw the next token, and more as long as the draws agree with what was guessed.

        Args:
            scores: (1 + guessed, V) after the last token and after each that was guessed.
            bests: the likeliest of each place, if they are known already (no processors).
            guessed: what was read ahead; keys and values of what was wrong are taken back.
        """
        known = self.memory.length - len(guessed)
        agreed = 0
        for at in range(len(guessed) + 1):
            choice = self._choose(scores[at]) if bests is None else self.sampler.choose(bests[at])
            self._take(choice)
            if self.done or at == len(guessed) or choice.token != guessed[at]:
                break
            agreed += 1
        self.memory.length = known + agreed
        if self.lookup is not None:
            self.lookup.learn(len(guessed), agreed)

    def _choose(self, scores: torch.Tensor) -> Choice:
        """Draw where processors have a say; what is told of the token is the model's own probability.

        ``scores``: (V,).
        """
        own = scores.float().cpu()
        scores = own.clone()
        for processor in self.processors:
            scores = processor(self.written, scores)
        choice = self.sampler.choose(best_of(scores[None], norms=False)[0])
        if self.pending is None:
            return choice
        return Choice(choice.token, float(own[choice.token] - torch.logsumexp(own, 0)))

    def _take(self, choice: Choice) -> None:
        self.ids.append(choice.token)
        if choice.token in self.ends:
            self._finish("stop", drop_last=True)
            return
        if self.lookup is not None:
            self.lookup.add(choice.token)
        if self.pending is not None and choice.logprob is not None:
            self.pending.append(TokenProb(self.loaded.tokenizer.decode([choice.token]), choice.logprob))
        self._speak()
        if self.stops.found:
            self._finish("stop")
        elif len(self.written) >= self.request.sampling.max_tokens or len(self.ids) >= self.loaded.context:
            self._finish("length")

    def _speak(self, *, all_of_it: bool = False) -> None:
        """Give out new text; half of a character is held back until its other bytes are there."""
        tokenizer, written = self.loaded.tokenizer, self.written
        # Decoding from a few tokens back keeps spaces and byte sequences whole.
        start = max(0, self._decoded - 8)
        # The mark that closes thoughts may be a special token.
        skip = self.thoughts is None or self.thoughts.over
        before = tokenizer.decode(written[start : self._decoded], skip_special_tokens=skip)
        now = tokenizer.decode(written[start:], skip_special_tokens=skip)
        if now.endswith("\ufffd") and not all_of_it and len(written) - self._decoded < 8:
            return
        self._decoded = len(written)
        thought, text = "", now[len(before) :]
        if self.thoughts is not None:
            thought, text = self.thoughts.part(text)
        self._give(thought + self.stops.feed(text))

    def _give(self, text: str) -> None:
        if text:
            self.tell(Text(text, tuple(self.pending or ()), self.who))
            if self.pending is not None:
                self.pending = []

    def _finish(self, ending: str, *, drop_last: bool = False) -> None:
        count = len(self.written)
        if drop_last:
            self.ids.pop()
        self._speak(all_of_it=True)
        self._give(self.stops.finish())
        self.done = True
        usage = Usage(read=self.prompt, written=count)
        self.tell(Done("stop" if ending == "stop" else "length", self.who, usage, self.seed))


def open_group(
    id: int,
    loaded: Loaded,
    request: Request,
    seeds: Sequence[int],
    tell: Callable[[Waiting | tuple[Result, ...]], None],
    prefixes: Prefixes,
) -> Group:
    """Make a group of a request with a constraint: a candidate for each seed.

    Raises:
        PromptTooLong: prompt and answer do not fit the window.
    """
    assert request.constraint is not None
    ids, more_stops = _prompt(loaded, request)
    longest = min(request.sampling.max_tokens, loaded.context - len(ids))
    expected = len(ids) + len(seeds) * longest
    memory, key = _memory(loaded, request, ids, len(ids), prefixes)
    ends = _ends(loaded)
    known = vocabulary(loaded.tokenizer, ends)
    writer = request.constraint.writer(known)
    return Group(
        id=id,
        loaded=loaded,
        request=request,
        tell=tell,
        ids=ids,
        memory=memory,
        expected=expected,
        vocabulary=known,
        candidates=[Candidate(seed, writer.fork(), random.Random(seed)) for seed in seeds],
        ends=ends,
        stops=(*request.sampling.stop, *more_stops),
        key=key,
        processor=_leaning(loaded, request),
    )


def open_row(id: int, loaded: Loaded, request: Request, tell: Tell, prefixes: Prefixes) -> Row:
    """Make a row of a request, with what is kept of its prompt.

    Raises:
        PromptTooLong: prompt and answer do not fit the window.
    """
    ids, more_stops = _prompt(loaded, request)
    request, thoughts = with_room(loaded, request)
    sampling = request.sampling
    seed = sampling.seed if sampling.seed is not None else secrets.randbelow(2**31)
    leaned = _leaning(loaded, request)
    guides = [leaned] if leaned is not None else []
    if request.constraint is not None:
        guides.append(steering(request.constraint, loaded, _ends(loaded)))
    expected = min(len(ids) + sampling.max_tokens + MOST, loaded.context)
    memory, key = _memory(loaded, request, ids, expected, prefixes)
    return Row(
        id=id,
        loaded=loaded,
        request=request,
        tell=tell,
        ids=ids,
        prompt=len(ids),
        expected=expected,
        seed=seed,
        sampler=Sampler(sampling, seed),
        stops=Stops((*sampling.stop, *more_stops)),
        memory=memory,
        ends=_ends(loaded),
        key=key,
        processors=tuple(guides),
        lookup=Lookup(ids) if loaded.packed else None,
        pending=[] if request.logprobs else None,
        thoughts=thoughts,
    )


def _prompt(loaded: Loaded, request: Request) -> tuple[list[int], tuple[str, ...]]:
    """The ids of a prompt and of what its answer begins with, and further stop texts."""
    asked, more_stops = encode(loaded, request)
    text = request.begun
    ids = [*asked, *begun(loaded.tokenizer, text)]
    # Of a poem longer than the window a model sees the end; its guide knows the whole.  Many lines are
    # left out at once, so that the prompt of the next line begins as this one does.
    room = loaded.context - min(request.sampling.max_tokens, LINE_ROOM)
    while text and len(ids) > room:
        text = "\n".join(text.split("\n")[LEFT_OUT:])
        ids = [*asked, *begun(loaded.tokenizer, text)]
    if len(ids) + min(request.sampling.max_tokens, 16) > loaded.context:
        raise PromptTooLong(model=loaded.name, limit=loaded.context)
    return ids, more_stops


def _memory(
    loaded: Loaded, request: Request, ids: Sequence[int], expected: int, prefixes: Prefixes
) -> tuple[RowMemory | PlainMemory, Key | None]:
    """What is kept of a prompt, or an empty memory; and what to keep it under."""
    if not loaded.packed:
        return PlainMemory(loaded.model), None
    guild = request.scope.partition("/")[0]
    key = (loaded.name, guild, request.prefix_key, request.era) if request.prefix_key else None
    return (prefixes.take(key, ids, expected) if key else None) or RowMemory(expected), key


def _leaning(loaded: Loaded, request: Request) -> Processor | None:
    if request.cue is None or not (amount := lean_of(loaded, request)):
        return None
    return leaning(request.cue, loaded.tokenizer, amount, request.begun)


def _ends(loaded: Loaded) -> frozenset[int]:
    """The tokens that end a text of this model."""
    said: Any = loaded.model.generation_config.eos_token_id
    found: set[Any] = {loaded.tokenizer.eos_token_id, *(said if isinstance(said, list) else [said])}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return frozenset(found - {None})
