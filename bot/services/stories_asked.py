"""What is asked of a model for a story, in words, and how long its answer may be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Template

from bot.ids import Lang
from bot.stories import games
from bot.stories.model import Story

TOKENS_A_WORD = 2
"""Tokens that a word is reckoned with when a turn's limit becomes one of tokens."""

FEWEST_TOKENS = 24
"""Tokens that a model is given at least: it must be able to end a sentence."""

_ASKED: Mapping[Lang, Mapping[str, str]] = {
    "en": {
        "turn": "Write the next part.",
        "draft": "Draft the next part for its writer to work on.",
        "continue": "Go on in the middle of this sentence, without repeating it, to its end and one sentence"
        " more: $draft",
        "ways": "Name three quite different ways in which the story could go on, each in one sentence on a"
        " line of its own that begins with a number.",
        "polish": "Give this draft back with its spelling, grammar and rhythm put right, and nothing else"
        " changed: $draft",
        "limit": "At most $limit words.",
        "recap": "A member who was away reads it before writing on.",
        "summary": "Somebody writes on from it who will not see these turns. Keep the name of whoever wrote"
        " what matters. What happened before: $draft",
        "lore": "Leave out what is known already: $draft",
        "nothing": "nothing",
    },
    "zh": {
        "turn": "写下一段。",
        "draft": "为作者起草下一段，供其修改。",
        "continue": "从这句话的中间接下去，不重复它，写完这一句，再写一句：$draft",
        "ways": "说出故事接下去三种迥然不同的可能，各用一句话，每句一行，行首写数字。",
        "polish": "把这段草稿的错字、语法和节奏改好，其余不动：$draft",
        "limit": "最多 $limit 字。",
        "recap": "给离开了一阵的成员在续写前看。",
        "summary": "接着写的人看不到这些段落。要紧的地方写明是谁写的。此前的情节：$draft",
        "lore": "已经知道的不再写：$draft",
        "nothing": "无",
    },
}


def instruction(language: Lang, kind: str, draft: str, limit: int = 0) -> str:
    """What is asked, with a draft in it and a limit of words after it (0: none)."""
    words = _ASKED[language]
    # Filled once: what was typed is never read as a place.
    said = Template(words[kind]).safe_substitute(draft=draft or words["nothing"])
    if limit:
        said = f"{said} {Template(words['limit']).safe_substitute(limit=limit)}"
    return said


def length_of(story: Story, kind: str, limit: int) -> str:
    """The length that a prompt is asked for: short, medium or long."""
    if kind in ("continue", "ways"):
        return "short"
    longest = limit or story.terms.longest
    return "short" if longest and longest <= 60 else "long" if not longest or longest > 250 else "medium"


_SENTENCE = re.compile(r"(?<=[.!?。！？…])[\"'”’」』）)]*\s*")
_CLAUSE = re.compile(r"[,;:，；：、—–]")


def within(text: str, longest: int, *, broken: bool = False) -> str:
    """A model's text within so many words, ended at a sentence, or where there is none at a clause and "…".

    ``broken`` if its end was cut off: then it is ended at the last sentence before that.

    The name of a writer in brackets before it goes: it is the mark of a turn in
    the prompt, and no part of the story.
    """
    text = re.sub(r"^\[[^\]\n]{1,60}\]\s*", "", text.strip())
    if not longest or (games.words(text) <= longest and not broken):
        return text
    ends = [found.end() for found in _SENTENCE.finditer(text) if found.start() and found.end() > 0]
    fitting = [end for end in ends if games.words(text[:end]) <= longest]
    if fitting and text[: fitting[-1]].strip():
        return text[: fitting[-1]].strip()
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if games.words(text[:middle]) <= longest else (low, middle - 1)
    kept = text[:low].rstrip()
    clauses = [found.start() for found in _CLAUSE.finditer(kept) if found.start() > len(kept) // 2]
    return f"{kept[: clauses[-1]] if clauses else kept}…" if kept else kept


def links_to(story: Story, before: str) -> str:
    """What a small model of verse, which reads no story, writes on: the last line before, or the title."""
    lines = [line.strip() for line in before.splitlines() if line.strip()]
    return lines[-1] if lines else story.title
