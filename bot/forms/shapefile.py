"""What is wrong with the ``[shape]`` of a form's file, told to whoever wrote it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from bot.forms.check import shape_of
from bot.forms.chinese.shape import read_tune
from bot.forms.chinese.sound import Book
from bot.forms.english import scheme
from bot.forms.english.metre import FEET, LENGTHS

MOST_LINES, MOST_SYLLABLES = 1_000, 39


@dataclass(frozen=True, slots=True)
class Fault:
    """A mistake: where in the file it is, what is wrong, what to write instead."""

    where: str
    problem: str
    remedy: str


Check = Callable[[Any], bool]
"""Whether a value is as it should be."""


def faults(form: str, table: Mapping[str, Any], *, languages: Sequence[str] = ()) -> list[Fault]:
    """Every mistake in a ``[shape]``; none in one that can be checked by.

    Args:
        form: the form's id.
        table: its ``[shape]``.
        languages: those that the form says it is at home in.
    """
    if not table:
        return []
    if table.get("language", "en") not in ("en", "zh"):
        return [Fault("shape.language", f"{table['language']!r} is not measured here", 'Write "en" or "zh".')]
    if table.get("language") == "zh":
        found = _of_keys(table, _CHINESE, "shape")
        reach = {"zh"}
    else:
        inner = table.get("zh")
        found = _of_keys({key: value for key, value in table.items() if key != "zh"}, _ENGLISH, "shape")
        reach = {"en"}
        if inner is not None:
            found += _inner(inner)
            reach.add("zh")
    found = found or _together(table)
    if not found:
        found += _read(form, table)
    if not found and (missing := [lang for lang in languages if lang not in reach]):
        found.append(_unmeasured(missing[0]))
    return found


def _inner(inner: Any) -> list[Fault]:
    if not isinstance(inner, dict) or cast("dict[str, Any]", inner).get("language") != "zh":
        return [Fault("shape.zh", "it is no Chinese shape", 'Write [shape.zh] and below it language = "zh".')]
    return _of_keys(cast("dict[str, Any]", inner), _CHINESE, "shape.zh")


def _unmeasured(lang: str) -> Fault:
    if lang == "zh":
        return Fault(
            "shape",
            'languages names "zh", but only English is measured',
            'Add [shape.zh] with language = "zh" and characters = […], or take "zh" out of languages.',
        )
    return Fault(
        "shape",
        'languages names "en", but only Chinese is measured',
        'Put what is for Chinese under [shape.zh], or take "en" out of languages.',
    )


def _of_keys(table: Mapping[str, Any], known: Mapping[str, tuple[Check, str]], where: str) -> list[Fault]:
    """Keys that nobody reads, and values that are not as they should be."""
    found: list[Fault] = []
    for key, value in table.items():
        if key not in known:
            remedy = f"Known here: {', '.join(sorted(known))}."
            found.append(Fault(f"{where}.{key}", "nothing reads this key", remedy))
        elif not known[key][0](value):
            found.append(Fault(f"{where}.{key}", f"{value!r} does not do", known[key][1]))
    return found


def _together(table: Mapping[str, Any]) -> list[Fault]:
    """What does not go together."""
    if table.get("language") == "zh":
        if table.get("kind") == "ci" and not table.get("tune"):
            return [Fault("shape.tune", "a ci is known by its tune", "Write its tones, a clause a line.")]
        return []
    rhymes = [key for key in ("schemes", "stanza", "chain") if key in table]
    if len(rhymes) > 1:
        return [Fault(f"shape.{rhymes[1]}", f"{rhymes[0]} is there too", "Keep one of them.")]
    if table.get("strict") and "metre" not in table:
        return [Fault("shape.strict", "there is no metre to be strict about", 'Add metre = "iambic …".')]
    found: list[Fault] = []
    sizes = {len(scheme.read(one)) for one in table.get("schemes", ())}
    if len(sizes) > 1:
        found.append(Fault("shape.schemes", "they have not the same number of lines", "Write all as long."))
    lines, several = table.get("lines"), isinstance(table.get("syllables"), list)
    counts = len(cast("list[Any]", table["syllables"])) if several else 1
    fixed = next(iter(sizes), lines if isinstance(lines, int) else None)
    if sizes and isinstance(lines, int) and lines not in sizes:
        found.append(
            Fault("shape.lines", f"the scheme has {fixed} lines, not {lines}", "Leave lines out, or mend it.")
        )
    if fixed and fixed % counts:
        problem = f"{counts} numbers do not come round in {fixed} lines"
        found.append(Fault("shape.syllables", problem, "Write one for each line, or for each of a stanza."))
    return found


def _read(form: str, table: Mapping[str, Any]) -> list[Fault]:
    """What the reader of shapes itself refuses."""
    try:
        shape_of(form, table)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        return [Fault("shape", str(error).removeprefix(f"{form}: "), "Mend it as prompts/README.md says.")]
    return []


def _whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _lines(value: Any) -> bool:
    if isinstance(value, list):
        pair = cast("list[Any]", value)
        return len(pair) == 2 and all(_whole(one, 1, MOST_LINES) for one in pair) and pair[0] <= pair[1]
    return _whole(value, 1, MOST_LINES)


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _some(value: Any, each: Check) -> bool:
    given = cast("list[Any]", value) if isinstance(value, list) else []
    return bool(given) and all(map(each, given))


def _scheme(value: Any) -> bool:
    try:
        return _text(value) and bool(scheme.read(value))
    except ValueError:
        return False


def _syllables(value: Any) -> bool:
    if isinstance(value, str):
        named = re.fullmatch(r"(\d{1,2})-(\d{1,2})", value, re.ASCII)
        return named is not None and 0 < int(named[1]) <= int(named[2]) <= MOST_SYLLABLES
    return _whole(value, 1, MOST_SYLLABLES)


def _characters(value: Any) -> bool:
    if isinstance(value, str):
        return re.fullmatch(r"\d{1,2}(?:\|\d{1,2})*", value, re.ASCII) is not None
    return _whole(value, 1, MOST_SYLLABLES)


def _metre(value: Any) -> bool:
    foot, _, length = value.partition(" ") if isinstance(value, str) else ("", "", "")
    return foot in FEET and length in LENGTHS


def _tune(value: Any) -> bool:
    try:
        return _text(value) and bool(read_tune("", value))
    except ValueError:
        return False


def _one_or_some(each: Check) -> Check:
    return lambda value: each(value) or _some(value, each)


_FLAG: tuple[Check, str] = (lambda value: isinstance(value, bool), "Write true, or leave it out.")
_LINES: tuple[Check, str] = (_lines, "Write a number, or the fewest and the most: [4, 60].")
_BOOKS = tuple(book.value for book in Book)
_CHAINS = (*scheme.ENDLESS, "sestina")
_KINDS = ("regulated", "ci", "couplet", "plain")

_ENGLISH: Mapping[str, tuple[Check, str]] = {
    "language": (lambda value: value == "en", 'Write "en", or leave it out.'),
    "lines": _LINES,
    "schemes": (
        lambda value: _some(value, _scheme),
        'Write letters, a line each, in a list: ["abab cdcd efef gg"].',
    ),
    "stanza": (_one_or_some(_scheme), 'Write the letters of one stanza: "abcb".'),
    "chain": (lambda value: value in _CHAINS, f"One of: {', '.join(_CHAINS)}."),
    "syllables": (
        _one_or_some(_syllables),
        f'Write numbers from 1 to {MOST_SYLLABLES} or ranges in a list: [8, "5-7"].',
    ),
    "metre": (_metre, f"Write one of {', '.join(FEET)}, and one of {', '.join(LENGTHS)}."),
    "strict": _FLAG,
    "sung": _FLAG,
    "acrostic": _FLAG,
}
_CHINESE: Mapping[str, tuple[Check, str]] = {
    "language": (lambda value: value == "zh", 'Write "zh".'),
    "kind": (lambda value: value in _KINDS, f"One of: {', '.join(_KINDS)}."),
    "lines": _LINES,
    "characters": (
        lambda value: _some(value, _characters),
        'Write numbers in a list: [5, 7, 5], [7] for every line, ["5|7"] for either.',
    ),
    "rhyme": (lambda value: value == "even", 'Write "even": the even lines rhyme; or leave it out.'),
    "book": (lambda value: value in _BOOKS, f"One of: {', '.join(_BOOKS)}."),
    "acrostic": _FLAG,
    "name": (_text, "Write what it is called in the mark."),
    "tune": (
        _one_or_some(_tune),
        "Write a clause a line in 平, 仄 and 中, and behind it the letter of its rhyme.",
    ),
}
