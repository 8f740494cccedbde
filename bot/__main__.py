"""The commands: ``python -m bot run | rehearse | poem | doctor | prompts | credits | backup | …``."""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import logging
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from bot import logs
from bot.errors import ConfigError, RengaError
from bot.explain import explain
from bot.i18n.text import lang_of
from bot.ids import LANGUAGES, Lang
from bot.settings import Settings, example
from bot.settings_file import unknown

Command = Callable[[argparse.Namespace, Settings], int]


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Run the bot in Discord; without a token, open a rehearsal."""
    if settings.discord_token is None:
        alone = argparse.Namespace(file=None, json=False, browser=given.browser, language=None)
        return rehearse(alone, settings)
    from bot.run import serve

    asyncio.run(serve(settings))
    return 0


def rehearse(given: argparse.Namespace, settings: Settings) -> int:
    """Try the bot against a simulated Discord, at a prompt or from a file."""
    from bot.rehearsal import rehearse as play
    from cogs import EXTENSIONS

    return asyncio.run(
        play(
            settings,
            given.file,
            extensions=EXTENSIONS,
            json=given.json,
            browser=given.browser,
            language=given.language,
        )
    )


def poem(given: argparse.Namespace, settings: Settings) -> int:
    """Write poems without Discord, by the same services."""
    from bot.write import write

    return asyncio.run(write(given, settings))


def doctor(given: argparse.Namespace, settings: Settings) -> int:
    """Say what is configured, what is missing and how to fix it."""
    from bot.doctor import Doctor
    from bot.findings import Level

    async def look() -> int:
        worst = 0
        marks = {Level.OK: "✓", Level.NOTE: "–", Level.BAD: "✗"}
        async for finding in Doctor(settings, given.language or settings.language).findings():
            print(f"{marks[finding.level]} {finding.text}")
            worst |= finding.level is Level.BAD
        return worst

    return asyncio.run(look())


def prompts(given: argparse.Namespace, settings: Settings) -> int:
    """Check every file under prompts/."""
    from bot.prompting.cli import check
    from bot.services.forms import shape_faults, specimen_faults

    problems = check(
        given.folder or settings.prompts_folder(), lambda form: shape_faults(form) or specimen_faults(form)
    )
    print("\n".join(problems) if problems else "ok")
    return bool(problems)


def credits(given: argparse.Namespace, settings: Settings) -> int:
    """Check the chain of every server, and name the first broken link; or check an exported story."""
    if given.file is not None:
        return _verify_story(given.file)
    from bot.attribution.anchors import Anchor, read, written
    from bot.storage.store import open_store, verify_against, verify_all

    anchors: list[Anchor] = []
    for source in given.against:
        path = Path(source)
        try:
            anchors += read(_text_of(path) if path.is_file() else source)
        except (OSError, ValueError) as error:
            print(f"{source[:80]}: {error}")
            return 2

    async def verify() -> int:
        # Only read, so that it can be done while the bot runs.
        async with open_store(settings.database, writable=False) as store:
            broken = [*await verify_all(store), *await verify_against(store, anchors)]
            for link in broken:
                print(f"broken: server {link.guild}, contribution {link.number}: {link.reason}")
            if not broken:
                seen = f", and {len(anchors)} links are those that were seen" if anchors else ""
                print(f"ok: {len(await store.ledger.guilds())} chains hold{seen}")
                for guild in await store.ledger.guilds():
                    if (head := await store.ledger.head(guild)) is not None:
                        print(f"head: {written(guild, head)}")
        return bool(broken)

    return asyncio.run(verify())


def _text_of(path: Path) -> str:
    """The text of a file; of an EPUB, of all its pages."""
    if not zipfile.is_zipfile(path):
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as pages:
        return "\n".join(pages.read(name).decode("utf-8", "replace") for name in pages.namelist())


def _verify_story(path: Path) -> int:
    """Check the contributions in a story that was exported as JSON."""
    from bot.services.books_log import faults

    try:
        found = faults(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        found = [f"{path.name}: {error}"]
    print("\n".join(f"broken: {fault}" for fault in found) if found else f"ok: {path.name} holds")
    return bool(found)


def backup(given: argparse.Namespace, settings: Settings) -> int:
    """Copy the database, also while the bot runs."""
    from bot.storage.backup import backup as copy
    from bot.storage.store import path_of

    counts = copy(path_of(settings.database), given.to)
    print(f"{given.to}: {sum(counts.values())} rows in {len(counts)} tables, checked")
    return 0


def restore(given: argparse.Namespace, settings: Settings) -> int:
    """Put a backup in the place of the database; the bot must be stopped."""
    from bot.storage.backup import restore as put_back
    from bot.storage.store import path_of

    counts = put_back(given.copy, path_of(settings.database))
    print(f"{settings.database}: {sum(counts.values())} rows in {len(counts)} tables, checked")
    return 0


def show_settings(given: argparse.Namespace, settings: Settings) -> int:
    """Print every setting with its default, as .env.example has them."""
    print(example(), end="")
    return 0


def form(given: argparse.Namespace, settings: Settings) -> int:
    """List the verse forms, show one, or check poems from standard input against one."""
    from bot.form import form as run_form

    return run_form(given, settings)


def filter_texts(given: argparse.Namespace, settings: Settings) -> int:
    """Judge texts from standard input, one a line, by a file of filter rules."""
    from bot.filter import run as run_filter

    return run_filter(given, settings)


def bench(given: argparse.Namespace, settings: Settings) -> int:
    """Measure: what there is to measure is listed without a name."""
    from bot.bench import main as measure

    return measure(given.what, quick=given.quick)


def add_page(to: argparse.ArgumentParser) -> None:
    """Whether a rehearsal has a page; left open, that is as the machine has a display."""
    which = to.add_mutually_exclusive_group()
    which.add_argument(
        "--browser", action="store_true", default=None, help="serve a page of the rehearsal, display or not"
    )
    which.add_argument(
        "--terminal", action="store_false", dest="browser", help="stay in the terminal, and serve no page"
    )


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(
        prog="python -m bot", description="Renga, a Discord bot for creative communities."
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND")

    def add(name: str, command: Command) -> argparse.ArgumentParser:
        about = (command.__doc__ or "").strip()
        made = commands.add_parser(name, help=about, description=about)
        made.set_defaults(run=command)
        return made

    add_page(add("run", run))
    one = add("rehearse", rehearse)
    one.add_argument(
        "file", nargs="?", type=Path, help="a script of lines to play; without one, a prompt opens"
    )
    one.add_argument("--json", action="store_true", help="print one JSON object for each event")
    add_page(one)
    one.add_argument("--language", choices=LANGUAGES, help="language of the rehearsal itself")
    one = add("poem", poem)
    one.add_argument("--topic", default="", help="what the poem is about")
    one.add_argument("--form", default="", help="a form, such as haiku or 七绝")
    one.add_argument("--opening", default="", help="the words that it begins with: the rest is written on")
    one.add_argument("--style", default="", help="a style, such as imagist")
    one.add_argument("--language", choices=LANGUAGES, help="language of the poem")
    one.add_argument("--model", default="", help="provider/model")
    one.add_argument("--length", default="", choices=("", "short", "medium", "long"))
    one.add_argument("--temperature", type=float)
    one.add_argument("--seed", type=int)
    one.add_argument("--count", type=int, default=1, help="how many")
    one.add_argument("--json", action="store_true", help="print one JSON object for each poem")
    one = add("doctor", doctor)
    one.add_argument("--language", choices=LANGUAGES)
    one = add("prompts", prompts)
    one.add_argument("action", choices=("check",))
    one.add_argument("folder", nargs="?", type=Path)
    one = add("credits", credits)
    one.add_argument("action", choices=("verify",))
    one.add_argument("file", nargs="?", type=Path)
    one.add_argument(
        "--against",
        action="append",
        default=[],
        metavar="FILE|HEAD",
        help="an export, or a head as it was posted: whether the chain still holds what was there then",
    )
    one = add("backup", backup)
    one.add_argument("to", type=Path)
    one = add("restore", restore)
    one.add_argument("copy", type=Path)
    add("settings", show_settings)
    one = add("form", form)
    one.add_argument("act", choices=("list", "show", "check", "rhyme"))
    one.add_argument("form", nargs="?", default="", help="an id, a title, or a form described: ABAB, 8 6 8 6")
    one.add_argument("other", nargs="?", default="", help="with rhyme, which takes two words")
    one.add_argument("--topic", default="", help="what an acrostic spells")
    one.add_argument(
        "--book",
        default="",
        choices=("", "pingshui", "cilin", "xinyun", "tongyun"),
        help="the rhyme book for Chinese: 平水韵, 词林正韵, 中华新韵 or 中华通韵",
    )
    one.add_argument("--language", choices=LANGUAGES, help="language of the report")
    one.add_argument("--json", action="store_true", help="print one JSON object for each poem")
    one = add("filter", filter_texts)
    one.add_argument("act", choices=("test", "lines"), help="lines: judge the file's own lines")
    one.add_argument("--rules", type=Path, required=True, help="rules in TOML or JSON")
    one.add_argument("--rating", choices=("everyone", "teen", "adult"), default="everyone")
    one.add_argument("--fiction", action="store_true", help="as inside a story or a script")
    one.add_argument("--json", action="store_true", help="print one JSON object for each text")
    one = add("bench", bench)
    one.add_argument("what", nargs="?", default="")
    one.add_argument("--quick", action="store_true")
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status is 0 if all is well."""
    # What a terminal cannot write is written as its number: no answer is lost over a letter.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    given = parser().parse_args(arguments)
    if given.command is None:
        parser().print_help()
        return 2
    lang: Lang = "en"
    try:
        settings = Settings.read()
        lang = settings.language
        if given.command != "doctor":  # which tells it among the rest
            for stranger in settings.strangers:
                print(unknown(stranger, lang), file=sys.stderr)
        # Only the bot itself tells what it does; the other commands have their own words.
        serving = given.command == "run" and settings.discord_token is not None
        logs.set_up(settings, "" if serving or settings.log_level == "DEBUG" else "ERROR")
        return int(given.run(given, settings))
    except RengaError as error:
        told = explain(error, lang_of(error.language, lang) if isinstance(error, ConfigError) else lang)
        if getattr(given, "json", False):
            print(json.dumps({"error": error.text_key, "text": told}, ensure_ascii=False))
        elif given.command == "doctor":
            print("\n".join(f"✗ {line}" for line in told.splitlines()))
        else:
            print(told, file=sys.stderr)
        logging.getLogger(__name__).debug("the command failed", exc_info=error)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
