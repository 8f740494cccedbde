"""Stop sequences for a stream whose sender does not know them."""

from __future__ import annotations

from collections.abc import Sequence


class Stops:
    """Ends a text before the first of some sequences that it contains, however it is cut in pieces."""

    def __init__(self, sequences: Sequence[str]) -> None:
        self._sequences = tuple(sequence for sequence in sequences if sequence)
        # An end of the text that may be the beginning of a sequence is held back.
        self._reach = max((len(sequence) for sequence in self._sequences), default=1) - 1
        self._held = ""
        self.found = False
        """Whether a sequence was met; everything from there on is dropped."""

    def feed(self, piece: str) -> str:
        """Take a piece and give what may go on."""
        if self.found:
            return ""
        self._held += piece
        # Whichever is complete first, as a sender would notice it; of two, the longer.
        met = [(at + len(s), at) for s in self._sequences if (at := self._held.find(s)) >= 0]
        if met:
            self.found = True
            text, self._held = self._held[: min(met)[1]], ""
            return text
        most = min(self._reach, len(self._held))
        keep = next((n for n in range(most, 0, -1) if self._may_begin(self._held[-n:])), 0)
        cut = len(self._held) - keep
        text, self._held = self._held[:cut], self._held[cut:]
        return text

    def finish(self) -> str:
        """What is left at the end of the stream."""
        text, self._held = self._held, ""
        return text

    def anew(self) -> Stops:
        """The same for a text that begins anew."""
        return Stops(self._sequences)

    def _may_begin(self, end: str) -> bool:
        return any(sequence.startswith(end) for sequence in self._sequences)
