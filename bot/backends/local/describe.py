"""What is known of a local model without loading it: nothing here imports torch or transformers."""

from __future__ import annotations

from collections.abc import Iterator
from os import environ
from pathlib import Path
from typing import Any, cast

from bot.backends.base import Ability, ModelInfo
from bot.backends.local.trouble import read_object

_ALWAYS = Ability.LOCAL | Ability.SEED | Ability.LOGPROBS | Ability.CONSTRAINT


def name_of(model: str) -> str:
    """The id of a model: the name of its folder, or its id on the hub."""
    folder = Path(model)
    return folder.resolve().name if folder.exists() else model


def describe(model: str) -> ModelInfo:
    """What a folder says of the model in it.

    Of a model on the hub that was never fetched only this is known: it will be
    local, and it probably chats.
    """
    folder = Path(model)
    if not folder.is_dir():
        folder = snapshot(model)
    if folder is None:
        return ModelInfo(name_of(model), _ALWAYS | Ability.CHAT)
    abilities = _ALWAYS
    if (folder / "renga.json").is_file():
        abilities |= Ability.CUE
    elif next(templates(folder), None) is not None:
        abilities |= Ability.CHAT
    context = read_object(folder / "config.json").get("max_position_embeddings")
    return ModelInfo(name_of(model), abilities, context if isinstance(context, int) else None)


def snapshot(model: str) -> Path | None:
    """The newest copy of a hub model on this machine, if there is one."""
    home = Path(environ.get("HF_HOME", Path.home() / ".cache" / "huggingface"))
    held = (
        Path(environ.get("HF_HUB_CACHE", home / "hub")) / f"models--{model.replace('/', '--')}" / "snapshots"
    )
    copies = sorted(held.glob("*"), key=lambda path: path.stat().st_mtime) if held.is_dir() else []
    return copies[-1] if copies else None


def templates(folder: Path) -> Iterator[tuple[str, str]]:
    """The chat templates of a folder, each with the file that it stands in; the one that is used first."""
    path = folder / "chat_template.jinja"
    if path.is_file():
        yield path.name, path.read_text(encoding="utf-8", errors="replace")
        return
    for name in ("chat_template.json", "tokenizer_config.json"):
        said = read_object(folder / name).get("chat_template")
        if isinstance(said, str):
            yield name, said
            return
        if isinstance(said, list):
            for one in cast(list[dict[str, Any]], said):
                yield name, str(one.get("template", ""))
            return
