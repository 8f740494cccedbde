"""``python -m bot form``: the forms there are, and texts checked against them, without Discord."""

from __future__ import annotations

import argparse
import codecs
import json
import re
import sys
from typing import Any

from bot.errors import BadInput
from bot.explain import explain
from bot.forms.english.ends import ends
from bot.forms.english.rhyme import rhyme, rhymes
from bot.forms.english.sound import words
from bot.forms.model import Holds
from bot.i18n.text import translate
from bot.ids import Lang
from bot.prompting.catalogue import Catalogue
from bot.prompting.parts import Form
from bot.services.form_words import sheet
from bot.services.forms import FormDesk, shape_faults
from bot.settings import Settings

_BETWEEN = re.compile(r"^---[^\S\n]*$", re.MULTILINE)


def form(given: argparse.Namespace, settings: Settings) -> int:
    """List the forms, show one, check texts from standard input, or tell how two words rhyme.

    Texts are parted by lines ``---``; an empty one among them gets its report too, so that there is one for
    each.  The exit status is 1 if a text does not hold, 2 if there is no such form, its file has a mistake,
    or what was given is no text.
    """
    lang = given.language or settings.language
    catalogue = Catalogue.load(settings.prompts_folder(), judge=shape_faults)
    if given.act == "list":
        for one in catalogue.forms.values():
            row = json.dumps(_facts(one), ensure_ascii=False) if given.json else _row(one, lang)
            _out(row)
        return 0
    if given.act == "rhyme":
        return _rhyme(given.form, given.other, lang, as_json=given.json)
    desk = FormDesk(catalogue)
    try:
        shape = desk.shape(given.form)
    except BadInput as error:
        sys.stderr.write(f"{explain(error, lang)}\n")
        return 2
    found = catalogue.find_form(given.form)
    assert found is not None, "it has a shape"
    if given.act == "show":
        _out(json.dumps(_facts(found), ensure_ascii=False) if given.json else _shown(found, lang))
        return 0
    try:
        texts = _texts(_typed())
    except UnicodeDecodeError:
        sys.stderr.write(f"{translate('refused.not_text_file', lang)}\n")
        return 2
    worst = 0
    for number, text in enumerate(texts):
        try:
            report = desk.check(text, shape, topic=given.topic, book=given.book)
        except BadInput as error:
            sys.stderr.write(f"{explain(error, lang)}\n")
            return 2
        worst |= report.holds is Holds.NO
        if given.json:
            _out(json.dumps(report.plain(), ensure_ascii=False))
        else:
            name = found.title[lang]
            _out("\n".join([*([""] if number else []), *sheet(report, lang, name=name)]))
    return worst


def _facts(form: Form) -> dict[str, Any]:
    """A form as an object."""
    return {
        "form": form.id,
        "title": form.title,
        "about": form.about,
        "aliases": form.aliases,
        "languages": form.languages,
        "lines": form.lines,
        "instruct": form.instruct,
        "shape": form.shape,
    }


def _row(form: Form, lang: Lang) -> str:
    return f"{form.id:24} {form.title[lang]}: {form.about[lang]}"


def _shown(form: Form, lang: Lang) -> str:
    """A form as it is written in its file: what it is, what a model is told, what is checked."""
    about = "" if form.about[lang] == form.title[lang] else f": {form.about[lang]}"
    rows = [f"{form.title[lang]}{about}", "", form.instruct[lang]]
    return "\n".join([*rows, *(f"  {key}: {value}" for key, value in form.shape.items())])


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


def _typed() -> str:
    """What comes in: UTF-8, or what its first bytes say, whatever the terminal is set to.

    Raises:
        UnicodeDecodeError: it is no text, or in another encoding.
    """
    raw = sys.stdin.buffer.read()
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return raw.decode("utf-16" if wide else "utf-8")


def _texts(given: str) -> list[str]:
    """The poems, without marks of byte order and with line ends of one kind."""
    whole = given.replace("\ufeff", "").replace("\r\n", "\n").replace("\r", "\n")
    texts = [text.strip("\n") for text in _BETWEEN.split(whole)]
    # A line --- that closes the file parts nothing.
    return texts[:-1] if len(texts) > 1 and not texts[-1].strip() else texts


def _out(text: str) -> None:
    sys.stdout.write(f"{text}\n")
