"""``python -m bot poem``: poems without Discord, with the check of their form."""

from __future__ import annotations

import json
from functools import partial

import pytest

from bot import write
from bot.__main__ import parser
from bot.app import open_app
from bot.backends.scripted import ScriptedBackend
from bot.settings import Settings

POND = "An old silent pond\nA frog jumps into the pond\nSplash! Silence again"


async def poem(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, model: ScriptedBackend, *options: str
) -> int:
    monkeypatch.setattr(write, "open_app", partial(open_app, backends=[model]))
    return await write.write(parser().parse_args(["poem", *options]), settings)


async def test_each_poem_is_an_object_with_the_report_of_its_form(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    model = ScriptedBackend().say(POND).say("Rain on a tin roof\nnobody awake but me")
    asked = ("--topic", "pond", "--form", "俳句", "--count", "2", "--json")
    assert await poem(monkeypatch, settings, model, *asked) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["text"], first["form"], first["report"]["holds"]) == (POND, "haiku", True)
    assert second["report"]["holds"] is False and len(second["report"]["lines"]) == 2


async def test_a_poem_goes_on_from_the_words_given_and_its_mark_names_what_fails(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    model = ScriptedBackend().say("and a frog\nagain")
    asked = ("--topic", "pond", "--form", "haiku", "--opening", "An old silent pond")
    assert await poem(monkeypatch, settings, model, *asked) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("An old silent pond\n") and "  Haiku 5-7-5 ✗ · ✗ " in shown


async def test_a_form_that_is_none_is_an_error_and_no_poem(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    for form, key in (("haikoo", "refused.no_form"), ("ABAB, 8 6 8", "refused.form_counts")):
        model = ScriptedBackend()
        assert await poem(monkeypatch, settings, model, "--topic", "x", "--form", form, "--json") == 1
        assert json.loads(capsys.readouterr().out)["error"] == key and model.requests == []
