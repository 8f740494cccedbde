"""/usage: what was used today.  /model: which models there are, and which answers here."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Renga
from bot.i18n.slash import say
from bot.i18n.text import translate
from bot.ids import Lang
from cogs.ui.anywhere import ANYWHERE, EVERYWHERE_INSTALLED
from cogs.ui.models_pages import ModelsButton, page_of
from cogs.ui.reply import acknowledge, hold, tell
from cogs.ui.safe import line
from cogs.ui.small_model import HOUSE_MODEL
from cogs.ui.stream import Frame
from cogs.ui.studio import Studio, studio_of
from cogs.ui.where import lang_read, member_of, place_of


class Usage(commands.Cog):
    """Says what was used and what there is."""

    model = app_commands.Group(
        name=say("command.model"),
        description=say("command.model_about"),
        allowed_contexts=ANYWHERE,
        allowed_installs=EVERYWHERE_INSTALLED,
    )

    def __init__(self, bot: Renga, studio: Studio) -> None:
        self._bot = bot
        self._app = bot.app
        self._studio = studio

    async def cog_load(self) -> None:
        """Make the pages of the list answer to their buttons, also those from before a restart."""
        self._bot.add_dynamic_items(ModelsButton)

    async def cog_unload(self) -> None:
        """Let go of the buttons."""
        self._bot.remove_dynamic_items(ModelsButton)

    @app_commands.command(name=say("command.usage"), description=say("command.usage_about"))
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.allowed_installs(guilds=True, users=True)
    async def usage(self, interaction: discord.Interaction[Renga]) -> None:
        """Show today's use of the member and of the server."""
        await acknowledge(interaction, private=True)
        place, lang = place_of(interaction), lang_read(interaction)
        spent, allowed = await self._app.usage.today(place, member_of(interaction))
        lines = [f"**{translate('usage.title', lang)}**"]
        whose = ("member",) if place.is_private_room else ("member", "guild")
        for who in whose:
            facts = {
                f"{what}{mark}": _amount(getattr(source, f"{who}_{what}"), lang, limit=mark == "_limit")
                for what in ("requests", "tokens")
                for mark, source in (("", spent), ("_limit", allowed))
            }
            lines.append(translate(f"usage.{who}", lang, **facts))
        lines.append(f"-# {translate('usage.resets', lang)}")
        await tell(interaction, "\n".join(lines))

    @model.command(name=say("command.model_list"), description=say("command.model_list_about"))
    async def list(self, interaction: discord.Interaction[Renga]) -> None:
        """Show the models that can be asked for."""
        await acknowledge(interaction, private=True)
        await self._studio.models.refresh()
        frame = await self._page(interaction, 1)
        await tell(interaction, frame.content, view=frame.view)

    async def turn(self, interaction: discord.Interaction[Renga], page: int) -> None:
        """Turn to another page of the models."""
        surface = await hold(interaction)
        if not self._studio.models.known:
            await self._studio.models.refresh()  # the bot has started since
        await surface.edit(await self._page(interaction, page))

    async def _page(self, interaction: discord.Interaction[Renga], page: int) -> Frame:
        lang, models = lang_read(interaction), self._studio.models
        house = (await self._app.desk.book.of(place_of(interaction))).house
        current = house.model or self._app.router.default
        foot = [translate("usage.provider_down", lang, name=line(name)) for name in models.down]
        if current == HOUSE_MODEL:
            foot.append(f"-# {translate('usage.larger_model', lang)}")
        if house.local_only:
            foot.append(f"-# {translate('usage.local_only', lang)}")
        head = translate("usage.model_here", lang, model=line(current))
        return page_of(models.known, page, lang, head=head, foot="\n".join(foot))


def _amount(count: int, lang: Lang, *, limit: bool) -> str:
    """A number with its thousands marked; a limit of 0 is none."""
    return translate("usage.no_limit", lang) if limit and not count else f"{count:,}"


async def setup(bot: Renga) -> None:
    """Add the cog."""
    await bot.add_cog(Usage(bot, studio_of(bot)))
