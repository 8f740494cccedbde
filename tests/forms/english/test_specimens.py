"""Every English form has a specimen that holds, and ways to spoil it that do not."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest

from bot.forms.check import AnyShape, check, shape_of
from bot.forms.english.scheme import SESTINA
from bot.forms.model import FormReport, Holds

FORMS = Path(__file__).parents[3] / "prompts" / "forms"
Poem = list[str]


def form(name: str) -> AnyShape:
    shape = shape_of(name, tomllib.loads((FORMS / f"{name}.toml").read_text("utf-8"))["shape"])
    assert shape is not None
    return shape


def example(name: str) -> Poem:
    text: str = tomllib.loads((FORMS / f"{name}.toml").read_text("utf-8"))["example"]["en"]
    return text.strip().partition("\n\n")[2].split("\n")


ON_HIS_BLINDNESS: str = """When I consider how my light is spent
Ere half my days in this dark world and wide,
And that one talent which is death to hide
Lodged with me useless, though my soul more bent
To serve therewith my Maker, and present
My true account, lest he returning chide,
"Doth God exact day-labour, light denied?"
I fondly ask. But Patience, to prevent
That murmur, soon replies: "God doth not need
Either man's work or his own gifts: who best
Bear his mild yoke, they serve him best. His state
Is kingly; thousands at his bidding speed
And post o'er land and ocean without rest:
They also serve who only stand and wait."
"""
HOW_GREAT_MY_GRIEF: str = """How great my grief, my joys how few,
Since first it was my fate to know thee!
Have the slow years not brought to view
How great my grief, my joys how few,
Nor memory shaped old times anew,
Nor loving-kindness helped to show thee
How great my grief, my joys how few,
Since first it was my fate to know thee?"""
ENDS = ("stone", "river", "hand", "morning", "door", "bread")


def sestina() -> Poem:
    lines = [f"and what was left was only the {ENDS[which]}" for stanza in SESTINA for which in stanza]
    return [*lines, *(f"the {ENDS[at]} and then the {ENDS[at + 1]}" for at in (0, 2, 4))]


def villanelle() -> Poem:
    first, third = "The rain will keep us company tonight", "The window holds a little of the light"
    ends = iter(("bright", "white", "sight", "height", "kite"))
    middles = iter(("rain", "lane", "train", "grain", "pane", "plain"))
    lines = [first, f"and something walks along the {next(middles)}", third]
    for stanza in range(5):
        lines += [f"I never saw a thing so {next(ends)}", f"I heard it in the {next(middles)}"]
        lines += [third if stanza % 2 else first]
    return [*lines, third]


def pantoum() -> Poem:
    a, b, c, d = "The tide comes in", "I count the ships", "It wets my skin", "A gull that dips"
    e, f = "I taste the salt", "They come to halt"
    return [a, b, c, d, b, e, d, f, e, c, f, a]


WITH_EXAMPLES = """haiku senryu tanka cinquain limerick couplet heroic-couplet quatrain-aabb quatrain-abab
    quatrain-abba quatrain-abcb common-measure ballad rubaiyat terza-rima sonnet-shakespearean
    sonnet-spenserian rondeau ghazal blank-verse"""

POEMS: dict[str, Poem] = {
    **{name: example(name) for name in WITH_EXAMPLES.split()},
    "sonnet-petrarchan": ON_HIS_BLINDNESS.strip().splitlines(),
    "triolet": HOW_GREAT_MY_GRIEF.splitlines(),
    "villanelle": villanelle(),
    "pantoum": pantoum(),
    "sestina": sestina(),
    "acrostic": ["Rain on the roof", "All night long", "In my sleep", "Nobody knocks"],
}


def last_less(poem: Poem) -> Poem:
    return poem[:-1]


def wrong_end(poem: Poem) -> Poem:
    """Another last word, which rhymes with nothing."""
    return [*poem[:-1], f"{poem[-1].rpartition(' ')[0]} wolf"]


def longer(poem: Poem) -> Poem:
    """Three syllables more in the second line."""
    return [poem[0], f"remember {poem[1]}", *poem[2:]]


def one_longer(poem: Poem) -> Poem:
    return [poem[0], f"bright {poem[1]}", *poem[2:]]


SPOILS: dict[str, tuple[Callable[[Poem], Poem], ...]] = {
    **dict.fromkeys(("haiku", "senryu", "tanka", "cinquain"), (last_less, one_longer)),
    "acrostic": (last_less, lambda poem: poem[::-1]),
    "blank-verse": (
        lambda poem: ["O wild west wind", *["no metre here at all, said Abigail Abernathy"] * 3],
    ),
    "terza-rima": (lambda poem: [*poem[:3], *poem[2:3], *poem[4:]],),
    **dict.fromkeys(("couplet", "quatrain-aabb", "quatrain-abab", "quatrain-abba"), (last_less, wrong_end)),
    **dict.fromkeys(
        ("quatrain-abcb", "limerick", "ghazal", "triolet", "villanelle", "sestina"), (wrong_end,)
    ),
    "common-measure": (last_less, wrong_end, one_longer),
    "ballad": (last_less, longer),
    **dict.fromkeys(("heroic-couplet", "rubaiyat"), (last_less, wrong_end, longer)),
    **dict.fromkeys(("sonnet-shakespearean", "sonnet-petrarchan"), (last_less, wrong_end, longer)),
    "sonnet-spenserian": (last_less, wrong_end),
    "rondeau": (last_less, lambda poem: [*poem[:-1], "Upon a hill"]),
    "pantoum": (last_less, lambda poem: [*poem[:4], "Another line", *poem[5:]]),
}


def report(name: str, poem: Poem) -> FormReport:
    return check("\n".join(poem), form(name), topic="Rain" if name == "acrostic" else "")


def test_every_english_form_is_here() -> None:
    tables = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in FORMS.glob("*.toml")}
    english = {name for name, table in tables.items() if "en" in table["languages"] and "shape" in table}
    assert {name for name in english if tables[name]["shape"].get("language") != "zh"} == set(POEMS)
    assert set(SPOILS) == set(POEMS)


@pytest.mark.parametrize("name", sorted(POEMS))
def test_a_specimen_holds(name: str) -> None:
    found = report(name, POEMS[name])
    assert found.holds is not Holds.NO, found.plain()
    assert [line.text for line in found.lines] == POEMS[name]


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        pytest.param(name, spoil, id=f"{name}-{number}")
        for name in sorted(SPOILS)
        for number, spoil in enumerate(SPOILS[name])
    ],
)
def test_a_spoiled_specimen_does_not(name: str, spoil: Callable[[Poem], Poem]) -> None:
    assert report(name, spoil(POEMS[name])).holds is Holds.NO


def test_a_pantoum_that_is_not_closed_is_doubtful() -> None:
    open_ended = [*pantoum()[:9], "And then again", pantoum()[10], "The end of men"]
    assert report("pantoum", pantoum()).holds is Holds.YES
    assert report("pantoum", open_ended).holds is Holds.DOUBTFUL


def test_the_rentrement_is_the_opening_of_the_first_line() -> None:
    poem = POEMS["rondeau"]
    found = report("rondeau", poem)
    assert [found.lines[at].findings[0].holds for at in (8, 14)] == [Holds.YES, Holds.YES]
    changed = report("rondeau", [*poem[:8], "Between the crosses", *poem[9:]])
    assert (changed.lines[8].findings[0].rule, changed.lines[8].holds) == ("refrain", Holds.NO)


@pytest.mark.parametrize(("octave", "letters"), [("abba abba", "cde"), ("abba acca", "def")])
def test_a_petrarchan_sestet_may_order_three_rhymes_as_it_likes(octave: str, letters: str) -> None:
    schemes = tomllib.loads((FORMS / "sonnet-petrarchan.toml").read_text("utf-8"))["shape"]["schemes"]
    one, two, three = letters
    orders = {"".join(order) for order in permutations([one, one, two, two, three, three])}
    told = {order for order in orders if order.index(one) < order.index(two) < order.index(three)}
    assert {f"{octave} {order}" for order in told} <= set(schemes)
