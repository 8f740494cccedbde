"""What /help tells: three things to begin with, and the rest by topic."""

from __future__ import annotations

from typing import Any, Self

import discord

from bot.client import Renga
from bot.i18n.text import translate
from bot.ids import Lang
from cogs.ui.items import LastingItem
from cogs.ui.reply import hold
from cogs.ui.safe import line
from cogs.ui.stream import Frame
from cogs.ui.where import is_manager, lang_read

STARTERS = (
    ("poem", "help.start_poem"),
    ("story start", "help.start_story"),
    ("form check", "help.start_form"),
)
"""What a newcomer may press at once."""

TOPICS: dict[str, tuple[tuple[str, str], ...]] = {
    "works": (
        ("revise", "command.revise_about"),
        ("drafts", "command.drafts_about"),
        ("credits", "command.credits_about"),
    ),
    "forms": (("form list", "command.form_list_about"), ("form check", "command.form_check_about")),
    "stories": (
        ("story start", "story_command.start_about"),
        ("chapter", "bound.chapter_about"),
        ("scene", "bound.scene_about"),
        ("script", "bound.script_about"),
    ),
    "reading": (
        ("critique", "command.critique_about"),
        ("votes open", "command.votes_open_about"),
        ("votes duel", "command.votes_duel_about"),
        ("votes table", "command.votes_table_about"),
    ),
    "models": (("model list", "command.model_list_about"), ("usage", "command.usage_about")),
    "yours": (
        ("style", "command.style_about"),
        ("privacy consent", "command.privacy_consent_about"),
        ("privacy export", "command.privacy_export_about"),
        ("privacy forget", "command.privacy_forget_about"),
    ),
    "menus": (),
    "moderators": (
        ("settings panel", "command.settings_panel_about"),
        ("filter add", "command.filter_add_about"),
        ("filter queue", "command.filter_queue_about"),
        ("doctor", "command.doctor_about"),
    ),
}
"""The commands of each topic and what they do; ``help.about_<topic>`` says the rest of it."""

MANAGERS = frozenset({"moderators"})
"""Topics whose commands others cannot send."""


class HelpMenu(LastingItem["discord.ui.Select[Any]"], template=r"renga:h"):
    """The topics."""

    def __init__(self, *, lang: Lang = "en", manages: bool = False, chosen: str = "") -> None:
        super().__init__(
            discord.ui.Select(
                custom_id="renga:h",
                placeholder=translate("help.topics", lang),
                options=[
                    discord.SelectOption(
                        label=translate(f"help.topic_{topic}", lang), value=topic, default=topic == chosen
                    )
                    for topic in TOPICS
                    if manages or topic not in MANAGERS
                ],
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew; what was chosen comes with the press."""
        return cls()

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Turn to a topic."""
        surface = await hold(interaction)
        await surface.edit(told(interaction, self.item.values[0]))


def told(interaction: discord.Interaction[Renga], topic: str = "", *, more: str = "") -> Frame:
    """The first page, or that of a topic; ``more`` stands small below it."""
    bot, lang = interaction.client, lang_read(interaction)
    rows = [translate("help.intro", lang), ""]
    if topic in TOPICS:
        rows = [f"**{translate(f'help.topic_{topic}', lang)}**"]
    shown = TOPICS.get(topic, STARTERS)
    rows += [f"- {bot.pressable(command)} – {translate(about, lang)}" for command, about in shown]
    if topic == "works":
        arts = bot.app.catalogue.arts.values()
        rows[1:1] = [f"- {bot.pressable(art.name)} – {line(art.about[lang], 120)}" for art in arts]
    if topic in TOPICS:
        rows.append(translate(f"help.about_{topic}", lang))
    if more:
        rows.append(f"-# {more}")
    view = discord.ui.View(timeout=None)
    view.add_item(HelpMenu(lang=lang, manages=is_manager(interaction), chosen=topic))
    return Frame("\n".join(rows)[:2_000], view)
