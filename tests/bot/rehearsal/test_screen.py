"""Rows as a terminal shows them: broken where they may be, drawn in place, with nothing that steers it."""

from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from bot.rehearsal.drawing import Drawing, reflows
from bot.rehearsal.events import Changed, Counted, Deleted, Did, Posted, Seen
from bot.rehearsal.screen import Screen
from bot.rehearsal.typeset import fitted, harmless, packed


def console(width: int, height: int = 30, **more: object) -> Console:
    return Console(
        file=io.StringIO(), force_terminal=True, width=width, height=height, soft_wrap=True, highlight=False,
        color_system=None, legacy_windows=False, _environ={"TERM": "xterm"}, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def written(held: Console) -> str:
    assert isinstance(held.file, io.StringIO)
    return held.file.getvalue()


def seen(id: int, text: str, **more: object) -> Seen:
    return Seen(id, "#general", "Renga", text, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [20, 37, 79])
@pytest.mark.parametrize(
    "text",
    [
        "for @ana 雪落在很远很远的山上，谁也没有看见它是怎样落下来的；风也没有。",
        "the quick brown fox jumps over the lazy dog and then over another one",
        "《春雪》「古池や蛙飛びこむ水の音」……（完）" * 3,
        "word" * 40,
    ],
)
def test_no_row_is_wider_than_the_window_nor_begins_with_a_stop(text: str, width: int) -> None:
    rows = [row.plain for row in fitted(Text(text), width)]
    assert all(cell_len(row) <= width for row in rows)
    assert "".join(rows).replace(" ", "") == text.replace(" ", "")
    assert not any(row.startswith(tuple("，。；、》」』）…")) for row in rows)


def test_labels_are_not_broken_where_they_fit() -> None:
    rows = [row.plain for row in packed([Text(f"[{at}] Another take") for at in range(1, 6)], 40)]
    assert rows == [
        "[1] Another take  [2] Another take",
        "[3] Another take  [4] Another take",
        "[5] Another take",
    ]


def test_what_somebody_wrote_cannot_steer_the_terminal() -> None:
    held = console(80)
    screen = Screen(held, "en")
    evil = "\x1b]0;name\x07\x1b[2J\x9b31m snow \x08\r gone\x7f"
    screen(Posted(seen(1, evil, buttons=(evil,), menus=(evil,), files=(evil,), choices=((),))))
    screen(Did(evil, evil))
    screen.settle()
    for code in ("\x1b]", "\x1b[2J", "\x9b", "\x07", "\x08", "\x7f"):
        assert code not in written(held)
    assert "snow" in written(held)
    assert harmless("a\tb\nc") == "a    b\nc"


def test_a_drawing_that_a_narrower_window_has_broken_is_taken_away_whole() -> None:
    held = console(80)
    drawing = Drawing(held)
    drawing.draw([Text("x" * 70), Text("y" * 30), Text("")])
    held.width = 40  # now they take two rows, one and one
    before = len(written(held))
    drawing.draw([Text("new")])
    assert written(held)[before:].count("\x1b[1A") == 3
    drawing.clear()
    drawing.clear()
    assert written(held).endswith("\x1b[?25h")


def test_what_is_higher_than_the_window_is_drawn_by_its_end() -> None:
    held = console(80, 10)
    Drawing(held).draw([Text(f"row {number:02}") for number in range(30)])
    assert "row 29" in written(held) and "row 20" not in written(held)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "xterm", "XTERM_VERSION": "XTerm(390)"}, False),
        ({"TERM": "screen"}, False),
        ({"TERM": "screen", "TMUX": "/tmp/tmux"}, True),
        ({"TERM": "xterm", "XTERM_VERSION": "XTerm(390)", "TMUX": "/tmp/tmux"}, True),
        ({"TERM": "rxvt-unicode"}, False),
    ],
)
def test_which_terminals_break_rows_anew(environment: dict[str, str], expected: bool) -> None:
    assert reflows(environment) is expected


def test_what_happens_meanwhile_stands_above_the_message_that_goes_on() -> None:
    held = console(80)
    screen = Screen(held, "en")
    screen(Posted(seen(1, "first")))
    screen(Did("ana", "[Stop]"))
    screen(Deleted(seen(2, "other")))
    screen(Changed(seen(1, "first and last")))
    screen.settle()
    text = written(held)
    assert text.rindex("[Stop]") < text.rindex("first and last")
    assert text[text.rindex("\x1b[2K") :].count("first") == 1


def test_nothing_is_drawn_in_place_while_a_line_is_typed() -> None:
    held = console(80)
    screen = Screen(held, "en")
    screen.at_prompt = True  # somebody presses on the page meanwhile
    screen(Posted(seen(1, "first")))
    screen(Changed(seen(1, "first and last")))
    assert written(held) == ""
    screen.settle()
    assert written(held).count("first and last") == 1 and "\x1b[2K" not in written(held)


def test_only_the_message_that_numbers_count_on_has_them() -> None:
    held = console(80)
    screen = Screen(held, "en")
    screen.counted = lambda: Counted(buttons=2)
    screen(Posted(seen(1, "one", buttons=("Publish",))))
    screen(Posted(seen(2, "two", buttons=("Publish",))))
    screen.settle()
    last = written(held)[written(held).rindex("one") :]
    assert "[Publish]" in last and "[1] Publish" in last.split("two")[1]
