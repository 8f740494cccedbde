"""What is known of each model of one server."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from bot.backends.base import Learnt
from bot.backends.lessons import Lessons
from bot.backends.openai_dialect import Dialect


class Known:
    """The dialects of a server's models: as learnt now, as learnt before, or as assumed of every model.

    Args:
        server: names the server among others in what is kept.
        default: the dialect of a model that nothing is known of.
        base_models: models of which it is known that they have no chat.
        lessons: where what is learnt is kept.
    """

    def __init__(self, server: str, default: Dialect, base_models: Collection[str], lessons: Lessons) -> None:
        self._server = server
        self._default = default
        self._base_models = frozenset(base_models)
        self._lessons = lessons
        self._dialects: dict[str, Dialect] | None = None

    async def recall(self) -> None:
        """Read what was learnt before, once."""
        if self._dialects is not None:
            return
        kept = await self._lessons.read(self._server)
        if self._dialects is None:
            self._dialects = {}
            for model, values in kept.items():
                try:
                    self._dialects[model] = Dialect.read(values)
                except (ValueError, TypeError):
                    continue  # of another version: it is learnt anew

    def of(self, model: str) -> Dialect:
        """The dialect of a model."""
        known = (self._dialects or {}).get(model)
        if known is not None:
            return known
        if model in self._base_models:
            return replace(self._default, protocol="completions")
        return self._default

    async def learn(self, model: str, dialect: Dialect) -> None:
        """Remember how a model wants to be asked, over a restart."""
        await self.recall()
        assert self._dialects is not None
        if self.of(model) != dialect:
            self._dialects[model] = dialect
            await self._lessons.keep(self._server, model, dialect.plain())

    @property
    def learnt(self) -> Mapping[str, Learnt]:
        """What was learnt, by the ids of the models."""
        return {model: dialect.learnt for model, dialect in (self._dialects or {}).items()}
