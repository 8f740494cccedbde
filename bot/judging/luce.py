"""How strong models or styles are, from choices between them.

Luce's choice model: of the options shown, the one of strength θᵢ is chosen with
probability exp θᵢ / Σ exp θⱼ.  With two options that is the model of Bradley and
Terry.  "No difference" counts as an equal part of a choice for each.

Before any vote each strength is taken to be normal around 0 (:data:`PRIOR`), so a
model that won its only vote does not come out infinitely strong.  The intervals
are those of the normal approximation at the maximum (the inverse of the
Hessian): with few votes they are wide, and that is what they are for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

PRIOR = 1.5
"""The spread of strengths in logits: wide enough for one to be preferred to an average one by 19 in 20."""

WIDE = 1.959964
"""Standard deviations on either side of which 95 % of a normal lie."""

STEPS = 100

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Choice:
    """One member's choice: labels of what was shown, and which (None: no difference)."""

    shown: tuple[str, ...]
    chosen: int | None


@dataclass(frozen=True, slots=True)
class Strength:
    """One line of the table.

    ``share`` is the chance, from 0 to 1, to be preferred to an average one of the
    table; it lies between ``low`` and ``high`` with 95 % certainty.  ``votes``
    counts the choices in which it was shown, ``wins`` those it won.
    """

    label: str
    share: float
    low: float
    high: float
    votes: int
    wins: float


@dataclass(frozen=True, slots=True)
class Table:
    """Strengths, the greatest first; ``ahead`` is the certainty that the first is above the second."""

    lines: tuple[Strength, ...]
    ahead: float = 0.5


def table(choices: Sequence[Choice], *, prior: float = PRIOR) -> Table:
    """Fit strengths to choices.  A choice among options of one label alone says nothing and is left out."""
    telling = [choice for choice in choices if len(set(choice.shown)) > 1]
    labels = sorted({label for choice in telling for label in choice.shown})
    if not labels:
        return Table(())
    index = {label: at for at, label in enumerate(labels)}
    shown = [np.array([index[label] for label in choice.shown]) for choice in telling]
    won = np.zeros(len(labels))
    for choice, options in zip(telling, shown, strict=True):
        if choice.chosen is None:
            np.add.at(won, options, 1 / len(options))
        else:
            won[options[choice.chosen]] += 1
    theta, spread = _fit(shown, won, prior)
    centre = np.eye(len(labels)) - 1 / len(labels)
    level, errors = centre @ theta, np.sqrt(np.diag(centre @ spread @ centre.T))
    lines = [
        Strength(
            label=label,
            share=_chance(level[at]),
            low=_chance(level[at] - WIDE * errors[at]),
            high=_chance(level[at] + WIDE * errors[at]),
            votes=sum(label in choice.shown for choice in telling),
            wins=float(won[at]),
        )
        for label, at in index.items()
    ]
    lines.sort(key=lambda line: (-line.share, line.label))
    first, second = (index[line.label] for line in lines[:2])
    gap = spread[first, first] + spread[second, second] - 2 * spread[first, second]
    ahead = 0.5 * (1 + math.erf((theta[first] - theta[second]) / math.sqrt(2 * gap)))
    return Table(tuple(lines), ahead)


def _fit(shown: Sequence[npt.NDArray[np.int64]], won: Vector, prior: float) -> tuple[Vector, Vector]:
    """The strengths at the maximum, (n,), and their covariance, (n, n): Newton's method."""
    size = len(won)
    theta = np.zeros(size)
    hessian = np.eye(size)
    for _ in range(STEPS):
        gradient = won - theta / prior**2
        hessian = np.eye(size) / prior**2
        for options in shown:
            weights = np.exp(theta[options] - theta[options].max())
            part = np.zeros(size)
            np.add.at(part, options, weights / weights.sum())
            gradient -= part
            hessian += np.diag(part) - np.outer(part, part)
        step = np.linalg.solve(hessian, gradient)
        # The first steps may go too far where nearly all votes went one way.
        theta = theta + step * min(1.0, 2.0 / max(1e-12, float(np.abs(step).max())))
        if float(np.abs(step).max()) < 1e-9:
            break
    return theta, np.asarray(np.linalg.inv(hessian), dtype=np.float64)


def _chance(level: float) -> float:
    return 1 / (1 + math.exp(-float(level)))
