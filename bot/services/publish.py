"""Publishing a work to the gallery, deleting it, and taking that back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.attribution.model import Act, Draft
from bot.errors import BadInput, Gone, NotAllowed
from bot.house.book import HouseBook
from bot.ids import GuildId, MemberId, Place, WorkId
from bot.moderation.verdict import Action
from bot.services.filters import FICTION, Filters, against, passed
from bot.services.ports import Outbox, Outgoing
from bot.works import Take, Work, WorkState, WorkStore

TITLE_LIMIT = 100
LICENCE_LIMIT = 80


class Publisher:
    """Acts on whole works.  What destroys is for the author and for moderators."""

    def __init__(
        self,
        *,
        works: WorkStore,
        outbox: Outbox,
        book: HouseBook,
        filters: Filters,
        clock: Callable[[], datetime],
    ) -> None:
        self._works = works
        self._outbox = outbox
        self._book = book
        self._filters = filters
        self._clock = clock

    async def publish(
        self,
        place: Place,
        member: MemberId,
        id: WorkId,
        take: int,
        *,
        title: str,
        licence: str = "",
        key: str,
        manager: bool = False,
    ) -> Outgoing:
        """Publish one take: recorded, and put in the outbox for the gallery (else for this place).

        The take is judged once more, since rules may have changed since it was written.

        Raises:
            NotAllowed: it is another member's work.
            BadInput: the title is empty or too long, or there is no such take.
            AgainstTheRules: the title or the text is not allowed here (any more).
        """
        work = await self._works.work(place.guild, id)
        _owned(work, member, manager=manager)
        title, licence = " ".join(title.split()), " ".join(licence.split())
        if not title:
            raise BadInput("refused.title_empty")
        if len(title) > TITLE_LIMIT:
            raise BadInput("refused.too_long", what="title", limit=TITLE_LIMIT)
        if len(licence) > LICENCE_LIMIT:
            raise BadInput("refused.too_long", what="licence", limit=LICENCE_LIMIT)
        text = await self._works.take(place.guild, id, take)
        house = (await self._book.of(place)).house
        channel = house.gallery or place.spot
        # Judged by the rules of where it will be read: a gallery may be for more readers' eyes.
        shown = place if channel == place.spot else Place(place.guild, channel, roles=place.roles)
        pipeline = self._filters.of(shown, member, fiction=work.wish.art in FICTION)
        title, licence = [passed(await pipeline.judge(typed)) if typed else "" for typed in (title, licence)]
        verdict = await pipeline.judge(text.text)
        if verdict.action >= Action.MASK:
            raise against(verdict, Action.MASK)
        await self._works.publish(
            place.guild,
            id,
            take,
            self._draft(work, member, Act.PUBLISHED, key, text),
            title=title,
            licence=licence or house.licence or "",
            channel=channel,
            key=key,
        )
        # It is there already: this only asks for it.
        payload = {"work": int(id), "take": take}
        return await self._outbox.put(place.guild, channel, "published", payload, key=key, work=id)

    async def delete(
        self, guild: GuildId, member: MemberId, id: WorkId, *, key: str, manager: bool = False
    ) -> Work:
        """Take a work away; :meth:`restore` brings it back.

        Raises:
            NotAllowed: it is another member's work.
        """
        work = await self._works.work(guild, id)
        _owned(work, member, manager=manager)
        return await self._works.set_state(
            guild, id, WorkState.DELETED, self._draft(work, member, Act.REMOVED, key)
        )

    async def restore(
        self, guild: GuildId, member: MemberId, id: WorkId, *, key: str, manager: bool = False
    ) -> Work:
        """Undo a deletion: the work is open again.

        Raises:
            NotAllowed: it is another member's work.
            Gone: it never was here.
        """
        work = await self._works.deleted(guild, id)
        if work is None:
            raise Gone()
        _owned(work, member, manager=manager)
        return await self._works.set_state(
            guild, id, WorkState.OPEN, self._draft(work, member, Act.RESTORED, key)
        )

    def _draft(self, work: Work, member: MemberId, act: Act, key: str, take: Take | None = None) -> Draft:
        return Draft(
            guild=work.guild,
            work=work.id,
            member=member,
            act=act,
            at=self._clock(),
            key=f"{key}:{act}",
            parent=take.contribution if take is not None else None,
        )


def _owned(work: Work, member: MemberId, *, manager: bool) -> None:
    if work.author != member and not manager:
        raise NotAllowed("refused.not_yours")
