"""Forms of settings: one for each, and one for a whole style to be tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import discord

from bot.errors import BadInput
from bot.house.model import House, Level
from bot.i18n.text import translate
from bot.ids import Lang
from bot.services.house_trial import TOPIC_LIMIT
from cogs.ui.modals import Form
from cogs.ui.settings_items import Scope
from cogs.ui.settings_told import CHANNELS, CHOICES, FIELDS, LONG, NUMBERS, name_of, typed_limit

_LEVELS = (Level.GUILD, Level.CATEGORY, Level.CHANNEL, Level.THREAD)
TRIED = ("voice", "register", "banned", "examples")
"""What a form for trying a style has, beside the sample's topic: five fields fit in a form."""

_POSTED = [discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.public_thread]


def setting_form(scope: Scope, field: str, own: House, lang: Lang) -> discord.ui.Modal:
    """A form for one setting, filled with what the scope itself sets; left empty, it is inherited."""
    modal = _modal("set", scope, FIELDS.index(field), name_of(field, lang))
    hint = translate("settings.hint_number" if field in NUMBERS else "settings.hint_empty", lang)
    modal.add_item(
        discord.ui.Label(
            text=name_of(field, lang)[:45], description=hint[:100], component=_input(field, own, lang)
        )
    )
    return modal


def trial_form(scope: Scope, own: House, lang: Lang) -> discord.ui.Modal:
    """A form for a style that is to be tried."""
    modal = _modal("style-try", scope, 0, translate("settings.button_try", lang))
    topic: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id="topic", max_length=TOPIC_LIMIT, default=translate("settings.sample", lang)
    )
    modal.add_item(
        discord.ui.Label(
            text=translate("settings.topic", lang),
            description=translate("settings.topic_hint", lang),
            component=topic,
        )
    )
    for field in TRIED:
        modal.add_item(discord.ui.Label(text=name_of(field, lang)[:45], component=_text(field, own)))
    return modal


def scope_in(filled: Form) -> Scope:
    """What a form was about.

    Raises:
        BadInput: its id was made by nobody here.
    """
    level = filled.take // 100
    if level >= len(_LEVELS):
        raise BadInput("refused.command_changed")
    return Scope(_LEVELS[level], filled.subject)


def value_in(filled: Form, data: Mapping[str, Any]) -> tuple[str, object]:
    """The setting that a form was about, and what was given; None for "as inherited".

    Raises:
        BadInput: it is no value.
    """
    number = filled.take % 100
    if number >= len(FIELDS):
        raise BadInput("refused.command_changed")
    field = FIELDS[number]
    if field in CHOICES or field in CHANNELS or field == "moderators":
        chosen = next(iter(_chosen(data.get("components", ()))), "")
        if not chosen or chosen == "-":
            return field, None
        if field == "local_only":
            return field, chosen == "yes"
        return field, chosen if field in CHOICES else int(chosen)
    typed = filled.value(field).strip()
    if not typed:
        return field, None
    if field in NUMBERS:
        digits = typed.replace(",", "").replace(" ", "")
        if not digits.isascii() or not digits.isdecimal():
            raise BadInput("refused.bad_setting", name=field)
        return field, int(digits)
    return field, typed


def _modal(action: str, scope: Scope, number: int, title: str) -> discord.ui.Modal:
    code = _LEVELS.index(scope.level) * 100 + number
    return discord.ui.Modal(title=title[:45], custom_id=f"renga:m:{action}:{scope.id}:{code}", timeout=900)


def _input(field: str, own: House, lang: Lang) -> discord.ui.Item[Any]:
    held = getattr(own, field)
    if field in CHOICES:
        now = "-" if held is None else {True: "yes", False: "no"}.get(held, held)
        labels = {"-": translate("settings.inherited", lang)}
        labels |= {value: _choice(field, value, lang) for value in CHOICES[field]}
        return discord.ui.Select(
            custom_id=field,
            options=[
                discord.SelectOption(label=label, value=value, default=value == now)
                for value, label in labels.items()
            ],
        )
    chosen = discord.Object(held) if isinstance(held, int) else None
    if field in CHANNELS:
        return discord.ui.ChannelSelect(
            custom_id=field,
            channel_types=_POSTED,
            min_values=0,
            required=False,
            default_values=[discord.SelectDefaultValue.from_channel(chosen)] if chosen else [],
        )
    if field == "moderators":
        return discord.ui.RoleSelect(
            custom_id=field,
            min_values=0,
            required=False,
            default_values=[discord.SelectDefaultValue.from_role(chosen)] if chosen else [],
        )
    return _text(field, own)


def _text(field: str, own: House) -> discord.ui.TextInput[Any]:
    held = getattr(own, field)
    return discord.ui.TextInput(
        custom_id=field,
        style=discord.TextStyle.paragraph if field in LONG else discord.TextStyle.short,
        default=None if held is None else str(held)[: typed_limit(field)] or None,
        max_length=typed_limit(field),
        required=False,
    )


def _choice(field: str, value: str, lang: Lang) -> str:
    key = {"language": f"language.{value}", "rating": f"settings.rating_{value}"}.get(
        field, f"settings.{value}"
    )
    return translate(key, lang)[:100]


def _chosen(components: Any) -> Iterator[str]:
    """What was chosen in the menus of a submitted form."""
    for component in components:
        yield from (str(value) for value in component.get("values", ()))
        yield from _chosen(component.get("components", ()))
        if "component" in component:
            yield from _chosen((component["component"],))
