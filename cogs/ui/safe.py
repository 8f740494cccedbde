"""Shows what members and models wrote exactly as they wrote it, and nothing more.

Text goes through :func:`verse` before it is put in a message: what Discord
would read as formatting, a mention, a link, an invitation, an emoji or a code
block is escaped, so that ``*`` and ``_`` and leading spaces of a poem stand as
typed.  Names and titles go through :func:`line`, which also keeps them to one
short line.  The text in the store is never changed.
"""

from __future__ import annotations

import re
import unicodedata

from wcwidth import iter_graphemes

_GAP = "\u200b"  # zero width space: breaks a pattern and is not seen

# Controls, lone surrogates, and marks that turn the direction of what follows (UAX #9).
_HARMFUL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]")
_BREAKS = re.compile(r"\r\n?|\u2028|\u2029|\x85")

# Discord reads a backslash before any of these as "show it as it is".
_MARKS = re.compile(r"[\\*_~|`\[\]<]")
_LINE_MARKS = re.compile(r"^(?P<indent>[^\S\n]*)(?P<mark>#{1,3}(?=\s)|-#|>|[-+](?=\s))", re.MULTILINE)
_NUMBERED = re.compile(r"^(?P<indent>[^\S\n]*\d+)(?P<dot>[.)])(?=\s)", re.MULTILINE)
_EVERYONE = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_SCHEME = re.compile(r"(?<=[a-zA-Z0-9+.-]:)(?=//)|(?<=\bmailto:)|(?<=\btel:)|(?<=\bsms:)", re.IGNORECASE)
_INVITE = re.compile(
    r"(?P<host>discord(?:app)?\s*\.\s*(?:gg|com|io|me|li|new)|(?:dsc|invite|discord\.me)\.gg)(?=\s*/)",
    re.IGNORECASE,
)

_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2064\u3164\ufeff\uffa0]"
)
MARKS_ON_A_LETTER = 3
"""Combining marks kept on one letter of a name; more is not a script but a smear."""


def verse(text: str) -> str:
    """A text to be shown as typed, with its lines and spaces."""
    text = _HARMFUL.sub("", _BREAKS.sub("\n", text))
    text = _MARKS.sub(r"\\\g<0>", text)
    text = _LINE_MARKS.sub(r"\g<indent>\\\g<mark>", text)
    text = _NUMBERED.sub(r"\g<indent>\\\g<dot>", text)
    text = _EVERYONE.sub("@" + _GAP, text)
    text = _INVITE.sub(lambda match: match["host"].replace(".", "." + _GAP), text)
    return _SCHEME.sub(_GAP, text)


def upright(part: str) -> str:
    """A part of a text as the content of a message: Discord strips space at its ends, an indent must stay."""
    return _GAP + part if part[:1].isspace() else part


def line(text: str, limit: int = 100) -> str:
    """A name, title or licence: one line, without smears, short, and shown as typed."""
    return verse(plain_line(text, limit))


def plain_line(text: str, limit: int = 100) -> str:
    """As :func:`line`, for places that show no formatting: the name of a button, a thread or a file."""
    text = _HARMFUL.sub("", _BREAKS.sub(" ", text))
    text = _INVISIBLE.sub(lambda match: match[0] if match[0] == "\u200d" else "", text)
    clusters = [_without_smear(cluster) for cluster in iter_graphemes(" ".join(text.split()))]
    if len(clusters) > limit:
        clusters = [*clusters[: limit - 1], "…"]
    return "".join(clusters).strip("\u200d ")


def quoted(text: str) -> str:
    """A text in a code block, to be copied whole; backticks in it are kept apart."""
    inside = _HARMFUL.sub("", _BREAKS.sub("\n", text)).replace("```", f"`{_GAP}`{_GAP}`")
    return f"```\n{inside}\n```"


def _emphasised(text: str, before: str, after: str) -> str:
    """Put marks around each line's words: around outer space they would not be read as marks."""
    lines: list[str] = []
    for row in text.split("\n"):
        words = row.strip()
        if not words:
            lines.append(row)
            continue
        start = row.index(words[0])
        lines.append(f"{row[:start]}{before}{verse(words)}{after}{row[start + len(words) :]}")
    return "\n".join(lines)


def inserted(text: str) -> str:
    """New words, in a comparison."""
    return _emphasised(text, "**", "**")


def removed(text: str) -> str:
    """Words that went, in a comparison."""
    return _emphasised(text, "~~", "~~")


def _without_smear(cluster: str) -> str:
    """A letter with at most a few combining marks."""
    kept, marks = "", 0
    for char in cluster:
        if unicodedata.category(char) in ("Mn", "Me"):
            marks += 1
            if marks > MARKS_ON_A_LETTER:
                continue
        kept += char
    return kept
