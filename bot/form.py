"""``python -m bot form``: the forms there are, and texts checked against them, without Discord."""

from __future__ import annotations

import argparse
import json
import re
import sys

from bot.errors import BadInput
from bot.explain import explain
from bot.forms.check import AnyShape, Shape, check
from bot.forms.english.ends import ends
from bot.forms.english.rhyme import rhyme, rhymes
from bot.forms.english.sound import words
from bot.forms.model import Holds
from bot.i18n.text import translate
from bot.ids import Lang
from bot.prompting.catalogue import Catalogue
from bot.services.forms import FormDesk, sheet
from bot.settings import Settings

_BETWEEN = re.compile(r"^---[^\S\n]*$", re.MULTILINE)


def form(given: argparse.Namespace, settings: Settings) -> int:
    """List the forms, show one, check texts from standard input, or tell how two words rhyme.

    Texts are parted by lines ``---``; an empty one among them gets its report too, so that there is one for
    each.  The exit status is 1 if a text does not hold, 2 if there is no such form or its file has a mistake.
    """
    lang = given.language or settings.language
    catalogue = Catalogue.load(settings.prompts_folder())
    if given.act == "list":
        for one in catalogue.forms.values():
            _out(f"{one.id:24} {one.title[lang]}: {one.about[lang]}")
        return 0
    if given.act == "rhyme":
        return _rhyme(given.form, given.other, lang, as_json=given.json)
    try:
        shape = _shape(given.form, catalogue)
    except BadInput as error:
        sys.stderr.write(f"{explain(error, lang)}\n")
        return 2
    except ValueError as error:
        # A mistake in the form's file, said as its reader says it.
        sys.stderr.write(f"{error}\n")
        return 2
    if given.act == "show":
        _show(shape, catalogue, lang)
        return 0
    worst = 0
    for number, text in enumerate(_texts(sys.stdin.read())):
        report = check(text, shape, topic=given.topic, book=given.book)
        worst |= report.holds is Holds.NO
        if given.json:
            _out(json.dumps(report.plain(), ensure_ascii=False))
        else:
            _out("\n".join([*([""] if number else []), *sheet(report, lang)]))
    return worst


def _shape(name: str, catalogue: Catalogue) -> AnyShape:
    """The demands of a form; free verse demands nothing but a line.

    Raises:
        BadInput: there is none of that name.
    """
    if not name:
        raise BadInput("refused.form_unchecked", form="")
    try:
        return FormDesk(catalogue).shape(name)
    except BadInput as error:
        if error.text_key != "refused.form_unchecked":
            raise
        found = catalogue.find_form(name)
        return Shape(form=found.id if found is not None else name)


def _show(shape: AnyShape, catalogue: Catalogue, lang: Lang) -> None:
    found = catalogue.forms.get(shape.form)
    if found is not None:
        _out(f"{found.title[lang]}: {found.about[lang]}\n\n{found.instruct[lang]}")
        for key, value in found.shape.items():
            _out(f"  {key}: {value}")
    elif isinstance(shape, Shape):
        for key, value in (
            ("schemes", shape.schemes),
            ("syllables", shape.syllables),
            ("lines", shape.lines),
        ):
            if value:
                _out(f"  {key}: {value}")


def _rhyme(one: str, other: str, lang: Lang, *, as_json: bool) -> int:
    """How the last words of two texts rhyme; the exit status is 1 if they do not."""
    pair = [(words(text) or [""])[-1] for text in (one, other)]
    kind, yes = rhyme(*pair), rhymes(*pair)
    heard = [sorted({" ".join(end.part) for end in ends(word)}) for word in pair]
    if as_json:
        told = {"words": pair, "kind": kind.name.lower(), "rhymes": yes, "heard": heard}
        _out(json.dumps(told, ensure_ascii=False))
    else:
        _out(f"{'✓' if yes else '✗'} {translate(f'form.reason_rhyme_{kind.name.lower()}', lang)}")
        for word, parts in zip(pair, heard, strict=True):
            _out(f"  {word}: {' | '.join(parts)}")
    return 0 if yes else 1


def _texts(given: str) -> list[str]:
    texts = [text.strip("\n") for text in _BETWEEN.split(given.lstrip("\ufeff"))]
    # A line --- that closes the file parts nothing.
    return texts[:-1] if len(texts) > 1 and not texts[-1].strip() else texts


def _out(text: str) -> None:
    sys.stdout.write(f"{text}\n")
