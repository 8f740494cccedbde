"""The house style as a model is told it, and for whom a place is."""

import pytest

from bot.house.model import House
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
    assert told(House(), "en", "everyone") == ""
    assert told(House(genre="$text $"), "en") == "Genre: $text $"
