"""Says in plain words what is configured, what is missing, and how to fix it."""

from __future__ import annotations

import asyncio
import importlib.metadata
import logging
import os
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import discord

from bot.backends.local.trouble import size_words
from bot.doctor_models import models
from bot.errors import RengaError, StorageError
from bot.explain import explain
from bot.findings import Finding, Level
from bot.ids import Lang
from bot.permissions import lacking
from bot.prompting.catalogue import Catalogue
from bot.services.forms import shape_faults
from bot.settings import Settings
from bot.settings_file import unknown
from bot.storage.database import open_database
from bot.storage.health import Health, examine
from bot.storage.store import path_of

LOW_DISK = 200 * 2**20
"""Bytes of free disk under which the doctor warns."""

PATIENCE = 15.0
"""Seconds to wait for an answer of Discord."""


class Doctor:
    """Looks at everything that the bot needs."""

    def __init__(self, settings: Settings, lang: Lang) -> None:
        self._settings = settings
        self._lang: Lang = lang

    async def findings(self) -> AsyncGenerator[Finding]:
        """Every finding, as it is made."""
        yield self._machine()
        for stranger in self._settings.strangers:
            yield Finding(Level.BAD, unknown(stranger, self._lang))
        for finding in self._prompts():
            yield finding
        async for finding in self._database():
            yield finding
        async for finding in models(self._settings, self._lang):
            yield finding
        async for finding in self._discord():
            yield finding

    def _say(self, level: Level, key: str, **facts: object) -> Finding:
        return Finding.of(level, self._lang, key, **facts)

    def _machine(self) -> Finding:
        versions = {
            name: importlib.metadata.version(name)
            for name in ("discord.py", "torch", "transformers", "openai")
        }
        told = ", ".join(f"{name} {version}" for name, version in versions.items())
        return self._say(
            Level.OK, "machine", python=sys.version.split()[0], versions=told, cores=os.cpu_count()
        )

    def _prompts(self) -> list[Finding]:
        folder = self._settings.prompts_folder()
        try:
            catalogue = Catalogue.load(folder, shape_faults)
        except RengaError as error:
            return [Finding(Level.BAD, explain(error, self._lang))]
        problems = [Finding(Level.BAD, explain(problem, self._lang)) for problem in catalogue.check()]
        return problems or [self._say(Level.OK, "prompts", arts=len(catalogue.arts), folder=folder.name)]

    async def _database(self) -> AsyncGenerator[Finding]:
        try:
            path = path_of(self._settings.database)
            health = await self._health(path)
        except RengaError as error:
            yield Finding(Level.BAD, explain(error, self._lang))
            return
        yield self._say(
            Level.OK,
            "database",
            path=path,
            schema=health.schema,
            size=size_words(health.bytes),
            sqlite=health.sqlite,
        )
        level = Level.NOTE if health.free_bytes < LOW_DISK else Level.OK
        yield self._say(level, "disk", free=size_words(health.free_bytes))

    async def _health(self, path: Path) -> Health:
        """Facts about the database, which is made if missing; also while the bot has it open."""
        try:
            async with open_database(path) as database:
                return await database.health()
        except StorageError as error:
            if error.text_key != "storage.in_use":
                raise
            return await asyncio.to_thread(examine, path)

    async def _missing(self, client: discord.Client, id: int) -> str:
        """The permissions that the bot lacks in a guild, by its roles there."""
        assert client.user is not None
        guild = await client.fetch_guild(id)  # with its roles, which a list of guilds leaves out
        return lacking((await guild.fetch_member(client.user.id)).guild_permissions, self._lang)

    def _intents(self, flags: discord.ApplicationFlags) -> Finding:
        """Whether Discord will let the bot in with what it asks to read."""
        if not self._settings.message_content:
            return self._say(Level.OK, "intents")
        granted = flags.gateway_message_content or flags.gateway_message_content_limited
        return self._say(*((Level.OK, "intents_on") if granted else (Level.BAD, "intents_off")))

    async def _discord(self) -> AsyncGenerator[Finding]:
        if self._settings.discord_token is None:
            yield self._say(Level.NOTE, "no_token")
            return
        client = discord.Client(intents=discord.Intents.none())
        try:
            async with asyncio.timeout(PATIENCE):
                await client.login(self._settings.discord_token.get_secret_value())
                info = await client.application_info()
                yield self._say(Level.OK, "login", name=info.name)
                async for guild in client.fetch_guilds(limit=None):
                    missing = await self._missing(client, guild.id)
                    level = Level.NOTE if missing else Level.OK
                    key = "permissions_missing" if missing else "permissions"
                    yield self._say(level, key, guild=guild.name, missing=missing)
                yield self._intents(info.flags)
        except discord.LoginFailure:
            yield self._say(Level.BAD, "bad_token")
        except (discord.HTTPException, OSError, TimeoutError) as error:
            logging.getLogger(__name__).debug("no answer", exc_info=error)
            yield self._say(Level.BAD, "no_discord", problem=type(error).__name__)
        finally:
            await client.close()
