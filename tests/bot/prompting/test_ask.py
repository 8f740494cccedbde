"""A prompt brings together what was asked, the form, the manner and the voices of house and member."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.ids import LANGUAGES, Lang
from bot.prompting.ask import LARGEST, Prompt, Voices, build
from bot.prompting.catalogue import TASKS, Catalogue
from bot.prompting.fit import estimate

PROMPTS = Path(__file__).parents[3] / "prompts"
MARK = "mfeedface"


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return Catalogue.load(PROMPTS)


def asked(catalogue: Catalogue, art: str = "poem", **given: Any) -> Prompt:
    found = catalogue.arts.get(art) or catalogue.tasks[art]
    return build(found, **{"language": "en", "mark": MARK, "voices": Voices(), **given})


def test_a_poem_is_asked_for_with_everything_that_was_chosen(shipped: Catalogue) -> None:
    style, form = shipped.styles["imagist"], shipped.forms["haiku"]
    voices = Voices(house="No capitals.", own="I like boats.", style=style)
    prompt = asked(shipped, topic="first snow", form=form, voices=voices, opening="The snow", length="short")
    assert f"<{MARK}>first snow</{MARK}>" in prompt.ask
    assert f"<{MARK}>The snow</{MARK}>" in prompt.ask
    assert form.instruct["en"] in prompt.ask
    assert style.voice["en"] in prompt.system
    assert f"<{MARK}>No capitals.</{MARK}>" in prompt.system
    assert f"<{MARK}>I like boats.</{MARK}>" in prompt.system
    assert "four to eight lines" not in prompt.ask, "a haiku has three lines, whatever length is asked for"
    assert prompt.ref == shipped.arts["poem"].ref


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_not_chosen_leaves_no_trace(shipped: Catalogue, language: Lang) -> None:
    prompt = asked(shipped, topic="雨", language=language)
    headings = {
        "en": ("The form", "manner", "likes", "Begin"),
        "zh": ("体裁：", "风格：", "喜欢", "本社", "开头"),
    }
    for text in (prompt.system.replace("a manner of writing", ""), prompt.ask, prompt.continuation):
        for heading in headings[language]:
            assert heading not in text
        assert "\n\n\n" not in text.rstrip("\n")


@pytest.mark.parametrize(("length", "said"), [("short", "four to eight"), ("long", "thirty"), ("medium", "")])
def test_a_length_is_said_where_no_form_decides_it(shipped: Catalogue, length: str, said: str) -> None:
    assert said in asked(shipped, topic="rain", length=length).ask
    assert said in asked(shipped, topic="rain", length=length, form=shipped.forms["free"]).ask


def test_a_base_model_reads_an_anthology_with_a_specimen_of_the_form(shipped: Catalogue) -> None:
    form = shipped.forms["limerick"]
    prompt = asked(shipped, topic="a cat", form=form)
    assert form.example["en"] in prompt.continuation
    assert prompt.continuation.endswith("\n\n## a cat\n\n")
    assert MARK not in prompt.continuation
    assert prompt.stop == ("\n## ",)


def test_the_house_model_is_told_form_lines_and_topic(shipped: Catalogue) -> None:
    prompt = asked(shipped, topic="秋雨", language="zh", form=shipped.forms["qilv"], draft="a\n\nb")
    assert (prompt.form, prompt.lines, prompt.topic, prompt.draft) == ("qilv", 8, "秋雨", "a\n\nb")
    free = asked(shipped, topic="rain", length="long")
    assert (free.form, free.lines) == ("", 16)


def test_a_revision_holds_the_whole_text_and_may_be_longer(shipped: Catalogue) -> None:
    text = "\n".join(f"line {number} of a long poem" for number in range(300))
    prompt = asked(shipped, "revise", text=text, instruction="darker")
    assert text in prompt.ask
    assert text in prompt.continuation
    assert f"<{MARK}>darker</{MARK}>" in prompt.ask
    assert prompt.tokens > 1.4 * estimate(text)
    assert asked(shipped, "revise", text="short", instruction="darker").tokens == 700


@pytest.mark.parametrize("filler", ["明", "?", "word "])
@pytest.mark.parametrize("task", ["revise", "remix"])
def test_the_longest_text_that_may_be_revised_is_never_cut(
    shipped: Catalogue, filler: str, task: str
) -> None:
    text = (filler * 6_000)[:6_000].strip()
    voice = (filler * 1_000)[:1_000].strip()
    instruction = (filler * 300)[:300].strip()
    prompt = asked(
        shipped,
        task,
        text=text,
        instruction=instruction,
        voices=Voices(house=voice, own=voice, style=shipped.styles["gothic"]),
        form=shipped.forms["villanelle"],
    )
    assert text in prompt.ask
    assert instruction in prompt.ask


@pytest.mark.parametrize("filler", ["明", "?", "word ", "🌧"])
def test_no_prompt_is_larger_than_the_bound_that_is_stated(shipped: Catalogue, filler: str) -> None:
    huge = filler * 30_000
    for art in ("poem", "revise", "remix"):
        for language in LANGUAGES:
            prompt = asked(
                shipped,
                art,
                language=language,
                topic=filler * 100,
                text=huge,
                instruction=filler * 100,
                opening=filler * 200,
                voices=Voices(house=huge, own=huge, style=shipped.styles["tang"]),
                form=shipped.forms["wulv"],
            )
            marks = 12 * estimate(f"<{MARK}>\n</{MARK}>\n")
            assert estimate(prompt.system) + estimate(prompt.ask) <= LARGEST + marks
            assert filler * 100 in prompt.ask


def test_an_art_of_its_own_is_told_its_options(shipped: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "tasks").mkdir()
    for task in TASKS:
        source = PROMPTS / "tasks" / f"{task}.toml"
        (tmp_path / "tasks" / source.name).write_bytes(source.read_bytes())
    (tmp_path / "letter.toml").write_text(
        """
title = { en = "Letter", zh = "信" }
about = { en = "Write a letter", zh = "写一封信" }
system = { en = "Write letters.", zh = "写信。" }
ask = { en = "To $to_whom.\\n\\nWrite it $mood.", zh = "给$to_whom。\\n\\n$mood地写。" }
continuation = { en = "Dear $to_whom,", zh = "亲爱的$to_whom：" }

[[option]]
name = "to-whom"
title = { en = "to", zh = "给" }
about = { en = "To whom", zh = "写给谁" }

[[option]]
name = "mood"
title = { en = "mood", zh = "心情" }
about = { en = "How", zh = "怎样" }
type = "choice"
choices.sad = { en = "with sorrow", zh = "带着忧愁" }
""",
        encoding="utf-8",
    )
    letter = Catalogue.load(tmp_path)
    prompt = asked(letter, "letter", language="zh", options={"to-whom": "Ben", "mood": "sad"})
    assert prompt.ask == f"给<{MARK}>Ben</{MARK}>。\n\n带着忧愁地写。"
    assert prompt.continuation == "亲爱的Ben：\n\n"
    assert asked(letter, "letter", options={"to-whom": "Ben"}).ask == f"To <{MARK}>Ben</{MARK}>."
