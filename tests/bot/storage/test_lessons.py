"""What was learnt of models is kept over a restart, and costs nothing where it cannot be."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from bot.backends.base import Message, Request, collect
from bot.backends.openai_api import OpenAIBackend
from bot.storage.lessons import FRESH, MOST, NAME, LessonFile, beside
from tests.servers.faulty import serve, status


async def test_it_is_read_as_it_was_kept_server_by_server(tmp_path: Path) -> None:
    file = LessonFile(tmp_path / NAME)
    assert await file.read("a") == {}
    await asyncio.gather(*(file.keep("a", f"m{n}", {"leads": True, "without": ["雪"]}) for n in range(9)))
    await file.keep("a", "m1", {"thinks": True})
    await file.keep("b", "m1", {})
    again = await LessonFile(tmp_path / NAME).read("a")
    assert len(again) == 9 and again["m1"] == {"thinks": True}
    assert again["m2"] == {"leads": True, "without": ["雪"]}
    assert os.listdir(tmp_path) == [NAME], "nothing half-written is left"


async def test_it_is_forgotten_in_time_and_does_not_grow(tmp_path: Path) -> None:
    now = 0.0
    file = LessonFile(tmp_path / NAME, clock=lambda: now)
    await file.keep("a", "old", {})
    now = FRESH + 1
    await file.keep("a", "new", {})
    assert list(await file.read("a")) == ["new"]
    kept = [{"server": "a", "model": str(n), "at": now, "learnt": {}} for n in range(MOST + 9)]
    (tmp_path / NAME).write_text(json.dumps(kept))
    await file.keep("a", "newest", {})
    assert len(json.loads((tmp_path / NAME).read_text())) == MOST


@pytest.mark.parametrize("text", ["", "{", "[]", "5", '[{"server": 1}]', '[{"server": "a"}, 7]', "\x00"])
async def test_a_damaged_file_costs_only_what_was_learnt(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text)
    file = LessonFile(tmp_path / NAME)
    assert await file.read("a") == {}
    await file.keep("a", "m", {"leads": True})
    assert await file.read("a") == {"m": {"leads": True}}


async def test_a_folder_that_takes_nothing_costs_only_what_was_learnt(tmp_path: Path) -> None:
    file = LessonFile(tmp_path / "gone" / NAME)
    await file.keep("a", "m", {})
    assert await file.read("a") == {}


async def test_a_backend_asks_after_a_restart_as_it_has_learnt_to(tmp_path: Path) -> None:
    request = Request(messages=(Message("system", "S"), Message("user", "snow")), model="poet")
    async with serve() as server:
        server.then(status(400, "System role not supported"), status(400, "temperature is deprecated"))
        for _ in range(2):
            lessons = beside(f"sqlite:///{tmp_path}/renga.sqlite3")
            backend = OpenAIBackend(base_url=server.url, lessons=lessons)
            await collect(backend.generate(request))
            (info,) = await backend.models()
            assert info.learnt is not None
            assert (info.learnt.leads, info.learnt.without) == (True, ("temperature",))
            await backend.aclose()
        assert len(server.bodies) == 4
        assert server.bodies[2] == server.bodies[3]
        elsewhere = OpenAIBackend("other", base_url=server.url, lessons=lessons)
        await collect(elsewhere.generate(request))
        assert "temperature" in server.bodies[-1], "another server is asked afresh"
        await elsewhere.aclose()
    assert (tmp_path / NAME).exists()
