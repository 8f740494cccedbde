"""Terms and allow lists in AutoMod's syntax."""

from __future__ import annotations

import pytest

from bot.errors import BadInput
from bot.moderation.compiled import compile_rules
from bot.moderation.rules import Circumstances, Kind, Mode, Rule, RuleSet
from bot.moderation.terms import parse_term


def hits(text: str, *terms: str, allow: tuple[str, ...] = (), evasions: bool = True) -> list[str]:
    rule = Rule("r", Kind.WORDS, terms=terms, allow=allow, evasions=evasions, mode=Mode.ARMED)
    verdict = compile_rules(RuleSet((rule,))).pipeline(Circumstances()).check_now(text)
    return [text[hit.start : hit.end] for hit in verdict.hits]


@pytest.mark.parametrize(
    ("term", "caught", "free"),
    [
        # The examples of Discord's documentation (Auto Moderation, keyword matching strategies).
        ("cat*", ["catch", "Catapult", "CAttLE", "cat"], ["tomcat", "concatenate"]),
        ("*cat", ["wildcat", "copyCat", "cat"], ["catch", "concatenate"]),
        ("*cat*", ["location", "eduCation", "cat"], ["ca t and cart"]),
        ("cat", ["Cat", "cat.", "(cat)", "cat-like", "the cat!"], ["catch", "tomcat", "location"]),
        # … and for phrases.
        ("the mat*", ["the matrix", "the mat"], ["bathe matters", "them atlas"]),
        ("*the mat", ["breathe mat", "the mat"], ["the matrix"]),
        ("*the mat*", ["breathe matter", "The Mat"], ["the  m x"]),
        ("the mat", ["the mat", "THE MAT.", "the  mat"], ["bathe mat", "the matrix"]),
        # Marks of its own.
        ("c++", ["c++", "C++ is", "in c++."], ["c", "c+", "abc++"]),
        ("*://x", ["http://x", "a://x"], ["http:/x"]),
        # Chinese.
        ("大麻", ["吸大麻", "大麻。"], ["很大麻烦", "很大，麻烦"]),
        ("*大麻*", ["很大麻烦"], ["大人吃麻花"]),
        ("杀*", ["杀人", "要杀鸡"], ["自 沙"]),
    ],
)
def test_wildcards_are_automods(term: str, caught: list[str], free: list[str]) -> None:
    assert [text for text in caught if not hits(text, term)] == []
    assert [text for text in free if hits(text, term)] == []


def test_a_span_is_the_term_and_not_the_word_around_it() -> None:
    assert hits("the education of a cat", "*cat*") == ["cat", "cat"]
    assert hits("fooooolish", "fool*") == ["foooool"]


def test_what_the_allow_list_has_is_free_where_it_stands_and_only_there() -> None:
    assert hits("Bert met Robert", "*bert*", allow=("robert",)) == ["Bert"]
    assert hits("Roberta", "*bert*", allow=("robert",)) == ["bert"]  # a whole word
    assert hits("Roberta", "*bert*", allow=("robert*",)) == []
    assert hits("class and ass", "*ass*", allow=("class",)) == ["ass"]
    assert hits("大麻烦，大麻", "*大麻*", allow=("大麻烦",)) == ["大麻"]
    assert hits("a bad luck ass day, ass", "ass", allow=("bad luck ass",)) == ["ass"]


def test_nobody_gets_past_by_disguising_what_is_allowed() -> None:
    assert hits("r0b3rt", "*bert*", allow=("robert",)) != []


def test_a_rule_may_look_for_plain_words_alone() -> None:
    for text in ("d4mn", "d.a.m.n", "daaamn", "d*mn"):
        assert hits(text, "damn") == [text]
        assert hits(text, "damn", evasions=False) == []
    for text in ("damn", "DAMN", "well, Damn!"):
        assert len(hits(text, "damn", evasions=False)) == 1


def test_words_within_words_are_free() -> None:
    innocent = (
        "Scunthorpe Penistone class assassin cockpit therapist analysis Essex Sussex shiitake Matsushita"
    )
    terms = ("cunt", "penis", "ass", "cock", "rapist", "anal", "sex", "shit")
    assert hits(innocent, *terms) == []
    assert hits("抹黑社会主义的人", "黑社会") == []


def test_the_same_term_in_two_rules_hits_for_both() -> None:
    rules = [Rule(name, Kind.WORDS, terms=("damn",), mode=Mode.ARMED) for name in ("one", "two")]
    verdict = compile_rules(RuleSet(tuple(rules))).pipeline(Circumstances()).check_now("damn")
    assert verdict.rules == ("one", "two")


@pytest.mark.parametrize("written", ["", " ", "*", "**", "\u200b", "x" * 101])
def test_what_is_no_term_is_refused(written: str) -> None:
    assert parse_term(written) is None
    with pytest.raises(BadInput):
        compile_rules(RuleSet((Rule("r", Kind.WORDS, terms=(written,)),)))
