"""A reading of a work: named strengths and a suggestion each, by criteria, with lines quoted from it.

What a model answers is checked against the work: a remark that quotes what is
not there is left out, and so is one that says nothing.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

CRITERIA = ("craft", "image", "voice", "surprise", "feeling")
"""By what a work is read."""

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["points"],
    "properties": {
        "points": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["criterion", "strength", "quote", "suggestion", "about"],
                "properties": {
                    "criterion": {"type": "string", "enum": list(CRITERIA)},
                    "strength": {"type": "string"},
                    "quote": {"type": "string"},
                    "suggestion": {"type": "string"},
                    "about": {"type": "string"},
                },
            },
        }
    },
}
"""What is asked for, as JSON Schema, of servers that keep to one."""

MOST_VALUES = 200
"""Places in an answer at which a value of JSON is looked for."""

LONGEST = 400
"""Characters of a remark."""

_NAMES: Mapping[str, str] = {
    **{name: name for name in CRITERIA},
    "技巧": "craft",
    "技艺": "craft",
    "工艺": "craft",
    "意象": "image",
    "声音": "voice",
    "语气": "voice",
    "口吻": "voice",
    "惊喜": "surprise",
    "意外": "surprise",
    "新意": "surprise",
    "情感": "feeling",
    "感情": "feeling",
    "imagery": "image",
    "emotion": "feeling",
}
_SECTION = re.compile(
    r"^[\s#*\-\d.、（(]{0,20}(?P<name>"
    + "|".join(_NAMES)
    + r")(?![A-Za-z])\**\s*[)）]?\s*[:：]?\s*\**\s*(?P<rest>.*)$",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"^[\s#*\-]{0,20}(?P<name>strength|quote|suggestion|about|优点|长处|亮点|引文|引用|原句|建议|所指)\**\s*[:：]\s*\**\s*"
    r"(?P<rest>.*)$",
    re.IGNORECASE,
)
_FIELDS: Mapping[str, str] = {
    **{name: name for name in ("strength", "quote", "suggestion", "about")},
    "优点": "strength",
    "长处": "strength",
    "亮点": "strength",
    "建议": "suggestion",
    "引文": "quote",
    "引用": "quote",
    "原句": "quote",
    "所指": "about",
}
_MARKS = "\"'“”‘’「」『』«»`*_ \t\n"
_INLINE = re.compile(r"[“「『«\"]([^”」』»\"]{3,160})[”」』»\"]")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something said of a work, and the lines it speaks of, as they stand there."""

    text: str
    quote: str


@dataclass(frozen=True, slots=True)
class Point:
    """One criterion: a strength, a suggestion, or both."""

    criterion: str
    strength: Remark | None = None
    suggestion: Remark | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """Points in the order of :data:`CRITERIA`; ``left_out`` counts remarks that quoted what is not there."""

    points: tuple[Point, ...]
    left_out: int = 0


def read(answer: str, work: str) -> Reading:
    """The reading that an answer comes to; without points where it says nothing that holds.

    The answer is JSON by :data:`SCHEMA`, also within a code fence or some talk, or
    else sections headed by the criteria.
    """
    points: dict[str, Point] = {}
    left_out = 0
    for given in _given(answer):
        criterion = _NAMES.get(given.get("criterion", "").strip().casefold(), "")
        if not criterion or criterion in points:
            continue
        strength, gone = _remark(given.get("strength", ""), given.get("quote", ""), work, praises=True)
        advice, more = _remark(given.get("suggestion", ""), given.get("about", ""), work, praises=False)
        left_out += gone + more
        if strength or advice:
            points[criterion] = Point(criterion, strength, advice)
    return Reading(tuple(points[name] for name in CRITERIA if name in points), left_out)


def _remark(text: str, quote: str, work: str, *, praises: bool) -> tuple[Remark | None, bool]:
    """A remark that holds, or None and whether it was left out for what it quotes.

    A suggestion may put words of its own between quotation marks; praise may not.
    """
    text = " ".join(text.split()).strip()
    if len(text) < 2:
        return None, False
    if len(text) > LONGEST:
        text = text[: LONGEST - 1].rstrip() + "…"
    found = located(quote, work) if quote.strip(_MARKS) else ""
    if found is None:
        return None, True
    if praises and any(located(piece, work) is None for piece in _INLINE.findall(text)):
        return None, True
    return Remark(text, found), False


def located(quote: str, work: str) -> str | None:
    """A quotation as it stands in a work; None if it does not.

    Case, punctuation, accents and where lines break do not count; an ellipsis may
    stand for words left out.
    """
    folded, places = _folded(work)
    reached, first, last = 0, -1, -1
    for piece in re.split(r"…+|\.{3,}", quote):
        wanted, _ = _folded(piece)
        if not wanted:
            continue
        at = folded.find(wanted, reached)
        while at > 0 and not _begins_word(folded, at, places, work):
            at = folded.find(wanted, at + 1)
        if at < 0:
            return None
        reached = at + len(wanted)
        first = at if first < 0 else first
        last = reached - 1
    if first < 0:
        return None
    return work[places[first] : places[last] + 1]


def _folded(text: str) -> tuple[str, list[int]]:
    """The letters and digits of a text, folded, each with its place."""
    letters: list[str] = []
    places: list[int] = []
    for at, char in enumerate(text):
        for one in unicodedata.normalize("NFKD", char).casefold():
            if one.isalnum():
                letters.append(one)
                places.append(at)
    return "".join(letters), places


def _begins_word(folded: str, at: int, places: list[int], work: str) -> bool:
    """Whether a place is where a word begins (any character of Han is one): "art" is no word of "heart"."""
    return not folded[at].isascii() or places[at] != places[at - 1] + 1 or not work[places[at - 1]].isalnum()


def _given(answer: str) -> Iterator[dict[str, str]]:
    """The points of an answer as they were given, by whichever way they can be read."""
    for value in _json_in(answer):
        items: Any = value
        if isinstance(value, dict):
            table = cast("dict[str, Any]", value)
            items = table.get("points")
            if not isinstance(items, list):
                items = [{"criterion": name, **one} for name, one in table.items() if isinstance(one, dict)]
        found = [
            {str(key): str(field) for key, field in cast("dict[Any, Any]", item).items() if field is not None}
            for item in cast("list[Any]", items)
            if isinstance(item, dict)
        ]
        if found:
            yield from found
            return
    yield from _sections(answer)


def _json_in(answer: str) -> Iterator[Any]:
    """JSON values that begin anywhere in a text, the outermost first; one that is cut off is mended."""
    decoder = json.JSONDecoder(strict=False)
    plain = re.sub(r",(?=\s*[}\]])", "", answer)
    for match in islice(re.finditer(r"[{\[]", plain), MOST_VALUES):
        try:
            yield decoder.raw_decode(plain, match.start())[0]
        except RecursionError:
            return
        except ValueError:
            # Cut off at the limit of tokens: what is whole of the list is kept.
            end = plain.rfind("}")
            if match[0] == "{" and '"points"' in plain[match.start() : match.start() + 40] and end > 0:
                try:
                    yield decoder.raw_decode(plain[: end + 1] + "]}", match.start())[0]
                except (ValueError, RecursionError):
                    continue


def _sections(answer: str) -> Iterator[dict[str, str]]:
    """Points written as sections: a criterion, then ``Strength:``, ``Quote:``, ``Suggestion:`` …"""
    point: dict[str, str] = {}
    field = ""
    for line in answer.splitlines():
        if (match := _FIELD.match(line)) and point:
            field = _FIELDS[match["name"].casefold()]
            # A second quotation in a point belongs to its suggestion.
            if field == "quote" and "suggestion" in point:
                field = "about"
            point[field] = match["rest"].strip()
        elif match := _SECTION.match(line):
            if point:
                yield point
            point, field = {"criterion": match["name"]}, "strength"
            point["strength"] = match["rest"].strip()
        elif point and field and line.strip():
            point[field] = f"{point[field]} {line.strip()}".strip()
    if point:
        yield point
