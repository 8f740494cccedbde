"""Texts as a terminal shows them: Discord's formatting, rows that fit, and nothing that could steer it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.cells import cell_len
from rich.text import Text

from bot.i18n.rows import spans

_STYLES = {"**": "bold", "__": "underline", "~~": "strike", "*": "italic", "||": "reverse", "`": "cyan"}
_TOKENS = re.compile(r"(\\[\\*_~|`\[\]<>#.()+-]|\*\*|__|~~|\|\||`|(?<!\s)\*|\*(?!\s))")
_HEADS = {"-# ": "dim", "# ": "bold", "## ": "bold", "### ": "bold", "> ": "italic"}

# What somebody wrote must not move the cursor or name the window: an escape code begins with one of these.
_CONTROLS = dict.fromkeys([*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0)], "�") | {0x09: "    "}


def harmless(text: str) -> str:
    """A text without control characters; a tab is four spaces, line breaks stay."""
    return text.translate(_CONTROLS)


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


def fitted(text: Text, width: int) -> list[Text]:
    """The rows of a text, none wider than so many columns; Chinese counts two a character."""
    rows: list[Text] = []
    for line in text.split("\n", allow_blank=True):
        line.rstrip()
        if cell_len(line.plain) <= width:
            rows.append(line)
            continue
        for start, end in spans(line.plain, max(2, width), cell_len):
            row = line[start:end]
            row.rstrip()
            rows.append(row)
    return rows


def packed(labels: Iterable[Text], width: int, gap: str = "  ") -> list[Text]:
    """Labels beside each other, in as many rows as they take; none is broken that fits into one."""
    rows: list[Text] = []
    for label in labels:
        if rows and cell_len(rows[-1].plain) + len(gap) + cell_len(label.plain) <= width:
            rows[-1] = Text.assemble(rows[-1], gap, label)
        else:
            rows += fitted(label, width)
    return rows


def columns(pairs: Iterable[tuple[str, str, str]], width: int) -> list[Text]:
    """What is typed beside what it does; in a narrow window the one under the other."""
    held = [(typed, told) for typed, _, told in pairs]
    first = max((cell_len(typed) for typed, told in held if told), default=0) + 2
    rows: list[Text] = []
    for typed, told in held:
        if not told:
            rows += fitted(Text(typed, style="bold"), width)
        elif width - first < 24:
            rows += fitted(Text(typed, style="bold"), width)
            rows += [Text("  ") + row for row in fitted(Text(told), width - 2)]
        else:
            beside = fitted(Text(told), width - first)
            pad = " " * (first - cell_len(typed))
            rows.append(Text.assemble((typed, "bold"), pad, beside[0]))
            rows += [Text(" " * first) + row for row in beside[1:]]
    return rows
