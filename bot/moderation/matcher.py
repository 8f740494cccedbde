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
from itertools import chain, repeat
from typing import Any, NamedTuple

import numpy as np
from ahocorasick_rs import AhoCorasick, Implementation, MatchKind
from numpy.typing import NDArray

from bot.moderation import chinese
from bot.moderation.fold import Flags, Ints, kinds, string_of
from bot.moderation.latin import CONTEXT
from bot.moderation.letters import Letters
from bot.moderation.looks import Look, look_at, look_for_signs
from bot.moderation.masks import LONGEST as LONGEST_MASKED
from bot.moderation.masks import Masks
from bot.moderation.spelling import Candidate, judge
from bot.moderation.terms import Spelling, Term, ones_of, spellings_of

SPAN = 200
"""Most characters of a hit, folded: a longer one is no disguise that anybody could read."""
_MARKS = 8
_Place = tuple[int, int, int, str]
"""Begin and end in the folded text, the term, and the way of its disguise."""
_Parts = tuple[Spelling, int, int, int, int, bool, str]
_E, _S, _Z = map(ord, "esz")


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


class _Automaton:
    """All spellings for one view, with what is needed to drop most candidates at once."""

    def __init__(self, spellings: Sequence[Spelling], terms: Sequence[Term]) -> None:
        self.spellings = [one for one in spellings if one.key]
        keys = [one.key for one in self.spellings]
        self.find = (
            AhoCorasick(keys, matchkind=MatchKind.Standard, implementation=Implementation.ContiguousNFA)
            if keys
            else None
        )
        self.longest = max(map(len, keys), default=0)
        self.letters: Ints = np.array([one.letters for one in self.spellings], dtype=np.int64)
        mine = [terms[one.term] for one in self.spellings]
        self.open_left: Flags = np.array([one.open_left for one in mine], dtype=np.bool_)
        self.any_open = bool(self.open_left.any())
        self.open_right: Flags = np.array([one.open_right for one in mine], dtype=np.bool_)
        self.terms: Ints = np.array([one.term for one in self.spellings], dtype=np.int64)
        self.simple: Flags = np.array(
            [one.simple and len(one.key) == one.letters for one in self.spellings], dtype=np.bool_
        )
        """Those of which no letter is doubled: as many letters as characters are the word itself."""

    def places(self, look: Look) -> tuple[list[_Place], Iterator[_Parts]]:
        """Where terms stand plainly; and where spellings could stand, the parts of a :class:`Candidate`."""
        letters = look.letters
        raw = self.find.find_matches_as_indexes(letters.key, overlapping=True) if self.find else []
        if not raw:
            return [], iter(())
        table = np.fromiter(chain.from_iterable(raw), dtype=np.int64, count=3 * len(raw)).reshape(-1, 3)
        which, first = table[:, 0], table[:, 1]
        good = letters.loose_begins[first]  # of which the others are a part
        kept = np.flatnonzero(good | self.open_left[which] if self.any_open else good)
        if not len(kept):
            return [], iter(())
        table = table[kept]
        which, first, last = table[:, 0], table[:, 1], table[:, 2]
        many = self.letters[which]
        begins = letters.begins[first] | self.open_left[which]
        ends = letters.ends[last - 1] | self.open_right[which]
        loose = many > 3
        plainly = ends | (letters.loose_ends[last - 1] & loose)
        good = begins | (letters.loose_begins[first] & loose)
        good &= letters.firsts[last] - letters.firsts[first] >= many
        if not plainly.all():
            good &= plainly | (_plural(letters, last) & (many > 2))
        kept = np.flatnonzero(good)
        if not len(kept):
            return [], iter(())
        which, first, last = which[kept], first[kept], last[kept]
        starts = letters.places[letters.firsts[first]]
        stops = letters.places[letters.firsts[last] - 1] + 1
        sure = (begins & ends)[kept]
        plainly = plainly[kept]
        quick = sure & self.simple[which] & (stops - starts == self.letters[which])
        left = ~quick
        if look.read is not None:
            read = look.read[stops] - look.read[starts]
            quick &= (read > 0) & (read < stops - starts)
            if "@" in look.original:
                quick[:] = False  # it may be an address
            left = ~quick & (read > 0)
        elif not look.same:
            quick[:] = False
            left = ~quick
        done = list(
            zip(
                starts[quick].tolist(),
                stops[quick].tolist(),
                self.terms[which[quick]].tolist(),
                repeat("" if look.read is None else "leet"),
                strict=False,
            )
        )
        rows = [one[left] for one in (which, first, last, starts, stops, sure, plainly)]
        return done, self._parts(rows, letters.key) if left.any() else iter(())

    def _parts(self, rows: Sequence[NDArray[Any]], key: str) -> Iterator[_Parts]:
        for number, begin, end, start, stop, sure, plain in zip(*(one.tolist() for one in rows), strict=True):
            suffix = "" if plain else _suffix(key[end : end + 2])
            yield self.spellings[number], begin, end, start, stop, sure, suffix


def _with_marks(text: str, end: int) -> int:
    """The end of a span with the marks that its last letter carries."""
    most = min(len(text), end + _MARKS)
    while end < most and unicodedata.combining(text[end]):
        end += 1
    return end


def _plural(letters: Letters, last: Ints) -> Flags:
    """Whether the ending of a plural, and then the end of the word, follows."""
    final = len(letters.ends) - 1
    one, two = np.minimum(last, final), np.minimum(last + 1, final)
    after, then = letters.codes[letters.firsts[one]], letters.codes[letters.firsts[two]]
    short = ((after == _S) | (after == _Z)) & letters.ends[one] & (last <= final)
    return short | ((after == _E) & (then == _S) & letters.ends[two] & (last < final))


def _suffix(after: str) -> str:
    return after if after.startswith("e") else after[:1]


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
            plain.extend(spellings_of(number, one.term, evasions=one.evasions))
            if one.evasions:
                leet.extend(ones_of(number, one.term))
            if one.homophones and one.term.han and len(one.term.folded) > 1:
                sounds.extend(
                    Spelling(number, one.term.folded, key, "sound", letters=len(key))
                    for key in chinese.alike_in_sound(one.term.folded)
                )
        self._plain = _Automaton(plain, self._terms)
        self._leet = _Automaton(leet, self._terms)
        self._sounds = _Automaton(sounds, self._terms)
        self._masks = Masks([one for one in plain if self._wanted[one.term].evasions])
        self._exact_numbers = [number for number, _ in exact]
        texts = [text for _, text in exact]
        self._exact = AhoCorasick(texts, matchkind=MatchKind.Standard) if texts else None
        self._longest_exact = max(map(len, texts), default=0)

    def find(self, text: str) -> list[Found]:
        """Every place of every term."""
        return list(map(Found._make, self.find_in(look_at(text))))

    def find_in(self, look: Look) -> list[_Place]:
        """The same for a text that was looked at, as plain tuples: there may be hundreds."""
        found = self._found(look)
        if (other := look.other) is not None:
            known: dict[int, set[int]] = defaultdict(set)
            for start, end, term, _ in found:
                known[term].update(range(start, end))
            for first, last, term, how in self._found(look_at(other.text, again=True)):
                span = other.span(first, last) if self._wanted[term].evasions else None
                if span is None or not any(map(str.isalnum, look.original[span[0] : span[1]])):
                    continue
                start, end, way = span
                if known[term].isdisjoint(range(start, end)):
                    known[term].update(range(start, end))
                    found.append((start, end, term, "+".join(filter(None, (way, how)))))
        return sorted(found)

    def _found(self, look: Look) -> list[_Place]:
        hits = {hit[:3]: hit for hit in reversed(self._all(look)) if hit[1] - hit[0] <= SPAN}
        if look.folded.codes.dtype == np.uint8:  # all ASCII: nothing was left out
            return list(hits.values())
        at = look.folded.at.item
        return [
            (at(start), _with_marks(look.original, at(stop - 1) + 1), term, way)
            for start, stop, term, way in hits.values()
        ]

    def open_from(self, look: Look, around: int = 0) -> int:
        """The first character of the original at which a hit may begin that what follows can change.

        ``around`` is how much further than usual what follows may matter.
        """
        size = len(look.text)
        known = size - CONTEXT - around
        other = look.other
        first = known - max(self._longest_exact, LONGEST_MASKED)
        letters = look.letters
        longest = max(self._plain.longest, self._leet.longest, self._sounds.longest)
        if other is not None:
            longest *= 2  # letters may be put in
        if len(letters.places):
            done = int(np.searchsorted(letters.places, known))
            run = int(np.searchsorted(letters.firsts, done, side="right")) - 1
            run = min(max(0, run - longest - 1), len(letters.firsts) - 2)
            first = min(first, int(letters.places[letters.firsts[run]]))
        first = max(0, first, known - SPAN)
        place = int(look.folded.at[first]) if first < size else len(look.original)
        for piece in reversed(other.pieces if other is not None else ()):
            settled = piece.end + CONTEXT + around + _MARKS < len(look.original)
            if piece.start < place and (piece.end > place or not settled):
                place = piece.start
        return place

    def _all(self, look: Look) -> list[_Place]:
        """Hits in the folded text."""
        hits = self._judged(self._plain, look)
        if (signs := look_for_signs(look)) is not None:
            hits += self._judged(self._leet, signs)
        hits += [(start, stop, one.term, "masked") for start, stop, one in self._masks.find(look.text, look.folded.codes)]
        if self._exact is not None:
            hits += self._plainly(look)
        if self._sounds.find is not None:
            hits += self._sounding(look)
        return hits

    def _judged(self, automaton: _Automaton, look: Look) -> list[_Place]:
        hits, others = automaton.places(look)
        for parts in others:
            number = parts[0].term
            if (found := judge(look, self._terms[number], Candidate(*parts))) is not None:
                start, stop, way = found
                if not way or self._wanted[number].evasions:
                    hits.append((start, stop, number, way))
        return hits

    def _plainly(self, look: Look) -> Iterator[_Place]:
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

    def _sounding(self, look: Look) -> Iterator[_Place]:
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
