"""A new work, or another take of one: from a brief to a take that is recorded and credited."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import asdict, replace
from typing import Any

from bot.attribution.model import Act
from bot.errors import BadInput, RengaError
from bot.prompting.art import LENGTHS, Art
from bot.prompting.catalogue import Catalogue
from bot.services.asking import Asker, again, language_of
from bot.services.brief import Brief, Opened, Step
from bot.services.filters import FICTION, Filters, passed
from bot.services.scribe import Job, Scribe
from bot.services.usage import Usage
from bot.works import Wish, Work, WorkState, WorkStore, title_of

OPENING_LIMIT = 1_000
INSTRUCTION_LIMIT = 500

# Separators, controls and marks that show nothing: a text of these alone is empty.
_UNSEEN = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufe0e\ufe0f]")


class Composer:
    """Writes new works."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        works: WorkStore,
        asker: Asker,
        scribe: Scribe,
        allowances: Usage,
        filters: Filters,
    ) -> None:
        self._catalogue = catalogue
        self._works = works
        self._asker = asker
        self._scribe = scribe
        self._usage = allowances
        self._filters = filters

    def check(self, brief: Brief) -> None:
        """Refuse what can be refused from memory: call it before anything is acknowledged in public.

        Raises:
            BadInput, AgainstTheRules, QuotaUsedUp.
        """
        brief = replace(brief, wish=settled(brief.wish, self._catalogue)[1])
        self._usage.check(brief.place, brief.member)
        pipeline = self._filters.of(brief.place, brief.member, fiction=brief.wish.art in FICTION)
        for text in said(brief):
            passed(pipeline.check_now(text), _resume(brief))

    async def compose(self, brief: Brief, *, stop: asyncio.Event) -> AsyncGenerator[Step, None]:
        """Write; see :class:`bot.services.scribe.Scribe` for ``stop`` and for closing.

        A work whose first take fails stays, so that it can be asked for again.

        Raises:
            RengaError: nothing was written; the work, if it was opened, is open.
        """
        art, wish = settled(brief.wish, self._catalogue)
        brief = replace(brief, wish=wish)
        pipeline = self._filters.of(brief.place, brief.member, fiction=brief.wish.art in FICTION)
        shown = {text: passed(await pipeline.judge(text), _resume(brief)) for text in said(brief)}
        wish = _as_shown(wish, shown)
        house = await self._asker.house(brief.place)
        wish = replace(
            wish, language=language_of(wish, self._catalogue.find_form(wish.form), house, brief.lang)
        )
        work = brief.work or await self._works.open(
            brief.place,
            brief.member,
            wish,
            key=brief.key,
            title=title_of(wish.topic),
            source=brief.source.id if brief.source else None,
        )
        yield Opened(work)
        try:
            asked = again(wish, len(await self._works.takes(work.guild, work.id)) if brief.work else 0)
            request, prompt = await self._asker.request(art, asked, brief.place, brief.member)
            job = Job(
                place=brief.place,
                member=brief.member,
                lang=brief.lang,
                key=brief.key,
                work=work,
                request=request,
                prompt=prompt.ref,
                act=Act.GENERATED,
                asked=request.model,
                fragments=True,
                opening=asked.opening,
            )
            async with aclosing(self._scribe.write(job, stop=stop)) as steps:
                async for step in steps:
                    yield step
        except Exception:
            # Not when it is cut off: then the next start finds it, and its card says so.
            await self._reopen(work)
            raise

    async def _reopen(self, work: Work) -> None:
        """A work that nobody writes any more is open, whatever went wrong."""
        try:
            if work.state is WorkState.WRITING:
                await self._works.set_state(work.guild, work.id, WorkState.OPEN)
        except RengaError:
            pass  # the start of the bot will find it and say so


def settled(wish: Wish, catalogue: Catalogue) -> tuple[Art, Wish]:
    """A wish with its names made ids and its texts trimmed, and the art it asks for.

    Raises:
        BadInput: something is empty, too long, out of bounds, or names nothing.
    """
    art = catalogue.arts.get(wish.art)
    if art is None:
        raise BadInput("refused.no_art", typed=wish.art)
    topic = visible(wish.topic)
    if not topic and "topic" in art.required:
        raise BadInput("refused.topic_empty")
    limited("topic", topic, art.longest)
    limited("opening", wish.opening, OPENING_LIMIT)
    if wish.length and wish.length not in LENGTHS:
        raise BadInput("refused.bad_option", name="length", typed=wish.length)
    if wish.temperature is not None and not 0 <= wish.temperature <= 2:
        raise BadInput("refused.bad_option", name="temperature", typed=wish.temperature)
    if wish.seed is not None and not 0 <= wish.seed < 2**31:
        raise BadInput("refused.bad_option", name="seed", typed=wish.seed)
    form, style = catalogue.find_form(wish.form), catalogue.find_style(wish.style)
    return art, replace(
        wish,
        topic=topic,
        opening=wish.opening.strip("\n"),
        form=form.id if form else "",
        style=style.id if style else "",
        options=art.checked(wish.options),
    )


def said(brief: Brief) -> list[str]:
    """Everything a member typed that a model will read."""
    wish = brief.wish
    return [text for text in (wish.topic, wish.opening, brief.instruction, *wish.options.values()) if text]


def _resume(brief: Brief) -> dict[str, Any]:
    """How to go on with a wish that a moderator has agreed to; what is private nobody can show later."""
    if brief.work is not None or brief.source is not None or brief.wish.private:
        return {}
    return {"kind": "wish", "wish": asdict(brief.wish)}


def _as_shown(wish: Wish, shown: Mapping[str, str]) -> Wish:
    """A wish with what the filters mask masked, for the model as for readers."""
    return replace(
        wish,
        topic=shown.get(wish.topic, wish.topic),
        opening=shown.get(wish.opening, wish.opening),
        options={name: shown.get(text, text) for name, text in wish.options.items()},
    )


def visible(text: str) -> str:
    """The text in one line without control characters; "" if nothing of it can be seen.

    Raises:
        BadInput: it is not empty, and yet shows nothing.
    """
    line = " ".join(
        "".join(char if unicodedata.category(char) not in ("Cc", "Cs") else " " for char in text).split()
    )
    if line and not _UNSEEN.sub("", line):
        raise BadInput("refused.unseen")
    return line


def limited(what: str, text: str, limit: int) -> None:
    """Raise BadInput, giving the text back, if it is longer than so many characters."""
    if len(text) > limit:
        raise BadInput("refused.too_long", what=what, limit=limit, length=len(text), typed=text)
