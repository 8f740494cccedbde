"""The settings of a story in its lobby: a sheet of menus that only whoever set it up sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import discord

from bot.errors import BadInput
from bot.i18n.text import translate
from bot.ids import LANGUAGES, Lang
from bot.services.stories import Told
from bot.stories import games
from bot.stories.model import Absent, Game, Order, Pace, Terms
from cogs.ui.safe import line, plain_line
from cogs.ui.stories_items import StoryMenu, story_buttons
from cogs.ui.stories_panel import length_told, rating, rounds_told, time_told

RULES = 400
"""Characters of the ground rules."""

RATINGS = ("everyone", "teen", "adult")
"""For whom a story can be, the widest first."""

PAGES = {
    "turns": ("game", "order", "pace", "words", "rounds", "absent"),
    "table": ("joining", "seats", "language", "rating", "ai", "model", "local"),
}
"""Which menus stand together."""

TIMES = (300, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 172_800, 259_200, 604_800, 0)
"""Seconds that a turn may take; 0 for as long as it likes."""

LENGTHS = (
    (0, 0),
    (0, 30),
    (0, 60),
    (0, 100),
    (0, 250),
    (0, 500),
    (0, 1_000),
    (20, 100),
    (50, 250),
    (100, 500),
)
"""Words of a turn, at least and at most."""

SEATS = (2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 30, 50, 0)
ROUNDS = (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 20, 50)


def page_of(field: str) -> str:
    """The page that a menu stands on."""
    return next(page for page, fields in PAGES.items() if field in fields)


def may_be(allowed: str) -> tuple[str, ...]:
    """The ratings that a story may have where ``allowed`` is the widest."""
    return RATINGS[: RATINGS.index(allowed) + 1] if allowed in RATINGS else RATINGS[:1]


def sheet(told: Told, page: str, lang: Lang, *, models: Sequence[str], allowed: str) -> discord.ui.LayoutView:
    """One page of menus, and what holds now in each of them."""
    terms = told.story.terms
    box: discord.ui.Container[Any] = discord.ui.Container()
    title = translate("story.terms_of", lang, title=line(told.story.title))
    rules = translate("story.terms_rules", lang, rules=line(terms.ground_rules, 300) or "–")
    box.add_item(discord.ui.TextDisplay(f"### {title}\n-# {rules}"))
    for field in PAGES[page]:
        options = _options(field, terms, lang, models, allowed)
        row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
        row.add_item(StoryMenu(field, told.row.id, options, name=_named(field, lang)))
        box.add_item(row)
    buttons: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
    other = next(name for name in PAGES if name != page)
    for button in story_buttons((f"terms-{other}", "rules", "begin"), told, lang=lang):
        buttons.add_item(button)
    box.add_item(buttons)
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(box)
    return view


def _options(
    field: str, terms: Terms, lang: Lang, models: Sequence[str], allowed: str
) -> list[discord.SelectOption]:
    """What can be chosen; what holds now is always among it."""
    now = value_of(field, terms)
    values = _values(field, models, allowed)
    head = _named(field, lang)
    shown = [*values, *([now] if now not in values else [])][-25:]
    return [
        discord.SelectOption(
            label=plain_line(f"{head} · {_capital(_label(field, value, lang))}", 100),
            value=value or "-",
            default=value == now,
        )
        for value in shown
    ]


_NAMES = {"words": "length", "local": "local_only", "ai": "ai_seats"}
"""Menus that are called otherwise than they are known inside."""


def _named(field: str, lang: Lang) -> str:
    return _capital(translate(f"story_option.{_NAMES.get(field, field)}", lang))


def _capital(text: str) -> str:
    """A word as it stands at the head of a menu."""
    return text[:1].upper() + text[1:]


def _values(field: str, models: Sequence[str], allowed: str) -> list[str]:
    match field:
        case "game":
            return [game.value for game in Game]
        case "order":
            return [order.value for order in Order]
        case "pace":
            return [str(seconds) for seconds in TIMES]
        case "words":
            return [f"{least}-{most}" for least, most in LENGTHS]
        case "rounds":
            return [str(rounds) for rounds in ROUNDS]
        case "absent":
            return [absent.value for absent in Absent]
        case "seats":
            return [str(seats) for seats in SEATS]
        case "joining":
            return ["open", "closed", "invited"]
        case "language":
            return list(LANGUAGES)
        case "rating":
            return list(may_be(allowed))
        case "ai":
            return ["0", "1", "2", "3"]
        case "model":
            return ["", *models[:23]]
        case _:
            return ["no", "yes"]


def value_of(field: str, terms: Terms) -> str:
    """What a menu has chosen now."""
    match field:
        case "pace":
            return str(terms.seconds)
        case "words":
            return f"{terms.shortest}-{terms.longest}"
        case "joining":
            return "invited" if not terms.open else "open" if terms.late else "closed"
        case "rating":
            return rating(terms)
        case "ai":
            return str(terms.models)
        case "local":
            return "yes" if terms.local_only else "no"
        case _:
            return str(getattr(terms, field))


def _label(field: str, value: str, lang: Lang) -> str:
    match field:
        case "game":
            return translate(f"story_choice.{value}", lang)
        case "order":
            return translate(f"story.order_{value}", lang)
        case "pace":
            return time_told(int(value), lang)
        case "words":
            least, _, most = value.partition("-")
            return length_told(int(least), int(most), lang)
        case "rounds":
            return rounds_told(int(value), lang)
        case "absent":
            return translate(f"story.absent_{value}", lang)
        case "seats":
            return value if value != "0" else translate("usage.no_limit", lang)
        case "joining":
            return translate(f"story.joining_{value}", lang)
        case "language":
            return translate(f"language.{value}", lang)
        case "rating":
            return translate(f"settings.rating_{value}", lang)
        case "model":
            return value or translate("story.model_of_house", lang)
        case "local":
            return translate(f"settings.{value}", lang)
        case _:
            return value


def changed(terms: Terms, field: str, value: str, *, allowed: str, forced_local: bool) -> Terms:
    """The terms with one of them chosen anew, by the value of a menu.

    Raises:
        BadInput: it cannot be chosen here.
    """
    value = "" if value == "-" else value
    match field:
        case "game":
            game = Game(value)
            if game is not terms.game and terms.game is not Game.STORY:  # its terms go with it
                terms = replace(terms, shortest=0, longest=Terms.longest, rounds=0)
            return games.terms_of(game, terms)
        case "order":
            terms = replace(terms, order=Order(value))
        case "pace":
            seconds = int(value)
            pace = Pace.SLOW if not seconds else Pace.QUICK if seconds < 7_200 else Pace.NORMAL
            terms = replace(terms, seconds=seconds, pace=pace)
        case "words":
            least, _, most = value.partition("-")
            terms = replace(terms, shortest=int(least), longest=int(most))
        case "rounds":
            terms = replace(terms, rounds=int(value))
        case "absent":
            terms = replace(terms, absent=Absent(value))
        case "seats":
            terms = replace(terms, seats=int(value))
        case "joining":
            terms = replace(terms, open=value != "invited", late=value != "closed")
        case "language":
            terms = replace(terms, language="zh" if value == "zh" else "en")
        case "rating":
            if value not in may_be(allowed):
                raise BadInput("story.rating_too_wide")
            terms = replace(terms, rating=value)
        case "ai":
            terms = replace(terms, models=int(value))
        case "model":
            terms = replace(terms, model=value)
        case _:
            if forced_local and value != "yes":
                raise BadInput("story.local_here")
            terms = replace(terms, local_only=value == "yes")
    return games.terms_of(terms.game, terms)
