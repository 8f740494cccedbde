from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.attribution.chain import COVER, Head, Verifier, first_broken, link
from bot.attribution.erasure import NOBODY, closed_seals, without
from bot.attribution.model import Act, Contribution, Draft, ModelAuthor, Span
from bot.ids import GuildId, MemberId, WorkId

GUILD, ANA, BEN = GuildId(1), MemberId(3), MemberId(4)
HOUSE = ModelAuthor("local", "house", "abc")
THEN = datetime(2026, 1, 1, tzinfo=UTC)

Chain = list[Contribution]


def draft(text: str = "snow", key: str = "k", **more: object) -> Draft:
    fields: dict[str, object] = {
        "guild": GUILD,
        "work": WorkId(2),
        "member": ANA,
        "act": Act.GENERATED,
        "at": THEN,
        "key": key,
        "model": HOUSE,
        "text": text,
        "sampling": {"seed": 1, "temperature": 0.8, "top_p": None},
    }
    return Draft(**(fields | more))  # type: ignore[arg-type]


def chain(drafts: list[Draft]) -> Chain:
    links: Chain = []
    for number, each in enumerate(drafts):
        links.append(link(links[-1] if links else None, each, salt=f"{number:032x}"))
    return links


def lines(*texts: str) -> Chain:
    return chain([draft(text, f"k{at}") for at, text in enumerate(texts)])


def told(links: Chain, seals: int) -> Chain:
    """The chain with a link at its end that tells of an erasure."""
    note = draft("", "note", member=NOBODY, act=Act.ERASED, model=None, sampling={"seals": seals})
    return [*links, link(links[-1], note, salt="f" * 32)]


def broken(links: Chain) -> int | None:
    found = first_broken(links)
    return found.number if found else None


@given(st.lists(st.text(), max_size=6))
def test_an_untouched_chain_holds(texts: list[str]) -> None:
    assert first_broken(lines(*texts)) is None


def edit(**changes: object) -> Callable[[Contribution], Contribution]:
    return lambda found: replace(found, draft=replace(found.draft, **changes))  # type: ignore[arg-type]


TAMPERINGS: dict[str, Callable[[Contribution], Contribution]] = {
    "text": edit(text="sun!"),
    "text, longer": edit(text="snow and more"),
    "member": edit(member=MemberId(9)),
    "nobody": edit(member=NOBODY),
    "model": edit(model=None),
    "revision": edit(model=ModelAuthor("local", "house", "x")),
    "act": edit(act=Act.WROTE),
    "time": edit(at=THEN + timedelta(microseconds=1)),
    "work": edit(work=WorkId(7)),
    "guild": edit(guild=GuildId(7)),
    "key": edit(key="other"),
    "parent": edit(parent=1),
    "prompt": edit(prompt="poem@0"),
    "sampling": edit(sampling={"seed": 4}),
    "spans, gone": edit(spans=()),
    "spans, whose": edit(spans=(Span(0, 4, BEN, HOUSE),)),
    "spans, by hand": edit(spans=(Span(0, 4, ANA),)),
    "spans, where": edit(spans=(Span(0, 3, ANA, HOUSE), Span(3, 4, ANA))),
    "number": lambda found: replace(found, number=found.number + 1),
    "previous": lambda found: replace(found, previous="0" * 63 + "1"),
    "digest": lambda found: replace(found, digest="0" * 64),
    "a salt": lambda found: replace(found, seals=("0" * 32, *found.seals[1:])),
    "a closed seal": lambda found: replace(found, seals=("0" * 64, *found.seals[1:])),
    "seals, gone": lambda found: replace(found, seals=()),
}


@pytest.mark.parametrize("what", TAMPERINGS)
@pytest.mark.parametrize("at", [0, 2, 4])
def test_every_tampering_is_found_where_it_is(what: str, at: int) -> None:
    links = lines("snow", "rain", "wind", "hail", "dusk")
    links[at] = TAMPERINGS[what](links[at])
    assert broken(links) == links[at].number


@given(st.lists(st.text(), min_size=2, max_size=8), st.data())
def test_a_missing_link_and_a_swapped_pair_are_found(texts: list[str], data: st.DataObject) -> None:
    links = lines(*texts)
    at = data.draw(st.integers(0, len(links) - 2))
    assert first_broken(links[:at] + links[at + 1 :]) is not None
    swapped = list(links)
    swapped[at], swapped[at + 1] = swapped[at + 1], swapped[at]
    assert first_broken(swapped) is not None


@given(st.lists(st.text(min_size=1), min_size=1, max_size=5), st.data())
def test_a_changed_character_is_found(texts: list[str], data: st.DataObject) -> None:
    links = lines(*texts)
    at = data.draw(st.integers(0, len(links) - 1))
    text = texts[at]
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters().filter(lambda char: char != text[place]))
    links[at] = edit(text=text[:place] + other + text[place + 1 :])(links[at])
    assert broken(links) == at + 1


def test_links_cut_off_at_the_end_are_found_with_the_head() -> None:
    links = lines("a", "b", "c")
    verifier = Verifier()
    assert not any(verifier.feed(found) for found in links[:2])
    cut = verifier.finish(Head(links[2].number, links[2].digest))
    assert cut is not None
    assert cut.number == 3


def test_the_same_moment_in_another_time_zone_is_the_same() -> None:
    east = THEN.astimezone(timezone(timedelta(hours=8)))
    here, there = (chain([draft(at=moment)])[0] for moment in (THEN, east))
    assert here.digest == there.digest


def test_text_without_spans_is_its_authors_and_wrong_spans_are_refused() -> None:
    spans = (Span(2, 3, BEN),)
    found = chain([draft("snow", spans=spans)])[0]
    assert found.draft.spans == (Span(0, 2, ANA, HOUSE), Span(2, 3, BEN), Span(3, 4, ANA, HOUSE))
    for wrong in ([Span(0, 9, BEN)], [Span(0, 3, BEN), Span(2, 4, ANA)], [Span(3, 2, BEN)]):
        with pytest.raises(ValueError, match="does not fit"):
            chain([draft("snow", spans=tuple(wrong))])


def mixed() -> Chain:
    """Ana has a poem written; Ben mends it by hand, and has a model go over that; Ana ends it by hand."""
    first = draft("snow falls", "a")
    second = draft(
        "snow fell",
        "b",
        member=BEN,
        act=Act.EDITED,
        model=None,
        spans=(Span(0, 6, ANA, HOUSE), Span(6, 9, BEN)),
    )
    third = draft("snow fell on me", "c", member=BEN, spans=(*second.spans, Span(9, 15, BEN, HOUSE)))
    last = draft("snow fell on Ana", "d", model=None, spans=(*third.spans[:2], Span(9, 16, ANA)))
    return chain([first, second, third, last])


def test_erasure_takes_a_members_words_and_name_and_leaves_the_rest() -> None:
    links = mixed()
    left = [without(found, ANA) for found in links]
    assert [found.draft.text for found in left] == [
        "",  # hers alone
        "snow fell",  # what a model wrote for her stays in Ben's, without her name
        "snow fell on me",
        f"{COVER * 4} {COVER}ell {COVER * 2} {COVER * 3}",
    ]
    assert [found.draft.member for found in left] == [NOBODY, BEN, BEN, NOBODY]
    assert not any(span.member == ANA for found in left for span in found.draft.spans)
    assert [found.erased for found in left] == [True, False, False, True]
    assert first_broken(told(left, sum(map(closed_seals, left)))) is None


def test_a_hands_words_go_from_what_others_made_of_them() -> None:
    left = [without(found, BEN) for found in mixed()]
    assert [found.draft.text for found in left] == [
        "snow falls",
        f"snow f{COVER * 3}",
        f"snow f{COVER * 3} {COVER * 2} {COVER * 2}",
        f"snow f{COVER * 3} on Ana",
    ]
    assert first_broken(told(left, sum(map(closed_seals, left)))) is None


@given(st.permutations([ANA, BEN]))
def test_erasing_one_after_the_other_comes_to_the_same(order: list[MemberId]) -> None:
    links = mixed()
    for member in order:
        links = [without(found, member) for found in links]
    assert {found.draft.member for found in links} == {NOBODY}
    assert links[0].draft.text == ""
    assert first_broken(told(links, sum(map(closed_seals, links)))) is None
    assert [without(found, ANA) for found in links] == links


def test_nothing_can_be_put_in_the_place_of_what_was_erased() -> None:
    left = [without(found, BEN) for found in mixed()]
    links = told(left, sum(map(closed_seals, left)))
    for at in (1, 2, 3):
        forged = list(links)
        forged[at] = edit(text=links[at].draft.text.replace(COVER, "x"))(links[at])
        assert broken(forged) == at + 1
    forged = list(links)
    forged[1] = edit(member=ANA)(links[1])
    assert broken(forged) == 2


def test_an_erasure_of_which_nothing_tells_is_found() -> None:
    links = mixed()
    left = [without(found, ANA) for found in links]
    assert broken(left) == 1
    assert broken(told(left, sum(map(closed_seals, left)) - 1)) == 4
    assert broken([links[0], *left[1:]]) == 2


def test_what_was_erased_cannot_be_guessed() -> None:
    left = without(mixed()[0], ANA)
    assert all(len(seal) == 64 for seal in left.seals), "no salt is left to try words with"
