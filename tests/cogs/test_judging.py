"""Readings, likeness and the whole report, through the real bot."""

from __future__ import annotations

import json

from bot.backends.base import Ability
from bot.backends.scripted import ScriptedBackend
from bot.errors import ModelUnavailable
from bot.settings import Settings
from tests.cogs.test_works import work_of
from tests.cogs.world import World, open_world, private

POEM = "The kettle ticks; the window keeps\nits frost against the light."
OTHER = "Nobody swept the yard tonight;\nthe broom itself is white."

HAIKU = "An old silent pond\nA frog jumps into the pond\nSplash! Silence again"

QUOTED = "the window keeps / its frost"

READING = json.dumps(
    {
        "points": [
            {
                "criterion": "image",
                "strength": "The frost is kept like a promise.",
                "quote": QUOTED,
                "suggestion": "Let us hear the kettle once more.",
                "about": "The kettle ticks",
            },
            {
                "criterion": "feeling",
                "strength": "It grieves.",
                "quote": "the moon forgives",
                "suggestion": "",
                "about": "",
            },
        ]
    }
)


async def test_an_authors_work_is_read_for_them_alone_with_its_own_lines(world: World) -> None:
    world.model.say(POEM).say(READING)
    poem = await world.poem()
    told = private(await world.more(world.ana, poem, "Critique"))
    assert "> the window keeps\n> its frost" in told and "The frost is kept like a promise" in told
    assert "Try:" in told and "> The kettle ticks" in told
    assert "the moon forgives" not in told and "1 remark was left out" in told
    asked = world.model.requests[-1]
    assert asked.schema is not None and asked.constraint is None
    assert "2 lines in 1 stanza" in asked.messages[-1].text and POEM in asked.messages[-1].text


async def test_what_the_check_of_the_form_found_is_given_and_not_guessed(world: World) -> None:
    world.model.say(HAIKU).say(READING.replace(QUOTED, "A frog jumps"))
    poem = await world.poem(form="haiku", topic="pond")
    told = private(await world.more(world.ana, poem, "Critique"))
    assert "Form: 5-7-5 ✓" in told and "> A frog jumps" in told
    asked = world.model.requests[-1]
    assert "5-7-5 ✓" in asked.messages[-1].text and asked.constraint is None


async def test_the_command_reads_the_newest_work_in_the_members_language(world: World) -> None:
    world.locales[world.ana.id] = "zh-CN"
    world.model.say(POEM).say(READING)
    await world.poem()
    told = private(await world.ana.slash(world.general, "critique"))
    assert "**意象**" in told and "试试：" in told and "已略去" in told
    assert "中文" in world.model.requests[-1].messages[0].text


async def test_somebody_elses_work_is_read_when_they_agree_and_the_question_outlives_a_restart(
    world: World,
) -> None:
    world.model.say(POEM).say(READING)
    poem = await world.poem()
    await world.more(world.ben, poem, "Critique")
    question = world.last()
    assert f"<@{world.ana.id}>" in question.content and len(world.model.requests) == 1
    await world.restart()
    assert "belongs to somebody else" in private(await world.ben.click(question, label="Accept"))
    await world.ana.click(question, label="Accept")
    assert "> the window keeps" in world.latest(question).content
    assert world.labels(question) == []


async def test_the_author_may_say_no_and_whoever_asked_may_take_it_back(world: World) -> None:
    world.model.say(POEM)
    poem = await world.poem()
    await world.more(world.ben, poem, "Critique")
    await world.ana.click(world.last(), label="Decline")
    assert "declined" in world.last().content
    await world.more(world.ben, poem, "Critique")
    await world.ben.click(world.last(), label="Decline")
    assert "Withdrawn" in world.last().content
    await world.ana.slash(world.general, "privacy consent", revise="never")
    assert "does not want" in private(await world.more(world.ben, poem, "Critique"))
    assert len(world.model.requests) == 1


async def test_a_plain_message_is_read_by_right_click_its_own_at_once_anothers_with_leave(
    world: World,
) -> None:
    said = await world.ben.send(world.general, POEM)
    world.model.say(READING)
    assert "> the window keeps" in private(await world.on_message(world.ben, said, "critique"))
    world.model.say(READING)
    await world.on_message(world.ana, said, "critique")
    question = world.last()
    assert [file.filename for file in question.attachments] == ["text.txt"]
    await world.ben.click(question, label="Accept")
    assert "> the window keeps" in world.latest(question).content


async def test_a_poem_that_fails_costs_nothing(world: World) -> None:
    world.model.fail(ModelUnavailable("scripted"))
    await world.ana.slash(world.general, "poem", topic="rain")
    assert "0 of" in private(await world.ana.slash(world.general, "usage"))


async def test_a_reading_that_fails_leaves_the_question_and_costs_nothing(world: World) -> None:
    world.model.say(POEM).fail(ModelUnavailable(model="scripted/scripted")).say(READING)
    poem = await world.poem()
    await world.more(world.ben, poem, "Critique")
    question = world.last()
    await world.ana.click(question, label="Accept")
    assert world.labels(question) == ["Accept", "Decline"]
    await world.ana.click(question, label="Accept")
    assert "> the window keeps" in world.latest(question).content


async def test_an_answer_that_says_nothing_is_asked_for_again_and_then_told_as_such(world: World) -> None:
    world.model.say(POEM).say("What a lovely poem!").say("Lovely.")
    poem = await world.poem()
    told = private(await world.more(world.ana, poem, "Critique"))
    assert "nothing of this text that holds" in told and "Lovely" not in told
    assert "2 lines in 1 stanza" in told
    assert len(world.model.requests) == 3


async def test_a_model_that_only_writes_verse_is_not_asked_to_read(settings: Settings) -> None:
    small = ScriptedBackend(abilities=Ability.CUE | Ability.LOCAL | Ability.LOGPROBS)
    async with open_world(settings, model=small) as world:
        small.say(POEM)
        poem = await world.poem()
        told = private(await world.more(world.ana, poem, "Critique"))
        assert "cannot read a poem" in told and "11 words" in told
        assert len(small.requests) == 1


async def test_a_take_too_like_an_earlier_work_is_thrown_back_and_written_again(world: World) -> None:
    world.model.say(POEM).say(POEM.replace("ticks", "sings")).say(OTHER)
    await world.poem()
    poem = await world.poem(world.ben)
    shown = world.latest(poem).content
    assert "broom itself" in shown and "-# " in shown and "too like" not in shown
    retold = world.model.requests[-1]
    assert "too close" in retold.messages[-1].text and "frost" not in retold.messages[-1].text
    assert retold.sampling.seed != world.model.requests[-2].sampling.seed
    report = private(await world.more(world.ben, poem, "Whole report"))
    assert "1 draft before it was too like" in report
    take = await world.app.works.take(world.guild.id, work_of(poem, world), 1)
    assert take.text == OTHER


async def test_when_every_try_is_too_like_the_least_is_kept_and_said_to_be_so(world: World) -> None:
    near = POEM.replace("ticks", "sings").replace("against the light", "beside your photograph")
    world.model.say(POEM).say(POEM + " Now").say(near).say(POEM.replace("kettle", "clock"))
    await world.poem()
    poem = await world.poem(world.ben)
    shown = world.latest(poem).content
    assert "photograph" in shown and "stands in another work" in shown
    assert len(world.model.requests) == 4


async def test_a_chosen_seed_a_revision_and_another_server_are_not_thrown_back(world: World) -> None:
    world.model.say(POEM).say(POEM).say(POEM.replace("frost", "ice"))
    await world.poem()
    poem = await world.poem(world.ben, seed=7)
    form = await world.ben.click(poem, label="Revise…")
    await world.ben.submit_modal(form, {"instruction": "ice"})
    assert "its ice" in world.latest(poem).content and len(world.model.requests) == 3
    world.brought_along.add(world.ben.id)
    world.model.say(POEM)
    await world.poem(world.ben)
    assert len(world.model.requests) == 4


async def test_the_report_names_the_closest_work_but_not_one_that_its_author_keeps(world: World) -> None:
    world.model.say(POEM).say(POEM.replace("ticks", "sings")).say(OTHER).say(OTHER + "\nAnd so am I.")
    await world.poem()
    poem = await world.poem(world.ben, seed=1)
    report = private(await world.more(world.ben, poem, "Whole report"))
    assert "#1," in report and "% in common" in report
    await world.poem(private=True)
    third = await world.poem(world.ben, topic="rain", seed=2)
    report = private(await world.more(world.ben, third, "Whole report"))
    assert "next to nothing in common" in report
    assert "In common:" not in report  # nothing is explained that is not there


async def test_takes_are_compared_with_each_other(world: World) -> None:
    world.model.say(POEM).say(OTHER)
    poem = await world.poem()
    await world.ana.click(poem, label="Another take")
    report = private(await world.more(world.ana, poem, "Whole report"))
    assert "the two most alike have" in report and "among 1.6 equal ones" in report
