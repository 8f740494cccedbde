"""The house style as a model is told it, and for whom a place is."""

from dataclasses import replace
from typing import cast

import pytest

from bot.house.book import HouseBook
from bot.house.model import DEFAULT, House, HouseStore
from bot.house.style import rating_at, told
from bot.ids import ChannelId, GuildId, Place

OPEN = Place(GuildId(1), ChannelId(2))
BEHIND_AGE = Place(GuildId(1), ChannelId(2), age_restricted=True)


@pytest.mark.parametrize(
    ("set_", "place", "rating"),
    [
        ("", OPEN, "everyone"),
        ("", BEHIND_AGE, "adult"),
        ("teen", OPEN, "teen"),
        ("adult", OPEN, "teen"),
        ("adult", BEHIND_AGE, "adult"),
        ("everyone", BEHIND_AGE, "everyone"),
    ],
)
def test_adults_only_where_discord_asks_for_the_age(set_: str, place: Place, rating: str) -> None:
    assert rating_at(House(rating=set_), place) == rating


@pytest.mark.parametrize(
    ("set_", "place", "story", "rating"),
    [
        ("", BEHIND_AGE, "teen", "teen"),
        ("", OPEN, "adult", "everyone"),
        ("teen", OPEN, "everyone", "everyone"),
        ("adult", BEHIND_AGE, "adult", "adult"),
        ("adult", BEHIND_AGE, "general", "everyone"),
    ],
)
def test_a_story_is_never_for_older_readers_only_than_its_place(
    set_: str, place: Place, story: str, rating: str
) -> None:
    assert rating_at(House(rating=set_), replace(place, rating=story)) == rating


@pytest.mark.parametrize(("now", "rating"), [(True, "adult"), (False, "everyone"), (None, "adult")])
def test_what_discord_says_now_counts_and_not_what_was_kept(now: bool | None, rating: str) -> None:
    book = HouseBook(cast(HouseStore, None), DEFAULT)
    if now is not None:
        book.now = lambda place: replace(place, age_restricted=now)
    assert book.rating(House(), BEHIND_AGE) == rating


def test_for_whom_it_is_written_is_told_in_the_language_of_the_work() -> None:
    assert told(House(), "en", "teen") == "For readers from thirteen years on: nothing explicit."
    assert told(House(voice="wry"), "zh", "everyone").startswith("wry\n读者不分年龄")
    assert told(House(), "en", "adult") == ""


def test_every_part_is_told_in_the_language_of_the_work() -> None:
    house = House(
        voice="wry", register="plain", genre="noir", banned="dragons\n\nprophecies", examples="It rained.",
        rating="teen",
    )  # fmt: skip
    told_en = told(house, "en", "teen")
    assert told_en.splitlines()[0] == "wry"
    assert "Never use: dragons; prophecies" in told_en
    assert told_en.endswith("repeat no line of them:\nIt rained.")
    assert "语体：plain" in told(house, "zh", "teen")


def test_nothing_set_tells_nothing_and_dollars_stay() -> None:
    assert told(House(), "en") == ""
    assert told(House(genre="$text $"), "en") == "Genre: $text $"
