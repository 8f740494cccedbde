"""The one interface through which every word is asked for.

A backend gives an async generator of chunks.  Whoever consumes it wraps it in
:func:`contextlib.aclosing`: closing the generator is how a request is cancelled,
and a backend frees whatever it holds in a ``finally``.  The last chunk of a
generator that was not closed is always :class:`Done`; failure is an exception
from :mod:`bot.errors`, never a chunk.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from enum import Flag, auto
from typing import Any, Literal, Protocol, runtime_checkable

from bot.forms.guide.vocabulary import Next, Vocabulary
from bot.forms.model import FormReport
from bot.ids import Lang

Role = Literal["system", "user", "assistant"]


class Ability(Flag):
    """What a model can do beyond plain text."""

    NONE = 0
    CHAT = auto()
    """Takes messages with roles; without it only the continuation (or the cue) is used."""
    CUE = auto()
    """Is conditioned on a :class:`Cue` (the house model)."""
    SEED = auto()
    LOGPROBS = auto()
    CONSTRAINT = auto()
    LOCAL = auto()
    """Runs on this machine: no text leaves it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What a model's own answers have taught about how it wants to be asked.

    Attributes:
        protocol: "responses", "chat" or "completions".
        thinks: it thinks before it answers.
        room: tokens that are left for that, beyond those of an answer.
        leads: it takes no system message.
        without: parameters that it does not take.
    """

    protocol: str
    thinks: bool = False
    room: int = 0
    leads: bool = False
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One model that a backend can be asked for.

    ``context`` is its window in tokens, if known; ``learnt`` what was learnt of it, if it was ever asked.
    """

    id: str
    abilities: Ability = Ability.NONE
    context: int | None = None
    about: str = ""
    learnt: Learnt | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat.  Its text is data: special tokens in it are never special."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """What a small model trained on verse is conditioned on; any field may be empty."""

    language: str
    topic: str = ""
    form: str = ""
    lines: int | None = None
    opening: str = ""
    """Lines already there, to be written on."""
    draft: str = ""
    """A poem to be rewritten; an empty line stands for a line that is wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How to sample.  ``max_tokens`` counts tokens written; ``seed`` None means any."""

    temperature: float = 0.9
    top_p: float = 0.95
    max_tokens: int = 400
    stop: tuple[str, ...] = ()
    seed: int | None = None


class Writer(Protocol):
    """Guides one text while it is written."""

    def next(self, written: Sequence[int]) -> Next:
        """What may follow the tokens written so far."""
        ...

    def fork(self) -> Writer:
        """Another writer at the same place: what is written there is its own."""
        ...


class Constraint(Protocol):
    """What a text must be; made by :mod:`bot.forms`.

    Local models are steered by it token by token, in the engine's worker; models elsewhere are told the
    plan, and what their text lacks (:mod:`bot.services.forming`).
    Implementations are picklable values: they cross a process boundary.
    """

    @property
    def form(self) -> str:
        """The id of the form that it guides to."""
        ...

    @property
    def language(self) -> Lang:
        """The language of the text."""
        ...

    @property
    def possible(self) -> bool:
        """Whether decoding can be steered to it; else there is only the check."""
        ...

    @property
    def told(self) -> str:
        """The plan in words, for a model that is not steered; "" where there is none."""
        ...

    @property
    def tries(self) -> int:
        """How many candidates of each line are written, of which the best stays; 1 for the whole at once."""
        ...

    @property
    def given(self) -> str:
        """The next line, where it is not to be written but only said again; else ""."""
        ...

    @property
    def left(self) -> int:
        """How many lines are still to be written."""
        ...

    @property
    def begun(self) -> str:
        """What is written so far, with the line ends after it."""
        ...

    def after(self, line: str) -> Constraint:
        """The same with another line written."""
        ...

    def reseeded(self, seed: int) -> Constraint:
        """The same, with nothing written, and another choice among the patterns that the form allows."""
        ...

    def writer(self, vocabulary: Vocabulary) -> Writer:
        """Begin to guide what is written from here on."""
        ...

    def merit(self, line: str) -> float:
        """What a candidate for the next line has in its favour, in nats a token."""
        ...

    def whole(self, text: str) -> str:
        """A text with the lines given at first before it, if it does not begin with them already."""
        ...

    def restored(self, text: str) -> str:
        """A text with the lines that were to stay as they were."""
        ...

    def report(self, text: str) -> FormReport:
        """The check of a finished text."""
        ...

    def shows(self, text: str) -> bool:
        """Whether the topic shows in a text, in its own words."""
        ...

    def worth(self, text: str, *, literal: bool = True) -> float:
        """How well a finished text does, from 0 to 1; 1 where nothing is left to wish for.

        Of a writer that is ``literal`` the topic is wanted in its own words.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, with every rendering of it that some backend may need.

    Attributes:
        model: the id that a backend knows the model by, or "" for its default.
        messages: for models that chat.
        continuation: for base models that only go on writing.
        cue: for the house model.
        deadline: seconds from the call until the last chunk must be there.
        scope: whose request it is, for fairness: ``"<guild>/<member>"``.
        local_only: no text of it may leave this machine.
        logprobs: ask for log-probabilities of the tokens, where the model can.
        prefix_key: names a prompt prefix worth keeping between requests ("" for none).
        schema: the JSON schema of the answer, for servers that keep one; others do as the messages ask.
        begun: what the answer begins with already, for local models; it is not given again.
        era: how many members were forgotten before it was asked; what was computed of a prompt of
            an earlier era is not kept, for their words may be in it.
    """

    messages: tuple[Message, ...]
    continuation: str = ""
    cue: Cue | None = None
    model: str = ""
    sampling: Sampling = field(default_factory=Sampling)
    constraint: Constraint | None = None
    deadline: float = 300.0
    scope: str = ""
    local_only: bool = False
    logprobs: bool = False
    prefix_key: str = ""
    begun: str = ""
    era: int = 0
    schema: Mapping[str, Any] | None = None


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None and other is None else (one or 0) + (other or 0)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens read and written; None where the provider does not say."""

    read: int | None = None
    written: int | None = None

    def plus(self, other: Usage) -> Usage:
        """Both together, as far as they are known."""
        return Usage(_sum(self.read, other.read), _sum(self.written, other.written))


@dataclass(frozen=True, slots=True)
class ModelRef:
    """Who really answered: ``provider`` such as "local" or "openai", exact id and revision.

    ``asked`` is the id that it was asked by, where a server may answer in another name of the same
    model, such as that of a dated snapshot.
    """

    provider: str
    id: str
    revision: str = ""
    asked: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        """``provider/id``, as shown in a credit line and typed in ``model:``."""
        return f"{self.provider}/{self.id}"


@dataclass(frozen=True, slots=True)
class TokenProb:
    """One written token and the natural log of its probability."""

    text: str
    logprob: float


@dataclass(frozen=True, slots=True)
class Text:
    """Some text, to be appended to what came before.

    ``model`` says who writes.  The first text of a stream names it, so that a
    stream that is stopped before :class:`Done` can be credited too.
    """

    text: str
    tokens: tuple[TokenProb, ...] = ()
    model: ModelRef | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing yet, and why.

    ``place`` counts from 1; ``fraction`` is between 0 and 1; ``seconds`` is how long
    it will probably be, as far as that is known.
    """

    why: Literal["queued", "loading", "downloading", "trying"]
    place: int | None = None
    fraction: float | None = None
    model: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What was given so far was thought aloud, and is no part of the answer: the text begins anew."""


Lack = Literal["new", "topic"]


@dataclass(frozen=True, slots=True)
class Done:
    """The end: how it ended, who answered, what it cost.

    ``lacks`` is what no further try brought: that all lines are new to the model, that the topic shows.
    """

    ending: Literal["stop", "length", "refused"]
    model: ModelRef
    usage: Usage = field(default_factory=Usage)
    seed: int | None = None
    lacks: tuple[Lack, ...] = ()


Chunk = Text | Waiting | Withdrawn | Done


class Backend(Protocol):
    """Where words come from."""

    @property
    def name(self) -> str:
        """The provider's name: the part of ``provider/model`` before the slash."""
        ...

    async def models(self) -> Sequence[ModelInfo]:
        """What can be asked for now; asks the server, never a built-in list.

        Raises:
            BackendError: the server cannot be asked.
        """
        ...

    def generate(self, request: Request) -> AsyncGenerator[Chunk, None]:
        """Stream the answer.  Not ``async def``: calling it starts nothing, iterating does."""
        ...

    async def aclose(self) -> None:
        """Free everything; may be called twice."""
        ...


@runtime_checkable
class Remembering(Protocol):
    """A backend that keeps something of prompts between requests."""

    async def forget(self, era: int) -> None:
        """Drop what was kept of prompts of an era before ``era``, and keep no more of them."""
        ...


@runtime_checkable
class TakesUnlisted(Protocol):
    """A backend that may be asked for more models than it lists."""

    def unlisted(self, id: str) -> ModelInfo | None:
        """What is known of a model that it does not list; None if it would not ask for it."""
        ...


@dataclass(frozen=True, slots=True)
class Result:
    """A whole answer."""

    text: str
    done: Done
    tokens: tuple[TokenProb, ...] = ()


async def collect(stream: AsyncGenerator[Chunk, None]) -> Result:
    """Read a stream to its end."""
    pieces: list[str] = []
    tokens: list[TokenProb] = []
    async with aclosing(stream) as chunks:
        async for chunk in chunks:
            if isinstance(chunk, Text):
                pieces.append(chunk.text)
                tokens.extend(chunk.tokens)
            elif isinstance(chunk, Withdrawn):
                pieces.clear()
                tokens.clear()
            elif isinstance(chunk, Done):
                return Result("".join(pieces), chunk, tuple(tokens))
    raise RuntimeError("the backend ended its stream without Done")
