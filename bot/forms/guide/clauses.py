"""The plans of Chinese forms: what each clause of a poem must be."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.forms.chinese.clauses import cut
from bot.forms.chinese.reading import STRICT
from bot.forms.chinese.regulated import SCHEMES, Scheme, line_tones
from bot.forms.chinese.shape import ChineseShape
from bot.forms.chinese.sound import Book


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause.

    Attributes:
        tones: 平, 仄 or 中 for each character.
        rhyme: its letter, "" for none.
        stop: what stands behind it.
        again: number of the clause whose end it repeats; None for none.
        head: the character that it begins with, "" for any.
        against: number of the clause with which it may share no character in one place.
        blank_before: an empty line goes before it.
        text: it is given: locked, or the opening.
    """

    tones: str
    rhyme: str = ""
    stop: str = ""
    again: int | None = None
    head: str = ""
    against: int | None = None
    blank_before: bool = False
    text: str = ""


def plan_chinese(
    shape: ChineseShape,
    *,
    lines: int | None = None,
    topic: str = "",
    seed: int = 0,
    given: Sequence[str] = (),
) -> tuple[Clause, ...]:
    """The clauses of a form; none for a form that cannot be guided.

    Args:
        lines: how many are wanted, where the form leaves that open.
        topic: what hidden-head verse spells.
        seed: decides among schemes and widths that the form allows.
        given: clauses that are there already, by their place; "" for those to be written.
    """
    chance = random.Random(seed)
    if shape.kind == "ci":
        return _ci(shape)
    if shape.kind == "couplet":
        return _couplet(chance, given)
    sizes = shape.characters or ((5, 7),)
    if shape.kind == "regulated" and shape.lines is not None:
        return _regulated(shape.lines[0], sizes[0][0], chance, given)
    return _plain(shape, sizes, lines, topic, chance)


def _ci(shape: ChineseShape) -> tuple[Clause, ...]:
    # The first tune is the usual one; the others are there for those who write by them.
    tune = shape.tunes[0]
    return tuple(
        Clause(
            one.tones.translate(STRICT),
            one.rhyme,
            "。" if one.rhyme or at + 1 == len(tune) else "，",
            one.again,
            blank_before=at > 0 and one.stanza != tune[at - 1].stanza,
        )
        for at, one in enumerate(tune)
    )


def _regulated(count: int, width: int, chance: random.Random, given: Sequence[str]) -> tuple[Clause, ...]:
    # The first line of seven characters mostly rhymes, that of five mostly does not.
    ways = [one for one in SCHEMES for _ in range(2 if one.rhymed == (width == 7) else 1)]
    chance.shuffle(ways)
    scheme = max(ways, key=lambda one: _kept(one, given, width))
    return tuple(
        Clause(
            scheme.models(at, width)[0].tones,
            "a" if at % 2 or (at == 0 and scheme.rhymed) else "",
            "。" if at % 2 else "，",
        )
        for at in range(count)
    )


def _kept(scheme: Scheme, given: Sequence[str], width: int) -> int:
    """How many of the lines that are there already keep a tune."""
    return sum(
        bool(line_tones(given, at, scheme, Book.PINGSHUI).holds)
        for at, line in enumerate(given)
        if len(line) == width
    )


def _couplet(chance: random.Random, given: Sequence[str]) -> tuple[Clause, ...]:
    width = len(given[0]) if given and len(given[0]) in (5, 7) else chance.choice((5, 7))
    scheme = chance.choice(SCHEMES)
    upper, lower = (scheme.models(at, width)[0].tones for at in (2, 3))
    return Clause(upper, stop="，"), Clause(lower, stop="。", against=0)


def _plain(
    shape: ChineseShape, sizes: Sequence[Sequence[int]], lines: int | None, topic: str, chance: random.Random
) -> tuple[Clause, ...]:
    heads = "".join(cut(topic).clauses) if shape.acrostic else ""
    if shape.acrostic and not 2 <= len(heads) <= 20:
        return ()
    least, most = shape.lines or (4, 24)
    count = len(heads) or min(max(least, lines or (least if least == most else 8)), most)
    count += (shape.rhyme and not heads) * (count % 2)
    one = chance.choice(tuple(sizes[0]))
    widths = [sizes[at % len(sizes)][0] if len(sizes) > 1 else one for at in range(count)]
    stops = ("，", "。") if len(sizes) == 1 else ("", "")
    return tuple(
        Clause(
            "中" * (width - 1) + ("平" if shape.rhyme and at % 2 else "中"),
            "a" if shape.rhyme and at % 2 else "",
            "。" if at + 1 == count and stops[0] else stops[at % 2],
            head=heads[at : at + 1],
        )
        for at, width in enumerate(widths)
    )


def with_given(clauses: Sequence[Clause], given: Sequence[str]) -> tuple[Clause, ...]:
    """The plan with what is there already; a given clause of another length stands as it is."""
    return tuple(
        replace(clause, text=text, tones=clause.tones if len(text) == len(clause.tones) else "中" * len(text))
        if text
        else clause
        for clause, text in zip(clauses, (*given, *[""] * len(clauses)), strict=False)
    )
