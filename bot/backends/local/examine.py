"""Why a model of this machine cannot be loaded, found without loading it: nothing here imports torch.

The doctor and the worker that loads models ask the same function, so that owner and
member read the same cause.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from jinja2 import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.backends.local.describe import name_of, snapshot, templates
from bot.backends.local.trouble import Trouble, read_object
from bot.backends.local.weight_files import INDEX, WHOLE, fault_of, pointers, troubles_of_weights
from bot.errors import ModelUnloadable

ON_THE_HUB = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?")
"""What can be an id on the Hugging Face hub."""

CHECKOUT = Path(__file__).resolve().parents[3]
"""Where bundled models lie, from wherever the bot is started."""

FILES = (".gguf", ".safetensors", ".bin")
"""How files end that people name in the place of their folder."""

TOKENIZERS: Mapping[str, str] = {
    "tokenizer.json": "",
    "vocab.json": "",
    "vocab.txt": "",
    "tokenizer.model": "sentencepiece",
    "spiece.model": "sentencepiece",
    "sentencepiece.bpe.model": "sentencepiece",
    "tekken.json": "mistral_common",
    "*.tiktoken": "tiktoken",
}
"""Files that hold a vocabulary, and the package that reads each where transformers alone does not."""

PACKAGES: Mapping[str, str] = {
    "gptq": "gptqmodel",
    "awq": "gptqmodel",
    "bitsandbytes": "bitsandbytes",
    "bitsandbytes_4bit": "bitsandbytes",
    "bitsandbytes_8bit": "bitsandbytes",
    "aqlm": "aqlm",
    "quanto": "optimum.quanto",
    "quark": "quark",
    "eetq": "kernels",
    "higgs": "flute",
    "hqq": "hqq",
    "compressed-tensors": "compressed_tensors",
    "fbgemm_fp8": "fbgemm_gpu",
    "torchao": "torchao",
    "vptq": "vptq",
    "spqr": "spqr_quant",
    "auto-round": "auto_round",
    "auto_round": "auto_round",
    "mxfp4": "kernels",
    "fp8": "kernels",
    "mxfp8": "kernels",
    "nvfp4": "kernels",
    "fp_quant": "fp_quant",
    "sinq": "sinq",
}
"""What transformers wants for weights of each way of quantising, beside itself."""

OTHER_WORK = re.compile(
    r"For(MaskedLM|SequenceClassification|TokenClassification|QuestionAnswering|MultipleChoice|PreTraining"
    r"|ConditionalGeneration|SpeechSeq2Seq|CTC|\w*Classification|\w*Detection|\w*Segmentation|\w*Retrieval)$"
    r"|(?<!LMHead)Model$|Encoder$"
)
"""Architectures that write no text by going on with one, by the names that transformers gives them."""


def examine(model: str) -> Path | None:
    """The folder that a model of this machine is loaded from; None for one of the hub that is not here yet.

    Args:
        model: a folder, or an id on the hub.

    Raises:
        ModelUnloadable: it lies there in a way in which it cannot be loaded; carries the cause.
    """
    try:
        folder = _found(Path(model).expanduser(), model)
        if isinstance(folder, Path):
            trouble = next(_troubles(folder), None)
            if trouble is None:
                return folder
        else:
            trouble = folder
    except PermissionError as error:
        trouble = Trouble("forbidden", {"file": Path(str(error.filename)).name})
    if trouble is None:
        return None
    raise ModelUnloadable(model=f"local/{name_of(model)}", cause=trouble.cause, **trouble.facts)


def _found(path: Path, model: str) -> Path | Trouble | None:
    """Where a model lies; why it does not; None for one of the hub."""
    if path.is_dir():
        return path
    if path.exists():
        if path.suffix == ".gguf":
            return Trouble("gguf", {"file": path.name})
        if path.suffix == ".safetensors":
            return fault_of(path) or Trouble("a_file_of_it", {"file": path.name})
        return Trouble("a_file", {"file": path.name})
    if (held := snapshot(model)) is not None:
        return held
    for base in (Path(), CHECKOUT):
        if (trouble := _misspelt(base / path)) is not None:
            return trouble
    # An id of the hub can look like a path, and is none where its first part is a folder here.
    if ON_THE_HUB.fullmatch(model) and not Path(path.parts[0]).is_dir() and path.suffix not in FILES:
        return None
    return Trouble("no_folder")


def _misspelt(path: Path) -> Trouble | None:
    """The name that was probably meant by the first part of a path that is not there.

    A first part that is quite another word than any folder here may be the hub's: there only its
    case may differ.
    """
    for whole in (path, *path.parents):
        if whole.parent.is_dir() and not whole.exists():
            held = {one.name.casefold(): one.name for one in whole.parent.iterdir() if one.is_dir()}
            likeness = 0.6 if whole == path or path.is_absolute() else 1.0
            close = get_close_matches(whole.name.casefold(), held, 1, likeness)
            return Trouble("misspelt", {"file": whole.name, "near": held[close[0]]}) if close else None
    return None


def _troubles(folder: Path) -> Iterator[Trouble]:
    """Everything that is wrong with a folder, what explains most first."""
    held = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    if not held:
        yield Trouble("empty_folder")
        return
    yield from _other_kinds(folder, set(held))
    yield from pointers(folder, "config.json", "tokenizer.json", "tokenizer.model", "tokenizer_config.json")
    yield from _config(folder)
    yield from troubles_of_weights(folder)
    yield from _tokenizer(folder)
    yield from _templates(folder)


def _other_kinds(folder: Path, held: set[str]) -> Iterator[Trouble]:
    """Folders that are whole, and are no language model by themselves."""
    if (folder / "model_index.json").is_file():
        yield Trouble("diffusers")
    if held & {"config_sentence_transformers.json", "modules.json"}:
        yield Trouble("embeddings")
    if "adapter_config.json" in held and not {"config.json", WHOLE, INDEX} & held:
        base = read_object(folder / "adapter_config.json").get("base_model_name_or_path")
        yield Trouble("adapter", {"base": base or "–"})
    if folder.name.startswith("models--") and "snapshots" in held:
        id = folder.name.removeprefix("models--").replace("--", "/")
        yield Trouble("cache", {"id": id})
    if "config.json" in held:
        return
    inside = [one.name for one in folder.iterdir() if (one / "config.json").is_file()]
    if len(inside) == 1:
        yield Trouble("one_deeper", {"near": inside[0]})
    # What lies there instead of a model says more than that a file is missing.
    yield from (one for one in troubles_of_weights(folder) if one.cause != "no_weights")
    yield Trouble("no_config")


def _config(folder: Path) -> Iterator[Trouble]:
    """What ``config.json`` says that transformers cannot do here."""
    config = read_object(folder / "config.json")
    if not config:
        yield Trouble("bad_json", {"file": "config.json"})
        return
    kind, said = config.get("model_type"), config.get("architectures")
    first = str(cast(list[object], said)[0]) if isinstance(said, list) and said else ""
    if not isinstance(kind, str) or not kind:
        yield Trouble("no_kind", {"file": "config.json"})
        return
    known, writers = _kinds()
    if known and kind not in known:
        yield Trouble("custom_code" if "auto_map" in config else "unknown_kind", {"kind": kind})
    elif writers and first not in writers.values() and (kind not in writers or OTHER_WORK.search(first)):
        yield Trouble("no_writer", {"kind": first or kind})
    said = config.get("quantization_config") or config.get("quantization")
    if isinstance(said, dict):
        yield from _quantised(cast(dict[str, Any], said), mlx="quantization_config" not in config)


def _quantised(said: Mapping[str, Any], *, mlx: bool) -> Iterator[Trouble]:
    way = said.get("quant_method")
    if not isinstance(way, str):
        if mlx and "group_size" in said:
            yield Trouble("mlx")
            return
        way = "bitsandbytes" if said.get("load_in_4bit") or said.get("load_in_8bit") else "?"
    way = way.lower()
    package = PACKAGES.get(way)
    if package is None:
        if way != "bitnet":  # transformers reads that by itself
            yield Trouble("quantised", {"way": way})
    elif find_spec(package.partition(".")[0]) is None:
        yield Trouble("quantised_package", {"way": way, "package": package})


@lru_cache(maxsize=1)
def _kinds() -> tuple[frozenset[str], Mapping[str, str]]:
    """The kinds of models that transformers knows, and those that go on with a text, with their classes.

    Read from its source, for importing it takes seconds and torch.  Empty where the source is laid out
    otherwise: then nothing is held against a model.
    """
    spec = find_spec("transformers")
    if spec is None or not spec.submodule_search_locations:
        return frozenset(), {}
    auto = Path(spec.submodule_search_locations[0]) / "models" / "auto"
    writers = _table(auto / "modeling_auto.py", "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES")
    known = _table(auto / "auto_mappings.py", "CONFIG_MAPPING_NAMES")
    known |= _table(auto / "configuration_auto.py", "CONFIG_MAPPING_NAMES")
    return frozenset({*known, *writers}) if known else frozenset(), writers


def _table(source: Path, name: str) -> dict[str, str]:
    """A table of pairs that a source file assigns to a name."""
    try:
        tree = ast.parse(source.read_text(encoding="utf-8"))
    except (OSError, SyntaxError):
        return {}
    found: dict[str, str] = {}
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id == name:
            for pair in ast.walk(node):
                if isinstance(pair, ast.Tuple) and len(pair.elts) == 2:
                    key, value = pair.elts
                    if isinstance(key, ast.Constant) and isinstance(value, ast.Constant):
                        found[str(key.value)] = str(value.value)
    return found


def _tokenizer(folder: Path) -> Iterator[Trouble]:
    held = [(next(iter(sorted(folder.glob(name))), None), name) for name in TOKENIZERS]
    files = [(path, TOKENIZERS[name]) for path, name in held if path is not None]
    if not files:
        yield Trouble("no_tokenizer")
    elif all(package and find_spec(package) is None for _, package in files):
        yield Trouble("tokenizer_package", {"file": files[0][0].name, "package": files[0][1]})
    elif (folder / "tokenizer.json").is_file() and not read_object(folder / "tokenizer.json"):
        yield Trouble("bad_json", {"file": "tokenizer.json"})


def _templates(folder: Path) -> Iterator[Trouble]:
    """Chat templates that are not written as Jinja wants it."""
    sandbox = ImmutableSandboxedEnvironment(extensions=["jinja2.ext.loopcontrols"])
    for file, text in templates(folder):
        try:
            sandbox.parse(text)
        except TemplateSyntaxError as error:
            # Tags of transformers' own mark what a model wrote; they are none of Jinja's.
            if "generation" not in str(error):
                yield Trouble(
                    "template", {"file": file, "line": error.lineno, "problem": error.message or ""}
                )
