"""Files of weights as they lie on the disk: whole, cut off, or something else under their name."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path

from safetensors import SafetensorError, safe_open

from bot.backends.local.trouble import Trouble, read_object, size_words

INDEX = "model.safetensors.index.json"
WHOLE = "model.safetensors"

POINTER = b"version https://git-lfs"
"""How the file begins that Git keeps in the place of a large one; https://git-lfs.com."""

LONGEST_HEADER = 100_000_000
"""Bytes: the most that the format allows for a header."""

PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt")
"""Weights as torch pickles them: reading them can run code."""

ELSEWHERE = (
    ("*.onnx", "ONNX"),
    ("onnx/*.onnx", "ONNX"),
    ("openvino_model.xml", "OpenVINO"),
    ("*.h5", "TensorFlow"),
    ("*.msgpack", "Flax"),
    ("*.ot", "Rust"),
    ("*.npz", "MLX"),
    ("*.mlmodel", "Core ML"),
    ("*.mlpackage", "Core ML"),
    ("*.tflite", "TensorFlow Lite"),
    ("*.llamafile", "llamafile"),
    ("*.ggml*", "GGML"),
    ("*.engine", "TensorRT"),
)
"""Files that hold the weights of a model for something else, and what that is."""


def fault_of(path: Path) -> Trouble | None:
    """What is wrong with one file of safetensors; its header is read, and none of its weights."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(512)
    known: dict[str, object] = {"file": path.name, "size": size_words(size)}
    if not size:
        return Trouble("empty_file", known)
    if head.startswith(POINTER):
        return Trouble("pointer", known | {"size": size})
    if head.lstrip()[:1] == b"<":
        return Trouble("web_page", known)
    if head.startswith(b"GGUF"):
        return Trouble("gguf", known)
    if head.startswith((b"PK\x03\x04", b"\x80\x02")):
        return Trouble("pickled", known)
    try:
        with safe_open(path, framework="numpy"):
            return None
    except SafetensorError:
        wanted = _wanted(path)
    if wanted is not None and wanted > size:
        return Trouble("cut_off", known | {"wanted": size_words(wanted)})
    return Trouble("damaged", known)


def _wanted(path: Path) -> int | None:
    """The size that the header of a file of safetensors promises; None if it has none."""
    with path.open("rb") as file:
        start = file.read(8)
        if len(start) < 8 or (length := struct.unpack("<Q", start)[0]) > LONGEST_HEADER:
            return None
        header = file.read(length)
    if len(header) < length:
        return 8 + length
    try:
        tensors = json.loads(header)
        ends = [one["data_offsets"][1] for name, one in tensors.items() if name != "__metadata__"]
        return 8 + length + max(ends, default=0)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return None


def troubles_of_weights(folder: Path) -> Iterator[Trouble]:
    """What is wrong with the weights of a folder, the plainest first."""
    index = folder / INDEX
    if index.is_file():
        parts = read_object(index).get("weight_map")
        if not isinstance(parts, dict) or not parts:
            yield _pointer(index) or Trouble("bad_json", {"file": INDEX})
            return
        named = sorted({str(part) for part in parts.values()})  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        missing = [part for part in named if not (folder / part).is_file()]
        if missing:
            facts = {"file": missing[0], "count": len(missing), "all": len(named)}
            yield Trouble("shard_missing" if len(missing) == 1 else "shards_missing", facts)
        files = [folder / part for part in named if (folder / part).is_file()]
    elif (folder / WHOLE).is_file():
        files = [folder / WHOLE]
    else:
        yield from _none(folder)
        return
    yield from (fault for file in files if (fault := fault_of(file)) is not None)


def _none(folder: Path) -> Iterator[Trouble]:
    """There are no weights under the names that are read: what is there instead."""
    if loose := sorted(folder.glob("*.safetensors")):
        if all(path.name.startswith("consolidated") for path in loose):
            yield Trouble("consolidated", {"file": loose[0].name})
        elif all(path.name.startswith(("adapter", "lora")) for path in loose):
            yield Trouble("adapter", {"base": "–"})
        elif any("-of-" in path.name for path in loose):
            yield Trouble("no_index", {"file": INDEX})
        else:
            yield fault_of(loose[0]) or Trouble("other_name", {"file": loose[0].name})
    elif ggufs := sorted(folder.glob("*.gguf")):
        yield Trouble("gguf", {"file": ggufs[0].name})
    elif pickled := [path for kind in PICKLED for path in sorted(folder.glob(kind))]:
        yield Trouble("pickled", {"file": pickled[0].name})
    elif original := sorted(folder.glob("original/*")):
        yield Trouble("consolidated", {"file": f"original/{original[0].name}"})
    elif other := [(path, what) for kind, what in ELSEWHERE for path in sorted(folder.glob(kind))]:
        yield Trouble("elsewhere", {"file": other[0][0].name, "what": other[0][1]})
    else:
        half = [path for path in folder.iterdir() if path.suffix in (".incomplete", ".part", ".crdownload")]
        yield Trouble("half_fetched", {"file": half[0].name}) if half else Trouble("no_weights")


def _pointer(path: Path) -> Trouble | None:
    """Whether a small file is what Git keeps in the place of a large one."""
    with path.open("rb") as file:
        if not file.read(len(POINTER)).startswith(POINTER):
            return None
    return Trouble("pointer", {"file": path.name, "size": path.stat().st_size})


def pointers(folder: Path, *names: str) -> Iterator[Trouble]:
    """Which of these files are what Git keeps in the place of large ones."""
    for name in names:
        path = folder / name
        if path.is_file() and (found := _pointer(path)) is not None:
            yield found
