"""Opens the page of a rehearsal in the browser of whoever sits here, if there is one."""

from __future__ import annotations

import asyncio
import os
import sys
import webbrowser

from rich.text import Text

from bot.i18n.text import translate
from bot.ids import Lang
from bot.rehearsal.files import has_windows
from bot.rehearsal.screen import Lines, Screen


def has_display() -> bool:
    """Whether this machine can show a page to whoever types here."""
    if os.environ.get("SSH_CONNECTION") or not has_windows():
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


async def tell(address: str, screen: Screen | Lines, lang: Lang) -> None:
    """Tell the address (beside the output, where that is JSON), and open it for whoever types here."""
    if isinstance(screen, Screen):
        screen.print(Text(translate("rehearsal.page", lang, address=address)))
    else:
        sys.stderr.write(f"{address}\n")
    if sys.stdin.isatty() and has_display():
        await asyncio.to_thread(webbrowser.open, address)
