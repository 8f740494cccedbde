"""The one way to acknowledge, to answer privately, and to say what went wrong."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import discord
from discord import app_commands

from bot.client import Renga
from bot.errors import AgainstTheRules, BadInput, NotAllowed
from bot.explain import explain
from bot.i18n.text import translate
from cogs.ui.marking import marked
from cogs.ui.offers import offered
from cogs.ui.safe import quoted
from cogs.ui.split import MESSAGE_LIMIT, split, width
from cogs.ui.stream import (
    ALREADY_ACKNOWLEDGED,
    UNKNOWN_INTERACTION,
    BotMessage,
    Frame,
    Lost,
    Response,
    Surface,
)
from cogs.ui.where import invited, lang_read

log = logging.getLogger(__name__)

INLINE = 1_200
"""Characters of a member's input that are given back within the message; more comes as a file."""


async def acknowledge(interaction: discord.Interaction[Renga], *, private: bool) -> Surface:
    """Acknowledge with "thinking…" and give the message to be written.

    An acknowledgement that came too late (10062) does not lose the request: it
    goes on in a message of the bot's own, where all may see the answer.

    Raises:
        Lost: it came too late, and the answer is for the member alone.
    """
    response = Response(interaction, private=private)
    interaction.extras["private"] = private
    try:
        callback = await interaction.response.defer(ephemeral=private, thinking=True)
    except discord.HTTPException as error:
        if error.code == ALREADY_ACKNOWLEDGED:
            return response
        channel = interaction.channel
        if error.code != UNKNOWN_INTERACTION or private or not invited(interaction):
            raise Lost from error
        if not isinstance(channel, discord.abc.Messageable):
            raise Lost from error
        log.info("an acknowledgement came too late; going on in a message")
        return BotMessage(await channel.send("-# …", nonce=str(interaction.id)))
    response.id = callback.message_id if callback is not None else None
    return response


async def hold(interaction: discord.Interaction[Renga]) -> Surface:
    """Acknowledge a press silently and give the pressed message to be redrawn."""
    message = interaction.message
    private = message is not None and message.flags.ephemeral
    interaction.extras["private"] = True  # the original is the pressed message: answers are followups
    response = Response(interaction, private=private)
    try:
        await interaction.response.defer()
    except discord.HTTPException as error:
        if error.code not in (UNKNOWN_INTERACTION, ALREADY_ACKNOWLEDGED):
            raise
        if message is not None and not private and invited(interaction):
            return BotMessage(message)
        if error.code == UNKNOWN_INTERACTION:
            raise Lost from error
    response.id = message.id if message is not None else None
    return response


async def tell(
    interaction: discord.Interaction[Renga],
    text: str,
    *,
    view: discord.ui.View | discord.ui.LayoutView | None = None,
    files: Sequence[tuple[str, bytes]] = (),
) -> discord.Message | None:
    """Answer the member alone, whatever was acknowledged before.

    After a public "thinking…" the first followup would take its place and be
    seen by all (Discord docs, Create Followup Message): so the placeholder is
    edited first, then the private answer is sent, then the placeholder goes.
    """
    frame = Frame(text, view, tuple(files))
    try:
        return await _tell(interaction, frame)
    except discord.HTTPException as error:
        log.warning("a private answer could not be given: %s %s", error.status, error.code)
        return None


async def _tell(interaction: discord.Interaction[Renga], frame: Frame) -> discord.Message | None:
    if not interaction.response.is_done():
        interaction.extras["private"] = True
        await interaction.response.send_message(ephemeral=True, **frame.sent())
        return None
    thinking = interaction.response.type is discord.InteractionResponseType.deferred_channel_message
    if thinking and interaction.extras.get("private") and not interaction.extras.get("answered"):
        interaction.extras["answered"] = True
        return await interaction.edit_original_response(**frame.edited())
    public = thinking and not interaction.extras.get("private") and not interaction.extras.get("answered")
    if public:
        interaction.extras["answered"] = True
        await interaction.edit_original_response(content="-# …", view=None)
    sent = await interaction.followup.send(ephemeral=True, wait=True, **frame.sent())
    if public:
        await interaction.delete_original_response()
    return sent


async def explain_to(interaction: discord.Interaction[Renga], error: BaseException) -> None:
    """Say privately what went wrong, in the member's language, and give their input back."""
    if isinstance(error, Lost):
        log.info("an answer could not be shown: its message is gone")
        return
    refused = interaction.client.refused
    if isinstance(error, AgainstTheRules) and refused is not None and await refused(interaction, error):
        return
    lang = lang_read(interaction)
    known = _known(error)
    if known is not error:
        log.info("told as %s: %s", type(known).__name__, type(error).__name__)
    text = explain(known, lang, back=not isinstance(known, AgainstTheRules))
    if isinstance(known, AgainstTheRules) and known.text and known.text_key != "refused.model_held":
        quote = marked(known.text[:INLINE], known.spans)
        text += "\n" + "\n".join(f"> {row}" for row in quote.split("\n"))
        files = [("input.txt", known.text.encode())] if len(known.text) > INLINE else []
        await tell(interaction, _short(text), files=files)
        return
    view = offered(interaction, known, lang)
    yours = translate("error.your_input", lang)
    given = interaction.extras.get("input")
    if not isinstance(given, str) or not given.strip() or yours in text:
        await tell(interaction, _short(text), view=view)
    elif len(given) <= INLINE and width(whole := f"{text}\n{yours}\n{quoted(given)}") <= MESSAGE_LIMIT:
        await tell(interaction, whole, view=view)
    else:
        files = [("input.txt", given.encode())]
        await tell(interaction, _short(f"{text}\n{yours}"), view=view, files=files)


def _known(error: BaseException) -> BaseException:
    """The error as one that can be explained, where discord.py raises its own."""
    match error:
        case app_commands.NoPrivateMessage():
            return NotAllowed("refused.guild_only")
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            return BadInput("refused.command_changed")
        case app_commands.TransformerError():
            return BadInput(
                "refused.bad_option", name=error.transformer.__class__.__name__, typed=str(error.value)[:80]
            )
        case app_commands.CheckFailure():
            return NotAllowed()
        case _:
            return error


def _short(text: str) -> str:
    parts = split(text, MESSAGE_LIMIT - 1, most=1_000)
    return text if parts is None or len(parts) == 1 else parts[0] + "…"
