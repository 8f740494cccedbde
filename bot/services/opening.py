"""Sets the opening that a member gave before what a model writes on from it.

Told to begin with certain words, some models repeat them and some go straight
on; the small ones are given the words as what is already there and never repeat
them.  Either way the work begins with exactly what the member typed, once, and
those words are the member's own.
"""

from __future__ import annotations


class Opening:
    """A filter for one stream of text: what a model wrote goes in, the work's text comes out."""

    def __init__(self, opening: str) -> None:
        self._opening = opening
        self._letters = _letters(opening)
        self._held = ""
        self._done = not self._letters

    def feed(self, piece: str) -> str:
        """Take a piece and give what may go on; nothing while it may still be the opening repeated."""
        if self._done:
            return piece
        self._held += piece
        written = _letters(self._held)
        if self._letters.startswith(written):
            return ""
        self._done = True
        if written.startswith(self._letters):
            return self._opening + self._held[self._after() :]
        return f"{self._opening}\n{self._held}"

    def finish(self, piece: str = "") -> str:
        """The last piece.  A model that only repeated the opening has written nothing."""
        return self.feed(piece)

    def _after(self) -> int:
        """Where in the held text the repeated opening ends."""
        count = 0
        for at, char in enumerate(self._held):
            if count >= len(self._letters):
                return at
            count += len(_letters(char))
        return len(self._held)


def _letters(text: str) -> str:
    """What is compared: neither case nor space matters."""
    return "".join(text.split()).casefold()
