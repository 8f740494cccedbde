"""Links, invites, mentions, personal data and secrets: what is one, and what only looks like one."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

from bot.moderation.compiled import compile_rules
from bot.moderation.detectors import detectors
from bot.moderation.pipeline import FilterPipeline
from bot.moderation.rules import Circumstances, Kind, Mode, Rule, RuleSet
from bot.moderation.verdict import Action

MIX = "a1B2c3D4e5F6"

_GIVEN = tomllib.loads((Path(__file__).parent / "sets" / "detected.toml").read_text("utf-8"))
FOUND, INNOCENT = (
    {Kind(kind): [text.replace("MIX", MIX) for text in those[which]] for kind, those in _GIVEN.items()}
    for which in ("found", "innocent")
)


@cache
def watching(
    kind: Kind, allow: tuple[str, ...] = (), parts: frozenset[str] = frozenset(), most: int = 0
) -> FilterPipeline:
    rule = Rule("it", kind, Action.MASK, allow=allow, parts=parts, most=most, mode=Mode.ARMED)
    return compile_rules(RuleSet((rule,))).pipeline(Circumstances())


def cases(of: Mapping[Kind, Sequence[str]]) -> list[tuple[Kind, str]]:
    return [(kind, text) for kind, texts in of.items() for text in texts]


@pytest.mark.parametrize(("kind", "text"), cases(FOUND))
def test_it_is_found_alone_and_in_a_sentence(kind: Kind, text: str) -> None:
    for whole in (text, f"Look: {text} - so she said.", f"他说 {text} 。", f"one\n{text}\ntwo"):
        verdict = watching(kind).check_now(whole)
        assert verdict.action is Action.MASK, whole
        assert any(
            hit.start < whole.index(text) + len(text) and hit.end > whole.index(text) for hit in verdict.hits
        )


@pytest.mark.parametrize(("kind", "text"), cases(INNOCENT))
def test_what_only_looks_like_one_is_left_alone(kind: Kind, text: str) -> None:
    for whole in (text, f"Look: {text} , so she said.", f"他说 {text} 。"):
        assert watching(kind).check_now(whole).hits == (), whole


@pytest.mark.parametrize("kind", list(FOUND))
def test_prose_is_left_alone(kind: Kind) -> None:
    prose = (
        "On the 3rd of May, 1887, at 5.30 p.m., Mr. J. Harker wrote 4 letters (2 of them to Dr. V. Helsing). "
        "“Well,” said she, “that is no. 12; it cost £1,500.00.” 他说：“第12章，3.5万字。” They met at 10:15, "
        "i.e. late; the score was 3-2, 555 people came, and at last... the end. So it goes."
    )
    assert watching(kind).check_now(prose).hits == ()


def test_a_secret_is_masked_whole() -> None:
    key = f"sk-proj-{MIX * 4}"
    assert watching(Kind.SECRETS).check_now(f"my key is {key}!").masked() == f"my key is {'▇' * len(key)}!"


@pytest.mark.parametrize(
    ("link", "allowed"),
    [
        ("https://wikipedia.org/a", True),
        ("en.wikipedia.org", True),
        ("https://wikipedia.org.evil.com", False),
        ("https://wikipedia.org@evil.com/", False),
        ("https://evil.com/wikipedia.org", False),
        ("notwikipedia.org", False),
        ("wikipedia[.]org", True),
        ("https://wikiрedia.org", False),
    ],
)
def test_a_link_is_allowed_by_its_host(link: str, allowed: bool) -> None:
    hits = watching(Kind.LINKS, allow=("wikipedia.org",)).check_now(f"see {link} now").hits
    assert bool(hits) is not allowed


def test_an_invite_is_allowed_by_its_code() -> None:
    pipeline = watching(Kind.INVITES, allow=("discord.gg/ours",))
    assert not pipeline.check_now("discord.gg/ours https://discord.com/invite/ours").hits
    assert pipeline.check_now("discord.gg/theirs").hits
    assert pipeline.check_now("discord.gg/ourselves").hits


def test_only_the_parts_a_rule_names_are_looked_for() -> None:
    pipeline = watching(Kind.PERSONAL, parts=frozenset({"email"}))
    assert pipeline.check_now("me@example.com").hits
    assert not pipeline.check_now("+44 20 7946 0958 or 8.8.8.8").hits


def test_the_first_mentions_are_free_in_the_order_of_the_text() -> None:
    pipeline = watching(Kind.MENTIONS, most=2)
    text = "<@11111> @everyone <@22222> <@&33333>"
    assert [text[hit.start : hit.end] for hit in pipeline.check_now(text).hits] == ["<@22222>", "<@&33333>"]


def test_what_a_detector_can_reach_is_no_less_than_what_it_can_match() -> None:
    """A stream holds back as much as that."""
    for kind, those in detectors().items():
        for one in those:
            for text in (
                *FOUND[kind],
                f"a.b{'c' * 300}@{'d' * 60}.{'e' * 60}.com",
                "9" * 300,
                "https://" + "x" * 900,
            ):
                for first, last in one.find(text):
                    assert last - first <= one.reach.width, (kind, one.part, text)
