"""The measurements that the README quotes: ``python -m bot bench [NAME] [--quick]``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from bot.bench import attempts, engine, filter, form, form_chinese, house, soak, startup, stories

BENCHES: Mapping[str, Callable[[bool], str]] = {
    "startup": startup.run,
    "house": house.run,
    "form": form.run,
    "form-zh": form_chinese.run,
    "attempts": attempts.run,
    "engine": engine.run,
    "filter": filter.run,
    "stories": stories.run,
    "soak": soak.run,
}
"""Each measures side by side in one run and gives its table."""


def main(what: str, *, quick: bool) -> int:
    """Run one bench, or all of them; the exit status is 2 for a name that there is not."""
    if what and what not in BENCHES:
        sys.stderr.write(f"no bench is called {what}; there is: {', '.join(BENCHES)}\n")
        return 2
    for name, bench in BENCHES.items():
        if what in ("", name):
            sys.stdout.write(f"{bench(quick)}\n\n")
            sys.stdout.flush()
    return 0
