"""The letters that pictures are drawn with; see ``fonts/README.md``."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SERIF = Path(__file__).with_name("fonts") / "NotoSerifSC.otf"

_MISSING = "\U0010ffff"
"""No font has a glyph for this."""


@cache
def _paths() -> tuple[Path, ...]:
    """The fonts, the first that has a glyph draws it."""
    found = [SERIF]
    try:
        spare = Path(str(files("simcord.preview") / "static" / "fonts" / "noto-sans-sc-v2.004.ttf"))
    except ModuleNotFoundError:
        return tuple(found)
    return (*found, spare) if spare.exists() else tuple(found)


@cache
def font(size: int, which: int = 0) -> ImageFont.FreeTypeFont:
    """One of the fonts in a size in pixels; reads the disk the first time."""
    loaded = ImageFont.truetype(str(_paths()[which]), size, layout_engine=ImageFont.Layout.BASIC)
    if which:
        loaded.set_variation_by_name("Light")
    return loaded


@lru_cache(maxsize=4096)
def which_has(char: str) -> int | None:
    """Which font has a glyph for a character; None if none has."""
    for which in range(len(_paths())):
        if char.isspace() or _drawn(char, which) != _drawn(_MISSING, which):
            return which
    return None


def _drawn(char: str, which: int) -> bytes:
    image = Image.new("L", (48, 48))
    ImageDraw.Draw(image).text((4, 36), char, font=font(32, which), fill=255, anchor="ls")
    return image.tobytes()
