"""How a rehearsal looks in a terminal: 80 columns, numbered buttons, streams seen as they come."""

from __future__ import annotations

import json
import re
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

_STYLES = {"**": "bold", "__": "underline", "~~": "strike", "*": "italic", "||": "reverse", "`": "cyan"}
_TOKENS = re.compile(r"(\\[\\*_~|`\[\]<>#.()+-]|\*\*|__|~~|\|\||`|(?<!\s)\*|\*(?!\s))")
_HEADS = {"-# ": "dim", "# ": "bold", "## ": "bold", "### ": "bold", "> ": "italic"}


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
                self.print(Text(self._say("deleted", author=seen.author), style="dim"))
            case Did(who, what):
                self.print(Text.assemble((f"@{who}", "bold"), " ", what))
            case Form(_, title, fields):
                self.print(Text(self._say("form", title=title, fields=", ".join(fields)), style="magenta"))
            case Passed(what, seconds):
                told = (
                    self._say("waited", time=_length(seconds)) if what == "wait" else self._say("restarted")
                )
                self.print(Text(told, style="dim"))
            case Expected(text, met, absent, _, saw):
                mark = Text("✓ ", style="green") if met else Text("✗ ", style="bold red")
                key = ("unseen" if met else "seen_after_all") if absent else ("met" if met else "unmet")
                self.print(mark + Text(self._say(key, text=text)))
                if saw:
                    self.print(self._indented(Text(saw, style="dim")))
            case Wrong(problem, bot):
                self.print(Text(self._say("bot_error" if bot else "cannot", problem=problem), style="red"))
            case Told(text, seen):
                for one in seen:
                    self.print(self._message(one))
                if text:
                    self.print(Text(text))

    def settle(self) -> None:
        """The line is over: what was drawn in place is printed to stay."""
        if self._live is not None:
            self._live.stop()
            self._live = None
        if self._open:
            messages, self._open = self._messages(), {}
            self._console.print(messages)

    def print(self, what: Text | Group) -> None:
        """Print something under what is there."""
        self.settle()
        self._console.print(what)

    def _draw(self) -> None:
        if not self._console.is_terminal:
            return  # a file gets each message once, as it is in the end
        if self._live is None:
            # What does not fit on the screen while it is written is seen in full when it is done.
            self._live = Live(
                console=self._console, auto_refresh=False, transient=True, vertical_overflow="ellipsis"
            )
            self._live.start()
        self._live.update(self._messages(), refresh=True)

    def _messages(self) -> Group:
        return Group(*(self._message(seen) for seen in self._open.values()))

    def _message(self, seen: Seen) -> Group:
        head = Text.assemble((seen.author, "bold cyan"), (f"  {seen.channel}", "dim"))
        if seen.private:
            head.append("  " + self._say("private"), style="yellow")
        parts = [
            head,
            self._indented(
                styled(seen.text, marks=not self._console.is_terminal) if seen.text else Text("…")
            ),
        ]
        parts += [self._indented(Text(f"📎 {name}")) for name in seen.files]
        parts += [self._indented(Text(f"▾ {name}", style="blue")) for name in seen.menus]
        if seen.buttons:
            # A label and its number stay together when the line is broken.
            named = (
                f"[{at}] {label}".replace(" ", "\u00a0") for at, label in enumerate(seen.buttons, start=1)
            )
            parts.append(self._indented(Text("  ".join(named), style="blue")))
        return Group(*parts)

    def _indented(self, text: Text) -> Text:
        """A text two columns in; its lines are broken where the terminal ends, in a file they stay whole."""
        lines = list(text.split("\n", allow_blank=True))
        if self._console.is_terminal:
            lines = [part for line in lines for part in line.wrap(self._console, self._console.width - 2)]
        return Text("\n").join(Text("  ") + line if line.plain.strip() else Text("") for line in lines)

    def _say(self, key: str, **facts: object) -> str:
        return translate(f"rehearsal.{key}", self._lang, **facts)


def styled(text: str, *, marks: bool = False) -> Text:
    """A text with Discord's formatting as that of a terminal; ``marks``: as it is typed, for a plain file."""
    whole = Text()
    fenced = False
    for at, line in enumerate(text.split("\n")):
        whole.append("\n" if at else "")
        if line.startswith("```"):
            fenced = not fenced
            continue
        if fenced:
            whole.append(line, style="cyan")
            continue
        head = next((head for head in _HEADS if line.startswith(head)), "")
        on = {_HEADS[head]} if head else set[str]()
        for token in _TOKENS.split(line.removeprefix(head)):
            if token in _STYLES and not marks:
                on ^= {_STYLES[token]}
            else:
                whole.append(
                    token[1:] if len(token) == 2 and token[0] == "\\" else token, style=" ".join(sorted(on))
                )
    return whole


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
