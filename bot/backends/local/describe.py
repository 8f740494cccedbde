"""What is known of a local model without loading it: nothing here imports torch or transformers."""

from __future__ import annotations

import json
from os import environ
from pathlib import Path
from typing import Any

from bot.backends.base import Ability, ModelInfo

_ALWAYS = Ability.LOCAL | Ability.SEED | Ability.LOGPROBS | Ability.CONSTRAINT


def name_of(model: str) -> str:
    """The id of a model: the name of its folder, or its id on the hub."""
    folder = Path(model)
    return folder.resolve().name if folder.is_dir() else model


def describe(model: str) -> ModelInfo:
    """What a folder says of the model in it.

    Of a model on the hub that was never fetched only this is known: it will be
    local, and it probably chats.
    """
    folder = Path(model)
    if not folder.is_dir():
        folder = _snapshot(model)
    if not folder.is_dir():
        return ModelInfo(name_of(model), _ALWAYS | Ability.CHAT)
    abilities = _ALWAYS
    if (folder / "renga.json").is_file():
        abilities |= Ability.CUE
    elif (folder / "chat_template.jinja").is_file() or _read(folder, "tokenizer_config.json").get(
        "chat_template"
    ):
        abilities |= Ability.CHAT
    context = _read(folder, "config.json").get("max_position_embeddings")
    return ModelInfo(name_of(model), abilities, context if isinstance(context, int) else None)


def _read(folder: Path, name: str) -> dict[str, Any]:
    try:
        return json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _snapshot(model: str) -> Path:
    """The newest copy of a hub model on this machine, if there is one."""
    home = Path(environ.get("HF_HOME", Path.home() / ".cache" / "huggingface"))
    held = (
        Path(environ.get("HF_HUB_CACHE", home / "hub")) / f"models--{model.replace('/', '--')}" / "snapshots"
    )
    copies = sorted(held.glob("*"), key=lambda path: path.stat().st_mtime) if held.is_dir() else []
    return copies[-1] if copies else Path("-")
