"""The word that a very small model writes here, and what to do about it: not under every poem."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.attribution.model import ModelAuthor
from bot.client import Renga
from bot.i18n.text import translate
from bot.ids import Lang, MemberId
from cogs.ui.models import ModelShelf

HOUSE_MODEL = "local/house"

NOTE = "small model told"
"""The note that remembers it for the whole of a rehearsal."""


class SmallModel:
    """Remembers whom it was told today.  A bot that is started anew may say it once more."""

    def __init__(self, bot: Renga, models: ModelShelf) -> None:
        self._bot = bot
        self._app = bot.app
        self._models = models
        self._day: date | None = None
        self._told: set[MemberId] = set()

    @property
    def alone(self) -> bool:
        """Whether no other model is known of."""
        return all(info.id == HOUSE_MODEL for info in self._models.known)

    async def word(self, member: MemberId, models: Sequence[ModelAuthor], lang: Lang) -> str:
        """What to say under a work that these models wrote; "" where nothing is to be said (again)."""
        if all(model.name != HOUSE_MODEL for model in models) or await self._heard(member):
            return ""
        if self.alone:
            return translate("work.house_model_alone", lang, help=self._bot.pressable("help"))
        return translate("work.house_model", lang, models=self._bot.pressable("model list"))

    async def _heard(self, member: MemberId) -> bool:
        """Whether it was said before; from now on it was."""
        if self._app.simulated:
            heard = await self._app.notes.get(NOTE) is not None
            if not heard:
                await self._app.notes.put(NOTE, str(member))
            return heard
        today = self._app.clock().date()
        if today != self._day:
            self._day, self._told = today, set()
        heard = member in self._told
        self._told.add(member)
        return heard
