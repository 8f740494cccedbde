"""Whatever a member sends, what it costs is bounded: counted in lines that are run, never in seconds.

Regular expressions run no lines: texts for those are so long that one which takes
the square of their length would not end.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import alignment
from bot.alignment import Steps, blocks, likeness
from bot.attribution.model import Span
from bot.attribution.spans import MENDING, by_member, kept
from bot.errors import BadInput
from bot.forms.chinese.clauses import cut
from bot.forms.english.ends import ends
from bot.forms.english.returns import refrain
from bot.forms.english.rhyme import rhyme, rhymes
from bot.forms.english.sound import LONGEST, sounds, words
from bot.i18n.rows import spans
from bot.judging import rubric
from bot.moderation import rulefile
from bot.prompting.catalogue import Catalogue
from bot.services import house_file, revise, scribe, stories
from bot.services.forms import MOST_LINES, FormDesk, shape_faults
from bot.services.stories_lore import proposals
from bot.services.stories_ports import PrivateDraft
from bot.services.unwrap import lines, readings
from bot.settings import Settings
from bot.works import Wish
from cogs.ui.changes import compared
from cogs.ui.stories_drafts import by_words, used
from tests.bot.services.stories_room import ANA, BEN, HERE, INK, open_room
from tests.steps import within

CHARACTERS = 6_000
"""As long as a turn or an edit may be."""

SEEDS = ("a b ", "a ", ".", "的一", "ab", "a'", "9", "snow, ", "a\n", "é", "\n\n", "的a", "x.", "[", "- ")

# What prose of the same length takes, many times over.
STEPS = 8_000_000


def repeated(seed: str, length: int = CHARACTERS) -> str:
    return (seed * (length // len(seed) + 1))[:length]


def changed(text: str) -> list[str]:
    """Edits that are hard to follow in a text that repeats itself."""
    return [
        f"y{text[1:-1]},",
        text[::-1] + "c",
        text[1:] + text[:1],
        text.replace("a", "b"),
        " ".join(text[: len(text) // 2]),
    ]


EDITS = [(seed, at) for seed in SEEDS for at in range(5)]


@pytest.mark.parametrize(("seed", "at"), EDITS)
def test_an_edit_of_any_text_is_attributed_in_bounded_steps(seed: str, at: int) -> None:
    old = repeated(seed)
    new = changed(old)[at][: CHARACTERS + 1]
    spans = within(STEPS, lambda: by_member(old, (Span(0, len(old), ANA),), new, BEN))
    assert [span.start for span in spans[1:]] == [span.end for span in spans[:-1]]
    assert (spans[0].start, spans[-1].end) == (0, len(new))
    assert {span.member for span in spans} <= {ANA, BEN}


@pytest.mark.parametrize(("seed", "at"), EDITS[::3])
def test_what_is_shown_of_a_change_takes_bounded_steps(seed: str, at: int) -> None:
    old = repeated(seed)
    new = changed(old)[at]
    within(2 * STEPS, lambda: compared(old, new))
    within(2 * STEPS, lambda: by_words(old, new))
    within(2 * STEPS, lambda: used(PrivateDraft(old), new))
    within(STEPS, lambda: refrain(old, new))


def test_a_text_that_is_rewritten_whole_takes_bounded_steps() -> None:
    old = " ".join(f"word{at:04}x" for at in range(600))
    new = " ".join(f"drow{at:04}y" for at in range(600))
    within(STEPS, lambda: kept(old, new))


ALPHABET = st.text(st.sampled_from("ab 的,.\n"), max_size=60)


@settings(deadline=None)
@given(ALPHABET, ALPHABET, st.integers(0, 200))
def test_however_few_steps_are_left_what_stays_is_in_both_and_in_order(
    one: str, other: str, left: int
) -> None:
    found = blocks(one, other, Steps(left))
    at = (0, 0)
    for a, b, size in found:
        assert size > 0 and a >= at[0] and b >= at[1]
        assert one[a : a + size] == other[b : b + size]
        at = (a + size, b + size)
    assert 0 <= likeness(one, other) <= 1


@settings(deadline=None)
@given(ALPHABET, ALPHABET)
def test_beyond_the_steps_nothing_longer_could_stay(one: str, other: str) -> None:
    """The longest common subsequence, against the table that everybody knows."""
    table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for a, left in enumerate(one):
        for b, right in enumerate(other):
            same = table[a][b] + 1 if left == right else 0
            table[a + 1][b + 1] = max(same, table[a][b + 1], table[a + 1][b])
    assert sum(size for _, _, size in blocks(one, other, Steps(0))) == table[-1][-1]


def test_of_sequences_beyond_all_measure_the_ends_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alignment, "ROWS", 100)
    found = blocks("head" + "ab" * 50 + "tail", "head" + "ba" * 50 + "tail", Steps(0))
    assert found[0][:2] == (0, 0) and found[-1][2] >= 4
    assert MENDING < alignment.STEPS


# --- sounds and forms ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "seed", ["a", "ab", "aber", "bcdfg", "a'", "9", "heavenly", "ﬀ", "é", "aeiou", "ed", "over"]
)
def test_a_word_of_a_hundred_thousand_letters_is_heard_in_bounded_steps(seed: str) -> None:
    word = repeated(seed, 100_000)
    rhyme("glimberflax", "blow")  # dictionaries are read once
    for call in (
        lambda: sounds(word),
        lambda: ends(word),
        lambda: rhyme(word, word + "b"),
        lambda: rhymes(word, "snow"),
    ):
        within(400_000, call)
    assert all(len(one) <= LONGEST for one in words(word))
    assert sounds(word) == sounds(word[-LONGEST:])


@pytest.fixture(scope="module")
def desk() -> FormDesk:
    return FormDesk(Catalogue.load(Settings.read({}, None).prompts_folder(), shape_faults))


FORMS = ("haiku", "limerick", "ballad", "sonnet-petrarchan", "common-measure", "pantoum", "ghazal", "sestina",
         "qijue", "qilv", "duilian", "ci-rumengling", "ABAB, 8 6 8 6", "iambic pentameter, ABAB")  # fmt: skip
POEMS = [*SEEDS, "aber", "[1]", "la la la\n", "（的", "A", "heavenly ", "hundred 99 ", "\ufffdd ", "《的》\n"]


@pytest.mark.parametrize("form", FORMS)
def test_any_text_is_checked_in_bounded_steps(desk: FormDesk, form: str) -> None:
    shape = desk.shape(form)
    desk.check("snow", shape, topic="snow")  # dictionaries are read once
    for seed in POEMS:
        text = repeated(seed, 20_000)
        text = "\n".join(text.split("\n")[:MOST_LINES])
        within(8_000_000, lambda text=text: desk.check(text, shape, topic="snow"))


def test_what_is_too_long_to_be_checked_is_refused_and_reports_of_works_leave_it_out(desk: FormDesk) -> None:
    shape = desk.shape("haiku")
    for text in ("a" * 3_000_000, "a\n" * MOST_LINES, "\n" * 100_000):
        with pytest.raises(BadInput, match="too_"):
            desk.check(text, shape)
        assert desk.report("haiku", text) is None


# --- regular expressions -------------------------------------------------------------------------

LONG = 300_000


@pytest.mark.parametrize("seed", ["[", "（", "(1", " ", "-  ", "_", "a.", "\t", "1", "的", "(a "])
def test_no_expression_takes_the_square_of_a_text(seed: str) -> None:
    text = "-" + repeated(seed, LONG) + "x"
    cut(text)
    list(readings(text))
    spans(text[:20_000], 80, len)
    assert proposals(f"Name: {text}", (), {}, ()) == []
    assert proposals(text, (), {}, ()) == []


DEEP = 100_000


@pytest.mark.parametrize("text", ["[" * DEEP, '{"a":' * DEEP, '{"rules":' + "[" * DEEP, "a = " + "[" * DEEP])
def test_brackets_within_brackets_are_refused_and_not_fallen_over(text: str) -> None:
    with pytest.raises(BadInput):
        rulefile.read_rules(text)
    with pytest.raises(BadInput):
        house_file.read(text)
    assert lines(text, {1, 2}) == {}
    assert rubric.read(text, "snow").points == ()


# --- off the loop --------------------------------------------------------------------------------


async def test_spans_are_never_computed_in_the_loop(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []

    def noted(call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*given: Any) -> Any:
            threads.append(threading.current_thread())
            return call(*given)

        return called

    for module, name in ((stories, "by_member"), (revise, "by_member"), (scribe, "_spans")):
        monkeypatch.setattr(module, name, noted(getattr(module, name)))
    async with open_room(settings) as room:
        id = await room.lay(ANA, BEN, models=0)
        await room.app.stories.keep_draft(await room.told(id), ANA, PrivateDraft("half a line"))
        await room.write(id, "half a line, whole")
        await room.app.stories.edit(await room.told(id), ANA, 1, "half a line, mended", key="e")
        work = await room.app.works.open(HERE, ANA, Wish(art="poem", topic="snow"), key="w")
        assert work.guild == INK
    assert len(threads) == 2
    assert threading.main_thread() not in threads
