"""Strengths from choices: beside a likelihood by hand, on drawn votes, and with hardly any."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from bot.judging.luce import PRIOR, Choice, table


def drawn(strengths: dict[str, float], count: int, seed: int, shown: int = 2) -> list[Choice]:
    """Votes of which it is known how they come about."""
    chance = random.Random(seed)
    votes: list[Choice] = []
    for _ in range(count):
        options = tuple(chance.sample(sorted(strengths), shown))
        weights = [math.exp(strengths[one]) for one in options]
        votes.append(Choice(options, chance.choices(range(shown), weights)[0]))
    return votes


def test_the_fit_is_the_maximum_of_the_likelihood() -> None:
    votes = [*[Choice(("a", "b"), 0)] * 7, *[Choice(("a", "b"), 1)] * 3, Choice(("a", "b"), None)]
    grid = np.linspace(-4, 4, 80_001)  # of the difference; by symmetry each side has half of it
    chance = 1 / (1 + np.exp(-grid))
    likely = 7.5 * np.log(chance) + 3.5 * np.log(1 - chance) - 2 * (grid / 2) ** 2 / (2 * PRIOR**2)
    best = grid[np.argmax(likely)]
    first, second = table(votes).lines
    assert (first.label, first.votes, first.wins) == ("a", 11, 7.5)
    assert first.share == pytest.approx(1 / (1 + math.exp(-best / 2)), abs=1e-4)
    assert first.share + second.share == pytest.approx(1)


def test_one_vote_tells_hardly_anything_and_says_so() -> None:
    found = table([Choice(("a", "b"), 0)])
    first = found.lines[0]
    assert first.label == "a" and first.low < 0.5 < first.high
    assert first.high - first.low > 0.5
    assert 0.5 < found.ahead < 0.9


def test_who_won_every_vote_is_not_infinitely_strong() -> None:
    first, last = table([Choice(("a", "b"), 0)] * 20).lines
    assert 0.8 < first.share < 0.99 and first.low > 0.6
    assert last.share == pytest.approx(1 - first.share)


def test_intervals_hold_the_truth_as_often_as_they_say_and_narrow_with_votes() -> None:
    truth = {"a": 0.8, "b": 0.1, "c": -0.2, "d": -0.7}
    held, widths = 0, {}
    for count in (30, 300):
        for seed in range(60):
            for line in table(drawn(truth, count, seed)).lines:
                share = 1 / (1 + math.exp(-truth[line.label]))  # the truth has mean 0
                held += line.low <= share <= line.high
                widths[count] = widths.get(count, 0) + (line.high - line.low) / 240
    assert held / 480 > 0.93
    assert widths[300] < widths[30] / 2


def test_the_order_is_found_also_from_choices_of_three() -> None:
    truth = {"a": 1.0, "b": 0.0, "c": -1.0, "d": 0.0}
    found = table(drawn(truth, 400, 5, shown=3))
    assert found.lines[0].label == "a" and found.lines[-1].label == "c"
    assert found.ahead > 0.95


def test_no_difference_favours_nobody() -> None:
    found = table([Choice(("a", "b"), None)] * 9)
    assert [line.share for line in found.lines] == pytest.approx([0.5, 0.5])
    assert found.ahead == pytest.approx(0.5)


def test_choices_within_one_label_say_nothing_and_nothing_is_no_table() -> None:
    assert table([Choice(("a", "a"), 1)]).lines == ()
    assert table([]).lines == ()
    twice = table([Choice(("a", "a", "b"), 2)] * 6)
    assert twice.lines[0].label == "b" and twice.lines[0].votes == 6
