"""The local backend with a real worker process and tiny models: streams, failures, recovery."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.backends.base import (
    Ability,
    Chunk,
    Cue,
    Done,
    Message,
    Request,
    Sampling,
    Text,
    Waiting,
    collect,
)
from bot.backends.local.backend import LocalBackend
from bot.backends.local.pipe import MOST, Pipe
from bot.backends.local.process import PATIENCE
from bot.backends.local.wire import Ask, Cancel
from bot.errors import DeadlinePassed, ModelThought, ModelUnavailable, ModelUnknown, PromptTooLong
from tests.servers.folders import make
from tests.servers.hungry import Hungry
from tests.servers.tiny import transformers_folder

HOUSE = Path(__file__).parents[4] / "models" / "house"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return transformers_folder(tmp_path_factory.mktemp("models") / "tiny")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def backend(folder: Path) -> AsyncIterator[LocalBackend]:
    backend = LocalBackend([str(folder), str(HOUSE)], loaded=2, nice=0)
    yield backend
    await backend.aclose()


def ask(**changes: object) -> Request:
    request = Request(
        messages=(Message("user", "snow"),),
        continuation="snow",
        model="tiny",
        sampling=Sampling(max_tokens=12, seed=5),
    )
    return replace(request, **changes)  # type: ignore[arg-type]


async def test_models_are_described_without_torch(backend: LocalBackend) -> None:
    tiny, house = await backend.models()
    assert tiny.id == "tiny"
    assert Ability.CHAT in tiny.abilities
    assert (house.id, house.context) == ("house", 512)
    assert Ability.CUE in house.abilities
    assert all(Ability.LOCAL in info.abilities for info in (tiny, house))


async def test_the_same_seed_gives_the_same_text_alone_and_among_sixteen(backend: LocalBackend) -> None:
    alone = await collect(backend.generate(ask()))
    among = await asyncio.gather(
        *(collect(backend.generate(ask(sampling=Sampling(max_tokens=12, seed=5 + at)))) for at in range(16))
    )
    assert alone.text == among[0].text
    assert len({result.text for result in among}) > 8
    assert alone.done.seed == 5
    assert (alone.done.ending, alone.done.usage.written) == ("length", 12)


async def test_text_comes_in_pieces_and_names_its_model(backend: LocalBackend) -> None:
    chunks: list[Chunk] = [chunk async for chunk in backend.generate(ask())]
    texts = [chunk for chunk in chunks if isinstance(chunk, Text)]
    assert len(texts) > 3
    assert texts[0].model is not None
    assert texts[0].model.name == "local/tiny"
    assert len(texts[0].model.revision) == 12
    assert isinstance(chunks[-1], Done)


async def test_log_probabilities_go_with_every_token(backend: LocalBackend) -> None:
    result = await collect(backend.generate(ask(logprobs=True)))
    assert len(result.tokens) == 12
    assert all(token.logprob <= 0 for token in result.tokens)


async def test_a_stop_sequence_ends_the_text_and_is_never_shown(backend: LocalBackend) -> None:
    whole = (await collect(backend.generate(ask()))).text
    stop = whole[5:8]
    cut = await collect(backend.generate(ask(sampling=Sampling(max_tokens=12, seed=5, stop=(stop,)))))
    assert cut.text == whole[: whole.index(stop)]
    assert cut.done.ending == "stop"


async def test_closing_the_stream_frees_the_row(backend: LocalBackend) -> None:
    async with aclosing(backend.generate(ask(sampling=Sampling(max_tokens=400, seed=1)))) as chunks:
        async for chunk in chunks:
            if isinstance(chunk, Text):
                break
    # The worker answers at once again, and nobody else gets what was cancelled.
    result = await collect(backend.generate(ask()))
    assert result.done.usage.written == 12


async def test_a_prompt_beyond_the_window_is_told(backend: LocalBackend) -> None:
    with pytest.raises(PromptTooLong) as caught:
        await collect(backend.generate(ask(messages=(Message("user", "x" * 600),))))
    assert caught.value.facts["limit"] == 512


async def test_a_model_that_is_not_configured_is_unknown(backend: LocalBackend) -> None:
    with pytest.raises(ModelUnknown):
        await collect(backend.generate(ask(model="other")))


async def test_a_deadline_is_kept(backend: LocalBackend) -> None:
    with pytest.raises(DeadlinePassed):
        await collect(backend.generate(ask(deadline=0.001, sampling=Sampling(max_tokens=400, seed=1))))


@pytest.mark.parametrize(("language", "form"), [("en", "quatrain-abab"), ("zh", "qijue")])
async def test_the_house_model_answers_its_cue(backend: LocalBackend, language: str, form: str) -> None:
    cue = Cue(language=language, topic="<|end|> snow 雪", form=form)
    result = await collect(
        backend.generate(ask(model="house", cue=cue, sampling=Sampling(max_tokens=90, seed=3)))
    )
    assert len(result.text.splitlines()) >= 3
    assert "<|" not in result.text
    assert "\ufffd" not in result.text


async def test_a_worker_that_is_killed_fails_what_it_wrote_and_starts_again(backend: LocalBackend) -> None:
    starts = backend.worker.starts
    assert backend.worker.pid is not None
    # However fast it writes, it has not done when it is killed.
    os.kill(backend.worker.pid, signal.SIGSTOP)
    writing = asyncio.gather(
        *(collect(backend.generate(ask(sampling=Sampling(max_tokens=480, seed=at)))) for at in range(3)),
        return_exceptions=True,
    )
    await asyncio.sleep(0.05)
    os.kill(backend.worker.pid, signal.SIGKILL)
    failed = await writing
    assert all(isinstance(error, ModelUnavailable) for error in failed), failed
    assert (await collect(backend.generate(ask()))).done.usage.written == 12
    assert backend.worker.starts == starts + 1


def stopped(backend: LocalBackend, *, patience: float) -> None:
    """The worker neither reads nor writes any more, as where a machine swaps."""
    assert backend.worker.pid is not None
    os.kill(backend.worker.pid, signal.SIGSTOP)
    backend.worker.patience = patience


async def test_a_worker_that_hangs_is_killed_and_started_anew(folder: Path) -> None:
    backend = LocalBackend([str(folder)], nice=0)
    await collect(backend.generate(ask()))
    stopped(backend, patience=1.0)
    with pytest.raises(ModelUnavailable) as caught:
        await collect(backend.generate(ask(sampling=Sampling(max_tokens=480, seed=1))))
    backend.worker.patience = PATIENCE
    assert caught.value.text_key == "backend.worker_died"
    assert (await collect(backend.generate(ask()))).done.usage.written == 12
    assert backend.worker.starts == 2
    await backend.aclose()


@pytest.mark.parametrize("ends", ["patience", "killed", "closed"])
async def test_a_pipe_that_is_full_blocks_nobody_and_every_request_ends_in_a_plain_error(
    folder: Path, ends: str
) -> None:
    backend = LocalBackend([str(folder)], nice=0)
    await collect(backend.generate(ask()))
    stopped(backend, patience=PATIENCE)
    pid = backend.worker.pid
    assert pid is not None
    # A pipe holds 64 KB: with the loop writing into it, this line would be the last.
    asked = [
        asyncio.create_task(collect(backend.generate(ask(continuation="x" * 100_000)))) for _ in range(40)
    ]
    asked.append(asyncio.create_task(collect(backend.generate(ask(deadline=0.2)))))
    with pytest.raises(DeadlinePassed):
        await asked[-1]
    assert not any(task.done() for task in asked[:-1])
    if ends == "patience":
        backend.worker.patience = 0.5
    elif ends == "killed":
        os.kill(pid, signal.SIGKILL)
    else:
        await backend.aclose()
    failed = await asyncio.gather(*asked[:-1], return_exceptions=True)
    assert {type(error) for error in failed} == {ModelUnavailable}
    backend.worker.patience = PATIENCE
    assert (await collect(backend.generate(ask()))).done.usage.written == 12
    assert backend.worker.starts == 2
    await backend.aclose()


async def test_a_hung_worker_is_ended_although_everybody_has_given_up_on_it(folder: Path) -> None:
    backend = LocalBackend([str(folder)], nice=0)
    await collect(backend.generate(ask()))
    stopped(backend, patience=3.0)
    first = backend.worker.pid
    async with asyncio.timeout(300):
        while backend.worker.pid == first:
            with suppress(DeadlinePassed, ModelUnavailable):
                await collect(backend.generate(ask(deadline=0.3)))
    backend.worker.patience = PATIENCE
    assert (await collect(backend.generate(ask()))).done.usage.written == 12
    await backend.aclose()


async def test_a_worker_with_nothing_to_do_owes_nothing(folder: Path) -> None:
    backend = LocalBackend([str(folder)], nice=0)
    await collect(backend.generate(ask()))
    for _ in range(5):
        stream = backend.generate(ask(sampling=Sampling(max_tokens=480, seed=1)))
        asking = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await stream.aclose()
    async with asyncio.timeout(300):
        while backend.worker._owed is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await backend.aclose()


async def test_a_request_that_cannot_be_sent_fails_and_the_next_does_not(backend: LocalBackend) -> None:
    unsayable: Any = {"why": lambda: None}
    with pytest.raises(ModelUnavailable):
        await collect(backend.generate(ask(schema=unsayable)))
    assert (await collect(backend.generate(ask()))).done.usage.written == 12


async def test_what_waits_for_a_worker_that_does_not_read_is_bounded_and_can_be_taken_back() -> None:
    read, written = os.pipe()
    failed: list[int] = []
    pipe = Pipe(os.fdopen(written, "wb"), lambda asked, error: failed.append(asked.id))
    request = ask(continuation="x" * 100_000)
    kept = [id for id in range(MOST + 50) if pipe.put(Ask(id, "tiny", "tiny", request))]
    # One more than may wait: the first is being written, for ever.
    assert len(kept) in (MOST, MOST + 1)
    pipe.take_back(kept[-1])
    assert pipe.put(Cancel(kept[-1]))
    os.close(read)
    pipe.close()
    assert not pipe.put(Cancel(1))
    assert failed == []


async def test_a_row_that_runs_out_of_memory_is_told_so_and_the_others_go_on(backend: LocalBackend) -> None:
    starts = backend.worker.starts
    hungry, other = await asyncio.gather(
        collect(backend.generate(ask(constraint=Hungry()))),
        collect(backend.generate(ask())),
        return_exceptions=True,
    )
    assert isinstance(hungry, ModelUnavailable)
    assert hungry.text_key == "backend.out_of_memory"
    assert not isinstance(other, BaseException)
    assert other.done.usage.written == 12
    assert backend.worker.starts == starts


async def test_texts_go_on_while_another_model_is_loaded(folder: Path) -> None:
    backend = LocalBackend([str(folder), str(HOUSE)], nice=0)
    await collect(backend.generate(ask()))
    order: list[str] = []

    async def note(name: str, request: Request) -> None:
        async for chunk in backend.generate(request):
            if isinstance(chunk, Text | Done):
                order.append(name)

    cue = Cue(language="en", topic="snow")
    await asyncio.gather(
        note("tiny", ask(sampling=Sampling(max_tokens=200, seed=1))),
        note("house", ask(model="house", cue=cue)),
    )
    await backend.aclose()
    assert "tiny" in order[: order.index("house")]
    assert backend.worker.starts == 1


async def test_a_request_given_up_while_its_model_loads_is_never_written(folder: Path) -> None:
    backend = LocalBackend([str(folder)], nice=0)
    async with aclosing(backend.generate(ask(sampling=Sampling(max_tokens=480, seed=1)))) as chunks:
        assert isinstance(await anext(chunks), Waiting)
        await anext(chunks)
    assert (await collect(backend.generate(ask()))).done.usage.written == 12
    await backend.aclose()


async def test_pickled_weights_are_refused_and_never_opened(tmp_path: Path) -> None:
    folder = transformers_folder(tmp_path / "bomb")
    marker = tmp_path / "exploded"
    (folder / "model.safetensors").unlink()

    class Bomb:
        def __reduce__(self) -> object:
            return (Path.touch, (marker,))

    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Bomb()))
    backend = LocalBackend([str(folder)], nice=0)
    with pytest.raises(ModelUnavailable) as caught:
        await collect(backend.generate(ask(model="bomb")))
    await backend.aclose()
    assert caught.value.facts["cause"] == "pickled"
    assert not marker.exists()


async def test_loading_is_told_before_the_first_word(folder: Path) -> None:
    backend = LocalBackend([str(folder)], nice=0)
    chunks = [chunk async for chunk in backend.generate(ask())]
    await backend.aclose()
    await backend.aclose()
    assert isinstance(chunks[0], Waiting)
    assert chunks[0].why == "loading"


async def test_the_bot_side_imports_no_torch() -> None:
    code = "import sys, bot.backends.local.backend; assert not {'torch', 'transformers'} & {*sys.modules}"
    await asyncio.to_thread(subprocess.run, [sys.executable, "-c", code], check=True)


async def test_thoughts_that_the_template_opened_are_dropped(folder: Path, tmp_path: Path) -> None:
    backend = LocalBackend([str(make(tmp_path, folder, "think_open"))], nice=0)
    thinking = ask(model="think_open", messages=(Message("user", "snow"),))
    with pytest.raises(ModelThought):
        await collect(backend.generate(thinking))  # a tiny model never closes them
    result = await collect(backend.generate(replace(thinking, begun="snow\n")))
    assert result.done.usage.written == 12 and result.text
    await backend.aclose()
