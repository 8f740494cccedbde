"""/settings: what moderators set for their server or one of its channels.  /style: a member's own voice.

Discord hides /settings from who lacks Manage Server; that is only a hint, so
every command looks for itself.  The panel: :mod:`cogs.ui.settings_panel`.
"""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Renga
from bot.i18n.slash import say
from bot.i18n.text import translate
from bot.services.filters import passed
from bot.services.house_trial import StyleTrial
from cogs.ui.items import found
from cogs.ui.modals import Form, submitted, upload_form
from cogs.ui.reply import acknowledge, explain_to, tell
from cogs.ui.safe import verse
from cogs.ui.settings_forms import scope_in, setting_form, trial_form, value_in
from cogs.ui.settings_group import map_told, settings
from cogs.ui.settings_items import PanelButton, PanelMenu, Scope
from cogs.ui.settings_keeper import require_keeper
from cogs.ui.settings_panel import compared, history
from cogs.ui.settings_quick import Quick
from cogs.ui.settings_scope import place_of_scope
from cogs.ui.settings_told import PAGES, scope_told
from cogs.ui.studio import Studio, quickly, studio_of
from cogs.ui.where import lang_read, member_of, place_of, space_of


class Settings(Quick):
    """Lets moderators set their server, and members their own voice."""

    settings = settings

    def __init__(self, bot: Renga, studio: Studio) -> None:
        self._bot = bot
        self.app = app = bot.app
        self.desk = app.desk
        self.studio = studio
        self._trial = StyleTrial(
            app.desk,
            app.store.house,
            app.store.members,
            catalogue=app.catalogue,
            backend=app.router,
            allowances=app.usage,
            usage=app.store.usage,
            filters=app.filters,
            clock=app.clock,
            deadline=app.settings.deadline,
        )
        app.privacy.remembers(self._trial.forget)

    async def cog_load(self) -> None:
        """Answer the buttons of the panel, also of before a restart."""
        self._bot.add_dynamic_items(PanelButton, PanelMenu)

    async def cog_unload(self) -> None:
        """Do so no longer."""
        self._bot.remove_dynamic_items(PanelButton, PanelMenu)

    # --- the panel ------------------------------------------------------------------------------

    async def open(self, interaction: discord.Interaction[Renga], scope: Scope, page: str) -> None:
        """Show another page, or another scope, in the panel."""
        await quickly(require_keeper(interaction))
        known = page if page in PAGES else next(iter(PAGES))
        view = await quickly(self.view(interaction, scope, known))
        await interaction.response.edit_message(view=view)

    async def press(
        self, interaction: discord.Interaction[Renga], action: str, scope: Scope, about: str
    ) -> None:
        """Carry out a press on the panel."""
        await quickly(require_keeper(interaction))
        lang, guild, member = lang_read(interaction), space_of(interaction), member_of(interaction)
        match action:
            case "set" | "try":
                own = await quickly(self.desk.layer(guild, scope.level, scope.id))
                form = (
                    setting_form(scope, about, own, lang) if action == "set" else trial_form(scope, own, lang)
                )
                await interaction.response.send_modal(form)
            case "server" | "panel":
                await self.open(interaction, Scope() if action == "server" else scope, about)
            case "write" | "automod" | "queue":
                await found(self._bot, "Moderation").from_panel(interaction, action)
            case "history":
                await interaction.response.edit_message(
                    view=history(await quickly(self.desk.changes(guild)), scope, about, lang)
                )
            case "import":
                await interaction.response.send_modal(upload_form("settings-file", 0, 0, lang))
            case "export":
                await acknowledge(interaction, private=True)
                await self.give_file(interaction)
            case "undo":
                await self._redrawn(interaction)
                await self._show(interaction, scope, about, "\n".join(await self.undo_newest(interaction)))
            case "save":
                await self._redrawn(interaction)
                draft = await self._trial.save(guild, member)
                saved = translate("settings.saved", lang, scope=scope_told(draft.level, draft.id, lang))
                await self._show(interaction, Scope(draft.level, draft.id), "style", saved)
            case _:
                self._trial.throw_away(guild, member)
                await self.open(interaction, scope, "style")

    async def rule(self, interaction: discord.Interaction[Renga], id: int) -> None:
        """Show a rule that was chosen."""
        await quickly(require_keeper(interaction))
        await found(self._bot, "Moderation").open_rule(interaction, id)

    async def take_back(self, interaction: discord.Interaction[Renga], scope: Scope, number: int) -> None:
        """Take back a change that was chosen in the history."""
        await quickly(require_keeper(interaction))
        await self._redrawn(interaction)
        guild, lang = space_of(interaction), lang_read(interaction)
        await self.desk.undo(guild, by=member_of(interaction), number=number)
        view = history(await self.desk.changes(guild), scope, next(iter(PAGES)), lang)
        await interaction.edit_original_response(view=view)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Renga]) -> None:
        """Carry out a form of the panel, also one that was opened before a restart."""
        filled = submitted(interaction)
        if filled is None or filled.action not in ("set", "style-try", "settings-file"):
            return
        try:
            await quickly(require_keeper(interaction))
            match filled.action:
                case "set":
                    await self._filled(interaction, filled)
                case "style-try":
                    await self._tried(interaction, filled)
                case _:
                    await acknowledge(interaction, private=True)
                    await self.take_file(interaction, filled.files[0] if filled.files else None)
        except Exception as error:  # noqa: BLE001 - whatever it is, the moderator is told
            await explain_to(interaction, error)

    async def _filled(self, interaction: discord.Interaction[Renga], filled: Form) -> None:
        scope, (field, value) = scope_in(filled), value_in(filled, interaction.data or {})
        interaction.extras["input"] = filled.value(field)
        self.check(interaction, field, value)
        await self._redrawn(interaction)
        place = await place_of_scope(interaction, scope)
        changed = await self.desk.set(place, scope.level, scope.id, field, value, by=member_of(interaction))
        page = next(name for name, fields in PAGES.items() if field in fields)
        await self._show(interaction, scope, page, "\n".join(map_told([changed], lang_read(interaction))))

    async def _tried(self, interaction: discord.Interaction[Renga], filled: Form) -> None:
        scope, lang = scope_in(filled), lang_read(interaction)
        fields = {name: text.strip() for name, text in filled.values.items() if name != "topic"}
        interaction.extras["input"] = "\n".join(text for text in fields.values() if text)
        place = await place_of_scope(interaction, scope)
        await interaction.response.send_message(translate("settings.trying", lang), ephemeral=True)
        interaction.extras["private"] = True
        # What is tried is written as it would be here: a category or the server writes nothing itself.
        here = place if place.channel else place_of(interaction)
        draft = await self._trial.compare(
            here,
            scope.level,
            scope.id,
            fields,
            topic=filled.value("topic"),
            by=member_of(interaction),
            key=str(interaction.id),
        )
        await interaction.edit_original_response(content=None, view=compared(draft, scope, lang))

    async def _show(
        self, interaction: discord.Interaction[Renga], scope: Scope, page: str, note: str
    ) -> None:
        await interaction.edit_original_response(view=await self.view(interaction, scope, page, note))

    async def _redrawn(self, interaction: discord.Interaction[Renga]) -> None:
        """Acknowledge that the panel will be drawn anew."""
        interaction.extras["private"] = True
        await interaction.response.defer()

    @app_commands.command(name=say("command.style"), description=say("command.style_about"))
    @app_commands.describe(text=say("command.option_own_voice_about"))
    @app_commands.rename(text=say("command.option_text"))
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.allowed_installs(guilds=True, users=True)
    async def own_style(self, interaction: discord.Interaction[Renga], text: str = "") -> None:
        """Set one's own voice, which joins that of the house; without text it is taken away."""
        interaction.extras["input"] = text
        await acknowledge(interaction, private=True)
        lang, by = lang_read(interaction), member_of(interaction)
        text = text.strip()
        if text:  # a model will be told it
            text = passed(await self.app.filters.of(place_of(interaction), by).judge(text))
        member = await self.desk.set_member(space_of(interaction), by, voice=text)
        key = "settings.own_style" if member.voice else "settings.own_style_gone"
        await tell(interaction, translate(key, lang, voice=verse(member.voice)))


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Settings(bot, studio_of(bot)))
