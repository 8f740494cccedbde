"""Whatever a server cuts in the middle, only whole characters go on."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.backends.base import Message, Request, Text
from bot.backends.characters import Characters, whole
from bot.backends.openai_api import OpenAIBackend
from tests.servers.faulty import Faulty, event, says, serve


def halves(text: str) -> list[str]:
    """The text in the units of UTF-16, as JSON may hold them."""
    data = text.encode("utf-16-le")
    return [data[at : at + 2].decode("utf-16-le", "surrogatepass") for at in range(0, len(data), 2)]


@given(st.text(max_size=20), st.lists(st.integers(0, 40), max_size=8))
def test_joined_again_it_is_the_same_text_wherever_it_was_cut(text: str, cuts: list[int]) -> None:
    units, joined, at = halves(text), Characters(), 0
    given = ""
    for cut in [*sorted(cuts), len(units)]:
        given += joined.feed("".join(units[at:cut]))
        at = max(at, cut)
    assert given + joined.finish() == text


@given(st.text(st.characters(categories=["Cs", "Lu", "So"]), max_size=12))
def test_a_half_alone_can_be_stored_too(text: str) -> None:
    whole(text).encode()
    assert len(whole(text)) <= len(text)


@pytest.fixture
async def server() -> AsyncIterator[Faulty]:
    async with serve() as faulty:
        yield faulty


async def test_a_server_that_cuts_a_character_is_read(server: Faulty) -> None:
    backend = OpenAIBackend(api_key="k", base_url=server.url, default_model="poet", idle_timeout=60)
    server.then(says(event("Snow \ud83c"), event("\udf28 falls \ud83c"), event(finish="stop")))
    request = Request(messages=(Message("user", "Snow, please."),))
    pieces = [one.text async for one in backend.generate(request) if isinstance(one, Text)]
    assert "".join(pieces) == "Snow 🌨 falls \ufffd"
    await backend.aclose()
