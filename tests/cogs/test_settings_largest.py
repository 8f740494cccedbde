"""The largest house there may be: all stays within what Discord takes, and what is left out is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from discord.ui import TextDisplay

from bot.house.model import Level
from bot.ids import GuildId, Lang, MemberId
from bot.moderation.records import Entry, Step, StoredRule
from bot.moderation.rules import Kind, Mode, Rule
from bot.services.house_desk import TEXT_LIMITS, Wanted
from bot.services.moderation_rules import MOST_RULES, body_of
from cogs.ui.settings_items import Scope
from cogs.ui.settings_panel import change_told, history
from cogs.ui.settings_told import PAGES
from tests.cogs.test_settings_panel import fill, ids, panel, shown
from tests.cogs.world import World, private

MOST_COMPONENTS, MOST_TEXT = 40, 4_000
"""Discord docs, Components: of one message."""

FAMILY = "👨‍👩‍👧‍👦"
WORST = {"stars": "*", "family": FAMILY, "han": "海"}


def walked(components: Any) -> Iterator[Any]:
    for one in components:
        yield one
        yield from walked(one.get("components", ()))
        if "accessory" in one:
            yield from walked([one["accessory"]])


def sound(components: Any) -> None:
    """What Discord checks of a message made of components."""
    found = list(walked(components))
    assert len(found) <= MOST_COMPONENTS
    assert sum(len(one.get("content", "")) for one in found) <= MOST_TEXT
    for one in found:
        assert len(one.get("custom_id", "")) <= 100
        for option in one.get("options", ()):
            assert 1 <= len(option["label"]) <= 100 and len(option.get("description") or "") <= 100
        assert len(one.get("options", ())) <= 25


async def rules(world: World, count: int = MOST_RULES) -> None:
    """So many rules, each with a name as long as it may be."""
    guild, now, by = GuildId(world.guild.id), world.app.clock(), MemberId(world.mod.id)
    steps = []
    for number in range(count):
        rule = Rule(
            "", Kind.WORDS, terms=(f"word{number}",), name=FAMILY * 8 if number % 2 else f"*{number}*"
        )
        mode = Mode.ARMED if number % 3 == 0 else Mode.SHADOW
        stored = StoredRule(id=0, body=body_of(rule), mode=mode, by=by, changed=now)
        steps.append(Step(entry=Entry(at=now, act="rule added", actor=by), about="rule", rule=stored))
    await world.app.store.rules.apply(guild, steps)
    await world.app.rules._book.refresh(guild)


async def house(world: World, sign: str) -> None:
    """Texts as long as they may be, for the server and for a hundred places."""
    guild, by = GuildId(world.guild.id), MemberId(world.mod.id)
    wanted: list[Wanted] = []
    for field, limit in TEXT_LIMITS.items():
        wanted.append((Level.GUILD, 0, field, (sign * limit)[: limit - limit % len(sign)]))
    for number in range(100):
        wanted.append((Level.CHANNEL, 10**17 + number, "voice", (sign * 1_000)[:990]))
    await world.app.desk.set_all(guild, wanted, by=by)


@pytest.mark.parametrize("sign", WORST.values(), ids=WORST)
@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
async def test_every_page_of_the_panel(world: World, sign: str, locale: str) -> None:
    await house(world, sign)
    await rules(world)
    world.locales[world.mod.id] = locale
    for page in PAGES:
        message = await panel(world, page)
        sound(world.latest(message).components)
        assert "+88" in shown(world, message), "a hundred places have settings of their own"
        view = shown(world, message)
        if page == "style":
            await fill(world, message, "examples", (sign * 4_000)[:3_990])
            sound(world.latest(message).components)
            assert shown(world, message) != view
        button = next(id for id in ids(world, message) if id.startswith("renga:g:history"))
        await world.mod.click(message, custom_id=button)
        sound(world.latest(message).components)


@pytest.mark.parametrize("lang", ["en", "zh"])
async def test_the_history_says_how_much_it_leaves_out(world: World, lang: Lang) -> None:
    await house(world, "*")
    changes = await world.app.desk.changes(GuildId(world.guild.id))
    view = history([replace(one, before=one.after) for one in changes], Scope(), "style", lang)
    sound(view.to_components())
    (told,) = [one.content for one in view.walk_children() if isinstance(one, TextDisplay)]
    kept = sum(change_told(replace(one, before=one.after), lang) in told for one in changes)
    assert 0 < kept < len(changes)
    assert told.splitlines()[-1] == f"-# +{len(changes) - kept}"


async def test_250_rules_are_listed_with_the_rest_in_a_file(world: World) -> None:
    await rules(world)
    result = await world.mod.slash(world.general, "filter list")
    told = private(result)
    assert len(told) <= 2_000 and "+" in told.splitlines()[-1]
    assert result.response is not None
    data = world.env.backend.cdn.get(result.response.attachments[0].url)
    assert data is not None and len(data.decode().splitlines()) == MOST_RULES
    refused = private(await world.mod.slash(world.general, "filter add", kind="words", words="one more"))
    assert str(MOST_RULES) in refused


async def test_the_page_of_filters_opens_rules_writes_them_and_reads_automod_in(world: World) -> None:
    await rules(world, 30)
    message = await panel(world, "filters")
    menu = next(
        one for one in walked(world.latest(message).components) if "gm:rule" in one.get("custom_id", "")
    )
    assert len(menu["options"]) == 25
    told = private(
        await world.mod.select(message, [menu["options"][0]["value"]], custom_id=menu["custom_id"])
    )
    assert "word0" in told
    form = await world.mod.click(message, label="Write a rule…")
    values = {"name": "from the panel", "words": "kettle", "allow": "", "reason": ""}
    assert "from the panel" in private(await world.mod.submit_modal(form, values))
    assert "AutoMod" in private(await world.mod.click(message, label="Read AutoMod in"))
    assert "Nothing waits" in private(await world.mod.click(message, label="Held texts"))
