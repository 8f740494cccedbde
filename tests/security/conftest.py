"""The world of the cog tests."""

from tests.cogs.conftest import discord_would_take_it, world

__all__ = ["discord_would_take_it", "world"]
