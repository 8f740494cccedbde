"""For whom something is follows where it is read: a gallery, and a channel that changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.ids import Place
from bot.settings import Settings
from tests.cogs.stories_world import open_table
from tests.cogs.test_moderation_guards import FakeJudge, categories
from tests.cogs.test_stories import TITLE
from tests.cogs.world import World, open_world, private


class ByWord(FakeJudge):
    """Only what has a duel in it is violent."""

    async def scores(self, text: str) -> Mapping[str, float]:
        return {"violence": 0.6} if "duel" in text else {}


def behind_age(world: World) -> None:
    """#general is for adults, the gallery for everybody."""

    def now(place: Place) -> Place:
        return replace(place, age_restricted=place.channel == world.general.id)

    world.app.desk.book.now = now


async def test_what_is_published_is_judged_by_the_readers_of_the_gallery(settings: Settings) -> None:
    async with open_world(settings, judge=ByWord()) as world:
        await categories(world, flag=30, act=50)
        await categories(world, flag=90, act=95, readers="adult")
        await world.mod.slash(world.general, "filter rule", rule=1, mode="armed")
        behind_age(world)
        world.model.say("a duel at dawn")
        message = await world.poem(topic="dawn")
        await world.mod.slash(world.general, "settings gallery", channel=world.gallery)
        form = await world.ana.click(message, label="Publish")
        told = private(await world.ana.submit_modal(form, {"title": "Dawn"}))
        assert "do not allow" in told
        assert not world.env.backend.messages[world.gallery.id]
        await world.mod.slash(world.general, "settings gallery")
        form = await world.ana.click(message, label="Publish")
        assert "Published" in private(await world.ana.submit_modal(form, {"title": "Dawn"}))


async def test_a_licence_is_judged_too(world: World) -> None:
    message = await world.poem()
    await world.mod.slash(world.general, "filter add", kind="words", words="lantern")
    await world.mod.slash(world.general, "filter rule", rule=1, mode="armed")
    form = await world.ana.click(message, label="Publish")
    told = private(
        await world.ana.submit_modal(form, {"title": "Dawn", "licence": "the l.a.n.t.e.r.n licence"})
    )
    assert "do not allow" in told


async def test_a_story_for_adults_hears_that_its_channel_is_no_longer(settings: Settings) -> None:
    async with open_table(settings) as table:
        world = table.world
        world.make_channel("cellar", nsfw=True, category="")
        cellar = world.channels["cellar"]
        await table.env.settle()
        await table.slash("ana", "story start", title=TITLE, rating="adult")
        table.enter(TITLE)
        assert "adults" in table.panel()
        world._restricted.discard(cellar.id)
        table.env.backend.announce_channel_update(cellar.id)
        await table.env.settle()
        assert any("no longer age-restricted" in text for text in table.texts())
        assert "readers:" not in table.panel()  # for everyone, which goes without saying
