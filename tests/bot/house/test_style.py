"""Settings in layers: the innermost that says something wins, field by field."""

from __future__ import annotations

from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from bot.house.model import DEFAULT, House, Layer, Level
from bot.house.style import layers_at, resolve
from bot.ids import ChannelId, GuildId, Place

ORDER = (Level.GUILD, Level.CATEGORY, Level.CHANNEL, Level.THREAD)
HERE = Place(GuildId(1), ChannelId(20), category=ChannelId(10), thread=ChannelId(30))


def layer(level: Level, id: int, **said: object) -> Layer:
    return Layer(level=level, id=id, house=House(**said))  # type: ignore[arg-type]


def test_nothing_set_is_the_default() -> None:
    resolved = resolve([], DEFAULT)
    assert resolved.house == DEFAULT
    assert set(resolved.origin) == {field.name for field in fields(House)}
    assert set(resolved.origin.values()) == {Level.DEFAULT}


def test_each_field_comes_from_the_innermost_layer_that_says_it() -> None:
    resolved = resolve(
        [
            layer(Level.GUILD, 0, voice="guild", language="zh", local_only=True),
            layer(Level.CHANNEL, 20, voice="channel", local_only=False),
            layer(Level.THREAD, 30, model="local/house"),
        ],
        DEFAULT,
    )
    assert (resolved.house.voice, resolved.house.language, resolved.house.model) == (
        "channel",
        "zh",
        "local/house",
    )
    assert resolved.house.local_only is False
    assert resolved.origin["voice"] is Level.CHANNEL
    assert resolved.origin["language"] is Level.GUILD
    assert resolved.origin["local_only"] is Level.CHANNEL, "false is said, not left out"
    assert resolved.origin["model"] is Level.THREAD
    assert resolved.origin["licence"] is Level.DEFAULT


def test_empty_text_and_zero_are_said_too() -> None:
    resolved = resolve(
        [
            layer(Level.GUILD, 0, voice="loud", member_requests=5),
            layer(Level.CHANNEL, 20, voice="", member_requests=0),
        ],
        DEFAULT,
    )
    assert (resolved.house.voice, resolved.house.member_requests) == ("", 0)
    assert resolved.origin["voice"] is Level.CHANNEL


def test_only_the_layers_of_the_place_hold_outermost_first() -> None:
    layers = [
        layer(Level.THREAD, 30),
        layer(Level.THREAD, 31),
        layer(Level.CHANNEL, 20),
        layer(Level.CHANNEL, 21),
        layer(Level.CATEGORY, 10),
        layer(Level.CATEGORY, 20),
        layer(Level.GUILD, 0),
    ]
    assert [(found.level, found.id) for found in layers_at(HERE, layers)] == [
        (Level.GUILD, 0),
        (Level.CATEGORY, 10),
        (Level.CHANNEL, 20),
        (Level.THREAD, 30),
    ]


def test_a_channel_without_category_or_thread_has_two_layers() -> None:
    plain = Place(GuildId(1), ChannelId(20))
    layers = [layer(level, id) for level, id in zip(ORDER, (0, 10, 20, 30), strict=True)]
    assert [found.level for found in layers_at(plain, layers)] == [Level.GUILD, Level.CHANNEL]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(ORDER),
            st.dictionaries(st.sampled_from(["voice", "model", "licence"]), st.text(max_size=3), max_size=3),
        ),
        unique_by=lambda drawn: drawn[0],
    )
)
def test_a_value_is_that_of_its_origin(drawn: list[tuple[Level, dict[str, str]]]) -> None:
    ids = dict(zip(ORDER, (0, 10, 20, 30), strict=True))
    layers = [layer(level, ids[level], **said) for level, said in drawn]
    resolved = resolve(layers_at(HERE, layers), DEFAULT)
    said = dict(drawn)
    for field in ("voice", "model", "licence"):
        origin = resolved.origin[field]
        expected = getattr(DEFAULT, field) if origin is Level.DEFAULT else said[origin][field]
        assert getattr(resolved.house, field) == expected
        inner = ORDER[ORDER.index(origin) + 1 :] if origin is not Level.DEFAULT else ORDER
        assert not any(field in said.get(level, {}) for level in inner)
