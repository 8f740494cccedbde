"""One slash command for each art in ``prompts/``: its options become the command's."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from typing import Any, cast

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Renga
from bot.errors import BadInput
from bot.i18n.slash import said, say
from bot.i18n.text import translate
from bot.ids import LANGUAGES, Lang
from bot.prompting.art import LENGTHS, Art, Option
from bot.prompting.load import TAKEN
from bot.works import Wish
from cogs.ui.anywhere import ANYWHERE, EVERYWHERE_INSTALLED
from cogs.ui.models import REFRESH
from cogs.ui.reply import acknowledge
from cogs.ui.studio import Studio, studio_of
from cogs.ui.where import lang_read

Choices = list[app_commands.Choice[str]]

LARGEST_SEED = 2**31 - 1
RELOAD = 10.0
"""Seconds between two looks for changed commands."""


_TYPES: Mapping[str, Any] = {
    "temperature": app_commands.Range[float, 0.0, 2.0],
    "seed": app_commands.Range[int, 0, LARGEST_SEED],
    "private": bool,
}
"""Types of the standard options that are not text."""


class Arts(commands.Cog):
    """Makes works."""

    def __init__(self, bot: Renga, studio: Studio) -> None:
        self._bot = bot
        self._studio = studio
        self._catalogue = bot.app.catalogue
        self.models = studio.models
        self._made: dict[str, Art] = {}

    async def cog_load(self) -> None:
        """Make the commands, and keep models and prompts fresh."""
        self._make_commands()
        await self.models.refresh()
        supervisor = self._bot.app.supervisor
        supervisor.add("models", REFRESH, self.models.refresh)
        supervisor.add("commands", RELOAD, self.reload)

    async def cog_unload(self) -> None:
        """Take the commands away."""
        for name in self._made:
            self._bot.tree.remove_command(name)

    async def reload(self) -> None:
        """Make the commands anew if a changed prompt file changed their looks, and tell Discord."""
        if {name: _looks(art) for name, art in self._catalogue.arts.items()} != {
            name: _looks(art) for name, art in self._made.items()
        }:
            for name in self._made:
                self._bot.tree.remove_command(name)
            self._make_commands()
            self._bot.tell_commands()

    def _make_commands(self) -> None:
        self._made = dict(self._catalogue.arts)
        names = _names(self._made.values(), taken=TAKEN.values())
        for art in self._made.values():
            self._bot.tree.add_command(self._command(art, names[art.name]))

    def _command(self, art: Art, name: app_commands.locale_str) -> app_commands.Command[Any, ..., None]:
        """A command with the options of an art."""

        async def callback(interaction: discord.Interaction[Renga], **options: Any) -> None:
            await self.compose(interaction, art.name, options)

        own = {_argument(option.name): option for option in art.own}
        names = _names(art.own, taken={translate(f"command.option_{name}", "zh") for name in art.options})
        parameters = [_parameter("interaction", discord.Interaction)]
        parameters += [
            _parameter(name, _TYPES.get(name, str), required=name in art.required) for name in art.options
        ]
        parameters += [
            _parameter(name, int if option.type == "integer" else str, required=option.required)
            for name, option in own.items()
        ]
        # Discord wants what is required first.
        parameters[1:] = sorted(parameters[1:], key=lambda parameter: parameter.default is None)
        callback.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        known: dict[str, Any] = {name: self._complete(name) for name in art.options if name in _COMPLETED}
        decorated = cast(Callable[..., Coroutine[Any, Any, None]], callback)
        decorated = app_commands.describe(
            **{name: say(f"command.option_{name}_about") for name in art.options},
            **{name: said(option.about) for name, option in own.items()},
        )(decorated)
        decorated = app_commands.rename(
            **{name: say(f"command.option_{name}") for name in art.options},
            **{_argument(name): called for name, called in names.items()},
        )(decorated)
        decorated = app_commands.choices(**_choices(art, own))(decorated)
        if known:
            decorated = app_commands.autocomplete(**known)(decorated)
        return app_commands.Command(
            name=name,
            description=said(art.about),
            callback=decorated,
            allowed_contexts=ANYWHERE,
            allowed_installs=EVERYWHERE_INSTALLED,
        )

    def _complete(
        self, name: str
    ) -> Callable[[discord.Interaction[Renga], str], Coroutine[Any, Any, Choices]]:
        async def complete(interaction: discord.Interaction[Renga], typed: str) -> Choices:
            if name == "model":
                return [app_commands.Choice(name=id, value=id) for id in self.models.matching(typed)]
            lang = lang_read(interaction)
            language = getattr(interaction.namespace, "language", None)
            kind = "form" if name == "form" else "style"
            found = self._catalogue.suggest(kind, typed, lang, language if language in LANGUAGES else None)
            return [app_commands.Choice(name=title[:100], value=id[:100]) for title, id in found]

        return complete

    async def compose(
        self, interaction: discord.Interaction[Renga], name: str, options: Mapping[str, Any]
    ) -> None:
        """Refuse privately what can be refused from memory; then acknowledge and write."""
        given = {key: value for key, value in options.items() if value is not None}
        interaction.extras["input"] = _typed(name, given)
        art = self._catalogue.arts.get(name)
        if art is None:
            raise BadInput("refused.command_changed")
        wish = self.wish(interaction, art, given)
        self.models.check(wish.model)
        brief = self._studio.brief(interaction, wish)
        self._studio.app.composer.check(brief)
        surface = await acknowledge(interaction, private=wish.private)
        await self._studio.new_work(interaction, surface, brief)

    def wish(self, interaction: discord.Interaction[Renga], art: Art, given: Mapping[str, Any]) -> Wish:
        """What was asked for, with names of forms and styles found.

        Raises:
            BadInput: there is no form, style or language of that name.
        """
        form = self._catalogue.find_form(str(given.get("form", "")))
        style = self._catalogue.find_style(str(given.get("style", "")))
        length = str(given.get("length", ""))
        if length and length not in LENGTHS:
            raise BadInput("refused.bad_option", name="length", typed=length[:80])
        topic = str(given.get("topic", ""))
        own = {option.name for option in art.own}
        return Wish(
            art=art.name,
            topic=topic,
            form=form.id if form else "",
            style=style.id if style else "",
            language=_language(given.get("language")),
            model=str(given.get("model", "")).strip(),
            length=length,
            temperature=given.get("temperature"),
            seed=given.get("seed"),
            private=bool(given.get("private", False)),
            opening=str(given.get("opening", "")),
            options={
                name: str(given[_argument(name)]) for name in own if given.get(_argument(name)) is not None
            },
        )


_COMPLETED = frozenset({"form", "style", "model"})


def _parameter(name: str, kind: Any, *, required: bool = True) -> inspect.Parameter:
    return inspect.Parameter(
        name,
        inspect.Parameter.POSITIONAL_OR_KEYWORD if name == "interaction" else inspect.Parameter.KEYWORD_ONLY,
        default=inspect.Parameter.empty if required else None,
        annotation=kind,
    )


def _language(asked: object) -> Lang:
    """The language asked for; "" where that is left to the form, the place, the topic and the reader."""
    for lang in LANGUAGES:
        if asked == lang:
            return lang
    if asked:
        raise BadInput("refused.bad_option", name="language", typed=str(asked)[:80])
    return cast("Lang", "")


def _choices(art: Art, own: Mapping[str, Option]) -> dict[str, Choices]:
    found: dict[str, Choices] = {}
    if "language" in art.options:
        found["language"] = [
            app_commands.Choice(name=say(f"language.{lang}"), value=lang) for lang in LANGUAGES
        ]
    if "length" in art.options:
        found["length"] = [
            app_commands.Choice(name=say(f"command.length_{length}"), value=length) for length in LENGTHS
        ]
    for name, option in own.items():
        if option.choices:
            found[name] = [
                app_commands.Choice(name=said(words), value=value) for value, words in option.choices.items()
            ]
    return found


def _argument(name: str) -> str:
    """The name of an option as a Python argument."""
    return name.replace("-", "_")


def _names(things: Iterable[Art | Option], taken: Collection[str]) -> Mapping[str, app_commands.locale_str]:
    """What each is called; no two alike in a language, for which Discord would refuse all commands."""
    names: dict[str, str] = {}
    for thing in things:
        chinese = _as_name(thing.title["zh"], thing.name)
        names[thing.name] = chinese if chinese not in {*taken, *names.values()} else thing.name
    return {name: said({"en": name, "zh": chinese}) for name, chinese in names.items()}


def _as_name(title: str, otherwise: str) -> str:
    """A title as the name of a command or option: Discord takes lower-case letters, digits, - and _."""
    name = re.sub(r"[\s·]+", "-", title.strip().lower())
    return name if re.fullmatch(r"[-_\w]{1,32}", name) else otherwise


def _looks(art: Art) -> tuple[Any, ...]:
    """What Discord is told of an art."""
    return art.title, art.about, art.options, art.own, art.required


def _typed(name: str, given: Mapping[str, Any]) -> str:
    """The command as it was typed, to be given back."""
    return " ".join([f"/{name}", *(f"{key}:{value}" for key, value in given.items())])


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Arts(bot, studio_of(bot)))
