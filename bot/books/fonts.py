"""Fonts to draw names with, in any script: those of the libraries that are here, then the system's.

Nothing is shipped.  Noto Sans (SIL Open Font License 1.1) comes with SimCord,
which the rehearsal needs; where it is missing, what Debian, Fedora and macOS
install is tried, and Pillow's own font comes last.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bot.books.model import clean

_BUNDLED = ("noto-sans-latin-v*.ttf", "noto-sans-sc-v*.ttf", "noto-sans-arabic-v*.ttf",
            "noto-sans-hebrew-v*.ttf", "noto-sans-devanagari-v*.ttf")  # fmt: skip

_SYSTEM = (
    "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/System/Library/Fonts/PingFang.ttc",
    "/Library/Fonts/Arial Unicode.ttf",
)

_NOTHING = "\U000f1234"
"""A character of nobody's: what a font draws for it, it draws for whatever it lacks."""

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


class Pen:
    """Draws text in one size, each character in the first font that has it.

    A pen is for one thread: fonts are opened for it alone.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._fonts: list[Font] = [_opened(path, size) for path in _paths()]
        self._fonts.append(ImageFont.load_default(size))
        self._missing = [_look(font, _NOTHING, size) for font in self._fonts]
        self._of: dict[str, Font] = {}

    def width(self, text: str) -> int:
        """How wide a text is, in pixels."""
        return round(sum(font.getlength(piece) for font, piece in self._pieces(text)))

    def fitting(self, text: str, most: int) -> str:
        """As much of a text as is at most so wide."""
        if self.width(text) <= most:
            return text
        while text and self.width(text + "…") > most:
            text = text[:-1]
        return text.rstrip() + "…"

    def write(self, draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, fill: str) -> None:
        """Draw a text from its left end and its baseline on."""
        x = float(at[0])
        for font, piece in self._pieces(text):
            draw.text((x, at[1]), piece, fill=fill, font=font, anchor="ls")
            x += font.getlength(piece)

    def _pieces(self, text: str) -> list[tuple[Font, str]]:
        found: list[tuple[Font, str]] = []
        for char in clean(text).replace("\n", " "):
            font = self._font(char)
            if found and found[-1][0] is font:
                found[-1] = (font, found[-1][1] + char)
            else:
                found.append((font, char))
        return found

    def _font(self, char: str) -> Font:
        if char not in self._of:
            self._of[char] = next(
                (
                    font
                    for font, missing in zip(self._fonts, self._missing, strict=True)
                    if char.isspace() or _look(font, char, self.size) != missing
                ),
                self._fonts[0],
            )
        return self._of[char]


def _opened(path: str, size: int) -> ImageFont.FreeTypeFont:
    """A font; one of many weights in its regular one, which need not be its first."""
    font = ImageFont.truetype(path, size)
    try:
        font.set_variation_by_name("Regular")
    except (OSError, ValueError):
        return ImageFont.truetype(path, size)  # it has one weight
    return font


def _look(font: Font, char: str, size: int) -> bytes:
    """What a font draws for a character."""
    image = Image.new("L", (2 * size, 2 * size))
    ImageDraw.Draw(image).text((0, 0), char, fill=255, font=font)
    return image.tobytes()


def _paths() -> list[str]:
    spec = find_spec("simcord")
    bundled: list[Path] = []
    for place in (spec.submodule_search_locations or ()) if spec is not None else ():
        folder = Path(place) / "preview" / "static" / "fonts"
        bundled += [path for pattern in _BUNDLED for path in sorted(folder.glob(pattern))]
    return [str(path) for path in (*bundled, *map(Path, _SYSTEM)) if path.is_file()]
