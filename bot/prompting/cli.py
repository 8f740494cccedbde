"""``python -m bot prompts check``: every problem of a folder of prompts, one line each."""

from __future__ import annotations

from pathlib import Path

from bot.errors import PromptFileError
from bot.prompting.catalogue import Catalogue


def check(folder: Path) -> list[str]:
    """One line for each problem: file, place, what is wrong, what to do."""
    try:
        problems = Catalogue.load(folder).check()
    except PromptFileError as error:
        problems = [error]
    return ["{file}: {where}: {problem}. {remedy}".format(**problem.facts) for problem in problems]
