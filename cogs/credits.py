"""/credits: who made a work.  /privacy: one's own data, to take along or to have forgotten."""

from __future__ import annotations

from typing import Any, Self

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Renga
from bot.errors import NotAllowed
from bot.i18n.slash import say
from bot.i18n.text import translate
from bot.ids import GuildId, MemberId
from bot.works import PARTS, Shown, Work
from cogs.ui.anywhere import ANYWHERE, EVERYWHERE_INSTALLED
from cogs.ui.items import LastingItem
from cogs.ui.reply import acknowledge, hold, tell
from cogs.ui.sheets import credit_sheet
from cogs.ui.stream import Frame
from cogs.ui.studio import Studio, studio_of
from cogs.ui.where import lang_read, member_of, space_of

_SCOPES = [
    app_commands.Choice(name=say("privacy.here"), value="here"),
    app_commands.Choice(name=say("privacy.everywhere"), value="everywhere"),
]
_REVISE = [
    app_commands.Choice(name=say("privacy.ask"), value="ask"),
    app_commands.Choice(name=say("privacy.never"), value="never"),
]
_REMIX = [
    app_commands.Choice(name=say("privacy.yes"), value="yes"),
    app_commands.Choice(name=say("privacy.never"), value="never"),
]


class Credits(commands.Cog):
    """Answers who made what, and gives members their own data."""

    privacy = app_commands.Group(
        name=say("command.privacy"),
        description=say("command.privacy_about"),
        allowed_contexts=ANYWHERE,
        allowed_installs=EVERYWHERE_INSTALLED,
    )

    def __init__(self, bot: Renga, studio: Studio) -> None:
        self._bot = bot
        self._app = bot.app
        self._studio = studio

    async def cog_load(self) -> None:
        """Answer the button that forgets, also one of before a restart."""
        self._bot.add_dynamic_items(ForgetButton)

    async def cog_unload(self) -> None:
        """Answer it no longer."""
        self._bot.remove_dynamic_items(ForgetButton)

    @app_commands.command(name=say("command.credits"), description=say("command.credits_about"))
    @app_commands.describe(work=say("command.option_work_about"))
    @app_commands.rename(work=say("command.option_work"))
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.allowed_installs(guilds=True, users=True)
    async def credits(self, interaction: discord.Interaction[Renga], work: str = "") -> None:
        """Show who made a work: the named one, or the member's newest."""
        await acknowledge(interaction, private=True)
        guild = space_of(interaction)
        wanted = await self._studio.recent.named(guild, member_of(interaction), work)
        seen = await self._studio.work(interaction, wanted)
        made = await self._app.credits.of(guild, seen.id)
        sheet = credit_sheet(made, lang_read(interaction))
        await tell(interaction, sheet.content, view=sheet.view)

    @credits.autocomplete("work")
    async def _works(
        self, interaction: discord.Interaction[Renga], typed: str
    ) -> list[app_commands.Choice[str]]:
        found = self._studio.recent.peek(space_of(interaction), member_of(interaction), typed)
        return [app_commands.Choice(name=label, value=str(id)) for label, id in found]

    @privacy.command(name=say("command.privacy_export"), description=say("command.privacy_export_about"))
    @app_commands.describe(where=say("command.option_where_about"))
    @app_commands.rename(where=say("command.option_where"))
    @app_commands.choices(where=_SCOPES)
    async def export(self, interaction: discord.Interaction[Renga], where: str = "here") -> None:
        """Give the member everything that is kept of them, as a file."""
        await acknowledge(interaction, private=True)
        data = await self._app.privacy.export(member_of(interaction), _scope(interaction, where))
        await tell(
            interaction, translate("privacy.exported", lang_read(interaction)), files=[("renga.json", data)]
        )

    @privacy.command(name=say("command.privacy_consent"), description=say("command.privacy_consent_about"))
    @app_commands.describe(
        revise=say("command.option_revise_about"),
        remix=say("command.option_remix_about"),
        cloud=say("command.option_cloud_about"),
    )
    @app_commands.rename(
        revise=say("command.option_revise"),
        remix=say("command.option_remix"),
        cloud=say("command.option_cloud"),
    )
    @app_commands.choices(revise=_REVISE, remix=_REMIX)
    async def consent(
        self,
        interaction: discord.Interaction[Renga],
        revise: str | None = None,
        remix: str | None = None,
        cloud: bool | None = None,
    ) -> None:
        """Set what others, and models elsewhere, may do with one's texts here; without options, show it."""
        await acknowledge(interaction, private=True)
        lang, guild, member = lang_read(interaction), space_of(interaction), member_of(interaction)
        fields = {"revise": revise, "remix": remix, "cloud": cloud}
        given = {name: value for name, value in fields.items() if value is not None}
        desk = self._app.desk
        held = await desk.set_member(guild, member, **given) if given else await desk.member(guild, member)
        lines = [
            translate(f"privacy.revise_{held.revise}", lang),
            translate(f"privacy.remix_{held.remix}", lang),
            translate("privacy.cloud_yes" if held.cloud else "privacy.cloud_no", lang),
        ]
        await tell(interaction, "\n".join(f"- {text}" for text in lines))

    @privacy.command(name=say("command.privacy_forget"), description=say("command.privacy_forget_about"))
    @app_commands.describe(where=say("command.option_where_about"))
    @app_commands.rename(where=say("command.option_where"))
    @app_commands.choices(where=_SCOPES)
    async def forget(self, interaction: discord.Interaction[Renga], where: str = "here") -> None:
        """Ask once more: what is erased cannot be brought back."""
        lang = lang_read(interaction)
        view = discord.ui.View(timeout=None)
        scope = "everywhere" if where == "everywhere" else "here"
        view.add_item(ForgetButton(member_of(interaction), scope, label=translate("button.forget", lang)))
        await tell(interaction, translate(f"privacy.ask_{scope}", lang), view=view)


class ForgetButton(
    LastingItem["discord.ui.Button[Any]"],
    template=r"renga:p:forget:(?P<member>[0-9]{1,20}):(?P<scope>here|everywhere)",
):
    """Erases the member's data, for the member alone."""

    def __init__(self, member: MemberId, scope: str, *, label: str = "…") -> None:
        super().__init__(
            discord.ui.Button(
                label=label, style=discord.ButtonStyle.danger, custom_id=f"renga:p:forget:{member}:{scope}"
            )
        )
        self.member = member
        self.scope = scope

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew from its id."""
        return cls(MemberId(int(match["member"])), match["scope"])

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Erase, and redraw what showed their words."""
        if member_of(interaction) != self.member:
            raise NotAllowed("refused.not_yours")
        studio = studio_of(interaction.client)
        surface = await hold(interaction)
        lang = lang_read(interaction)
        guild = space_of(interaction)
        shown = await _shown(studio, guild, self.member)
        erased = await studio.app.privacy.forget(self.member, _scope(interaction, self.scope))
        await surface.edit(Frame(translate("privacy.forgotten", lang, count=erased)))
        for work, card in shown:
            await studio.outlet.redraw(work, card)


async def _shown(studio: Studio, guild: GuildId, member: MemberId) -> list[tuple[Work, Shown]]:
    """The messages that show a member's newest works."""
    works = await studio.app.works.recent(guild, member, limit=100)
    return [
        (work, card)
        for work in works
        for card in await studio.app.works.cards(guild, work.id)
        if card.kind not in PARTS
    ]


def _scope(interaction: discord.Interaction[Renga], where: str) -> GuildId | None:
    return None if where == "everywhere" else space_of(interaction)


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Credits(bot, studio_of(bot)))
