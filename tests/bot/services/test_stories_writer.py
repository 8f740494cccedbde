"""Models at the table: turns of their own, help in private, and a story that never waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.attribution.model import Act
from bot.errors import (
    BackendError,
    BadInput,
    BadKey,
    ModelUnavailable,
    NetworkForbidden,
    QuotaUsedUp,
    RengaError,
)
from bot.forms.model import Holds
from bot.house.model import Member
from bot.services.brief import Finished, Words
from bot.services.forming import CALLS
from bot.services.stories_asked import instruction, within
from bot.services.stories_ports import PrivateDraft, StoryNumber
from bot.settings import Settings
from bot.stories import events as ev
from bot.stories import games
from bot.stories.model import Absent, Game, Stage, model_seat
from tests.bot.services.stories_room import ANA, BEN, INK, Room, open_room
from tests.patience import PATIENCE

MINUTE = timedelta(minutes=1)
LONG = "The fox came home and found the door ajar and the kettle still warm on the stove."


@pytest.fixture
async def room(settings: Settings) -> AsyncIterator[Room]:
    async with open_room(settings) as opened:
        yield opened


async def models_turn(room: Room, **terms: object) -> StoryNumber:
    """A story whose next writer is a model."""
    values = {"models": 1, "share": 0.5} | terms
    id = await room.lay(ANA, BEN, **values)
    for _ in range(9):
        current = (await room.story(id)).current
        assert current is not None
        if current.member == model_seat(1):
            return id
        await room.write(id, LONG)
    raise AssertionError("the model is never called")


async def test_its_turn_streams_and_stands_in_the_story_signed(room: Room) -> None:
    id = await models_turn(room, share=0.99, longest=0)
    pieces = [f"Nobody had been there for {number} years. " for number in range(40)]
    room.model.say(*pieces)
    told = await room.told(id)
    shown: list[str] = []
    async with aclosing(room.app.story_writer.turn(told, 3, stop=asyncio.Event())) as steps:
        async for step in steps:
            if isinstance(step, Words):
                shown.append(step.text)
            elif isinstance(step, Finished):
                shown.append("end")
    assert shown[-1] == "end"
    assert len(shown) >= 3
    assert all(later.startswith(sooner) for sooner, later in pairwise(shown[:-1]))
    links = await room.app.stories.links(told.row)
    written = links[(await room.story(id)).turns[-1].key].draft
    assert (written.text, written.act) == ("".join(pieces).rstrip(), Act.GENERATED)
    assert written.model is not None
    assert written.prompt.startswith("turn@")
    assert all(span.model == written.model for span in written.spans)
    request = room.model.requests[-1]
    assert LONG in request.messages[1].text
    assert "[1]" in request.messages[1].text, "who wrote what is named"


async def test_it_keeps_within_its_share_and_the_limit(room: Room) -> None:
    id = await models_turn(room, share=0.25, longest=250)
    room.model.say("Nobody had been there. It was cold and dark, and the wind was in the chimney again. " * 9)
    await room.wait(MINUTE)
    story = await room.story(id)
    turn = story.turns[-1]
    assert turn.by_model
    assert turn.words <= 0.25 * sum(one.words for one in story.turns)
    request = room.model.requests[-1]
    assert request.sampling.max_tokens == 2 * 22
    assert "At most 22 words." in request.messages[1].text, "a third of the 68 that people wrote"
    texts = await room.app.stories.texts((await room.told(id)).row)
    assert texts[turn.key].endswith("."), "and ends with a sentence"


async def test_it_writes_in_the_language_of_the_story(room: Room) -> None:
    id = await room.lay(ANA, BEN, models=1, share=0.9, language="zh")
    await room.write(id, "狐狸回到家里，门虚掩着。")
    room.model.say("屋里没有人。")
    await room.write(id, "炉子上的水壶还是热的。")
    await room.wait(MINUTE)
    request = room.model.requests[-1]
    assert "请用中文写作" in request.messages[0].text
    assert "写下一段" in request.messages[1].text
    assert (await room.story(id)).turns[-1].by_model


# --- linked verse -------------------------------------------------------------------------------

VERSE = "an old silent pond\na frog jumps into the pond\nsplash silence again"
ANSWER = "the moon is in the water\nand nobody is awake"


async def verse_by_a_model(room: Room) -> StoryNumber:
    """Linked verse whose third verse, a long one, is a model's."""
    id = await room.lay(ANA, BEN, game=Game.RENGA, models=1, share=0.9)
    await room.write(id, VERSE)
    await room.write(id, ANSWER)
    return id


async def test_a_models_verse_is_guided_to_its_measure_and_links_to_the_verse_before(room: Room) -> None:
    id = await verse_by_a_model(room)
    room.model.say(VERSE)
    await room.wait(MINUTE)
    story = await room.story(id)
    assert story.turns[-1].by_model
    request = room.model.requests[-1]
    assert request.constraint is not None and request.cue is not None
    assert request.constraint.report(VERSE).holds is not Holds.NO
    assert request.constraint.report(ANSWER).holds is Holds.NO, "the long verse's turn"
    assert request.cue.topic == "and nobody is awake"


async def test_a_models_verse_out_of_measure_is_asked_for_again_and_never_stands(room: Room) -> None:
    id = await verse_by_a_model(room)
    for _ in range(CALLS):
        room.model.say("Nobody had been there for a hundred years.")
    with_errors(room)
    await room.wait(MINUTE)
    assert len((await room.story(id)).turns) == 2
    assert len(room.model.requests) == CALLS, "the draft, and repairs of what fails"
    room.model.say(VERSE)
    room.app.story_time.writer = room.have_written
    await room.wait(MINUTE)
    assert (await room.story(id)).turns[-1].by_model


async def test_a_changed_verse_keeps_its_measure(room: Room) -> None:
    id = await room.lay(ANA, BEN, game=Game.RENGA)
    await room.write(id, VERSE)
    told = await room.told(id)
    with pytest.raises(BadInput, match="verse_length"):
        await room.app.stories.edit(told, ANA, 1, VERSE.replace("again", "again and again"), key="e1")
    done = await room.app.stories.edit(told, ANA, 1, VERSE.replace("again", "at last"), key="e2")
    assert len(done.story.turns[0].versions) == 2


# --- when it fails ------------------------------------------------------------------------------


async def test_what_fails_for_a_while_is_asked_again_and_nobody_notices(room: Room) -> None:
    id = await models_turn(room)
    room.model.fail(ModelUnavailable(model="m"), "Nobody ").fail(ModelUnavailable(model="m"))
    room.model.say("Nobody was there.")
    with_errors(room)
    await room.wait(MINUTE)
    assert len(room.model.requests) == 1
    await room.wait(MINUTE)
    assert len(room.model.requests) == 2
    await room.wait(MINUTE)
    assert len(room.model.requests) == 2, "ever later"
    await room.wait(MINUTE)
    assert len(room.model.requests) == 3
    assert (await room.story(id)).turns[-1].by_model
    assert "story.model_down" not in room.notes()


def with_errors(room: Room) -> None:
    """A cog that takes a failure as it comes."""
    write = room.have_written

    async def have_written(told: object, turn: int) -> None:
        with pytest.raises((RengaError, AssertionError)):
            await write(told, turn)  # type: ignore[arg-type]
            raise AssertionError

    room.app.story_time.writer = have_written  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("error", "asked"),
    [
        (ModelUnavailable(model="m"), 3),
        (BadKey(model="m"), 1),
        (NetworkForbidden(model="m"), 1),
        (BackendError(model="m"), 1),
    ],
)
async def test_a_model_that_is_gone_is_passed_over_and_the_thread_is_told(
    room: Room, error: RengaError, asked: int
) -> None:
    id = await models_turn(room)
    for _ in range(5):
        room.model.fail(error)
    with_errors(room)
    for _ in range(30):
        await room.wait(MINUTE)
    assert len(room.model.requests) == asked
    assert room.notes().count("story.model_down") == 1
    current = (await room.story(id)).current
    assert current is not None
    assert current.member == ANA
    spent = await room.app.store.usage.spent(INK, ANA, room.now.date())
    assert spent.member_requests == 0, "nothing was written, nothing is paid"


async def test_who_has_no_allowance_left_holds_nobody_up(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    id = await models_turn(room)

    async def refused(*_: object, **__: object) -> int:
        raise QuotaUsedUp(whose="member", what="requests", limit=1, resets="tomorrow")

    monkeypatch.setattr(room.app.usage, "reserve", refused)
    with_errors(room)
    await room.wait(MINUTE)
    assert room.notes()[-2:] == ["story.model_budget", "call 1"]
    assert (await room.story(id)).stage is Stage.RUNNING


async def test_a_model_that_writes_too_little_is_asked_again(room: Room) -> None:
    id = await models_turn(room, shortest=5)
    room.model.say("No.").say("Nobody had been there for years.")
    with_errors(room)
    await room.wait(MINUTE)
    room.app.story_time.writer = room.have_written
    await room.wait(MINUTE)
    assert (await room.story(id)).turns[-1].by_model


async def test_a_turn_that_was_skipped_meanwhile_takes_no_words(room: Room) -> None:
    id = await models_turn(room)
    skipped = asyncio.Event()
    room.model.act("Nobody ", skipped, "was there.")
    writing = asyncio.create_task(room.have_written(await room.told(id), 3))
    async with asyncio.timeout(PATIENCE):
        while not room.model.open:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0)
    await room.act(id, ev.Skip(by=ANA, turn=3))
    skipped.set()
    with pytest.raises(ev.StoryRefusal):
        await writing
    story = await room.story(id)
    assert len(story.turns) == 2
    assert "story.model_down" not in room.notes()


async def test_a_stand_in_writes_once_for_who_is_away(room: Room) -> None:
    id = await room.lay(ANA, BEN, absent=Absent.STAND_IN, share=0.9)
    await room.write(id, LONG)
    room.model.say("Ben's cat slept on.")
    await room.wait(timedelta(days=1))
    await room.wait(MINUTE)
    turn = (await room.story(id)).turns[-1]
    assert (turn.by, turn.stood_in) == (BEN, True)


# --- help ---------------------------------------------------------------------------------------


async def spans_of(room: Room, id: StoryNumber) -> list[tuple[str, bool]]:
    """The last turn in pieces: the words, and whether they are a model's."""
    links = await room.app.stories.links((await room.told(id)).row)
    draft = links[(await room.story(id)).turns[-1].key].draft
    return [(draft.text[span.start : span.end], span.model is not None) for span in draft.spans]


async def test_a_draft_is_private_until_it_is_used_and_credited_then(room: Room) -> None:
    id = await room.lay(ANA, BEN)
    room.model.say("The fox came home. ", "Nobody was there.")
    told = await room.told(id)
    made = await room.app.story_writer.help(told, ANA, "draft", "", key="h1")
    assert made.text == "The fox came home. Nobody was there."
    assert await room.app.stories.links(told.row) == {}
    await room.write(id, "The fox came home. A dog barked.")
    pieces = await spans_of(room, id)
    assert ("The fox came home. ", True) in pieces
    assert "dog" in "".join(text for text, model in pieces if not model)
    assert await room.app.stories.store.draft(INK, id, ANA) is None


async def test_a_sentence_is_continued_in_the_members_own(room: Room) -> None:
    id = await room.lay(ANA, BEN)
    room.model.say("opened by itself.")
    told = await room.told(id)
    made = await room.app.story_writer.help(told, ANA, "continue", "And then the door ", key="h1")
    assert made.text == "And then the door opened by itself."
    await room.write(id, made.text)
    own = "".join(text for text, model in await spans_of(room, id) if not model)
    assert own.strip() == "And then the door"


async def test_a_chain_of_helps_forgets_no_author(room: Room) -> None:
    id = await room.lay(ANA, BEN)
    room.model.say("The fox came home.")
    await room.app.story_writer.help(await room.told(id), ANA, "draft", "", key="h1")
    mine = "The fox came home. I saw it myself, adn wept."
    room.model.say("The fox came home. I saw it myself, and wept.")
    polished = await room.app.story_writer.help(await room.told(id), ANA, "polish", mine, key="h2")
    await room.write(id, polished.text)
    pieces = await spans_of(room, id)
    models = "".join(text for text, model in pieces if model)
    own = "".join(text for text, model in pieces if not model)
    assert models.startswith("The fox came home.")
    assert "I saw it myself" in own
    assert "wept" in own


async def test_ways_on_are_no_draft(room: Room) -> None:
    id = await room.lay(ANA, BEN)
    await room.app.stories.keep_draft(await room.told(id), ANA, PrivateDraft("Mine so far."))
    room.model.say("1. It rains.\n2. It snows.\n3. It ends.")
    made = await room.app.story_writer.help(await room.told(id), ANA, "ways", "", key="h1")
    assert made.text.startswith("1.")
    kept = await room.app.stories.store.draft(INK, id, ANA)
    assert kept is not None
    assert kept.text == "Mine so far."


@pytest.mark.parametrize("kind", ["draft", "continue", "ways", "polish"])
async def test_help_is_for_whoever_writes(room: Room, kind: str) -> None:
    id = await room.lay(ANA, BEN)
    with pytest.raises(ev.NotYourTurn):
        await room.app.story_writer.help(await room.told(id), BEN, kind, "x", key="h")  # type: ignore[arg-type]
    assert room.model.requests == []


@pytest.mark.parametrize("kind", ["continue", "polish"])
async def test_nothing_cannot_be_continued(room: Room, kind: str) -> None:
    id = await room.lay(ANA, BEN)
    with pytest.raises(BadInput):
        await room.app.story_writer.help(await room.told(id), ANA, kind, "  ", key="h")  # type: ignore[arg-type]


# --- whose words may leave ------------------------------------------------------------------------


async def test_words_of_who_has_left_still_stay_where_they_wished(room: Room) -> None:
    await room.app.store.members.set_member(INK, BEN, Member(cloud=False))
    id = await room.lay(ANA, BEN)
    await room.write(id, LONG)
    await room.write(id, LONG)
    await room.act(id, ev.Leave(by=BEN))
    room.model.say("x y z")
    await room.app.story_writer.help(await room.told(id), ANA, "draft", "", key="h")
    assert room.model.requests[-1].local_only


async def test_an_exquisite_corpse_shows_its_last_line_alone(room: Room) -> None:
    id = await room.lay(ANA, BEN, models=1, share=0.9, game=Game.CORPSE, rounds=9)
    await room.write(id, "The fox came home. Only this is seen.")
    await room.write(id, "He knocked three times. And waited in the rain.")
    room.model.say("Until the door was opened.")
    await room.wait(MINUTE)
    asked = room.model.requests[-1].messages[1].text
    assert "And waited in the rain." in asked
    assert "Only this is seen" not in asked
    assert "three times" not in asked


# --- words ----------------------------------------------------------------------------------------


@given(st.text(max_size=300), st.integers(1, 40))
def test_what_is_cut_is_never_longer_than_it_may_be(text: str, longest: int) -> None:
    cut = within(text, longest)
    assert games.words(cut) <= longest
    assert within(cut, longest) == cut or cut.startswith("[")


def test_what_was_typed_is_no_template() -> None:
    assert "$limit" in instruction("en", "polish", "a $limit b", 9)
    assert instruction("en", "turn", "", 9).endswith("At most 9 words.")
