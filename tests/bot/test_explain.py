"""Every error says, in the reader's language, what happened, whose side it is on and what to do."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from string import Template

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import errors
from bot.explain import GIVEN_BACK, explain, quoted
from bot.ids import LANGUAGES, Lang

RESETS = datetime(2026, 1, 2, tzinfo=UTC)

TOLD: list[tuple[errors.RengaError, dict[Lang, tuple[str, ...]]]] = [
    (
        errors.ConfigError(variable="DISCORD_TOKEN", problem="it is empty", remedy="Set it."),
        {"en": ("DISCORD_TOKEN", "it is empty", "Set it."), "zh": ("DISCORD_TOKEN",)},
    ),
    (
        errors.PromptFileError(file="poem.toml", where="line 3", problem="odd", remedy="Mend it."),
        {"en": ("poem.toml", "line 3", "Mend it."), "zh": ("poem.toml", "line 3")},
    ),
    (
        errors.AgainstTheRules(rules="no spoilers", text="it was Bob", spans=((7, 10),)),
        {"en": ("This server's rules", "no spoilers", "it was ⟦Bob⟧"), "zh": ("本服务器的规则", "⟦Bob⟧")},
    ),
    (
        errors.QuotaUsedUp("refused.quota_member", whose="member", what="requests", limit=5, resets=RESETS),
        {
            "en": ("You", "requests", "5", "<t:1767312000:R>"),
            "zh": ("你今天", "次数", "5", "<t:1767312000:R>"),
        },
    ),
    (
        errors.QuotaUsedUp("refused.quota_guild", whose="guild", what="tokens", limit=9, resets=RESETS),
        {"en": ("This server", "tokens"), "zh": ("本服务器", "词元数")},
    ),
    (errors.QueueFull(waiting=64), {"en": ("64", "try again"), "zh": ("64", "再试")}),
    (
        errors.BadInput("refused.no_form", typed="haikoo", close=({"en": "Haiku", "zh": "俳句"},)),
        {"en": ("haikoo", "mean Haiku?"), "zh": ("haikoo", "：俳句？")},
    ),
    (
        errors.BadInput("refused.too_long", what="topic", limit=500, typed="x" * 600),
        {"en": ("topic", "500", "x" * 600), "zh": ("题目", "500", "x" * 600)},
    ),
    (errors.ModelUnknown(model="gpt-9"), {"en": ("gpt-9", "/model"), "zh": ("gpt-9", "/model")}),
    (errors.ModelUnavailable(model="m"), {"en": ("cannot be reached", "Try again"), "zh": ("连不上",)}),
    (errors.ModelRateLimited(model="m"), {"en": ("provider of m",), "zh": ("提供方",)}),
    (errors.DeadlinePassed(model="m", seconds=300.0), {"en": ("300 seconds",), "zh": ("300 秒",)}),
    (errors.BadKey(model="m"), {"en": ("key", "owner"), "zh": ("密钥", "主人")}),
    (
        errors.ProviderRefused(model="m"),
        {"en": ("provider of m refused", "this server's rules had no part"), "zh": ("提供方", "无关")},
    ),
    (errors.PromptTooLong(model="m", limit=1024), {"en": ("Shorten",), "zh": ("缩短",)}),
    (errors.NetworkForbidden(model="m"), {"en": ("stay on this machine",), "zh": ("不离开本机",)}),
    (errors.ReadOnly(), {"en": ("cannot save", "nothing was begun"), "zh": ("存不了",)}),
    (errors.SchemaUnknown(found="0099"), {"en": ("0099", "newer"), "zh": ("0099", "更新版本")}),
]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("error", "said"), TOLD, ids=[f"{error.text_key}" for error, _ in TOLD])
def test_an_error_says_what_happened_and_what_to_do(
    error: errors.RengaError, said: dict[Lang, tuple[str, ...]], lang: Lang
) -> None:
    told = explain(error, lang)
    for words in said[lang]:
        assert words in told
    assert not Template(told.partition("\n")[0]).get_identifiers()


def every_error() -> list[type[errors.RengaError]]:
    kinds: list[type[errors.RengaError]] = []
    rest: list[type[errors.RengaError]] = [errors.RengaError]
    while rest:
        kind = rest.pop()
        rest += kind.__subclasses__()
        if kind.__module__ == "bot.errors":
            kinds.append(kind)
    return kinds


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", every_error())
def test_an_error_without_facts_is_still_told(kind: type[errors.RengaError], lang: Lang) -> None:
    assert explain(kind(), lang).strip()


def test_the_four_ways_to_be_refused_are_told_apart() -> None:
    four = [
        explain(errors.ProviderRefused(model="m"), "en"),
        explain(errors.AgainstTheRules(rules="r"), "en"),
        explain(errors.ModelUnavailable(model="m"), "en"),
        explain(errors.QuotaUsedUp(), "en"),
    ]
    assert len(set(four)) == 4


def test_what_somebody_else_raised_is_told_by_a_number_that_the_log_knows(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR, logger="bot.explain"):
        told = explain(ValueError("secret-token"), "en")
    assert "secret-token" not in told
    (record,) = caplog.records
    number = record.getMessage().split()[-1]
    assert f"`{number}`" in told
    assert record.exc_info


def test_a_key_that_has_no_text_falls_back_to_the_class() -> None:
    assert explain(errors.Gone("refused.never_written"), "en") == explain(errors.Gone(), "en")


def test_what_a_member_typed_is_not_read_as_a_place() -> None:
    told = explain(errors.BadInput("refused.no_form", typed="$close ${close}", close="haiku"), "en")
    assert "“$close ${close}”" in told


@given(st.text(alphabet=st.one_of(st.sampled_from("`\n*"), st.characters(codec="utf-8")), max_size=4_000))
@example("```\nout\n```")
@example("`````")
def test_nothing_typed_can_end_the_block_it_is_given_back_in(text: str) -> None:
    block = quoted(text)
    assert block.startswith("```\n")
    assert block.endswith("\n```")
    assert "```" not in block[3:-3]
    assert len(block) <= GIVEN_BACK + 10


def test_what_is_given_back_reads_as_it_was_typed() -> None:
    text = "the moon, `blue`,\n  and ``bluer``"
    assert quoted(text).replace("\u200b", "") == f"```\n{text}\n```"
