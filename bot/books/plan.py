"""The plan of a chapter or a scene: what each part is to tell, before it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from bot.errors import BadInput

Kind = Literal["chapter", "scene"]

MOST_STEPS = 12
"""Parts that a plan may have."""

STEP_LIMIT = 300
"""Characters of what a part is to tell; longer ones are cut."""

_BULLET = re.compile(r"^\s*(?:[(（]?\d{1,2}[.)、）:：]|[一二三四五六七八九十]{1,2}[、.．:：]|[-*•–])\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be written, in order; its parts are the turns of a story.

    Attributes:
        about: what its writer wants, as typed.
        steps: what each part is to tell.
        words: about how many words a part is to have.
        until: up to which step a model is writing now, from 1; 0 when nothing is being written.
    """

    kind: Kind
    title: str
    about: str
    steps: tuple[str, ...] = ()
    words: int = 300
    until: int = 0

    def next_step(self, written: int) -> int | None:
        """The step after so many written ones, from 1; None if all are."""
        return written + 1 if written < len(self.steps) else None


def steps_of(text: str) -> tuple[str, ...]:
    """The steps of a plan as a model or a member writes it: a line each, with or without a number.

    Where any line is numbered, lines without a number before the first are a
    model's preface, and left out.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    first = next((at for at, line in enumerate(lines) if _BULLET.match(line)), 0)
    found = [_BULLET.sub("", line).strip() for line in lines[first:]]
    return tuple(step if len(step) <= STEP_LIMIT else f"{step[: STEP_LIMIT - 1]}…" for step in found if step)


def edited(plan: Plan, text: str, written: int) -> Plan:
    """The plan as its writer typed it anew; steps that are written stay as they were.

    Raises:
        BadInput: it has no step, or too many.
    """
    steps = steps_of(text)
    steps = (*plan.steps[:written], *steps[written:])
    if not steps or len(steps) > MOST_STEPS:
        raise BadInput("bound.steps", most=MOST_STEPS, found=len(steps))
    return replace(plan, steps=steps)


def planned(plan: Plan, steps: tuple[str, ...], written: int, most: int) -> Plan:
    """The plan with other steps to come, as a model gave them.

    Raises:
        BadInput: it gave none.
    """
    whole = (*plan.steps[:written], *steps[: max(1, most - written)])[:MOST_STEPS]
    if len(whole) <= written:
        raise BadInput("bound.no_steps")
    return replace(plan, steps=whole)


def numbered(plan: Plan) -> str:
    """The plan as text, a line for each step."""
    return "\n".join(f"{number}. {step}" for number, step in enumerate(plan.steps, start=1))
