"""A table of writers: the real bot in a simulated Discord where time passes when it is told to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import discord
from simcord.backend.models.channel import Overwrite
from simcord.enums import OverwriteType

from bot.app import App
from bot.backends.scripted import ScriptedBackend
from bot.rehearsal import acts
from bot.rehearsal.fields import form_fields
from bot.rehearsal.look import label_of, newest, plain, pressable, seen
from bot.rehearsal.trouble import NoSuch
from bot.rehearsal.world import World, open_world
from bot.settings import Settings
from cogs import EXTENSIONS

HELP = ("Draft with AI", "Three ways on", "Continue my sentence", "Polish", "Another take", "More time")
"""What stands behind *Help me write…* under a call."""


class Table:
    """What writers do, by name, and what is seen; everybody is in the channel that was entered last."""

    def __init__(self, world: World, model: ScriptedBackend) -> None:
        self.world = world
        self.model = model

    @property
    def env(self) -> Any:
        """The simulated Discord."""
        return self.world.env

    @property
    def app(self) -> App:
        """The bot's services, as they are since the last restart."""
        return self.world.env.bot.app

    def enter(self, name: str) -> None:
        """Go to a thread by its name, or to a channel with # before it."""
        if name.startswith("#"):
            self.world.enter("channel", name[1:])
        else:
            self.world.enter("thread", name)

    async def slash(self, who: str, command: str, **options: str) -> str:
        """A command; gives what its member was answered."""
        return told(await acts.slash(self.world, who, command, options))

    async def press(self, who: str, label: str) -> str:
        """A press on the newest button of that label; what helps is opened first."""
        await self._help(who, label)
        return told(await acts.press(self.world, who, acts.button(self.world, who, label)))

    async def fill(self, who: str, label: str, **fields: str) -> str:
        """A press that shows a form, and the form filled in."""
        await self._help(who, label)
        shown = await acts.press(self.world, who, acts.button(self.world, who, label))
        return told(await acts.submit(self.world, who, shown, fields))

    async def _help(self, who: str, label: str) -> None:
        if label in HELP:
            with suppress(NoSuch):
                help = acts.button(self.world, who, "Help me write…")
                await acts.press(self.world, who, help)

    async def open_form(self, who: str, label: str) -> dict[str, str]:
        """A press that shows a form; gives what its fields hold."""
        shown = await acts.press(self.world, who, acts.button(self.world, who, label))
        fields = form_fields(shown.modal)
        return {str(one.component["custom_id"]): str(one.component.get("value", "")) for one in fields}

    async def write(self, who: str, text: str) -> str:
        """A turn, by the Write button."""
        return await self.fill(who, "Write", turn=text)

    async def choose(self, who: str, menu: str, option: str) -> str:
        """A choice in the newest menu of that name."""
        return told(await acts.select(self.world, who, menu, (option,)))

    async def say(self, who: str, text: str, *, file: tuple[str, bytes] | None = None) -> None:
        """A plain message, perhaps with a file."""
        files = (file,) if file is not None else ()
        await self.world.actor(who).send(self.world.place(who), text, attachments=files)

    async def edit(self, who: str, text: str) -> None:
        """Edit one's own last message."""
        await acts.rewrite(self.world, who, text)

    async def delete(self, who: str) -> None:
        """Delete one's own last message."""
        await acts.rewrite(self.world, who, None)

    async def together(self, *presses: tuple[str, str]) -> list[str]:
        """Several members press at the same moment; gives what each was answered."""
        found = [(who, acts.button(self.world, who, label)) for who, label in presses]
        before = {message.id for message in self._held()}
        for who, one in found:
            acts.press_meanwhile(self.world, who, one)
        await self.env.settle()
        return [self._whispered(who, before) for who, _ in presses]

    def _held(self) -> list[Any]:
        return list(self.env.backend.messages.get(self.world.channel.id, {}).values())

    def _whispered(self, who: str, before: set[int]) -> str:
        """What somebody was answered privately since."""
        found = newest(self.env, self.world.actor(who), self.world.place(who))
        new = [one for one in found if one.is_ephemeral and one.id not in before]
        return "\n".join(plain(seen(self.env, one).text) for one in reversed(new))

    async def restart(self, *, hours: float = 0) -> None:
        """Stop the bot and start it again, so many hours later."""
        await self.world.restart(hours * 3600)
        await self.env.settle()

    async def allow(self, channel: Any, who: str | None, *, deny: str = "", allow: str = "") -> None:
        """Let a member (None: the bot) do something in a channel, or let them not."""
        flags = discord.Permissions
        target = self.env.backend.bot_user.id if who is None else self.world.member(who).id
        self.env.backend.set_overwrite(
            channel.id,
            Overwrite(
                target_id=target,
                type=OverwriteType.MEMBER,
                allow=flags(**dict.fromkeys(allow.split(), True)).value,
                deny=flags(**dict.fromkeys(deny.split(), True)).value,
            ),
        )
        await self.env.settle()

    async def wait(self, **length: float) -> None:
        """Let time pass: minutes, hours or days."""
        factors: Mapping[str, float] = {"minutes": 60, "hours": 3600, "days": 86400}
        await self.world.wait(sum(factors[unit] * amount for unit, amount in length.items()))

    async def forbid(self, words: str, *, action: str = "block") -> None:
        """A moderator has the filters block (or hold) some words."""
        await self.slash("mod", "filter add", kind="words", words=words, action=action)
        rules = await self.app.rules.rules(self.world.here().handle.id)
        await self.slash("mod", "filter rule", rule=str(rules[-1][0].id), mode="armed")

    async def decide(self, action: str) -> None:
        """A moderator decides the only held text."""
        await self.slash("mod", "filter queue")
        if action == "approve":
            await self.press("mod", "Approve")
        else:
            await self.fill("mod", "Reject", note="")
        await self.env.settle()

    def newest_labels(self, who: str) -> list[str]:
        """The buttons of the newest message with any that somebody sees, in their order."""
        found = newest(self.env, self.world.actor(who), self.world.place(who))
        return next([label_of(one) for one in pressable(message)] for message in found if pressable(message))

    def panel(self, who: str = "ana") -> str:
        """The newest panel in the channel, with what its buttons say."""
        found = newest(self.env, self.world.actor(who), self.world.place(who))
        for message in found:
            shown = seen(self.env, message)
            if shown.text.startswith("## 📖") and not message.is_ephemeral:
                return "\n".join((plain(shown.text), *shown.buttons))
        raise AssertionError("there is no panel")

    def texts(self, who: str = "ana") -> list[str]:
        """What can be read in the channel, oldest first."""
        found = newest(self.env, self.world.actor(who), self.world.place(who))
        return [plain(seen(self.env, one).text) for one in reversed(found) if not one.is_ephemeral]

    def pinged(self) -> list[tuple[str, ...]]:
        """Who was pinged by the bot, message by message, in the channel."""
        found: list[tuple[str, ...]] = []
        for request in self.env.http_requests:
            allowed = (request.json if isinstance(request.json, dict) else {}).get("allowed_mentions") or {}
            if request.method == "POST" and request.path.endswith("/messages"):
                users = [self.env.backend.users[int(id)].name for id in allowed.get("users", ())]
                found += [tuple(users)] if users else []
        return found

    def labels(self, who: str = "ana") -> set[str]:
        """Every button that can be pressed in the channel."""
        found = newest(self.env, self.world.actor(who), self.world.place(who))
        return {str(one.get("label")) for message in found for one in pressable(message)}


def told(result: Any) -> str:
    """What an interaction was answered with."""
    messages = [one for one in (result.response, *result.followups) if one is not None]
    return "\n".join(plain(one.content) for one in messages)


@asynccontextmanager
async def open_table(
    settings: Settings, *members: str, intent: bool = False, locale: str = "en-US"
) -> AsyncIterator[Table]:
    """A server with ana, ben, cleo, a moderator and whoever else, in #general."""
    model = ScriptedBackend()
    own = settings.model_copy(update={"message_content": intent})
    async with open_world(own, EXTENSIONS, backends=[model]) as world:
        world.make_server("Ink", locale)
        for name in ("ana", "ben", "cleo", *members):
            world.make_member(name, (), "")
        world.make_member("mod", ("manage_guild", "manage_messages"), "")
        world.make_channel("general", nsfw=False, category="")
        await world.env.settle()
        yield Table(world, model)
