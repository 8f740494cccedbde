"""``python -m bot filter``: texts judged by a file of rules, without Discord."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from typing import Any

from bot.errors import BadInput
from bot.explain import explain
from bot.moderation.compiled import compile_rules
from bot.moderation.rulefile import read_rules
from bot.moderation.rules import Circumstances, Rating
from bot.moderation.verdict import Action, Verdict
from bot.settings import Settings

_VERDICTS = {
    Action.ALLOW: "allow",
    Action.FLAG: "allow",
    Action.MASK: "mask",
    Action.REGENERATE: "block",  # of what a model wrote, which then tries again
    Action.HOLD: "hold",
    Action.BLOCK: "block",
}


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Judge each line of standard input; the exit status is 2 if the file cannot be used.

    With ``lines`` the file's own lines are judged instead; the exit status is 1 if one is judged wrongly.
    """
    try:
        rules = read_rules(given.rules.read_text("utf-8-sig"))
        compiled = compile_rules(rules)
    except (BadInput, OSError, UnicodeDecodeError) as error:
        told = explain(error, settings.language) if isinstance(error, BadInput) else str(error)
        sys.stderr.write(f"{given.rules}: {told}\n")
        return 2
    at = Circumstances(now=time.time(), rating=Rating(given.rating), fiction=given.fiction)
    pipeline = compiled.pipeline(at)

    async def judge() -> int:
        wrong = 0
        if given.act == "lines":
            for line in rules.lines:
                verdict = await pipeline.judge(line.text)
                bad = (verdict.action >= Action.REGENERATE) is not line.blocked
                wrong |= bad
                _out(f"{'✗' if bad else '✓'} {_words(verdict)}")
            return wrong
        for row in sys.stdin.buffer:
            text = row.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")
            verdict = await pipeline.judge(text)
            _out(json.dumps(plain(verdict), ensure_ascii=False) if given.json else _words(verdict))
        return 0

    return int(asyncio.run(judge()))


def plain(verdict: Verdict) -> dict[str, Any]:
    """A verdict as JSON-able values."""
    hits = [
        {
            "rule": hit.rule,
            "start": hit.start,
            "end": hit.end,
            "found": verdict.text[hit.start : hit.end],
            "term": hit.term,
            "way": hit.way,
            "action": hit.action.name.lower(),
            "reason": hit.reason,
        }
        for hit in verdict.hits
    ]
    return {
        "verdict": _VERDICTS[verdict.action],
        "rules": list(verdict.rules),
        "spans": [[hit.start, hit.end] for hit in verdict.hits],
        "hits": hits,
        "shadow": list(dict.fromkeys(hit.rule for hit in verdict.shadow)),
        "missing": list(verdict.missing),
    }


def _words(verdict: Verdict) -> str:
    """A verdict as a line of text, the spans marked."""
    text = verdict.text
    for hit in sorted(verdict.hits, key=lambda hit: -hit.start):
        text = f"{text[: hit.start]}»{text[hit.start : hit.end]}«{text[hit.end :]}"
    why = ", ".join(f"{hit.rule}: {hit.term}{f' ({hit.way})' if hit.way else ''}" for hit in verdict.hits)
    return "\t".join(part for part in (_VERDICTS[verdict.action], text, why) if part)


def _out(text: str) -> None:
    sys.stdout.buffer.write(f"{text}\n".encode("utf-8", "surrogatepass"))
