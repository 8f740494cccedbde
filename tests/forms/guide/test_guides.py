"""Guides let through only what keeps the form: a writer that draws blindly among the allowed still does."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer

from bot.backends.local.steer import vocabulary
from bot.forms.check import check, shape_of
from bot.forms.english.sound import words
from bot.forms.guide.guided import Guided, can_show, repeats, shows, stale
from bot.forms.guide.plans import plan
from bot.forms.guide.vocabulary import Next, Vocabulary
from bot.forms.guide.words import lexicon, rhymes, sound_of
from bot.forms.model import Holds
from bot.prompting.catalogue import Catalogue

ROOT = Path(__file__).parents[3]
CATALOGUE = Catalogue.load(ROOT / "prompts")

ENGLISH = [
    "haiku",
    "senryu",
    "tanka",
    "cinquain",
    "limerick",
    "couplet",
    "heroic-couplet",
    "quatrain-aabb",
    "quatrain-abba",
    "common-measure",
    "ballad",
    "rubaiyat",
    "terza-rima",
    "sonnet-shakespearean",
    "sonnet-petrarchan",
    "sonnet-spenserian",
    "villanelle",
    "triolet",
    "rondeau",
    "pantoum",
    "blank-verse",
    "ghazal",
    "sestina",
]
CHINESE = ["wujue", "qijue", "wulv", "qilv", "duilian", "haiku", "dayou"]
TUNES = sorted(id for id, form in CATALOGUE.forms.items() if form.shape.get("kind") == "ci" and form.shape)


@cache
def tokens() -> Vocabulary:
    tokenizer = AutoTokenizer.from_pretrained(ROOT / "models" / "house")
    return vocabulary(tokenizer, frozenset({tokenizer.eos_token_id}))


def guided(form: str, language: str, **more: object) -> Guided:
    found = CATALOGUE.find_form(form)
    assert found is not None
    shape = shape_of(found.id, found.shape)
    assert shape is not None
    return Guided(form=found.id, shape=shape, language=language, lines=found.lines, **more)  # type: ignore[arg-type]


def blind(plan: Guided, seed: int, most: int = 2_000) -> str:
    """A text drawn at random from what the guide allows, sooner among what loses nothing."""
    chance, known = np.random.default_rng(seed), tokens()
    writer, written = plan.writer(known), list[int]()
    for _ in range(most):
        coming = writer.next(written)
        assert coming.allowed.any(), "".join(known.texts[id] for id in written)
        allowed = np.flatnonzero(coming.allowed)
        better = [id for id in allowed if id not in coming.lose]
        token = int(chance.choice(better or allowed))
        if token in known.ends:
            return "".join(known.texts[id] for id in written).strip()
        written.append(token)
    raise AssertionError("it does not end")


@pytest.mark.parametrize("form", ENGLISH)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_a_guided_writer_of_english_draws_keeps_the_form(form: str, seed: int) -> None:
    plan = guided(form, "en", seed=seed)
    text = blind(plan, seed)
    report = check(text, plan.shape)
    assert report.holds is Holds.YES, f"{text}\n{report.plain()}"
    known = {one.word for one in lexicon()}
    assert set(words(text)) <= known, "a broken word"


@pytest.mark.parametrize("form", [*CHINESE, *TUNES])
def test_whatever_a_guided_writer_of_chinese_draws_keeps_the_form(form: str) -> None:
    plan = guided(form, "zh", seed=7)
    text = blind(plan, 7)
    report = check(text, plan.shape)
    assert report.holds is not Holds.NO, f"{text}\n{report.plain()}"


def test_only_characters_that_every_phone_can_show_are_written() -> None:
    rare = [id for id, text in enumerate(tokens().texts) if len(text) == 1 and ord(text) > 0xFFFF]
    assert rare, "the vocabulary has some"
    coming = guided("wujue", "zh", seed=7).writer(tokens()).next([])
    assert coming.allowed.any() and not coming.allowed[rare].any()


@settings(max_examples=30, deadline=None)
@given(topic=st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=9), seed=st.integers(0, 2**31))
def test_an_acrostic_spells_its_topic(topic: str, seed: int) -> None:
    plan = guided("acrostic", "en", topic=topic, seed=seed)
    text = blind(plan, seed)
    assert "".join(line[0].lower() for line in text.split("\n") if line) == topic
    assert check(text, plan.shape, topic=topic).holds is Holds.YES


@settings(max_examples=30, deadline=None)
@given(topic=st.text("春江花月夜山水云风雨雪松", min_size=2, max_size=6), seed=st.integers(0, 2**31))
def test_heads_hide_the_topic(topic: str, seed: int) -> None:
    plan = guided("cangtou", "zh", topic=topic, seed=seed)
    text = blind(plan, seed)
    assert "".join(line[0] for line in text.split("\n") if line) == topic


def test_a_line_that_is_given_stands_and_the_rest_rhymes_with_it() -> None:
    opening = "Shall I compare thee to a summer's day?"
    plan = guided("sonnet-shakespearean", "en", opening=opening, seed=2)
    text = f"{opening}\n{blind(plan, 2)}"
    assert check(text, plan.shape).holds is Holds.YES, text
    plan = guided("qijue", "zh", opening="朝辞白帝彩云间", seed=2)
    text = f"朝辞白帝彩云间，\n{blind(plan, 2)}"
    assert check(text, plan.shape).holds is not Holds.NO, text


def test_lines_written_are_kept_when_the_writing_goes_on_line_by_line() -> None:
    plan = guided("villanelle", "en", seed=4)
    whole = blind(plan, 4)
    lines = [line for line in whole.split("\n") if line]
    for count, line in enumerate(lines):
        assert plan.left == len(lines) - count
        if plan.given:
            assert plan.given.rstrip(",.;:!?") == line.rstrip(",.;:!?")
        plan = plan.after(line)
    assert plan.begun.strip() == whole
    assert plan.left == 0
    assert plan.reseeded(5).left == len(lines)


def test_free_verse_has_no_plan() -> None:
    found = CATALOGUE.find_form("free")
    assert found is not None
    shape = shape_of(found.id, found.shape)
    assert shape is None or not Guided(form="free", shape=shape, language="en").possible


@pytest.mark.parametrize(
    "topic", ["the ferry", "rain", "my old lamp", "what the wind said to me", "末班车", ""]
)
def test_a_ghazal_comes_back_to_its_topic_where_that_is_a_phrase(topic: str) -> None:
    plan = guided("ghazal", "en", topic=topic, seed=5)
    text = blind(plan, 5)
    assert check(text, plan.shape, topic=topic).holds is Holds.YES, text
    if len(topic.split()) < 4 and topic.isascii():
        assert shows(topic, text) or not topic
    assert plan.worth(text) == plan.worth(text, literal=False) or not shows(topic, text)


def test_a_ghazal_takes_its_refrain_from_what_is_given() -> None:
    first = "I left my coat and all I owed beside the sea"
    opening = f"{first}\nthe last of day still softly glowed beside the sea"
    plan = guided("ghazal", "en", opening=opening, seed=2)
    text = f"{opening}\n{blind(plan, 2)}"
    assert check(text, plan.shape).holds is Holds.YES, text
    assert text.count("beside the sea") == 6
    alone = guided("ghazal", "en", opening=first, seed=2)
    text = f"{first}\n{blind(alone, 2)}"
    assert check(text, alone.shape).holds is Holds.YES, text


def test_what_a_form_says_again_is_no_fault_of_the_poem() -> None:
    plan = guided("sestina", "en", seed=2)
    text = blind(plan, 2)
    assert plan.worth(text) > 0.97 > 1 - 0.5 * repeats(text)


@pytest.mark.parametrize("end", ["sea", "wind", "river", "zyzzyva"])
def test_end_words_that_are_given_end_the_lines_that_are_written(end: str) -> None:
    locked = ("", "", "", "", "", f"And all the lamps are going out at {end}", *[""] * 33)
    plan = guided("sestina", "en", seed=3, locked=locked)
    text = blind(plan, 3)
    assert check(text, plan.shape).holds is Holds.YES, text
    assert sum(end in words(line)[-1:] for line in text.split("\n")) in (6, 7)


def test_a_plan_has_as_many_lines_as_the_text_whose_lines_stay() -> None:
    for form, count in (("terza-rima", 13), ("blank-verse", 5), ("ghazal", 8), ("pantoum", 8)):
        text = "\n".join(f"The ferry number {at} is on the shore" for at in range(count))
        plan = guided(form, "en", seed=1).locking(text, {2})
        assert plan.left == count, form


def test_the_topic_must_show_and_nothing_come_again_and_again() -> None:
    plan = guided("couplet", "en", topic="the ferry")
    good = "The ferry crosses to the other shore\nAnd we who wait are waiting as before"
    assert plan.worth(good) > plan.worth(good.replace("ferry", "river"))
    assert plan.worth(good) > plan.worth(
        "The ferry ferry to the ferry shore\nThe ferry ferry ferry ferry shore"
    )
    assert plan.worth(good) > plan.worth(good.replace("before", "again"))
    assert shows("autumn rain", "It rains and rains") and not shows("autumn rain", "The snow")
    assert shows("秋雨", "雨打芭蕉") and not shows("秋雨", "春风")
    assert shows("of the", "anything"), "a topic of light words shows anywhere"
    assert repeats("the moon moon moon") > repeats("the moon and stars")
    assert stale("of the sea", "the end of the world") == 0.5
    assert plan.merit("The ferry waits") > plan.merit("The river waits")


def after(form: str, text: str) -> tuple[Vocabulary, Next]:
    """What a guide says behind the beginning of a poem."""
    known = tokens()
    return known, guided(form, "en", seed=1).writer(known).next(known.within(text, "\n"))


def lost(coming: Next, token: int) -> float:
    lean = coming.lean[token] if coming.lean is not None else 0.0
    return float(lean) + coming.lose.get(token, 0.0)


def test_a_vowel_loses_behind_a_and_a_consonant_behind_an() -> None:
    known, coming = after("quatrain-abab", "It was a")
    assert lost(coming, known.ids[" old"]) > 10 > lost(coming, known.ids[" great"])
    known, coming = after("quatrain-abab", "It was an")
    assert lost(coming, known.ids[" great"]) > 10 > lost(coming, known.ids[" old"])
    assert lost(coming, known.ids[" one"]) > 10, "it is the sound that counts"


def test_no_pause_stands_behind_the() -> None:
    known, coming = after("quatrain-abab", "And in the")
    assert not coming.allowed[known.ids[","]]
    known, coming = after("quatrain-abab", "And in the night")
    assert coming.allowed[known.ids[","]]


def test_a_word_loses_that_may_only_begin_a_longer_one_and_a_piece_that_is_none() -> None:
    known, coming = after("haiku", "The rain will come")
    assert lost(coming, known.ids[" the"]) >= 6, "no line ends on it, but theft begins so"
    assert lost(coming, known.ids[" now"]) == 0
    cut = [known.within(f" {one.word}") for one in lexicon()]
    whole = {ids[0] for ids in cut if len(ids) == 1}
    alone = [ids[0] for ids in cut if len(ids) > 1 and ids[0] not in whole and coming.allowed[ids[0]]]
    assert alone and all(lost(coming, piece) >= 2 for piece in alone)


def test_a_topic_that_cannot_be_said_is_not_asked_of_the_poem() -> None:
    text = "The river waits beside the shore\nAnd we are waiting as before"
    assert guided("couplet", "en", topic="saudade").worth(text) == guided("couplet", "en").worth(text)
    assert guided("couplet", "en", topic="末班车").worth(text) == guided("couplet", "en").worth(text)
    assert guided("couplet", "en", topic="the ferry").worth(text) < guided("couplet", "en").worth(text)
    assert can_show("春雨", "zh") and not can_show("lighthouse", "zh") and not can_show("of the", "en")
    assert not guided("couplet", "en", topic="saudade").shows(text), "and yet it is told"


def test_an_acrostic_has_the_plain_letters_and_as_many_lines() -> None:
    initials = [line.initial for line in plan(guided("acrostic", "en").shape, topic="Zoë & Max")]
    assert "".join(initials) == "zoemax"
    assert len(plan(guided("acrostic", "en").shape, topic="happy birthday dear grandmother")) == 28
    assert guided("acrostic", "en", topic="max").shows("Many\nA\nXenon"), "it is spelt, and need not be said"
    assert guided("cangtou", "zh", topic="平安").shows("平生")


def test_words_whose_sound_is_in_doubt_are_not_in_the_lexicon() -> None:
    assert sound_of("record") is None and sound_of("wind") is None and sound_of("blessed") is None
    assert all(len({one.tail for one in group}) == 1 for group in rhymes().values())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_lines_that_are_locked_stand_and_the_others_rhyme_with_them(seed: int) -> None:
    text = "The ferry waits beside the shore\nAnd none is there to pay the toll\n\nA\nB"
    plan = guided("quatrain-abab", "en", seed=seed).locking(text, {2})
    assert plan.locked == ("", "And none is there to pay the toll", "", "")
    written = blind(plan, seed)
    assert written.split("\n")[1] == "And none is there to pay the toll"
    assert check(written, plan.shape).holds is Holds.YES, written
    after = plan.after(written.split("\n")[0])
    assert after.given == "And none is there to pay the toll"
    text = "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。"
    verse = guided("五绝", "zh", seed=seed).locking(text, {4})
    written = blind(verse, seed)
    assert written.endswith("更上一层楼。")
    assert check(written, verse.shape).holds is not Holds.NO, written


def test_lines_to_stay_are_put_back_into_what_came() -> None:
    plan = guided("haiku", "en").locking("one\ntwo\nthree", {1, 3})
    assert plan.restored("uno\ndos!\ntres,") == "one\ndos!\nthree"
    assert plan.restored("uno") == "uno", "a text too short is left as it is"


@pytest.mark.parametrize(
    ("end", "allowed"), [(" tree", True), (" free", True), (" see", False), (" sea", False)]
)
def test_no_guided_rhyme_is_the_same_sound_twice(end: str, allowed: bool) -> None:
    tokenizer = AutoTokenizer.from_pretrained(ROOT / "models" / "house")
    plan = guided("heroic-couplet", "en").after("The rain came down upon the silent sea")
    ids = tokenizer.encode("And underneath the hill there stood a" + end, add_special_tokens=False)
    writer = plan.writer(tokens())
    assert all(writer.next(ids[:at]).allowed[id] for at, id in enumerate(ids)) is allowed
