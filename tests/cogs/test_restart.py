"""What was cut off is finished: recovery at start, exactly once, and channels that cannot be posted to."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from simcord.env import Env

from bot.backends.base import Waiting
from bot.errors import ModelUnavailable, ReadOnly
from bot.ids import ChannelId, GuildId, MemberId, Place, WorkId
from bot.services.ports import Outgoing
from bot.works import WorkState
from cogs.ui.studio import studio_of
from tests.cogs.test_works import work_of
from tests.cogs.world import World
from tests.patience import PATIENCE


async def test_a_busy_machine_may_take_its_time_to_start_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle, given = Env._settle_internal, list[float]()

    async def noted(env: Env, *, timeout: float | None = None, **how: Any) -> None:
        given.append(env.settle_timeout if timeout is None else timeout)
        await settle(env, timeout=timeout, **how)

    monkeypatch.setattr(Env, "_settle_internal", noted)
    await world.restart()
    await world.kill()
    assert set(given) == {PATIENCE}


async def test_a_poem_cut_off_by_a_restart_says_so_and_can_be_asked_for_again(world: World) -> None:
    world.model.hang("half a line").say("whole words")
    world.type_behind(world.ana, "poem", topic="first snow")
    message = await world.until_shown("half a")
    await world.kill()
    shown = world.latest(message).content.split("\n")
    assert shown[0].startswith("half a") and len(shown) == 2
    assert "restarted while this was being written" in shown[1]
    await world.ana.click(message, label="Another take")
    assert "whole words" in world.latest(message).content


async def test_discord_saying_ready_again_disturbs_nothing_that_is_being_written(world: World) -> None:
    world.model.hang("half a line")
    place = Place(GuildId(world.guild.id), ChannelId(world.general.id))
    spent, _ = await world.app.usage.today(place, MemberId(world.ana.id))
    world.type_behind(world.ana, "poem", topic="first snow")
    message = await world.until_shown("half a")
    reserved, _ = await world.app.usage.today(place, MemberId(world.ana.id))
    await asyncio.gather(world.bot.on_ready(), world.bot.on_ready())
    assert "restarted" not in world.latest(message).content
    assert "Stop" in world.labels(message)
    again, _ = await world.app.usage.today(place, MemberId(world.ana.id))
    assert again == reserved != spent, "its allowance is still taken"
    work = await world.app.works.work(world.guild.id, work_of(message, world))
    assert work.state is WorkState.WRITING
    await world.ana.click(message, label="Stop")
    assert "half a line" in world.latest(message).content


async def test_what_is_asked_before_the_first_ready_is_not_taken_for_what_was_cut_off(world: World) -> None:
    await world.app.recovery.look_back()  # as every start does, before Discord hands anything over
    world.model.hang("half a line")
    world.type_behind(world.ana, "poem", topic="first snow")
    message = await world.until_shown("half a")
    await world.bot.on_ready()
    assert "restarted" not in world.latest(message).content
    await world.ana.click(message, label="Stop")
    assert "half a line" in world.latest(message).content


async def test_a_recovery_that_failed_is_tried_again_and_the_rest_runs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.model.hang("half a line")
    world.type_behind(world.ana, "poem", topic="first snow")
    message = await world.until_shown("half a")
    with monkeypatch.context() as patch:

        async def fail() -> None:
            raise ReadOnly(reason="full")

        patch.setattr(world.app.dispatch, "recover", fail)
        await world.kill()
    assert "restarted" not in world.latest(message).content
    await world.app.recovery.begin()
    assert "restarted while this was being written" in world.latest(message).content


async def test_what_failed_while_discord_was_away_says_so_later(world: World) -> None:
    away = asyncio.Event()
    world.model.act(Waiting("queued", place=3), away, ModelUnavailable(model="x"))
    world.type_behind(world.ana, "poem", topic="first snow")
    message = await world.until_shown("-# ")
    for method in ("PATCH", "DELETE", "POST"):
        world.env.inject_error(method, "/webhooks/*", status=503, times=None)
    away.set()
    work = (await world.app.works.recent(world.guild.id, world.ana.id))[0]
    await world.until(lambda: not studio_of(world.bot).outlet.busy(work.id))
    dispatch = world.app.dispatch
    await dispatch.catch_up()
    assert world.labels(message) == ["Stop"]  # it may only just have ended
    await dispatch.catch_up()
    assert world.latest(message).content.startswith("-# This was not finished.")
    assert "Another take" in world.labels(message)
    assert not await world.app.works.unfinished()


async def test_another_take_cut_off_by_a_restart_shows_the_take_that_stands(world: World) -> None:
    world.model.say("first words").hang("half a line")
    poem = await world.poem()
    world.press_behind(world.ana, poem, "Another take")
    await world.until_shown("half a")
    await world.kill()
    assert "first words" in world.latest(poem).content
    assert "Another take" in world.labels(poem)
    assert not await world.app.works.unfinished()


async def test_a_bot_that_is_told_to_go_keeps_what_was_written(world: World) -> None:
    world.model.hang("half a line")
    world.type_behind(world.ana, "poem", topic="first snow")
    message = await world.until_shown("half a")
    await world.bot.remove_cog("Works")  # as Bot.close() does
    assert "writing…" not in world.latest(message).content
    assert "half a line" in world.latest(message).content and "stopped" in world.latest(message).content


async def test_a_take_that_was_recorded_and_never_shown_is_shown_once(world: World) -> None:
    world.model.say("first words").say("second words")
    poem = await world.poem()
    world.env.inject_error("PATCH", "/webhooks/*", status=400, code=50035, times=None)
    world.env.inject_error("PATCH", "/channels/*", status=400, code=50035, times=None)
    pressed = world.press_behind(world.ana, poem, "Another take")
    await world.until(lambda: len(world.model.requests) == 2 and pressed.responded)
    await world.until_taken(work_of(poem, world), 2)
    world.env.backend.faults.clear()
    await world.kill()
    assert "second words" in world.latest(poem).content
    assert not await world.app.works.undelivered()


async def test_a_private_take_is_not_shown_to_all_after_a_restart(world: World) -> None:
    world.model.hang("hidden words")
    record = world.type_behind(world.ana, "poem", topic="first snow", private=True)
    await world.until(lambda: world.model.open == 1 and record.responded)
    await world.kill()
    assert not world.public_texts()


async def test_a_private_take_that_was_recorded_and_never_shown_stays_private(world: World) -> None:
    world.model.say("hidden words")
    world.env.inject_error("PATCH", "/webhooks/*", status=400, code=50035, times=None)
    world.type_behind(world.ana, "poem", topic="first snow", private=True)
    await world.until(lambda: bool(world.model.requests) and not world.model.open)
    async with asyncio.timeout(60):
        while not await world.app.works.undelivered():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    world.env.backend.faults.clear()
    await world.kill()
    assert not world.public_texts()


async def test_a_gallery_that_refuses_keeps_the_post_for_later(world: World) -> None:
    await world.mod.slash(world.general, "settings gallery", channel=world.gallery)
    poem = await world.poem()
    world.env.inject_error("POST", f"/channels/{world.gallery.id}/messages", status=500, times=1)
    form = await world.ana.click(poem, label="Publish")
    result = await world.ana.submit_modal(form, {"title": "Snow"})
    assert result.response is not None and "try again" in result.response.content
    assert await world.app.dispatch.run_once() == 1
    assert len(world.gallery.history()) == 1
    assert await world.app.dispatch.run_once() == 0
    assert len(world.gallery.history()) == 1


async def test_a_post_that_reached_discord_before_the_crash_is_found_and_not_made_again(world: World) -> None:
    await world.mod.slash(world.general, "settings gallery", channel=world.gallery)
    poem = await world.poem()
    form = await world.ana.click(poem, label="Publish")
    await world.ana.submit_modal(form, {"title": "Snow"})
    posted = world.gallery.last_message
    assert posted is not None
    outlet = studio_of(world.bot).outlet
    row = Outgoing(
        id=99,
        guild=world.guild.id,
        channel=world.gallery.id,
        kind="published",
        payload={"work": int(work_of(poem, world)), "take": 1},
        nonce="n",
        at=world.env.now() - timedelta(minutes=5),
        work=WorkId(int(work_of(poem, world))),
    )
    # Known to the store already, so it is not the lost one.
    assert await outlet.find(row) is None
    await world.app.store.database.write(
        lambda connection: connection.exec_driver_sql(f"DELETE FROM cards WHERE message = {posted.id}")
    )
    assert await outlet.find(row) == posted.id


async def test_a_deleted_message_ends_the_stream_and_loses_no_take(world: World) -> None:
    world.model.say("first words")
    poem = await world.poem()
    stored = world.env.backend.get_message(world.general.id, poem.id)
    await world.mod.delete(poem)
    assert stored.id not in world.env.backend.messages[world.general.id]
    listed = await world.ana.slash(world.general, "drafts")
    assert listed.response is not None and "first snow" in listed.response.content
