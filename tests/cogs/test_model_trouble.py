"""What members read when a model elsewhere does not answer as it should: what it is, and what to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.backends.openai_api import OpenAIBackend
from bot.backends.scripted import ScriptedBackend
from bot.settings import Settings
from tests.cogs.world import World, open_world, private
from tests.servers.faulty import POEM, Faulty, event, says, serve, status
from tests.servers.replay import case, played


async def at_once(seconds: float) -> None:
    """Nobody waits in a test."""
    await asyncio.sleep(0)


@asynccontextmanager
async def elsewhere(settings: Settings) -> AsyncIterator[tuple[World, Faulty]]:
    """A world whose models are on a server."""
    async with serve() as server:
        backend = OpenAIBackend(base_url=server.url, pause=at_once, list_kept=0)
        named = settings.model_copy(update={"model": "openai/poet"})
        async with open_world(named, backends=[backend]) as world:
            yield world, server


async def told(world: World, **options: Any) -> str:
    """What a member reads in private who asks for a poem and gets none."""
    return private(await world.ana.slash(world.general, "poem", **({"topic": "rain"} | options)))


TROUBLE: list[tuple[Any, str, str]] = [
    (played(case("402")), "no credit left", "余额已用完"),
    (played(case("403_region")), "does not serve the place", "不为机器人所在的地区服务"),
    (played(case("403_moderation")), "refused this by its own policy", "按自己的政策拒绝"),
    (played(case("400_inspection")), "refused this by its own policy", "按自己的政策拒绝"),
    (played(case("404_endpoints")), "settings, such as those for privacy", "隐私设置"),
    (played(case("413_tpm")), "in one minute", "一分钟内"),
    (played(case("422_tgi")), "may have 2048 tokens", "2048 个词元"),
    (played(case("err_first_code429")), "too many requests", "请求太多"),
    (played(case("reasoning_only_length")), "spent all it was allowed on thinking", "都用在思考上"),
    (status(429, "slow down", headers={"Retry-After": "90"}), "for about 90 seconds", "约 90 秒内"),
    (status(429, "try again in 3h2m"), "for about 4 hours", "约 4 小时内"),
    (
        status(403, "You do not have access to model poet"),
        "does not let this bot's account",
        "不允许机器人的账户",
    ),
    (status(401, code="invalid_api_key"), "does not accept this bot's key", "不接受这个机器人的密钥"),
    (status(404, code="model_not_found"), "Nobody here offers", "这里没有"),
    (status(529, "Overloaded"), "too much to do", "太忙"),
    (says({"error": {"message": "boom"}}), "broke off", "中途断了"),
]


@pytest.mark.parametrize(("answer", "english", "chinese"), TROUBLE)
async def test_a_member_reads_what_it_is_in_their_language(
    settings: Settings, answer: Any, english: str, chinese: str
) -> None:
    async with elsewhere(settings) as (world, server):
        for locale, words in (("en-US", english), ("zh-CN", chinese)):
            world.locales[world.ana.id] = locale
            server.plan.clear()
            server.then(*[answer] * 4)
            said = await told(world)
            assert words in said and "openai/poet" in said
            assert "SECRETTHOUGHT" not in said
            assert not world.public_texts()


@pytest.mark.parametrize("chinese", [False, True])
@pytest.mark.parametrize(
    ("answer", "kept", "in_english", "in_chinese"),
    [
        (says(*POEM, cut=True), "Snow falls.", "broken off", "中断"),
        (says(*POEM, done=False), "Snow falls.", "broken off", "中断"),
        (played(case("finish_error")), "The rain comes down", "broken off", "中断"),
        (played(case("finish_safety")), "The rain", "policy of the provider", "被提供方的政策截断"),
        (played(case("finish_maxtokens")), "nobody counts it.", "cut off at the limit", "上限"),
    ],
)
async def test_a_break_in_the_middle_keeps_the_text_and_says_so(
    settings: Settings, answer: Any, kept: str, in_english: str, in_chinese: str, chinese: bool
) -> None:
    async with elsewhere(settings) as (world, server):
        world.guild_locale = "zh-CN" if chinese else "en-US"
        server.then(answer)
        shown = (await world.poem(topic="rain")).content
        assert kept in shown and (in_chinese if chinese else in_english) in shown
        work = (await world.app.works.recent(world.guild.id, world.ana.id))[0]
        take = await world.app.works.take(world.guild.id, work.id, 1)
        assert take.ending in ("interrupted", "refused", "length") and take.model is not None


async def test_another_take_that_breaks_off_is_a_take_too(settings: Settings) -> None:
    async with elsewhere(settings) as (world, server):
        poem = await world.poem(topic="rain")
        server.then(says(event("Half a line"), cut=True))
        await world.ana.click(poem, label="Another take")
        shown = world.latest(poem).content
        assert "Half a line" in shown and "broken off" in shown and "failed in the middle" in shown
        await world.ana.click(poem, label="◀")
        assert "Snow falls." in world.latest(poem).content


@pytest.mark.parametrize("name", ["think_noopen", "think_harmony", "think_seed", "parts"])
async def test_thoughts_are_in_no_message_at_any_time(settings: Settings, name: str) -> None:
    async with elsewhere(settings) as (world, server):
        server.then(played(case(name)))
        assert "and nobody counts it." in (await world.poem(topic="rain")).content
        sent = "".join(str(request.json) for request in world.env.http_requests)
        assert "SECRETTHOUGHT" not in sent and "think>" not in sent and "<|" not in sent


async def test_a_snapshot_s_name_is_no_other_model(settings: Settings) -> None:
    async with elsewhere(settings) as (world, server):
        server.then(played(case("openai_ok")))
        shown = (await world.poem(topic="rain", model="openai/gpt-5-mini")).content
        assert "gpt-5-mini-2025-08-07" in shown and "Another model" not in shown


@pytest.mark.parametrize(
    "model", ["openai/meta/llama-4:free", "openai/gpt-5-mini-2025-08-07", "openai/x/y:nitro"]
)
async def test_what_a_server_does_not_list_is_asked_for_all_the_same(settings: Settings, model: str) -> None:
    async with elsewhere(settings) as (world, server):
        await world.poem(topic="rain", model=model)
        assert server.bodies[-1]["model"] == model.removeprefix("openai/")


async def test_where_only_some_models_are_offered_no_other_is_asked_for(settings: Settings) -> None:
    async with serve() as server:
        backend = OpenAIBackend(base_url=server.url, only=["poet"])
        async with open_world(settings, backends=[backend]) as world:
            assert "Nobody here offers" in await told(world, model="openai/costly")
            assert not server.bodies


async def test_hundreds_of_models_are_listed_in_pages(settings: Settings) -> None:
    names = [f"vendor/model-{number:03}:free" for number in range(300)]
    async with open_world(settings, model=ScriptedBackend(models=names)) as world:
        result = await world.ana.slash(world.general, "model list")
        first = private(result)
        assert "300 models" in first and "page 1 of" in first and "model-000" in first
        page = result.response or result.followups[-1]
        seen = set[str]()
        for _ in range(60):
            content = world.latest(page).content
            assert len(content) <= 2_000
            seen |= {name for name in names if name in content}
            if "Next" not in world.labels(page):
                break
            await world.ana.click(page, label="Next")
        assert seen == set(names)
        await world.restart()
        await world.ana.click(page, label="First")
        assert "model-000" in world.latest(page).content and "page 1 of" in world.latest(page).content
        world.locales[world.ana.id] = "zh-CN"
        assert "共 300 个模型" in private(await world.ana.slash(world.general, "model list"))


async def test_the_list_tells_what_was_learnt_of_a_model(settings: Settings) -> None:
    async with elsewhere(settings) as (world, server):
        server.then(status(400, "System role not supported"), status(400, "temperature is deprecated"))
        server.then(says(event(delta={"reasoning": "hm"}), *POEM, event(finish="stop")))
        await world.poem(topic="rain")
        said = private(await world.ana.slash(world.general, "model list"))
        assert "thinks before it answers" in said and "takes no system message" in said
        assert "asked without `temperature`" in said
