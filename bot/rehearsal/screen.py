"""How a rehearsal looks in a terminal: 80 columns, numbered buttons, streams seen as they come."""

from __future__ import annotations

import json
from collections.abc import Callable

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from bot.i18n.text import translate
from bot.ids import Lang
from bot.rehearsal.events import (
    Changed,
    Deleted,
    Did,
    Event,
    Expected,
    Form,
    Passed,
    Posted,
    Seen,
    Told,
    Wrong,
    as_json,
)

Out = Callable[[str], object]


class Screen:
    """Prints events for people.  A message that is being written is drawn in place where the terminal can."""

    def __init__(self, console: Console, lang: Lang) -> None:
        self._console = console
        self._lang: Lang = lang
        self._live: Live | None = None
        self._open: dict[int, Seen] = {}
        self.line = 0

    def __call__(self, event: Event) -> None:
        """Show an event."""
        match event:
            case Posted(seen) | Changed(seen):
                self._open[seen.id] = seen
                self._draw()
            case Deleted(seen):
                self._open.pop(seen.id, None)
                self._print(Text(self._say("deleted", author=seen.author), style="dim"))
            case Did(who, what):
                self._print(Text.assemble((f"@{who}", "bold"), " ", what))
            case Form(_, title, fields):
                names = ", ".join(dict.fromkeys(fields[1::2] or fields))
                self._print(Text(self._say("form", title=title, fields=names), style="magenta"))
            case Passed(what, seconds):
                length = f"{seconds:g}"
                told = self._say("waited", seconds=length) if what == "wait" else self._say("restarted")
                self._print(Text(told, style="dim"))
            case Expected(text, met, saw):
                mark = Text("✓ ", style="green") if met else Text("✗ ", style="bold red")
                self._print(mark + Text(self._say("met" if met else "unmet", text=text)))
                if saw:
                    self._print(_indented(saw, "dim"))
            case Wrong(problem, bot):
                key = "bot_error" if bot else "cannot"
                self._print(Text(self._say(key, problem=problem), style="red"))
            case Told(text, seen):
                for one in seen:
                    self._print(self._message(one))
                if text:
                    self._print(Text(self._say(text)))

    def settle(self) -> None:
        """The line is over: what was drawn in place stays."""
        if self._live is not None:
            self._live.stop()
            self._live = None
        elif self._open:
            self._console.print(self._messages())
        self._open = {}

    def _draw(self) -> None:
        if not self._console.is_terminal:
            return  # a file gets each message once, as it is in the end
        if self._live is None:
            self._live = Live(console=self._console, auto_refresh=False, vertical_overflow="visible")
            self._live.start()
        self._live.update(self._messages(), refresh=True)

    def _print(self, what: Text | Group) -> None:
        self.settle()
        self._console.print(what)

    def _messages(self) -> Group:
        return Group(*(self._message(seen) for seen in self._open.values()))

    def _message(self, seen: Seen) -> Group:
        head = Text.assemble((seen.author, "bold cyan"), (f"  #{seen.channel}", "dim"))
        if seen.private:
            head.append("  " + self._say("private"), style="yellow")
        parts = [head, _indented(seen.text or "…")]
        parts += [_indented(f"📎 {name}") for name in seen.files]
        parts += [_indented(f"▾ {name}", "blue") for name in seen.menus]
        if seen.buttons:
            named = (f"[{at}] {label}" for at, label in enumerate(seen.buttons, start=1))
            parts.append(_indented("  ".join(named), "blue"))
        return Group(*parts)

    def _say(self, key: str, **facts: object) -> str:
        return translate(f"rehearsal.{key}", self._lang, **facts)


def _indented(text: str, style: str = "") -> Text:
    return Text("\n".join(f"  {line}" for line in text.splitlines()), style=style)


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
