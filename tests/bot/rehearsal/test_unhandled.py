"""Errors that the bot did not handle are found; those it explained are not errors."""

import pytest

from bot.rehearsal.events import Wrong
from bot.settings import Settings
from cogs import EXTENSIONS
from tests.bot.rehearsal.stage import shown, stage

BROKEN = (*EXTENSIONS, "tests.bot.rehearsal.broken_cog")


@pytest.mark.parametrize(
    ("line", "told"),
    [("@ana /fails", "by design"), ("@ana /forgets", "in a task"), ("@ben: boom", "in a listener")],
)
async def test_an_unexpected_error_is_reported_once(settings: Settings, line: str, told: str) -> None:
    async with stage(settings, extensions=BROKEN) as rehearsal:
        (wrong,) = [event for event in await rehearsal.play(line) if isinstance(event, Wrong)]
        assert wrong.bot
        assert f"ZeroDivisionError: {told}" in wrong.problem
        await rehearsal.fine("@ana: and on it goes")


async def test_a_refusal_is_no_error(settings: Settings) -> None:
    async with stage(settings) as rehearsal:
        await rehearsal.fine("@ana /poem topic:x form:nonsense")
        assert shown(rehearsal.events)[-1].private
