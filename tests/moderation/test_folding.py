"""Normalising: it never throws, folding twice changes nothing, and every place is exact, for any Unicode."""

from __future__ import annotations

import unicodedata

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.moderation.fold import codes_of, fold, fold_text, string_of
from bot.moderation.letters import letters_of
from bot.moderation.looks import look_at, look_for_signs
from bot.moderation.rewrites import rewritten

ANY = st.text(st.characters(codec=None), max_size=200)
"""Any Unicode, with lone surrogates, what is not assigned, and everything else."""
ODD = st.lists(
    st.sampled_from(
        list(
            "fuckß8x|/\\()<>[]_ \n\r\t-*.傻逼🐶ɥɐ壹🇺Ⓕﬁẞİ𝒻の（）ａ⺀㈠ㄅ①한"
            "\u202e\u202c\u0301\u200d\ufe0f\x00\ud800"
        )
    ),
    max_size=60,
).map("".join)
TEXT = ANY | ODD


@given(TEXT)
def test_folding_never_throws_and_folding_twice_changes_nothing(text: str) -> None:
    once = fold_text(text)
    assert fold_text(once) == once


@given(TEXT, TEXT)
def test_what_is_put_together_folds_together(one: str, two: str) -> None:
    if one[-1:] and two[:1] and "\ud800" <= one[-1] <= "\udbff":
        return  # half a character
    assert fold_text(one + two) == fold_text(one) + fold_text(two)


@given(TEXT)
def test_every_character_knows_where_it_was(text: str) -> None:
    folded = fold(text)
    at = folded.at.tolist()
    assert len(at) == len(folded.codes) == len(folded.text)
    assert at == sorted(at)
    for place in range(len(text)):
        made = "".join(char for char, where in zip(folded.text, at, strict=True) if where == place)
        assert made == fold_text(text[place])


@given(TEXT)
def test_letters_are_those_of_the_text(text: str) -> None:
    folded = fold(text)
    letters = letters_of(folded)
    assert [folded.text[place] for place in letters.places.tolist()] == list(string_of(letters.codes))
    firsts = letters.firsts.tolist()
    assert firsts[-1] == len(letters.places)
    for number, char in enumerate(letters.key):
        run = {folded.text[place] for place in letters.places[firsts[number] : firsts[number + 1]].tolist()}
        assert run == {char}


@given(TEXT)
def test_what_is_all_ascii_folds_as_everything_does(text: str) -> None:
    plain = "".join(char for char in text if char.isascii())
    assert plain.isascii()
    other = fold(f"{plain}\u4e00")  # goes the long way
    short = fold(plain)
    assert other.text[:-1] == short.text
    assert other.at.tolist()[:-1] == short.at.tolist()


@given(TEXT)
def test_signs_read_as_letters_keep_their_places(text: str) -> None:
    look = look_at(text)
    signs = look_for_signs(look)
    if signs is None:
        return
    assert len(signs.text) == len(look.text)
    for number, (char, before) in enumerate(zip(signs.text, look.text, strict=True)):
        assert signs.swapped[number] or char == before


@given(TEXT)
def test_what_is_read_otherwise_covers_the_text_once(text: str) -> None:
    for other in rewritten(fold(text), text, codes_of(text)):
        assert len(other.text) == len(other.begins) == len(other.ends)
        inside = {place for piece in other.pieces for place in range(piece.start, piece.end)}
        for char, begin, end in zip(other.text, other.begins.tolist(), other.ends.tolist(), strict=True):
            assert 0 <= begin < end <= len(text)
            if begin not in inside:
                assert char == text[begin]
        kept = {begin for begin in other.begins.tolist() if begin not in inside}
        assert kept == set(range(len(text))) - inside


def test_codes_are_given_back() -> None:
    for text in ("plain", "höher", "傻逼", "𝒻", "\ud800", ""):
        assert string_of(codes_of(text)) == text
    assert fold("plain").codes.dtype == np.uint8


def test_what_each_character_becomes() -> None:
    for written, read in (
        ("FÜCK", "fuck"),
        ("ｆｕｃｋ", "fuck"),
        ("𝖋𝖚𝖈𝖐", "fuck"),
        ("ⓕⓤⓒⓚ", "fuck"),
        ("fυск", "fuck"),
        ("🇫🇺🇨🇰", "fuck"),
        ("ꜰᴜᴄᴋ", "fuck"),
        ("f\u200bu\u00adc\u2060k", "fuck"),
        ("f\u0336u\u0336c\u0336k\u0336", "fuck"),
        ("強姦", "强奸"),
        ("ﬁre", "fire"),
        ("a\u3000b\u00a0c", "a b c"),
        ("a\r\nb\u2028c", "a\n\nb\nc"),
    ):
        assert fold_text(written) == read
    assert all(fold_text(char) == "" for char in "\u200b\u200d\u202e\u2066\ufeff\ufe0f\U000e0041")
    assert all(unicodedata.category(char) == "Mn" and fold_text(char) == "" for char in "\u0301\u0489"[:1])
