"""The Discord client: what the bot may see and say, and which cogs it loads."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.connection import TROUBLE, persist
from bot.errors import AgainstTheRules, StorageError
from bot.i18n.slash import SlashTranslator
from bot.ids import ChannelId, Place

log = logging.getLogger(__name__)

LONGEST_RATE_LIMIT = 60.0
"""Seconds; a longer 429 is raised instead of slept through, so that nothing hangs unseen."""

LONGEST_SYNC_PAUSE = 3_600.0
"""Seconds between two tries to tell Discord of commands that it does not take."""

Refused = Callable[["discord.Interaction[Renga]", AgainstTheRules], Awaitable[bool]]
Explainer = Callable[["discord.Interaction[Renga]", BaseException], Awaitable[None]]


class RengaTree(app_commands.CommandTree["Renga"]):
    """The command tree; its one error handler answers privately, in the reader's language."""

    async def interaction_check(self, interaction: discord.Interaction[Renga], /) -> bool:
        """Pass over what was delivered before."""
        return self.client.first_time(interaction)

    async def on_error(
        self, interaction: discord.Interaction[Renga], error: app_commands.AppCommandError, /
    ) -> None:
        """Hand the cause to the explainer that the cogs have set."""
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        if self.client.explain_to is None:
            log.error("a command failed and nobody can be told", exc_info=cause)
            return
        await self.client.explain_to(interaction, cause)


class Renga(commands.Bot):
    """The bot.  It asks for no privileged intent unless told to, and pings nobody unless a message says."""

    def __init__(self, app: App, *, extensions: Sequence[str]) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=RengaTree,
            intents=discord.Intents(
                guilds=True,
                guild_messages=True,
                dm_messages=True,
                moderation=True,  # bans
                auto_moderation_configuration=True,  # the server's own rules, to keep in step with
                message_content=app.settings.message_content,
            ),
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=LONGEST_RATE_LIMIT,
            chunk_guilds_at_startup=False,
            max_messages=500,
        )
        self.app = app
        app.desk.book.now = self._now
        self.explain_to: Explainer | None = None
        self.refused: Refused | None = None
        """Tells whoever wrote what a filter refused; False if it could not."""
        self._command_ids: dict[str, int] = {}
        """What Discord numbered the commands, by name."""
        self._to_load = tuple(extensions)
        self._delivered: deque[int] = deque(maxlen=1_000)  # ids of the newest interactions
        self._telling: asyncio.Task[None] | None = None

    def _now(self, place: Place) -> Place:
        """A place as it is now, as far as it is known; a thread is as its channel."""
        guild = self.get_guild(place.guild)
        channel = guild.get_channel_or_thread(place.channel) if guild is not None else None
        if isinstance(channel, discord.Thread):
            place = replace(place, channel=ChannelId(channel.parent_id), thread=ChannelId(channel.id))
            channel = channel.parent
        if channel is None:
            return place
        category = ChannelId(channel.category_id) if channel.category_id else None
        return replace(place, category=category, age_restricted=bool(getattr(channel, "nsfw", False)))

    def first_time(self, interaction: discord.Interaction[Any]) -> bool:
        """Whether an interaction is new: after a lost connection Discord may deliver one again."""
        extras = interaction.extras
        if "first_time" not in extras:
            extras["first_time"] = interaction.id not in self._delivered
            self._delivered.append(interaction.id)
        return bool(extras["first_time"])

    async def setup_hook(self) -> None:
        """Load the cogs, then tell Discord of the commands if they have changed."""
        await self.tree.set_translator(SlashTranslator())
        for extension in self._to_load:
            await self.load_extension(extension)
        await self.app.recovery.look_back()
        self.tell_commands()

    async def close(self) -> None:
        """Stop telling of commands, unload the cogs, and leave Discord."""
        if self._telling is not None:
            self._telling.cancel()
        await super().close()

    def tell_commands(self) -> None:
        """See to it that Discord learns the commands as they are now, however often it takes; never waits."""
        if self._telling is not None:
            self._telling.cancel()
        self._telling = asyncio.create_task(self._tell_commands(), name="tell-commands")

    async def _tell_commands(self) -> None:
        try:
            await persist(
                "Discord did not take the commands",
                self.sync_commands,
                passing=(*TROUBLE, StorageError),
                longest=LONGEST_SYNC_PAUSE,
            )
        except Exception:
            log.exception("Discord could not be told of the commands")  # a task of its own: nobody else would

    async def on_ready(self) -> None:
        """Begin; after a session that was lost Discord says it again, which changes nothing."""
        log.info("ready as %s in %s servers", self.user, len(self.guilds))
        await self.app.begin()

    async def on_message(self, message: discord.Message, /) -> None:
        """Nothing: there are no prefix commands; cogs listen for what concerns them."""

    async def sync_commands(self) -> None:
        """Tell Discord of the commands, unless it was told of the same ones before."""
        guild = discord.Object(self.app.settings.sync_guild) if self.app.settings.sync_guild else None
        if guild is not None:
            self.tree.copy_global_to(guild=guild)
        translator = SlashTranslator()
        described = [
            await command.get_translated_payload(self.tree, translator)
            for command in self.tree.get_commands(guild=guild)
        ]
        where = f"commands:{self.application_id}:{guild.id if guild else 'everywhere'}"
        fingerprint = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()
        known = await self.app.notes.get(f"{where}:ids")
        if known is not None and await self.app.notes.get(where) == fingerprint:
            self._command_ids = json.loads(known)
            return
        synced = await self.tree.sync(guild=guild)
        self._command_ids = {command.name: command.id for command in synced}
        await self.app.notes.put(f"{where}:ids", json.dumps(self._command_ids))
        await self.app.notes.put(where, fingerprint)
        log.info("told Discord of %s commands", len(synced))

    def pressable(self, command: str) -> str:
        """A command (``poem``, ``story start``) as a word to press, once Discord has numbered it."""
        id = self._command_ids.get(command.split()[0])
        return f"</{command}:{id}>" if id else f"`/{command}`"
