"""Takes from a stream what a model says around a text: its thinking, and blank space before and after."""

from __future__ import annotations

_OPEN, _CLOSE = "<think>", "</think>"


class Tidy:
    """A filter for one stream of text.

    Reasoning models put their thinking between ``<think>`` and ``</think>``
    before the answer (Qwen3, DeepSeek-R1, and servers that pass it through).
    It is nobody's poem.  Space before the first word and after the last is
    dropped too; space inside is kept as it is.
    """

    def __init__(self) -> None:
        self._held = ""
        self._thinking = False
        self._begun = False

    def feed(self, piece: str) -> str:
        """Take a piece and give what may go on."""
        self._held += piece
        if self._thinking or not self._begun:
            self._skip()
        if self._thinking or not self._begun:
            return ""
        # Trailing space is held back until something follows it.
        text = self._held.rstrip()
        self._held = self._held[len(text) :]
        return text

    def finish(self) -> str:
        """What is left at the end of the stream."""
        if self._thinking or self._begun:
            return ""
        left = self._held.strip()
        return "" if _OPEN.startswith(left) and left.startswith("<think") else left

    def _skip(self) -> None:
        while True:
            if self._thinking:
                before, close, after = self._held.partition(_CLOSE)
                if not close:
                    # Only a beginning of the closing mark is worth keeping.
                    self._held = before[-len(_CLOSE) :]
                    return
                self._held, self._thinking = after, False
            self._held = self._held.lstrip()
            if self._held.startswith(_OPEN):
                self._held, self._thinking = self._held[len(_OPEN) :], True
                continue
            self._begun = bool(self._held) and not _OPEN.startswith(self._held)
            return
