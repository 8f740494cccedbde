"""What the documents say is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from bot.__main__ import parser
from bot.permissions import PERMISSIONS
from bot.settings import Settings, example
from cogs import EXTENSIONS

ROOT = Path(__file__).parents[1]


def test_env_example_is_made_from_the_settings() -> None:
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == example()


def test_every_setting_is_in_the_example_once() -> None:
    text = example()
    for field in Settings.model_fields.values():
        if field.alias:
            assert len(re.findall(rf"^# {field.alias}=", text, re.MULTILINE)) == 1


def test_the_readme_names_commands_that_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    known = set(parser()._subparsers._group_actions[0].choices)  # type: ignore[union-attr]
    named = set(re.findall(r"python -m bot ([a-z]+)", text))
    assert named
    assert named <= known


def test_the_readme_names_targets_that_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(
        re.findall(r"(?:`|^)make ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert {"run", "test", "lint", "bench"} <= named <= targets


def test_the_readme_names_files_that_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / name).exists(), name


def test_every_cog_is_found() -> None:
    files = {f"cogs.{path.stem}" for path in (ROOT / "cogs").glob("*.py") if path.stem != "__init__"}
    assert set(EXTENSIONS) == files


def test_the_invitation_asks_for_what_the_bot_needs() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"permissions={PERMISSIONS.value}" in text
