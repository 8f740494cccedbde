"""Finds the poem in what a model answered, and the lines in a repair: many say more than they were asked.

What is a mark of every line (numbers, bullets, emphasis) or around the whole (a fence, quotation marks) is
no part of the poem.  Of what may be a sentence before or behind it that is not so plain: an answer has
several readings, and the caller takes the one that keeps the form best.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, cast

from bot.ids import Lang

_FENCE = re.compile(r"```[^\n`]*\n(.*?)(?:\n[ \t]*```|\Z)", re.DOTALL)
_MARK = re.compile(r"^\s*(?:(?:\d{1,3}|[ivxlc]{1,6})\s*[.):、．]|[-*•>])\s+(?=\S)", re.IGNORECASE)
_COUNT = re.compile(r"(?<!\s)\s*[(\[（【][^()\[\]（）【】]{0,60}\d[^()\[\]（）【】]{0,60}[)\]）】]\s*$")
_SET = re.compile(r"^\s*(\*\*|__|\*|_)(.+?)\1\s*$")
_ROW = re.compile(
    r"^\W{0,4}(?:line\s+|第\s*)?(\d{1,3})[\s*_]*(?:[|:：.、)]|句|行)[*_]*[|:：]?\s*(\S.*)$", re.IGNORECASE
)
_REFUSAL = re.compile(
    r"\W*(?:(?:i'?m|i am)\s+(?:so\s+|very\s+)?(?:sorry|unable)|sorry,|i (?:can(?:no|')t|won't)\b|"
    r"as an ai\b|(?:很|非常)?抱歉|对不起|我(?:无法|不能)|作为(?:一个)?\s*(?:ai|人工智能))",
    re.IGNORECASE,
)
_OPENER = re.compile(
    r"(?:sure|certainly|of course|absolutely|okay|here(?:'s| is| are)\b|当然|好的|以下是?|这是)"
    r"[^\n]*[:!.：！。][^\S\n]*\n[^\S\n]*\n\s*",
    re.IGNORECASE,
)
_QUOTES = {'"': '"', "“": "”", "「": "」", "『": "』"}


def readings(answer: str) -> Iterator[str]:
    """What the poem in an answer may be: first without marks around it, then with more taken away."""
    found: list[str] = _FENCE.findall(answer)
    inner = max(found, key=len).strip("\n") if found else answer
    opener = _OPENER.match(inner.lstrip())
    inner = inner.lstrip()[opener.end() :] if opener else inner
    seen = {_bare(inner)}
    yield _bare(inner) or answer
    for text in _parts(inner):
        for bare in (text, _bare(text)):
            if bare.strip() and bare.strip() not in seen:
                seen.add(bare.strip())
                yield bare.strip()


def _parts(text: str) -> Iterator[str]:
    """The whole, and the whole without what may have been said before it and behind it."""
    yield text
    rows = text.split("\n")
    if len(rows) > 1 and rows[0].rstrip().endswith((":", "：")):
        yield "\n".join(rows[1:])
    stanzas = re.split(r"\n\s*\n", text.strip())
    for first, last in ((1, 0), (0, 1), (1, 1)):
        if len(stanzas) > first + last:
            yield "\n\n".join(stanzas[first : len(stanzas) - last])
    if len(stanzas) == 1 and len(rows) == 1 and text.count(" / ") > 1:
        yield text.replace(" / ", "\n")


def _bare(text: str) -> str:
    """Without numbers, bullets, marks of emphasis, counts behind the lines, quotation marks around it all."""
    for pattern in (_MARK, _COUNT):
        rows = text.split("\n")
        if all(pattern.search(row) for row in rows if row.strip()):
            text = "\n".join(pattern.sub("", row) for row in rows)
    text = "\n".join(_SET.sub(r"\2", row) for row in text.split("\n")).strip()
    close = _QUOTES.get(text[:1])
    if close is not None and text.endswith(close) and text.count(close) <= 2:
        text = text[1:-1]
    return text


def lines(answer: str, asked: Collection[int]) -> Mapping[int, str]:
    """The lines of a repair, by number: as JSON, numbered one a row, or bare where one was asked for.

    Lines that were not asked for are left out; none, if the answer is something else.
    """
    if not asked:
        return {}
    found = _read(answer) or _rows(answer)
    if not found:
        rows = [row for row in answer.strip().strip("`").split("\n") if row.strip()]
        return {next(iter(asked)): _bare(rows[0])} if len(asked) == len(rows) == 1 else {}
    mine = {number: line for number, line in found.items() if number in asked and line}
    if not mine and len(found) == len(asked):
        # Numbered from one, in their order.
        mine = dict(zip(sorted(asked), found.values(), strict=True))
    return mine


def _read(answer: str) -> dict[int, str]:
    begin, end = answer.find("{"), answer.rfind("}")
    try:
        read = json.loads(answer[begin : end + 1])
        rows = cast("list[dict[str, Any]]", read["lines"])
        return {int(row["number"]): " ".join(str(row["line"]).split()) for row in rows}
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}


def _rows(answer: str) -> dict[int, str]:
    found = [_ROW.match(row) for row in answer.split("\n")]
    # A model that is told why mostly leaves that out; one that does not is not to have it in the poem.
    return {int(one[1]): _bare(one[2].split(" | ")[0]).strip(" |") for one in found if one}


def refuses(answer: str, lang: Lang) -> bool:
    """Whether an answer says that there will be no poem: a sentence or two that begin as an apology does."""
    longest = 80 if lang == "zh" else 400
    return len(answer) <= longest and bool(_REFUSAL.match(answer)) and answer.strip().count("\n") < 2
