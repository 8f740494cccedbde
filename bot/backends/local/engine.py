"""The step loop of the worker: rows join and leave at every step, and a step moves all of them on.

A step is one pass of the model over one token of each row that writes and over
pieces of the prompts that are still read: the weights are read once for all of
them, nobody waits for another's text to end, and a long prompt does not stall
the streams of others.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from bot.backends.base import Waiting
from bot.backends.local import packed, plain
from bot.backends.local.branches import Branches, PlainBranches
from bot.backends.local.group import Group
from bot.backends.local.loading import Loaded
from bot.backends.local.packed import RowMemory
from bot.backends.local.plain import PlainMemory
from bot.backends.local.prefixes import Prefixes
from bot.backends.local.row import Row
from bot.backends.local.sampling import best_of
from bot.errors import ModelUnavailable

PIECE = 256
"""Tokens of prompts read in one step when nobody writes."""

STALL = 0.25
"""Seconds that reading prompts may add to a step while others write."""

SHORTEST = 16
"""Tokens of prompts that are read in a step however slow the machine."""

FEW = 2
"""Rows up to which the next tokens are guessed: with more, the arithmetic is busy anyhow."""

Written = Row | Group
Failure = tuple[Written, Exception]


@dataclass(frozen=True, slots=True)
class Turn:
    """What one row does in a step: tokens to be read, the last of them perhaps guessed.

    A group of candidates reads one token of each.
    """

    row: Written
    ids: list[int]
    guessed: list[int]

    @property
    def draws(self) -> bool:
        """Whether all that the row has is read then, so that the next token can be drawn."""
        return len(self.ids) - len(self.guessed) == self.row.unread


class Engine:
    """Holds the rows and moves them on.

    Args:
        room: bytes that the keys and values of all rows may take; those that do not fit wait.
        prefixes: what is kept of prompts between requests; it gives way to rows.
        aside: does work that must not hold up a step, such as copying.
    """

    def __init__(
        self,
        room: int = 2**62,
        prefixes: Prefixes | None = None,
        aside: Callable[[Callable[[], None]], object] = lambda work: work(),
    ) -> None:
        self.room = room
        self.prefixes = prefixes or Prefixes(0)
        self._aside = aside
        self._rows: dict[int, Written] = {}
        self._waiting: deque[Written] = deque()
        self._pace: dict[str, float] = {}

    @property
    def busy(self) -> bool:
        """Whether any row is being written."""
        return bool(self._rows or self._waiting)

    @property
    def running(self) -> int:
        """How many rows are being written."""
        return len(self._rows)

    @property
    def bytes(self) -> int:
        """What the rows may come to take of memory."""
        return sum(row.bytes for row in self._rows.values())

    def uses(self, loaded: Loaded) -> bool:
        """Whether a row is written by that model, or will be."""
        return any(row.loaded is loaded for row in (*self._rows.values(), *self._waiting))

    def add(self, row: Written) -> None:
        """Let a row join at the next step, or when there is room for it.

        Raises:
            ModelUnavailable: there will never be.
        """
        if isinstance(row, Group):
            row.fit(self.room)
        if row.bytes > self.room:
            raise ModelUnavailable("backend.out_of_memory", model=row.loaded.name)
        self._waiting.append(row)
        self._admit()
        if self._waiting and self._waiting[-1] is row:
            row.tell(Waiting("queued", place=len(self._waiting), model=row.loaded.name))

    def drop(self, id: int) -> None:
        """Let a row leave; one that is not there is no matter."""
        self._rows.pop(id, None)
        self._waiting = deque(row for row in self._waiting if row.id != id)

    @torch.inference_mode()
    def step(self) -> list[Failure]:
        """Move every row on; returns the rows that failed, already dropped."""
        self._admit()
        failed: list[Failure] = []
        for loaded in {id(row.loaded): row.loaded for row in self._rows.values()}.values():
            turns = self._plan([row for row in self._rows.values() if row.loaded is loaded])
            failed += self._carry_out(loaded, turns)
        for row in [row for row in self._rows.values() if row.done]:
            self.drop(row.id)
            self._keep(row)
        for row, _ in failed:
            self.drop(row.id)
        return failed

    def _admit(self) -> None:
        while self._waiting:
            wanted = self.bytes + self._waiting[0].bytes
            if self._rows and wanted > self.room:
                return
            self.prefixes.shrink(max(0, self.room - wanted))
            row = self._waiting.popleft()
            self._rows[row.id] = row

    def _plan(self, rows: Sequence[Written]) -> list[Turn]:
        """What each row does in this step.  Those who came first are read first."""
        writers = sum(row.writing for row in rows)
        left = PIECE
        if writers and (pace := self._pace.get(rows[0].loaded.name)):
            left = max(SHORTEST, min(PIECE, int(STALL / pace)))
        turns: list[Turn] = []
        for row in rows:
            if isinstance(row, Group) and row.begun:
                turns.append(Turn(row, row.heads, []))
            elif isinstance(row, Row) and row.writing:
                guessed = row.guess() if len(rows) <= FEW else []
                turns.append(Turn(row, [row.ids[-1], *guessed], guessed))
            elif left > 0:
                at = row.memory.length
                turns.append(Turn(row, row.ids[at : at + left], []))
                left -= len(turns[-1].ids)
        return turns

    def _carry_out(self, loaded: Loaded, turns: list[Turn]) -> list[Failure]:
        """Read, then draw.  If all together fail, each is tried alone: one row's trouble is its own."""
        begun = time.monotonic()
        draws = {turn.row.id: turn.draws for turn in turns}
        try:
            scores = _read(loaded, turns)
        except Exception as error:  # noqa: BLE001 - told to the reader whose row it was
            if len(turns) == 1:
                return [(turns[0].row, error)]
            return [failure for turn in turns for failure in self._carry_out(loaded, [turn])]
        read = sum(len(turn.ids) for turn in turns if len(turn.ids) > SHORTEST)
        if read:
            pace = (time.monotonic() - begun) / read
            self._pace[loaded.name] = 0.5 * (self._pace.get(loaded.name, pace) + pace)
        drawing = [(turn, part) for turn, part in zip(turns, scores, strict=True) if draws[turn.row.id]]
        return self._draw(drawing)

    def _draw(self, drawing: list[tuple[Turn, torch.Tensor]]) -> list[Failure]:
        failed: list[Failure] = []
        free = [
            (turn.row, part)
            for turn, part in drawing
            if isinstance(turn.row, Row) and not turn.row.processors
        ]
        bests = iter(
            best_of(
                torch.cat([part for _, part in free]),
                norms=any(row.pending is not None for row, _ in free),
            )
            if free
            else ()
        )
        for turn, part in drawing:
            row = turn.row
            try:
                if isinstance(row, Group):
                    first = not row.begun
                    row.draw(part)
                else:
                    known = None if row.processors else [next(bests) for _ in range(len(part))]
                    first = not row.written
                    row.draw(part, known, turn.guessed)
            except Exception as error:  # noqa: BLE001 - one row's failure is told to its reader alone
                failed.append((row, error))
                continue
            if first:
                self._keep_prompt(row)
        return failed

    def _keep_prompt(self, row: Written) -> None:
        """Keep what was computed of a prompt, for others that begin like it, as soon as it is read."""
        key, memory, ids = row.key, row.memory, row.ids[: row.prompt]
        if key is None:
            return
        if isinstance(memory, Branches):
            shared = memory.prefix  # nobody writes to it any more
            self._aside(lambda: self.prefixes.keep(key, ids, shared))
        elif isinstance(memory, RowMemory):
            self._aside(lambda: self.prefixes.keep(key, ids, memory.copy(len(ids))))

    def _keep(self, row: Written) -> None:
        """Keep all that a row has read and written: a story goes on from there."""
        key, memory = row.key, row.memory
        if key is None or not isinstance(memory, RowMemory):
            return
        if any(other.key == key for other in self._rows.values()):
            return
        self._aside(lambda: self.prefixes.keep(key, row.ids, memory))


def _read(loaded: Loaded, turns: Sequence[Turn]) -> list[torch.Tensor]:
    """The scores after the last token of each turn, and after each that was guessed: (1 + guessed, V)."""
    if loaded.packed:
        pieces = [
            packed.Piece(turn.row.memory, turn.ids, _wanted(turn))
            for turn in turns
            if isinstance(turn.row.memory, RowMemory | Branches)
        ]
        return packed.forward(loaded.model, pieces, loaded.device)
    return [_read_plain(loaded, turn) for turn in turns]


def _wanted(turn: Turn) -> int:
    """For how many of the last tokens of a turn scores are wanted."""
    return len(turn.ids) if isinstance(turn.row.memory, Branches) else len(turn.guessed) + 1


def _read_plain(loaded: Loaded, turn: Turn) -> torch.Tensor:
    memory = turn.row.memory
    if isinstance(memory, PlainBranches):
        parts = [
            plain.forward(loaded.model, plain.PlainPiece(one, [id]), loaded.device)
            for one, id in zip(memory.memories, turn.ids, strict=True)
        ]
        return torch.cat(parts)
    assert isinstance(memory, PlainMemory)
    return plain.forward(loaded.model, plain.PlainPiece(memory, turn.ids), loaded.device)
