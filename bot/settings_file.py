"""Reads ``.env`` as people's editors save it, and tells what in it is no setting."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import Original, parse_stream

from bot.errors import ConfigError
from bot.i18n.text import translate
from bot.ids import Lang
from bot.settings_faults import all_of

PREFIXES = ("RENGA_", "DISCORD_", "OPENAI_")
"""How the names of settings begin."""

KEY = "RENGA_KEY_"
"""How a name begins that holds the key of a server of RENGA_SERVERS."""

OF_THE_CLIENT = frozenset(
    {"OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_LOG", "OPENAI_WEBHOOK_SECRET", "OPENAI_ADMIN_KEY"}
)
"""Variables that the client of OpenAI reads by itself."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""The bytes that a text file begins with in some encodings (Unicode 16.0, table 23-7)."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """A name that begins as those of settings do, and is none; ``near`` is what was probably meant."""

    variable: str
    near: str = ""


def read_file(path: Path) -> dict[str, str]:
    """What a file of settings says.

    Raises:
        ConfigError: it cannot be read, or a line is no setting; each with what to do.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"setting.file_{'folder' if path.is_dir() else 'unread'}", file=path.name
        ) from error
    text = _decoded(raw, path.name)
    bad = (one for one in parse_stream(io.StringIO(text)) if one.error or (one.key and one.value is None))
    faults = [
        ConfigError(
            "setting.file_line", file=path.name, line=_line(one.original), begins=_begins(one.original)
        )
        for one in bad
    ]
    if faults:
        raise all_of(faults)
    given = dotenv_values(stream=io.StringIO(text))
    return {name: value for name, value in given.items() if value is not None}


def _decoded(raw: bytes, file: str) -> str:
    """The text of a file.  Bytes that are no UTF-8 do no harm in a comment, and are refused elsewhere."""
    for mark, encoding in MARKS:
        if raw.startswith(mark):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                raise ConfigError("setting.file_encoding", file=file, line=1) from None
    if b"\0" in raw:
        # Without a mark: in UTF-16 every second byte of plain letters is zero.
        try:
            return raw.decode("utf-16-be" if raw[:1] == b"\0" else "utf-16-le")
        except UnicodeDecodeError:
            raise ConfigError("setting.file_encoding", file=file, line=1) from None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        used = "" if line.lstrip().startswith("#") else line.partition(" #")[0]
        # Here and there such bytes would pass for letters of UTF-8: they are still not what was meant.
        if not used.isascii():
            raise ConfigError("setting.file_encoding", file=file, line=number)
    return text


def _line(original: Original) -> int:
    """The number of the line; blank lines before it belong to what the parser gives."""
    blank = original.string[: len(original.string) - len(original.string.lstrip())]
    return original.line + blank.count("\n")


def _begins(original: Original) -> str:
    """How a line begins, up to where a secret could stand."""
    words = re.split(r"[\s=:]", original.string.strip(), maxsplit=1)
    return words[0][:40]


def unknown(stranger: Stranger, lang: Lang) -> str:
    """What there is to say of a name that is no setting."""
    key = "setting.stranger" if stranger.near else "setting.stranger_far"
    if stranger.variable.startswith(KEY) and not stranger.near.startswith(KEY):
        key = "setting.stranger_key"
    return translate(key, lang, variable=stranger.variable, near=stranger.near)


def strangers(given: Iterable[str], around: Iterable[str], known: Iterable[str]) -> tuple[Stranger, ...]:
    """The names that look like those of settings and are none.

    Args:
        given: names in the file of settings.
        around: names in the environment, of which many belong to others.
        known: names of all settings.
    """
    held = sorted(known)

    def near(name: str, likeness: float) -> str:
        plain = name.upper().replace("-", "_").removeprefix("EXPORT ")
        return next(iter(get_close_matches(plain, held, 1, likeness)), "")

    found: list[Stranger] = []
    ours = {*given, *(name for name in around if name.startswith(PREFIXES))}
    for name in sorted(ours - {*held, *OF_THE_CLIENT}):
        # Others' variables begin alike: only what is nearly a setting is held against those.
        own = name.upper().startswith("RENGA_")
        close = near(name, 0.6 if own else 0.75)
        if own or close:
            found.append(Stranger(name, close))
    return tuple(found)
