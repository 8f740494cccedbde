"""Loads a model in the worker: safetensors only, no code from the hub, and a word on how far it is."""

# transformers, huggingface_hub and tqdm are typed in part only.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
from tqdm.auto import tqdm
from transformers import AutoModelForCausalLM, AutoTokenizer

from bot.backends.local import packed
from bot.backends.local.chat import choose_template, opening
from bot.backends.local.devices import device_for, dtype_for
from bot.backends.local.examine import examine
from bot.backends.local.weights import prepare
from bot.errors import ModelUnavailable, ModelUnknown, ModelUnloadable, RengaError

WANTED = ["*.json", "*.safetensors", "*.jinja", "*.txt", "*.model", "merges.txt"]
"""Files fetched from the hub: no pickled weights, no code."""

LONGEST_PROBLEM = 200
"""Characters of what transformers says of a model that it cannot load."""

SMALL = 50_000_000
"""Parameters under which a model is run by one thread."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model ready to write."""

    name: str
    folder: Path
    revision: str
    model: Any
    tokenizer: Any
    device: torch.device
    packed: bool = False
    """Whether rows can share a pass; see :mod:`bot.backends.local.packed`."""
    token_bytes: int = 0
    """What the keys and values of one token take of memory; 0 if that is not known."""
    opens: str = ""
    """The mark of thoughts that its chat template opens at the end of a prompt."""

    @property
    def context(self) -> int:
        """The window in tokens."""
        return int(getattr(self.model.config, "max_position_embeddings", 0) or 2**20)


def load(
    model: str,
    name: str,
    *,
    device: str,
    dtype: str,
    progress: Callable[[str, float | None], None],
) -> Loaded:
    """Load a folder or a model of the hub.

    Raises:
        ModelUnknown: there is no such model.
        ModelUnavailable: it cannot be fetched now.
        ModelUnloadable: it is here, and cannot be loaded as it is; see :mod:`bot.backends.local.examine`.
    """
    folder = examine(model)
    if folder is None:
        folder = _fetch(model, name, progress)
        examine(str(folder))
    progress("loading", None)
    try:
        return _loaded(folder, name, device, dtype)
    except (RengaError, MemoryError, torch.OutOfMemoryError):
        raise
    except Exception as error:
        # transformers raises whatever it likes; its words say more than ours would.
        said = " ".join(str(error).replace(str(folder), name).split())[:LONGEST_PROBLEM]
        raise ModelUnloadable(model=f"local/{name}", cause="unread", problem=said) from error


def _loaded(folder: Path, name: str, device: str, dtype: str) -> Loaded:
    weights = sorted(folder.glob("*.safetensors"))
    where = device_for(device, name)
    size = sum(file.stat().st_size for file in weights) // 2
    if where.type == "cpu" and size < SMALL:
        # Sharing a step of a few milliseconds between threads costs more than it saves.
        torch.set_num_threads(1)
    whole: Any = AutoModelForCausalLM.from_pretrained(
        folder,
        use_safetensors=True,
        trust_remote_code=False,
        local_files_only=True,
        dtype=dtype_for(dtype, where, size),
        output_loading_info=True,
    )
    loaded, found = whole
    if missing := sorted(found["missing_keys"]):
        # Left as they are, they would be random numbers, and the text noise.
        facts = {"count": len(missing), "file": missing[0]}
        raise ModelUnloadable(model=f"local/{name}", cause="missing_weights", **facts)
    tokenizer: Any = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    choose_template(tokenizer, folder)
    opens = opening(tokenizer, name)
    loaded = loaded.to(where).eval()
    token_bytes = packed.adopt(loaded)
    prepare(loaded, int8=dtype == "int8")
    revision = _revision(folder, weights)
    return Loaded(name, folder, revision, loaded, tokenizer, where, token_bytes > 0, token_bytes, opens)


def free_for_rows(loaded: Loaded) -> int:
    """The bytes that keys and values may take: half of the memory that is free once the model is there."""
    if loaded.device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(loaded.device)
    else:
        free = psutil.virtual_memory().available
    return free // 2


def _fetch(model: str, name: str, progress: Callable[[str, float | None], None]) -> Path:
    """A copy of a hub model on this machine, fetched if it is not there yet."""

    class Bar(tqdm):  # pyright: ignore[reportMissingTypeArgument]
        """Tells how far the fetching is, instead of drawing it."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs["disable"] = False
            kwargs["file"] = _Nowhere()
            super().__init__(*args, **kwargs)

        def update(self, n: float | None = 1) -> bool | None:
            done = super().update(n)
            if self.total:
                progress("downloading", min(1.0, self.n / self.total))
            return done

    try:
        return Path(snapshot_download(model, allow_patterns=WANTED, tqdm_class=Bar))
    except LocalEntryNotFoundError as error:
        raise ModelUnavailable("backend.not_fetched", model=name) from error
    except HfHubHTTPError as error:
        status = error.response.status_code
        kind = ModelUnknown if status in (401, 403, 404) else ModelUnavailable
        raise kind(model=name) from error
    except (OSError, ValueError) as error:
        raise ModelUnavailable("backend.not_fetched", model=name) from error


class _Nowhere:
    """A file that forgets."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        pass


def _revision(folder: Path, weights: list[Path]) -> str:
    """The commit of a hub snapshot, else the first 12 digits of the weights' SHA-256."""
    if folder.parent.name == "snapshots":
        return folder.name
    digest = hashlib.sha256()
    for path in weights:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()[:12]
