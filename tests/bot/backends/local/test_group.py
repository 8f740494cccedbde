"""Candidates written side by side: guided each by itself, none of them changed by the others."""

# torch is typed in part only.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bot.backends.base import Done, Message, Request, Result, Sampling, Text, Waiting
from bot.backends.local.engine import Engine
from bot.backends.local.group import Group, drawn
from bot.backends.local.loading import Loaded, load
from bot.backends.local.prefixes import Prefixes
from bot.backends.local.row import LINE_ROOM, open_group, open_row
from bot.backends.local.sampling import Sampler, best_of
from bot.backends.local.steer import weighed
from bot.errors import ModelUnavailable
from bot.forms.guide.vocabulary import Next, Vocabulary
from tests.servers.hungry import Hungry
from tests.servers.tiny import transformers_folder

Said = list[Waiting | tuple[Result, ...]]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    folder = transformers_folder(tmp_path_factory.mktemp("models") / "tiny")
    return load(str(folder), "tiny", device="cpu", dtype="float32", progress=lambda *_: None)


@dataclass(frozen=True)
class Letters(Hungry):
    """Lets through letters of the first half of the alphabet, and after four of them the end of the line."""

    tries: int = 6

    def writer(self, vocabulary: Vocabulary) -> Any:
        return _Letters(vocabulary)


class _Letters:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.seen: list[int] = []

    def fork(self) -> _Letters:
        other = _Letters(self.vocabulary)
        other.seen = list(self.seen)
        return other

    def next(self, written: Sequence[int]) -> Next:
        assert written[: len(self.seen)] == self.seen, "a writer sees its own text only"
        self.seen = list(written)
        mask = self.vocabulary.nothing()
        for char in "abcdefghijklm" if len(written) < 4 else "\n":
            mask[self.vocabulary.ids[char]] = True
        return Next(mask)


def asked(**more: Any) -> Request:
    sampling = Sampling(max_tokens=more.pop("tokens", 12), stop=("\n",), temperature=0.9, seed=1)
    request = Request(messages=(Message("user", "snow"),), model="tiny", sampling=sampling)
    return replace(request, constraint=Letters(), **more)


def opened(loaded: Loaded, seeds: Sequence[int], prefixes: Prefixes | None = None, **more: Any) -> Any:
    said: Said = []
    return open_group(0, loaded, asked(**more), seeds, said.append, prefixes or Prefixes(0)), said


def run(engine: Engine) -> list[tuple[Any, Exception]]:
    failed: list[tuple[Any, Exception]] = []
    while engine.busy:
        failed += engine.step()
    return failed


def written(loaded: Loaded, seeds: Sequence[int], **more: Any) -> tuple[Result, ...]:
    group, said = opened(loaded, seeds, **more)
    engine = Engine()
    engine.add(group)
    assert not run(engine)
    assert isinstance(said[-1], tuple)
    return said[-1]


def test_each_candidate_is_the_same_whoever_is_written_beside_it(tiny: Loaded) -> None:
    together = written(tiny, [3, 4, 5, 6])
    assert [one.done.seed for one in together] == [3, 4, 5, 6]
    assert len({one.text for one in together}) > 1
    for one in together:
        alone = written(tiny, [one.done.seed or 0])[0]
        assert alone.text == one.text
        assert [token.logprob for token in alone.tokens] == pytest.approx(
            [token.logprob for token in one.tokens], abs=1e-4
        )


def test_a_candidate_keeps_to_its_guide_and_ends_before_its_stop(tiny: Loaded) -> None:
    for one in written(tiny, range(8)):
        assert len(one.text) == 4 and set(one.text) <= set("abcdefghijklm")
        assert one.done.ending == "stop" and one.done.usage.written == 5
        assert one.done.model.name == "local/tiny"
    assert {one.done.ending for one in written(tiny, range(3), tokens=3)} == {"length"}


def test_log_probabilities_are_the_models_own(tiny: Loaded) -> None:
    group, said = opened(tiny, [3, 4])
    engine = Engine()
    engine.add(group)
    run(engine)
    with torch.inference_mode():
        tiny.model.set_attn_implementation("sdpa")
        for candidate, result in zip(group.candidates, said[-1], strict=True):
            ids = [*group.ids, *candidate.written]
            scores = tiny.model(input_ids=torch.tensor([ids])).logits[0].log_softmax(-1)
            wanted = [float(scores[at - 1, ids[at]]) for at in range(len(group.ids), len(ids))]
            assert [token.logprob for token in result.tokens] == pytest.approx(wanted, abs=1e-4)
        tiny.model.set_attn_implementation("renga_packed")


def test_groups_and_rows_share_steps_and_change_nothing_of_each_other(tiny: Loaded) -> None:
    plain = replace(asked(), constraint=None)
    engine, texts = Engine(), list[Text | Waiting | Done]()
    group, said = opened(tiny, [3, 4, 5])
    engine.add(open_row(7, tiny, plain, texts.append, engine.prefixes))
    engine.add(group)
    assert not run(engine)
    assert [one.text for one in said[-1]] == [one.text for one in written(tiny, [3, 4, 5])]
    engine, alone = Engine(), list[Text | Waiting | Done]()
    engine.add(open_row(7, tiny, plain, alone.append, engine.prefixes))
    run(engine)
    assert texts == alone


def test_a_model_that_cannot_be_packed_writes_the_same_candidates(tiny: Loaded) -> None:
    unpacked = replace(tiny, packed=False, token_bytes=0)
    unpacked.model.set_attn_implementation("sdpa")
    try:
        found = written(unpacked, [3, 4, 5])
    finally:
        unpacked.model.set_attn_implementation("renga_packed")
    assert [one.text for one in found] == [one.text for one in written(tiny, [3, 4, 5])]


def test_where_memory_is_short_there_are_fewer_candidates(tiny: Loaded) -> None:
    group, said = opened(tiny, range(8))
    engine = Engine(room=group.bytes // 3)
    engine.add(group)
    run(engine)
    assert [one.text for one in said[-1]] == [one.text for one in written(tiny, range(2))]
    with pytest.raises(ModelUnavailable):
        Engine(room=8).add(opened(tiny, range(8))[0])


def test_a_guide_that_fails_fails_the_group_alone(tiny: Loaded) -> None:
    said: Said = []
    hungry = replace(asked(), constraint=Hungry())
    engine, texts = Engine(), list[Text | Waiting | Done]()
    engine.add(open_group(1, tiny, hungry, [1, 2], said.append, engine.prefixes))
    engine.add(open_row(2, tiny, replace(asked(), constraint=None), texts.append, engine.prefixes))
    assert [(row.id, type(error)) for row, error in run(engine)] == [(1, MemoryError)]
    assert isinstance(texts[-1], Done)


def test_the_prompt_is_kept_for_the_next_line(tiny: Loaded) -> None:
    engine = Engine(prefixes=Prefixes(2**30))
    key = {"scope": "1/2", "prefix_key": "poem@1", "begun": "a line that stands there\n" * 4}
    group, said = opened(tiny, [3, 4], engine.prefixes, **key)
    engine.add(group)
    run(engine)
    again, then = opened(tiny, [3, 4], engine.prefixes, **key)
    assert again.memory.length == len(again.ids) - 1
    engine.add(again)
    run(engine)
    assert [one.text for one in said[-1]] == [one.text for one in then[-1]]


def test_of_a_poem_longer_than_the_window_the_model_sees_the_end(tiny: Loaded) -> None:
    lines = [f"line {number} of a very long poem" for number in range(60)]
    group, _ = opened(tiny, [1], begun="\n".join(lines) + "\n")
    assert isinstance(group, Group)
    assert len(group.ids) <= tiny.context - min(12, LINE_ROOM)
    assert lines[-1] in tiny.tokenizer.decode(group.ids)
    assert lines[0] not in tiny.tokenizer.decode(group.ids)


@given(st.integers(0, 2**31), st.sampled_from([0.2, 0.7, 1.5]), st.sampled_from([0.5, 0.95, 1.0]))
def test_what_is_drawn_is_among_the_likeliest(seed: int, temperature: float, top_p: float) -> None:
    numbers = np.random.default_rng(seed)
    values = numbers.normal(0, 3, 400).astype(np.float32)
    tokens = np.arange(1000, 1400)
    found = drawn(tokens, values, temperature, top_p, random.Random(seed))
    shares = np.exp(values.astype(np.float64) / temperature)
    shares /= shares.sum()
    assert shares[shares > shares[found - 1000]].sum() < top_p + 0.01
    assert drawn(tokens, values, 0.0, top_p, random.Random(seed)) == tokens[values.argmax()]


def test_draws_come_as_often_as_the_samplers() -> None:
    values = torch.tensor([2.0, 1.5, 1.0, -1.0, -8.0])
    sampling = Sampling(temperature=0.7, top_p=0.9)
    sampler, chance = Sampler(sampling, 1), random.Random(1)
    one = np.bincount([sampler.choose(best_of(values[None], norms=False)[0]).token for _ in range(4000)])
    other = np.bincount([drawn(np.arange(5), values.numpy(), 0.7, 0.9, chance) for _ in range(4000)])
    assert len(one) == len(other)
    assert np.abs(one - other).max() < 200


def test_what_a_token_loses_is_taken_from_it_alone() -> None:
    mask = np.array([True, False, True, True, False])
    scores = np.array([1, 2, 3, 4, 5], np.float32)
    lean = np.array([0, 0, 1, 0, 9], np.float32)
    tokens, values = weighed(Next(mask, {0: 2.0, 1: 7.0, 4: 3.0}, lean), scores)
    assert tokens.tolist() == [0, 2, 3] and values.tolist() == [-1, 2, 4]
    assert scores.tolist() == [1, 2, 3, 4, 5]
    tokens, values = weighed(Next(np.zeros(5, np.bool_)), scores)
    assert tokens.tolist() == [0, 1, 2, 3, 4], "where nothing may come, everything may"
