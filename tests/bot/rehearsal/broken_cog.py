"""An extension that fails in every way there is, for the tests."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Renga


class Broken(commands.Cog):
    """Fails."""

    def __init__(self) -> None:
        self.tasks: list[asyncio.Task[Any]] = []

    @app_commands.command()
    async def fails(self, interaction: discord.Interaction[Renga]) -> None:
        """Raises an error that nobody expects."""
        raise ZeroDivisionError("by design")

    @app_commands.command()
    async def forgets(self, interaction: discord.Interaction[Renga]) -> None:
        """Starts a task that fails later."""
        await interaction.response.send_message("done")

        async def later() -> None:
            raise ZeroDivisionError("in a task")

        self.tasks.append(asyncio.create_task(later()))

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Fails on what ben says."""
        if message.author.name == "ben":
            raise ZeroDivisionError("in a listener")


async def setup(bot: Renga) -> None:
    await bot.add_cog(Broken())
