"""/filter: rules of what may be said here, tried before they act.  For moderators alone.

What the commands do: :mod:`cogs.ui.settings_filter_writing` and
:mod:`cogs.ui.settings_filter_trying`.  Here is what happens without a command:
presses, forms, notices, and the server's AutoMod rules as they change.
"""

from __future__ import annotations

import logging

import discord
from discord.ext import commands

from bot.client import Renga
from bot.errors import BadInput, RengaError
from bot.i18n.text import lang_of, translate
from bot.ids import GuildId, MemberId, MessageId
from bot.moderation.rules import Kind, Mode
from bot.moderation.verdict import Action
from bot.services.dispatch import Undeliverable
from bot.services.moderation_automod import AutoModSync
from bot.services.ports import Outgoing
from cogs.ui.modals import submitted
from cogs.ui.reply import acknowledge, explain_to, hold, tell
from cogs.ui.safe import line
from cogs.ui.settings_automod import fetched
from cogs.ui.settings_filter_group import filters
from cogs.ui.settings_filter_trying import Trying
from cogs.ui.settings_filter_writing import Writing, empty_form
from cogs.ui.settings_keeper import require_keeper
from cogs.ui.settings_moving import ArmButton, Waiting
from cogs.ui.settings_rule_texts import attempt_text, report_text
from cogs.ui.settings_rules import RuleButton, RuleMenu, rule_frame, spared_in_menu
from cogs.ui.split import MESSAGE_LIMIT
from cogs.ui.stream import Frame
from cogs.ui.studio import Studio, quickly, studio_of
from cogs.ui.where import lang_read, member_of, space_of

log = logging.getLogger(__name__)

NOBODY = MemberId(0)


class Moderation(Writing, Trying):
    """Lets moderators write, try, arm and remove rules."""

    filter = filters

    def __init__(self, bot: Renga, studio: Studio) -> None:
        self._bot = bot
        self.app = bot.app
        self.desk = bot.app.rules
        self.automod = AutoModSync(bot.app.rules)
        self._studio = studio

    async def cog_load(self) -> None:
        """Answer the buttons of rules, also of before a restart; post notices about them."""
        self._bot.add_dynamic_items(RuleButton, RuleMenu, ArmButton)
        self._studio.outlet.others["notice"] = self

    async def cog_unload(self) -> None:
        """Do so no longer."""
        self._bot.remove_dynamic_items(RuleButton, RuleMenu, ArmButton)

    async def press(self, interaction: discord.Interaction[Renga], action: str, id: int) -> None:
        """Carry out a press on a rule."""
        await quickly(require_keeper(interaction))
        if action == "edit":
            await interaction.response.send_modal(await quickly(self.edit_form(interaction, id)))
            return
        surface = await hold(interaction)
        lang, guild = lang_read(interaction), space_of(interaction)
        match action:
            case "remove":
                await surface.edit(Frame(await self.take_away(interaction, id)))
                return
            case "try":
                _, rule = await self.desk.rule(guild, id)
                await tell(interaction, attempt_text(await self.desk.attempt(guild, rule), lang))
                return
            case "arm":
                await self.set_mode(interaction, id, Mode.ARMED)
            case _:
                await self.set_mode(interaction, id, Mode.SHADOW if action == "rest" else Mode.OFF)
        await surface.edit(rule_frame(*await self.desk.rule(guild, id), lang))

    async def choose(
        self, interaction: discord.Interaction[Renga], field: str, id: int, values: list[str]
    ) -> None:
        """Carry out a choice in a menu of a rule."""
        await quickly(require_keeper(interaction))
        surface = await hold(interaction)
        guild, by = space_of(interaction), member_of(interaction)
        match field:
            case "action":
                change: dict[str, object] = {"action": Action[values[0].upper()]}
            case "severity":
                change = {"severity": min(3, max(1, int(values[0])))}
            case _:
                _, rule = await self.desk.rule(guild, id)
                held = rule.exempt_roles if field == "roles" else rule.exempt_channels
                beyond = held - set(spared_in_menu(rule, field))  # more than a menu can show
                change = {f"exempt_{field}": beyond | frozenset(map(int, values))}
        await self.desk.amend(guild, id, by=by, **change)
        await surface.edit(rule_frame(*await self.desk.rule(guild, id), lang_read(interaction)))

    async def from_panel(self, interaction: discord.Interaction[Renga], action: str) -> None:
        """Carry out a press on the panel of settings, whose cog has looked who presses."""
        if action == "write":
            await interaction.response.send_modal(empty_form(interaction, Kind.WORDS, Action.BLOCK))
            return
        await acknowledge(interaction, private=True)
        await (self.take_automod if action == "automod" else self.show_queue)(interaction)

    async def open_rule(self, interaction: discord.Interaction[Renga], id: int) -> None:
        """Show a rule that was chosen in the panel of settings."""
        await acknowledge(interaction, private=True)
        await self.show(interaction, id)

    async def arm_waiting(self, interaction: discord.Interaction[Renga]) -> None:
        """Arm what was armed where a file was written that was taken over."""
        await quickly(require_keeper(interaction))
        await acknowledge(interaction, private=True)
        guild, lang = space_of(interaction), lang_read(interaction)
        ids = await Waiting(self.app.notes).take(guild)
        armed, refused = await self.app.rule_history.arm(guild, ids, by=member_of(interaction))
        rows = [
            translate(key, lang, names=", ".join(line(name, 60) for name in names))
            for key, names in (("moderation.armed_all", armed), ("moderation.armed_not", refused))
            if names
        ]
        told = "\n".join(rows) or translate("moderation.armed_none", lang)
        await tell(interaction, told[:MESSAGE_LIMIT])

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Renga]) -> None:
        """Carry out a form about a rule, also one that was opened before a restart."""
        filled = submitted(interaction)
        if filled is None or filled.action not in ("filter-add", "filter-edit"):
            return
        try:
            await self.filled(interaction, filled)
        except Exception as error:  # noqa: BLE001 - whatever it is, the moderator is told
            await explain_to(interaction, error)

    # --- the server's own AutoMod ---------------------------------------------------------------

    @commands.Cog.listener()
    async def on_automod_rule_create(self, rule: discord.AutoModRule) -> None:
        """Take a new rule over, where AutoMod was read in before."""
        await self._follow(rule.guild)

    @commands.Cog.listener()
    async def on_automod_rule_update(self, rule: discord.AutoModRule) -> None:
        """Take a change over."""
        await self._follow(rule.guild)

    @commands.Cog.listener()
    async def on_automod_rule_delete(self, rule: discord.AutoModRule) -> None:
        """Let a rule go that is no more."""
        await self._follow(rule.guild)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Take over what was changed while the bot was away."""
        for guild in self._bot.guilds:
            await self._follow(guild)

    async def _follow(self, guild: discord.Guild) -> None:
        id = GuildId(guild.id)
        if not await self.automod.follows(id):
            return
        try:
            await self.automod.sync(id, await fetched(guild), by=NOBODY)
        except (RengaError, BadInput, discord.HTTPException) as error:
            log.warning("AutoMod of guild %s is not followed now: %s", id, type(error).__name__)

    # --- messages in the outbox -----------------------------------------------------------------

    async def post(self, outgoing: Outgoing) -> MessageId:
        """Post a notice for the moderators."""
        guild = self._bot.get_guild(outgoing.guild)
        lang = lang_of(str(guild.preferred_locale)) if guild is not None else "en"
        facts = dict(outgoing.payload)
        kind = facts.pop("notice", "")
        match kind:
            case "fell":
                facts["rule"] = line(str(facts.get("rule", "")), 80)
                told = translate("moderation.notice_fell", lang, **facts)
            case "report":
                told = report_text(facts, lang)
            case "head":
                told = translate("moderation.notice_head", lang, head=str(facts.get("head", "")))
            case _:
                raise Undeliverable(str(kind))
        channel = await self._studio.outlet.channel(outgoing.channel)
        frame = Frame(told)
        return MessageId((await self._studio.outlet.send(channel, frame, outgoing.nonce)).id)

    async def find(self, outgoing: Outgoing) -> MessageId | None:
        """Notices are not looked for: one that comes twice does no harm."""
        return None


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Moderation(bot, studio_of(bot)))
