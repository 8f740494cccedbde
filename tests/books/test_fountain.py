"""Fountain, by the rules of fountain.io/syntax; and read a second time by another library."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screenplain.parsers import fountain as second
from screenplain.types import Action, Dialog, DualDialog, PageBreak, Section, Slug, Transition

from bot.books.fountain import Element, closed, fountain, parse
from bot.books.model import Chapter, Hand, Writer
from tests.books.samples import ANY, book, part, screenplay


def kinds(text: str) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in parse(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EXT. BRICK'S POOL - DAY", [("heading", "EXT. BRICK'S POOL - DAY")]),
        ("int. house", [("heading", "int. house")]),
        ("I/E CAR", [("heading", "I/E CAR")]),
        ("INTERIOR DECORATION", [("action", "INTERIOR DECORATION")]),
        (".SNIPER SCOPE POV", [("heading", "SNIPER SCOPE POV")]),
        ("...and then", [("action", "...and then")]),
        ("STEEL\nThe man's a myth!", [("character", "STEEL"), ("dialogue", "The man's a myth!")]),
        ("STEEL\n\nThe man", [("action", "STEEL"), ("action", "The man")]),
        ("HANS (on the radio)\nHi.", [("character", "HANS (on the radio)"), ("dialogue", "Hi.")]),
        ("23\nHi.", [("action", "23\nHi.")]),
        ("R2D2\nBeep.", [("character", "R2D2"), ("dialogue", "Beep.")]),
        ("@McCLANE\nYippie", [("character", "McCLANE"), ("dialogue", "Yippie")]),
        ("@小舟\n你好。", [("character", "小舟"), ("dialogue", "你好。")]),
        ("小舟\n你好。", [("action", "小舟\n你好。")]),
        (
            "STEEL\n(starting the engine)\nSo much",
            [("character", "STEEL"), ("parenthetical", "(starting the engine)"), ("dialogue", "So much")],
        ),
        (
            "DEALER\nTen.\n  \nFour.",
            [("character", "DEALER"), ("dialogue", "Ten.\n\nFour.")],
        ),
        ("CUT TO:", [("transition", "CUT TO:")]),
        ("> Burn to White.", [("transition", "Burn to White.")]),
        ("> THE END <", [("centered", "THE END")]),
        ("~Willy Wonka!", [("lyric", "Willy Wonka!")]),
        ("===", [("page", "")]),
        ("# Act\n\n= It begins.", [("section", "Act"), ("synopsis", "It begins.")]),
        ("!SCANNING THE AISLES...\nGo.", [("action", "SCANNING THE AISLES...\nGo.")]),
        ("A [[hidden]] word.", [("action", "A  word.")]),
        ("Before /* gone\n\nwith all */after.", [("action", "Before after.")]),
        ("    Indented.", [("action", "    Indented.")]),
    ],
)
def test_the_syntax(text: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(text) == expected


def test_scene_numbers_and_dual_dialogue() -> None:
    (heading,) = parse("INT. HOUSE - DAY #110A#")
    assert (heading.text, heading.number) == ("INT. HOUSE - DAY", "110A")
    spoken = parse("BRICK\nScrew.\n\nSTEEL ^\nScrew.")
    assert [one.dual for one in spoken] == [False, False, True, True]
    assert spoken[2].text == "STEEL"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a *b* c", [("a ", ""), ("b", "italic"), (" c", "")]),
        ("**b**", [("b", "bold")]),
        ("***b***", [("b", "bold italic")]),
        ("_u_", [("u", "underlined")]),
        ("_a **b**_", [("a ", "underlined"), ("b", "bold underlined")]),
        (r"\*no\*", [("*", ""), ("no", ""), ("*", "")]),
        ("2 * 3 * 4", [("2 * 3 * 4", "")]),
        ("*a\nb*", [("*a\nb*", "")]),
    ],
)
def test_emphasis(text: str, expected: list[tuple[str, str]]) -> None:
    pieces = Element("action", text).pieces
    assert [(one.text, " ".join(sorted(one.styles))) for one in pieces] == expected


def test_another_reader_reads_the_export_as_we_do() -> None:
    read = second.parse(io.StringIO(fountain(screenplay())))
    found = [
        {Slug: "heading", Action: "action", Dialog: "speech", Transition: "transition"}[type(one)]
        for one in read.paragraphs
        if not (isinstance(one, Action) and not str(one.lines[0]).strip())
    ]
    assert found == ["heading", "action", "speech", "speech", "transition", "action"]
    assert str(read.title_page.get("Title", [""])[0]) == "The lighthouse"
    assert any("ai-disclosure: ai-assisted" in line for line in read.title_page["Notes"])


KINDS = {Slug: "heading", Action: "action", Transition: "transition", PageBreak: "page", Section: "section"}


@pytest.mark.parametrize(
    "text",
    [
        "INT. HOUSE - DAY\n\nRain.\n\nANN\nHi.\n\nCUT TO:\n\nEXT. SEA",
        "ANN\n(low)\nHi.\n\nBEN ^\nHi.",
        "> FADE OUT\n\n===\n\nHe goes.",
        "# One\n\n.A PLACE\n\n!NOISE\n\n@McX\nYes.",
    ],
)
def test_two_readers_agree(text: str) -> None:
    ours = [one.kind for one in parse(text) if one.kind not in ("dialogue", "parenthetical")]
    theirs: list[str] = []
    for one in second.parse(io.StringIO(f"Title: x\n\n{text}")).paragraphs:
        if isinstance(one, Dialog):
            theirs.append("character")
        elif isinstance(one, DualDialog):
            theirs += ["character", "character"]
        else:
            theirs.append(KINDS[type(one)])
    assert ours == theirs


@settings(max_examples=200, deadline=None)
@given(ANY)
def test_anything_is_a_screenplay(text: str) -> None:
    for one in parse(text):
        assert "".join(piece.text for piece in one.pieces) is not None


@settings(max_examples=200, deadline=None)
@given(ANY)
def test_what_one_writer_leaves_open_does_not_hide_the_next(text: str) -> None:
    # The next writer closes what they never opened: that must not reach back over their own words.
    after = f"{closed(text)}\n\nTHE NEXT WRITER WRITES.\n\nAnd again.\n\nAt last. ]] */ Gone?"
    assert any("And again." in one.text for one in parse(after))


def test_a_title_cannot_add_facts_to_the_title_page() -> None:
    made = book(
        Chapter("", (part(1, ("Hi.", 0)),)), script=True, title="A\nAuthor: Eve\n\nINT. X", licence="a\nb"
    )
    head = fountain(made).split("\n\n")[0].splitlines()
    assert [line for line in head if line.startswith("Author:")] == ["Author: Ann, Ben"]
    assert "Title: A Author: Eve INT. X" in head


@given(st.lists(st.text("AB \n*_[]/~>.#=@!()", max_size=30), max_size=4))
def test_parts_stay_apart(texts: list[str]) -> None:
    parts = tuple(part(at, (text, 0)) for at, text in enumerate(texts, 1))
    made = fountain(book(Chapter("", parts), script=True))
    assert [at for at in range(1, len(texts) + 1) if f"[[{at} · 1 Ann]]" in made] == list(
        range(1, len(texts) + 1)
    )


@pytest.mark.parametrize("name", ["Eve /*", "Eve [[", "Eve ]] gone [[", "*/ Eve", "Eve\n/*"])
def test_a_writers_name_hides_nothing(name: str) -> None:
    made = book(
        Chapter("", (part(1, ("Kept.", 0)), part(2, ("And kept.", 0)))),
        script=True,
        writers=(Writer(name, Hand.MEMBER, 100, 60),),
    )
    body = fountain(made).partition("\n\n")[2]
    assert [one.text for one in parse(body) if one.kind == "action"] == ["Kept.", "And kept."]
