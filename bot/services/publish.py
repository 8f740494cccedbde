"""Publishing a work to the gallery, taking it out, deleting it, and taking that back.

Only its author publishes a work.  Whoever moderates may take it out, with a
reason that its author hears, and undo that; and what a moderator took away,
only a moderator brings back.  How an author is asked: :mod:`bot.services.publish_asked`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from bot.attribution.model import Act, Contribution, Draft, Ledger
from bot.errors import BadInput, Gone, NotAllowed
from bot.house.book import HouseBook
from bot.ids import ChannelId, GuildId, MemberId, Place, WorkId
from bot.moderation.verdict import Action
from bot.services.compose import limited
from bot.services.filters import FICTION, Filters, against, passed
from bot.services.ports import Outbox, Outgoing
from bot.works import POST, Logged, Take, Work, WorkState, WorkStore, taken_away

TITLE_LIMIT = 100
LICENCE_LIMIT = 80
REASON_LIMIT = 300

OUT, BACK = "work taken out", "work put back"
"""How the moderation log calls it."""


class Publisher:
    """Acts on whole works.  What destroys is for the author and for moderators."""

    def __init__(
        self,
        *,
        works: WorkStore,
        ledger: Ledger,
        outbox: Outbox,
        book: HouseBook,
        filters: Filters,
        clock: Callable[[], datetime],
    ) -> None:
        self._works = works
        self._ledger = ledger
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
    ) -> Outgoing:
        """Publish one take: recorded, and put in the outbox for the gallery (else for this place).

        Published once more, the post that is there shows what it is now.  The take
        is judged each time, since rules may have changed since it was written.

        Raises:
            NotAllowed: it is another member's work, or a moderator took it out of the gallery.
            BadInput: the title is empty or too long, or there is no such take.
            AgainstTheRules: the title or the text is not allowed here (any more).
        """
        work = await self._works.work(place.guild, id)
        _owned(work, member)
        await self._not_taken_out(work)
        text = await self._works.take(place.guild, id, take)
        house = (await self._book.of(place)).house
        channel = house.gallery or place.spot
        shown = self._shown(place, channel)
        title, licence = await self.named(shown, member, work, title, licence)
        pipeline = self._filters.of(shown, member, fiction=work.wish.art in FICTION)
        verdict = await pipeline.judge(text.text)
        if verdict.action >= Action.MASK:
            raise against(verdict, Action.MASK)
        await self._works.publish(
            place.guild,
            id,
            take,
            self._draft(work, member, Act.PUBLISHED, key, parent=text),
            title=title,
            licence=licence or house.licence or "",
            channel=channel,
            key=key,
        )
        # It is there already: this only asks for it.
        payload = {"work": int(id), "take": take}
        return await self._outbox.put(place.guild, channel, POST, payload, key=key, work=id)

    async def named(
        self, place: Place, member: MemberId, work: Work, title: str, licence: str
    ) -> tuple[str, str]:
        """A title and a licence as they may be shown at a place.

        Raises:
            BadInput: the title is empty, or one of them too long.
            AgainstTheRules: one of them is not allowed there.
        """
        title, licence = " ".join(title.split()), " ".join(licence.split())
        if not title:
            raise BadInput("refused.title_empty")
        limited("title", title, TITLE_LIMIT)
        limited("licence", licence, LICENCE_LIMIT)
        pipeline = self._filters.of(place, member, fiction=work.wish.art in FICTION)
        title, licence = [passed(await pipeline.judge(typed)) if typed else "" for typed in (title, licence)]
        return title, licence

    async def gallery(self, place: Place) -> Place:
        """Where what is published from a place is read."""
        return self._shown(place, (await self._book.of(place)).house.gallery or place.spot)

    async def unpublish(
        self,
        guild: GuildId,
        member: MemberId,
        id: WorkId,
        *,
        key: str,
        reason: str = "",
        manager: bool = False,
    ) -> Work:
        """Take a work out of the gallery; :meth:`restore` puts it back.

        Raises:
            NotAllowed: it is another member's work.
            BadInput: a moderator gave no reason, or too long a one.
            AlreadyDone: it is not published.
        """
        work = await self._works.work(guild, id)
        _owned(work, member, manager=manager)
        if member == work.author:
            return await self._works.unpublish(guild, id, self._draft(work, member, Act.UNPUBLISHED, key))
        reason = " ".join(reason.split())
        if not reason:
            raise BadInput("refused.reason_empty")
        limited("reason", reason, REASON_LIMIT)
        draft = self._draft(work, member, Act.UNPUBLISHED, key, text=reason)
        return await self._works.unpublish(
            guild, id, draft, logged=Logged(act=OUT, by=member, member=work.author, reason=reason)
        )

    async def taken_out(self, work: Work) -> Contribution | None:
        """The moderator's act by which a work is out of the gallery; its text is the reason."""
        last = await self._last_taken_away(work, (Act.UNPUBLISHED,))
        return last if last is not None and last.draft.member != work.author else None

    async def delete(
        self, guild: GuildId, member: MemberId, id: WorkId, *, key: str, manager: bool = False
    ) -> Work:
        """Take a work away, also from the gallery; :meth:`restore` brings it back.

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
        """Undo a deletion: the work is what it was before.

        Raises:
            NotAllowed: it is another member's work, or a moderator deleted it.
            Gone: it never was here.
        """
        work = await self._works.deleted(guild, id)
        if work is None:
            raise Gone()
        return await self._bring_back(work, member, Act.REMOVED, key, manager=manager)

    async def put_back(
        self, guild: GuildId, member: MemberId, id: WorkId, *, key: str, manager: bool = False
    ) -> Work:
        """Undo that a work was taken out of the gallery.

        Raises:
            NotAllowed: it is another member's work, or a moderator took it out.
            AlreadyDone: it was not taken out, or is there again.
        """
        work = await self._works.work(guild, id)
        return await self._bring_back(work, member, Act.UNPUBLISHED, key, manager=manager)

    async def _bring_back(
        self, work: Work, member: MemberId, undone: Act, key: str, *, manager: bool
    ) -> Work:
        _owned(work, member, manager=manager)
        last = await self._last_taken_away(work, (undone,))
        others = last is not None and last.draft.member != work.author
        if others and not manager:
            raise NotAllowed("refused.moderator_took")
        foreign = undone is Act.UNPUBLISHED and member != work.author
        return await self._works.bring_back(
            work.guild,
            work.id,
            self._draft(work, member, Act.RESTORED, key),
            channel=(await self._book.of(work.place)).house.gallery or work.place.spot,
            logged=Logged(act=BACK, by=member, member=work.author) if foreign else None,
        )

    async def _not_taken_out(self, work: Work) -> None:
        taken = await self.taken_out(work)
        if taken is not None:
            raise NotAllowed("refused.taken_out", reason=taken.draft.text or "…")

    async def _last_taken_away(self, work: Work, acts: Collection[Act]) -> Contribution | None:
        """The act that took a work away and was not undone since, if it is of these."""
        history = await self._ledger.history(work.guild, work.id)
        taken = [history[one.act] for one in taken_away(link.draft.act for link in history)]
        found = [link for link in taken if link.draft.act in acts]
        return found[-1] if found else None

    def _shown(self, place: Place, channel: ChannelId) -> Place:
        """What is judged by the rules of where it will be read: a gallery may be for more readers' eyes."""
        return place if channel == place.spot else Place(place.guild, channel, roles=place.roles)

    def _draft(
        self, work: Work, member: MemberId, act: Act, key: str, *, parent: Take | None = None, text: str = ""
    ) -> Draft:
        return Draft(
            guild=work.guild,
            work=work.id,
            member=member,
            act=act,
            at=self._clock(),
            key=f"{key}:{act}",
            parent=parent.contribution if parent is not None else None,
            text=text,
        )


def _owned(work: Work, member: MemberId, *, manager: bool = False) -> None:
    if work.author != member and not manager:
        raise NotAllowed("refused.not_yours")
