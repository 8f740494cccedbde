"""A reading of a text by a model, checked against the text; what comes of it is kept nowhere."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from bot.backends.base import Ability, Request, Result, collect
from bot.backends.router import Router
from bot.errors import AgainstTheRules
from bot.ids import Lang, MemberId, Place
from bot.judging.rubric import SCHEMA, Reading, read
from bot.moderation.verdict import Action
from bot.prompting.catalogue import Catalogue
from bot.prompting.fit import estimate
from bot.services.asking import Asker
from bot.services.filters import Filters
from bot.services.judging_facts import Facts, given
from bot.services.ports import UsageStore
from bot.services.usage import Usage
from bot.works import Wish

log = logging.getLogger(__name__)

TRIES = 2
"""Times that a model is asked: the second only when nothing of its first answer held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A reading that is wanted.

    Attributes:
        lang: the language that it is to be written in.
        facts: what was checked and counted, which the model is told and is not to guess.
        owners: whose words are in it; any of them may keep theirs from models elsewhere.
        model: ``provider/model``, or "" for that of the place.
        key: what makes it happen once: the interaction's id.
    """

    place: Place
    member: MemberId
    lang: Lang
    text: str
    topic: str
    facts: Facts
    owners: tuple[MemberId, ...]
    model: str = ""
    key: str


@dataclass(frozen=True, slots=True)
class Read:
    """A reading and the model that gave it."""

    reading: Reading
    model: str


class Critic:
    """Asks for readings."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        asker: Asker,
        router: Router,
        allowances: Usage,
        spending: UsageStore,
        filters: Filters,
    ) -> None:
        self._catalogue = catalogue
        self._asker = asker
        self._router = router
        self._usage = allowances
        self._spending = spending
        self._filters = filters

    async def can_read(self, place: Place, model: str = "") -> bool:
        """Whether the model of a place (or that one) can read: one that follows instructions.

        Raises:
            ModelUnknown: nobody offers it now.
        """
        house = await self._asker.house(place)
        info = await self._router.info(model or house.model or "")
        return Ability.CHAT in info.abilities

    async def read(self, ask: Ask) -> Read:
        """The reading; without points where the model said nothing that holds.

        Raises:
            QuotaUsedUp, BackendError: there is none.
            AgainstTheRules: a filter keeps the answer back.
        """
        wish = Wish(art="critique", topic=ask.topic[:200], language=ask.lang, model=ask.model)
        request, _ = await self._asker.request(
            self._catalogue.tasks["critique"],
            wish,
            ask.place,
            ask.member,
            text=ask.text,
            instruction=given(ask.facts, ask.lang),
            others=tuple(one for one in ask.owners if one and one != ask.member),
        )
        request = replace(request, schema=SCHEMA)
        reads = sum(estimate(message.text) for message in request.messages)
        reservation = await self._usage.reserve(
            ask.place, ask.member, reads + request.sampling.max_tokens, key=f"read:{ask.key}"
        )
        settled, spent, found = False, 0, Read(Reading(()), ask.model)
        try:
            for attempt in range(TRIES):
                result = await collect(self._router.generate(_again(request, attempt)))
                used = result.done.usage
                spent += used.read if used.read is not None else reads
                spent += used.written if used.written is not None else estimate(result.text)
                answer = await self._passed(ask, result)
                found = Read(read(answer, ask.text), result.done.model.name)
                if found.reading.points:
                    break
                log.info("%s gave no reading that holds", found.model)
            await self._spending.settle(ask.place.guild, reservation, spent)
            settled = True
        finally:
            if not settled:
                await self._usage.refund(ask.place, reservation)
        return found

    async def _passed(self, ask: Ask, result: Result) -> str:
        """What the filters of the place let through of an answer."""
        gate = self._filters.of(ask.place, ask.member).gate()
        text = await gate.feed(result.text)
        rest, verdict = await gate.finish()
        if verdict.action >= Action.HOLD:
            raise AgainstTheRules("refused.model_text", rules=", ".join(hit.rule for hit in verdict.hits))
        return text + rest


def _again(request: Request, attempt: int) -> Request:
    seed = request.sampling.seed
    if not attempt or seed is None:
        return request
    return replace(request, sampling=replace(request.sampling, seed=(seed + attempt) % 2**31))
