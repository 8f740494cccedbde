"""Puts faults in by hand, one at a time, and says which no test notices.

    .venv/bin/python tests/faults/run.py [NUMBER …]     all, or those of these numbers

A fault whose text is not there any more is told as "gone".  Each is put into a copy
of the checkout, so what runs meanwhile is left alone.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPIED = ("bot", "cogs", "prompts", "tests", "models", "rehearsals", "docs")


def tried(copy: Path, fault: dict[str, object]) -> str:
    """What killed a fault; "" if nothing did, "gone" if its text is not there."""
    file = copy / str(fault["file"])
    text = file.read_text("utf-8")
    if text.count(str(fault["old"])) != 1:
        return "gone"
    file.write_text(text.replace(str(fault["old"]), str(fault["new"])), "utf-8")
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *fault["tests"]],  # type: ignore[misc]
            cwd=copy,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        file.write_text(text, "utf-8")
    if ran.returncode == 0:
        return ""
    killers = [line for line in ran.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return killers[0].split(" - ")[0] if killers else f"status {ran.returncode}"


def main(numbers: list[int]) -> int:
    """Try the faults of these numbers, or all; the status is how many lived."""
    faults = tomllib.loads(Path(__file__).with_name("faults.toml").read_text("utf-8"))["fault"]
    lived = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            if (ROOT / name).exists():
                shutil.copytree(ROOT / name, copy / name)
        for file in ROOT.glob("[!.]*"):
            if file.is_file():
                shutil.copy(file, copy / file.name)
        shutil.copy(ROOT / ".env.example", copy)
        for number, fault in enumerate(faults, 1):
            if numbers and number not in numbers:
                continue
            killer = tried(copy, fault)
            lived += not killer
            print(f"{number:3} {'killed' if killer else 'LIVES '} {fault['what']}: {killer}", flush=True)  # noqa: T201
    return lived


if __name__ == "__main__":
    sys.exit(main([int(number) for number in sys.argv[1:]]))
