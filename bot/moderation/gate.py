"""What a stream passes before anybody sees it: nothing forbidden is shown even for a second.

Word and pattern rules say up to where nothing that is still to come can make a
hit; only that is shown.  Where a judge of whole texts may stop a text, it is let
through a sentence at a time, after judgement.  The verdict at the end is the
one on the whole text, however the stream was cut.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import inf
from time import monotonic
from typing import Protocol

from bot.moderation.graphemes import covered, settled
from bot.moderation.verdict import MARK, Action, Hit, Scan, Verdict

_SENTENCE = re.compile(r"[.!?。！？…\n][\"'”’」』）)\s]*")
_STEP, _LATER = 96, 400
"""How many new characters are looked at together, first and later; a look costs as much as 500 of them."""
_LATE = 0.25
"""After how many seconds fewer are looked at too."""
_BEFORE = 300
"""How much of what was shown a judge of sentences is told again."""


class Judge(Protocol):
    """What a gate needs of a pipeline."""

    @property
    def whole(self) -> bool:
        """Whether whole sentences must be judged before they are shown."""
        ...

    def scan(self) -> Scan | None:
        """A look at one stream by the rules that need not see whole texts; None if there are none."""
        ...

    async def judge(self, text: str) -> Verdict:
        """The verdict on a text."""
        ...

    async def judge_whole(self, text: str) -> Verdict:
        """The verdict of the judges of whole texts alone."""
        ...


class StreamGate:
    """A gate for one stream.  ``shut`` once something was seen that may not be shown.

    ``clock`` gives seconds, for a slow stream to flow evenly; it decides when
    text is looked at, never what is shown of it.
    """

    def __init__(self, judge: Judge, clock: Callable[[], float] = monotonic) -> None:
        self._judge = judge
        self._scan = judge.scan()
        self._clock = clock
        # The first words are looked at as they come: whoever waits sees that it writes.
        self._looked_at = -inf
        self._open = self._scan is None and not judge.whole
        self._step = 0 if self._open else _STEP
        self._pieces: list[str] = []
        self._waiting = 0
        self._text = ""
        self._known = 0
        self._judged = 0
        self._shown = 0
        self._masks: list[Hit] = []
        self._stops: list[Hit] = []
        self._missing: dict[str, None] = {}
        self.shut = False

    async def feed(self, piece: str) -> str:
        """Take a piece of the stream and give what may be shown now."""
        self._pieces.append(piece)
        self._waiting += len(piece)
        if self._waiting < self._step and (self._clock() - self._looked_at <= _LATE or self.shut):
            return ""
        if self.shut or not piece:
            return ""
        if self._open:
            self._gather()
            return self._release(len(self._text))
        if self._waiting >= _STEP:
            self._step = _LATER
        self._gather()
        await self._look()
        return "" if self.shut else self._release(settled(self._text, min(self._known, self._judged)))

    async def finish(self) -> tuple[str, Verdict]:
        """The rest that may be shown, and the verdict on the whole text."""
        self._gather()
        verdict = await self._judge.judge(self._text)
        self._masks = [hit for hit in verdict.hits if hit.action is Action.MASK and hit.end > self._shown]
        if self.shut and verdict.action < Action.REGENERATE:
            verdict = replace(verdict, hits=(*verdict.hits, *self._stops))
        verdict = replace(verdict, missing=tuple(dict.fromkeys((*self._missing, *verdict.missing))))
        self.shut |= verdict.action >= Action.REGENERATE
        return ("" if self.shut else self._release(len(self._text))), verdict

    def _gather(self) -> None:
        self._text += "".join(self._pieces)
        self._pieces.clear()
        self._waiting = 0
        self._looked_at = self._clock()

    async def _look(self) -> None:
        if self._scan is None:
            self._known = len(self._text)
        else:
            hits, self._known, missing = await self._scan.advance(self._text, last=False)
            self._take(hits, missing)
        if not self._judge.whole:
            self._judged = len(self._text)
        elif not self.shut:
            await self._judge_sentences()

    async def _judge_sentences(self) -> None:
        """Judge the sentences that have ended; the last one is judged with the whole text."""
        ends = [found.end() for found in _SENTENCE.finditer(self._text, self._judged)]
        # What follows a full stop may belong to it: "3.14", "..."
        end = max((at for at in ends if at < len(self._text)), default=self._judged)
        if end <= self._judged:
            return
        begin = max(0, self._judged - _BEFORE)
        verdict = await self._judge.judge_whole(self._text[begin:end])
        hits = [hit.moved(begin) for hit in verdict.hits]
        self._take(hits, verdict.missing)
        self._judged = end

    def _take(self, hits: Sequence[Hit], missing: Sequence[str]) -> None:
        self._missing.update(dict.fromkeys(missing))
        for hit in hits:
            if hit.shadow:
                continue
            if hit.action >= Action.REGENERATE:
                self._stops.append(hit)
                self.shut = True
            elif hit.action is Action.MASK:
                self._masks.append(hit)

    def _release(self, end: int) -> str:
        """Text up to ``end`` that was not shown yet, masked."""
        if end <= self._shown:
            return ""
        start, self._shown = self._shown, end
        masks = [(hit.start, hit.end) for hit in self._masks if hit.start < end and hit.end > start]
        self._masks = [hit for hit in self._masks if hit.end > end]
        return covered(self._text, masks, MARK, start, end) if masks else self._text[start:end]
