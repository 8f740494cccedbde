"""Characters that a server cut in the middle.

JSON writes what is beyond U+FFFF as two surrogates (RFC 8259, section 7), and a server that counts in
UTF-16 may send one of them at the end of an event and the other in the next.  Half a character can be
neither shown nor stored.
"""

from __future__ import annotations


class Characters:
    """Joins halves that come one after the other; a half alone becomes U+FFFD."""

    def __init__(self) -> None:
        self._half = ""

    def feed(self, piece: str) -> str:
        """The whole characters of what came so far and was not given yet."""
        text, self._half = self._half + piece, ""
        if "\ud800" <= text[-1:] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        return whole(text)

    def finish(self) -> str:
        """What is left at the end."""
        rest, self._half = self._half, ""
        return whole(rest)


def whole(text: str) -> str:
    """A text with halves of characters joined, and those that stand alone replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
