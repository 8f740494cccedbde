"""``python -m bot prompts check``: every problem of a folder of prompts, one line each."""

from __future__ import annotations

from pathlib import Path

from bot.prompting.catalogue import Judge, no_judge, problems_in


def check(folder: Path, judge: Judge = no_judge) -> list[str]:
    """One line for each problem: file, place, what is wrong, what to do."""
    found = problems_in(folder, judge)
    return ["{file}: {where}: {problem}. {remedy}".format(**problem.facts) for problem in found]
