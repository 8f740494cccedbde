"""``python -m bot credits verify FILE``: an exported story is checked where there is no database."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from bot.__main__ import credits
from bot.settings import Settings


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": "other"}', "\ud7ff", "null"])
def test_what_is_no_export_is_said_to_be_none(
    text: str, tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "story.json"
    path.write_text(text, encoding="utf-8")
    assert credits(Namespace(file=path), settings) == 1
    assert capsys.readouterr().out.startswith("broken: story.json")


def test_an_export_without_faults_holds(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "story.json"
    path.write_text('{"format": "renga-story/1", "contributions": [], "turns": []}', encoding="utf-8")
    assert credits(Namespace(file=path), settings) == 0
    assert capsys.readouterr().out == "ok: story.json holds\n"
