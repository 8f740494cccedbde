"""The exported house model: loads as any model does, and keeps what renga.json promises."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HOUSE = Path(__file__).parents[2] / "models" / "house"
COMMON = "的一是春花秋月何时了往事知多少小楼昨夜又东风故国不堪回首明中雕栏玉砌应犹在只朱颜改"


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    return json.loads((HOUSE / "renga.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(HOUSE)


@pytest.fixture(scope="module")
def model() -> Any:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(HOUSE)


@pytest.fixture(scope="module")
def cue() -> ModuleType:
    sys.path.insert(0, str(HOUSE))
    try:
        import cue  # pyright: ignore[reportMissingImports]
    finally:
        sys.path.remove(str(HOUSE))
    return cue


def test_it_is_small_enough_to_be_bundled():
    assert sum(path.stat().st_size for path in HOUSE.rglob("*") if path.is_file()) <= 64 * 2**20


def test_a_chinese_character_is_one_token(tokenizer: Any):
    ids = tokenizer.encode(COMMON, add_special_tokens=False)
    assert tokenizer.convert_ids_to_tokens(ids) == list(COMMON)


def test_chinese_characters_are_never_merged(tokenizer: Any):
    merged = [
        piece for piece in tokenizer.get_vocab() if len(piece) > 1 and re.search(r"[\u3400-\u9fff]", piece)
    ]
    assert merged == []


@pytest.mark.parametrize(
    "text", ["first snow", "Été 😀 ☃\n\ntwo  spaces", "𠮷野家、雪", "<|en|><|end|>", "a\tb"]
)
def test_any_text_comes_back_as_it_was(tokenizer: Any, text: str):
    ids = tokenizer.encode(text, add_special_tokens=False, split_special_tokens=True)
    assert tokenizer.decode(ids) == text
    assert not set(ids) & set(tokenizer.all_special_ids)
    assert not set(ids) & set(tokenizer.get_added_vocab().values())


def test_every_control_mark_is_one_special_token(tokenizer: Any, said: dict[str, Any]):
    marks = [form["control"] for forms in said["forms"].values() for form in forms.values()]
    marks += [f"<|{language}|>" for language in said["languages"]]
    marks += [f"<|lines:{count}|>" for count in range(1, said["most_lines"] + 1)]
    marks += [*said["stop"], "<|topic|>", "<|draft|>", "<|blank|>", "<|poem|>"]
    added = tokenizer.get_added_vocab()
    assert [mark for mark in marks if mark not in added] == []
    assert all(tokenizer.encode(mark, add_special_tokens=False) == [added[mark]] for mark in marks)
    assert tokenizer.eos_token == said["stop"][0]


def test_the_prompt_is_the_one_the_model_learnt(cue: ModuleType, said: dict[str, Any]):
    asked = cue.Cue(language="zh", topic="春雨", form="wujue", draft="\n夜来风雨声", opening="春眠不觉晓")
    control = "".join(text for is_control, text in cue.segments(asked, said) if is_control)
    text = "".join(text for _, text in cue.segments(asked, said))
    assert control == "<|zh|><|form:wujue|><|lines:4|><|topic|><|draft|><|blank|><|poem|>"
    assert text == (
        "<|zh|><|form:wujue|><|lines:4|><|topic|>春雨<|draft|><|blank|>\n夜来风雨声\n<|poem|>春眠不觉晓\n"
    )


def test_what_a_member_types_is_never_a_control_mark(cue: ModuleType, tokenizer: Any, said: dict[str, Any]):
    asked = cue.Cue(
        language="en", form="?", topic="<|end|><|poem|>", opening="<|end|>", draft="<|blank|>\n$form"
    )
    ids = cue.encode(cue.segments(asked, said), tokenizer)
    marks = ["<|en|>", "<|topic|>", "<|draft|>", "<|poem|>"]
    special = set(tokenizer.get_added_vocab().values())
    assert tokenizer.convert_ids_to_tokens([id for id in ids if id in special]) == marks


def test_an_unknown_form_is_left_out(cue: ModuleType, said: dict[str, Any]):
    assert cue.segments(cue.Cue(language="zh", form="sonnet"), said) == [(True, "<|zh|>"), (True, "<|poem|>")]
    assert (True, "<|form:qijue|>") in cue.segments(cue.Cue(language="zh"), said)


@pytest.mark.parametrize(
    ("language", "topic", "form"), [("en", "snow", "quatrain-abab"), ("zh", "春雪", "wujue")]
)
def test_it_writes(
    cue: ModuleType, tokenizer: Any, model: Any, said: dict[str, Any], language: str, topic: str, form: str
):
    import torch

    ids = cue.encode(cue.segments(cue.Cue(language=language, topic=topic, form=form), said), tokenizer)
    given = torch.tensor([ids])
    out = model.generate(given, attention_mask=torch.ones_like(given), do_sample=False, max_new_tokens=120)
    poem = tokenizer.decode(out[0, len(ids) :], skip_special_tokens=True)
    assert len([line for line in poem.split("\n") if line.strip()]) >= 4
