"""The models that can be asked for, in memory: autocomplete has no time to ask a server."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from bot.backends.base import ModelInfo
from bot.backends.router import Router
from bot.errors import ModelUnknown, RengaError

log = logging.getLogger(__name__)

REFRESH = 300.0
"""Seconds between two looks at the providers' lists."""


class ModelShelf:
    """The last list of models, and when in doubt, patience: an unknown provider may just be down."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self.known: Sequence[ModelInfo] = ()
        self.down: tuple[str, ...] = ()

    async def refresh(self) -> None:
        """Ask every provider again; one that does not answer keeps the models it had."""
        try:
            listed = await self._router.models()
        except RengaError as error:
            log.warning("the models could not be listed: %s", type(error).__name__)
            return
        self.down = self._router.down
        kept = [info for info in self.known if info.id.split("/")[0] in self.down]
        self.known = (*listed, *kept)

    def matching(self, typed: str) -> list[str]:
        """Up to 25 ids that hold what was typed, those that begin with it first."""
        wanted = typed.casefold().strip()
        ids = [info.id for info in self.known if wanted in info.id.casefold() and len(info.id) <= 100]
        return sorted(ids, key=lambda id: not id.casefold().startswith(wanted))[:25]

    def check(self, model: str) -> None:
        """Refuse a model that its provider, which did answer, does not offer.

        Raises:
            ModelUnknown: nobody lists it.
        """
        if not model or not self.known:
            return
        provider = model.split("/")[0]
        if provider in self.down or self._router.takes(model):
            return
        if model not in {info.id for info in self.known} | {info.id.split("/", 1)[-1] for info in self.known}:
            raise ModelUnknown(model=model[:80])
