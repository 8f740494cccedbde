"""Takes blank space before and after a text from its stream."""

from __future__ import annotations


class Tidy:
    """A filter for one stream of text.

    Space before the first word and after the last is dropped; space inside is kept as it is.
    """

    def __init__(self) -> None:
        self._held = ""
        self._begun = False

    def feed(self, piece: str) -> str:
        """Take a piece and give what may go on."""
        self._held += piece
        if not self._begun:
            self._held = self._held.lstrip()
            self._begun = bool(self._held)
        # Trailing space is held back until something follows it.
        text = self._held.rstrip()
        self._held = self._held[len(text) :]
        return text
