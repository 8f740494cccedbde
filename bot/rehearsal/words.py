"""The words of a line: quoted or plain, some of them with the name of what they are for before a colon."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.rehearsal.lines import ACTS, USAGE
from bot.rehearsal.trouble import ScriptError

_QUOTES = {'"': '"', "“": "”", "「": "」"}
_KEY = re.compile(r"([^\W\d][\w-]*[?？!！…]*)[:：](?!//)[^\S\n]?")
_BARE = re.compile(r"\S+")
_NEXT = re.compile(rf"\s{{2,}}(?=#\s|#$|@\S|(?:{'|'.join(set(USAGE) - set(ACTS))})(?:\s|$))")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a line: its text, the key before a colon if there was one, and its column."""

    text: str
    column: int
    key: str = ""
    quoted: bool = False


def quoted(text: str) -> str:
    """A word as it is to be typed: in quotes, unless it reads as one word without them."""
    if re.fullmatch(r"[^\W\d][\w-]*[?？!！…]*", text):
        return text
    held = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{held}"'


def past_spaces(text: str, at: int) -> int:
    """Where the next word begins."""
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def words(text: str, at: int, number: int) -> tuple[list[Word], int]:
    """The words of one line, and where the next one in the same text begins."""
    found: list[Word] = []
    while at < len(text) and not (found and _NEXT.match(text, at)):
        at = past_spaces(text, at)
        if at == len(text):
            break
        column, key = at + 1, ""
        # What stands at the head of a line is never an option.
        if found and (named := _KEY.match(text, at)):
            key, at = named[1], named.end()
        if found and not key and at < len(text) and text[at] in _QUOTES:
            # "What happens?":"nothing"
            name, end = _quoted(text, at, number)
            if name and text[end : end + 1] in (":", "："):
                key, at = name, end + 1 + text[end + 1 : end + 2].isspace()
        if at < len(text) and text[at] in _QUOTES:
            value, at = _quoted(text, at, number)
            found.append(Word(value, column, key, quoted=True))
        elif bare := _BARE.match(text, at):
            found.append(Word(bare[0], column, key))
            at = bare.end()
        else:
            raise ScriptError(number, column, "rehearsal.no_value", name=key)
    return found, at


def _quoted(text: str, at: int, number: int) -> tuple[str, int]:
    start, close, value, at = at, _QUOTES[text[at]], "", at + 1
    while at < len(text):
        char = text[at]
        if char == "\\" and at + 1 < len(text):
            value += {"n": "\n", "t": "\t"}.get(text[at + 1], text[at + 1])
            at += 2
            continue
        at += 1
        if char == close:
            return value, at
        value += char
    raise ScriptError(number, start + 1, "rehearsal.open_quote", quote=close)
