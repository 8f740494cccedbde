"""``python -m bot doctor`` ticks only what it tried, and says of the rest what is wrong and what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.doctor_models import models
from bot.findings import Finding, Level
from bot.house.model import Change
from bot.house.model import Level as Layer
from bot.ids import GuildId, Lang, MemberId
from bot.settings import Settings
from bot.storage.store import open_store
from tests.bot.services.stories_room import NOON
from tests.servers.faulty import Faulty, serve
from tests.servers.folders import make, tiny

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def server() -> AsyncIterator[Faulty]:
    async with serve() as faulty:
        yield faulty


async def found(tmp_path: Path, lang: Lang = "en", **environ: str) -> list[Finding]:
    settings = Settings.read({"RENGA_DATABASE": str(tmp_path / "renga.sqlite3")} | environ, None)
    return [finding async for finding in models(settings, lang)]


def bad(findings: list[Finding]) -> list[str]:
    return [one.text for one in findings if one.level is Level.BAD]


async def test_what_is_there_is_ticked(server: Faulty, tmp_path: Path) -> None:
    findings = await found(
        tmp_path,
        OPENAI_BASE_URL=server.url,
        RENGA_MODEL="openai/poet",
        RENGA_FALLBACK="local/house, poet, openai/poet:free, openai/poet-2026-01-31",
        OPENAI_MODELS="poet",
        RENGA_DEVICE="cpu",
    )
    assert {one.level for one in findings} == {Level.OK}
    assert [one.text for one in findings][-6:] == [
        "RENGA_MODEL: openai/poet is there",
        "RENGA_FALLBACK: local/house is there",
        "RENGA_FALLBACK: poet is there",
        "RENGA_FALLBACK: openai/poet:free is there",
        "RENGA_FALLBACK: openai/poet-2026-01-31 is there",
        "OPENAI_MODELS: openai/poet is there",
    ]


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"RENGA_MODEL": "openai/nope:latest"}, "RENGA_MODEL names openai/nope:latest, and nobody lists it."),
        ({"RENGA_MODEL": "openai/peot"}, "Did you mean openai/poet?"),
        ({"RENGA_FALLBACK": "local/huose"}, "Did you mean local/house?"),
        ({"RENGA_FALLBACK": "opneai/poet"}, "Did you mean openai/poet?"),
        ({"RENGA_FALLBACK": "huose"}, "Did you mean local/house?"),
        ({"RENGA_MODEL": "anthropic/claude"}, "no such provider (known: local, openai)"),
        ({"OPENAI_MODELS": "poet, peot"}, "OPENAI_MODELS names openai/peot, and nobody lists it."),
        ({"OPENAI_BASE_MODELS": "peot"}, "OPENAI_BASE_MODELS names openai/peot, and nobody lists it."),
        ({"RENGA_DEVICE": "cuda:97"}, "this machine has no cuda:97"),
        ({"RENGA_LOCAL_MODELS": "models/huose", "RENGA_MODEL": "openai/poet"}, "Did you mean house?"),
    ],
)
async def test_a_name_that_nobody_lists_is_told_with_its_nearest(
    environ: dict[str, str], told: str, server: Faulty, tmp_path: Path
) -> None:
    (line,) = bad(await found(tmp_path, OPENAI_BASE_URL=server.url, **environ))
    assert told in line
    (chinese,) = bad(await found(tmp_path, "zh", OPENAI_BASE_URL=server.url, **environ))
    assert "。" in chinese and "$" not in chinese


async def test_models_that_moderators_chose_are_looked_up_too(server: Faulty, tmp_path: Path) -> None:
    async with open_store(str(tmp_path / "renga.sqlite3")) as store:
        for guild, name in ((1, '"openai/poet"'), (2, '"openai/gone"')):
            change = Change(
                level=Layer.GUILD, id=0, field="model", before="null", after=name, by=MemberId(7), at=NOON
            )
            await store.house.apply(GuildId(guild), change)
    (line,) = bad(await found(tmp_path, OPENAI_BASE_URL=server.url))
    assert line.startswith("/settings names openai/gone")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("/openai/abc", "but there is one at {url}/models. Write OPENAI_BASE_URL={url}."),
        ("/chat/completions", "OPENAI_BASE_URL is read as {url}:"),
        ("/models/", "OPENAI_BASE_URL is read as {url}:"),
    ],
)
async def test_a_wrong_address_is_told_with_the_right_one(
    more: str, told: str, server: Faulty, tmp_path: Path
) -> None:
    findings = await found(tmp_path, OPENAI_BASE_URL=server.url + more, RENGA_MODEL="openai/poet")
    assert any(told.format(url=server.url) in one.text for one in findings if one.level is not Level.OK)
    without = await found(tmp_path, OPENAI_BASE_URL=server.url.removesuffix("/v1"), RENGA_MODEL="openai/poet")
    assert not bad(without) and any("/v1" in one.text for one in without if one.level is Level.NOTE)


@pytest.mark.parametrize("listed", [{"object": "list", "data": None}, {"object": "list", "data": []}])
async def test_a_server_without_models_answers_all_the_same(
    listed: Any, server: Faulty, tmp_path: Path
) -> None:
    server.models = listed
    (told,) = [one for one in await found(tmp_path, OPENAI_BASE_URL=server.url) if one.level is Level.NOTE]
    assert "answers, and has no models yet" in told.text
    assert "RENGA_MODEL" in bad(await found(tmp_path, OPENAI_BASE_URL=server.url, RENGA_MODEL="openai/x"))[0]


async def test_a_server_that_is_down_is_told_once(tmp_path: Path) -> None:
    findings = await found(tmp_path, OPENAI_BASE_URL="http://127.0.0.1:9/v1", RENGA_MODEL="openai/poet")
    assert len(bad(findings)) == 1, "of its models nothing is known"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_command_marks_and_counts(lang: str, tmp_path: Path) -> None:
    whole = tiny(tmp_path)
    folders = [make(tmp_path, whole, name) for name in ("lfs_pointer", "t5", "ok")]
    (tmp_path / ".env").write_text(
        f"RENGA_LOCAL_MODELS={','.join(map(str, folders))}\nRENGA_MODEL=local/okk\nRENGA_MODLE=x\n"
        f"RENGA_LANGUAGE={lang}\n"
    )
    code, printed = doctor(tmp_path)
    marked = [line for line in printed.splitlines() if line.startswith("✗")]
    words = ("RENGA_MODEL", "Git LFS", "T5", "local/ok")
    assert code == 1 and all(word in line for word, line in zip(words, marked, strict=True)), printed
    (tmp_path / ".env").write_text(f"RENGA_DEVICE=gpu\nRENGA_MODEL=house\nRENGA_LANGUAGE={lang}\n")
    code, printed = doctor(tmp_path)
    assert code == 1 and [line.split()[:2] for line in printed.splitlines()] == [
        ["✗", "RENGA_MODEL"],
        ["✗", "RENGA_DEVICE"],
    ]
    assert ("。" in printed) == (lang == "zh")


def doctor(folder: Path) -> tuple[int, str]:
    """The exit status of the command in a folder, and what it printed."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("RENGA_", "OPENAI_"))}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "doctor"],
        cwd=folder,
        env=plain | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout
