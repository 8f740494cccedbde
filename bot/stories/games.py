"""What a turn has to be in each game: the same rules, with something more asked of the words."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.errors import BadInput
from bot.stories import verse
from bot.stories.model import Game, Order, Pace, Story, Terms, Turn

# A character of Chinese or kana is a word; else letters, digits and what joins them.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\W_]+(?:['’\-][^\W_]+)*")

SECONDS = {Pace.QUICK: 600, Pace.NORMAL: 86_400, Pace.SLOW: 0}
"""How long a turn takes at a pace: ten minutes, a day, as long as it likes."""

CHINESE_CHARACTERS = 4
"""A word of a one-word story, in Chinese, has at most so many characters."""


def words(text: str) -> int:
    """How many words a text has."""
    return len(_WORD.findall(text))


def terms_of(game: Game, given: Terms) -> Terms:
    """The terms of a game: what it is played with, whatever else was chosen."""
    match game:
        case Game.ONE_WORD:
            most = CHINESE_CHARACTERS if given.language == "zh" else 1
            return replace(given, game=game, shortest=1, longest=most, models=0)
        case Game.CORPSE:
            return replace(given, game=game, rounds=given.rounds or 1)
        case Game.RENGA:
            return replace(given, game=game, order=Order.ROUND, shortest=0, longest=40)
        case Game.STORY | Game.SCRIPT:
            return replace(given, game=game)


def check(story: Story, text: str, turn: Turn | None = None) -> None:
    """Refuse words whose shape the game does not allow: of the next turn, or of one that is changed.

    Raises:
        BadInput: with what is wrong.
    """
    match story.terms.game:
        case Game.ONE_WORD:
            if len(text.split()) > 1:
                raise BadInput("story.one_word")
        case Game.RENGA:
            before = len(story.turns) if turn is None else story.turns.index(turn)
            verse.measured(text, before)
        case Game.STORY | Game.CORPSE | Game.SCRIPT:
            return


def shown_before(story: Story, text: str) -> str:
    """What the next writer may see of the turn before: in an exquisite corpse its last line alone."""
    if story.terms.game is not Game.CORPSE:
        return text
    lines = [line for line in text.splitlines() if line.strip()]
    last = lines[-1] if lines else ""
    sentences = re.split(r"(?<=[.!?。！？])\s*", last.strip())
    kept = [sentence for sentence in sentences if sentence]
    return kept[-1] if kept else last


def hidden(story: Story) -> bool:
    """Whether turns stay unseen until the story ends."""
    return story.terms.game is Game.CORPSE and story.stage.value != "ended"
