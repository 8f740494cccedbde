from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.attribution.chain import first_broken, link
from bot.attribution.model import Act, Contribution, Draft, ModelAuthor
from bot.ids import GuildId, MemberId, WorkId


def draft(text: str = "snow", number: int = 1) -> Draft:
    return Draft(
        guild=GuildId(1),
        work=WorkId(2),
        member=MemberId(3),
        act=Act.GENERATED,
        at=datetime(2026, 1, 1, tzinfo=UTC),
        key=f"k{number}",
        model=ModelAuthor("local", "house", "abc"),
        text=text,
    )


def chain(texts: list[str]) -> list[Contribution]:
    links: list[Contribution] = []
    for number, text in enumerate(texts):
        links.append(link(links[-1] if links else None, draft(text, number), salt=f"{number:032x}"))
    return links


@given(st.lists(st.text(), max_size=6))
def test_an_untouched_chain_holds(texts: list[str]) -> None:
    assert first_broken(chain(texts)) is None


TAMPERINGS = {
    "text": lambda found: replace(found, draft=replace(found.draft, text="sun")),
    "member": lambda found: replace(found, draft=replace(found.draft, member=MemberId(9))),
    "model": lambda found: replace(found, draft=replace(found.draft, model=None)),
    "revision": lambda found: replace(
        found, draft=replace(found.draft, model=ModelAuthor("local", "house", "x"))
    ),
    "act": lambda found: replace(found, draft=replace(found.draft, act=Act.WROTE)),
    "time": lambda found: replace(found, draft=replace(found.draft, at=datetime(2027, 1, 1, tzinfo=UTC))),
    "work": lambda found: replace(found, draft=replace(found.draft, work=WorkId(7))),
    "parent": lambda found: replace(found, draft=replace(found.draft, parent=1)),
    "prompt": lambda found: replace(found, draft=replace(found.draft, prompt="poem@0")),
    "sampling": lambda found: replace(found, draft=replace(found.draft, sampling={"seed": 4})),
    "text_digest": lambda found: replace(found, text_digest="0" * 64),
    "digest": lambda found: replace(found, digest="0" * 64),
    "erased without being emptied": lambda found: replace(found, erased=True),
}


@pytest.mark.parametrize("what", TAMPERINGS)
@pytest.mark.parametrize("at", [0, 2, 4])
def test_every_tampering_is_found_where_it_is(what: str, at: int) -> None:
    links = chain(["a", "b", "c", "d", "e"])
    links[at] = TAMPERINGS[what](links[at])
    broken = first_broken(links)
    assert broken is not None
    assert broken.number == at + 1


def test_a_missing_link_and_a_swapped_pair_are_found() -> None:
    links = chain(["a", "b", "c"])
    assert first_broken([links[0], links[2]]) is not None
    assert first_broken([links[1], links[0], links[2]]) is not None
    assert first_broken(links[1:]) is not None


def test_erasure_keeps_the_chain_whole() -> None:
    links = chain(["a", "b", "c"])
    gone = replace(links[1].draft, text="", member=MemberId(0))
    links[1] = replace(links[1], draft=gone, salt="", erased=True)
    assert first_broken(links) is None
