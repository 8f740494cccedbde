"""Forms.  What they were about is in their id, so that one that was open over a restart still works.

discord.py forgets open modals when it stops.  So none of ours is answered by
its own object: a listener reads every submitted form (:func:`submitted`) from
its id, ``renga:m:<action>:<subject>:<take>``, and from what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import discord

from bot.errors import BadInput
from bot.i18n.text import translate
from bot.ids import Lang

INPUT_LIMIT = 4_000
"""Characters that a text input takes (Discord docs, Text Input)."""

FILE_LIMIT = 200_000
"""Bytes of an uploaded text; the longest work is far shorter."""

CDN = ("cdn.discordapp.com", "media.discordapp.net", "cdn.simcord.invalid")
"""The only hosts that an upload is read from; the last, which cannot exist (RFC 2606), is the rehearsal's."""

_ID = re.compile(r"renga:m:(?P<action>[a-z-]{1,20}):(?P<subject>[0-9]{1,20}):(?P<take>[0-9]{1,20})")


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was filled in; ``subject`` is the id of a work, a message, a review …"""

    action: str
    subject: int
    take: int
    values: Mapping[str, str]
    files: tuple[discord.Attachment, ...] = ()

    def value(self, name: str) -> str:
        """What was typed into a field, or ""."""
        return self.values.get(name, "")


def form(
    action: str, subject: int, take: int, lang: Lang, *fields: discord.ui.TextInput[Any]
) -> discord.ui.Modal:
    """A form with text fields."""
    modal = _modal(action, subject, take, lang)
    for field in fields:
        modal.add_item(field)
    return modal


def text_field(
    name: str,
    lang: Lang,
    *,
    long: bool = False,
    default: str = "",
    limit: int = INPUT_LIMIT,
    required: bool = True,
) -> discord.ui.TextInput[Any]:
    """A field to type in: ``modal.<name>`` is its label, ``modal.<name>_hint`` what it shows while empty."""
    return discord.ui.TextInput(
        label=translate(f"modal.{name}", lang),
        placeholder=translate(f"modal.{name}_hint", lang)[:100],
        custom_id=name,
        style=discord.TextStyle.paragraph if long else discord.TextStyle.short,
        default=default[:limit] or None,
        max_length=limit,
        required=required,
    )


def upload_form(action: str, subject: int, take: int, lang: Lang) -> discord.ui.Modal:
    """A form that takes one text file."""
    modal = _modal(action, subject, take, lang)
    upload: discord.ui.FileUpload[Any] = discord.ui.FileUpload(custom_id="file", min_values=1, max_values=1)
    modal.add_item(
        discord.ui.Label(
            text=translate("modal.file", lang),
            description=translate("modal.file_hint", lang),
            component=upload,
        )
    )
    return modal


def _modal(action: str, subject: int, take: int, lang: Lang) -> discord.ui.Modal:
    return discord.ui.Modal(
        title=translate(f"modal.{action}_title", lang)[:45],
        custom_id=f"renga:m:{action}:{subject}:{take}",
        timeout=900,
    )


def submitted(interaction: discord.Interaction[Any]) -> Form | None:
    """The form that was submitted, if it is one of ours and was not delivered before."""
    if interaction.type is not discord.InteractionType.modal_submit or interaction.data is None:
        return None
    if not interaction.client.first_time(interaction):
        return None
    data: Mapping[str, Any] = interaction.data
    match = _ID.fullmatch(str(data.get("custom_id", "")))
    if match is None:
        return None
    values: dict[str, str] = {}
    files: list[discord.Attachment] = []
    uploads = data.get("resolved", {}).get("attachments", {})
    for field in _fields(data.get("components", ())):
        if "value" in field:
            values[str(field["custom_id"])] = str(field["value"] or "")
        for id in field.get("values", ()):
            if id in uploads:
                state = interaction._state  # pyright: ignore[reportPrivateUsage] - no public way to it
                files.append(discord.Attachment(data=uploads[id], state=state))
    return Form(match["action"], int(match["subject"]), int(match["take"]), values, tuple(files))


def _fields(components: Any) -> Iterator[Mapping[str, Any]]:
    for component in components:
        if "custom_id" in component:
            yield component
        yield from _fields(component.get("components", ()))
        if "component" in component:
            yield from _fields((component["component"],))


def check_file(file: discord.Attachment, limit: int = FILE_LIMIT) -> None:
    """Refuse, from what Discord says of it, a file that will not be read.

    Raises:
        BadInput: it is too large, or not where Discord keeps uploads.
    """
    if file.size > limit:
        raise BadInput("refused.file_too_large", size=file.size // 1_000, limit=limit // 1_000)
    address = urlsplit(file.url)
    if address.scheme != "https" or address.hostname not in CDN:
        raise BadInput("refused.file_elsewhere")


async def read_file(file: discord.Attachment, *, limit: int = FILE_LIMIT) -> str:
    """The text of an uploaded file of at most so many bytes.

    Raises:
        BadInput: it cannot be read, or is not text in UTF-8.
    """
    check_file(file, limit)
    try:
        data = await file.read()
        text = data.decode("utf-8-sig")
    except discord.HTTPException:
        raise BadInput("refused.file_unreadable") from None
    except UnicodeDecodeError:
        raise BadInput("refused.not_text_file") from None
    return text
