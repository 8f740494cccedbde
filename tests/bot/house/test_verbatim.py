"""Long runs of private pieces are found however they are written, and shared phrases are not."""

from hypothesis import given
from hypothesis import strategies as st

from bot.house.verbatim import Verbatim

PIECE = "The lighthouse keeper counts the waves at night\nand writes each one a letter in the dark."
CHINESE = "守灯人在夜里数着海浪，给每一朵写一封长信。"


def test_a_long_run_is_found_where_it_stands() -> None:
    text = "She said: the LIGHTHOUSE keeper — counts the waves, at night; and slept."
    ((start, end),) = Verbatim(PIECE).find(text)
    assert text[start:end] == "the LIGHTHOUSE keeper — counts the waves, at night; and"


def test_a_short_run_is_the_language_everybody_shares() -> None:
    assert not Verbatim(PIECE).find("the lighthouse keeper counts the waves by day")
    assert not Verbatim("too short to be known").long_enough


def test_chinese_is_counted_by_the_character() -> None:
    text = "他写道：守灯人在夜里数着海浪，给每一朵云。"
    ((start, end),) = Verbatim(CHINESE).find(text)
    assert text[start:end] == "守灯人在夜里数着海浪，给每一朵"
    assert not Verbatim(CHINESE).find("守灯人在夜里数着星星")


@given(
    st.lists(st.sampled_from(["the ", "waves ", "counts ", "lighthouse ", PIECE, "灯", ". "]), max_size=12),
    st.data(),
)
def test_nothing_of_a_run_lies_before_where_one_may_still_begin(
    pieces: list[str], data: st.DataObject
) -> None:
    text = "".join(pieces)
    cut = data.draw(st.integers(0, len(text)))
    known = Verbatim(PIECE)
    seen = text[:cut]
    before = known.open_from(seen)
    fresh = set(known.find(text)) - set(known.find(seen))
    runs = known.find(text)
    for start, end in fresh:
        # A run that was not there yet ends behind the cut; if it began before what was let out, it had
        # been found by then.
        assert end > before
        assert start >= before or any(s <= start for s, _ in known.find(seen)) or (start, end) in runs
