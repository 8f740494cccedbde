"""How a rehearsal looks in a terminal: numbered buttons and files, streams drawn in place as they come."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.i18n.text import translate
from bot.ids import Lang
from bot.rehearsal.drawing import Drawing
from bot.rehearsal.events import (
    Changed,
    Counted,
    Deleted,
    Did,
    Event,
    Expected,
    Form,
    Opened,
    Passed,
    Posted,
    Seen,
    Told,
    Wrong,
    as_json,
)
from bot.rehearsal.typeset import columns, fitted, harmless, packed, styled
from bot.rehearsal.words import quoted

Out = Callable[[str], object]

WIDEST = 100
"""Columns of a row at most: in longer ones the eye gets lost."""


class Screen:
    """Prints events for people.  A message that is being written is drawn in place where the terminal can."""

    def __init__(self, console: Console, lang: Lang) -> None:
        self._console = console
        self._lang: Lang = lang
        self._drawing = Drawing(console)
        self._open: dict[int, Seen] = {}
        self._foot = ""
        self.line = 0
        self.at_prompt = False
        """Whether a line is being typed: nothing is drawn in place then, where the prompt is."""
        self.at_keyboard = False
        """Whether somebody types what is done."""
        self.counted: Callable[[], Counted | None] = lambda: None
        """The messages on which a number counts; None: numbers are told of all."""
        self.keep: Callable[[Seen], Sequence[Path]] = lambda _: ()
        """Puts the files of a message where they can be opened."""

    def __call__(self, event: Event) -> None:
        """Show an event."""
        match event:
            case Posted(seen) | Changed(seen):
                self._open[seen.id] = seen
                self._draw()
            case Deleted(seen):
                self._open.pop(seen.id, None)
                self._above(Text(self._text("deleted", author=harmless(seen.author)), style="dim"))
            case Did(_, what) if self.at_keyboard and not what.startswith("["):
                pass  # it was typed just now; of a button the label is told that was meant
            case Did(who, what):
                self._above(Text.assemble((f"@{harmless(who)}", "bold"), " ", harmless(what)))
            case Form():
                self._form(event)
            case Opened(name, path, shown):
                self._say("opened" if shown else "lies", name=name)
                self.print(Text(path, style="cyan"))
            case Passed("wait", seconds):
                self._say("waited", "dim", time=_length(seconds))
            case Passed():
                self._say("restarted", "dim")
            case Expected(text, met, absent, _, saw):
                mark = Text("✓ ", style="green") if met else Text("✗ ", style="bold red")
                key = ("unseen" if met else "seen_after_all") if absent else ("met" if met else "unmet")
                self.print(mark + Text(self._text(key, text=harmless(text))))
                if saw:
                    self._rows(self._indented(Text(harmless(saw), style="dim")))
            case Wrong(problem, bot):
                self._say("bot_error" if bot else "cannot", "red", problem=problem)
            case Told(text, seen):
                self._told(text, seen)

    def settle(self) -> None:
        """The line is over: what was drawn in place is printed to stay."""
        self._foot = ""
        self._drawing.clear()
        if self._open:
            held, self._open = self._open, {}
            self._rows(self._messages(held, stays=True))

    def print(self, what: Text) -> None:
        """Print something under what is there."""
        self.settle()
        self._rows(self._fitted(what))

    def columns(self, text: str) -> None:
        """Print lines of which each may have two parts, parted by a tab, beside each other."""
        self.settle()
        self._rows(columns((line.partition("\t") for line in text.split("\n")), self._width))

    def hint(self, key: str, *, now: bool = False) -> None:
        """Say something under what is being drawn, as long as that lasts; or, with ``now``, also alone."""
        self._foot = key
        if self._open or now:
            self._draw()

    def _above(self, what: Text) -> None:
        """Print something that happens while messages are written: they go on under it."""
        self._drawing.clear()
        self._rows(self._fitted(what))
        if self._open:
            self._draw()

    def _draw(self) -> None:
        if self.at_prompt or not self._drawing.possible:
            return  # each message is printed once, as it is in the end
        rows = self._messages(self._open, stays=False)
        if self._foot:
            rows.append(Text(self._text(self._foot), style="dim italic"))
        self._drawing.draw(rows)

    def _messages(self, held: dict[int, Seen], *, stays: bool) -> list[Text]:
        counted = self.counted()
        rows: list[Text] = []
        for id, seen in held.items():
            on = (True, True) if counted is None else (id == counted.buttons, id == counted.files)
            rows += self._message(seen, *on, stays=stays)
        return rows

    def _message(self, seen: Seen, numbered: bool, files: bool, *, stays: bool) -> list[Text]:
        """The rows of a message: who wrote it and where, its text, its files, menus and buttons."""
        head = Text.assemble((harmless(seen.author), "bold cyan"), (f"  {seen.channel}", "dim"))
        if seen.private:
            head.append("  " + self._text("private"), style="yellow")
        marks = not self._console.is_terminal
        text = styled(harmless(seen.text), marks=marks) if seen.text else Text("…")
        rows = [*self._fitted(head), *self._indented(text)]
        rows += self._files(seen, self.keep(seen) if stays else (), numbered=files)
        for name, offered in zip(seen.menus, seen.choices, strict=True):
            row = Text(f"▾ {harmless(name)}", style="blue")
            if offered and self.at_keyboard:
                row.append(harmless(f"  {' · '.join(offered)}"), style="dim")
            rows += self._indented(row)
        labels = [
            Text(f"[{at}] {harmless(label)}" if numbered else f"[{harmless(label)}]", style="blue")
            for at, label in enumerate(seen.buttons, start=1)
        ]
        packs = packed(labels, self._width - 2) if self._wraps else [Text("  ").join(labels)]
        return rows + [Text("  ") + row for row in packs if row]

    def _files(self, seen: Seen, kept: Sequence[Path], *, numbered: bool) -> list[Text]:
        """The files of a message, and where somebody at a keyboard finds them."""
        rows: list[Text] = []
        for at, name in enumerate(seen.files, start=1):
            row = Text(f"📎 {harmless(name)}")
            if kept:
                row.append(f"  open {at if numbered else quoted(name)}", style="blue")
                rows += [*self._indented(row), *self._indented(Text(f"   {kept[at - 1]}", style="dim"))]
            else:
                rows += self._indented(row)
        return rows

    def _form(self, form: Form) -> None:
        """A form, what can be chosen in it, and what is to be typed to fill it in."""
        self._say("form", "magenta", title=form.title, fields=", ".join(form.fields))
        if not form.waits or not self._console.is_terminal:
            return
        asked = " ".join(f"{quoted(label)}:…" for label in form.fields)
        self._rows(self._indented(Text(harmless(f"fill {quoted(form.title)} {asked}"), style="blue")))
        for label, names in form.choices.items():
            self._rows(self._indented(Text(harmless(f"{label}: {' · '.join(names)}"), style="dim")))

    def _told(self, text: str, seen: Sequence[Seen]) -> None:
        self.settle()
        for one in seen:
            self._rows(self._messages({one.id: one}, stays=True))
        if text:
            self.columns(text.rstrip("\n"))

    def _indented(self, text: Text) -> list[Text]:
        """A text two columns in."""
        return [Text("  ") + row if row.plain.strip() else Text("") for row in self._fitted(text, 2)]

    def _fitted(self, text: Text, indent: int = 0) -> list[Text]:
        """The rows of a text, as wide as the terminal takes; in a file its lines stay whole."""
        if not self._wraps:
            return list(text.split("\n", allow_blank=True))
        return fitted(text, self._width - indent)

    @property
    def _wraps(self) -> bool:
        return self._console.is_terminal

    @property
    def _width(self) -> int:
        # The last column stays free: some terminals go on in the next row when it is written to.
        return min(WIDEST, self._console.width - 1) if self._wraps else WIDEST

    def _rows(self, rows: Sequence[Text]) -> None:
        if rows:
            self._console.print(Text("\n").join(rows))

    def _say(self, key: str, style: str = "", **facts: object) -> None:
        told = self._text(key, **{name: harmless(str(fact)) for name, fact in facts.items()})
        self.print(Text(told, style=style))

    def _text(self, key: str, **facts: object) -> str:
        return translate(f"rehearsal.{key}", self._lang, **facts)


def _length(seconds: float) -> str:
    parts: list[str] = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        count, seconds = divmod(seconds, size)
        parts += [f"{count:g}{unit}"] if count else []
    return " ".join([*parts, f"{seconds:g}s"] if seconds or not parts else parts)


class Lines:
    """Prints one JSON object for each event."""

    def __init__(self, out: Out) -> None:
        self._out = out
        self.line = 0

    def __call__(self, event: Event) -> None:
        """Print an event."""
        self._out(json.dumps(as_json(event, self.line), ensure_ascii=False) + "\n")

    def settle(self) -> None:
        """Nothing is drawn in place."""
