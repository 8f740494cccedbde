"""What a message shows, put together before it is sent or drawn."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import discord


@dataclass(frozen=True, slots=True)
class Frame:
    """What a message shows at one moment; ``files`` are names and contents.

    A layout holds its texts itself: then ``content`` is "".
    """

    content: str
    view: discord.ui.View | discord.ui.LayoutView | None = None
    files: tuple[tuple[str, bytes], ...] = ()

    def attachments(self) -> list[discord.File]:
        """The files, ready to be sent once."""
        return [discord.File(io.BytesIO(data), filename=name) for name, data in self.files]

    def edited(self) -> dict[str, Any]:
        """What an edit of a message is given, whatever the message showed before."""
        content = None if isinstance(self.view, discord.ui.LayoutView) else self.content
        return {"content": content, "view": self.view, "attachments": self.attachments()}

    def sent(self) -> dict[str, Any]:
        """What a new message is given."""
        given: dict[str, Any] = {"files": self.attachments()}
        if self.view is not None:
            given["view"] = self.view
        return given if isinstance(self.view, discord.ui.LayoutView) else given | {"content": self.content}
