"""Finds the errors that a bot did not handle while a line was played."""

from __future__ import annotations

import logging
from types import TracebackType
from typing import Any, Self

from discord import app_commands


class Unhandled(logging.Handler):
    """Collects what is logged from entering to leaving, and what the world noted since its cursor.

    An error of a command is always raised, also one that is then explained to the
    member; the bot logs those that it did not expect.  So: every logged error,
    and every error in the bot's own tasks and events.
    """

    def __init__(self, env: Any, cursor: int) -> None:
        super().__init__(logging.ERROR)
        self._env = env
        self._cursor = cursor
        self._known: list[BaseException] = []
        self._logged: list[str] = []

    def __enter__(self) -> Self:
        logging.getLogger().addHandler(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        logging.getLogger().removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Remember an error that was logged."""
        error = record.exc_info[1] if record.exc_info else None
        told = record.getMessage()
        if error is not None:
            self._known.append(error)
            told = f"{told}: {_told(error)}"
        self._logged.append(told)

    def found(self) -> list[str]:
        """One sentence for each error."""
        raised = [
            error
            for error in self._env.errors_since(self._cursor)
            if not isinstance(error, app_commands.AppCommandError)
            and not any(error is one for one in self._known)
        ]
        return [*self._logged, *(_told(error) for error in raised)]


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
