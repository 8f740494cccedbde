"""What a stream passes before anybody sees it: nothing forbidden is shown even for a second.

A word or pattern rule can match at most ``reach`` characters, so the newest
``reach`` characters are held back; what is older can no longer become part of a
match.  Where a judge of whole texts listens, text is let through a sentence at
a time, after judgement.
"""

from __future__ import annotations

import re
from typing import Protocol

from bot.moderation.verdict import Action, Hit, Verdict

_SENTENCE = re.compile(r"[.!?。！？…\n][\"'”’」』）)\s]*")


class Judge(Protocol):
    """What a gate needs of a pipeline."""

    @property
    def reach(self) -> int:
        """Longest span that can match."""
        ...

    @property
    def whole(self) -> bool:
        """Whether whole sentences must be judged."""
        ...

    async def judge(self, text: str, *, partial: bool = False) -> Verdict:
        """The verdict on a text."""
        ...


class StreamGate:
    """A gate for one stream.  ``shut`` once something was seen that may not be shown."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._text = ""
        self._shown = 0
        self._hits: dict[tuple[int, int, str], Hit] = {}
        self._missing: dict[str, None] = {}
        self.shut = False

    async def feed(self, piece: str) -> str:
        """Take a piece of the stream and give what may be shown now."""
        if self.shut or not piece:
            return ""
        self._text += piece
        if not self._judge.whole and not self._judge.reach:
            return self._release(len(self._text))
        end = len(self._text) - self._judge.reach
        if self._judge.whole:
            ends = [found.end() for found in _SENTENCE.finditer(self._text, self._shown)]
            end = max((at for at in ends if at <= end), default=self._shown)
        if end <= self._shown:
            return ""
        await self._look(end if self._judge.whole else len(self._text), last=False)
        return "" if self.shut else self._release(end)

    async def finish(self) -> tuple[str, Verdict]:
        """The rest that may be shown, and the verdict on the whole text."""
        if not self.shut:
            await self._look(len(self._text), last=True)
        verdict = Verdict(self._text, tuple(sorted(self._hits.values(), key=_place)), tuple(self._missing))
        return ("" if self.shut else self._release(len(self._text))), verdict

    async def _look(self, end: int, *, last: bool) -> None:
        """Judge what has not been shown, with as much before it as a match could begin in.

        A hit at a cut edge may be no hit in the whole text ("ass" in "bass", or
        in "assume" of which the rest is still to come).  At the front it lies
        wholly in what was judged before and shown; at the back it lies in what
        is held back, and will be judged again.
        """
        start = max(0, self._shown - self._judge.reach - 1)
        verdict = await self._judge.judge(self._text[start:end])
        self._missing.update(dict.fromkeys(verdict.missing))
        for hit in verdict.hits:
            open_end = hit.end + start == end and not last and not self._judge.whole
            if open_end or hit.end + start <= self._shown:
                continue
            at = (hit.start + start, hit.end + start, hit.rule)
            self._hits[at] = Hit(*at, hit.action, hit.reason)
            self.shut |= hit.action >= Action.REGENERATE

    def _release(self, end: int) -> str:
        """Text up to ``end`` that was not shown yet, masked; never part of a match that is still open."""
        masks = [hit for hit in self._hits.values() if hit.action is Action.MASK]
        covered = Verdict(self._text, tuple(masks)).masked() if masks else self._text
        piece, self._shown = covered[self._shown : end], end
        return piece


def _place(hit: Hit) -> tuple[int, int]:
    return hit.start, hit.end
