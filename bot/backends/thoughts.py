"""The one place that takes out what a model says around its answer: thoughts, channels, special tokens.

Servers hand a model's output on in very different states.  Where no parser of theirs has cut it, the
thoughts stand in the text, in the marks that each family of models was trained with, and so do the
tokens that end a turn.  Whoever asks a model reads it through :class:`Thoughts`, piece by piece.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Literal

from bot.backends.base import Chunk, Done, Text, Withdrawn
from bot.backends.thoughts_marks import Mark, Place, Scanner, suspect

WATCHED = 400
"""Characters at the start of an answer that are looked at for signs of thinking aloud."""


@dataclass(frozen=True, slots=True)
class Said:
    """What may go on; ``anew`` if all that went on before it was thought aloud, and no part of the answer."""

    text: str = ""
    anew: bool = False


@dataclass(slots=True)
class _Answer:
    """What has been said that nobody took for thoughts so far."""

    given: bool = False
    held: str = ""
    begun: str = ""
    """Its beginning, which is watched."""

    @property
    def empty(self) -> bool:
        return not self.given and not self.held.strip()


class Thoughts:
    """A filter for one answer, however it is cut in pieces.

    Thoughts that were opened by a mark never leave it.  Of thoughts whose opening mark stood in the
    prompt (templates of several families have it there) only the closing mark tells: a text that begins
    as thinking aloud does, or any text with ``hold``, is held back until that mark or the end.  What
    went on before a closing mark that came as a surprise is withdrawn.

    Args:
        hold: the model is known to have its thoughts opened in the prompt.
    """

    def __init__(self, *, hold: bool = False) -> None:
        self.thought = False
        """Whether thoughts were met."""
        self.unopened = False
        """Whether they were closed without having been opened."""
        self._scanner = Scanner()
        self._where: Literal["lead", "text", "thought", "header", "outside", "over"] = "lead"
        self._answer = _Answer()
        self._hold = hold
        self._doubted: _Answer | None = None
        """What stood before a closing mark that nothing opened: thoughts, if anything follows."""
        self._closed = 0
        self._harmony = self._wrapped = self._struck = self._role = self._marked = False
        self._header = ""

    @property
    def within(self) -> bool:
        """Whether what comes now is no part of the answer, or is held back since it may be none."""
        return self._where not in ("lead", "text") or self._hold

    def feed(self, piece: str) -> Said:
        """Take a piece and give what may go on."""
        self._scanner.feed(piece)
        return self._read(last=False)

    def finish(self, *, cut: bool = False) -> Said:
        """What is left at the end; of an answer that was ``cut`` nothing that may be thoughts."""
        said = self._read(last=True)
        if self._hold and cut:
            self.thought = True
            return Said("", said.anew or self._answer.given)
        held, self._answer.held = self._answer.held, ""
        if self._doubted is None:
            return Said(said.text + held, said.anew)
        # Nothing followed the closing mark: after other thoughts it is a stray one, else all was thoughts.
        if self._closed > 1:
            return Said(said.text + self._doubted.held, said.anew)
        return Said("", said.anew or self._doubted.given)

    @property
    def _place(self) -> Place:
        if self._where == "lead":
            return "role" if self._role else "lead"
        return "text" if self._where == "text" else "thought"

    def _read(self, *, last: bool) -> Said:
        text, anew = "", False
        while True:
            found = self._scanner.take(self._place, last=last)
            if found is None:
                return Said(text, anew)
            plain = found if isinstance(found, str) else self._meet(found)
            if plain:
                said = self._pass(plain)
                text, anew = (said.text, True) if said.anew else (text + said.text, anew)

    def _pass(self, plain: str) -> Said:
        """Plain text: where it goes depends on where it stands."""
        if self._where == "header":
            self._header += plain
        if self._where == "lead":
            # Space before the first word is the answer's own, unless a mark stood before it.
            plain = plain.lstrip() if self._marked else plain
            self._where, self._role = "text", False
        if self._where != "text":
            return Said()
        anew, answer = False, self._answer
        if self._doubted is not None:
            anew, self._doubted = self._doubted.given, None
        if len(answer.begun) < WATCHED:
            answer.begun += plain[:WATCHED]
            self._hold = self._hold or (not self._closed and suspect(answer.begun))
        if self._hold:
            answer.held += plain
            return Said("", anew)
        answer.given = True
        return Said(plain, anew)

    def _meet(self, mark: Mark) -> str:
        """Go where a mark says; what is none after all is given back as text."""
        self._marked = True
        match mark.kind:
            case _ if self._where == "over":
                pass
            case "open":
                self._where, self.thought = "thought", True
            case "close":
                self._close()
            case "channel" | "start":
                self._where, self._header, self._harmony = "header", "", True
            case "part":
                self._header += " "
            case "message" if self._where == "header":
                self._channel()
            case "ended" if self._harmony:
                self._where = "over" if "return" in mark.raw else "outside"
            case "turn" if self._answer.empty or self._where != "text":
                self._role = True
            case "wrap" if self._wrapped or self._where == "lead":
                self._where = "over" if self._wrapped else self._where
                self._wrapped = True
            case "strike" if self._where == "text" and (self._struck or "/" not in mark.raw):
                self._struck = True
                return mark.raw
            case "wrap":
                return mark.raw
            case "end" | "ended" | "turn":
                # Before the first word such a token ends nothing.
                self._where = self._where if self._where == "lead" and self._answer.empty else "over"
            case "skip" | "message" | "strike":
                pass
        return ""

    def _close(self) -> None:
        self._closed += 1
        self.thought = True
        if self._where not in ("thought", "header", "outside"):
            self.unopened = True
            if not self._answer.empty:
                self._doubted = self._answer
                self._answer = _Answer()
            self._hold = False
            self._where = "lead"
            return
        self._where = "lead" if self._answer.empty else "text"
        self._hold = self._hold and not self._answer.empty

    def _channel(self) -> None:
        """The message of a channel begins: only the final one is the answer."""
        words = self._header.split()
        # After `<|start|>assistant` alone comes the answer too.
        final = "final" in words or words in ([], ["assistant"])
        self.thought = self.thought or not final
        self._hold = False
        self._where = "thought" if not final else "lead" if self._answer.empty else "text"


async def spoken(stream: AsyncGenerator[Chunk, None]) -> AsyncGenerator[Chunk, None]:
    """A model's stream without its thoughts."""
    thoughts = Thoughts()
    last: Text | None = None
    async with aclosing(stream) as chunks:
        async for chunk in chunks:
            if isinstance(chunk, Text):
                said, tokens = thoughts.feed(chunk.text), chunk.tokens
                last = chunk
            elif isinstance(chunk, Done):
                said, tokens = thoughts.finish(cut=chunk.ending == "length"), ()
            else:
                yield chunk
                continue
            if said.anew:
                yield Withdrawn()
            if last is not None and (said.text or (tokens and not thoughts.within)):
                yield replace(last, text=said.text, tokens=tokens)
            if isinstance(chunk, Done):
                yield chunk
