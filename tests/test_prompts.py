"""Every prompt file that is shipped: right, whole in both languages, and keeping what it promises."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from string import Template

import pytest
from discord import AppCommandType

from bot.i18n.slash import SlashTranslator
from bot.ids import LANGUAGES, Lang
from bot.prompting.art import PLACES, STANDARD, Art
from bot.prompting.catalogue import Catalogue
from bot.prompting.cli import check
from bot.prompting.load import KEYS, TAKEN
from bot.prompting.parts import Form, Style
from bot.services.forms import shape_faults, specimen_faults
from bot.settings import Settings
from tests.cogs.world import open_world

ROOT = Path(__file__).parents[1]
SHIPPED = Catalogue.load(ROOT / "prompts")
PROMPTS = [*SHIPPED.arts.values(), *SHIPPED.tasks.values()]

HAN = re.compile(r"[\u4e00-\u9fff]")


def test_nothing_is_wrong() -> None:
    assert check(ROOT / "prompts") == []


def test_what_is_shipped() -> None:
    assert set(SHIPPED.arts) == {"poem"}
    stories = {"turn", "recap", "lore", "script", "plan", "chapter", "scene"}
    assert set(SHIPPED.tasks) == {"revise", "remix", "critique"} | stories
    assert len(SHIPPED.styles) >= 8
    assert {"haiku", "sonnet-shakespearean", "villanelle", "limerick", "free"} <= set(SHIPPED.forms)
    assert {"wujue", "qijue", "wulv", "qilv", "ci", "duilian", "cangtou"} <= set(SHIPPED.forms)


@pytest.mark.parametrize("art", PROMPTS, ids=lambda art: art.name)
def test_a_prompt_is_written_in_the_language_it_is_for(art: Art) -> None:
    for words in (art.title, art.about, art.system, art.ask, art.continuation):
        assert not HAN.search(words["en"])
        assert HAN.search(words["zh"])


@pytest.mark.parametrize("art", PROMPTS, ids=lambda art: art.name)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_prompt_asks_for_the_text_alone_and_tells_data_from_wishes(art: Art, lang: Lang) -> None:
    system = art.system[lang]
    assert {"en": "alone: no", "zh": "不要"}[lang] in system
    assert "<m1a2b3c4>" in system
    assert {"house_style", "own_style", "language"} <= set(Template(system).get_identifiers())


@pytest.mark.parametrize("art", PROMPTS, ids=lambda art: art.name)
def test_both_languages_tell_the_model_the_same_facts(art: Art) -> None:
    for words in (art.system, art.ask, art.continuation):
        assert set(Template(words["en"]).get_identifiers()) == set(Template(words["zh"]).get_identifiers())
        assert words["en"].strip().count("\n\n") == words["zh"].strip().count("\n\n")


@pytest.mark.parametrize(
    "part", [*SHIPPED.forms.values(), *SHIPPED.styles.values()], ids=lambda part: part.id
)
def test_a_form_or_style_is_written_in_both_languages(part: Form | Style) -> None:
    told = part.instruct if isinstance(part, Form) else part.voice
    for words in (part.title, part.about, told):
        assert not HAN.search(words["en"])
        assert HAN.search(words["zh"])


@pytest.mark.parametrize(
    "form", [form for form in SHIPPED.forms.values() if form.example], ids=lambda form: form.id
)
def test_a_specimen_has_a_title_and_the_shape_of_its_form(form: Form) -> None:
    for language, example in form.example.items():
        assert language in form.languages
        title, blank, *lines = example.split("\n")
        assert title
        assert not blank
        assert all(lines)
        if form.lines and form.id not in ("ballad", "common-measure", "heroic-couplet", "blank-verse"):
            assert len(lines) == form.lines


@pytest.mark.parametrize(
    ("id", "length"), [("wujue", 5), ("qijue", 7), ("wulv", 5), ("qilv", 7), ("gufeng", 5)]
)
def test_a_chinese_specimen_has_lines_of_the_right_length(id: str, length: int) -> None:
    lines = SHIPPED.forms[id].example["zh"].split("\n")[2:]
    assert {len(HAN.findall(line)) for line in lines} == {length}


@pytest.mark.parametrize(("id", "counts"), [("haiku", [5, 7, 5])])
def test_a_chinese_haiku_is_counted_in_characters(id: str, counts: list[int]) -> None:
    lines = SHIPPED.forms[id].example["zh"].split("\n")[2:]
    assert [len(HAN.findall(line)) for line in lines] == counts


def test_the_house_model_knows_every_form_at_home_by_its_cue() -> None:
    contract = json.loads((ROOT / "models/house/renga.json").read_text(encoding="utf-8"))
    known = {name for forms in contract["forms"].values() for name in forms}
    unknown = {form.id: form.cue for form in SHIPPED.forms.values() if form.cue not in known}
    assert unknown == {}


def test_the_readme_names_every_place_and_key() -> None:
    readme = (ROOT / "prompts/README.md").read_text(encoding="utf-8")
    for place in PLACES:
        assert f"`${place}`" in readme
    for key in (*KEYS, *STANDARD, "longest", "growth", "temperature", "top_p"):
        assert f"`{key}`" in readme
    for key in ("characters", "rhyme", "kind", "tune", "book", "acrostic", "schemes", "stanza", "syllables"):
        assert f"`{key}`" in readme
    for key in ("instruct", "languages", "aliases", "lines", "cue", "example", "shape", "voice"):
        assert f"`{key}`" in readme


def test_the_files_that_the_readme_shows_are_right(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    readme = (ROOT / "prompts/README.md").read_text(encoding="utf-8")
    style, form, chinese, art = re.findall(r"```toml\n(.*?)```", readme, re.DOTALL)
    for path, text in (
        ("styles/lullaby", style),
        ("forms/lune", form),
        ("forms/sanzi", chinese),
        ("lyrics", art),
    ):
        (tmp_path / "prompts" / f"{path}.toml").write_text(text, encoding="utf-8")
    assert check(tmp_path / "prompts", lambda form: shape_faults(form) or specimen_faults(form)) == []
    assert set(Catalogue.load(tmp_path / "prompts").arts) == {"poem", "lyrics"}


async def test_the_commands_that_no_art_may_take_are_those_there_are(settings: Settings) -> None:
    async with open_world(settings) as world:
        tree = world.bot.tree
        told = [
            await command.get_translated_payload(tree, SlashTranslator())
            for command in tree.get_commands(type=AppCommandType.chat_input)
            if command.name not in SHIPPED.arts
        ]
    assert {command["name"]: command["name_localizations"]["zh-CN"] for command in told} == TAKEN
