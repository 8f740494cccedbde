"""Finding thousands of terms in a text, disguised or not, in one look per view.

For each view an automaton (Aho-Corasick) gives every place where the letters of
a term stand one after the other; those that do not begin and end with a word are
dropped all at once, and the few that are left are judged one by one.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from ahocorasick_rs import AhoCorasick, MatchKind

from bot.moderation import chinese
from bot.moderation.automaton import Automaton, Place
from bot.moderation.fold import codes_of, kinds, string_of
from bot.moderation.latin import CONTEXT
from bot.moderation.looks import Look, look_at, look_for_signs
from bot.moderation.masks import LONGEST as LONGEST_MASKED
from bot.moderation.masks import Masks
from bot.moderation.putin import Sought, pairs_of
from bot.moderation.redrawn import NUMERALS, unfinished
from bot.moderation.spelling import Candidate, judge
from bot.moderation.terms import Spelling, Term, ones_of, spellings_of

SPAN = 200
"""Most characters of a hit, folded: a longer one is no disguise that anybody could read."""
_MARKS = 8
_NOWHERE: Place = (-1, -1, -1, "")


class Found(NamedTuple):
    """A term in a text: characters ``start:end`` of the original."""

    start: int
    end: int
    term: int
    way: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A term to look for, and how."""

    term: Term
    evasions: bool = True
    homophones: bool = False
    initials: bool = False


def _sought(spellings: Sequence[Spelling]) -> Sought:
    """What may be put in between, of the Chinese spellings."""
    if not spellings:
        return Sought(np.zeros(0, dtype=np.int64), chinese=False, numerals=False)
    whole = codes_of("\n".join(one.folded for one in spellings))
    pairs = np.unique(pairs_of(whole[:-1], whole[1:]))
    return Sought(pairs, True, any(char in one.folded for one in spellings for char in NUMERALS))


def _with_marks(text: str, end: int) -> int:
    """The end of a span with the marks that its last letter carries."""
    most = min(len(text), end + _MARKS)
    while end < most and unicodedata.combining(text[end]):
        end += 1
    return end


class Matcher:
    """Finds terms.  Building one of ten thousand terms takes a second: do it off the event loop."""

    def __init__(self, wanted: Sequence[Wanted]) -> None:
        self._wanted = tuple(wanted)
        self._terms = [one.term for one in wanted]
        plain: list[Spelling] = []
        leet: list[Spelling] = []
        sounds: list[Spelling] = []
        exact: list[tuple[int, str]] = []
        for number, one in enumerate(wanted):
            if one.term.exact:
                exact.append((number, one.term.folded))
                continue
            plain.extend(spellings_of(number, one.term, evasions=one.evasions, initials=one.initials))
            if one.evasions:
                leet.extend(ones_of(number, one.term))
            if one.homophones and one.term.han and len(one.term.folded) > 1:
                sounds.extend(
                    Spelling(number, one.term.folded, key, "sound", letters=len(key))
                    for key in chinese.alike_in_sound(one.term.folded)
                )
        self._plain = Automaton(plain, self._terms)
        self._leet = Automaton(leet, self._terms)
        self._sounds = Automaton(sounds, self._terms)
        self._masks = Masks([one for one in plain if self._wanted[one.term].evasions], self._terms)
        self._sought = None if sounds else _sought([one for one in plain if self._terms[one.term].han])
        self._exact_numbers = [number for number, _ in exact]
        texts = [text for _, text in exact]
        self._exact = AhoCorasick(texts, matchkind=MatchKind.Standard) if texts else None
        self._longest_exact = max(map(len, texts), default=0)

    def find(self, text: str) -> list[Found]:
        """Every place of every term."""
        return list(map(Found._make, self.find_in(self.look(text))))

    def look(self, text: str) -> Look:
        """A look at a text for what is wanted."""
        return look_at(text, self._sought)

    def find_in(self, look: Look) -> list[Place]:
        """The same for a text that was looked at, as plain tuples: there may be hundreds."""
        found = self._found(look)
        known: dict[int, set[int]] = defaultdict(set)
        for start, end, term, _ in found if look.others else ():
            known[term].update(range(start, end))
        for other, again in look.others:
            for first, last, term, how in self._found(again):
                span = other.span(first, last) if self._wanted[term].evasions else None
                if span is None or not any(map(str.isalnum, look.original[span[0] : span[1]])):
                    continue
                start, end, way = span
                if known[term].isdisjoint(range(start, end)):
                    known[term].update(range(start, end))
                    found.append((start, end, term, "+".join(filter(None, (way, how)))))
        return sorted(found) if look.others else found

    def _found(self, look: Look) -> list[Place]:
        every = sorted(self._all(look))
        hits = [
            hit
            for hit, before in zip(every, [_NOWHERE, *every], strict=False)
            if (hit[0] != before[0] or hit[:3] != before[:3]) and hit[1] - hit[0] <= SPAN
        ]
        if look.folded.codes.dtype == np.uint8:  # all ASCII: nothing was left out
            return hits
        at = look.folded.at.item
        return [
            (at(start), _with_marks(look.original, at(stop - 1) + 1), term, way)
            for start, stop, term, way in hits
        ]

    def open_from(self, look: Look, around: int = 0) -> int:
        """The first character of the original at which a hit may begin that what follows can change.

        ``around`` is how much further than usual what follows may matter.
        """
        cut = unfinished(look.original)
        if cut is not None:
            return min(cut, self._open_from(self.look(look.original[:cut]), around))
        return self._open_from(look, around)

    def _open_from(self, look: Look, around: int) -> int:
        place = self._open_in(look, around, 2 if look.others else 1)
        for other, again in look.others:
            # What was rewritten may take much more room than what it is read as, and may be turned around.
            begun = other.begins[self._open_in(again, around, 2) :]
            place = min(place, int(begun.min()) if len(begun) else len(look.original))
            for piece in reversed(other.pieces):
                settled = piece.end + CONTEXT + around + _MARKS < len(look.original)
                if piece.start < place and (piece.end > place or not settled):
                    place = piece.start
        return place

    def _open_in(self, look: Look, around: int, times: int) -> int:
        """The same by this look alone, in which a term may be so many ``times`` as long as it is."""
        size = len(look.text)
        known = size - CONTEXT - around
        first = known - max(self._longest_exact, LONGEST_MASKED)
        letters = look.letters
        longest = times * max(self._plain.longest, self._leet.longest, self._sounds.longest)
        if len(letters.places):
            done = int(np.searchsorted(letters.places, known))
            run = int(np.searchsorted(letters.firsts, done, side="right")) - 1
            run = min(max(0, run - longest - 1), len(letters.firsts) - 2)
            first = min(first, int(letters.places[letters.firsts[run]]))
        first = max(0, first, known - SPAN)
        return int(look.folded.at[first]) if first < size else len(look.original)

    def _all(self, look: Look) -> list[Place]:
        """Hits in the folded text."""
        hits = self._judged(self._plain, look)
        if (signs := look_for_signs(look)) is not None:
            hits += self._judged(self._leet, signs)
        hits += [
            (start, stop, one.term, "masked")
            for start, stop, one in self._masks.find(look.text, look.folded.codes)
        ]
        if self._exact is not None:
            hits += self._plainly(look)
        if self._sounds.find is not None:
            hits += self._sounding(look)
        return hits

    def _judged(self, automaton: Automaton, look: Look) -> list[Place]:
        hits, others = automaton.places(look)
        for parts in others:
            number = parts[0].term
            if (found := judge(look, self._terms[number], Candidate(*parts))) is not None:
                start, stop, way = found
                if not way or self._wanted[number].evasions:
                    hits.append((start, stop, number, way))
        return hits

    def _plainly(self, look: Look) -> Iterator[Place]:
        """Terms with marks of their own."""
        assert self._exact is not None
        text = look.text
        word = kinds()[look.folded.codes].tobytes()
        for which, start, stop in self._exact.find_matches_as_indexes(text, overlapping=True):
            number = self._exact_numbers[which]
            term = self._terms[number]
            left = start == 0 or not (word[start] and word[start - 1])
            right = stop == len(text) or not (word[stop - 1] and word[stop])
            if (left or term.open_left) and (right or term.open_right):
                yield start, stop, number, ""

    def _sounding(self, look: Look) -> Iterator[Place]:
        """Terms in other characters of the same sound."""
        assert self._sounds.find is not None
        codes = chinese.sounded(look.folded.codes)
        for which, start, stop in self._sounds.find.find_matches_as_indexes(
            string_of(codes), overlapping=True
        ):
            spelling = self._sounds.spellings[which]
            written = look.text[start:stop]
            before, after = look.text[max(0, start - 12) : start], look.text[stop : stop + 12]
            if written != spelling.folded and chinese.is_no_word(before, written, after):
                yield start, stop, spelling.term, "sound"
