"""A story as JSON, with its whole log: enough to check who wrote what, and that nothing was changed.

The contributions are those of :mod:`bot.attribution.chain`, with every field
that its hash covers and the salts of what was not erased.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from bot.attribution.chain import Head, Verifier
from bot.attribution.model import Act, Contribution, Draft, ModelAuthor, Span
from bot.books.model import Book
from bot.ids import GuildId, MemberId, WorkId
from bot.services.stories import Told
from bot.services.stories_ports import Logged
from bot.stories.model import Story

FORMAT = "renga-story/1"

_TELLING = frozenset({"Annotate", "AddLore", "Arrange", "NewChapter", "Summarise"})
"""Events that hold words of whoever caused them."""


def log_of(
    told: Told, book: Book, links: Mapping[str, Contribution], events: Sequence[Logged]
) -> dict[str, Any]:
    """Everything that happened to a story, and every version of every turn."""
    row, story = told.row, told.story
    gone = forgotten(story, links)

    def known(member: int) -> int:
        return 0 if member in gone else int(member)

    return {
        "format": FORMAT,
        "generator": book.generator,
        "made": book.made.isoformat(),
        "identifier": book.identifier,
        "title": book.title,
        "language": book.language,
        "stage": story.stage.value,
        "rights": book.licence or book.told("all_rights"),
        "ai-disclosure": book.disclosure,
        "digitalSourceType": book.source_type,
        "game": story.terms.game.value,
        "rating": story.terms.rating,
        "starter": known(row.starter),
        "guild": int(row.guild),
        "story": int(row.id),
        "writers": [
            {"name": one.name, "kind": one.hand.value, "letters": one.letters, "percent": one.percent}
            for one in book.writers
        ],
        "chapters": [
            {"before": one.before, "title": one.title, "scene": one.scene} for one in story.chapters
        ],
        "turns": [
            {
                "number": turn.number,
                "round": turn.round,
                "at": turn.at.isoformat(),
                "by": known(turn.by),
                "stood_in": turn.stood_in,
                "words": turn.words,
                "stands": turn.key,
                "versions": list(turn.versions),
            }
            for turn in story.turns
        ],
        "events": [_event(one, gone) for one in events],
        "contributions": [
            contribution_facts(link) for link in sorted(links.values(), key=lambda link: link.number)
        ],
    }


def forgotten(story: Story, links: Mapping[str, Contribution]) -> frozenset[int]:
    """Members whom a story still names, and who wished to be forgotten: nobody signs their turns."""
    return frozenset(
        int(turn.by)
        for turn in (*story.turns, *(one.turn for one in story.undone))
        for key in turn.versions
        if turn.by > 0 and not turn.stood_in and key in links and links[key].draft.member == 0
    )


def _event(one: Logged, gone: frozenset[int]) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(one.event)
    for name in ("by", "member", "to"):
        if facts.get(name) in gone:
            facts[name] = 0
    if isinstance(facts.get("members"), list):
        facts["members"] = [0 if member in gone else member for member in cast("list[int]", facts["members"])]
    if one.member in gone and one.kind in _TELLING:
        facts = {"by": 0}
    member = 0 if one.member in gone else int(one.member)
    return {
        "number": one.number, "at": one.at.isoformat(), "member": member, "kind": one.kind, "event": facts,
    }  # fmt: skip


def contribution_facts(link: Contribution) -> dict[str, Any]:
    """A contribution with all that its digest covers."""
    draft = link.draft
    return {
        "number": link.number,
        "guild": int(draft.guild),
        "work": int(draft.work),
        "act": draft.act.value,
        "at": draft.at.isoformat(),
        "key": draft.key,
        "member": int(draft.member),
        "model": _model(draft.model),
        "parent": draft.parent,
        "prompt": draft.prompt,
        "sampling": dict(draft.sampling),
        "text": draft.text,
        "spans": [[one.start, one.end, int(one.member), _model(one.model)] for one in draft.spans],
        "seals": list(link.seals),
        "previous": link.previous,
        "digest": link.digest,
    }


def contribution_from(facts: Mapping[str, Any]) -> Contribution:
    """The reverse of :func:`contribution_facts`.

    Raises:
        ValueError, KeyError, TypeError: it is something else.
    """
    draft = Draft(
        guild=GuildId(int(facts["guild"])),
        work=WorkId(int(facts["work"])),
        member=MemberId(int(facts["member"])),
        act=Act(facts["act"]),
        at=datetime.fromisoformat(facts["at"]),
        key=str(facts["key"]),
        model=_author(facts["model"]),
        parent=facts["parent"],
        prompt=str(facts["prompt"]),
        sampling=dict(facts["sampling"]),
        text=str(facts["text"]),
        spans=tuple(
            Span(int(start), int(end), MemberId(int(member)), _author(model))
            for start, end, member, model in facts["spans"]
        ),
    )
    seals = tuple(str(seal) for seal in facts["seals"])
    return Contribution(int(facts["number"]), draft, seals, str(facts["previous"]), str(facts["digest"]))


def faults(text: str) -> list[str]:
    """What does not hold in an export: links whose words, authors or facts were changed, turns without words.

    Links of other works lie between those of a story: each link is checked by
    itself, and two that are neighbours in the chain against each other.

    Raises:
        ValueError: it is no export of a story.
    """
    try:
        facts: dict[str, Any] = json.loads(text)
        if facts["format"] != FORMAT:
            raise ValueError("another format")
        links = [contribution_from(one) for one in facts["contributions"]]
        turns = [(int(one["number"]), [str(key) for key in one["versions"]]) for one in facts["turns"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no export of a story") from error
    found: list[str] = []
    before: Contribution | None = None
    for link in links:
        after = Head(link.number - 1, link.previous)
        if before is not None and before.number >= link.number:
            found.append(f"link {link.number}: out of order")
        elif before is not None and before.number == link.number - 1:
            after = Head(before.number, before.digest)
        if broken := Verifier(after).feed(link):
            found.append(f"link {link.number}: {broken.reason}")
        before = link
    keys = {link.draft.key for link in links}
    found += [f"turn {number}: its words are missing" for number, held in turns if not set(held) <= keys]
    return found


def _model(model: ModelAuthor | None) -> list[str] | None:
    return [model.provider, model.id, model.revision] if model is not None else None


def _author(facts: Any) -> ModelAuthor | None:
    return ModelAuthor(*(str(one) for one in facts)) if facts is not None else None
