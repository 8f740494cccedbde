"""``python -m bot prompts check``: every problem of a folder of prompts, one line each."""

from __future__ import annotations

from pathlib import Path

from bot.prompting.catalogue import problems_in


def check(folder: Path) -> list[str]:
    """One line for each problem: file, place, what is wrong, what to do."""
    return ["{file}: {where}: {problem}. {remedy}".format(**problem.facts) for problem in problems_in(folder)]
