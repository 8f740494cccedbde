"""Rows at the foot of a terminal that are drawn again in place, also after its window was made narrower."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.control import Control
from rich.segment import ControlType
from rich.text import Text

NARROWEST = 40
"""Columns; a narrower terminal gets each message once, as it is in the end."""


class Drawing:
    """What is being written.  While something is drawn, the cursor stands at the end of its last row."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._rows: list[Text] = []
        self._reflows = reflows(os.environ)

    @property
    def possible(self) -> bool:
        """Whether the terminal is one in which the cursor can be moved, and wide enough."""
        console = self._console
        return console.is_terminal and not console.is_dumb_terminal and console.width >= NARROWEST

    def draw(self, rows: Sequence[Text]) -> None:
        """Draw rows in the place of those before; the last ones, where the window is too low for all."""
        with self._console:  # written at once: nothing flickers
            self.clear(hold=True)
            room = max(1, self._console.height - 1)
            if len(rows) > room:
                rows = [Text("…", style="dim"), *rows[len(rows) - room + 1 :]]
            self._rows = list(rows)
            self._console.show_cursor(False)
            self._console.print(Text("\n").join(self._rows), end="")

    def clear(self, *, hold: bool = False) -> None:
        """Take away what is drawn; the cursor stands where it began.  ``hold``: more is about to be drawn."""
        if not self._rows:
            return
        rows, self._rows = self._height(), []
        above = ((ControlType.CURSOR_UP, 1), (ControlType.ERASE_IN_LINE, 2))
        with self._console:
            self._console.control(
                Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2), *above * (rows - 1))
            )
            if not hold:
                self._console.show_cursor(True)

    def _height(self) -> int:
        """Rows of the terminal that the drawing takes by now: a narrower window has broken them."""
        if not self._reflows:
            return len(self._rows)
        width = self._console.width
        rows = sum(max(1, -(-cell_len(row.plain) // width)) for row in self._rows)
        return min(rows, self._console.height)


def reflows(environment: Mapping[str, str]) -> bool:
    """Whether a terminal breaks the rows that it shows when its window becomes narrower, as nearly all do."""
    if "TMUX" in environment:
        return True
    return "XTERM_VERSION" not in environment and not environment.get("TERM", "").startswith(
        ("screen", "rxvt", "linux")
    )
