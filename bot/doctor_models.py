"""The doctor's look at models: each folder and each server is tried, and every configured name looked up."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from difflib import get_close_matches

from bot.backends.base import Backend
from bot.backends.lessons import Forgetful, Lessons
from bot.backends.local.describe import name_of
from bot.backends.local.examine import examine
from bot.backends.local.trouble import size_words
from bot.backends.registry import FACTORIES
from bot.errors import BackendError, DeadlinePassed, ModelUnknown, ModelUnloadable, StorageError
from bot.explain import cause, explain
from bot.findings import Finding, Level
from bot.ids import Lang
from bot.services.model_words import learnt_words
from bot.settings import Settings
from bot.settings_values import bases
from bot.storage.lessons import beside
from bot.storage.store import open_store

PATIENCE = 15.0
"""Seconds to wait for the list of a model server."""

SHOWN = 5
"""Of how many models there are, so many are named."""

DATE_OR_TAG = re.compile(r":[\w.-]+|-\d{4}-?\d{2}-?\d{2}")
"""What servers let follow an id: the day of a snapshot (OpenAI), a size or a way (Ollama, OpenRouter)."""

Names = Mapping[str, Sequence[str] | None]
"""The models of each provider; None where it did not say."""


async def models(settings: Settings, lang: Lang) -> AsyncGenerator[Finding]:
    """Every finding about models."""
    offered: dict[str, Sequence[str] | None] = {
        "local": [name_of(model) for model in settings.local_folders()]
    }
    if settings.model.startswith("echo/"):
        offered["echo"] = ["echo"]
    for folder in settings.local_folders():
        yield await asyncio.to_thread(_folder, folder, lang)
    if (found := await asyncio.to_thread(_device, settings, lang)) is not None:
        yield found
    for variable, url in settings.read_otherwise():
        yield Finding.of(Level.NOTE, lang, "read_otherwise", variable=variable, url=url)
    if settings.openai_key is None and settings.openai_url is None and not settings.servers:
        yield Finding.of(Level.OK, lang, "no_key")
    for backend in FACTORIES["openai"](settings, _lessons(settings)):
        findings, offered[backend.name] = await _server(settings, backend, lang)
        for found in findings:
            yield found
    for variable, model in await _named(settings):
        if (found := _look_up(variable, model, offered, lang)) is not None:
            yield found


def _folder(model: str, lang: Lang) -> Finding:
    try:
        folder = examine(model)
    except ModelUnloadable as error:
        return Finding.of(Level.BAD, lang, "unloadable", model=model, cause=cause(error, lang))
    if folder is None:
        return Finding.of(Level.NOTE, lang, "hub", model=model)
    weights = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    return Finding.of(Level.OK, lang, "folder", model=model, size=size_words(weights))


def _device(settings: Settings, lang: Lang) -> Finding | None:
    """Whether the device that is named exists; one that is not named need not be looked for."""
    if settings.device == "auto":
        return None
    # torch takes seconds to import.
    from bot.backends.local.devices import device_for

    try:
        device_for(settings.device)
    except ModelUnloadable as error:
        return Finding(Level.BAD, cause(error, lang))
    return Finding.of(Level.OK, lang, "device", device=settings.device)


def _lessons(settings: Settings) -> Lessons:
    """What the bot has learnt of models so far."""
    try:
        return beside(settings.database)
    except StorageError:
        return Forgetful()  # the database is of no kind that is spoken here, as is told elsewhere


async def _server(
    settings: Settings, backend: Backend, lang: Lang
) -> tuple[list[Finding], Sequence[str] | None]:
    """How a server answers, what was learnt of its models, and what it lists."""
    try:
        async with asyncio.timeout(PATIENCE):
            infos = await backend.models()
    except (BackendError, TimeoutError) as error:
        late = DeadlinePassed(model=backend.name, seconds=PATIENCE)
        known = error if isinstance(error, BackendError) else late
        return [await _no_list(settings, backend.name, known, lang)], None
    finally:
        await backend.aclose()
    if not infos:
        return [Finding.of(Level.NOTE, lang, "server_empty", name=backend.name)], []
    findings = [Finding.of(Level.OK, lang, "server", name=backend.name, count=len(infos))]
    for info in infos:
        if what := learnt_words(info.learnt, lang):
            findings.append(
                Finding.of(Level.OK, lang, "learnt", model=f"{backend.name}/{info.id}", what=what)
            )
    return findings, [info.id for info in infos]


async def _no_list(settings: Settings, name: str, error: BackendError, lang: Lang) -> Finding:
    """Why a server gives no list; where it is there and has none, the address that has one is looked for."""
    servers = {server: (url, key) for server, url, key in settings.named_servers()}
    url, key = servers.get(name, (str(settings.openai_url or ""), settings.openai_key))
    nothing_there = isinstance(error, ModelUnknown) or error.text_key == "backend.wrong_address"
    if not url or not nothing_there:
        return Finding.of(Level.BAD, lang, "server_down", name=name, problem=explain(error, lang))
    for near in bases(url):
        (other,) = FACTORIES["openai"](
            settings.model_copy(update={"openai_url": near, "openai_key": key, "servers": ()})
        )
        try:
            async with asyncio.timeout(PATIENCE):
                await other.models()
        except (BackendError, TimeoutError):
            continue
        finally:
            await other.aclose()
        told = f"OPENAI_BASE_URL={near}" if name not in servers else f"RENGA_SERVERS={name}={near}"
        return Finding.of(
            Level.BAD, lang, "no_list_near", name=name, url=url.rstrip("/"), near=near, told=told
        )
    return Finding.of(Level.BAD, lang, "no_list", name=name, url=url.rstrip("/"))


async def _named(settings: Settings) -> list[tuple[str, str]]:
    """Every model that is named somewhere: the setting, and the name."""
    named = [("RENGA_MODEL", settings.model)]
    named += [("RENGA_FALLBACK", model) for model in settings.fallback]
    if settings.openai_key is not None or settings.openai_url is not None:
        named += [("OPENAI_MODELS", f"openai/{model}") for model in settings.openai_models]
        named += [("OPENAI_BASE_MODELS", f"openai/{model}") for model in settings.openai_base_models]
    try:
        async with open_store(settings.database, writable=False) as store:
            for guild in await store.house.guilds():
                _, layers = await store.house.layers(guild)
                named += [("/settings", layer.house.model) for layer in layers if layer.house.model]
    except StorageError:
        pass  # what is wrong with the database is told elsewhere
    return list(dict.fromkeys(named))


def _look_up(variable: str, model: str, offered: Names, lang: Lang) -> Finding | None:
    """Whether somebody offers a model; None where its provider did not say."""
    provider, slash, id = model.partition("/")
    if slash and provider in offered:
        listed = offered[provider]
        if listed is None:
            return None
        if any(_same(id, other) for other in listed):
            return Finding.of(Level.OK, lang, "model", variable=variable, model=model)
        near = next(iter(get_close_matches(id, listed, 1, 0.5)), "")
        known = ", ".join(f"{provider}/{other}" for other in listed[:SHOWN]) or "–"
        facts = {"variable": variable, "model": model, "near": f"{provider}/{near}", "known": known}
        return Finding.of(Level.BAD, lang, "no_model_near" if near else "no_model", **facts)
    every = [f"{name}/{id}" for name, listed in offered.items() for id in listed or ()]
    if any(_same(model, name.partition("/")[2]) for name in every):
        return Finding.of(Level.OK, lang, "model", variable=variable, model=model)
    if None in offered.values():
        return None
    spelt = {name: name for name in every} | {name.partition("/")[2]: name for name in every}
    near = spelt.get(next(iter(get_close_matches(model, spelt, 1, 0.6)), ""), "")
    facts = {"variable": variable, "model": model, "near": near, "known": ", ".join(sorted(offered))}
    return Finding.of(Level.BAD, lang, "no_model_near" if near else "no_provider", **facts)


def _same(asked: str, listed: str) -> bool:
    """Whether a server that lists one id answers to another: one has a date, or a tag such as ``:free``."""
    if asked == listed:
        return True
    short, long = sorted((asked, listed), key=len)
    return long.startswith(short) and DATE_OR_TAG.fullmatch(long[len(short) :]) is not None
