from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.attribution.chain import link
from bot.attribution.credits import credits_of
from bot.attribution.disclosure import SOURCE_TYPES
from bot.attribution.model import Act, Draft, ModelAuthor, Span
from bot.ids import ChannelId, GuildId, MemberId, Place, WorkId
from bot.works import Take, Wish, Work, WorkState

ANA, BEN = MemberId(1), MemberId(2)
HOUSE = ModelAuthor("local", "house")
THEN = datetime(2026, 1, 1, tzinfo=UTC)
WORK = Work(
    id=WorkId(1),
    guild=GuildId(1),
    author=ANA,
    place=Place(GuildId(1), ChannelId(1)),
    wish=Wish(art="poem"),
    state=WorkState.OPEN,
    take=1,
    created=THEN,
)


def take(text: str, *spans: Span) -> Take:
    return Take(work=WORK.id, number=1, text=text, member=ANA, at=THEN, spans=spans)


@pytest.mark.parametrize(
    ("shown", "human", "model", "disclosure"),
    [
        (take("snow  fell\n", Span(0, 4, ANA, HOUSE), Span(4, 11, BEN)), 50, 50, "ai-assisted"),
        (take("snow", Span(0, 4, ANA, HOUSE)), 0, 100, "ai-generated"),
        (take("snow", Span(0, 4, ANA)), 100, 0, "none"),
        (take("雪花飘", Span(0, 2, ANA, HOUSE), Span(2, 3, ANA)), 33, 67, "ai-assisted"),
        (take(""), 0, 0, "none"),
        (None, 0, 0, "none"),
    ],
)
def test_shares_by_characters_that_are_not_space(
    shown: Take | None, human: int, model: int, disclosure: str
) -> None:
    found = credits_of(WORK, shown, [])
    assert (found.human, found.model, found.disclosure) == (human, model, disclosure)
    assert found.disclosure in SOURCE_TYPES


def test_a_trace_of_a_model_is_not_rounded_away() -> None:
    text = "a" * 999 + "b"
    found = credits_of(WORK, take(text, Span(0, 999, ANA), Span(999, 1000, ANA, HOUSE)), [])
    assert found.disclosure == "ai-assisted"
    back = credits_of(WORK, take(text, Span(0, 999, ANA, HOUSE), Span(999, 1000, ANA)), [])
    assert back.disclosure == "ai-assisted"


def test_members_in_the_order_of_their_first_act_and_models_that_are_in_the_text() -> None:
    def act(member: MemberId, kind: Act) -> Draft:
        return Draft(
            guild=WORK.guild, work=WORK.id, member=member, act=kind, at=THEN, key=f"{member}{kind}", text="x"
        )

    first = link(None, act(BEN, Act.GENERATED), "0" * 32)
    second = link(first, act(ANA, Act.EDITED), "1" * 32)
    third = link(second, act(MemberId(9), Act.PUBLISHED), "2" * 32)
    shown = take("snow", Span(0, 2, BEN, HOUSE), Span(2, 4, BEN, replace(HOUSE, id="gone")))
    found = credits_of(WORK, shown, [first, second, third])
    assert found.members == (BEN, ANA)
    assert found.models == (HOUSE, replace(HOUSE, id="gone"))
    assert found.history == (first, second, third)
    assert sum(share.percent for share in found.shares) == 100
