"""What people do on the page: each deed is begun at once, also while the bot is at work on another."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field
from simcord import SetupError
from simcord.backend.errors import BackendError
from simcord.results import InteractionResult, ResponseMessage

from bot.i18n.text import translate
from bot.rehearsal.commands import ON_MESSAGE, SLASH, Command, commands
from bot.rehearsal.events import Event, Passed
from bot.rehearsal.fields import form_fields
from bot.rehearsal.page.places import Where, entities, where
from bot.rehearsal.page.running import Running, freely
from bot.rehearsal.page.values import File, field_value, option_value
from bot.rehearsal.page.view import language, offered
from bot.rehearsal.trouble import NoSuch, Trouble
from bot.rehearsal.world import World

LONGEST_WAIT = 90 * 86400.0
"""Seconds that may pass at a time."""

Files = Mapping[str, list[File]]


class Deed(BaseModel):
    """What the page asks for: who does what, where, and with what."""

    act: Literal[
        "say", "slash", "menu", "press", "select", "submit", "edit", "delete",
        "commands", "suggest", "choices", "dismiss", "speak",
        "wait", "restart", "thread", "channel", "member",
    ]  # fmt: skip
    who: int
    place: int
    message: int = 0
    form: int = 0
    control: str = Field("", max_length=200)
    kind: int = 0
    values: list[str] = Field(default_factory=list[str], max_length=25)
    text: str = Field("", max_length=4000)
    name: str = Field("", max_length=100)
    options: dict[str, str] = Field(default_factory=dict[str, str])
    fields: dict[str, str | bool | list[str]] = Field(default_factory=dict[str, "str | bool | list[str]"])
    seconds: float = Field(0.0, ge=0, le=LONGEST_WAIT)
    locale: Literal["", "en-US", "zh-CN"] = ""
    special: bool = False
    """Of a channel: for adults; of a member: may moderate."""
    forum: bool = False


class Deeds:
    """Carries out deeds in a world; ``report`` and ``settle`` as for :class:`Running`."""

    def __init__(self, world: World, report: Callable[[Event], None], settle: Callable[[], object]) -> None:
        self._world = world
        self._report = report
        self._notes: dict[int, tuple[int, str]] = {}
        self.running = Running(world, report, settle, self._unanswered)

    def form(self, user: int) -> dict[str, Any] | None:
        """The form that somebody has before them, as Discord describes it."""
        held = self.running.form(user)
        return None if held is None else {"id": str(held.id), **held.modal}

    def note(self, user: int) -> tuple[int, str] | None:
        """The last word to somebody about what they did; the number tells one from the next."""
        return self._notes.get(user)

    async def do(self, deed: Deed, files: Files) -> dict[str, Any]:
        """Do it; the answer holds what was asked for, or what is wrong under ``error``."""
        try:
            at = where(self._world, deed.who, deed.place)
            match deed.act:
                case "say" | "slash" | "menu" | "press" | "select" | "submit" | "edit" | "delete":
                    await self.running.begin(at, *self._verb(at, deed, files))
                case "wait" | "restart":
                    await self.running.whole(self._pass(deed))
                case "thread" | "channel" | "member":
                    return await self._make(at, deed)
                case "commands":
                    return offered(self._world, at)
                case "suggest":
                    return {"choices": await self._suggest(at, deed)}
                case "choices":
                    found = entities(self._world, at, deed.kind)
                    return {"choices": [{"value": str(id), "label": name} for id, name, _ in found]}
                case "dismiss":
                    self.running.dismiss(deed.form)
                case "speak":
                    self._world.locales[deed.who] = deed.locale or "en-US"
        except Trouble as trouble:
            return {"error": trouble.told(language(self._world, deed.who))}
        except (SetupError, BackendError) as error:
            return {"error": " ".join([str(error), *getattr(error, "__notes__", ())])}
        return {}

    def _verb(self, at: Where, deed: Deed, files: Files) -> tuple[str, Coroutine[Any, Any, Any]]:
        """What somebody does, in words and as one of SimCord's verbs."""
        actor, direct = at.actor, at.server is None
        match deed.act:
            case "say" if direct:
                return deed.text, freely(actor.send_dm, deed.text)
            case "say":
                reply = self._message(deed) if deed.message else None
                sent = files.get("files", ())
                told = " ".join([*(f"📎 {name}" for name, _ in sent), deed.text])
                return told, freely(actor.send, at.channel, deed.text, reply_to=reply, attachments=sent)
            case "slash":
                command = self._command(at, deed.name, SLASH)
                given = self._options(at, command, deed.options, files)
                told = " ".join(
                    [f"/{command.name}", *(f"{name}:{text}" for name, text in deed.options.items())]
                )
                here = () if direct else (at.channel,)
                return told, freely(actor.slash, *here, command.name, **given)
            case "menu":
                command = self._command(at, deed.name, ON_MESSAGE)
                return f"⋯ {command.name}", freely(
                    actor.context_menu, at.channel, command.name, self._message(deed)
                )
            case "press":
                return f"[{deed.name}]", freely(actor.click, self._message(deed), custom_id=deed.control)
            case "select":
                known = {str(id): (name, one) for id, name, one in entities(self._world, at, deed.kind)}
                told = ", ".join(known[one][0] if one in known else one for one in deed.values)
                chosen = [known[one][1] if one in known else one for one in deed.values]
                verb = freely(actor.select, self._message(deed), chosen, custom_id=deed.control)
                return f"▾ {deed.name}: {told}", verb
            case "submit":
                return self._submit(at, deed, files)
            case "edit":
                return f"✎ {deed.text}", freely(actor.edit, self._message(deed), deed.text)
            case _:
                return "✗", freely(actor.delete, self._message(deed))

    def _submit(self, at: Where, deed: Deed, files: Files) -> tuple[str, Coroutine[Any, Any, Any]]:
        opened = self.running.form(at.user, deed.form)
        if opened is None:
            raise NoSuch("rehearsal.no_form")
        known = {str(field.component["custom_id"]): field.component for field in form_fields(opened.modal)}
        values = {
            name: field_value(self._world, at, known[name], given, files.get(name, ()))
            for name, given in deed.fields.items()
            if name in known
        }
        told = " ".join(str(given) for given in deed.fields.values() if isinstance(given, str))
        shown = InteractionResult(self._world.env, opened)
        return f"[{opened.modal['title']}] {told}".strip(), freely(at.actor.submit_modal, shown, values)

    def _message(self, deed: Deed) -> ResponseMessage:
        backend = self._world.env.backend
        return ResponseMessage(self._world.env, backend.get_message(deed.place, deed.message))

    def _command(self, at: Where, name: str, kind: int) -> Command:
        known = {one.name: one for one in commands(self._world, at.actor, at.channel, kind)}
        if name not in known:
            raise NoSuch.called("command", name, known)
        return known[name]

    def _options(self, at: Where, command: Command, given: Mapping[str, str], files: Files) -> dict[str, Any]:
        known = {one["name"]: one for one in command.options}
        return {
            name: option_value(self._world, at, known[name], text, files.get(name, ()))
            for name, text in given.items()
            if name in known
        }

    async def _suggest(self, at: Where, deed: Deed) -> list[dict[str, str]]:
        """What the bot offers for an option while it is typed."""
        command = self._command(at, deed.name, SLASH)
        texts = {one["name"] for one in command.options if one["type"] == 3}
        filled = {name: text for name, text in deed.options.items() if name in texts and name != deed.control}
        here = () if at.server is None else (at.channel,)
        verb = freely(at.actor.autocomplete, *here, command.name, deed.control, deed.text, **filled)
        offers = await self.running.asked(at, verb)
        return [{"value": str(one["value"]), "label": str(one["name"])} for one in offers]

    async def _pass(self, deed: Deed) -> None:
        """Time passes, or the bot is stopped and started again."""
        async with self._world.busy:
            if deed.act == "restart":
                await self._world.restart(deed.seconds)
            else:
                await self._world.wait(deed.seconds)
        if deed.seconds:
            self._report(Passed("wait", deed.seconds))
        if deed.act == "restart":
            self._report(Passed("restart"))

    async def _make(self, at: Where, deed: Deed) -> dict[str, Any]:
        """Make a thread, a channel or a member; the answer says where to go, or who looks now."""
        world, name = self._world, deed.name.strip()
        if at.server is None or not name:
            raise NoSuch("rehearsal.no_channel" if at.server is None else "page.no_name")
        async with world.busy:
            with world.elsewhere(at.server):
                world.channel = at.channel
                match deed.act:
                    case "thread":
                        world.make_thread(name, at.member.name)
                    case "channel":
                        world.make_channel(name, nsfw=deed.special, category="", forum=deed.forum)
                    case _:
                        may = ("manage_guild", "manage_messages") if deed.special else ()
                        world.make_member(name, may, deed.locale)
                        return {"who": str(world.member(name).id)}
                place = str(world.channel.id)
            await world.env.settle()
        return {"place": place}

    def _unanswered(self, user: int) -> None:
        count = self._notes[user][0] + 1 if user in self._notes else 1
        self._notes[user] = count, translate("page.no_answer", language(self._world, user))
