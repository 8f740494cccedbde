"""The panel of settings: seen, changed, inherited, taken back, exported and imported, by those who may."""

import json
from typing import Any

import discord
import pytest
from simcord.components import walk_components
from simcord.results import InteractionResult

from bot.errors import ModelUnavailable
from bot.house.book import HouseBook
from bot.house.model import DEFAULT, Change, Level
from bot.i18n.text import translate
from bot.ids import ChannelId, GuildId, MemberId, Place
from cogs.ui.settings_told import PAGES as FIELDS
from tests.cogs.test_authority import replay
from tests.cogs.world import Message, World, private

PAGES = ("general", "style", "models", "stories", "filters", "channels", "privacy")


def shown(world: World, message: Message) -> str:
    """Every text of a message made of components, as it is now."""

    def texts(components: Any) -> Any:
        for one in components:
            if "content" in one:
                yield one["content"]
            yield from texts(one.get("components", ()))
            yield from texts([one["accessory"]] if "accessory" in one else ())

    return "\n".join(texts(world.latest(message).components))


async def panel(world: World, page: str = "", **options: Any) -> Message:
    """The panel, on a page."""
    result = await world.mod.slash(world.general, "settings panel", **options)
    assert result.response is not None and result.response.ephemeral
    message = result.response
    if page:
        custom = next(id for id in ids(world, message) if id.startswith("renga:gm:page"))
        await world.mod.select(message, [page], custom_id=custom)
    return message


def ids(world: World, message: Message) -> list[str]:
    """The ids of everything that can be pressed or chosen."""

    def found(components: Any) -> Any:
        for one in components:
            if "custom_id" in one:
                yield one["custom_id"]
            yield from found(one.get("components", ()))
            yield from found([one["accessory"]] if "accessory" in one else ())

    return list(found(world.latest(message).components))


async def fill(world: World, message: Message, field: str, value: object) -> InteractionResult:
    """Press the button of a setting and fill its form."""
    custom = next(
        id for id in ids(world, message) if id.startswith("renga:g:set:") and id.endswith(f":{field}")
    )
    form = await world.mod.click(message, custom_id=custom)
    assert form.modal is not None
    return await world.mod.submit_modal(form, {field: value})


def here(world: World) -> Place:
    return Place(GuildId(world.guild.id), ChannelId(world.general.id))


async def test_every_page_can_be_opened_and_says_where_things_come_from(world: World) -> None:
    for page in PAGES:
        message = await panel(world, page)
        told = shown(world, message)
        # A setting is one line; where it comes from is said only if somebody set it.
        assert "from the server" not in told and "nobody set it" not in told
        first = translate(f"settings.{FIELDS[page][0]}", "en")
        assert f"**{first}** · " in told


async def test_a_setting_is_changed_holds_at_once_and_says_so(world: World) -> None:
    message = await panel(world, "style")
    await fill(world, message, "voice", "plain and wry")
    told = shown(world, message)
    assert "plain and wry" in told and "set here" in told and "as inherited → plain and wry" in told
    await world.poem()
    assert "plain and wry" in world.model.requests[-1].messages[0].text


async def test_left_empty_it_is_inherited_again(world: World) -> None:
    message = await panel(world, "style")
    await fill(world, message, "voice", "plain and wry")
    await fill(world, message, "voice", "")
    assert "plain and wry → as inherited" in shown(world, message)
    assert (await world.app.desk.book.of(here(world))).house.voice == ""


@pytest.mark.parametrize(
    ("page", "field", "value", "stored"),
    [
        ("general", "language", "zh", "zh"),
        ("general", "licence", "CC BY 4.0", "CC BY 4.0"),
        ("style", "rating", "teen", "teen"),
        ("style", "banned", "moon\nheart", "moon\nheart"),
        ("models", "member_requests", "1,000", 1000),
        ("models", "model", "scripted/scripted", "scripted/scripted"),
        ("privacy", "local_only", "yes", True),
        ("privacy", "log_days", "30", 30),
    ],
)
async def test_each_kind_of_setting_has_its_form(
    world: World, page: str, field: str, value: str, stored: object
) -> None:
    await fill(
        world,
        await panel(world, page),
        field,
        [value] if field in ("language", "rating", "local_only") else value,
    )
    assert getattr((await world.app.desk.book.of(here(world))).house, field) == stored


async def test_channels_and_roles_are_picked(world: World) -> None:
    role = world.guild.create_role("keepers")
    await fill(world, await panel(world, "channels"), "gallery", [world.gallery])
    await fill(world, await panel(world, "general"), "moderators", [role])
    house = (await world.app.desk.book.of(here(world))).house
    assert (house.gallery, house.moderators) == (world.gallery.id, role.id)


@pytest.mark.parametrize(
    ("page", "field", "value"),
    [
        ("models", "member_tokens", "many"),
        ("models", "model", "scripted/none"),
        ("filters", "review_hours", "0"),
    ],
)
async def test_a_wrong_value_is_refused_and_changes_nothing(
    world: World, page: str, field: str, value: str
) -> None:
    assert private(await fill(world, await panel(world, page), field, value))
    assert not (await world.app.store.house.layers(world.guild.id))[1]


async def test_a_channel_a_category_a_forum_and_a_thread_have_settings_of_their_own(world: World) -> None:
    category = world.guild.create_category("Poems")
    inside = world.guild.create_text_channel("haiku", category=category)
    forum = world.guild.create_forum_channel("prompts")
    with world.env._bot_scope():
        parent = world.bot.get_channel(world.general.id)
        assert isinstance(parent, discord.TextChannel)
        await parent.create_thread(name="night", type=discord.ChannelType.public_thread)
    world.env.backend.http_requests.pop()  # the test's own
    await world.env.settle()
    (thread,) = world.general.threads
    for channel, voice in ((category, "of the category"), (forum, "of the forum"), (thread, "of the thread")):
        message = await panel(world, "style", channel=channel)
        await fill(world, message, "voice", voice)
        assert "set here" in shown(world, message) and f"<#{channel.id}>" in shown(world, message)
    message = await panel(world, "style", channel=inside)
    assert "of the category" in shown(world, message) and "from the category" in shown(world, message)
    await world.poem()
    assert "of the thread" not in world.model.requests[-1].messages[0].text
    await world.ana.slash(thread, "poem", topic="night")
    assert "of the thread" in world.model.requests[-1].messages[0].text


async def test_the_scope_is_chosen_in_the_panel_and_the_server_is_one_press_away(world: World) -> None:
    message = await panel(world, "style")
    custom = next(id for id in ids(world, message) if id.startswith("renga:gm:scope"))
    await world.mod.select(message, [world.gallery], custom_id=custom)
    assert f"<#{world.gallery.id}>" in shown(world, message)
    await fill(world, message, "voice", "lush")
    await world.mod.click(message, label="Whole server")
    assert "lush" not in shown(world, message)


async def test_what_holds_for_the_whole_server_has_no_button_in_a_channel(world: World) -> None:
    message = await panel(world, "channels", channel=world.gallery)
    assert not [id for id in ids(world, message) if id.endswith(":log")]
    forged = await replay_form(world, f"renga:g:set:c{world.gallery.id}:log", message)
    assert forged.modal is not None
    told = private(await world.mod.submit_modal(forged, {"log": [world.gallery]}))
    assert "whole server" in told


async def replay_form(world: World, custom_id: str, message: Message) -> InteractionResult:
    """A press that no button of the panel makes."""
    own = await world.poem(world.mod)
    return await replay(world, world.mod, own, custom_id)


async def test_changes_are_listed_with_before_and_after_and_any_can_be_taken_back(world: World) -> None:
    message = await panel(world, "style")
    await fill(world, message, "voice", "first")
    await fill(world, message, "register", "plain")
    await fill(world, message, "voice", "second")
    await world.mod.click(message, label="History")
    told = shown(world, message)
    assert "first → second" in told and f"<@{world.mod.id}>" in told
    custom = next(id for id in ids(world, message) if id.startswith("renga:gm:change"))
    await world.mod.select(message, ["2"], custom_id=custom)
    house = (await world.app.desk.book.of(here(world))).house
    assert (house.voice, house.register) == ("second", "")
    assert "plain → as inherited" in shown(world, message)
    await world.mod.click(message, label="Back to the settings")
    await world.mod.click(message, label="Undo")
    assert (await world.app.desk.book.of(here(world))).house.register == "plain"
    assert await world.app.store.house.verify(world.guild.id) is None


async def test_settings_set_together_are_taken_back_together(world: World) -> None:
    await world.mod.slash(world.general, "settings quota", **{"member-requests": 3, "server-requests": 9})
    await world.mod.slash(world.general, "settings undo")
    assert (await world.app.desk.book.of(here(world))).house.member_requests == 200
    assert (await world.app.desk.book.of(here(world))).house.guild_requests == 2_000


async def test_the_panel_works_after_a_restart(world: World) -> None:
    message = await panel(world, "style")
    await world.restart()
    await fill(world, message, "voice", "plain and wry")
    assert "plain and wry" in shown(world, message)


async def test_another_process_sees_a_change_at_once_and_is_seen(world: World) -> None:
    await world.poem()
    other = HouseBook(world.app.store.house, DEFAULT)
    assert (await other.of(here(world))).house.voice == ""
    change = Change(
        level=Level.GUILD,
        id=0,
        field="voice",
        before="null",
        after='"from elsewhere"',
        by=MemberId(world.mod.id),
        at=world.app.clock(),
    )
    await world.app.store.house.apply(GuildId(world.guild.id), change)
    await world.poem()
    assert "from elsewhere" in world.model.requests[-1].messages[0].text
    await fill(world, await panel(world, "style"), "voice", "from here")
    assert (await other.of(here(world))).house.voice == "from here"


async def test_a_role_that_was_set_opens_the_panel_but_does_not_choose_the_role(world: World) -> None:
    role = world.guild.create_role("keepers")
    cy = world.guild.add_member(world.env.create_user("cy"), roles=[role])
    await fill(world, await panel(world, "general"), "moderators", [role])
    command = next(one for one in await world.bot.tree.fetch_commands() if one.name == "settings")
    world.guild.set_command_permissions(command, {cy: True, world.ana: True})
    assert "manage the server" in private(await world.ana.slash(world.general, "settings panel"))
    result = await cy.slash(world.general, "settings panel")
    assert result.response is not None and "Settings" in shown(world, result.response)
    custom = next(id for id in ids(world, result.response) if id.endswith(":moderators"))
    form = await cy.click(result.response, custom_id=custom)
    assert "Only who may manage" in private(await cy.submit_modal(form, {"moderators": []}))


async def test_members_cannot_press_what_they_cannot_see(world: World) -> None:
    own = await world.poem(world.ben)
    for custom in (
        "renga:g:set:g0:voice",
        "renga:g:undo:g0:style",
        "renga:g:export:g0:style",
        "renga:g:save:g0:style",
    ):
        result = await replay(world, world.ben, own, custom)
        assert result.modal is None and "manage the server" in private(result)


# --- a style that is tried --------------------------------------------------------------------


async def tried(world: World, **values: str) -> Message:
    """A style tried on a sample."""
    message = await panel(world, "style")
    form = await world.mod.click(message, label="Try a style…")
    assert form.modal is not None
    given = {"topic": "rain", "voice": "lush", "register": "", "banned": "", "examples": ""} | values
    result = await world.mod.submit_modal(form, given)
    assert result.response is not None and result.response.ephemeral, result
    return result.response


async def test_a_style_is_tried_beside_the_old_one_and_nothing_is_saved(world: World) -> None:
    world.model.say("an old rain").say("a lush rain")
    message = await tried(world)
    told = shown(world, message)
    assert told.index("an old rain") < told.index("With the new style") < told.index("a lush rain")
    old, new = world.model.requests[-2:]
    assert "lush" not in old.messages[0].text and "lush" in new.messages[0].text
    assert old.sampling.seed == new.sampling.seed and "rain" in new.messages[-1].text
    assert not (await world.app.store.house.layers(world.guild.id))[1]
    assert not world.public_texts()


async def test_a_model_that_follows_no_style_is_said_to_be_so_and_nothing_is_offered_to_be_saved(
    world: World,
) -> None:
    world.model.say("the same old rain").say("the same old rain")
    message = await tried(world)
    told = shown(world, message)
    assert "Both came out the same: this model does not follow styles" in told
    assert told.count("the same old rain") == 1
    buttons = [one for one in walk_components(world.latest(message).components) if one.get("type") == 2]
    save = next(one for one in buttons if one["label"] == "Save the new style")
    assert save["disabled"] and save["style"] == 2


async def test_the_tried_style_is_saved_or_thrown_away(world: World) -> None:
    message = await tried(world)
    await world.mod.click(message, label="Save the new style")
    assert "is saved" in shown(world, message)
    assert (await world.app.desk.book.of(here(world))).house.voice == "lush"
    message = await tried(world, voice="dry")
    await world.mod.click(message, label="Keep the old one")
    assert (await world.app.desk.book.of(here(world))).house.voice == "lush"
    again = await replay(world, world.mod, await world.poem(world.mod), "renga:g:save:g0:style")
    assert "not kept any more" in private(again)


async def test_a_sample_counts_against_the_allowance(world: World) -> None:
    await tried(world)
    told = private(await world.mod.slash(world.general, "usage"))
    assert "1 of 200" in told


async def test_a_sample_that_fails_costs_nothing(world: World) -> None:
    world.model.say("an old rain").fail(ModelUnavailable("scripted"))
    message = await panel(world, "style")
    form = await world.mod.click(message, label="Try a style…")
    await world.mod.submit_modal(
        form, {"topic": "rain", "voice": "lush", "register": "", "banned": "", "examples": ""}
    )
    assert "0 of 200" in private(await world.mod.slash(world.general, "usage"))


# --- export and import --------------------------------------------------------------------------


async def exported(world: World) -> str:
    result = await world.mod.slash(world.general, "settings export")
    assert result.response is not None and result.response.ephemeral
    data = world.env.backend.cdn.get(result.response.attachments[0].url)
    assert data is not None
    return data.decode()


async def imported(world: World, text: str) -> str:
    file = ("settings.json", text.encode())
    return private(await world.mod.slash(world.general, "settings import", file=file))


async def test_what_is_exported_can_be_imported_and_undone_at_once(world: World) -> None:
    await fill(world, await panel(world, "style"), "examples", "a private piece")
    await fill(world, await panel(world, "style", channel=world.gallery), "voice", "lush")
    text = await exported(world)
    assert json.loads(text)["layers"][0]["settings"] == {"examples": "a private piece"}
    await world.mod.slash(world.general, "settings style", text="other")
    await world.mod.slash(world.general, "settings licence", licence="CC0")
    assert "2 settings changed" in await imported(world, text)
    assert await exported(world) == text
    await world.mod.slash(world.general, "settings undo")
    house = (await world.app.desk.book.of(here(world))).house
    assert (house.voice, house.licence) == ("other", "CC0")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "does not hold settings"),
        ('{"renga": "settings", "version": 9, "layers": []}', "version 9"),
        ('{"renga": "settings", "version": 1}', "`layers`"),
        (
            '{"renga": "settings", "version": 1, "layers": [{"level": "guild", "id": 1, "settings": {}}]}',
            "layers[1]",
        ),
        (
            '{"renga": "settings", "version": 1, "layers": [{"level": "no", "id": 0, "settings": {}}]}',
            "layers[1]",
        ),
        (
            '{"renga": "settings", "version": 1, "layers": [{"level": "guild", "id": 0, "settings":'
            ' {"voice": "new", "rating": "babies"}}]}',
            "layers[1].settings.rating",
        ),
        (
            '{"renga": "settings", "version": 1, "layers": [{"level": "guild", "id": 0, "settings":'
            ' {"no": 1}}]}',
            "layers[1].settings.no",
        ),
        (
            '{"renga": "settings", "version": 1, "layers": [{"level": "channel", "id": 77, "settings":'
            ' {"voice": "new"}}]}',
            "no channel of this server",
        ),
    ],
)
async def test_a_bad_file_is_explained_and_changes_nothing(world: World, text: str, told: str) -> None:
    await world.mod.slash(world.general, "settings style", text="as it was")
    before = await exported(world)
    assert told in await imported(world, text)
    assert await exported(world) == before
