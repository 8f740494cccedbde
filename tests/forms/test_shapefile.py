"""Mistakes in the shape of a form's file are named, with what to write instead."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.forms.shapefile import faults
from bot.prompting.catalogue import Catalogue
from bot.prompting.cli import check
from bot.services.forms import shape_faults, specimen_faults

PROMPTS = Path(__file__).parents[2] / "prompts"

FORM = """
title = { en = "Bad", zh = "坏诗" }
about = { en = "x", zh = "y" }
languages = ["en"]
[instruct]
en = "i"
zh = "i"
[shape]
"""


def test_no_form_that_is_shipped_has_any() -> None:
    assert check(PROMPTS, lambda form: shape_faults(form) or specimen_faults(form)) == []


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ({"syllabels": [5, 7, 5]}, "shape.syllabels"),
        ({"syllables": "five"}, "shape.syllables"),
        ({"syllables": [5, 0, 5]}, "shape.syllables"),
        ({"syllables": ["9-7"]}, "shape.syllables"),
        ({"syllables": [8, 6, 8], "schemes": ["abab"]}, "shape.syllables"),
        ({"metre": "iambic octameter"}, "shape.metre"),
        ({"metre": 5}, "shape.metre"),
        ({"schemes": ["ab!b"]}, "shape.schemes"),
        ({"schemes": "abab"}, "shape.schemes"),
        ({"schemes": ["abab", "aba"]}, "shape.schemes"),
        ({"schemes": ["abab"], "lines": 5}, "shape.lines"),
        ({"schemes": ["abab"], "stanza": "abab"}, "shape.stanza"),
        ({"stanza": ""}, "shape.stanza"),
        ({"chain": "haiku"}, "shape.chain"),
        ({"lines": "three"}, "shape.lines"),
        ({"lines": [9, 3]}, "shape.lines"),
        ({"strict": True}, "shape.strict"),
        ({"acrostic": "yes"}, "shape.acrostic"),
        ({"language": "fr"}, "shape.language"),
        ({"syllables": [5], "zh": {"characters": [5]}}, "shape.zh"),
        ({"syllables": [5], "zh": {"language": "zh", "characters": "5"}}, "shape.zh.characters"),
        ({"language": "zh", "characters": 5}, "shape.characters"),
        ({"language": "zh", "rhyme": True}, "shape.rhyme"),
        ({"language": "zh", "kind": "sonnet"}, "shape.kind"),
        ({"language": "zh", "kind": "ci"}, "shape.tune"),
        ({"language": "zh", "kind": "ci", "tune": "平平x"}, "shape.tune"),
        ({"language": "zh", "book": "old"}, "shape.book"),
    ],
)
def test_each_mistake_is_named_by_its_key(table: dict[str, Any], where: str) -> None:
    (fault, *_) = faults("bad", table)
    assert fault.where == where
    assert fault.problem and fault.remedy


def test_a_language_that_nothing_measures_is_told() -> None:
    assert [one.where for one in faults("x", {"syllables": [5]}, languages=("en", "zh"))] == ["shape"]
    assert [one.where for one in faults("x", {"language": "zh"}, languages=("en", "zh"))] == ["shape"]
    both = {"syllables": [5], "zh": {"language": "zh", "characters": [5]}}
    assert faults("x", both, languages=("en", "zh")) == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(PROMPTS, tmp_path / "prompts")
    return tmp_path / "prompts"


def test_a_file_with_one_keeps_its_old_version(folder: Path) -> None:
    catalogue = Catalogue.load(folder, shape_faults)
    haiku = folder / "forms" / "haiku.toml"
    haiku.write_text(haiku.read_text("utf-8").replace("syllables = [5, 7, 5]", "syllables = [5, 7]"), "utf-8")
    (problem,) = catalogue.reload_if_changed()
    assert problem.facts["file"] == "forms/haiku.toml" and problem.facts["where"] == "shape.syllables"
    assert catalogue.forms["haiku"].shape["syllables"] == [5, 7, 5]


def test_a_specimen_that_does_not_keep_its_form_is_told(folder: Path) -> None:
    example = "[example]\nen = '''\nLow tide\n\nthe boats have sat\nin the mud\nand talk'''\n"
    (folder / "forms" / "bad.toml").write_text(
        FORM.replace("[shape]", f"{example}[shape]\nsyllables = [5, 3, 5]"), "utf-8"
    )
    (told,) = check(folder, specimen_faults)
    assert told.startswith(
        "forms/bad.toml: example.en: it does not keep the form: 5-3-5 ✗; ✗ 2 lines fail: 1, 3"
    )
