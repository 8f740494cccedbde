"""Reads the file of an art or a task, and refuses one that would disappoint whoever uses it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from bot.ids import LANGUAGES
from bot.prompting.art import LENGTHS, PLACES, STANDARD, TOKENS, Art, Option
from bot.prompting.reader import NAME, Reader, places_of

SHOWN = ("topic", "form", "style", "length", "opening")
"""Standard options that mean nothing unless a message has a place for them."""

TAKEN: Mapping[str, str] = {
    "chapter": "写章",
    "credits": "署名",
    "critique": "点评",
    "doctor": "诊断",
    "drafts": "草稿",
    "filter": "过滤",
    "form": "体裁",
    "help": "帮助",
    "model": "模型",
    "privacy": "隐私",
    "revise": "修改",
    "scene": "写场",
    "script": "剧本",
    "settings": "设置",
    "story": "故事",
    "style": "我的风格",
    "usage": "用量",
    "votes": "投票",
}
"""Commands that are there already, and what they are called in Chinese."""

MOST_OPTIONS = 25
"""Options of one slash command (Discord, application command limits)."""

KEYS = (
    "title",
    "about",
    "options",
    "required",
    "option",
    "sampling",
    "limits",
    "system",
    "ask",
    "continuation",
    "stop",
)
"""What a file of an art may hold."""


def load_art(path: Path, *, command: bool) -> Art:
    """Read an art or (without command) a task.

    Raises:
        PromptFileError: with file, place, problem and remedy.
    """
    reader = Reader(path)
    if command and path.stem in TAKEN:
        raise reader.wrong("the file's name", f"/{path.stem} is a command already", "Choose another name.")
    reader.closed(reader.table, KEYS)
    options = reader.names("options")
    for option in options:
        if option not in STANDARD:
            raise reader.wrong("options", f"{option!r} is no option", f"Known: {', '.join(STANDARD)}.")
    required = frozenset(reader.names("required"))
    if not required <= set(options):
        raise reader.wrong("required", "it names what is not among the options", "Add it to options.")
    own = tuple(_option(reader, given) for given in reader.parts("option"))
    names = [*options, *(option.name for option in own)]
    if len(set(names)) < len(names) or len(names) > MOST_OPTIONS:
        raise reader.wrong(
            "options", "one is named twice, or there are too many", f"At most {MOST_OPTIONS}, each once."
        )
    sampling, limits = reader.part("sampling"), reader.part("limits")
    reader.closed(sampling, ("temperature", "top_p"), "sampling.")
    reader.closed(limits, ("longest", "growth", *LENGTHS), "limits.")
    places = PLACES | {option.place for option in own}
    art = Art(
        name=path.stem,
        command=command,
        title=reader.words("title", longest=32),
        about=reader.words("about", longest=100),
        options=options,
        own=own,
        required=required,
        temperature=reader.number(sampling, "temperature", 0.9, 0, 2, where="sampling."),
        top_p=reader.number(sampling, "top_p", 0.95, 0.01, 1, where="sampling."),
        tokens={
            length: int(reader.number(limits, length, default, 16, 8_000, whole=True, where="limits."))
            for length, default in zip(LENGTHS, TOKENS, strict=True)
        },
        growth=reader.number(limits, "growth", 0, 0, 3, where="limits."),
        longest=int(reader.number(limits, "longest", 500, 1, 20_000, whole=True, where="limits.")),
        system=reader.template("system", places),
        ask=reader.template("ask", places),
        continuation=reader.template("continuation", places),
        stop=reader.names("stop"),
        version=reader.version,
    )
    _nothing_lost(reader, art)
    return art


def _nothing_lost(reader: Reader, art: Art) -> None:
    """Refuse an art that offers an option and then says nothing of it to the model."""
    wanted = [name for name in art.options if name in SHOWN] + [option.place for option in art.own]
    for lang in LANGUAGES:
        said = places_of((art.system, art.ask), lang)
        for place in wanted:
            if place not in said:
                raise reader.wrong(
                    f"ask.{lang}", f"the option {place} is never told to the model", f"Put ${place} into it."
                )
        written = places_of((art.continuation,), lang)
        for place in ("topic", "opening"):
            if place in wanted and place not in written:
                raise reader.wrong(
                    f"continuation.{lang}",
                    f"the option {place} is never told to a base model",
                    f"Put ${place} into it.",
                )


def _option(reader: Reader, given: dict[str, Any]) -> Option:
    reader.closed(given, ("name", "title", "about", "type", "choices", "required", "longest"), "option.")
    name = given.get("name", "")
    if not isinstance(name, str) or not NAME.fullmatch(name) or name in STANDARD:
        raise reader.wrong("option.name", f"{name!r} cannot be the name of an option", "Choose another name.")
    where = f"option {name}: "
    if name.replace("-", "_") in PLACES:
        raise reader.wrong(f"{where}name", f"{name!r} means something else here", "Choose another name.")
    kind = given.get("type", "text")
    if kind not in ("text", "integer", "choice"):
        raise reader.wrong(f"{where}type", f"{kind!r} is no type", "One of text, integer, choice.")
    choices = given.get("choices", {})
    if (
        not isinstance(choices, dict)
        or (kind == "choice") != bool(cast("dict[str, Any]", choices))
        or len(cast("dict[str, Any]", choices)) > 25
        or any(len(key) > 100 for key in cast("dict[str, Any]", choices))
    ):
        raise reader.wrong(f"{where}choices", "they do not fit its type", "1 to 25 for a choice, else none.")
    table = cast("dict[str, Any]", choices)
    called = {key: reader.words(key, table, longest=100, where=where) for key in table}
    if any(len({words[lang] for words in called.values()}) < len(called) for lang in LANGUAGES):
        raise reader.wrong(f"{where}choices", "two are called the same", "Give each words of its own.")
    return Option(
        name=name,
        title=reader.words("title", given, longest=32, where=where),
        about=reader.words("about", given, longest=100, where=where),
        type=kind,
        choices=called,
        required=reader.flag(given, "required", where),
        longest=int(reader.number(given, "longest", 200, 1, 4_000, whole=True, where=where)),
    )
