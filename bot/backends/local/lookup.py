"""Guesses a row's next tokens from its own text: a revision says again most of what it revises.

The guess is read in one pass with the token before it, and drawing goes on from
the scores after each token as long as the draws agree with the guess.  So the
text is the same as without (the draws are the same, in the same order), only
sooner.  After Saxena, "Prompt Lookup Decoding" (2023); besides, where one word
was changed, the guess goes on behind the word that was replaced.
"""

from __future__ import annotations

from collections.abc import Sequence

SIZES = (4, 3, 2)
"""Lengths of what is looked up, the longest first."""

MOST = 15
"""Tokens guessed at most."""

LEAST = 3
"""Tokens guessed at first, and after a miss."""


class Lookup:
    """What one row has said and read, by what came before it."""

    def __init__(self, ids: Sequence[int]) -> None:
        self._ids: list[int] = []
        self._after: dict[tuple[int, ...], int] = {}
        self._at: int | None = None
        self._size = LEAST
        self._missed = 0
        for id in ids:
            self.add(id)

    def add(self, id: int) -> None:
        """Take a token that was read or drawn."""
        # Noted one token late, so that the end of the text is never found as its own past.
        for size in SIZES:
            if len(self._ids) >= size:
                self._after[tuple(self._ids[-size:])] = len(self._ids)
        self._ids.append(id)

    def guess(self, most: int) -> list[int]:
        """The next tokens, perhaps none; at most ``most``."""
        if self._missed > 8:
            # This text goes its own way; look only for what is surely a quotation.
            sizes: Sequence[int] = SIZES[:1]
        else:
            sizes = SIZES
        for size in sizes:
            at = self._after.get(tuple(self._ids[-size:])) if len(self._ids) >= size else None
            if at is not None:
                self._at = at
                break
        if self._at is None:
            return []
        return self._ids[self._at : self._at + min(most, self._size)]

    def learn(self, guessed: int, accepted: int) -> None:
        """Hear how much of a guess was right; called after the tokens drawn were added."""
        if guessed == 0:
            return
        if accepted == guessed:
            self._size, self._missed = min(MOST, self._size * 2), 0
        else:
            self._size = max(LEAST, accepted)
            self._missed = 0 if accepted else self._missed + 1
        if self._at is not None:
            # Behind what was right, and behind the one word that stands in another's place.
            self._at += accepted + 1
            if self._at >= len(self._ids) - 1 or self._missed > 2:
                self._at = None
