"""Oddities of discord.py that we build around.  When one of these fails, something of ours can go."""

import asyncio
import re
from collections.abc import AsyncGenerator

import discord
import simcord
from discord import app_commands
from discord.ext import commands
from simcord.env import Env


class Bot(commands.Bot):
    def __init__(self) -> None:
        super().__init__(command_prefix="!", intents=discord.Intents.none() | discord.Intents(guilds=True))

    async def setup_hook(self) -> None:
        await self.tree.sync()


async def opened(bot: Bot) -> Env:
    env = Env(bot)
    await env.start()
    return env


class Broken(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"broken:(\d+)"):
    def __init__(self) -> None:
        super().__init__(discord.ui.Button(label="Press", custom_id="broken:1"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[discord.ui.View], match: re.Match[str], /
    ) -> "Broken":
        return cls()

    async def callback(self, interaction: discord.Interaction) -> None:
        raise RuntimeError("broken")


async def test_an_error_in_a_dynamic_item_is_told_to_nobody() -> None:
    """So :class:`cogs.ui.items.LastingItem` tells."""
    bot = Bot()
    told: list[str] = []

    class View(discord.ui.View):
        async def on_error(self, *_: object) -> None:
            told.append("view")

    @bot.tree.command()
    async def show(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("x", view=View(timeout=None).add_item(Broken()))

    bot.add_dynamic_items(Broken)
    env = await opened(bot)
    try:
        guild = env.create_guild()
        channel = guild.create_text_channel("general")
        ana = guild.add_member(env.create_user("ana"))
        shown = await ana.slash(channel, "show")
        assert shown.response is not None
        pressed = await ana.click(shown.response, label="Press")
        assert not pressed.acknowledged and told == []
    finally:
        await env.shutdown()


async def test_the_first_followup_of_a_public_deferral_is_public_whatever_it_says() -> None:
    """So :func:`cogs.ui.reply.tell` edits the placeholder first."""
    bot = Bot()

    @bot.tree.command()
    async def show(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True)
        await interaction.followup.send("secret", ephemeral=True)

    env = await opened(bot)
    try:
        guild = env.create_guild()
        channel = guild.create_text_channel("general")
        ana = guild.add_member(env.create_user("ana"))
        shown = await ana.slash(channel, "show")
        assert shown.response is not None
        assert shown.response.content == "secret" and not shown.response.ephemeral
    finally:
        await env.shutdown()


async def test_the_handler_of_a_cog_and_that_of_the_tree_both_run() -> None:
    """So only the tree has one."""
    ran: list[str] = []

    class Tree(app_commands.CommandTree[Bot]):
        async def on_error(self, interaction: discord.Interaction, error: Exception, /) -> None:
            ran.append("tree")

    class Cog(commands.Cog):
        @app_commands.command()
        async def fail(self, interaction: discord.Interaction) -> None:
            raise RuntimeError

        async def cog_app_command_error(self, interaction: discord.Interaction, error: Exception) -> None:
            ran.append("cog")

    class Ours(Bot):
        def __init__(self) -> None:
            commands.Bot.__init__(
                self, command_prefix="!", intents=discord.Intents(guilds=True), tree_cls=Tree
            )

        async def setup_hook(self) -> None:
            await self.add_cog(Cog())
            await self.tree.sync()

    env = await opened(Ours())
    try:
        guild = env.create_guild()
        channel = guild.create_text_channel("general")
        await guild.add_member(env.create_user("ana")).slash(channel, "fail")
        assert ran == ["cog", "tree"]
        assert env.errors
    finally:
        await env.shutdown()


def test_permissions_of_a_subcommand_are_dropped() -> None:
    """So they stand on the group, and every command looks for itself."""
    group = app_commands.Group(name="group", description="x")

    @group.command()
    @app_commands.default_permissions(manage_guild=True)
    async def sub(interaction: discord.Interaction) -> None: ...

    tree = discord.Client(intents=discord.Intents.none())
    payload = group.to_dict(app_commands.CommandTree(tree))
    assert payload["options"][0].get("default_member_permissions") is None


async def test_allowed_mentions_of_the_client_reach_every_kind_of_message() -> None:
    """So one setting on the client is enough (P1)."""
    bot = commands.Bot(
        command_prefix="!",
        intents=discord.Intents(guilds=True),
        allowed_mentions=discord.AllowedMentions.none(),
    )

    @bot.tree.command()
    async def show(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("@everyone")
        await interaction.edit_original_response(content="@everyone!")
        await interaction.followup.send("@everyone", wait=True)
        channel = interaction.channel
        assert isinstance(channel, discord.TextChannel)
        message = await channel.send("@everyone")
        await message.edit(content="@everyone!")
        await channel.get_partial_message(message.id).edit(content="@everyone?")

    async def hook() -> None:
        await bot.tree.sync()

    bot.setup_hook = hook  # type: ignore[method-assign]
    async with simcord.run(bot) as env:
        guild = env.create_guild()
        channel = guild.create_text_channel("general")
        await guild.add_member(env.create_user("ana")).slash(channel, "show")
        bodies = [
            request.json for request in env.http_requests if request.json and "commands" not in request.path
        ]
        bodies = [body.get("data", body) for body in bodies]
        assert len(bodies) == 6
        assert all(body["allowed_mentions"] == {"parse": []} for body in bodies)


async def test_a_nonce_is_enforced() -> None:
    """So a post that is repeated after a 5xx gives back the first message."""
    bot = Bot()
    env = await opened(bot)
    try:
        channel = env.create_guild().create_text_channel("general")
        await env.settle()
        with env._bot_scope():
            await bot.get_partial_messageable(channel.id).send("x", nonce="1")
        body = env.http_requests[-1].json
        assert body["nonce"] == "1" and body["enforce_nonce"] is True
    finally:
        await env.shutdown()


async def test_an_ephemeral_view_without_end_is_given_one() -> None:
    """So buttons on private messages too are found by their ids, never by their view."""
    bot = Bot()
    view = discord.ui.View(timeout=None)
    view.add_item(Broken())

    @bot.tree.command()
    async def show(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("x", view=view, ephemeral=True)

    env = await opened(bot)
    try:
        guild = env.create_guild()
        channel = guild.create_text_channel("general")
        await guild.add_member(env.create_user("ana")).slash(channel, "show")
        assert view.timeout == 15 * 60
    finally:
        await env.shutdown()


async def test_open_modals_are_forgotten_with_the_process() -> None:
    """So a listener answers forms (:mod:`cogs.ui.modals`): discord.py knows only those it sent itself."""
    state = discord.Client(intents=discord.Intents.none())._connection
    assert state._view_store._modals == {}


async def test_a_generator_left_by_break_is_not_closed_at_once() -> None:
    """So every stream is read inside ``aclosing``."""
    closed: list[bool] = []

    async def numbers() -> AsyncGenerator[int, None]:
        try:
            while True:
                yield 1
        finally:
            closed.append(True)

    stream = numbers()
    async for _ in stream:
        break
    assert closed == []
    await stream.aclose()
    await asyncio.sleep(0)
    assert closed == [True]
