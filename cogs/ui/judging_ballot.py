"""How a blind vote looks: to all while it is open, to a voter, and once it is closed."""

from __future__ import annotations

from typing import Any, Protocol, Self

import discord
from discord.utils import format_dt

from bot.client import Renga
from bot.i18n.text import translate
from bot.ids import Lang, MemberId, number_of
from bot.judging.ballots import NO_DIFFERENCE, Option, order_for
from bot.judging.luce import Table
from bot.services.judging_votes import Ballot, By
from cogs.ui.items import LastingItem, found
from cogs.ui.safe import line, upright, verse
from cogs.ui.split import MESSAGE_LIMIT, width
from cogs.ui.stream import Frame

SURE = 0.9
"""From this certainty on it is said that the first is ahead."""

FILE = "texts.txt"


class VoteHandler(Protocol):
    """The cog that carries out presses on votes."""

    async def pressed(
        self, interaction: discord.Interaction[Renga], action: str, poll: int, option: int
    ) -> None:
        """Carry out one press."""
        ...


class VoteButton(
    LastingItem["discord.ui.Button[Any]"],
    template=r"renga:v:(?P<action>read|close|pick):(?P<poll>[0-9]{1,18}):(?P<option>[0-9]{1,3})",
):
    """A button of a vote: ``renga:v:<action>:<poll>:<option>``; the option says nothing of whose it is."""

    def __init__(
        self,
        action: str,
        poll: int,
        option: int = 0,
        *,
        label: str = "–",
        style: discord.ButtonStyle | None = None,
    ) -> None:
        super().__init__(
            discord.ui.Button(
                label=label,
                style=style or discord.ButtonStyle.secondary,
                custom_id=f"renga:v:{action}:{poll}:{option}",
            )
        )
        self.action, self.poll, self.option = action, poll, option

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: Any, /
    ) -> Self:
        """Make it anew from its id."""
        return cls(match["action"], int(match["poll"]), int(match["option"]))

    async def pressed(self, interaction: discord.Interaction[Renga]) -> None:
        """Hand the press to the cog that looks after votes."""
        handler: VoteHandler = found(interaction.client, "Votes")
        await handler.pressed(interaction, self.action, self.poll, self.option)


def opened(ballot: Ballot, lang: Lang) -> Frame:
    """An open vote, as all see it: no text, no name, only how many have voted."""
    poll = ballot.poll
    text = translate("vote.head", lang, topic=_topic(ballot), count=len(poll.options))
    small = [translate("vote.count", lang, count=ballot.counted.total)]
    if poll.closes is not None:
        small.append(translate("vote.closes", lang, when=format_dt(poll.closes, "R")))
    view = discord.ui.View(timeout=None)
    view.add_item(
        VoteButton(
            "read",
            poll.id,
            label=translate("button.read_and_vote", lang),
            style=discord.ButtonStyle.primary,
        )
    )
    view.add_item(VoteButton("close", poll.id, label=translate("button.close_vote", lang)))
    return Frame(f"{text}\n-# {' · '.join(small)}", view)


def paper(ballot: Ballot, member: MemberId, lang: Lang, *, chosen: int | None = None) -> Frame:
    """The texts in one member's own order, with a button each; ``chosen`` is what they just voted."""
    order = order_for(ballot.poll, member)
    view = discord.ui.View(timeout=None)
    for place, option in enumerate(order, start=1):
        style = discord.ButtonStyle.success if option.number == chosen else discord.ButtonStyle.primary
        view.add_item(VoteButton("pick", ballot.poll.id, option.number, label=f"{place}", style=style))
    style = discord.ButtonStyle.success if chosen == NO_DIFFERENCE else discord.ButtonStyle.secondary
    label = translate("button.no_difference", lang)
    view.add_item(VoteButton("pick", ballot.poll.id, NO_DIFFERENCE, label=label, style=style))
    texts = [(f"**{place}**", ballot.texts[option.number]) for place, option in enumerate(order, start=1)]
    foot = translate("vote.ask", lang)
    if chosen is not None:
        places = {option.number: place for place, option in enumerate(order, start=1)}
        told = (
            translate("vote.yours", lang, choice=places[chosen])
            if chosen in places
            else translate("vote.yours_none", lang)
        )
        foot = f"**{told}** · {foot}"
    return _laid(texts, foot, lang, view)


def closed(ballot: Ballot, lang: Lang, *, whole: bool = False) -> Frame:
    """A closed vote: whose each text is and how many chose it, the most chosen first.

    The winner stands there whole, the others behind *Read all*: with ``whole``, every text.
    """
    counts = ballot.counted.counts
    order = sorted(ballot.poll.options, key=lambda one: (-counts.get(one.number, 0), one.number))
    most = max((counts.get(one.number, 0) for one in order), default=0)
    heads = {
        option.number: f"**{_whose(option, ballot, lang)}** · "
        + translate("vote.count", lang, count=counts.get(option.number, 0))
        for option in order
    }
    shown = [one for one in order if whole or (most and counts.get(one.number, 0) == most)]
    texts = [(heads[one.number], ballot.texts[one.number]) for one in shown]
    small = [f"-# {heads[one.number]}" for one in order if one not in shown]
    head = translate("vote.result", lang, topic=_topic(ballot))
    if not ballot.counted.total:
        foot = translate("vote.nobody", lang)
    else:
        same = translate("button.no_difference", lang)
        foot = f"{same}: " + translate("vote.count", lang, count=counts.get(NO_DIFFERENCE, 0))
    view = discord.ui.View(timeout=None)
    if not whole:
        view.add_item(VoteButton("read", ballot.poll.id, label=translate("button.read_all", lang)))
    frame = _laid(texts, foot, lang, view, head=head)
    rows = [frame.content, *small, f"-# \\#{number_of(ballot.work.id)}"]
    return Frame("\n".join(rows)[:MESSAGE_LIMIT], frame.view, frame.files)


def writing(topic: str, lang: Lang) -> Frame:
    """What stands there while both sides of a duel are written."""
    return Frame(f"-# {translate('vote.writing', lang, topic=line(topic, 60))}")


def strengths(table: Table, by: By, lang: Lang) -> str:
    """The table of models or styles."""
    what = translate(f"vote.by_{by}", lang)
    if not table.lines:
        return translate("vote.table_empty", lang, by=what)
    rows = [translate("vote.table_head", lang, by=what)]
    for place, one in enumerate(table.lines[:20], start=1):
        rows.append(
            translate(
                "vote.table_row",
                lang,
                place=place,
                name=_label(one.label, by, lang),
                share=round(100 * one.share),
                low=round(100 * one.low),
                high=round(100 * one.high),
                votes=one.votes,
                wins=f"{one.wins:.1f}".removesuffix(".0"),
            )
        )
    key = "vote.table_ahead" if table.ahead >= SURE else "vote.table_open"
    rows.append(translate(key, lang, certain=min(99, round(100 * table.ahead))))
    rows.append(f"-# {translate('vote.table_about', lang)}")
    return "\n".join(rows)


def _label(label: str, by: By, lang: Lang) -> str:
    nameless = "vote.of_hand" if by == "model" else "vote.usual"
    return line(label, 60) or translate(nameless, lang)


def _whose(option: Option, ballot: Ballot, lang: Lang) -> str:
    """Who wrote a text, where that is what they differ in; else which take it is, and how it came about."""
    options = ballot.poll.options
    names: list[str] = []
    if not any(other.model != option.model or other.style != option.style for other in options):
        names.append(translate("vote.take", lang, number=option.take))
        names.append(_made(option, ballot, lang))
        return " · ".join(names)
    names.append(_label(option.model, "model", lang))
    if any(other.style != option.style for other in options):
        names.append(_label(option.style, "style", lang))
    if any(
        other.model == option.model and other.style == option.style and other != option for other in options
    ):
        names.insert(0, translate("vote.take", lang, number=option.take))
    return " · ".join(names)


def _made(option: Option, ballot: Ballot, lang: Lang) -> str:
    """``first draft``, ``another draft``, ``revised: colder``, ``edited``."""
    take = ballot.takes.get(option.number)
    if take is not None and take.instruction:
        return translate("vote.made_revised", lang, instruction=line(take.instruction, 60))
    if take is not None and take.model is None:
        return translate("vote.made_typed", lang)
    return translate("vote.made_first" if option.take == 1 else "vote.made_again", lang)


def _topic(ballot: Ballot) -> str:
    return line(ballot.work.title or ballot.work.wish.topic, 60)


def _laid(
    texts: list[tuple[str, str]], foot: str, lang: Lang, view: discord.ui.View, *, head: str = ""
) -> Frame:
    """Texts under their heads; what does not fit one message is in a file, in the same order."""
    parts = [f"{title}\n{upright(verse(text.strip()))}" for title, text in texts]
    whole = "\n\n".join([*([head] if head else []), *parts, f"-# {foot}"])
    if width(whole) <= MESSAGE_LIMIT - 60:
        return Frame(whole, view)
    room = max(80, 1_300 // len(texts))
    short = [
        f"{title}\n{upright(verse(text.strip()[:room]))}" + (" …" if len(text.strip()) > room else "")
        for title, text in texts
    ]
    plain = "\n\n\n".join(f"{title.replace('*', '')}\n\n{text.strip()}" for title, text in texts)
    content = "\n\n".join(
        [*([head] if head else []), *short, f"-# {translate('vote.in_file', lang)}\n-# {foot}"]
    )
    return Frame(content, view, ((FILE, plain.encode()),))
