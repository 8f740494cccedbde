"""*Did you mean …*: what was meant, as buttons under a refusal, which carry out again what was asked for.

What was asked for is kept in memory: a button that is pressed after a restart
says that the command has to be typed again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast
from weakref import WeakKeyDictionary

import discord
from discord import app_commands

from bot.client import Renga
from bot.errors import RengaError
from bot.i18n.text import translate
from bot.ids import Lang, MemberId
from bot.prompting.reader import Words
from cogs.ui.safe import plain_line

KEPT = 500
"""Refusals that are remembered."""

MOST = 3
"""Buttons under a refusal."""

Again = Callable[[discord.Interaction[Renga], str], Awaitable[None]]
"""Carries out anew what was asked for, with another word for the one that was not known."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A refusal: who asked, how it is done again, and the words that may have been meant."""

    member: MemberId
    again: Again
    words: tuple[str, ...]


_kept: WeakKeyDictionary[discord.Client, OrderedDict[int, Offer]] = WeakKeyDictionary()


def offered(
    interaction: discord.Interaction[Renga], error: BaseException, lang: Lang
) -> discord.ui.View | None:
    """The buttons for what a refusal says may have been meant; None where it says nothing."""
    if not isinstance(error, RengaError):
        return None
    meant, typed = error.facts.get("meant"), error.facts.get("typed")
    again = interaction.extras.get("again") or _command_again(interaction, str(typed))
    if not isinstance(meant, tuple) or not meant or again is None:
        return None
    pairs = cast("tuple[tuple[str, Words], ...]", meant)[:MOST]
    choices = [(id, title[lang]) for id, title in pairs]
    kept = _kept.setdefault(interaction.client, OrderedDict())
    member = MemberId(interaction.user.id)
    kept[interaction.id] = Offer(member, again, tuple(word for word, _ in choices))
    while len(kept) > KEPT:
        kept.popitem(last=False)
    view = discord.ui.View(timeout=None)
    for at, (_, title) in enumerate(choices):
        label = plain_line(translate("button.use", lang, name=title), 80)
        style = discord.ButtonStyle.secondary if at else discord.ButtonStyle.primary
        view.add_item(discord.ui.Button(label=label, style=style, custom_id=f"renga:y:{interaction.id}:{at}"))
    return view


def offer_of(client: discord.Client, id: int) -> Offer | None:
    """What was offered under the refusal of an interaction, if it is still known."""
    return _kept.get(client, OrderedDict[int, Offer]()).get(id)


async def forget_offers(client: discord.Client, member: MemberId) -> None:
    """Remember no more of what a member asked for."""
    kept = _kept.get(client, OrderedDict[int, Offer]())
    for id in [id for id, offer in kept.items() if offer.member == member]:
        del kept[id]


def _command_again(interaction: discord.Interaction[Renga], typed: str) -> Again | None:
    """How a slash command is carried out again with another word for the one that was typed."""
    command = interaction.command
    if not isinstance(command, app_commands.Command):
        return None
    given = dict(vars(interaction.namespace))
    wrong = [name for name, value in given.items() if isinstance(value, str) and value.strip()[:80] == typed]
    if not wrong:
        return None

    async def again(press: discord.Interaction[Renga], word: str) -> None:
        mended = given | dict.fromkeys(wrong, word)
        values = {
            one.name: mended[one.display_name] for one in command.parameters if one.display_name in mended
        }
        callback = cast("Callable[..., Awaitable[Any]]", command.callback)
        bound = () if command.binding is None else (command.binding,)
        await callback(*bound, press, **values)

    return again
