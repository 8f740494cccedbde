"""What a model is told of a story, within a stated budget: note, lore, what happened, the last turns.

The newest turns come first in line, whole; what is older is there as the
summary.  Who wrote a turn is always named, in a line of its own before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.ids import Lang, MemberId
from bot.prompting.fit import estimate, shortened
from bot.stories import games
from bot.stories.lore import told
from bot.stories.model import Story, Turn

BUDGET = 3_000
"""Tokens, by estimate, that a story takes in a prompt, whatever its length."""

LORE_BUDGET, NOTE_BUDGET, SUMMARY_BUDGET = 600, 250, 500
"""The parts of it that lore, note and summary may have at most; turns have what is left."""

SIGHT = 4
"""The last turns in which the keys of lore are looked for."""

MODEL = "Renga"
"""What the writer of an AI seat is called in prompts."""

_WORDS: Mapping[Lang, tuple[str, str, str, str]] = {
    "en": ("What the author wants", "What is true in the story", "What happened before", "Chapter"),
    "zh": ("作者的话", "故事里的设定", "前情", "章"),
}


@dataclass(frozen=True, slots=True)
class Memory:
    """What fits: the text, and from which turn on turns are there word for word."""

    text: str
    since: int
    tokens: int


def remember(
    story: Story,
    texts: Mapping[str, str],
    names: Mapping[MemberId, str],
    language: Lang,
    *,
    budget: int = BUDGET,
) -> Memory:
    """The story as a model reads it, in at most ``budget`` tokens by estimate."""
    note_head, lore_head, past_head, chapter_head = _WORDS[language]
    turns = list(story.turns)
    if story.terms.game is games.Game.CORPSE:
        turns = turns[-1:]
    recent = "\n".join(texts.get(turn.key, "") for turn in turns[-SIGHT:])
    parts: list[str] = []
    if story.note:
        parts.append(f"({note_head}: {shortened(story.note, NOTE_BUDGET, keep='start')})")
    if entries := told(story.lore, recent, LORE_BUDGET, estimate):
        lines = "\n".join(f"- {entry.name}: {entry.text}" for entry in entries)
        parts.append(f"({lore_head}:\n{lines})")
    if story.summary:
        parts.append(f"({past_head}: {shortened(story.summary, SUMMARY_BUDGET, keep='end')})")
    left = budget - sum(estimate(part) + 2 for part in parts)
    kept: list[str] = []
    since = story.next_number
    titles = {chapter.before: chapter.title for chapter in story.chapters}
    for turn in reversed(turns):
        part = _part(story, turn, texts.get(turn.key, ""), names)
        for before, title in titles.items():
            if _heads(story, turn, before):
                part = f"({chapter_head}: {title})\n\n{part}"
        cost = estimate(part) + 2
        if cost > left:
            if not kept:  # a single turn longer than everything: its end is what is written on from
                kept.append(shortened(part, max(left, 8), keep="end"))
                since = turn.number
            break
        kept.append(part)
        left -= cost
        since = turn.number
    text = "\n\n".join([*parts, *reversed(kept)])
    return Memory(text, since, estimate(text))


def _part(story: Story, turn: Turn, text: str, names: Mapping[MemberId, str]) -> str:
    return f"[{named(turn, names)}]\n{games.shown_before(story, text)}"


def _heads(story: Story, turn: Turn, before: int) -> bool:
    """Whether a chapter's heading stands before this turn: it is the first from its number on."""
    first = next((one for one in story.turns if one.number >= before), None)
    return first is not None and first.number == turn.number


def named(turn: Turn, names: Mapping[MemberId, str]) -> str:
    """Who wrote a turn."""
    return MODEL if turn.by_model else names.get(turn.by, "…")


def to_summarise(story: Story, memory: Memory) -> list[Turn]:
    """The turns that are neither in the summary nor there word for word."""
    return [turn for turn in story.turns if story.summarised < turn.number < memory.since]
