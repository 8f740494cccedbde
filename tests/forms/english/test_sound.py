"""How words sound, what rhymes, where lines are stressed."""

from __future__ import annotations

import gzip
import json
import random
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.forms.english.dictionary import look_up
from bot.forms.english.dictionary import words as dictionary_words
from bot.forms.english.guess import guesses
from bot.forms.english.metre import Metre, roughness, scan
from bot.forms.english.returns import line_end
from bot.forms.english.rhyme import Rhyme, rhyme, rhyme_ends, rhymes
from bot.forms.english.sound import lengths, line_lengths, sounds, words


@pytest.mark.parametrize(
    ("word", "usual", "licensed"),
    [
        ("snow", {1}, {1}),
        ("heaven", {2}, {1, 2}),
        ("every", {2, 3}, {2, 3}),
        ("banished", {2}, {2, 3}),
        ("banishèd", {3}, {3}),
        ("belovèd", {3}, {3}),
        ("o'er", {1}, {1}),
        ("th'", set[int](), {0}),
        ("flower", {2}, {1, 2}),
        ("glorious", {3}, {2, 3}),
        ("lov'd", set[int](), {1}),
        ("wand'ring", {2}, {2}),
        ("moonlight's", set[int](), {2}),
        ("seaweeds", {2}, {2}),
        ("doeth", set[int](), {1, 2}),
        ("unfathomable", set[int](), {5}),
    ],
)
def test_syllables(word: str, usual: set[int], licensed: set[int]) -> None:
    found, all = lengths(word)
    assert usual <= found or not usual
    assert licensed <= all


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("night", "light", Rhyme.PERFECT),
        ("eyes", "skies", Rhyme.PERFECT),
        ("singing", "bringing", Rhyme.PERFECT),
        ("sea", "see", Rhyme.SAME),
        ("snow", "snow", Rhyme.SAME),
        ("melody", "be", Rhyme.NEAR),
        ("dawn", "morn", Rhyme.NEAR),
        ("memory", "die", Rhyme.HISTORIC),
        ("love", "prove", Rhyme.EYE),
        ("home", "tone", Rhyme.SLANT),
        ("desert", "part", Rhyme.HISTORIC),
        ("cat", "dog", Rhyme.NONE),
        ("join", "shine", Rhyme.HISTORIC),
        ("god", "abode", Rhyme.HISTORIC),
        ("head", "shade", Rhyme.HISTORIC),
        ("eyes", "paradise", Rhyme.SLANT),
        ("comforted", "bed", Rhyme.NEAR),
        ("parma", "calmer", Rhyme.NEAR),
        ("room", "name", Rhyme.CONSONANCE),
        ("city", "me", Rhyme.CONSONANCE),
        ("winter", "river", Rhyme.NONE),
        ("oer", "more", Rhyme.PERFECT),
        ("passd", "last", Rhyme.PERFECT),
        ("tellin", "sellin", Rhyme.PERFECT),
        ("war", "far", Rhyme.HISTORIC),
        ("law", "bore", Rhyme.NEAR),
        ("muffin", "stuffing", Rhyme.NEAR),
        ("rome", "doom", Rhyme.HISTORIC),
        ("were", "there", Rhyme.NEAR),
        ("figure", "vigour", Rhyme.NEAR),
        ("scorning", "sing", Rhyme.CONSONANCE),
        ("given", "heaven", Rhyme.HISTORIC),
        ("rev", "give", Rhyme.CONSONANCE),
    ],
)
def test_rhymes(one: str, other: str, kind: Rhyme) -> None:
    assert rhyme(one, other) is kind
    assert rhyme(other, one) is kind


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("threatened to burn her", "a young lady of Smyrna", Rhyme.NEAR),
        ("the world enjoys it", "the user so destroys it", Rhyme.PERFECT),
        ("how I do love thee", "where thou mayst prove me", Rhyme.PERFECT),
        ("I long to see it", "I dare not take it", Rhyme.SAME),
        ("I gave it to her", "the sky was blue", Rhyme.NONE),
        ("come with me", "the open sea", Rhyme.PERFECT),
    ],
)
def test_a_light_last_word_leans_on_the_one_before(one: str, other: str, kind: Rhyme) -> None:
    assert rhyme_ends(line_end(one), line_end(other)) is kind
    assert rhyme_ends(line_end(other), line_end(one)) is kind


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("love", "prove", True),
        ("eyes", "paradise", True),
        ("ecstasy", "melody", True),
        ("home", "tone", False),
        ("night", "side", False),
        ("walking", "scorning", False),
        ("room", "name", False),
    ],
)
def test_what_is_taken_for_a_rhyme_where_none_is_asked_for(one: str, other: str, told: bool) -> None:
    assert rhymes(one, other) is told
    assert rhymes(other, one) is told


@pytest.mark.parametrize("century", ["before 1700", "1700s", "1800s and 1900s"])
def test_free_rhymes_agree_with_the_schemes_of_poems(century: str) -> None:
    """F1 over every two lines of a stanza, without its scheme."""
    right = told = wanted = 0
    with gzip.open(Path(__file__).parents[1] / "gold" / "rhymes.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [row for row in map(json.loads, file) if row["century"] == century]
    for row in rows[::3]:
        for one, other in combinations(range(len(row["ends"])), 2):
            said = rhymes(row["ends"][one], row["ends"][other])
            asked = row["scheme"][one] == row["scheme"][other]
            right += said and asked
            told += said
            wanted += asked
    assert 2 * right / (told + wanted) > 0.94


def test_words_outside_the_dictionary_have_their_syllables_mostly() -> None:
    """Measured on words taken out of the dictionary: their own entry is not looked at by the guess."""
    chosen = random.Random(4).sample([word for word in dictionary_words() if len(word) > 4], 1_500)
    right = 0
    for word in chosen:
        wanted = {sum(phone[-1].isdigit() for phone in phones) for phones in look_up(word)}
        right += any(sum(phone[-1].isdigit() for phone in phones) in wanted for phones in guesses(word))
    assert right / len(chosen) > 0.9


def test_lines_are_scanned_with_the_usual_liberties() -> None:
    pentameter = Metre.of("iambic pentameter")
    regular = scan("Shall I compare thee to a summer's day?", pentameter)
    turned = scan("Thou art more lovely and more temperate:", pentameter)
    light = scan("To be, or not to be, that is the question", pentameter)
    assert regular is not None and regular.faults == 0
    assert turned is not None and turned.faults <= 1
    assert light is not None and light.places.endswith("/x")
    assert scan("The snow", pentameter) is None
    wrong = scan("Abandon forever december tomatoes", pentameter)
    assert wrong is None or wrong.faults > 1
    with pytest.raises(ValueError, match="no metre"):
        Metre.of("iambic banana")


@given(st.text(max_size=80))
def test_no_text_is_too_strange(text: str) -> None:
    usual, licensed = line_lengths(text)
    assert usual <= licensed or not usual
    for word in words(text):
        for sound in sounds(word):
            assert sound.syllables == sum(phone[-1].isdigit() for phone in sound.phones)


@pytest.mark.parametrize(
    ("marks", "place", "fresh", "rough"),
    [
        ("/", "x", True, 0),
        ("s", "x", True, 0),
        ("s", "x", False, 2),
        ("/", "x", False, 4),
        ("x", "/", False, 1),
    ],
)
def test_a_heavy_monosyllable_may_open_a_line(marks: str, place: str, fresh: bool, rough: int) -> None:
    assert roughness(marks, place, fresh, False)[0] == rough
