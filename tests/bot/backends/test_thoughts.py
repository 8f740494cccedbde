"""No thought and no mark of a model's leaves an answer, however it is cut in pieces; nothing else is lost.

As people report them in public: mudler/LocalAI#4761, cubist38/mlx-openai-server#179 (thoughts without their
opening mark); lobehub/lobehub#5672 (never closed); kekzl/imp#768, odysseus-dev/odysseus#4522 (channels of
Harmony); Augustas11/macprovider#743 (the same with its tokens dropped); NousResearch/hermes-agent#62680 (tags
of many names); moltis-org/moltis#306, jundot/omlx#1087 (special tokens).
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.backends.base import Done, ModelRef, Text, TokenProb, Withdrawn, collect
from bot.backends.thoughts import Thoughts, spoken

POEM = "The rain comes down\non the slate roofs\nand nobody counts it. <3"
SECRET = "SECRETTHOUGHT the user wants a rain poem, so I should plan <three> lines [twice]"


def read(pieces: Sequence[str], *, cut: bool = False, hold: bool = False) -> tuple[str, Thoughts]:
    thoughts, text = Thoughts(hold=hold), ""
    for said in [*map(thoughts.feed, pieces), thoughts.finish(cut=cut)]:
        text = said.text if said.anew else text + said.text
    return text.strip(), thoughts


NAMES = (
    "think", "Thinking", "thought", "THINK", "seed:think", "mm:think", "reasoning", "thoughts",
    "antThinking", "longcat_think", "scratchpad", "analysis", "reflection", "inner_monologue",
    "chain_of_thought", "think_fast",
)  # fmt: skip
HARMONY = "<|channel|>analysis<|message|>{}<|end|><|start|>assistant"
THINKING = [
    *(f"<{name}>{{}}</{name}>\n\n" for name in NAMES),
    "[THINK]{}[/THINK]\n",
    "[think]{}[/think]",
    "◁think▷{}◁/think▷",
    '<thinking time="3">{}</thinking>',
    '<details type="reasoning" done="true">{}</details>\n',
    "{}</think>\n\n",
    "{}\n{}\n</thinking>\n",
    "<think>\n\n</think>\n\n",
    "</think>\n\n",
    "<think></think><think>{}</think>",
    "<think>{}<think>{}</think>",
    HARMONY + "<|channel|>final<|message|>",
    HARMONY + "<|channel|>commentary to=functions.x <|constrain|>json<|message|>{}<|call|>"
    "<|start|>assistant<|channel|>final <|constrain|>text<|message|>",
    "<|start|>assistant<|channel|>final<|message|>",
    "analysisWe need a poem. {}assistantfinal",
    "<|channel>thought\n{}<channel|>",
    "<|START_THINKING|>{}<|END_THINKING|><|START_RESPONSE|>",
    "<|begin_of_thought|>{}<|end_of_thought|>\n<|begin_of_solution|>",
    "<unused94>thought\n{}<unused95>",
    "<|inner_prefix|>{}<|inner_suffix|>",
    "Here is my thought process:\n{}\n\nHere is my response:\n",
    "<s>",
    "<|im_start|>assistant\n",
    "<|start_header_id|>assistant<|end_header_id|>\n\n",
    "<start_of_turn>model\n",
    "<｜Assistant｜>",
    "<bos>",
]
ENDS = [
    "", "<|im_end|>", "<|eot_id|>", "</s>", "<end_of_turn>", "<|endoftext|>", "<|end|>", "<|return|>",
    "<｜end▁of▁sentence｜>", "<|end_of_text|>", "<|eom_id|>", "<eos>", "<turn|>", "<|endofturn|>", "<|im_e",
    "<|im_end|>\n<|im_start|>user\nmore", "<|user|>more", "[INST] more", "<|END_OF_TURN_TOKEN|>",
]  # fmt: skip


@pytest.mark.parametrize("before", THINKING)
def test_what_stands_before_an_answer_is_no_part_of_it(before: str) -> None:
    said = before.replace("{}", SECRET) + POEM
    for pieces in ([said], list(said), *([said[:at], said[at:]] for at in range(len(said)))):
        assert read(pieces)[0] == POEM


@pytest.mark.parametrize("end", ENDS)
def test_what_ends_a_turn_ends_the_answer(end: str) -> None:
    for pieces in ([POEM + end], list(POEM + end)):
        assert read(pieces)[0] == POEM


@given(st.sampled_from(THINKING), st.sampled_from(ENDS), st.lists(st.integers(1, 9), min_size=1))
def test_where_it_is_cut_changes_nothing(before: str, end: str, sizes: list[int]) -> None:
    said, pieces = before.replace("{}", SECRET) + POEM + end, list[str]()
    while said:
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(said[:size])
        said = said[size:]
    assert read(pieces)[0] == POEM


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"<answer>{POEM}</answer> I hope you like it.", POEM),
        (f"<think>{SECRET}</think><answer>{POEM}</answer>", POEM),
        (f"<|begin_of_box|>{POEM}<|end_of_box|>", POEM),
        (f"<think>{SECRET}</think>{POEM}</think>", POEM),
        (f"Rain.\n<think>{SECRET}</think>Snow.", "Rain.\nSnow."),
        (f"<think>{SECRET}", ""),
        (f"<think>{SECRET}</think>", ""),
        (f"{SECRET}</think>", ""),
        (f"<|channel|>analysis<|message|>{SECRET}<|end|>", ""),
    ],
)
def test_the_answer_alone_is_left(said: str, kept: str) -> None:
    for pieces in ([said], list(said)):
        assert read(pieces)[0] == kept


@pytest.mark.parametrize(
    "said",
    [
        "I think of you <3\nand < three\n",
        "<thin ice",
        "a <b> c",
        "[x] y [thinking] z [/x]",
        "◁ a triangle ▷",
        "final lines",
        "analysis of rain",
        "analysis\nof snow",
        "I think; therefore",
        "was <s>old</s> now new",
        "Here is my heart",
        "answer me </answer> now",
        "<",
        "x <|",
        "The user of my heart\nis gone",
        "Let me think of snow",
        "assistant to the moon",
        "model ships",
        "<poem>x</poem>",
        "1 < 2 > 0 | x |> y <| z",
        "“Hmm,” said the owl",
        "让我想一想雪",
        " leading space is the text's own",
    ],
)
def test_a_text_that_only_looks_like_it_stays_whole(said: str) -> None:
    for pieces in ([said], list(said)):
        assert read(pieces)[0] == said.strip()
    assert Thoughts().feed(" falls").text == " falls", "space before the first word is the text's own"


def test_thoughts_that_begin_as_thoughts_do_are_never_shown() -> None:
    for said in (
        "Okay, the user wants rain. ",
        "Hmm, ",
        "We need to write a poem. ",
        "好的，用户想要一首诗。",
        "嗯，",
    ):
        thoughts = Thoughts()
        shown = "".join(thoughts.feed(char).text for char in said * 9)
        assert len(shown) < 12, "but for the first letters"
        assert thoughts.feed("</think>" + POEM).text == POEM


def test_thoughts_that_came_as_a_surprise_are_withdrawn() -> None:
    thoughts = Thoughts()
    assert thoughts.feed("Rain, rain. ").text == "Rain, rain. "
    assert thoughts.feed("</think>").anew is False, "it may be a stray one"
    said = thoughts.feed("Snow.")
    assert (said.text, said.anew, thoughts.unopened) == ("Snow.", True, True)


@pytest.mark.parametrize("said", [f"<think>{SECRET}", f"[THINK]{SECRET}", SECRET, "Okay, so rain is wet"])
def test_of_an_answer_that_was_cut_no_thoughts_are_kept(said: str) -> None:
    text, thoughts = read(list(said), cut=True)
    assert text == "" and thoughts.thought
    assert read([POEM], cut=True)[0] == POEM


def test_a_model_that_is_known_to_think_aloud_is_held_back_to_the_mark() -> None:
    thoughts = Thoughts(hold=True)
    assert thoughts.feed("Rain, rain.").text == ""
    assert thoughts.feed("</think>\nSnow.").text == "Snow."
    assert read(["Rain, ", "rain."], hold=True)[0] == "Rain, rain.", "without the mark it was the answer"


async def test_a_stream_without_its_thoughts_keeps_its_tokens() -> None:
    async def said() -> object:
        for word in ("Sky, ", "sky.", "</think>", "Snow", " falls", "<|im_end|>"):
            yield Text(word, (TokenProb(word, -1.0),), ModelRef("m", "x"))
        yield Done("stop", ModelRef("m", "x"))

    chunks = [chunk async for chunk in spoken(said())]  # type: ignore[arg-type]
    assert any(isinstance(chunk, Withdrawn) for chunk in chunks)
    result = await collect(spoken(said()))  # type: ignore[arg-type]
    assert result.text == "Snow falls"
    assert [token.text for token in result.tokens] == ["Snow", " falls"]
