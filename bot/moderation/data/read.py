"""Reading the tables of this folder."""

from __future__ import annotations

import lzma
from importlib.resources import files


def read_table(name: str) -> list[str]:
    """The rows of one table."""
    packed = files("bot.moderation.data").joinpath(f"{name}.xz").read_bytes()
    return lzma.decompress(packed).decode("utf-8").split("\n")
