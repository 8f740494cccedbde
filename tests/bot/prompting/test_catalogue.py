"""The catalogue finds what members mean, and a broken file changes nothing but the log."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadInput, PromptFileError
from bot.explain import explain
from bot.prompting.catalogue import TASKS, Catalogue
from bot.prompting.cli import check

PROMPTS = Path(__file__).parents[3] / "prompts"
SHIPPED = Catalogue.load(PROMPTS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(PROMPTS, tmp_path / "prompts")
    return tmp_path / "prompts"


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    touch(path)


def touch(path: Path) -> None:
    """Move the time of the last change on: a file system may count in whole seconds."""
    facts = path.stat()
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns + 10**9))


@pytest.mark.parametrize(
    ("typed", "id"),
    [
        ("haiku", "haiku"),
        (" HAIKU ", "haiku"),
        ("俳句", "haiku"),
        ("俳諧", "haiku"),
        ("七绝", "qijue"),
        ("七絕", "qijue"),
        ("qi jue", "qijue"),
        ("qilü", "qilv"),
        ("qilu", "qilv"),
        ("qilv", "qilv"),
        ("sonnet", "sonnet-shakespearean"),
        ("Shakespearean Sonnet", "sonnet-shakespearean"),
        ("十四行诗", "sonnet-shakespearean"),
        ("free verse", "free"),
        ("ｈａｉｋｕ", "haiku"),
        ("Quatrain ABAB", "quatrain-abab"),
    ],
)
def test_a_form_is_found_by_id_title_or_alias_in_either_language(typed: str, id: str) -> None:
    found = SHIPPED.find_form(typed)
    assert found is not None
    assert found.id == id


@pytest.mark.parametrize(("typed", "id"), [("婉约", "wanyue"), ("song-ci", "wanyue"), ("Gothic", "gothic")])
def test_a_style_is_found_likewise(typed: str, id: str) -> None:
    found = SHIPPED.find_style(typed)
    assert found is not None
    assert found.id == id


@pytest.mark.parametrize("typed", ["", "  ", "\n"])
def test_no_text_is_no_form(typed: str) -> None:
    assert SHIPPED.find_form(typed) is None


@pytest.mark.parametrize(
    ("typed", "close"), [("haikoo", "haiku"), ("vilanelle", "villanelle"), ("七言绝", "qijue")]
)
def test_what_is_unknown_is_refused_with_what_is_close(typed: str, close: str) -> None:
    with pytest.raises(BadInput) as caught:
        SHIPPED.find_form(typed)
    assert close in dict(caught.value.facts["meant"])  # type: ignore[arg-type]
    assert caught.value.text_key == "refused.no_form"
    # People are told what it is called, never its id.
    told = explain(caught.value, "en")
    assert SHIPPED.forms[close].title["en"] in told and "Did you mean" in told


def test_what_is_like_nothing_is_refused_without_a_guess() -> None:
    with pytest.raises(BadInput) as caught:
        SHIPPED.find_form("qqqqqqqqqqqqqqqqqqqqqqq")
    assert "Did you mean" not in explain(caught.value, "en") and "–" not in explain(caught.value, "zh")


@given(st.text(min_size=1).filter(str.strip))
def test_whatever_is_typed_is_found_or_refused(typed: str) -> None:
    for find in (SHIPPED.find_form, SHIPPED.find_style):
        try:
            assert find(typed) is not None
        except BadInput as error:
            assert len(str(error.facts["typed"])) <= 80


def test_what_is_typed_first_comes_first() -> None:
    assert [id for _, id in SHIPPED.suggest("form", "son", "en")][:2] == [
        "sonnet-petrarchan",
        "sonnet-shakespearean",
    ]
    assert SHIPPED.suggest("form", "绝", "zh")[0][1] in ("qijue", "wujue")
    assert SHIPPED.suggest("style", "婉", "en") == [("Wanyue (Song ci)", "wanyue")]
    assert SHIPPED.suggest("form", "no such thing", "en") == []
    # What is said about a form is looked through last.
    assert len(SHIPPED.suggest("form", "词牌", "zh")) == 25
    assert [id for _, id in SHIPPED.suggest("form", "sestina", "en")] == ["sestina"]
    assert [id for _, id in SHIPPED.suggest("form", "comic", "en")] == ["limerick", "dayou"]


@pytest.mark.parametrize(("language", "home"), [("en", "limerick"), ("zh", "qijue")])
def test_forms_of_the_works_language_come_first(language: str, home: str) -> None:
    everything = SHIPPED.suggest("form", "", "en", language)  # type: ignore[arg-type]
    assert 0 < len(everything) <= 25
    ids = [id for _, id in everything]
    assert home in ids
    at_home = [language in SHIPPED.forms[id].languages for id in ids]
    assert at_home == sorted(at_home, reverse=True)


def test_a_changed_file_is_taken_in_and_an_unchanged_folder_is_left_alone(folder: Path) -> None:
    catalogue = Catalogue.load(folder)
    before = catalogue.arts["poem"]
    assert catalogue.reload_if_changed() == []
    assert catalogue.arts["poem"] is before
    change(folder / "poem.toml", "temperature = 0.9", "temperature = 0.5")
    assert catalogue.reload_if_changed() == []
    assert catalogue.arts["poem"].temperature == 0.5
    assert catalogue.arts["poem"].ref != before.ref
    taken_in = catalogue.arts["poem"]
    assert catalogue.reload_if_changed() == []
    assert catalogue.arts["poem"] is taken_in


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("poem.toml", "[sampling]", "[sampling"),
        ("poem.toml", "$topic", "$topik"),
        ("tasks/revise.toml", "title", "titel"),
        ("forms/haiku.toml", "lines = 3", "lines = 0"),
        ("forms/haiku.toml", 'languages = ["en", "zh"]', 'languages = ["fr"]'),
        ("styles/gothic.toml", "voice", "noise"),
    ],
)
def test_a_file_that_breaks_keeps_its_old_version_and_is_reported(
    folder: Path, caplog: pytest.LogCaptureFixture, file: str, old: str, new: str
) -> None:
    catalogue = Catalogue.load(folder)
    before = (
        catalogue.arts["poem"],
        catalogue.tasks["revise"],
        catalogue.forms["haiku"],
        catalogue.styles["gothic"],
    )
    change(folder / file, old, new)
    with caplog.at_level(logging.WARNING, logger="bot.prompting.catalogue"):
        problems = catalogue.reload_if_changed()
    assert [problem.facts["file"] for problem in problems] == [file]
    assert file in caplog.text
    assert (
        catalogue.arts["poem"],
        catalogue.tasks["revise"],
        catalogue.forms["haiku"],
        catalogue.styles["gothic"],
    ) == before
    assert [problem.facts["file"] for problem in catalogue.check()] == [file]
    change(folder / file, new, old)
    assert catalogue.reload_if_changed() == []
    assert check(folder) == []


def test_new_files_appear_and_removed_ones_go(folder: Path) -> None:
    catalogue = Catalogue.load(folder)
    shutil.copy(folder / "forms/haiku.toml", folder / "forms/lune.toml")
    change(
        folder / "forms/lune.toml",
        'title = { en = "Haiku", zh = "俳句" }',
        'title = { en = "Lune", zh = "月牙诗" }',
    )
    change(folder / "forms/lune.toml", 'aliases = ["俳", "俳諧", "hokku"]', "")
    (folder / "styles/gothic.toml").unlink()
    assert catalogue.reload_if_changed() == []
    assert "lune" in catalogue.forms
    assert "gothic" not in catalogue.styles
    with pytest.raises(BadInput):
        catalogue.find_style("gothic")


def test_what_the_bot_cannot_do_without_is_kept_when_its_file_goes(folder: Path) -> None:
    catalogue = Catalogue.load(folder)
    (folder / "poem.toml").unlink()
    (folder / "tasks/revise.toml").unlink()
    problems = catalogue.reload_if_changed()
    assert "poem" in catalogue.arts
    assert "revise" in catalogue.tasks
    assert [problem.facts["problem"] for problem in problems] == ["it holds no art"]
    with pytest.raises(PromptFileError):
        Catalogue.load(folder)


@pytest.mark.parametrize("file", [f"tasks/{task}.toml" for task in TASKS])
def test_a_folder_without_a_task_is_refused(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(PromptFileError, match="missing"):
        Catalogue.load(folder)


def test_a_task_that_forgets_its_text_is_refused(folder: Path) -> None:
    change(folder / "tasks/revise.toml", "原文：\n$text\n", "")
    with pytest.raises(PromptFileError, match=r"\$text") as caught:
        Catalogue.load(folder)
    assert caught.value.facts["where"] == "ask.zh"


def test_two_files_cannot_claim_one_name(folder: Path) -> None:
    change(folder / "forms/senryu.toml", 'zh = "川柳"', 'zh = "俳句"')
    (problem,) = check(folder)
    assert problem.startswith("forms/senryu.toml: title or aliases: haiku is called '俳句' too")


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    assert [line.split(":")[0] for line in check(tmp_path)] == [
        tmp_path.name,
        *(f"tasks/{task}.toml" for task in TASKS),
    ]
    assert check(tmp_path / "nowhere")


def test_the_check_names_every_problem_in_one_line_each(folder: Path) -> None:
    change(folder / "poem.toml", "longest = 500", "longest = 0")
    change(folder / "forms/haiku.toml", "lines = 3", 'lines = "3"')
    change(folder / "styles/tang.toml", "voice", "voise")
    problems = check(folder)
    assert [line.split(": ")[0] for line in problems] == ["poem.toml", "forms/haiku.toml", "styles/tang.toml"]
    assert all("\n" not in line for line in problems)
    assert (
        problems[0] == "poem.toml: limits.longest: 0 does not do. Write a whole number between 1 and 20000."
    )


def test_a_shape_is_kept_for_the_checker(folder: Path) -> None:
    path = folder / "forms/couplet.toml"
    assert "[shape]" in path.read_text(encoding="utf-8")
    assert Catalogue.load(folder).forms["couplet"].shape == {"stanza": "aa"}
