from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.backends.base import Chunk, Message, Request, Waiting, collect
from bot.backends.limits import Limits, Line, Ticket
from bot.backends.scripted import ScriptedBackend
from bot.errors import DeadlinePassed, QueueFull

pytestmark = pytest.mark.usefixtures("jumping_clock")


def ask(scope: str = "1/1", deadline: float = 30.0) -> Request:
    return Request(messages=(Message("user", "snow"),), scope=scope, deadline=deadline)


async def start(limits: Limits, request: Request) -> tuple[AsyncGenerator[Chunk, None], Chunk]:
    stream = limits.generate(request)
    return stream, await anext(stream)


def line(running: int = 1, per_guild: int = 10_000) -> Line:
    return Line(running=running, per_guild=per_guild, altogether=100_000)


def serve_all(of: Line, running: list[Ticket], everybody: list[Ticket]) -> list[Ticket]:
    """End the running one again and again; the order in which the others were let in."""
    order: list[Ticket] = []
    waiting = [ticket for ticket in everybody if ticket not in running]
    while running:
        of.leave(running.pop(0))
        let_in = [ticket for ticket in waiting if ticket.place == 0]
        waiting = [ticket for ticket in waiting if ticket.place != 0]
        order += let_in
        running += let_in
    assert not waiting
    return order


async def test_a_thousand_requests_of_one_guild_delay_another_by_one_job() -> None:
    of = line()
    busy = [of.enter(f"1/{number % 7}") for number in range(1000)]
    late = [of.enter("2/1"), of.enter("3/1")]
    order = serve_all(of, busy[:1], busy + late)
    assert [ticket.guild for ticket in order[:4]] == ["2", "3", "1", "1"]


async def test_members_of_a_guild_take_turns() -> None:
    of = line()
    everybody = [of.enter(scope) for scope in ("1/a", "1/a", "1/a", "1/a", "1/b", "1/c", "1/b")]
    order = serve_all(of, everybody[:1], everybody)
    assert "".join(ticket.member for ticket in order) == "bcabaa"


async def test_one_who_comes_again_and_again_does_not_starve_the_others() -> None:
    of = line()
    running = of.enter("2/1")
    patient = of.enter("1/1")
    for _ in range(3):
        again = of.enter("2/1"), of.enter("3/1")
        of.leave(running)
        if patient.place == 0:
            return
        running = next(ticket for ticket in again if ticket.place == 0)
    raise AssertionError("never served")


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3)), max_size=40),
    st.lists(st.integers(0, 100), max_size=30),
    st.integers(1, 3),
)
def test_places_are_the_order_in_which_people_are_served(
    scopes: list[tuple[int, int]], leavers: list[int], room: int
) -> None:
    async def run() -> None:
        of = line(room)
        tickets = [of.enter(f"{guild}/{member}") for guild, member in scopes]
        for number in leavers:
            if tickets:
                of.leave(tickets.pop(number % len(tickets)))
        waiting = sorted((ticket for ticket in tickets if ticket.place), key=lambda ticket: ticket.place)
        running = [ticket for ticket in tickets if not ticket.place]
        assert [ticket.place for ticket in waiting] == list(range(1, len(waiting) + 1))
        assert of.running == len(running) == min(room, len(tickets))
        assert serve_all(of, running, tickets) == waiting
        assert of.running == of.waiting() == 0

    asyncio.run(run())


async def test_place_is_shown_and_updated() -> None:
    inner = ScriptedBackend().hang().hang().say("at last")
    limits = Limits(inner, max_running=1)
    first = asyncio.create_task(collect(limits.generate(ask("1/1"))))
    await asyncio.sleep(0)
    second, place = await start(limits, ask("1/2"))
    assert isinstance(place, Waiting) and (place.why, place.place) == ("queued", 1)
    third, place = await start(limits, ask("1/3"))
    assert isinstance(place, Waiting) and place.place == 2
    # Whoever gives up makes those behind move up.
    await second.aclose()
    place = await anext(third)
    assert isinstance(place, Waiting) and place.place == 1
    inner.say("")
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    await third.aclose()
    assert limits.line.running == limits.line.waiting() == inner.open == 0


async def test_whoever_waits_is_told_for_how_long_by_what_others_took(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limits = Limits(ScriptedBackend().say("a").say("b").hang().hang(), max_running=2)
    now = 100.0
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now)
    for took in (10.0, 20.0):
        stream = limits.generate(ask("1/1"))
        await anext(stream)
        now += took
        async for _ in stream:
            pass
    tasks = [asyncio.create_task(collect(limits.generate(ask(f"1/{n}")))) for n in (1, 2)]
    await asyncio.sleep(0)
    waiting, first = await start(limits, ask("1/3"))
    assert isinstance(first, Waiting)
    # 0.8 · 10 + 0.2 · 20 seconds each, two at a time.
    assert (first.place, first.seconds) == (1, 6.0)
    await waiting.aclose()
    for task in tasks:
        task.cancel()


async def test_nobody_waits_while_there_is_room() -> None:
    limits = Limits(ScriptedBackend().say("a").say("b"), max_running=2)
    results = await asyncio.gather(*(collect(limits.generate(ask())) for _ in range(2)))
    assert [result.text for result in results] == ["a", "b"]


async def test_full_for_one_guild_is_not_full_for_another() -> None:
    limits = Limits(ScriptedBackend().hang(), max_running=1, max_queued=2)
    running = asyncio.create_task(collect(limits.generate(ask())))
    await asyncio.sleep(0)
    waiting = [await start(limits, ask("1/2")), await start(limits, ask("1/3"))]
    with pytest.raises(QueueFull) as caught:
        await collect(limits.generate(ask("1/4")))
    assert caught.value.facts["waiting"] == 2
    waiting.append(await start(limits, ask("2/1")))
    running.cancel()
    for stream, _ in waiting:
        await stream.aclose()


async def test_a_backend_that_never_answers_frees_its_place() -> None:
    inner = ScriptedBackend().hang("Sn")
    limits = Limits(inner, max_running=1)
    with pytest.raises(DeadlinePassed):
        await collect(limits.generate(ask(deadline=0.05)))
    assert limits.line.running == 0
    assert (await collect(limits.generate(ask()))).text


async def test_waiting_counts_into_the_deadline() -> None:
    inner = ScriptedBackend().hang()
    limits = Limits(inner, max_running=1)
    running = asyncio.create_task(collect(limits.generate(ask())))
    await asyncio.sleep(0)
    with pytest.raises(DeadlinePassed):
        await collect(limits.generate(ask("2/1", deadline=0.05)))
    assert len(inner.requests) == 1
    assert limits.line.waiting() == 0
    running.cancel()


async def test_a_reader_that_stops_reading_loses_its_place_at_the_deadline() -> None:
    limits = Limits(ScriptedBackend().say("a", "b"), max_running=1)
    stream, _ = await start(limits, ask(deadline=0.05))
    assert limits.line.running == 1
    await asyncio.sleep(0.1)
    assert limits.line.running == 0
    await stream.aclose()


async def test_cancelling_while_waiting_leaves_the_line() -> None:
    limits = Limits(ScriptedBackend().hang(), max_running=1)
    tasks = [asyncio.create_task(collect(limits.generate(ask(f"1/{n}")))) for n in range(3)]
    await asyncio.sleep(0)
    assert limits.line.waiting() == 2
    for task in reversed(tasks):
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert limits.line.waiting() == limits.line.running == 0


async def test_the_inner_deadline_is_what_is_left() -> None:
    inner = ScriptedBackend()
    async with aclosing(Limits(inner).generate(ask(deadline=10))) as chunks:
        await anext(chunks)
    assert 0 < inner.requests[0].deadline <= 10
