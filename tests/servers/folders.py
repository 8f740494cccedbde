"""Folders of models as people have them: each made from a tiny one, and broken in one way.

The kinds are those that people report in public of programs that load models of the hub: files of
Git LFS, adapters, missing parts, weights quantised for other packages, models that write no text.
"""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.servers.tiny import CHAT_TEMPLATE, transformers_folder

PLAIN = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}\n{% endfor %}<|assistant|>"
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 123\n"


def config(folder: Path, name: str = "config.json", **changes: Any) -> None:
    """Change values of a JSON file; None takes one out."""
    path = folder / name
    said = json.loads(path.read_text()) if path.exists() else {}
    said = {key: value for key, value in (said | changes).items() if value is not None}
    path.write_text(json.dumps(said))


def template(folder: Path, text: str) -> None:
    (folder / "chat_template.jinja").write_text(text)


def alone(folder: Path, *names: str, text: str = "{}") -> None:
    """Empty a folder, and put these files into it."""
    shutil.rmtree(folder)
    folder.mkdir()
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)


def weights(folder: Path, data: bytes) -> None:
    (folder / "model.safetensors").write_bytes(data)


def renamed(folder: Path, name: str) -> None:
    (folder / "model.safetensors").rename(folder / name)


def sharded(folder: Path, *missing: int) -> None:
    """Part the weights into five files, some of which are missing."""
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(folder)
    (folder / "model.safetensors").unlink()
    model.save_pretrained(folder, max_shard_size="20KB")
    for at in missing:
        sorted(folder.glob("model-*.safetensors"))[at].unlink()


def quantised(**said: Any) -> Callable[[Path], None]:
    return lambda folder: config(folder, quantization_config=said)


def architecture(kind: str, name: str, **more: Any) -> Callable[[Path], None]:
    return lambda folder: config(folder, model_type=kind, architectures=[name], **more)


def without(*patterns: str) -> Callable[[Path], None]:
    def act(folder: Path) -> None:
        for pattern in patterns:
            for path in folder.glob(pattern):
                path.unlink()

    return act


def cut(folder: Path) -> None:
    weights(folder, (folder / "model.safetensors").read_bytes()[:-1000])


def deeper(folder: Path) -> None:
    whole = folder.rename(folder.with_name("whole"))
    folder.mkdir()
    whole.rename(folder / "tiny-model")


def no_index(folder: Path) -> None:
    sharded(folder)
    (folder / "model.safetensors.index.json").unlink()


def adapter(folder: Path) -> None:
    alone(folder, "adapter_model.safetensors")
    config(folder, "adapter_config.json", peft_type="LORA", base_model_name_or_path="acme/none")


BROKEN: dict[str, tuple[Callable[[Path], Any], str, str]] = {
    # how it is broken, the cause by name, and what its text must hold
    "lfs_pointer": (lambda f: weights(f, POINTER.encode()), "pointer", "67 bytes"),
    "lfs_tokenizer": (lambda f: (f / "tokenizer.json").write_text(POINTER), "pointer", "tokenizer.json"),
    "lfs_config": (lambda f: (f / "config.json").write_text(POINTER), "pointer", "config.json"),
    "adapter_only": (adapter, "adapter", "acme/none"),
    "shard_missing": (lambda f: sharded(f, -1), "shard_missing", "model-00005-of-00005.safetensors"),
    "shards_missing": (lambda f: sharded(f, 0, 2), "shards_missing", "2 of 5"),
    "no_index": (no_index, "no_index", "model.safetensors.index.json"),
    "cut_off": (cut, "cut_off", "kB of"),
    "empty_file": (lambda f: weights(f, b""), "empty_file", "model.safetensors"),
    "wrong_header": (lambda f: weights(f, struct.pack("<Q", 2**60) + b"{}" * 99), "damaged", "header"),
    "no_header": (lambda f: weights(f, struct.pack("<Q", 40) + b"x" * 400), "damaged", "header"),
    "web_page": (lambda f: weights(f, b"<!DOCTYPE html><title>Sign in</title>"), "web_page", "web page"),
    "pickled_renamed": (lambda f: weights(f, b"PK\x03\x04" + b"\0" * 99), "pickled", "run code"),
    "gguf_renamed": (lambda f: weights(f, b"GGUF" + b"\0" * 99), "gguf", "llama"),
    "pickled": (lambda f: renamed(f, "pytorch_model.bin"), "pickled", "pytorch_model.bin"),
    "consolidated": (lambda f: renamed(f, "consolidated.safetensors"), "consolidated", "consolidated."),
    "fp16": (lambda f: renamed(f, "model.fp16.safetensors"), "other_name", "model.fp16.safetensors"),
    "original": (lambda f: (without("model.*")(f), (f / "original").mkdir(),
                            (f / "original" / "consolidated.00.pth").touch()), "consolidated", "original/"),
    "no_weights": (without("model.*"), "no_weights", "model.safetensors"),
    "half": (lambda f: renamed(f, "model.safetensors.incomplete"), "half_fetched", "half fetched"),
    "gptq": (quantised(quant_method="gptq", bits=4, group_size=128), "quantised_package", "gptq"),
    "awq": (quantised(quant_method="awq", bits=4), "quantised_package", "awq"),
    "bnb": (quantised(quant_method="bitsandbytes", load_in_4bit=True), "quantised_package", "bitsandbytes"),
    "bnb_old": (quantised(load_in_8bit=True), "quantised_package", "bitsandbytes"),
    "exl2": (quantised(quant_method="exl2", bits=4.0), "quantised", "exl2"),
    "mlx": (lambda f: config(f, quantization={"group_size": 64, "bits": 4}), "mlx", "MLX"),
    "custom_code": (
        architecture("strange_lm", "StrangeLM", auto_map={"AutoConfig": "x.C"}), "custom_code", "strange_lm"
    ),
    "newer": (architecture("llama9", "Llama9ForCausalLM"), "unknown_kind", "pip install"),
    "t5": (architecture("t5", "T5ForConditionalGeneration"), "no_writer", "T5"),
    "bert": (architecture("bert", "BertForMaskedLM"), "no_writer", "BertForMaskedLM"),
    "embedder": (architecture("qwen3", "Qwen3Model"), "no_writer", "Qwen3Model"),
    "vision": (architecture("llava", "LlavaForConditionalGeneration"), "no_writer", "Llava"),
    "classifier": (architecture("llama", "LlamaForSequenceClassification"), "no_writer", "Classification"),
    "whisper": (architecture("whisper", "WhisperForConditionalGeneration"), "no_writer", "Whisper"),
    "no_kind": (lambda f: config(f, model_type=None), "no_kind", "model_type"),
    "bad_config": (lambda f: (f / "config.json").write_text('{"model_ty'), "bad_json", "config.json"),
    "no_config": (without("config.json"), "no_config", "config.json"),
    "no_tokenizer": (without("token*"), "no_tokenizer", "tokenizer.json"),
    "sentencepiece": (
        lambda f: (without("token*")(f), (f / "spiece.model").touch()), "tokenizer_package", "sentencepiece"
    ),
    "bad_tokenizer": (lambda f: (f / "tokenizer.json").write_text("{"), "bad_json", "tokenizer.json"),
    "broken_jinja": (lambda f: template(f, "{% for m in messages %}{{ m.content }"), "template", "line 1"),
    "gguf_only": (lambda f: alone(f, "model-Q4_K_M.gguf"), "gguf", "llama-server"),
    "onnx": (lambda f: alone(f, "onnx/model.onnx"), "elsewhere", "ONNX"),
    "tensorflow": (lambda f: alone(f, "tf_model.h5"), "elsewhere", "TensorFlow"),
    "diffusers": (lambda f: (f / "model_index.json").write_text("{}"), "diffusers", "pictures"),
    "embeddings": (lambda f: (f / "modules.json").write_text("[]"), "embeddings", "embeddings"),
    "empty": (alone, "empty_folder", "empty"),
    "deeper": (deeper, "one_deeper", "tiny-model"),
}  # fmt: skip

WORKING: dict[str, Callable[[Path], Any]] = {
    "ok": lambda folder: None,
    "sharded": sharded,
    "old_dtype": lambda folder: config(folder, torch_dtype="float16", dtype=None),
    "gemma_like": lambda f: template(
        f, "{% if messages[0].role == 'system' %}{{ raise_exception('no') }}{% endif %}" + PLAIN
    ),
    "drops_system": lambda f: template(
        f, PLAIN.replace("messages %}", "messages if m.role != 'system' %}", 1)
    ),
    "think_open": lambda f: template(f, PLAIN + "<think>\n"),
    "upper": lambda f: template(f, PLAIN.replace("m.content", "m.content | upper | trim")),
    "parts": lambda f: template(
        f, PLAIN.replace("{{ m.content }}", "{% for c in m.content %}{{ c['text'] }}{% endfor %}")
    ),
    "template_nodefault": lambda f: (
        without("chat_template*")(f),
        config(
            f,
            "tokenizer_config.json",
            chat_template=[
                {"name": "rag", "template": CHAT_TEMPLATE},
                {"name": "tool_use", "template": "TOOLS"},
            ],
        ),
    ),
    "template_json": lambda f: (
        without("chat_template*")(f),
        config(f, "chat_template.json", chat_template=CHAT_TEMPLATE),
    ),
}


def make(base: Path, tiny: Path, name: str) -> Path:
    """One of these folders, under a base, from a copy of a tiny one."""
    folder = base / name
    shutil.copytree(tiny, folder)
    (BROKEN[name][0] if name in BROKEN else WORKING[name])(folder)
    return folder


def tiny(base: Path) -> Path:
    return transformers_folder(base / "tiny")
