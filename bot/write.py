"""``python -m bot poem``: poems without Discord, by the same services, one line of JSON each if asked."""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import sys
from contextlib import aclosing

from bot.app import App, open_app
from bot.attribution.credits import Credits
from bot.errors import RengaError
from bot.explain import explain
from bot.forms.model import FormReport
from bot.i18n.text import translate
from bot.ids import ChannelId, Lang, MemberId, Place, private_room
from bot.services.brief import Brief, Finished, Pending
from bot.services.form_words import doubts
from bot.settings import Settings
from bot.works import Wish

WRITER = MemberId(1)
"""The member that poems written at the command line belong to, in a room of their own."""


async def write(given: argparse.Namespace, settings: Settings) -> int:
    """Write ``given.count`` poems; the exit status is 1 if any failed."""
    failed = 0
    async with open_app(settings) as app:
        for number in range(given.count):
            seed = given.seed + number if given.seed is not None else None
            wish = Wish(
                art="poem",
                topic=given.topic,
                opening=given.opening,
                form=given.form,
                style=given.style,
                language=given.language,
                model=given.model,
                length=given.length,
                temperature=given.temperature,
                seed=seed,
            )
            try:
                finished = await _one(app, wish, settings.language)
            except RengaError as error:
                failed += 1
                _failed(error, wish, settings.language, as_json=given.json)
                continue
            credits = await app.credits.of(finished.work.guild, finished.work.id, finished.take.number)
            wish = finished.work.wish
            report = _checked(app, finished)
            if given.json:
                facts = _facts(finished, credits, report)
                sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")
            else:
                mark = f"  {_mark(app, finished, report, settings.language)}\n" if report is not None else ""
                byline = _byline(finished, settings.language)
                sys.stdout.write(f"{finished.take.text}\n\n{mark}  — {byline}\n\n")
            sys.stdout.flush()
    return 1 if failed else 0


def _checked(app: App, finished: Finished) -> FormReport | None:
    """The check of a poem's form, if that can be checked."""
    wish = finished.work.wish
    return app.forms.report(
        wish.form, finished.take.text, topic=wish.topic, language=wish.language, whole=True
    )


def _mark(app: App, finished: Finished, report: FormReport, lang: Lang) -> str:
    return " · ".join([app.forms.marked(finished.work.wish.form, report, lang), *doubts(report, lang)])


async def _one(app: App, wish: Wish, lang: Lang) -> Finished:
    place = Place(private_room(WRITER), ChannelId(0))
    brief = Brief(place=place, member=WRITER, key=f"cli:{secrets.token_hex(8)}", lang=lang, wish=wish)
    app.composer.check(brief)
    async with aclosing(app.composer.compose(brief, stop=asyncio.Event())) as steps:
        async for step in steps:
            if isinstance(step, Pending) and step.why != "queued" and sys.stderr.isatty():
                part = f" {step.fraction:.0%}" if step.fraction is not None else ""
                sys.stderr.write(f"\r{step.model} … {step.why}{part}   ")
            if isinstance(step, Finished):
                await app.works.delivered(step.work.guild, step.work.id, step.take.number)
                if sys.stderr.isatty():
                    sys.stderr.write("\r")
                return step
    raise RuntimeError("the poem neither ended nor failed")


def _facts(finished: Finished, credits: Credits, report: FormReport | None) -> dict[str, object]:
    """One poem as an object."""
    take, wish = finished.take, finished.work.wish
    return {
        "text": take.text,
        "topic": wish.topic,
        "form": wish.form or None,
        "style": wish.style or None,
        "language": wish.language,
        "model": take.model.name if take.model else None,
        "seed": take.seed,
        "tokens": finished.tokens,
        "seconds": round(finished.seconds, 3),
        "ending": take.ending,
        "credits": {
            "human": credits.human,
            "model": credits.model,
            "disclosure": credits.disclosure,
            "contribution": take.contribution,
        },
        "report": report.plain() if report is not None else None,
    }


def _byline(finished: Finished, lang: Lang) -> str:
    model = finished.take.model
    named = f"{model.name} ({model.revision[:12]})" if model else "–"
    return translate(
        "cli.byline", lang, model=named, seconds=f"{finished.seconds:.1f}", seed=finished.take.seed
    )


def _failed(error: RengaError, wish: Wish, lang: Lang, *, as_json: bool) -> None:
    told = explain(error, lang)
    if as_json:
        facts = {"error": error.text_key, "message": told, "topic": wish.topic}
        sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")
    else:
        sys.stderr.write(told + "\n")
