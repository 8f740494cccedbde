"""Translates names and descriptions of commands for Discord.

A ``locale_str`` made by :func:`say` carries the key of its text.  Texts that
come with their own translations (arts, forms and styles from files) carry them
in ``extras``.
"""

from __future__ import annotations

from collections.abc import Mapping

import discord
from discord import app_commands

from bot.i18n.text import texts, translate
from bot.ids import Lang

_CHINESE = frozenset({discord.Locale.chinese, discord.Locale.taiwan_chinese})


def say(key: str) -> app_commands.locale_str:
    """A text of the interface as a command's name or description."""
    return app_commands.locale_str(translate(key, "en"), key=key)


def said(words: Mapping[Lang, str]) -> app_commands.locale_str:
    """A text with its own translations, by language."""
    return app_commands.locale_str(words["en"], words=dict(words))


class SlashTranslator(app_commands.Translator):
    """Gives Discord the Chinese texts; English is what commands are defined in."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """The text in that locale, or None to leave it as it is."""
        if locale not in _CHINESE:
            return None
        if words := string.extras.get("words"):
            return words.get("zh")
        key = string.extras.get("key")
        return texts("zh").get(key) if key else None
