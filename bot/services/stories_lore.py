"""What a model proposes to remember of a story: its lines, held against the turns they come from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.stories.lore import NAME_LIMIT, TEXT_LIMIT
from bot.stories.model import Lore, Turn

PROPOSALS = 3
"""Entries that are proposed at once at most."""

WAITING = 12
"""Proposals that wait for a member at most; then none is added."""

LONGEST_LINE = 1_000
"""Characters of a line that are read."""

_LINE = re.compile(
    r"^[\s\-*•]{0,20}(?:\d+[.)、]\s*)?(?P<name>[^:：\n]{1,80}?)\s*[:：]\s*(?P<text>.{3,600}?)"
    r"\s*[(（\[【]\s*(?:part|turn|第)?\s*(?P<number>\d+)[^)）\]】\n]{0,12}[)）\]】]\s*[.。]?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something true in a story, and the number of the turn that says so."""

    name: str
    text: str
    turn: int


def proposals(
    said: str, turns: Sequence[Turn], texts: Mapping[str, str], known: Sequence[Lore]
) -> list[Proposal]:
    """The proposals in a model's answer, one a line: ``Name: what is true (number)``.

    A name that no turn mentions is an invention and left out; the number is put
    right to the first of the turns that does.  What is known already, or waits
    already, is left out too.
    """
    held = {entry.name.casefold() for entry in known}
    waiting = sum(not entry.approved for entry in known)
    found: list[Proposal] = []
    for line in said.splitlines():
        match = _LINE.match(" ".join(line[:LONGEST_LINE].split()))
        if match is None or len(found) >= PROPOSALS or waiting + len(found) >= WAITING:
            continue
        name = match["name"].strip(" *_\"'“”「」")[:NAME_LIMIT]
        if not name or name.casefold() in held:
            continue
        saying = [turn.number for turn in turns if name.casefold() in texts.get(turn.key, "").casefold()]
        if not saying:
            continue
        number = int(match["number"])
        held.add(name.casefold())
        found.append(
            Proposal(name, match["text"].strip()[:TEXT_LIMIT], number if number in saying else saying[0])
        )
    return found
