"""Once a moderator has agreed to a text: the wish is written, the edit recorded, the take shown.

Everything here may be done twice, after a crash: its keys are those of the review.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from bot.ids import GuildId, Lang, WorkId
from bot.moderation.records import Review
from bot.services.brief import Brief, Finished
from bot.services.compose import Composer
from bot.services.dispatch import Dispatch
from bot.services.moderation_book import digest
from bot.services.review import ReviewDesk
from bot.services.review_takes import made
from bot.services.revise import Reviser
from bot.works import Wish, WorkStore


class Resumer:
    """Goes on with approved texts, and with those that their writers have changed."""

    def __init__(self, *, composer: Composer, reviser: Reviser, works: WorkStore, dispatch: Dispatch) -> None:
        self._composer = composer
        self._reviser = reviser
        self._works = works
        self._dispatch = dispatch

    def attend(self, desk: ReviewDesk) -> None:
        """Go on with what a desk decides."""
        desk.handlers |= {"wish": self.wish, "edit": self.edit, "output": self.output}

    async def resume(self, review: Review) -> bool:
        """Go on with a text; False if there is nothing to go on with."""
        known = {"wish": self.wish, "edit": self.edit}
        if (handler := known.get(review.kind)) is None:
            return False
        await handler(review)
        return True

    async def wish(self, review: Review) -> None:
        """Write what was wished, and post it where it was asked for."""
        lang: Lang = "zh" if review.lang == "zh" else "en"
        brief = Brief(
            place=review.place,
            member=review.member,
            key=_key(review),
            lang=lang,
            wish=Wish(**review.resume["wish"]),
        )
        async with aclosing(self._composer.compose(brief, stop=asyncio.Event())) as steps:
            async for step in steps:
                if isinstance(step, Finished):
                    await self._show(step.work.guild, step.work.id, step.take.number)

    async def edit(self, review: Review) -> None:
        """Record a member's own words as a take of their work."""
        work = await self._works.work(review.guild, WorkId(review.resume["work"]))
        take = await self._reviser.edit(
            review.place, review.member, work, review.resume["take"], review.text, key=_key(review)
        )
        await self._show(work.guild, work.id, take.number)

    async def output(self, review: Review) -> None:
        """Record and show what a model wrote."""
        new = made(review)
        take, _ = await self._works.add_take(review.guild, new.draft.work, new)
        await self._show(review.guild, new.draft.work, take.number)

    async def _show(self, guild: GuildId, id: WorkId, take: int) -> None:
        work = await self._works.work(guild, id)
        await self._dispatch.show_late(work, take)
        await self._dispatch.run_once()


def _key(review: Review) -> str:
    """What makes it happen once; a changed text is another."""
    return f"review:{review.id}:{digest(review.text).hex()[:12]}"
