"""Judges of categories: how much of a text is sexual, violent, hateful …, as scores from 0 to 1.

Two of them: a server that speaks OpenAI's moderation endpoint, and a classifier
on this machine through Transformers.  Both remember their last answers: a text
that is streamed is judged a sentence at a time and once more as a whole.
Whatever goes wrong is raised; what follows from that is for the filters.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import sys
from collections import OrderedDict
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol, cast

from bot.errors import ConfigError
from bot.settings import Settings

if TYPE_CHECKING:
    from openai import AsyncOpenAI

OPENAI_MODEL = "omni-moderation-latest"
LONGEST = 20_000
"""Characters that are judged at once."""

REMEMBERED = 256
PATIENCE = 10.0
"""Seconds in which a judge has to answer."""

LOADING = 300.0
"""Seconds in which a local classifier has to be loaded, once."""

_staying: ContextVar[bool] = ContextVar("staying_here", default=False)


@contextmanager
def staying_here(stays: bool) -> Generator[None]:
    """While this holds, no text is sent to a judge elsewhere."""
    token = _staying.set(stays)
    try:
        yield
    finally:
        _staying.reset(token)


class Judge(Protocol):
    """A judge of categories; see :class:`bot.moderation.categories.CategoryJudge`."""

    @property
    def name(self) -> str:
        """Named in logs, and in a verdict if it cannot be asked."""
        ...

    async def scores(self, text: str) -> Mapping[str, float]:
        """For each category how sure it is, 0 to 1.  An exception means that it could not judge."""
        ...

    async def aclose(self) -> None:
        """Let go of connections and processes."""
        ...


def build_judge(settings: Settings) -> Judge | None:
    """The judge that the settings ask for; None where categories are off.

    Raises:
        ConfigError: OpenAI is asked for, and there is neither a key nor a server.
    """
    if not settings.judge:
        return None
    if settings.judge == "openai":
        if settings.openai_key is None and settings.openai_url is None:
            raise ConfigError("setting.judge_key", variable="RENGA_JUDGE")
        key = settings.openai_key.get_secret_value() if settings.openai_key is not None else None
        url = str(settings.openai_url) if settings.openai_url is not None else None
        return OpenAIJudge(api_key=key, base_url=url)
    return LocalJudge(settings.judge.removeprefix("local/"))


class _Memory:
    """The last answers of a judge, by a digest of the text."""

    def __init__(self) -> None:
        self._held: OrderedDict[bytes, Mapping[str, float]] = OrderedDict()

    def get(self, text: str) -> Mapping[str, float] | None:
        found = self._held.get(_digest(text))
        if found is not None:
            self._held.move_to_end(_digest(text))
        return found

    def put(self, text: str, scores: Mapping[str, float]) -> Mapping[str, float]:
        self._held[_digest(text)] = scores
        while len(self._held) > REMEMBERED:
            self._held.popitem(last=False)
        return scores


class OpenAIJudge:
    """OpenAI's moderation endpoint, or a server that speaks it."""

    name = "openai"

    def __init__(
        self, *, api_key: str | None = None, base_url: str | None = None, patience: float = PATIENCE
    ) -> None:
        self._key = api_key
        self._url = base_url
        self._patience = patience
        self._memory = _Memory()
        self._made: AsyncOpenAI | None = None

    def __repr__(self) -> str:
        return "OpenAIJudge()"

    async def scores(self, text: str) -> Mapping[str, float]:
        """The scores of a text.

        Raises:
            LookupError: the words have to stay on this machine.
            Exception: the server did not answer in time, or not with scores.
        """
        if _staying.get():
            raise LookupError("the words stay on this machine")
        if (known := self._memory.get(text)) is not None:
            return known
        async with asyncio.timeout(self._patience):
            answer = await self._client().moderations.create(model=OPENAI_MODEL, input=text[:LONGEST])
        given = answer.results[0].category_scores.model_dump(by_alias=True)
        return self._memory.put(text, merged(given))

    async def aclose(self) -> None:
        """Close the connections."""
        if self._made is not None:
            await self._made.close()

    def _client(self) -> AsyncOpenAI:
        if self._made is None:
            from openai import AsyncOpenAI  # here, for it takes the better part of a second

            # The client insists on a key; a server without keys does not look at it.
            self._made = AsyncOpenAI(
                api_key=self._key or "none", base_url=self._url, max_retries=1, timeout=self._patience
            )
        return self._made


class LocalJudge:
    """A text classifier on this machine, in a process of its own that is started when first asked."""

    def __init__(self, model: str, *, patience: float = PATIENCE, loading: float = LOADING) -> None:
        self.name = "local"
        self._model = model
        self._patience = patience
        self._loading = loading
        self._memory = _Memory()
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None

    async def scores(self, text: str) -> Mapping[str, float]:
        """The scores of a text.

        Raises:
            Exception: the classifier cannot be loaded, died, or took too long; it is started anew next time.
        """
        if (known := self._memory.get(text)) is not None:
            return known
        async with self._turn:
            try:
                process = await self._started()
                given = await self._asked(process, {"text": text[:LONGEST]}, self._patience)
            except BaseException:
                await self._end()
                raise
        return self._memory.put(text, merged(given))

    async def aclose(self) -> None:
        """End the process."""
        await self._end()

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot.backends.local.judging",
                self._model,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=1 << 20,
            )
            await self._asked(self._process, {}, self._loading)
        return self._process

    async def _asked(
        self, process: asyncio.subprocess.Process, question: Mapping[str, str], patience: float
    ) -> Mapping[str, Any]:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the classifier has no pipes")
        async with asyncio.timeout(patience):
            if question:
                process.stdin.write(json.dumps(question).encode() + b"\n")
                await process.stdin.drain()
            line = await process.stdout.readline()
        if not line:
            raise RuntimeError("the classifier has ended")
        answer: Mapping[str, Any] = json.loads(line)
        if "error" in answer:
            raise RuntimeError(str(answer["error"]))
        return cast("Mapping[str, Any]", answer.get("scores") or {})

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


_NAMES: Mapping[str, str] = {
    # OpenAI's moderation endpoint; its subdivisions count as their category
    "sexual": "sexual",
    "sexual/minors": "sexual_minors",
    "violence": "violence",
    "violence/graphic": "violence",
    "self-harm": "self_harm",
    "self-harm/intent": "self_harm",
    "self-harm/instructions": "self_harm",
    "harassment": "harassment",
    "harassment/threatening": "harassment",
    "hate": "hate",
    "hate/threatening": "hate",
    "illicit": "illicit",
    "illicit/violent": "illicit",
    # classifiers trained on Jigsaw's comments (unitary/toxic-bert and its like)
    "toxic": "harassment",
    "toxicity": "harassment",
    "severe_toxic": "harassment",
    "severe_toxicity": "harassment",
    "insult": "harassment",
    "threat": "violence",
    "obscene": "sexual",
    "sexual_explicit": "sexual",
    "identity_hate": "hate",
    "identity_attack": "hate",
    # KoalaAI/Text-Moderation
    "s": "sexual",
    "s3": "sexual_minors",
    "v": "violence",
    "v2": "violence",
    "sh": "self_harm",
    "hr": "harassment",
    "h": "hate",
    "h2": "hate",
    # others
    "nsfw": "sexual",
    "hate_speech": "hate",
    "offensive": "harassment",
    "self_harm": "self_harm",
    "sexual_minors": "sexual_minors",
}


def merged(given: Mapping[str, Any]) -> Mapping[str, float]:
    """Scores under the names of our categories; of several that are one category, the highest."""
    found: dict[str, float] = {}
    for name, score in given.items():
        category = _NAMES.get(re.sub(r"[\s]+", "_", name.strip().lower()))
        if category is not None and isinstance(score, int | float):
            found[category] = max(found.get(category, 0.0), min(1.0, max(0.0, float(score))))
    return found


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
