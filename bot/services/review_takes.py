"""A take that waits for a moderator: put away as JSON-able values, and made again from them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.attribution.model import Act, Draft, ModelAuthor, Span
from bot.ids import MemberId, WorkId
from bot.moderation.records import Review
from bot.works import NewTake


def kept(new: NewTake) -> dict[str, Any]:
    """A take without its text, which stands in the review itself."""
    draft = new.draft
    return {
        "kind": "output",
        "work": int(draft.work),
        "member": int(draft.member),
        "act": draft.act.value,
        "at": draft.at.isoformat(),
        "key": draft.key,
        "model": _author(draft.model),
        "from": draft.parent,
        "prompt": draft.prompt,
        "sampling": dict(draft.sampling),
        "spans": [[span.start, span.end, int(span.member), _author(span.model)] for span in draft.spans],
        "parent": new.parent,
        "ending": new.ending,
        "instruction": new.instruction,
        "seed": new.seed,
        "ink": new.ink,
    }


def made(review: Review) -> NewTake:
    """The reverse of :func:`kept`, with the text of the review."""
    given: Mapping[str, Any] = review.resume
    return NewTake(
        draft=Draft(
            guild=review.guild,
            work=WorkId(given["work"]),
            member=MemberId(given["member"]),
            act=Act(given["act"]),
            at=datetime.fromisoformat(given["at"]),
            key=given["key"],
            model=_model(given["model"]),
            parent=given["from"],
            prompt=given["prompt"],
            sampling=given["sampling"],
            text=review.text,
            spans=tuple(
                Span(start, end, MemberId(member), _model(model))
                for start, end, member, model in given["spans"]
            ),
        ),
        parent=given["parent"],
        ending=given["ending"],
        instruction=given["instruction"],
        seed=given["seed"],
        ink=given.get("ink", ""),
    )


def _author(model: ModelAuthor | None) -> list[str] | None:
    return [model.provider, model.id, model.revision] if model else None


def _model(given: list[str] | None) -> ModelAuthor | None:
    return ModelAuthor(*given) if given else None
