"""Menus that features put themselves in, so that what they hang on need not know them.

A cog adds its :class:`Feature` when it is loaded.  Whoever opens the menu is
offered those that fit what it was opened on, each with a word on what it does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import discord

from bot.client import Renga
from bot.errors import BadInput
from bot.i18n.text import translate
from bot.ids import Lang

MOST = 25
"""Options of a menu (Discord docs, String Select)."""

Subject = TypeVar("Subject")
"""What a menu is opened on, as far as it decides what fits."""

Given = TypeVar("Given")
"""What the menu's id names: that much a feature is run with."""


@dataclass(frozen=True, kw_only=True)  # slots do not go with the parameters of a frozen class
class Feature(Generic[Subject, Given]):
    """Something that can be done from a menu.

    Attributes:
        name: its value in the menu; it stays the same over restarts.
        label: the key of what it is called.
        about: the key of what it does, in a few words.
        run: carries it out, and refuses whoever may not.
        fits: whether it is offered; none is offered what could only be refused.
        place: the lower, the nearer to the top.
    """

    name: str
    label: str
    about: str
    run: Callable[[discord.Interaction[Renga], Given], Awaitable[None]]
    fits: Callable[[Subject], bool] = lambda _: True
    place: int = 50


class Features(Generic[Subject, Given]):
    """The features of one menu."""

    def __init__(self) -> None:
        self._known: dict[str, Feature[Subject, Given]] = {}

    def add(self, *features: Feature[Subject, Given]) -> None:
        """Put features in; one of the same name gives way."""
        self._known |= {one.name: one for one in features}

    def remove(self, *names: str) -> None:
        """Take features out."""
        for name in names:
            self._known.pop(name, None)

    def named(self, name: str) -> Feature[Subject, Given]:
        """The feature that was chosen.

        Raises:
            BadInput: there is none of that name any more.
        """
        if name not in self._known:
            raise BadInput("refused.command_changed")
        return self._known[name]

    def options(self, subject: Subject, lang: Lang) -> list[discord.SelectOption]:
        """What is offered, as the options of a menu."""
        fitting = sorted(
            (one for one in self._known.values() if one.fits(subject)), key=lambda one: one.place
        )
        return [
            discord.SelectOption(
                label=translate(one.label, lang)[:100],
                value=one.name,
                description=translate(one.about, lang)[:100],
            )
            for one in fitting[:MOST]
        ]
