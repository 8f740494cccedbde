"""How the panel of settings looks: one page, the history, and a style that is tried."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import discord
from discord.utils import format_dt

from bot.house.model import Change, House, Layer, Level, Resolved
from bot.i18n.text import translate
from bot.ids import Lang
from bot.moderation.rules import Mode, Rule
from bot.services.house_desk import SERVER_WIDE
from bot.services.house_trial import Draft
from bot.services.moderation_rules import called
from cogs.ui.safe import plain_line, verse
from cogs.ui.settings_items import PanelButton, PanelMenu, Scope
from cogs.ui.settings_rule_texts import fitted
from cogs.ui.settings_told import PAGES, name_of, scope_told, set_told, value_told

SHOWN = 10
"""Changes that the history shows."""

APART = 12
"""Places with settings of their own that the panel names."""

MOST_TEXT = 4_000
"""Characters of all texts of one message (Discord docs, Components)."""

TEXTS = 3_600
"""Characters of the history."""

VALUE = 460
"""Characters of one value."""

SAMPLE = 1_200
"""Characters of each of two samples."""


def panel(
    resolved: Resolved,
    own: House,
    scope: Scope,
    page: str,
    lang: Lang,
    *,
    note: str = "",
    about: str = "",
    rules: Sequence[Rule] = (),
) -> discord.ui.LayoutView:
    """One page: each setting with what holds, where it comes from, and its button.

    ``own`` is what the scope itself sets; ``about`` joins the heading; ``rules``
    can be opened from the page of filters.
    """
    box: discord.ui.Container[Any] = discord.ui.Container()
    heading = translate("settings.panel", lang, page=translate(f"settings.page_{page}", lang))
    holds = translate("settings.changes_hold", lang, scope=scope_told(scope.level, scope.id, lang))
    box.add_item(discord.ui.TextDisplay(f"### {heading}\n-# {holds}" + (f"\n{about}" if about else "")))
    for field in PAGES[page]:
        box.add_item(_setting(resolved, own, scope, field, lang))
    if page == "filters":
        for row in _filters(scope, rules, lang):
            box.add_item(row)
    if page == "style":
        box.add_item(_row(PanelButton("try", scope, page, lang=lang)))
    box.add_item(discord.ui.Separator())
    box.add_item(_row(PanelMenu("page", scope, page, lang=lang)))
    box.add_item(_row(PanelMenu("scope", scope, page, lang=lang)))
    actions = ["history", "undo", "export", "import"]
    if scope.level is not Level.GUILD:
        actions.insert(0, "server")
    box.add_item(_row(*(PanelButton(action, scope, page, lang=lang) for action in actions)))
    view = _view(box)
    if note:
        box.add_item(discord.ui.TextDisplay(note[: min(800, MOST_TEXT - view.content_length())]))
    return view


def apart_told(layers: Sequence[Layer], lang: Lang) -> list[str]:
    """Which categories, channels and threads have settings of their own, as many as fit in a line."""
    apart = list(dict.fromkeys(layer.id for layer in layers if layer.level is not Level.GUILD))
    if not apart:
        return []
    more = f" +{len(apart) - APART}" if len(apart) > APART else ""
    return [translate("settings.apart", lang, places=" ".join(f"<#{id}>" for id in apart[:APART]) + more)]


def _filters(scope: Scope, rules: Sequence[Rule], lang: Lang) -> Iterator[discord.ui.ActionRow[Any]]:
    """What can be done about filters: a rule opened, one written, AutoMod read in, what waits looked at."""
    # Those that act come first: of more rules than a menu has room for, /filter list tells.
    order = (Mode.ARMED, Mode.SHADOW, Mode.OFF)
    shown = sorted(rules, key=lambda rule: (order.index(rule.mode), int(rule.id)))[:25]
    options = [
        discord.SelectOption(
            label=plain_line(f"{rule.id} · {called(rule)}", 100)[:100],
            description=translate(f"moderation.mode_{rule.mode}", lang)[:100],
            value=rule.id,
        )
        for rule in shown
    ]
    if options:
        yield _row(PanelMenu("rule", scope, "filters", options, lang=lang))
    yield _row(
        *(PanelButton(action, scope, "filters", lang=lang) for action in ("write", "automod", "queue"))
    )


def history(changes: Sequence[Change], scope: Scope, page: str, lang: Lang) -> discord.ui.LayoutView:
    """The newest changes, each with before and after; one can be chosen to be taken back."""
    box: discord.ui.Container[Any] = discord.ui.Container()
    shown = changes[:SHOWN]
    rows = [change_told(change, lang) for change in shown]
    heading = translate("settings.history", lang)
    rows = rows or [translate("settings.nothing_to_undo", lang)]
    box.add_item(discord.ui.TextDisplay(fitted([f"### {heading}", *rows], TEXTS)))
    if shown:
        options = [
            discord.SelectOption(
                label=plain_line(f"#{one.number} {name_of(one.field, lang)}", 100)[:100],
                description=plain_line(_plain(one, lang), 100)[:100] or None,
                value=str(one.number),
            )
            for one in shown
        ]
        box.add_item(_row(PanelMenu("change", scope, page, options, lang=lang)))
    box.add_item(_row(PanelButton("panel", scope, page, lang=lang)))
    return _view(box)


def compared(draft: Draft, scope: Scope, lang: Lang) -> discord.ui.LayoutView:
    """A sample in the style that holds, and in the one that is tried."""
    box: discord.ui.Container[Any] = discord.ui.Container()
    heading = translate("settings.tried", lang, topic=plain_line(draft.topic, 80))
    changed = [
        f"-# {name_of(field, lang)}: {set_told(field, value, lang, longest=120)}"
        for field, value in draft.fields.items()
    ]
    box.add_item(discord.ui.TextDisplay("\n".join([f"### {verse(heading)}", *changed])[:1_200]))
    same = " ".join(draft.old.split()) == " ".join(draft.new.split())
    if same:
        box.add_item(discord.ui.TextDisplay(translate("settings.same_style", lang)))
    shown = (("new_style", draft.new),) if same else (("old_style", draft.old), ("new_style", draft.new))
    for key, text in shown:
        cut = text if len(text) <= SAMPLE else text[:SAMPLE] + "…"
        box.add_item(discord.ui.Separator())
        box.add_item(
            discord.ui.TextDisplay(f"**{translate(f'settings.{key}', lang)}**\n{verse(cut)}"[:1_390])
        )
    box.add_item(
        _row(
            *(
                PanelButton(action, scope, "style", lang=lang, disabled=same and action == "save")
                for action in ("save", "try", "drop")
            )
        )
    )
    return _view(box)


def change_told(change: Change, lang: Lang) -> str:
    """One change: when, who, where, from what to what."""
    told = translate(
        "settings.change",
        lang,
        scope=scope_told(change.level, change.id, lang),
        field=name_of(change.field, lang),
        before=set_told(change.field, json.loads(change.before), lang, longest=80),
        after=set_told(change.field, json.loads(change.after), lang, longest=80),
    )
    if not change.number:
        return told  # just made
    when, member = format_dt(change.at, "R"), f"<@{change.by}>" if change.by else ""
    return f"#{change.number} · {when} · {member or translate('credits.somebody', lang)} · {told}"


def _plain(change: Change, lang: Lang) -> str:
    before, after = (
        set_told(change.field, json.loads(one), lang, longest=40) for one in (change.before, change.after)
    )
    return f"{before} → {after}"


def _setting(
    resolved: Resolved, own: House, scope: Scope, field: str, lang: Lang
) -> discord.ui.Section[Any] | discord.ui.TextDisplay[Any]:
    origin = resolved.origin.get(field, Level.DEFAULT)
    value = value_told(field, getattr(resolved.house, field), lang, longest=220)
    if len(value) > VALUE:  # signs that are many characters each, such as families of emoji
        value = value_told(field, getattr(resolved.house, field), lang, longest=50)[:VALUE]
    come = "" if origin is Level.DEFAULT else translate(f"settings.from_{origin}", lang)
    if getattr(own, field) is not None:
        come = translate("settings.set_here", lang)
    text = f"**{name_of(field, lang)}** · {value}" + (f"\n-# {come}" if come else "")
    if field in SERVER_WIDE and scope.level is not Level.GUILD:
        return discord.ui.TextDisplay(text)
    accessory: Any = PanelButton("set", scope, field, lang=lang)
    return discord.ui.Section[Any](text, accessory=accessory)


def _row(*items: Any) -> discord.ui.ActionRow[Any]:
    row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
    for item in items:
        row.add_item(item)
    return row


def _view(box: discord.ui.Container[Any]) -> discord.ui.LayoutView:
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(box)
    return view
