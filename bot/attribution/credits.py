"""Who made a work, in facts: shares, byline and history.  No sentences: those are the interface's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.attribution.disclosure import Disclosure
from bot.attribution.model import Act, Contribution, ModelAuthor
from bot.ids import MemberId
from bot.works import Take, Work


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a text one author wrote.  ``model`` None: the member's own hand."""

    member: MemberId
    model: ModelAuthor | None
    characters: int
    percent: int


@dataclass(frozen=True, slots=True)
class Credits:
    """The credits of one take of a work.

    ``human`` and ``model`` are percentages of the characters that are not space;
    they add up to 100 unless the text is empty.
    """

    work: Work
    take: Take | None
    shares: tuple[Share, ...]
    human: int
    model: int
    history: tuple[Contribution, ...]

    @property
    def members(self) -> tuple[MemberId, ...]:
        """Every member who had a part in it, in order of their first act; 0 is somebody erased."""
        acts = (entry.draft for entry in self.history if entry.draft.act in _MAKING)
        return tuple(dict.fromkeys([draft.member for draft in acts] or [self.work.author]))

    @property
    def models(self) -> tuple[ModelAuthor, ...]:
        """Every model that wrote something that is in the text."""
        return tuple(dict.fromkeys(share.model for share in self.shares if share.model is not None))

    @property
    def disclosure(self) -> Disclosure:
        """What a reader must be told: a trace of a model counts, however the percentages round."""
        if not self.models:
            return "none"
        return "ai-assisted" if any(share.model is None for share in self.shares) else "ai-generated"


_MAKING = frozenset(
    {Act.WROTE, Act.GENERATED, Act.EDITED, Act.REVISED, Act.REMIXED, Act.SUGGESTED, Act.ACCEPTED}
)


def percentages(counts: Mapping[object, int]) -> dict[object, int]:
    """Whole percentages that add up to 100, by largest remainder."""
    total = sum(counts.values())
    if not total:
        return dict.fromkeys(counts, 0)
    exact = {key: count * 100 / total for key, count in counts.items()}
    whole = {key: int(value) for key, value in exact.items()}
    left = 100 - sum(whole.values())
    for key in sorted(exact, key=lambda key: whole[key] - exact[key])[:left]:
        whole[key] += 1
    return whole


def credits_of(work: Work, take: Take | None, history: Sequence[Contribution]) -> Credits:
    """The credits of a take, from its spans and the contributions to its work."""
    counts: dict[tuple[MemberId, ModelAuthor | None], int] = {}
    if take is not None:
        for span in take.spans:
            letters = sum(not char.isspace() for char in take.text[span.start : span.end])
            if letters:
                author = (span.member, span.model)
                counts[author] = counts.get(author, 0) + letters
    percent = percentages({**counts})
    shares = tuple(
        Share(member, model, count, percent[member, model])
        for (member, model), count in sorted(counts.items(), key=lambda item: -item[1])
    )
    sides = percentages(
        {
            "human": sum(share.characters for share in shares if share.model is None),
            "model": sum(share.characters for share in shares if share.model is not None),
        }
    )
    return Credits(work, take, shares, sides["human"], sides["model"], tuple(history))
