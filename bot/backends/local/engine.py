"""The step loop of the worker: rows join and leave at every step.

A step gives every row one token (or a piece of its prompt): nobody waits for
another's text to end, and a long prompt does not stall the streams of others.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from transformers import DynamicCache

from bot.backends.base import Done, ModelRef, Request, Text, TokenProb, Usage
from bot.backends.local.lean import Processor, leaning
from bot.backends.local.loading import Loaded
from bot.backends.local.prompt import encode, lean_of
from bot.backends.local.sampling import Sampler
from bot.backends.stops import Stops
from bot.errors import PromptTooLong

PREFILL = 256
"""Tokens of a prompt read in one step."""

Tell = Callable[[Text | Done], None]


@dataclass(slots=True)
class Row:
    """One request while it is written."""

    id: int
    loaded: Loaded
    request: Request
    tell: Tell
    ids: list[int]
    prompt: int
    seed: int
    sampler: Sampler
    stops: Stops
    cache: Any
    ends: frozenset[int]
    processors: tuple[Processor, ...] = ()
    read: int = 0
    decoded: int = 0
    """How many of the written ids have been turned into text."""
    pending: list[TokenProb] | None = None

    @property
    def who(self) -> ModelRef:
        """The model, as credited."""
        return ModelRef("local", self.loaded.name, self.loaded.revision)

    @property
    def written(self) -> list[int]:
        """The ids written so far."""
        return self.ids[self.prompt :]


def open_row(id: int, loaded: Loaded, request: Request, tell: Tell) -> Row:
    """Make a row of a request.

    Raises:
        PromptTooLong: prompt and answer do not fit the window.
    """
    ids, more_stops = encode(loaded, request)
    sampling = request.sampling
    if len(ids) + min(sampling.max_tokens, 16) > loaded.context:
        raise PromptTooLong(model=loaded.name, limit=loaded.context)
    seed = sampling.seed if sampling.seed is not None else secrets.randbelow(2**31)
    config = loaded.model.generation_config
    ends = config.eos_token_id
    found: set[Any] = {loaded.tokenizer.eos_token_id, *(ends if isinstance(ends, list) else [ends])} - {None}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    guides: list[Processor] = []
    if request.cue is not None and (amount := lean_of(loaded, request)):
        guides.append(leaning(request.cue, loaded.tokenizer, amount))
    if (guide := getattr(request.constraint, "processor", None)) is not None:
        guides.append(guide(loaded.tokenizer))
    return Row(
        id=id,
        loaded=loaded,
        request=request,
        tell=tell,
        ids=ids,
        prompt=len(ids),
        seed=seed,
        sampler=Sampler(sampling, seed),
        stops=Stops((*sampling.stop, *more_stops)),
        cache=DynamicCache(config=loaded.model.config),
        ends=frozenset(found),
        processors=tuple(guides),
        pending=[] if request.logprobs else None,
    )


class Engine:
    """Holds the rows and moves them on."""

    def __init__(self) -> None:
        self._rows: dict[int, Row] = {}

    @property
    def busy(self) -> bool:
        """Whether any row is being written."""
        return bool(self._rows)

    def uses(self, loaded: Loaded) -> bool:
        """Whether a row is written by that model."""
        return any(row.loaded is loaded for row in self._rows.values())

    def add(self, row: Row) -> None:
        """Let a row join at the next step."""
        self._rows[row.id] = row

    def drop(self, id: int) -> None:
        """Let a row leave; one that is not there is no matter."""
        self._rows.pop(id, None)

    @torch.inference_mode()
    def step(self) -> list[tuple[Row, Exception]]:
        """Move every row on by one token; returns the rows that failed, already dropped."""
        failed: list[tuple[Row, Exception]] = []
        for row in list(self._rows.values()):
            try:
                if self._advance(row):
                    self.drop(row.id)
            except Exception as error:  # noqa: BLE001 - one row's failure is told to its reader alone
                self.drop(row.id)
                failed.append((row, error))
        return failed

    def _advance(self, row: Row) -> bool:
        """One step of one row; whether it came to its end."""
        end = min(row.read + PREFILL, len(row.ids))
        batch = torch.tensor([row.ids[row.read : end]], device=row.loaded.device)  # (1, T)
        last = end == len(row.ids)
        out = row.loaded.model(
            input_ids=batch,
            past_key_values=row.cache,
            use_cache=True,
            logits_to_keep=1,
            cache_position=torch.arange(row.read, end, device=row.loaded.device),
        )
        row.read = end
        if not last:
            return False
        scores = out.logits[0, -1].float().cpu()  # (V,)
        for processor in row.processors:
            scores = processor(row.written, scores)
        choice = row.sampler.choose(scores)
        row.ids.append(choice.token)
        if choice.token in row.ends:
            return self._finish(row, "stop", drop_last=True)
        if row.pending is not None:
            row.pending.append(TokenProb(row.loaded.tokenizer.decode([choice.token]), choice.logprob))
        self._speak(row)
        if row.stops.found:
            return self._finish(row, "stop")
        full = len(row.ids) >= row.loaded.context
        if len(row.written) >= row.request.sampling.max_tokens or full:
            return self._finish(row, "length")
        return False

    def _speak(self, row: Row, *, all_of_it: bool = False) -> None:
        """Give out new text; half of a character is held back until its other bytes are there."""
        tokenizer, written = row.loaded.tokenizer, row.written
        # Decoding from a few tokens back keeps spaces and byte sequences whole.
        start = max(0, row.decoded - 8)
        before = tokenizer.decode(written[start : row.decoded], skip_special_tokens=True)
        now = tokenizer.decode(written[start:], skip_special_tokens=True)
        if now.endswith("\ufffd") and not all_of_it and len(written) - row.decoded < 8:
            return
        row.decoded = len(written)
        self._give(row, row.stops.feed(now[len(before) :]))

    def _give(self, row: Row, text: str) -> None:
        if text:
            row.tell(Text(text, tuple(row.pending or ()), row.who))
            if row.pending is not None:
                row.pending = []

    def _finish(self, row: Row, ending: str, *, drop_last: bool = False) -> bool:
        count = len(row.written)
        if drop_last:
            row.ids.pop()
        self._speak(row, all_of_it=True)
        self._give(row, row.stops.finish())
        usage = Usage(read=row.prompt, written=count)
        row.tell(Done("stop" if ending == "stop" else "length", row.who, usage, row.seed))
        return True
