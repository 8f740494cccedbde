"""The words of the interface: both languages say the same things, and everything that is said exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Template

import discord
import pytest
from discord import app_commands

from bot import errors
from bot.i18n.slash import SlashTranslator, said, say
from bot.i18n.text import has, lang_of, texts, translate
from bot.ids import LANGUAGES
from bot.prompting.art import STANDARD

ROOT = Path(__file__).parents[2]

KEY = re.compile(r"[a-z_]+\.[a-z][a-z_-]*")
"""How keys look; the first part must be a table of the files."""

DERIVED = {"when", "id", "count", "cause"}
"""Places that explain() fills by itself."""


@cache
def tables() -> frozenset[str]:
    return frozenset(key.split(".")[0] for key in texts("en"))


@cache
def sources() -> tuple[tuple[Path, ast.Module], ...]:
    files = sorted([*ROOT.glob("bot/**/*.py"), *ROOT.glob("cogs/**/*.py")])
    return tuple((path, ast.parse(path.read_text(encoding="utf-8"))) for path in files)


def places(text: str) -> set[str]:
    return set(Template(text).get_identifiers())


def variants(key: str) -> list[str]:
    """The keys of the texts that a key may stand for."""
    return [key] if key in texts("en") else [f"{key}.one", f"{key}.other"]


def calls(*names: str) -> Iterator[tuple[str, ast.Call]]:
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                if called in names:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_both_languages_have_the_same_keys() -> None:
    assert set(texts("en")) == set(texts("zh"))


@pytest.mark.parametrize("key", sorted(texts("en")))
def test_a_text_has_the_same_places_in_both_languages(key: str) -> None:
    assert places(texts("en")[key]) == places(texts("zh")[key])
    for lang in LANGUAGES:
        assert Template(texts(lang)[key]).is_valid()
        assert texts(lang)[key].strip()


def test_what_is_counted_has_both_forms() -> None:
    for key in texts("en"):
        stem, _, form = key.rpartition(".")
        if form == "one":
            assert f"{stem}.other" in texts("en")
            assert "count" in places(texts("en")[f"{stem}.other"])


FILES = (".py", ".toml", ".json", ".txt", ".png", ".xhtml", ".html")
"""Endings of names of files, which look like keys."""


def said_in_code() -> Iterator[tuple[str, str, bool]]:
    """Where, what, and whether more follows: every string that begins like a key."""
    for path, tree in sources():
        begun = {
            id(node.values[0]) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) and node.values
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value, id(node) in begun


def test_every_key_in_the_code_exists() -> None:
    missing: list[str] = []
    for where, text, more in said_in_code():
        table, dot, _ = text.partition(".")
        if not dot or table not in tables() or text.endswith(FILES):
            continue
        if more and re.fullmatch(r"[a-z_]+\.[a-z_-]*", text):
            if not any(key.startswith(text) for key in texts("en")):
                missing.append(f"{where} {text}…")
        elif KEY.fullmatch(text) and not has(text):
            missing.append(f"{where} {text}")
    assert not missing, "\n".join(missing)


def test_translate_is_given_every_place_of_its_text() -> None:
    lacking: list[str] = []
    for where, call in calls("translate"):
        key = call.args[0] if call.args else None
        if (
            not isinstance(key, ast.Constant)
            or key.value is None
            or any(word.arg is None for word in call.keywords)
        ):
            continue
        given = {word.arg for word in call.keywords}
        for name in variants(key.value):
            if short := places(texts("en")[name]) - given:
                lacking.append(f"{where} {key.value} lacks {sorted(short)}")
    assert lacking == []


ERRORS = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.RengaError)
}


@pytest.mark.parametrize("kind", ERRORS.values(), ids=ERRORS)
def test_every_error_has_its_text(kind: type[errors.RengaError]) -> None:
    assert has(kind.key)


def test_errors_carry_what_their_texts_tell() -> None:
    lacking: list[str] = []
    for where, call in calls(*ERRORS):
        kind = ERRORS[call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id]  # type: ignore[attr-defined]
        if any(word.arg is None for word in call.keywords):
            continue
        key = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else kind.key
        if call.args and not isinstance(call.args[0], ast.Constant):
            continue
        given = {word.arg for word in call.keywords} | DERIVED
        for name in variants(key):
            if short := places(texts("en").get(name, "")) - given:
                lacking.append(f"{where} {kind.__name__}({key}) lacks {sorted(short)}")
    assert lacking == []


def literal_parts() -> list[str]:
    """Every string in the code, whole or the fixed parts of an f-string."""
    return [
        node.value
        for _, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def test_no_text_is_left_that_nothing_says() -> None:
    parts = literal_parts()
    whole = set(parts)
    built = {part for part in whole if re.fullmatch(r"[a-z_]+\.([a-z_-]*_)?", part)}
    ends = {part for part in whole if re.fullmatch(r"_[a-z_]+", part)}
    unsaid = []
    for key in texts("en"):
        stem = re.sub(r"\.(one|other)$", "", key)
        named = stem in whole
        stemmed = any(stem.startswith(start) for start in built) or any(stem.endswith(end) for end in ends)
        if not named and not stemmed:
            unsaid.append(key)
    assert unsaid == []


def test_facts_are_never_read_as_places() -> None:
    told = translate("refused.no_form", "en", typed="$close {close} $$", close="haiku")
    assert "“$close {close} $$”" in told


def test_one_and_many() -> None:
    assert translate("privacy.forgotten", "en", count=1) == "Erased: 1 text."
    assert translate("privacy.forgotten", "en", count=2) == "Erased: 2 texts."
    assert translate("privacy.forgotten", "en", count=0) == "Erased: 0 texts."


def test_a_key_that_nobody_wrote_is_an_error() -> None:
    with pytest.raises(KeyError):
        translate("refused.nothing_like_it", "en")


@pytest.mark.parametrize(
    ("locale", "lang"),
    [
        ("zh-CN", "zh"),
        ("zh-TW", "zh"),
        ("zh_HK", "zh"),
        (discord.Locale.taiwan_chinese, "zh"),
        ("en-US", "en"),
        (discord.Locale.british_english, "en"),
        ("fr", "en"),
        ("zhuang", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_every_chinese_reads_chinese_and_all_others_english(locale: object, lang: str) -> None:
    assert lang_of(locale) == lang


COMMAND_NAME = re.compile(r"[-_\w]{1,32}")
"""Names of slash commands and options (Discord, application command naming), without the apostrophe."""


@pytest.mark.parametrize("key", [key for key in texts("en") if key.startswith("command.")])
def test_discord_takes_every_name_and_description(key: str) -> None:
    for lang in LANGUAGES:
        text = texts(lang)[key]
        if key.endswith("_about"):
            assert 1 <= len(text) <= 100
        elif key.startswith(("command.menu_", "command.length_")):
            assert 1 <= len(text) <= 32
        else:
            assert COMMAND_NAME.fullmatch(text)
            assert text == text.lower()


def test_options_of_one_command_differ_in_every_language() -> None:
    standard = [f"command.option_{name}" for name in STANDARD]
    for lang in LANGUAGES:
        assert len({texts(lang)[key] for key in standard}) == len(standard)


@pytest.mark.parametrize("key", [key for key in texts("en") if key.startswith(("button.", "modal."))])
def test_discord_takes_every_label(key: str) -> None:
    limit = 100 if key.endswith("_hint") else 80 if key.startswith("button.") else 45
    for lang in LANGUAGES:
        assert len(texts(lang)[key]) <= limit


class Anywhere:
    """A stand-in for the place of a string: our translator never looks at it."""


@pytest.mark.parametrize("locale", [discord.Locale.chinese, discord.Locale.taiwan_chinese])
async def test_commands_are_told_to_discord_in_chinese(locale: discord.Locale) -> None:
    translator = SlashTranslator()
    where: app_commands.TranslationContextTypes = Anywhere()  # type: ignore[assignment]
    assert await translator.translate(say("command.help"), locale, where) == "帮助"
    assert await translator.translate(said({"en": "Poem", "zh": "诗"}), locale, where) == "诗"
    assert await translator.translate(app_commands.locale_str("plain"), locale, where) is None
    assert await translator.translate(say("command.help"), discord.Locale.french, where) is None
    assert str(say("command.help")) == "help"
