"""Terms in AutoMod's syntax, and the spellings by which each is looked for.

``word`` is a whole word or phrase, ``begin*`` also what begins with it,
``*end`` what ends with it, ``*anywhere*`` any text that contains it
(Discord's documentation, Auto Moderation, keyword matching strategies).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from bot.moderation import chinese
from bot.moderation.fold import OTHER, fold_text, kinds
from bot.moderation.letters import runs_of_key
from bot.moderation.words import is_literary, is_word

LONGEST = 100
"""Most characters of a term; AutoMod takes 60."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a rule."""

    written: str
    plain: str
    """Without stars, in lower case."""
    folded: str
    open_left: bool
    open_right: bool
    exact: bool
    """Whether it has marks of its own (``c++``), and so is not looked for in disguise."""
    han: bool
    """Whether it has Chinese characters."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way in which a term may stand in a text."""

    term: int
    folded: str
    key: str
    way: str = ""
    tones: tuple[str, ...] = ()
    """For pinyin: the tones that each syllable may have; they must not be others if the text marks any."""
    letters: int = 0
    runs: tuple[tuple[str, int], ...] = ()
    breaks: frozenset[int] = frozenset()
    """Which runs have a space before them."""
    simple: bool = False
    """Whether it is the term itself in Latin letters, or with signs for some."""
    alike: str = ""
    """A letter that must stand there because it looks like the term's: ``I`` for l, ``l`` for i."""


def parse_term(written: str) -> Term | None:
    """Read a term; None if nothing is left of it, or it is too long."""
    body = " ".join(written.split())
    open_left, open_right = body.startswith("*"), len(body) > 1 and body.endswith("*")
    plain = body.strip("*").strip() if open_left or open_right else body
    folded = " ".join(fold_text(plain).split())
    if not folded or len(plain) > LONGEST:
        return None
    kind = kinds()
    marks = [char for char in folded if kind[ord(char)] == OTHER and char not in " '-"]
    return Term(
        written=written,
        plain=plain.lower(),
        folded=folded,
        open_left=open_left,
        open_right=open_right,
        exact=bool(marks) or not runs_of_key(folded),
        han=any(map(chinese.is_han, folded)),
    )


def spellings_of(number: int, term: Term, *, evasions: bool, initials: bool = False) -> Iterator[Spelling]:
    """The spellings to be looked for among the letters of a text."""
    yield _spelling(number, term.folded)
    for written in chinese.by_initials(term.folded) if initials else ():
        if not is_word(written):
            yield _spelling(number, written, "initials")
    if not evasions:
        return
    if term.han:
        for written in chinese.apart(term.folded) if len(term.folded) > 1 else ():
            yield _spelling(number, written, "split")
        for written, tones in chinese.by_sound(term.folded):
            yield _spelling(number, written, "sound", tones)
    elif term.folded.isascii() and len(term.folded) > 3:
        yield from _latin_spellings(number, term.folded)


def _latin_spellings(number: int, folded: str) -> Iterator[Spelling]:
    made = {folded.replace("u", "v"), folded.replace("w", "vv"), folded.replace("m", "rn")}
    made |= {folded.replace("f", "ph"), folded.replace("f", "ph").replace("u", "v")}
    for written in sorted(made - {folded}):
        if not is_word(written):
            yield _spelling(number, written, "leet")
    for letter, like, seen in (("l", "i", "I"), ("i", "l", "l")):
        if letter in folded and not is_word(folded.replace(letter, like)):
            yield _spelling(number, folded.replace(letter, like), "folded", alike=seen)
    if len(folded) > 4 and folded.isalpha():
        for run, (_, many) in enumerate(runs_of_key(folded)):
            if many == 2:
                yield _spelling(number, folded, "", parted=run)
    plural = f"{folded[:-1]}ies"
    if folded[-1] == "y" and folded[-2] not in "aeiou" and not is_literary(plural):
        yield _spelling(number, plural)


def ones_of(number: int, term: Term) -> Iterator[Spelling]:
    """The spellings of a term in the view in which ``1`` may stand for i or l."""
    if not term.folded.isascii():
        return
    bases = [term.folded]
    if len(term.folded) > 3:
        bases += [term.folded.replace(*pair) for pair in (("u", "v"), ("f", "ph")) if pair[0] in term.folded]
    for folded in bases:
        yield _spelling(number, folded, "leet")
        for places in _ones(folded):
            letters = list(folded)
            for place in places:
                letters[place] = "1"
            yield _spelling(number, "".join(letters), "leet")


def _ones(folded: str) -> Iterator[tuple[int, ...]]:
    """Which letters may be written as ``1``."""
    at = [place for place, char in enumerate(folded) if char in "il"]
    if len(at) < 5:
        for many in range(1, len(at) + 1):
            yield from combinations(at, many)
        return
    yield tuple(at)
    for one in "il":
        if found := tuple(place for place in at if folded[place] == one):
            yield found


def _spelling(
    number: int,
    folded: str,
    way: str = "",
    tones: tuple[str, ...] = (),
    *,
    alike: str = "",
    parted: int = -1,
) -> Spelling:
    """``parted`` is a run of two letters between which something may stand."""
    runs = runs_of_key(folded)
    breaks: set[int] = set()
    for place, char in enumerate(folded):
        if kinds()[ord(char)] == OTHER:
            breaks.add(len(runs_of_key(folded[:place])))
    if parted >= 0:
        letter = (runs[parted][0], 1)
        runs = (*runs[:parted], letter, letter, *runs[parted + 1 :])
    return Spelling(
        term=number,
        folded=folded,
        key="".join(letter for letter, _ in runs),
        way=way,
        tones=tones,
        letters=sum(many for _, many in runs),
        runs=runs,
        breaks=frozenset(breaks),
        simple=way in ("", "leet") and parted < 0 and not alike and folded.isascii() and folded.isalpha(),
        alike=alike,
    )
