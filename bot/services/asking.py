"""From a wish to a request: which prompt, which model, which sampling, what may leave the machine."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace

from bot.backends.base import Cue, Message, Request, Sampling
from bot.errors import BadInput
from bot.forms.check import shape_of, written_in
from bot.forms.guide.guided import Guided
from bot.house.book import HouseBook
from bot.house.model import House, Member, MemberStore
from bot.house.style import told
from bot.ids import Lang, MemberId, Place
from bot.prompting.art import Art
from bot.prompting.ask import Prompt, Voices, build
from bot.prompting.catalogue import Catalogue
from bot.prompting.parts import Form
from bot.works import Wish

SEEDS = 2**31


class Asker:
    """Builds requests from prompts and settings."""

    def __init__(
        self, catalogue: Catalogue, book: HouseBook, members: MemberStore, *, deadline: float
    ) -> None:
        self._catalogue = catalogue
        self._book = book
        self._members = members
        self._deadline = deadline

    async def house(self, place: Place) -> House:
        """The settings that hold at a place."""
        return (await self._book.of(place)).house

    async def request(
        self,
        art: Art,
        wish: Wish,
        place: Place,
        member: MemberId,
        *,
        text: str = "",
        instruction: str = "",
        draft: str = "",
        keep: frozenset[int] = frozenset(),
        others: tuple[MemberId, ...] = (),
    ) -> tuple[Request, Prompt]:
        """The request for an art or a task.

        Of ``text``, the lines whose numbers are in ``keep`` stay as they are.
        ``others`` are members whose words are in ``text``: if any of them (or the
        member) keeps their words from models elsewhere, the request stays local.
        """
        house = await self.house(place)
        settings = [await self._members.member(place.guild, one) for one in (member, *others)]
        language = language_of(wish, self._catalogue.find_form(wish.form), house, "en")
        prompt = self._prompt(art, wish, language, place, house, settings[0], text, instruction, draft)
        seed = wish.seed if wish.seed is not None else secrets.randbelow(SEEDS)
        request = Request(
            messages=(Message("system", prompt.system), Message("user", prompt.ask)),
            continuation=prompt.continuation,
            cue=_cue(prompt, instruction),
            constraint=await asyncio.to_thread(self._guide, wish, prompt, seed, text, keep),
            model=wish.model or house.model or "",
            sampling=Sampling(
                temperature=art.temperature if wish.temperature is None else wish.temperature,
                top_p=art.top_p,
                max_tokens=prompt.tokens,
                stop=prompt.stop,
                seed=seed,
            ),
            deadline=self._deadline,
            scope=f"{place.guild}/{member}",
            local_only=bool(house.local_only) or not all(one.cloud for one in settings),
            prefix_key=prompt.ref,
        )
        return request, prompt

    def _rating(self, house: House, place: Place) -> str:
        """For whom a model is told to write: where somebody has set it, and in stories, which say it."""
        return self._book.rating(house, place) if house.rating or place.rating else ""

    def _guide(self, wish: Wish, prompt: Prompt, seed: int, text: str, keep: frozenset[int]) -> Guided | None:
        """What keeps a model to the form that is asked for; None where that cannot be checked.

        Raises:
            BadInput: lines are to stay, in a text that is in no such form, or all of them.
        """
        form = self._catalogue.find_form(wish.form)
        shape = shape_of(form.id, form.shape) if form is not None else None
        if form is None or shape is None:
            if keep:
                raise BadInput("refused.keep_without_form")
            return None
        guided = Guided(
            form=form.id,
            shape=shape,
            language=prompt.language,
            topic=wish.topic,
            lines=form.lines,
            opening=wish.opening,
            seed=seed,
        )
        if keep:
            guided = guided.locking(text, keep)
            if not guided.measured or not any(guided.locked) or all(guided.locked):
                raise BadInput("refused.keep_lines", count=len(guided.locked))
        return guided if guided.measured else None

    def _prompt(
        self,
        art: Art,
        wish: Wish,
        language: Lang,
        place: Place,
        house: House,
        member: Member,
        text: str,
        instruction: str,
        draft: str,
    ) -> Prompt:
        return build(
            art,
            language=language,
            # Eight random letters: a member cannot close the marks that they stand between.
            mark="m" + secrets.token_hex(4),
            voices=Voices(
                house=told(house, language, self._rating(house, place)),
                own=member.voice,
                style=self._catalogue.find_style(wish.style),
            ),
            form=self._catalogue.find_form(wish.form),
            length=wish.length,
            topic=wish.topic,
            text=text,
            instruction=instruction,
            opening=wish.opening,
            draft=draft,
            options=wish.options,
        )


def _cue(prompt: Prompt, instruction: str) -> Cue:
    """What a model conditioned on verse is told; an instruction can only join the topic."""
    topic = prompt.topic
    if instruction and len(instruction) <= 40:
        topic = f"{topic} {instruction}".strip()
    return Cue(
        language=prompt.language,
        topic=topic,
        form=prompt.form,
        lines=prompt.lines,
        opening=prompt.opening,
        draft=prompt.draft,
    )


def again(wish: Wish, takes: int) -> Wish:
    """The wish for another take: a chosen seed moves on by one for each take there is."""
    return wish if wish.seed is None else replace(wish, seed=(wish.seed + takes) % SEEDS)


def language_of(wish: Wish, form: Form | None, house: House, lang: Lang) -> Lang:
    """The language of a work: as asked, else the form's own, then its opening's, the place's, the topic's.

    Where none of them tells it, it is ``lang``, the one its author reads.
    """
    if wish.language:
        return wish.language
    if form is not None and len(form.languages) == 1:
        return form.languages[0]
    return seen_in(wish.opening) or house.language or ("zh" if seen_in(wish.topic) == "zh" else lang)


def language_kept(text: str, wish: Wish, form: Form | None) -> Lang | None:
    """The language of a text that is changed: the one it is written in, where the form has it.

    None where neither the text nor the wish tells it.
    """
    language = seen_in(text) or wish.language
    if form is None or language in form.languages:
        return language
    return form.languages[0]


def seen_in(text: str) -> Lang | None:
    """The language of ours that a text is written in; None if it is in none, or cannot be told."""
    tongue = written_in(text)
    return tongue if tongue == "en" or tongue == "zh" else None
