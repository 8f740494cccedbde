"""Lines from whoever sits at the keyboard, with completion and a history; Ctrl-C while something is done."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import Completer
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.utils import is_dumb_terminal

from bot.rehearsal.drawing import NARROWEST

try:
    import termios
except ImportError:  # Windows
    termios = None

LONGEST_HISTORY = 256 * 1024
"""Bytes of what was typed that are kept from one rehearsal to the next."""

ROOM_FOR_CHOICES = 6
"""Rows under the line that is typed, for what it may become."""

Prompt = Callable[[], tuple[str, str]]
"""What stands before the line that is typed, and at the end of its row."""


async def typed(
    completer: Completer, prompt: Prompt, history: Path | None, *, nothing: Callable[[], object]
) -> AsyncGenerator[str]:
    """Lines as they are typed; or those of standard input, where nobody sits at a terminal.

    ``nothing`` is called for Ctrl-C on an empty line; Ctrl-D ends the lines.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        while line := await asyncio.to_thread(sys.stdin.readline):
            yield line
        return
    if is_dumb_terminal() and termios is not None:
        async for line in _plain(lambda: prompt()[0], nothing):
            yield line
        return
    wide = Condition(lambda: os.get_terminal_size(sys.stdout.fileno()).columns >= NARROWEST)
    session: PromptSession[str] = PromptSession(
        completer=completer,
        complete_while_typing=wide,
        history=_history(history),
        key_bindings=_keys(),
    )
    while True:
        before, after = prompt()
        beside: StyleAndTextTuples = [("fg:ansibrightblack", after)] if wide() else []
        try:
            # Left before the line is acted on: what is printed then is no business of the prompt.
            with patch_stdout(raw=True):
                text = await session.prompt_async(
                    [("bold", before)],
                    rprompt=beside,
                    reserve_space_for_menu=ROOM_FOR_CHOICES if wide() else 0,
                )
        except KeyboardInterrupt:
            nothing()
            continue
        except EOFError:
            return
        # Several lines may be pasted at once.
        for line in text.splitlines():
            yield line


async def _plain(prompt: Callable[[], str], nothing: Callable[[], object]) -> AsyncGenerator[str]:
    """Lines from a terminal that cannot move its cursor: it edits and shows them itself."""
    loop, keyboard, held = asyncio.get_running_loop(), sys.stdin.fileno(), b""
    while True:
        stirred: asyncio.Future[bytes | None] = loop.create_future()

        def told(data: bytes | None, stirred: asyncio.Future[bytes | None] = stirred) -> None:
            if not stirred.done():
                stirred.set_result(data)

        sys.stdout.write(prompt())
        sys.stdout.flush()
        loop.add_reader(keyboard, lambda: told(os.read(keyboard, 65_536)))
        try:
            with on_interrupt(lambda: told(None)):
                data = await stirred
        finally:
            loop.remove_reader(keyboard)
        if data is None:
            held = b""
            sys.stdout.write("\n")
            nothing()
        elif not data:
            return
        else:
            *lines, held = (held + data).split(b"\n")
            for line in lines:
                yield line.decode(errors="replace")


def _keys() -> KeyBindings:
    """Ctrl-C gives up what is typed."""
    keys = KeyBindings()

    @keys.add("c-c")
    def give_up(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.reset()
        else:
            event.app.exit(exception=KeyboardInterrupt(), style="class:aborting")

    return keys


def _history(path: Path | None) -> History:
    """What was typed in earlier rehearsals; only in memory where it cannot be kept."""
    if path is None:
        return InMemoryHistory()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        held = path.read_bytes()
        if len(held) > LONGEST_HISTORY:
            # Each line is kept after a blank one and its time.
            kept = held[-LONGEST_HISTORY // 2 :]
            path.write_bytes(kept[max(0, kept.find(b"\n\n#")) :])
    except OSError:
        return InMemoryHistory()
    return FileHistory(path)


async def interruptible(doing: Awaitable[None], interrupt: Callable[[], object]) -> bool:
    """Do something; the first Ctrl-C calls ``interrupt``, the second breaks it off: False then."""
    task = asyncio.ensure_future(doing)
    pressed = False

    def press() -> None:
        nonlocal pressed
        if pressed:
            task.cancel()
        pressed = True
        interrupt()

    try:
        with unechoed(), on_interrupt(press):
            await asyncio.wait({task})
    finally:
        task.cancel()
    if task.cancelled():
        return False
    task.result()
    return True


@contextmanager
def on_interrupt(press: Callable[[], object]) -> Generator[None]:
    """What Ctrl-C does meanwhile; afterwards what it did before."""
    loop, before = asyncio.get_running_loop(), signal.getsignal(signal.SIGINT)
    with suppress(NotImplementedError, ValueError, RuntimeError):  # Windows, or not the main thread
        loop.add_signal_handler(signal.SIGINT, press)
    try:
        yield
    finally:
        with suppress(NotImplementedError, ValueError, RuntimeError):
            if loop.remove_signal_handler(signal.SIGINT):
                signal.signal(signal.SIGINT, before)


@contextmanager
def unechoed() -> Generator[None]:
    """What is typed while something is drawn is not shown in its midst; the next prompt gets it."""
    if termios is None or not sys.stdin.isatty():
        yield
        return
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    quiet = termios.tcgetattr(keyboard)
    quiet[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(keyboard, termios.TCSANOW, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(keyboard, termios.TCSANOW, before)
