"""Judges of categories: OpenAI's moderation endpoint on loopback, and a tiny classifier in its process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.backends.judges import LocalJudge, OpenAIJudge, build_judge, merged, staying_here
from bot.errors import ConfigError
from bot.moderation.rules import CATEGORIES
from bot.settings import Settings
from tests.patience import PATIENCE

KEY = "sk-canary-5f2b9c"

OPENAI = (
    "harassment", "harassment/threatening", "sexual", "sexual/minors", "hate", "hate/threatening",
    "illicit", "illicit/violent", "self-harm", "self-harm/intent", "self-harm/instructions",
    "violence", "violence/graphic",
)  # fmt: skip
"""The categories that omni-moderation-latest answers (OpenAI's API reference, Moderations)."""


@dataclass
class Endpoint:
    """A server that answers moderations, and remembers what it was asked."""

    url: str = ""
    scores: dict[str, float] = field(default_factory=dict[str, float])
    status: int = 200
    hangs: bool = False
    bodies: list[Any] = field(default_factory=list[Any])

    async def answer(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.json())
        assert request.headers["Authorization"] == f"Bearer {KEY}"
        if self.hangs:
            await asyncio.Event().wait()
        if self.status != 200:
            return web.json_response({"error": {"message": "no"}}, status=self.status)
        scores = {name: self.scores.get(name, 0.0) for name in OPENAI}
        result = {
            "flagged": False,
            "categories": dict.fromkeys(OPENAI, False),
            "category_scores": scores,
            "category_applied_input_types": {name: ["text"] for name in OPENAI},
        }
        return web.json_response({"id": "m", "model": "omni-moderation-latest", "results": [result]})


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    served = Endpoint()
    app = web.Application()
    app.router.add_post("/v1/moderations", served.answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    served.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield served
    await runner.cleanup()


@pytest.fixture
async def judge(endpoint: Endpoint) -> AsyncIterator[OpenAIJudge]:
    made = OpenAIJudge(api_key=KEY, base_url=endpoint.url, patience=PATIENCE)
    yield made
    await made.aclose()


def test_every_category_is_one_that_openai_or_a_classifier_scores() -> None:
    assert set(merged(dict.fromkeys(OPENAI, 1.0))) == set(CATEGORIES)


async def test_scores_come_under_our_names_the_highest_of_subdivisions(
    endpoint: Endpoint, judge: OpenAIJudge
) -> None:
    endpoint.scores = {
        "violence": 0.2,
        "violence/graphic": 0.7,
        "sexual/minors": 0.1,
        "self-harm/intent": 0.4,
    }
    found = await judge.scores("a duel")
    assert found["violence"] == 0.7 and found["sexual_minors"] == 0.1 and found["self_harm"] == 0.4
    assert found["sexual"] == 0.0
    assert endpoint.bodies == [{"model": "omni-moderation-latest", "input": "a duel"}]


async def test_the_same_text_is_asked_about_once(endpoint: Endpoint, judge: OpenAIJudge) -> None:
    await judge.scores("a duel")
    await judge.scores("a duel")
    await judge.scores("another")
    assert len(endpoint.bodies) == 2


async def test_words_that_stay_here_are_not_sent(endpoint: Endpoint, judge: OpenAIJudge) -> None:
    with staying_here(True), pytest.raises(LookupError):
        await judge.scores("a duel")
    assert not endpoint.bodies
    await judge.scores("a duel")


@pytest.mark.parametrize("trouble", [401, 500, "hangs"])
async def test_what_goes_wrong_is_raised_in_time(endpoint: Endpoint, trouble: int | str) -> None:
    endpoint.hangs, endpoint.status = trouble == "hangs", trouble if isinstance(trouble, int) else 200
    patience = 0.1 if endpoint.hangs else PATIENCE
    judge = OpenAIJudge(api_key=KEY, base_url=endpoint.url, patience=patience)
    with pytest.raises(Exception) as caught:
        await judge.scores("a duel")
    await judge.aclose()
    assert KEY not in str(caught.value) and "duel" not in str(caught.value)


def test_the_settings_say_who_judges() -> None:
    def read(**environ: str) -> Settings:
        return Settings.read(environ, None)

    assert build_judge(read()) is None
    assert isinstance(build_judge(read(RENGA_JUDGE="openai", OPENAI_API_KEY=KEY)), OpenAIJudge)
    assert isinstance(build_judge(read(RENGA_JUDGE="local/some/model")), LocalJudge)
    with pytest.raises(ConfigError):
        build_judge(read(RENGA_JUDGE="openai"))
    with pytest.raises(ConfigError):
        read(RENGA_JUDGE="perspective")


# --- a classifier on this machine ---------------------------------------------------------------


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny BERT that finds "duel" violent and nothing else anything, by weights set by hand."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("classifier")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "duel", "snow", "falls"]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    tokens = BertTokenizerFast(str(folder / "vocab.txt"))
    config = BertConfig(
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        vocab_size=len(words),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        max_position_embeddings=64,
        id2label={0: "threat", 1: "toxic"},
        label2id={"threat": 0, "toxic": 1},
        problem_type="multi_label_classification",
    )
    torch.manual_seed(0)
    model = BertForSequenceClassification(config)
    # Fitted for a moment: what matters is that words make a difference and labels keep their names.
    duel = tokens(["a duel", "duel", "a duel a"], padding=True, return_tensors="pt")
    snow = tokens(["snow falls", "a snow", "snow"], padding=True, return_tensors="pt")
    optimiser = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(200):
        optimiser.zero_grad()
        loss = sum(
            model(**batch, labels=torch.tensor([[wanted, 0.0]] * 3)).loss
            for batch, wanted in ((duel, 1.0), (snow, 0.0))
        )
        loss.backward()
        optimiser.step()
    model.save_pretrained(folder, safe_serialization=True)
    tokens.save_pretrained(folder)
    return folder


async def test_a_local_classifier_scores_and_a_long_text_is_seen_whole(classifier: Path) -> None:
    judge = LocalJudge(str(classifier), patience=60)
    try:
        duel, snow = await judge.scores("a duel"), await judge.scores("snow falls")
        assert duel["violence"] > 0.8 > 0.2 > snow["violence"]
        assert set(duel) == {"violence", "harassment"}
        assert (await judge.scores("snow falls " * 200 + "a duel " * 30))["violence"] > 0.8
    finally:
        await judge.aclose()


async def test_a_classifier_that_dies_is_started_anew(classifier: Path) -> None:
    judge = LocalJudge(str(classifier), patience=60)
    try:
        await judge.scores("a duel")
        process = judge._process
        assert process is not None
        process.kill()
        await process.wait()
        assert (await judge.scores("a duel a"))["violence"] > 0.5
        assert judge._process is not process
    finally:
        await judge.aclose()
    assert judge._process is None


async def test_a_model_that_is_not_there_is_an_error_and_leaves_no_process(tmp_path: Path) -> None:
    judge = LocalJudge(str(tmp_path / "none"), loading=60)
    with pytest.raises(RuntimeError):
        await judge.scores("a duel")
    assert judge._process is None


def test_the_answers_of_the_process_are_lines_of_json(classifier: Path) -> None:
    import io

    from bot.backends.local.judging import serve

    out = io.StringIO()
    serve(str(classifier), io.StringIO('{"text": "a duel"}\nnot json\n{"text": "snow"}\n'), out)
    first, second, bad, last = map(json.loads, out.getvalue().splitlines())
    assert first == {"scores": {}} and set(second["scores"]) == {"threat", "toxic"}
    assert "error" in bad and set(last["scores"]) == {"threat", "toxic"}
