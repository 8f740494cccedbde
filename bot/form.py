"""``python -m bot form``: the forms there are, and texts checked against them, without Discord."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator

from bot.errors import BadInput
from bot.explain import explain
from bot.forms.check import check
from bot.prompting.catalogue import Catalogue
from bot.services.forms import FormDesk, sheet
from bot.settings import Settings

_BETWEEN = re.compile(r"^---\s*$", re.MULTILINE)


def form(given: argparse.Namespace, settings: Settings) -> int:
    """List the forms, show one, or check texts from standard input (with ``---`` between several).

    The exit status is 1 if a text does not hold, 2 if there is no such form.
    """
    lang = given.language or settings.language
    desk = FormDesk(Catalogue.load(settings.prompts_folder()))
    if given.act == "list":
        for one in desk.forms():
            _out(f"{one.id:24} {one.title[lang]}: {one.about[lang]}")
        return 0
    try:
        if not given.form:
            raise BadInput("refused.form_unchecked", form="")
        shape = desk.shape(given.form)
    except BadInput as error:
        sys.stderr.write(f"{explain(error, lang)}\n")
        return 2
    if given.act == "show":
        found = next((one for one in desk.forms() if one.id == shape.form), None)
        if found is not None:
            _out(f"{found.title[lang]}: {found.about[lang]}\n\n{found.instruct[lang]}")
            for key, value in found.shape.items():
                _out(f"  {key}: {value}")
        return 0
    worst = 0
    for number, text in enumerate(_texts(sys.stdin.read())):
        report = check(text, shape, topic=given.topic, book=given.book)
        worst |= report.holds.plain is False
        if given.json:
            _out(json.dumps(report.plain(), ensure_ascii=False))
        else:
            _out("\n".join([*([""] if number else []), *sheet(report, lang)]))
    return worst


def _texts(given: str) -> Iterator[str]:
    return (text.strip("\n") for text in _BETWEEN.split(given) if text.strip())


def _out(text: str) -> None:
    sys.stdout.write(f"{text}\n")
