"""What a model is told of a story, within a stated budget: note, lore, what happened, the last turns.

The newest turns come first in line, whole; what is older is there as the
summary, and as a count of who wrote how much of it.  Who wrote a turn is always
named, in a line of its own before it, which nobody's words can look like.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.ids import Lang, MemberId
from bot.prompting.fit import estimate, shortened
from bot.stories import games
from bot.stories.lore import told
from bot.stories.model import Lore, Story, Turn

BUDGET = 3_000
"""Tokens, by estimate, that a story takes in a prompt, whatever its length."""

LEAST_BUDGET = 300
"""Tokens that it takes also where a model's window leaves less: a prompt that is too long says so itself."""

AROUND = 1_100
"""Tokens that are reckoned for what stands around a story in a prompt."""

LORE_BUDGET, NOTE_BUDGET, SUMMARY_BUDGET, HANDS_BUDGET = 900, 250, 500, 120
"""The parts of it that lore, note, summary and the count may have at most, where the budget is whole."""

MOST_SIGHT = 100
"""The last turns in which keys of lore are looked for at most, whatever an entry says."""

MODEL = "Renga"
"""What the writer of an AI seat is called in prompts."""

_MARK = re.compile(r"^([ \t]*)\[", re.MULTILINE)

_WORDS: Mapping[Lang, Mapping[str, str]] = {
    "en": {
        "note": "What the author wants",
        "lore": "What is true in the story",
        "past": "What happened before",
        "hands": "Who wrote how many of the parts before",
        "chapter": "Chapter",
        "scene": "Scene",
        "from": "from a part by",
        "by": "noted by",
        "person": "a person",
        "place": "a place",
        "thing": "a thing",
        "rule": "a rule",
    },
    "zh": {
        "note": "作者的话",
        "lore": "故事里的设定",
        "past": "前情",
        "hands": "此前各人写的段数",
        "chapter": "章",
        "scene": "场",
        "from": "出自所写的一段，作者：",
        "by": "记录者：",
        "person": "人物",
        "place": "地点",
        "thing": "事物",
        "rule": "规则",
    },
}


@dataclass(frozen=True, slots=True)
class Memory:
    """What fits: the text, and from which turn on turns are there word for word."""

    text: str
    since: int
    tokens: int


def budget_for(window: int | None, answer: int) -> int:
    """Tokens that a story may take, for a model's window (None: unknown) and the longest answer."""
    if window is None:
        return BUDGET
    return max(LEAST_BUDGET, min(BUDGET, window - AROUND - answer))


def remember(
    story: Story,
    texts: Mapping[str, str],
    names: Mapping[MemberId, str],
    language: Lang,
    *,
    budget: int = BUDGET,
    numbered: bool = False,
    world: Sequence[Lore] = (),
) -> Memory:
    """The story as a model reads it, in at most ``budget`` tokens by estimate.

    ``world`` is what is true in every story of its server.

    ``numbered`` if the mark before each turn gives its number as well.
    """
    words = _WORDS[language]
    turns = list(story.turns)
    if story.terms.game is games.Game.CORPSE:
        turns = turns[-1:]
    recent = [texts.get(turn.key, "") for turn in turns[-MOST_SIGHT:]]
    share = min(1.0, budget / BUDGET)
    parts: list[str] = []
    if story.note and (note := shortened(story.note, int(NOTE_BUDGET * share), keep="start")):
        parts.append(f"({words['note']}: {note})")
    room = lore_room(budget)
    lore = [_fitted(entry, room) for entry in (*story.lore, *world)]
    if entries := told(lore, recent, room, lambda text: estimate(text) + 8, turn=story.next_number):
        lines = "\n".join(
            f"- {entry.name}{_sort(entry, words)}: {entry.text}{_source(story, entry, names, words)}"
            for entry in entries
        )
        parts.append(f"({words['lore']}:\n{lines})")
    if story.summary and (past := shortened(story.summary, int(SUMMARY_BUDGET * share), keep="end")):
        parts.append(f"({words['past']}: {past})")
    left = budget - sum(estimate(part) + 2 for part in parts) - int(HANDS_BUDGET * share) - 2
    kept: list[str] = []
    since = story.next_number
    headings = _headings(story, words)
    for turn in reversed(turns):
        text = games.shown_before(story, texts.get(turn.key, ""))
        number = f"{turn.number} · " if numbered else ""
        mark = f"{headings.get(turn.number, '')}[{number}{named(turn, names)}]"
        part = "\n".join((mark, _MARK.sub(r"\1［", text)))
        cost = estimate(part) + 2
        if cost > left:
            if not kept:  # a single turn longer than everything: its end is what is written on from
                kept.append(shortened(part, max(left, 8), keep="end"))
                since = turn.number
            break
        kept.append(part)
        left -= cost
        since = turn.number
    before = [turn for turn in turns if turn.number < since]
    if before and (said := _hands(before, names, int(HANDS_BUDGET * share) - estimate(words["hands"]) - 8)):
        parts.append(f"({words['hands']}: {said})")
    text = "\n\n".join([*parts, *reversed(kept)])
    return Memory(text, since, estimate(text))


def lore_room(budget: int) -> int:
    """Tokens that lore may have where a story may take ``budget``."""
    return int(LORE_BUDGET * min(1.0, budget / BUDGET))


def untold(entry: Lore, room: int) -> int:
    """Characters at the end of an entry that no model is told, where lore has ``room`` tokens."""
    kept = _fitted(entry, room).text
    return 0 if kept == entry.text else len(entry.text) - len(kept.removesuffix("…"))


def _fitted(entry: Lore, room: int) -> Lore:
    """An entry that is longer than all lore may be, with its beginning alone: else it were never told."""
    if lore_cost(entry) <= room:
        return entry
    return replace(entry, text=shortened(entry.text, max(room - estimate(entry.name) - 12, 8), keep="start"))


def _sort(entry: Lore, words: Mapping[str, str]) -> str:
    return f" ({words[entry.sort.value]})" if entry.sort is not None else ""


def _headings(story: Story, words: Mapping[str, str]) -> dict[int, str]:
    """What stands before turns, by their numbers: each heading before the first turn from its number on."""
    numbers = [turn.number for turn in story.turns]
    found: dict[int, str] = {}
    for chapter in story.chapters:
        first = next((number for number in numbers if number >= chapter.before), None)
        if first is not None:
            kind = words["scene" if chapter.scene else "chapter"]
            found[first] = found.get(first, "") + f"({kind}: {chapter.title})\n\n"
    return found


def _source(story: Story, entry: Lore, names: Mapping[MemberId, str], words: Mapping[str, str]) -> str:
    """Who wrote what an entry comes from, or who noted it."""
    turn = story.turn(entry.turn) if entry.turn is not None else None
    if turn is not None:
        return f" ({words['from']} {named(turn, names)})"
    return f" ({words['by']} {names[entry.by]})" if entry.by in names else ""


def lore_cost(entry: Lore) -> int:
    """Tokens, by estimate, that an entry takes when a model is told of it."""
    return estimate(f"{entry.name}: {entry.text}") + 8


def named(turn: Turn, names: Mapping[MemberId, str]) -> str:
    """Who wrote a turn."""
    return MODEL if turn.by_model else names.get(turn.by, f"…{turn.by % 10_000}")


def hands(turns: Iterable[Turn], names: Mapping[MemberId, str]) -> list[tuple[str, int]]:
    """Who wrote how many of these turns, whoever wrote most first."""
    counted: Counter[MemberId | None] = Counter(None if turn.by_model else turn.by for turn in turns)
    return [
        (MODEL if member is None else names.get(member, f"…{member % 10_000}"), count)
        for member, count in counted.most_common()
    ]


def _hands(turns: Sequence[Turn], names: Mapping[MemberId, str], tokens: int) -> str:
    said = ""
    for name, count in hands(turns, names):
        more = f"{said}, {name} {count}" if said else f"{name} {count}"
        if estimate(more) > tokens:
            return f"{said}, …" if said else ""
        said = more
    return said


def everybody(story: Story) -> list[MemberId]:
    """Every member who is named in what is told of a story: whoever sits there, wrote, or noted something."""
    found = dict.fromkeys(seat.member for seat in story.writers)
    found |= dict.fromkeys(turn.by for turn in story.turns if turn.by > 0)
    found |= dict.fromkeys(entry.by for entry in story.lore if entry.by > 0)
    return list(found)


def to_summarise(story: Story, memory: Memory) -> list[Turn]:
    """The turns that are neither in the summary nor there word for word."""
    if story.terms.game is games.Game.CORPSE:
        return []  # whoever writes on is not to know what happened
    return [turn for turn in story.turns if story.summarised < turn.number < memory.since]
