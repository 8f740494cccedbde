"""The step loop: rows that join and leave, guesses, kept prefixes, memory, failures."""

# torch is typed in part only; and some of what the engine does shows only inside it.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.backends.base import Done, Message, Request, Sampling, Text, Waiting
from bot.backends.local import engine as engine_module
from bot.backends.local.engine import Engine
from bot.backends.local.loading import Loaded, load
from bot.backends.local.lookup import Lookup
from bot.backends.local.prefixes import LEAST, Prefixes
from bot.backends.local.row import Row, open_row
from bot.errors import ModelUnavailable
from tests.servers.tiny import transformers_folder

Chunks = list[Text | Waiting | Done]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    folder = transformers_folder(tmp_path_factory.mktemp("models") / "tiny")
    return load(str(folder), "tiny", device="cpu", dtype="float32", progress=lambda *_: None)


def request(text: str = "snow", *, tokens: int = 12, seed: int = 5, **more: Any) -> Request:
    sampling = Sampling(max_tokens=tokens, seed=seed, temperature=more.pop("temperature", 0.9))
    return replace(Request(messages=(Message("user", text),), model="tiny", sampling=sampling), **more)


class Bench:
    """An engine, and what its rows say."""

    def __init__(self, loaded: Loaded, **given: Any) -> None:
        self.loaded = loaded
        self.engine = Engine(**given)
        self.said: dict[int, Chunks] = {}
        self.failed: dict[int, Exception] = {}
        self.steps = 0

    def add(self, id: int, wanted: Request) -> Row:
        self.said[id] = []
        row = open_row(id, self.loaded, wanted, self.said[id].append, self.engine.prefixes)
        self.engine.add(row)
        return row

    def run(self, steps: int = 100_000) -> None:
        while self.engine.busy and steps:
            self.failed |= {row.id: error for row, error in self.engine.step()}
            self.steps += 1
            steps -= 1

    def text(self, id: int) -> str:
        return "".join(chunk.text for chunk in self.said[id] if isinstance(chunk, Text))

    def done(self, id: int) -> Done:
        last = self.said[id][-1]
        assert isinstance(last, Done)
        return last


def alone(loaded: Loaded, wanted: Request) -> str:
    bench = Bench(loaded)
    bench.add(0, wanted)
    bench.run()
    return bench.text(0)


def test_a_text_is_the_same_alone_and_among_sixteen_that_come_and_go(tiny: Loaded) -> None:
    bench = Bench(tiny)
    wanted = request(tokens=40, seed=7)
    bench.add(0, wanted)
    for id in range(1, 16):
        bench.add(id, request("rain " * id, tokens=5 + 3 * id, seed=id))
        bench.run(steps=1)
    bench.engine.drop(3)
    bench.engine.drop(15)
    bench.run()
    assert bench.text(0) == alone(tiny, wanted)
    assert bench.text(9) == alone(tiny, request("rain " * 9, tokens=32, seed=9))
    assert not any(isinstance(chunk, Done) for chunk in (*bench.said[3], *bench.said[15]))
    assert not bench.failed


def test_nobody_waits_for_a_long_prompt_to_be_read(tiny: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "PIECE", 16)
    bench = Bench(tiny)
    bench.add(0, request(tokens=40))
    bench.run(steps=2)
    before = bench.engine._rows[0].written
    bench.add(1, request("x" * 200))
    bench.run(steps=5)
    assert not bench.said[1]
    assert len(bench.engine._rows[0].written) >= len(before) + 5
    bench.run()
    assert bench.text(1) == alone(tiny, request("x" * 200))


def test_guessing_ahead_changes_nothing_but_the_number_of_steps(
    tiny: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    guessing, plain = Bench(tiny), Bench(tiny)
    wanted = request("snow on snow on snow on snow", tokens=120, temperature=0.0)
    guessing.add(0, wanted)
    guessing.run()
    monkeypatch.setattr(engine_module, "FEW", 0)
    plain.add(0, wanted)
    plain.run()
    assert guessing.text(0) == plain.text(0)
    assert guessing.done(0).usage == plain.done(0).usage
    assert guessing.steps < plain.steps * 2 / 3


@given(st.integers(0, 10_000), st.sampled_from([0.3, 0.9, 2.0]))
@settings(max_examples=15, deadline=None)
def test_guessing_ahead_draws_the_same(tiny: Loaded, seed: int, temperature: float) -> None:
    wanted = request("ab ab ab ab ab", tokens=30, seed=seed, temperature=temperature)
    with pytest.MonkeyPatch.context() as patch:
        guessing = alone(tiny, wanted)
        patch.setattr(engine_module, "FEW", 0)
        assert alone(tiny, wanted) == guessing


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60))
def test_a_guess_is_of_what_was_said_and_never_too_long(ids: list[int]) -> None:
    lookup = Lookup(ids[:1])
    for id in ids[1:]:
        guess = lookup.guess(6)
        assert len(guess) <= 6
        assert set(guess) <= set(ids)
        lookup.add(id)
        lookup.learn(len(guess), int(bool(guess) and guess[0] == id))


def test_a_guess_goes_on_behind_a_word_that_was_replaced() -> None:
    draft = list(range(100, 140))
    lookup = Lookup(draft)
    for id in draft[:6]:
        lookup.add(id)
    assert lookup.guess(3) == draft[6:9]
    lookup.add(999)
    lookup.learn(3, 0)
    assert lookup.guess(3) == draft[7:10]


def test_a_kept_prefix_gives_the_same_text_sooner(tiny: Loaded) -> None:
    style = "in the manner of the old poets, plain and slow. " * 4
    prefixes = Prefixes(2**30)
    bench = Bench(tiny, prefixes=prefixes)
    bench.add(0, request(style + "snow", scope="1/2", prefix_key="poem@1"))
    bench.run()
    assert prefixes.bytes > 0
    row = bench.add(1, request(style + "rain", scope="1/3", prefix_key="poem@1"))
    assert row.memory.length > len(style) // 2
    bench.run()
    assert bench.text(1) == alone(tiny, request(style + "rain"))


def test_a_story_goes_on_from_all_that_was_read_and_written(tiny: Loaded) -> None:
    bench = Bench(tiny, prefixes=Prefixes(2**30))
    first = bench.add(0, request("once " * 20, scope="1/2", prefix_key="story/7"))
    bench.run()
    kept = bench.engine.prefixes.take(("tiny", "1", "story/7", 0), [*first.ids, 1], 500)
    assert kept is not None
    assert kept.length >= len(first.ids) - 1 > first.prompt


def test_no_guild_uses_what_was_computed_for_another(tiny: Loaded) -> None:
    bench = Bench(tiny, prefixes=Prefixes(2**30))
    bench.add(0, request("secret " * 20, scope="1/2", prefix_key="poem@1"))
    bench.run()
    assert bench.add(1, request("secret " * 20, scope="2/2", prefix_key="poem@1")).memory.length == 0
    assert bench.add(2, request("secret " * 20, scope="1/2", prefix_key="poem@2")).memory.length == 0
    assert bench.add(3, request("secret " * 20, scope="1/9", prefix_key="poem@1")).memory.length > LEAST


def test_the_store_keeps_to_its_budget_and_drops_what_was_not_used_for_longest(tiny: Loaded) -> None:
    prefixes = Prefixes(2**30)
    bench = Bench(tiny, prefixes=prefixes)
    for id in range(4):
        bench.add(id, request(f"{id} " * 30, scope="1/2", prefix_key=f"p{id}"))
        bench.run()
    ids = bench.add(9, request("0 " * 30, scope="1/2")).ids
    assert prefixes.take(("tiny", "1", "p0", 0), ids, 9) is not None
    prefixes.shrink(prefixes.bytes * 2 // 4)
    assert prefixes.take(("tiny", "1", "p0", 0), ids, 9) is not None
    for name in ("p1", "p2"):
        ids = open_row(1, tiny, request(f"{name[1]} " * 30), print, prefixes).ids
        assert prefixes.take(("tiny", "1", name, 0), ids, 9) is None
    prefixes.forget("tiny")
    assert prefixes.bytes == 0


def test_rows_wait_for_memory_in_order_and_are_told_their_place(tiny: Loaded) -> None:
    probe = open_row(0, tiny, request(), print, Prefixes(0))
    bench = Bench(tiny, room=2 * probe.bytes)
    for id in range(4):
        bench.add(id, request(seed=id))
    assert not bench.said[0]
    assert not bench.said[1]
    assert [said[0].place for said in (bench.said[2], bench.said[3]) if isinstance(said[0], Waiting)] == [
        1,
        2,
    ]
    assert bench.engine.running == 2
    bench.run()
    assert [bench.text(id) for id in range(4)] == [alone(tiny, request(seed=id)) for id in range(4)]
    with pytest.raises(ModelUnavailable) as caught:
        bench.add(9, request(tokens=400))
    assert caught.value.text_key == "backend.out_of_memory"


def broken(bench: Bench, row: Row) -> Callable[[Sequence[int], torch.Tensor], torch.Tensor]:
    def stumble(written: Sequence[int], scores: torch.Tensor) -> torch.Tensor:
        if len(written) == 3:
            raise ValueError("stumbled")
        return scores

    return stumble


def test_one_rows_failure_is_its_own(tiny: Loaded) -> None:
    bench = Bench(tiny)
    for id in range(3):
        row = bench.add(id, request(seed=id))
        if id == 1:
            row.processors = (broken(bench, row),)
    bench.run()
    assert list(bench.failed) == [1]
    assert bench.text(2) == alone(tiny, request(seed=2))


def test_a_pass_that_fails_for_one_row_is_carried_out_for_the_others(
    tiny: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(tiny)
    for id in range(3):
        bench.add(id, request(seed=id))
    bench.run(steps=3)
    bad = bench.engine._rows[1].memory
    read = engine_module._read

    def stumble(loaded: Loaded, turns: Sequence[engine_module.Turn]) -> list[torch.Tensor]:
        if any(turn.row.memory is bad for turn in turns):
            raise RuntimeError("out of memory")
        return read(loaded, turns)

    monkeypatch.setattr(engine_module, "_read", stumble)
    bench.run()
    assert list(bench.failed) == [1]
    assert bench.text(2) == alone(tiny, request(seed=2))


def test_a_model_that_cannot_be_packed_writes_the_same(tiny: Loaded) -> None:
    unpacked = replace(tiny, packed=False, token_bytes=0)
    unpacked.model.set_attn_implementation("sdpa")
    try:
        bench = Bench(unpacked)
        for id in range(3):
            bench.add(id, request("a long prompt " * 25, seed=id))
        bench.run()
    finally:
        unpacked.model.set_attn_implementation("renga_packed")
    assert [bench.text(id) for id in range(3)] == [
        alone(tiny, request("a long prompt " * 25, seed=id)) for id in range(3)
    ]


def test_log_probabilities_are_those_of_the_model(tiny: Loaded) -> None:
    bench = Bench(tiny)
    row = bench.add(0, request(logprobs=True, tokens=6))
    bench.add(1, request(seed=8))
    bench.run()
    told = [token.logprob for chunk in bench.said[0] if isinstance(chunk, Text) for token in chunk.tokens]
    with torch.inference_mode():
        tiny.model.set_attn_implementation("sdpa")
        scores = tiny.model(input_ids=torch.tensor([row.ids])).logits[0].log_softmax(-1)
        tiny.model.set_attn_implementation("renga_packed")
    wanted = [float(scores[at - 1, row.ids[at]]) for at in range(row.prompt, len(row.ids))]
    assert told == pytest.approx(wanted, abs=1e-4)
