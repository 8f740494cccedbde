"""A small simulated Discord: a guild with members, the real client, a scripted model."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import discord
import simcord
from blockbuster import BlockBuster
from discord import app_commands
from simcord import interactions
from simcord._runtime import _attach_bot
from simcord.actors import MemberActor
from simcord.backend import serializers
from simcord.backend.models import Interaction
from simcord.builders import ChannelHandle, GuildHandle
from simcord.components import walk_components
from simcord.enums import AppCommandType, InteractionType
from simcord.results import InteractionResult

from bot.app import App, open_app
from bot.backends.base import Ability, Chunk, Done, ModelInfo, ModelRef, Request, Text
from bot.backends.scripted import ScriptedBackend
from bot.client import Renga
from bot.ids import WorkId
from bot.rehearsal.simulation import Simulation
from bot.services.filters import Filters
from bot.settings import Settings
from cogs import EXTENSIONS
from tests.patience import PATIENCE

Message = discord.Message | simcord.ResponseMessage

opened: list[World] = []
"""The worlds that a test opened, for what is checked after it."""


@dataclass
class World:
    """A guild "Ink" with #general, #gallery and three members: ana, ben and mod."""

    env: Simulation
    bot: Renga
    app: App
    model: ScriptedBackend
    guild: GuildHandle
    general: ChannelHandle
    gallery: ChannelHandle
    ana: MemberActor
    ben: MemberActor
    mod: MemberActor
    locales: dict[int, str] = field(default_factory=dict[int, str])
    guild_locale: str = "en-US"
    brought_along: set[int] = field(default_factory=set[int])
    """Members whose interactions come from a server that never invited the bot."""
    guard: BlockBuster | None = None
    """What fails whoever blocks the event loop; not while the bot starts, which reads files."""

    def __post_init__(self) -> None:
        opened.append(self)
        emit = self.env.backend.emit

        def rewritten(event: str, payload: Any) -> None:
            if event == "INTERACTION_CREATE":
                self._rewrite(payload)
            emit(event, payload)

        # SimCord has no locales and no user installs: set what Discord would.
        self.env.backend.emit = rewritten  # type: ignore[method-assign]

    def _rewrite(self, payload: dict[str, Any]) -> None:
        user = payload.get("user") or payload["member"]["user"]
        payload["locale"] = self.locales.get(int(user["id"]), "en-US")
        if "guild_id" in payload:
            payload["guild_locale"] = self.guild_locale
            if int(user["id"]) in self.brought_along:
                payload["guild_id"] = str(int(payload["guild_id"]) + 1)
                payload["authorizing_integration_owners"] = {"1": user["id"]}

    async def restart(self) -> None:
        """The bot goes and comes back, over the same store."""
        self.bot = Renga(self.app, extensions=EXTENSIONS)
        with self._unguarded():
            await self.env.restart_bot(self.bot)

    async def kill(self) -> None:
        """The bot's process ends wherever it is, and a new one starts over the same store."""
        env = self.env
        await env._detach_bot()  # what is being done is cut off, and nothing is waited for
        self.bot = Renga(self.app, extensions=EXTENSIONS)
        with self._unguarded():
            await _attach_bot(env, self.bot)

    @contextmanager
    def _unguarded(self) -> Iterator[None]:
        if self.guard is not None:
            self.guard.deactivate()
        yield
        if self.guard is not None:
            self.guard.activate()

    async def until_taken(self, work: int, takes: int) -> None:
        """Wait until a work has so many takes."""
        async with asyncio.timeout(PATIENCE):
            while len(await self.app.works.takes(self.guild.id, WorkId(work))) < takes:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def poem(self, who: MemberActor | None = None, **options: Any) -> simcord.ResponseMessage:
        """A finished poem of a member; the message that shows it."""
        result = await (who or self.ana).slash(self.general, "poem", **({"topic": "first snow"} | options))
        assert result.response is not None
        return result.response

    async def more(self, who: MemberActor, message: Message, choice: str) -> InteractionResult:
        """Press *More…* under a work, and choose from what is offered, by its label or its name."""
        menu, options = await self._menu(who, message)
        (value,) = [option["value"] for option in options if choice in (option["label"], option["value"])]
        return await who.select(menu, [value])

    async def offered(self, who: MemberActor, message: Message) -> list[str]:
        """What *More…* offers a member."""
        return [option["label"] for option in (await self._menu(who, message))[1]]

    async def _menu(self, who: MemberActor, message: Message) -> tuple[Message, list[dict[str, Any]]]:
        more = next(
            child["custom_id"]
            for row in self.latest(message).components
            for child in row["components"]
            if child.get("custom_id", "").startswith("renga:w:more:")
        )
        opened = await who.click(message, custom_id=more)
        menu = self.latest(opened.response or message)
        (select,) = [child for row in menu.components for child in row["components"] if child["type"] == 3]
        return menu, select["options"]

    async def press_old(
        self, who: MemberActor, message: Message, action: str, work: int = 0
    ) -> InteractionResult:
        """Press a button that stands under no work any more, on a message posted while it did.

        ``work`` is that of the message, unless somebody made the button up.
        """
        stored = self.env.backend.get_message(_channel_of(message), message.id)
        ids = (child.get("custom_id", "") for row in stored.components for child in row["components"])
        work = work or next(int(id.split(":")[3]) for id in ids if id.startswith("renga:w:"))
        data = {"custom_id": f"renga:w:{action}:{work}:1", "component_type": 2}
        button = {"type": 2, "style": 2, "label": "old", "custom_id": data["custom_id"]}
        stored.components.append({"type": 1, "components": [button]})
        record = self._emit(
            who, InteractionType.MESSAGE_COMPONENT, data, {"message": self.payload(stored)}, source=stored.id
        )
        await self.env.settle()
        return InteractionResult(self.env, record)

    def text(self, message: Message) -> str:
        """What a message says as it is now, its layout too."""
        stored = self.env.backend.get_message(_channel_of(message), message.id)
        return _said(simcord.ResponseMessage(self.env, stored))

    async def on_message(self, who: MemberActor, message: Message, feature: str) -> InteractionResult:
        """Right-click a message, *Renga…*, and choose something there."""
        offered = await who.context_menu(self.general, "Renga…", message)
        private(offered)
        assert offered.response is not None
        return await who.select(offered.response, [feature])

    def latest(self, message: Message) -> simcord.ResponseMessage:
        """A message as it is now."""
        stored = self.env.backend.get_message(_channel_of(message), message.id)
        return simcord.ResponseMessage(self.env, stored)

    def last(self) -> simcord.ResponseMessage:
        """The newest message of #general that all can see."""
        messages = [m for m in self.env.backend.messages[self.general.id].values() if not m.is_ephemeral]
        return simcord.ResponseMessage(self.env, messages[-1])

    def labels(self, message: Message) -> list[str]:
        """The labels of the buttons that can be pressed now."""
        return [
            button["label"]
            for row in self.latest(message).components
            for button in row["components"]
            if button["type"] == 2 and not button.get("disabled")
        ]

    def public_texts(self) -> list[str]:
        """What all can read in #general, oldest first."""
        return [
            _said(simcord.ResponseMessage(self.env, message))
            for message in self.env.backend.messages[self.general.id].values()
            if not message.is_ephemeral
        ]

    # A member who acts while something is being written cannot be one of SimCord's
    # verbs: those return when the bot has settled.  So these two only send the event.

    def type_behind(self, who: MemberActor, name: str, **options: Any) -> Interaction:
        """A slash command, without waiting for what comes of it."""
        backend = self.env.backend
        root = backend.find_command(name, self.guild.id, type=AppCommandType.CHAT_INPUT)
        assert root is not None
        leaf, nesting = interactions.walk_to_subcommand(root, [])
        values, _ = interactions.build_options(who, name, leaf, options, channel_id=self.general.id)
        data = {
            "id": root["id"],
            "name": root["name"],
            "type": 1,
            "options": interactions.nest_options(root, nesting, values),
        }
        return self._emit(who, InteractionType.APPLICATION_COMMAND, data, {})

    def press_behind(self, who: MemberActor, message: Message, label: str) -> Interaction:
        """A press, without waiting for what comes of it."""
        stored = self.env.backend.get_message(self.general.id, message.id)
        button = next(
            child for row in stored.components for child in row["components"] if child.get("label") == label
        )
        data = {"custom_id": button["custom_id"], "component_type": 2}
        extra = {"message": dict(serializers.message_payload(self.env.backend, stored))}
        return self._emit(who, InteractionType.MESSAGE_COMPONENT, data, extra, source=stored.id)

    def _emit(
        self,
        who: MemberActor,
        kind: int,
        data: dict[str, Any],
        extra: dict[str, Any],
        source: int | None = None,
    ) -> Interaction:
        record, payload = interactions.base_payload(
            self.env.backend,
            type=kind,
            channel_id=self.general.id,
            guild_id=self.guild.id,
            user_id=who.id,
            data=data,
        )
        record.source_message_id = source
        self.env.backend.emit("INTERACTION_CREATE", payload | extra)
        return record

    def payload(self, stored: Any) -> dict[str, Any]:
        """A stored message as an event carries it."""
        return dict(serializers.message_payload(self.env.backend, stored))

    def told(self, record: Interaction) -> str:
        """What an interaction was answered with, to its member alone."""
        return private(InteractionResult(self.env, record))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that will happen; the time is only how long to wait before giving up."""
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110 - what is waited for is seen from outside
                await asyncio.sleep(0.01)

    async def until_shown(self, text: str) -> simcord.ResponseMessage:
        """Wait until a public message holds a text, and give that message."""
        await self.until(lambda: any(text in shown for shown in self.public_texts()))
        found = next(
            message
            for message in self.env.backend.messages[self.general.id].values()
            if text in message.content
        )
        return simcord.ResponseMessage(self.env, found)

    @contextmanager
    def locked_database(self) -> Iterator[None]:
        """Another process holds the only write lock there is."""
        other = sqlite3.connect(self.app.settings.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            other.close()

    def edits(self) -> int:
        """How often the bot has edited a message or response."""
        return sum(
            request.method == "PATCH" and "/messages/" in request.path for request in self.env.http_requests
        )


class GatedBackend:
    """A model whose words come when the test lets them; all its streams say the same."""

    name = "scripted"

    def __init__(self) -> None:
        self._said: list[str] = []
        self._ended = False

    def give(self, *pieces: str) -> None:
        """Let some pieces come."""
        self._said += pieces

    async def give_slowly(self, *pieces: str) -> None:
        """Let pieces come one by one, as a model does."""
        for piece in pieces:
            self._said.append(piece)
            await asyncio.sleep(0.01)

    def end(self) -> None:
        """Let the text be complete."""
        self._ended = True

    async def models(self) -> Sequence[ModelInfo]:
        """One model."""
        return [ModelInfo("scripted", Ability.CHAT | Ability.LOCAL)]

    async def generate(self, request: Request) -> AsyncGenerator[Chunk, None]:
        """Whatever was given so far, then what is given later."""
        who = ModelRef(self.name, "scripted", "1")
        at = 0
        while True:
            while at < len(self._said):
                yield Text(self._said[at], model=who)
                at += 1
            if self._ended:
                break
            # Not a timer of the bot's: SimCord would have to move its clock for it.
            await asyncio.get_running_loop().run_in_executor(None, time.sleep, 0.002)
        yield Done("stop", who)

    async def aclose(self) -> None:
        """Nothing is held."""


def _channel_of(message: Message) -> int:
    return message.channel_id if isinstance(message, simcord.ResponseMessage) else message.channel.id


def private(result: InteractionResult) -> str:
    """What only the member was told; fails if anything of it was public."""
    told = [message for message in (*result.followups, result.response) if message is not None]
    assert told, "nothing was answered"
    seen = [message for message in told if message.ephemeral]
    assert seen, f"answered in public: {told}"
    return "\n".join(_said(message) for message in seen)


def _said(message: simcord.ResponseMessage) -> str:
    """The words of a message, those of its layout too."""
    displays = [one.get("content", "") for one in walk_components(message.components)]
    return "\n".join(part for part in (message.content, *displays) if part)


@asynccontextmanager
async def open_world(
    settings: Settings,
    *,
    model: ScriptedBackend | None = None,
    backends: Sequence[Any] | None = None,
    filters: Filters | None = None,
    judge: Any = None,
    options: Mapping[str, Any] | None = None,
) -> AsyncIterator[World]:
    """Open a world over a store in the settings' folder."""
    scripted = model or ScriptedBackend()
    async with open_app(settings, backends=backends or [scripted], filters=filters, judge=judge) as app:
        bot = Renga(app, extensions=EXTENSIONS)
        # Started here, its timers are not the simulation's: SimCord would wait for them.
        app.supervisor.start()
        env = Simulation(bot, **{"settle_timeout": PATIENCE, **(options or {})})
        await env.start()
        try:
            guild = env.create_guild("Ink")
            general = guild.create_text_channel("general")
            gallery = guild.create_text_channel("gallery")
            keeper = guild.create_role(
                "keeper", permissions=discord.Permissions(manage_guild=True, manage_messages=True)
            )
            await env.settle()
            yield World(
                env=env,
                bot=bot,
                app=app,
                model=scripted,
                guild=guild,
                general=general,
                gallery=gallery,
                ana=guild.add_member(env.create_user("ana")),
                ben=guild.add_member(env.create_user("ben")),
                mod=guild.add_member(env.create_user("mod"), roles=[keeper]),
            )
        finally:
            await env.shutdown()
        # Errors that were explained to a member are expected where a test asked for them.
        assert not [error for error in env.errors if not isinstance(error, app_commands.CommandInvokeError)]
