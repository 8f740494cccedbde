"""How many attempts at a form reach the tick: with the guide, and the same model running free.

Whole path of a poem, from the wish to the kept take, in a database of its own.  Every poem with a tick
is read again by other code (:mod:`bot.bench.recheck`).  ``RENGA_BENCH_LOG`` names a file that keeps each
attempt as a line of JSON; a run that finds attempts there goes on from them.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import statistics
import tempfile
import time
import tomllib
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.app import App, open_app
from bot.backends.base import Backend, Chunk, ModelInfo, Request
from bot.backends.local.backend import LocalBackend
from bot.errors import RengaError
from bot.ids import ChannelId, Lang, MemberId, Place, private_room
from bot.services.brief import Brief, Finished
from bot.settings import Settings
from bot.works import Wish

LIMIT = 60.0
"""Seconds that an attempt may take."""

SHORT = (
    "haiku tanka quatrain-aabb quatrain-abab quatrain-abba quatrain-abcb common-measure limerick wujue qijue"
)
LONG = (
    "sonnet-shakespearean villanelle wulv qilv "
    "ci-rumengling ci-yijiangnan ci-huanxisha ci-pusaman ci-busuanzi"
)
MUST = {**dict.fromkeys(SHORT.split(), 0.99), **dict.fromkeys(LONG.split(), 0.95)}
"""Forms, and the part of the attempts that must reach the tick."""

TOPICS: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("topics.toml").read_text("utf-8"))

_WRITER = MemberId(1)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One poem: the check's verdict, and the seconds that it took."""

    form: str
    topic: str
    guided: bool
    text: str
    holds: object
    seconds: float


class Free:
    """A backend that hears nothing of forms."""

    def __init__(self, inner: Backend) -> None:
        self._inner = inner
        self.name = inner.name

    async def models(self) -> Sequence[ModelInfo]:
        """Those of the backend within."""
        return await self._inner.models()

    async def generate(self, request: Request) -> AsyncGenerator[Chunk, None]:
        """What the backend within writes without a guide."""
        async with aclosing(self._inner.generate(replace(request, constraint=None))) as chunks:
            async for chunk in chunks:
                yield chunk

    async def aclose(self) -> None:
        """Close the backend within."""
        await self._inner.aclose()


def run(quick: bool) -> str:
    """The table of all forms."""
    return asyncio.run(_run(3 if quick else 100))


async def _run(topics: int) -> str:
    log = os.environ.get("RENGA_BENCH_LOG")
    kept = _read(Path(log)) if log else []
    tried = {(one.form, one.topic, one.guided) for one in kept}
    async with _open(guided=True) as with_guide, _open(guided=False) as free:
        # Topic by topic: a run that is cut short has tried every form alike, and both ways.
        for number in range(topics):
            for form in MUST:
                topic = TOPICS[_language(form)][number]
                for app, guided in ((with_guide, True), (free, False)):
                    if (form, topic, guided) in tried:
                        continue
                    kept.append(await _attempt(app, form, topic, guided))
                    if log:
                        _keep(Path(log), kept[-1])
    return table(kept)


@asynccontextmanager
async def _open(*, guided: bool) -> AsyncGenerator[App]:
    """The bot's services over a database of their own, the model loaded."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.read(
            {
                "RENGA_DATABASE": f"{folder}/bench.sqlite3",
                "RENGA_MEMBER_REQUESTS": "1000000",
                "RENGA_MEMBER_TOKENS": "1000000000",
                "RENGA_GUILD_REQUESTS": "1000000",
                "RENGA_GUILD_TOKENS": "1000000000",
            },
            None,
        )
        local = LocalBackend(settings.local_folders())
        async with open_app(settings, backends=[local if guided else Free(local)]) as app:
            await _attempt(app, "haiku", "snow", guided)
            yield app


async def _attempt(app: App, form: str, topic: str, guided: bool) -> Attempt:
    place = Place(private_room(_WRITER), ChannelId(0))
    language = _language(form)
    wish = Wish(art="poem", topic=topic, form=form, language=language)
    brief = Brief(place=place, member=_WRITER, key=secrets.token_hex(8), lang=language, wish=wish)
    text, begun = "", time.perf_counter()
    try:
        async with aclosing(app.composer.compose(brief, stop=asyncio.Event())) as steps:
            async for step in steps:
                if isinstance(step, Finished):
                    text = step.take.text
    except RengaError:
        pass  # an attempt that failed has no text, and reaches no tick
    seconds = time.perf_counter() - begun
    report = app.forms.report(form, text, topic=topic)
    return Attempt(form, topic, guided, text, report.plain()["holds"] if report else False, seconds)


def table(attempts: Sequence[Attempt]) -> str:
    """What came of the attempts, form by form, and of the second reading."""
    from bot.bench.recheck import keeps

    rows = [
        "| form | topics | must | with the guide: tick | of them doubtful | free: tick "
        "| seconds p50 / max | over the limit |",
        "|---|---|---|---|---|---|---|---|",
    ]
    wrong: list[Attempt] = []
    ticked = unread = 0
    for form, must in MUST.items():
        mine = [one for one in attempts if one.form == form and one.guided]
        free = [one for one in attempts if one.form == form and not one.guided]
        if not mine:
            continue
        yes = [one for one in mine if one.holds is True]
        doubtful = [one for one in mine if one.holds == "doubtful"]
        late = sum(one.seconds > LIMIT for one in mine)
        ticked += len(yes)
        again = [keeps(form, one.text) for one in yes]
        wrong += [one for one, kept in zip(yes, again, strict=True) if kept is False]
        unread += again.count(None)
        took = [one.seconds for one in mine]
        rows.append(
            f"| {form} | {len(mine)} | {must:.0%} | {_part(len(yes), len(mine))} | {len(doubtful)} "
            f"| {_part(sum(one.holds is True for one in free), len(free))} "
            f"| {statistics.median(took):.1f} / {max(took):.1f} | {late} |"
        )
    rows.append(
        f"\nPoems with a tick that the second reading does not find in form: {len(wrong)} of {ticked}"
    )
    rows += [f"{one.form}, {one.topic}: {one.text!r}" for one in wrong]
    return "\n".join(rows)


def _part(some: int, of: int) -> str:
    return f"{some}/{of} ({some / of:.0%})" if of else "–"


def _language(form: str) -> Lang:
    return "zh" if form.startswith("ci-") or form in ("wujue", "qijue", "wulv", "qilv") else "en"


def _read(path: Path) -> list[Attempt]:
    if not path.exists():
        return []
    rows: list[dict[str, Any]] = [json.loads(row) for row in path.read_text("utf-8").splitlines()]
    return [Attempt(**row) for row in rows]


def _keep(path: Path, attempt: Attempt) -> None:
    facts = {name: getattr(attempt, name) for name in Attempt.__slots__}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(facts, ensure_ascii=False) + "\n")
