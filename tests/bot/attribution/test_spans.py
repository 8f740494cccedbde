import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.attribution.credits import percentages
from bot.attribution.model import ModelAuthor, Span
from bot.attribution.spans import after_model, by_member, kept
from bot.ids import MemberId

ANA, BEN = MemberId(1), MemberId(2)
HOUSE = ModelAuthor("local", "house")
WORDS = st.lists(
    st.sampled_from(["snow ", "雪", "\n", "falls", " on", "the ", "hill", ","]), max_size=12
).map("".join)


def whole(text: str) -> tuple[Span, ...]:
    return (Span(0, len(text), ANA, HOUSE),) if text else ()


def shown(text: str, spans: tuple[Span, ...]) -> str:
    """The text with what a hand wrote in brackets."""
    return "".join(
        f"[{text[span.start : span.end]}]" if span.model is None else text[span.start : span.end]
        for span in spans
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("snow falls", "snow falls", "snow falls"),
        ("snow falls", "rain falls", "[rain] falls"),
        ("snow falls", "snow falls softly", "snow falls[ softly]"),
        ("春雪满山", "春雪满天", "春雪满[天]"),
        ("the colur red", "the colour red", "the col[o]ur red"),
        ("snow falls", "", ""),
        ("", "snow", "[snow]"),
        ("a\nb\nc", "a\nc", "a\nc"),
        ("a cold sea", "a coat sea", "a co[at] sea"),  # half of the letters: the word was mended
        ("a cold sea", "a damp sea", "a [damp] sea"),
        ("the colur red\n" * 12, "the colour red\n" * 12, "the col[o]ur red\n" * 12),
    ],
)
def test_what_stays_keeps_its_author(old: str, new: str, expected: str) -> None:
    assert shown(new, by_member(old, whole(old), new, BEN)) == expected


@given(WORDS, WORDS, st.booleans())
def test_spans_part_the_text(old: str, new: str, hand: bool) -> None:
    spans = by_member(old, whole(old), new, BEN) if hand else after_model(old, whole(old), new, BEN, HOUSE)
    assert "".join(new[span.start : span.end] for span in spans) == new
    assert all(span.start < span.end for span in spans)


@given(WORDS, WORDS)
def test_kept_pieces_are_equal_and_in_order(old: str, new: str) -> None:
    a = b = 0
    for i, j, size in kept(old, new):
        assert old[i : i + size] == new[j : j + size]
        assert i >= a
        assert j >= b
        a, b = i + size, j + size


@given(WORDS)
def test_changing_nothing_changes_no_author(text: str) -> None:
    assert by_member(text, whole(text), text, BEN) == whole(text)


@given(st.dictionaries(st.integers(), st.integers(min_value=1, max_value=10_000), min_size=1, max_size=9))
def test_percentages_add_up(counts: dict[object, int]) -> None:
    found = percentages(counts)
    assert sum(found.values()) == 100
    total = sum(counts.values())
    assert all(abs(found[key] - counts[key] * 100 / total) < 1 for key in counts)


@given(WORDS, st.data())
def test_a_deletion_changes_no_author(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    left = text[:start] + text[end:]
    spans = by_member(text, whole(text), left, BEN)
    assert {(span.member, span.model) for span in spans} <= {(ANA, HOUSE)}


@given(st.lists(st.tuples(WORDS, st.sampled_from([ANA, BEN]), st.booleans()), max_size=5))
def test_through_many_hands_spans_still_part_the_text(versions: list[tuple[str, MemberId, bool]]) -> None:
    text, spans = "", ()
    for new, member, hand in versions:
        spans = by_member(text, spans, new, member) if hand else after_model(text, spans, new, member, HOUSE)
        text = new
        assert [span.start for span in spans] == [0, *(span.end for span in spans)][: len(spans)]
        assert (spans[-1].end if spans else 0) == len(text)
