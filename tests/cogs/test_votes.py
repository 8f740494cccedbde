"""Blind votes through the real bot: nobody learns whose is whose, one vote each, counted by server."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from simcord.actors import MemberActor

from bot.backends.scripted import ScriptedBackend
from bot.ids import GuildId
from bot.judging.ballots import order_for
from bot.settings import Settings
from tests.cogs.world import Message, World, open_world, private

FIRST, SECOND = "The lamp looks in, the snow looks out", "Nobody swept the yard; the broom is white"
PAIRS = (
    (FIRST, SECOND),
    ("Flour on the table, flour on the hill", "A dog writes his one word across the field"),
    ("My father's ladder leans on nothing now", "How loud it is when all the roads go quiet"),
)


async def poll_of_two(world: World) -> Message:
    """Ana's work with two takes, and the vote that she opened on it."""
    world.model.say(FIRST).say(SECOND)
    poem = await world.poem()
    await world.ana.click(poem, label="Another take")
    await world.more(world.ana, poem, "Blind vote")
    return world.last()


def poll_id(world: World, message: Message) -> int:
    (button, *_) = world.latest(message).components[0]["components"]
    return int(re.split(":", button["custom_id"])[3])


async def vote(who: MemberActor, poll: Message, text: str) -> str:
    """Open the paper and choose a text; what the voter was shown."""
    opened = await who.click(poll, label="Read and vote")
    told = private(opened)
    place = 1 + told[: told.index(text)].count("\n\n")
    paper = opened.followups[0] if opened.followups else opened.response
    assert paper is not None
    await who.click(paper, label=f"{place}")
    return told


async def test_members_choose_without_knowing_and_it_is_revealed_when_it_closes(world: World) -> None:
    poll = await poll_of_two(world)
    assert "Blind vote" in poll.content and FIRST not in poll.content
    for who in (world.ben, world.mod):
        told = await vote(who, poll, SECOND)
        assert FIRST in told and "scripted" not in told
    assert "2 votes" in world.latest(poll).content and SECOND not in world.latest(poll).content
    refused = await world.ben.click(poll, label="Close")
    assert "2 votes" in world.latest(poll).content and private(refused)
    await world.ana.click(poll, label="Close")
    shown = world.latest(poll).content
    # One model wrote both: which take it is tells more.  The winner is whole, the other behind the button.
    assert "**Take 2 · another draft** · 2 votes" in shown and "Take 1 · first draft** · 0 votes" in shown
    assert SECOND in shown and FIRST not in shown and "scripted" not in shown
    assert world.labels(poll) == ["Read all"]
    whole = private(await world.ben.click(poll, label="Read all"))
    assert whole.index(SECOND) < whole.index(FIRST)


async def test_a_closed_vote_says_how_each_take_came_about(world: World) -> None:
    world.model.say(FIRST).say(SECOND)
    poem = await world.poem()
    form = await world.ana.click(poem, label="Revise…")
    await world.ana.submit_modal(form, {"instruction": "colder"})
    await world.more(world.ana, poem, "Blind vote")
    poll = world.last()
    await world.ana.click(poll, label="Close")
    shown = world.latest(poll).content
    assert "Take 2 · revised: colder" in shown and "Nobody voted" in shown


async def test_a_vote_is_changed_and_counts_once(world: World) -> None:
    poll = await poll_of_two(world)
    await vote(world.ben, poll, FIRST)
    await vote(world.ben, poll, SECOND)
    counted = await world.app.store.judging.counted(GuildId(world.guild.id), poll_id(world, poll))
    assert counted.total == 1
    opened = await world.ben.click(poll, label="Read and vote")
    paper = opened.followups[0] if opened.followups else opened.response
    assert paper is not None
    await world.ben.click(paper, label="No difference")
    counted = await world.app.store.judging.counted(GuildId(world.guild.id), poll_id(world, poll))
    assert counted.counts == {0: 1}


async def test_votes_outlive_a_restart_and_close_when_their_time_is_over(world: World) -> None:
    poll = await poll_of_two(world)
    await vote(world.ben, poll, FIRST)
    await world.restart()
    await vote(world.mod, poll, FIRST)
    assert "2 votes" in world.latest(poll).content
    desk = world.app.votes
    clock = desk._clock  # pyright: ignore[reportPrivateUsage]
    desk._clock = lambda: clock() + timedelta(hours=25)  # pyright: ignore[reportPrivateUsage]
    await world.bot.get_cog("Votes").end_due()  # type: ignore[union-attr]
    assert "closed" in world.latest(poll).content and FIRST in world.latest(poll).content
    assert world.labels(poll) == ["Read all"]


async def test_the_author_of_known_takes_does_not_vote_and_others_open_no_vote_on_them(world: World) -> None:
    world.model.say(FIRST).say(SECOND)
    poem = await world.poem()
    assert "Blind vote" not in await world.offered(world.ana, poem)
    await world.ana.click(poem, label="Another take")
    before = len(world.public_texts())
    assert "Blind vote" not in await world.offered(world.ben, poem)
    assert "only its author" in private(await world.press_old(world.ben, poem, "vote"))
    assert len(world.public_texts()) == before
    await world.more(world.ana, poem, "Blind vote")
    opened = await world.ana.click(world.last(), label="Read and vote")
    paper = opened.followups[0] if opened.followups else opened.response
    assert paper is not None
    assert "the others vote" in private(await world.ana.click(paper, label="1"))


async def test_two_models_in_a_duel_and_the_table_that_comes_of_it(settings: Settings) -> None:
    two = ScriptedBackend(models=("quill", "brush"))
    async with open_world(settings.model_copy(update={"model": "scripted/quill"}), model=two) as world:
        for one, other in PAIRS:
            two.say(one).say(other)
            asked = {"topic": "snow", "model": "scripted/quill", "against": "scripted/brush"}
            await world.ana.slash(world.general, "votes duel", **asked)
            poll = world.last()
            assert "Blind vote" in poll.content
            assert not any("quill" in text or one in text for text in world.public_texts()[-1:])
            ballot = await world.app.votes.ballot(GuildId(world.guild.id), poll_id(world, poll))
            brush = next(option.number for option in ballot.poll.options if option.model == "scripted/brush")
            for who in (world.ana, world.ben, world.mod):
                await vote(who, poll, ballot.texts[brush])
            before = private(await world.ben.slash(world.general, "votes table"))
            assert ("No closed vote" in before) is (one == FIRST)
            await world.ana.click(poll, label="Close")
        told = private(await world.ben.slash(world.general, "votes table"))
        assert told.index("scripted/brush") < told.index("scripted/quill")
        assert "shown 9 ×, won 9" in told and "ahead of the second" in told
        world.locales[world.ben.id] = "zh-CN"
        assert "Bradley–Terry" in private(await world.ben.slash(world.general, "votes table"))
        assert "更受喜爱的模型" in private(await world.ben.slash(world.general, "votes table"))
        other = GuildId(world.guild.id + 1)
        assert (await world.app.votes.table(other, "model")).lines == ()


async def test_two_styles_in_a_duel(world: World) -> None:
    world.model.say(FIRST).say(SECOND)
    sides = {"style": "imagist", "against-style": "gothic"}
    await world.ana.slash(world.general, "votes duel", topic="snow", **sides)
    poll = world.last()
    await vote(world.ben, poll, FIRST)
    await world.ana.click(poll, label="Close")
    assert "imagist" in world.latest(poll).content and "gothic" in world.latest(poll).content
    told = private(await world.ben.slash(world.general, "votes table", by="style"))
    assert "imagist" in told and "Too little is known" in told


@pytest.mark.parametrize("given", [{}, {"model": "scripted/scripted", "against": "scripted/scripted"}])
async def test_a_duel_needs_two_sides(world: World, given: dict[str, str]) -> None:
    assert "same" in private(await world.ana.slash(world.general, "votes duel", topic="snow", **given))
    assert world.model.requests == []


async def test_whoever_is_forgotten_takes_their_vote_along(world: World) -> None:
    poll = await poll_of_two(world)
    await vote(world.ben, poll, FIRST)
    await vote(world.mod, poll, FIRST)
    told = (await world.app.privacy.export(world.ben.id, world.guild.id)).decode()
    assert "votes cast" in told
    await world.app.privacy.forget(world.ben.id, world.guild.id)
    counted = await world.app.store.judging.counted(GuildId(world.guild.id), poll_id(world, poll))
    assert counted.total == 1
    await world.app.privacy.forget(world.ana.id, world.guild.id)
    found = await world.app.store.judging.poll(GuildId(world.guild.id), poll_id(world, poll))
    assert found.opener == 0


async def test_each_voter_reads_another_order_and_the_same_again(world: World) -> None:
    poll = await poll_of_two(world)
    found = await world.app.store.judging.poll(GuildId(world.guild.id), poll_id(world, poll))
    orders = {tuple(one.number for one in order_for(found, member)) for member in range(1, 40)}
    assert orders == {(1, 2), (2, 1)}
    assert order_for(found, world.ben.id) == order_for(found, world.ben.id)


async def test_a_vote_of_another_server_cannot_be_reached_by_its_id(world: World) -> None:
    poll = await poll_of_two(world)
    world.brought_along.add(world.ben.id)
    told = private(await world.ben.click(poll, label="Read and vote"))
    assert FIRST not in told
