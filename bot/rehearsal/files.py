"""Files: those that members send, read from disk; those of messages, put where they can be opened."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.rehearsal.trouble import NoSuch

LARGEST_FILE = 10 * 2**20
"""Bytes; Discord takes no larger file from a member without Nitro."""

LONGEST_NAME = 80
"""Characters of the name of a file."""

_SHOWN = re.compile(
    r"\.(?:png|jpe?g|gif|webp|svg|txt|md|csv|json|toml|html|pdf|epub|docx|fountain"
    r"|wav|mp3|ogg|flac|midi?|musicxml|lrc|mp4|webm)",
    re.IGNORECASE,
)
"""What is looked at or listened to, and never run."""

_UNSAFE = re.compile(r"[^\w.\- ()（）《》·，]+")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


def is_file(text: str) -> bool:
    """Whether a text is the name of a file, and not what stands in one."""
    try:
        return Path(text).expanduser().is_file()
    except (OSError, ValueError, RuntimeError):  # too long for a name, or no name at all
        return False


def upload(path: str) -> tuple[str, bytes]:
    """The name and the content of a file that a member sends.

    Raises:
        NoSuch: there is no such file, it cannot be read, or it is larger than :data:`LARGEST_FILE`.
    """
    try:
        held = Path(path).expanduser()
        if held.stat().st_size > LARGEST_FILE:
            raise NoSuch("rehearsal.large_file", name=path)
        return held.name, held.read_bytes()
    except (OSError, ValueError, RuntimeError):
        raise NoSuch("rehearsal.no_file", name=path) from None


class Kept:
    """Files of messages in a folder of the rehearsal's own, which goes with it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._paths: dict[str, Path] = {}

    def path(self, env: Any, attachment: Mapping[str, Any]) -> Path:
        """Where a file lies: written when it is first asked for, and for nobody else to read."""
        id = str(attachment["id"])
        if id not in self._paths:
            folder = self._folder / str(len(self._paths) + 1)
            folder.mkdir(mode=0o700, parents=True)
            path = folder / safe_name(str(attachment.get("filename", "")))
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(env.backend.cdn.get(attachment["url"]) or b"")
            self._paths[id] = path
        return self._paths[id]


def safe_name(name: str) -> str:
    """A name that is no path, no device and no hidden file, and means nothing to a shell."""
    plain = _UNSAFE.sub("_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if len(plain) > LONGEST_NAME:
        plain = f"{stem[: LONGEST_NAME - 1 - len(ending[:10])]}{dot}{ending[:10]}"
    return f"_{plain}" if not plain or _DEVICE.match(plain) else plain


def has_windows() -> bool:
    """Whether this machine has windows to show something in."""
    return sys.platform in ("win32", "darwin") or bool({"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ))


def show(path: Path) -> bool:
    """Open a file with what the system opens it with; False where there is no display, or for a program."""
    if _SHOWN.fullmatch(path.suffix) is None:
        return False
    if sys.platform == "win32":
        os.startfile(path)
        return True
    opener = shutil.which("open" if sys.platform == "darwin" else "xdg-open") if has_windows() else None
    if opener is None:
        return False
    nowhere = subprocess.DEVNULL
    subprocess.Popen([opener, path], stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True)
    return True
