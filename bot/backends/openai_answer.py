"""One answer as it comes in: what of it is text, who writes it, how it ended, what it cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from bot.backends.base import Chunk, ModelRef, Request, Text, TokenProb, Usage, Withdrawn
from bot.backends.characters import Characters
from bot.backends.openai_events import Ending, Event
from bot.backends.stops import Stops
from bot.backends.thoughts import Said, Thoughts

BYTES = 8
"""Bytes of text for which at least one token is counted: no family of models takes more on average."""


class Answer:
    """Takes the events of one answer and gives its chunks.

    Args:
        who: the model that was asked.
        request: for its stop sequences, and the length of the answer that it allows.
        roomy: the server was given a higher limit, for thinking: then the answer's own is kept here.
        hold: see :class:`bot.backends.thoughts.Thoughts`.
    """

    def __init__(self, who: ModelRef, request: Request, *, roomy: bool, hold: bool) -> None:
        self.who = who
        self.ending: Ending | None = None
        self.usage = Usage()
        self.refusal = False
        self.given = False
        """Whether any text was given out."""
        self.begun = False
        """Whether anything came at all."""
        self.thoughts = Thoughts(hold=hold)
        self._apart = False
        self._characters = Characters()
        self._most = request.sampling.max_tokens if roomy else None
        self._stops = Stops(request.sampling.stop)
        self._tokens: list[TokenProb] = []
        self._counted = 0

    @classmethod
    def none(cls, who: ModelRef, request: Request) -> Self:
        """An answer of which nothing came."""
        return cls(who, request, roomy=False, hold=False)

    @property
    def thought(self) -> bool:
        """Whether the model thought, as far as it shows."""
        return self._apart or self.thoughts.thought

    @property
    def over(self) -> bool:
        """Whether nothing more of it is wanted."""
        return self._stops.found or (self._most is not None and self._counted > self._most)

    def take(self, event: Event) -> Iterator[Chunk]:
        """Note what an event says, and give its text as far as it may go on."""
        self.begun = True
        if event.model:
            self.who = ModelRef(
                self.who.provider, event.model, event.revision or self.who.revision, self.who.asked
            )
        self.ending = event.ending or self.ending
        self.usage = event.usage or self.usage
        self.refusal = self.refusal or event.refusal
        self._apart = self._apart or event.thought
        self._tokens += [TokenProb(token, logprob) for token, logprob in event.tokens]
        if text := self._characters.feed(event.text):
            yield from self._say(self.thoughts.feed(text))
        elif self._tokens and not self.thoughts.within:
            yield self._text("")

    def finish(self, *, cut: bool = False, whole: bool = False) -> Iterator[Chunk]:
        """What is left at the end; of an answer that was ``cut`` nothing that may be thoughts.

        ``whole`` says that the server said it was the end, of which not every server names the kind.
        """
        if self._stops.found:
            self.ending = "stop"
            return
        if self._most is not None and self._counted > self._most:
            self.ending = "length"
            cut = True
        if rest := self._characters.finish():
            yield from self._say(self.thoughts.feed(rest))
        yield from self._say(self.thoughts.finish(cut=cut or self.ending in ("length", "broken")))
        if rest := self._stops.finish():
            yield self._text(rest)
        if self._stops.found or (self.ending is None and whole and self.given):
            self.ending = "stop"

    def _say(self, said: Said) -> Iterator[Chunk]:
        if said.anew:
            self.given, self._counted, self._tokens = False, 0, []
            self._stops = self._stops.anew()
            yield Withdrawn()
        if self.thoughts.within:
            self._tokens = []
        if said.text:
            self._counted += max(1, len(said.text.encode()) // BYTES)
            if (text := self._stops.feed(said.text)) or self._tokens:
                yield self._text(text)

    def _text(self, text: str) -> Text:
        tokens, self._tokens = tuple(self._tokens), []
        self.given = self.given or bool(text)
        return Text(text, tokens, self.who)
