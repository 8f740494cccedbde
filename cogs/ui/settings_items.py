"""Buttons and menus of the panel of settings: they outlive a restart; a press is authorised by the cog."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import discord

from bot.client import Renga
from bot.house.model import Level
from bot.i18n.text import translate
from bot.ids import Lang
from cogs.ui.items import LastingItem, found
from cogs.ui.settings_told import PAGES

_LETTERS = {Level.GUILD: "g", Level.CATEGORY: "k", Level.CHANNEL: "c", Level.THREAD: "t"}
_LEVELS = {letter: level for level, letter in _LETTERS.items()}
_SCOPE = r"(?P<scope>[gkct][0-9]{1,20})"

SCOPES = (
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.forum,
    discord.ChannelType.media,
    discord.ChannelType.voice,
    discord.ChannelType.category,
    discord.ChannelType.public_thread,
    discord.ChannelType.private_thread,
    discord.ChannelType.news_thread,
)
"""What a setting can be for, beside the whole server."""

_LOOKS = {
    "set": discord.ButtonStyle.secondary,
    "server": discord.ButtonStyle.secondary,
    "panel": discord.ButtonStyle.secondary,
    "undo": discord.ButtonStyle.secondary,
    "history": discord.ButtonStyle.secondary,
    "export": discord.ButtonStyle.secondary,
    "import": discord.ButtonStyle.secondary,
    "try": discord.ButtonStyle.primary,
    "save": discord.ButtonStyle.success,
    "drop": discord.ButtonStyle.secondary,
    "write": discord.ButtonStyle.primary,
    "automod": discord.ButtonStyle.secondary,
    "queue": discord.ButtonStyle.secondary,
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What is being set: the whole server, a category, a channel or a thread."""

    level: Level = Level.GUILD
    id: int = 0

    def __str__(self) -> str:
        return f"{_LETTERS[self.level]}{self.id}"

    @classmethod
    def read(cls, text: str) -> Scope:
        """The reverse of ``str``."""
        return cls(_LEVELS[text[0]], int(text[1:]))

    @classmethod
    def of(cls, channel: object) -> Scope:
        """The scope of a channel as Discord gives it; None is the server."""
        kind = getattr(channel, "type", None)
        id = int(getattr(channel, "id", 0))
        if kind is None:
            return cls()
        if kind is discord.ChannelType.category:
            return cls(Level.CATEGORY, id)
        thread = isinstance(channel, discord.Thread) or "thread" in str(kind)
        return cls(Level.THREAD if thread else Level.CHANNEL, id)


class PanelButton(
    LastingItem["discord.ui.Button[Any]"],
    template=rf"renga:g:(?P<action>{'|'.join(_LOOKS)}):{_SCOPE}:(?P<about>[a-z_]{{1,20}})",
):
    """A button of the panel: ``renga:g:<action>:<scope>:<page or setting>``."""

    def __init__(
        self, action: str, scope: Scope, about: str, *, lang: Lang = "en", disabled: bool = False
    ) -> None:
        super().__init__(
            discord.ui.Button(
                label=translate(f"settings.button_{action}", lang),
                style=discord.ButtonStyle.secondary if disabled else _LOOKS[action],
                custom_id=f"renga:g:{action}:{scope}:{about}",
                disabled=disabled,
            )
        )
        self.action = action
        self.scope = scope
        self.about = about

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew from its id."""
        return cls(match["action"], Scope.read(match["scope"]), match["about"])

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Hand the press to the cog that looks after settings."""
        await found(interaction.client, "Settings").press(interaction, self.action, self.scope, self.about)


class PanelMenu(
    LastingItem["discord.ui.Item[Any]"],
    template=rf"renga:gm:(?P<what>page|scope|change|rule):{_SCOPE}:(?P<page>[a-z]{{1,20}})",
):
    """A menu of the panel: another page, another scope, a change to take back, or a rule."""

    def __init__(
        self,
        what: str,
        scope: Scope,
        page: str,
        options: Sequence[discord.SelectOption] = (),
        *,
        lang: Lang = "en",
    ) -> None:
        super().__init__(_menu(what, f"renga:gm:{what}:{scope}:{page}", page, options, lang))
        self.what = what
        self.scope = scope
        self.page = page

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew from its id."""
        return cls(match["what"], Scope.read(match["scope"]), match["page"])

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Hand the choice to the cog that looks after settings."""
        data: Mapping[str, Any] = interaction.data or {}
        value = str((data.get("values") or [""])[0])
        resolved: Mapping[str, Any] = data.get("resolved") or {}
        channels: Mapping[str, Any] = resolved.get("channels") or {}
        handler = found(interaction.client, "Settings")
        if self.what == "scope":
            found_there: Mapping[str, Any] = channels.get(value) or {}
            kind = int(found_there.get("type", 0))
            chosen = _chosen(int(value), kind) if value else Scope()
            await handler.open(interaction, chosen, self.page)
        elif self.what == "page":
            await handler.open(interaction, self.scope, value)
        elif self.what == "rule":
            await handler.rule(interaction, int(value or 0))
        else:
            await handler.take_back(interaction, self.scope, int(value or 0))


def _chosen(id: int, kind: int) -> Scope:
    threads = (10, 11, 12)  # Discord docs, Channel Types: announcement, public, private thread
    level = Level.CATEGORY if kind == 4 else Level.THREAD if kind in threads else Level.CHANNEL
    return Scope(level, id)


def _menu(
    what: str, id: str, page: str, options: Sequence[discord.SelectOption], lang: Lang
) -> discord.ui.Item[Any]:
    hint = translate(f"settings.menu_{what}", lang)
    if what == "scope":
        return discord.ui.ChannelSelect(custom_id=id, placeholder=hint, channel_types=list(SCOPES))
    if what == "page":
        options = [
            discord.SelectOption(
                label=translate(f"settings.page_{name}", lang), value=name, default=name == page
            )
            for name in PAGES
        ]
    return discord.ui.Select(custom_id=id, placeholder=hint, options=list(options))
