"""A backend that does what it was told beforehand: the fake with which everything else is tested."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal

from bot.backends.base import (
    Ability,
    Chunk,
    Done,
    ModelInfo,
    ModelRef,
    Request,
    Text,
    TokenProb,
    Usage,
    Waiting,
)
from bot.backends.deadline import Deadline
from bot.backends.thoughts import spoken
from bot.errors import RengaError

Ending = Literal["stop", "length", "refused"]


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause of some seconds between two pieces; infinite when it hangs."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: pieces, pauses, gates, waiting and errors in their order, then the ending."""

    steps: tuple[str | Pause | asyncio.Event | Waiting | RengaError, ...]
    ending: Ending = "stop"


class ScriptedBackend:
    """Answers from a queue, and remembers what it was asked.

    With an empty queue it writes a short poem about the topic, the same for the
    same request, seed and number of the call, another for another.

    Args:
        name: the provider's name.
        abilities: what its models can do.
        models: the ids it lists; every id is answered.
        obey: be the worst model there is: say everything it was told, and do
            what any part of the text tells it to repeat or say.
    """

    def __init__(
        self,
        name: str = "scripted",
        *,
        abilities: Ability = Ability.CHAT | Ability.SEED | Ability.LOGPROBS | Ability.LOCAL,
        models: Sequence[str] = ("scripted",),
        obey: bool = False,
    ) -> None:
        self.name = name
        self.requests: list[Request] = []
        """Every request, in the order in which reading its answer began."""
        self.open = 0
        """How many streams are being read now."""
        self.closed = False
        self.down: RengaError | None = None
        """When set, the model list fails with it."""
        self._infos = [ModelInfo(id, abilities, context=4096) for id in models]
        self._obey = obey
        self._answers: deque[Answer] = deque()

    def say(self, *pieces: str, ending: Ending = "stop", pause: float = 0.0) -> ScriptedBackend:
        """Queue an answer in these pieces, with a pause in seconds before each."""
        steps = [step for piece in pieces for step in (Pause(pause), piece)]
        return self.act(*steps, ending=ending)

    def fail(self, error: RengaError, *before: str) -> ScriptedBackend:
        """Queue an error, raised after these pieces were given out."""
        return self.act(*before, error)

    def hang(self, *before: str) -> ScriptedBackend:
        """Queue an answer that never ends after these pieces."""
        return self.act(*before, Pause(float("inf")))

    def act(
        self, *steps: str | float | Pause | asyncio.Event | Waiting | RengaError, ending: Ending = "stop"
    ) -> ScriptedBackend:
        """Queue an answer step by step: text, pauses in seconds, gates (until set), waiting, an error."""
        told = (Pause(float(step)) if isinstance(step, (int, float)) else step for step in steps)
        self._answers.append(Answer(tuple(told), ending))
        return self

    async def models(self) -> Sequence[ModelInfo]:
        """The ids given at the start."""
        if self.down is not None:
            raise self.down
        return self._infos

    async def generate(self, request: Request) -> AsyncGenerator[Chunk, None]:
        """Give the next answer of the queue, or one of its own."""
        self.requests.append(request)
        deadline = Deadline(request.deadline, f"{self.name}/{request.model}")
        async with aclosing(deadline.keep(spoken(self._act(request)))) as chunks:
            async for chunk in chunks:
                yield chunk

    async def _act(self, request: Request) -> AsyncGenerator[Chunk, None]:
        answer = self._answers.popleft() if self._answers else Answer(self._own(request))
        who = ModelRef(self.name, request.model or self._infos[0].id, "1")
        written = 0
        self.open += 1
        try:
            for step in answer.steps:
                match step:
                    case Pause(seconds):
                        await _pause(seconds)
                    case asyncio.Event():
                        await step.wait()
                    case Waiting():
                        yield step
                    case RengaError():
                        raise step
                    case str():
                        written += 1
                        tokens = (TokenProb(step, -0.5),) if request.logprobs else ()
                        yield Text(step, tokens, who)
            read = len(_prompt(request).split())
            yield Done(answer.ending, who, Usage(read, written), request.sampling.seed)
        finally:
            self.open -= 1

    async def aclose(self) -> None:
        """Remember that it was closed."""
        self.closed = True

    def _own(self, request: Request) -> tuple[str | Pause, ...]:
        pieces = _obeyed(_prompt(request)) if self._obey else self._poem(request)
        return tuple(step for piece in pieces for step in (Pause(0), piece))

    def _poem(self, request: Request) -> tuple[str, ...]:
        topic = request.cue.topic if request.cue and request.cue.topic else _topic(_prompt(request))
        seed = f"{request.sampling.seed}/{len(self.requests)}/{topic}"
        number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4], "big")
        if re.search(r"[\u4e00-\u9fff]", topic):
            return (f"{topic}，第{number % 9973}夜，\n", "灯火照见半页纸。\n", "有人替我写完它。")
        return (
            f"{topic}, on night {number % 9973},\n",
            "a lamp looks at half a page.\n",
            "Someone ends it for me.",
        )


async def _pause(seconds: float) -> None:
    if seconds == float("inf"):
        await asyncio.Event().wait()
    await asyncio.sleep(seconds)


def _prompt(request: Request) -> str:
    return "\n".join(message.text for message in request.messages) or request.continuation


def _topic(prompt: str) -> str:
    """What stands between the topic's marks, else the end of the prompt."""
    marked = re.findall(r"<topic>\s*(.+?)\s*</topic>", prompt, re.DOTALL)
    lines = [line.strip() for line in prompt.splitlines() if line.strip()]
    found = marked[-1] if marked else (lines[-1] if lines else "nothing")
    return " ".join(found.split())[:80]


def _obeyed(prompt: str) -> tuple[str, ...]:
    """Everything it was told, then whatever it was told to say."""
    orders = re.findall(
        r"(?:repeat|say|print|write|output|重复|说|输出)\s*[:：]?\s*(.+)", prompt, re.IGNORECASE
    )
    return (prompt, *(f"\n{order}" for order in orders))
