"""Turns a request into token ids.  What members typed can never become a special token.

Ours and theirs are encoded apart and joined as ids.  For a chat template, which
wants text, each message is stood for by a random word while the template is
rendered; then the words are replaced by the ids of the messages.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Any

from bot.backends.base import Cue, Request
from bot.backends.local.loading import Loaded


def lean_of(loaded: Loaded, request: Request) -> float:
    """How much the model wants to be leaned towards the topic of this request; 0 for not at all."""
    said = _contract(loaded.folder)
    if said is None or request.cue is None:
        return 0.0
    return float(said.get("lean", {}).get(request.cue.language, 0.0))


def encode(loaded: Loaded, request: Request) -> tuple[list[int], tuple[str, ...]]:
    """The prompt's token ids, and further stop texts that go with it."""
    contract = _contract(loaded.folder)
    if contract is not None and request.cue is not None:
        return _from_cue(loaded.tokenizer, request.cue, contract), ()
    if loaded.tokenizer.chat_template:
        return _from_chat(loaded.tokenizer, request), ()
    ids = plain(loaded.tokenizer, request.continuation)
    begin = loaded.tokenizer.bos_token_id
    if begin is not None and getattr(loaded.tokenizer, "add_bos_token", False):
        ids.insert(0, begin)
    # A base model would go on with the next poem, and the next.
    return ids or [begin or loaded.tokenizer.eos_token_id or 0], ("\n\n\n",)


def begun(tokenizer: Any, text: str) -> list[int]:
    """Ids of what the answer begins with already, cut as it is within a text."""
    if not text:
        return []
    line = plain(tokenizer, "\n")
    whole = plain(tokenizer, f"\n{text}")
    return whole[len(line) :] if whole[: len(line)] == line else plain(tokenizer, text)


def plain(tokenizer: Any, text: str) -> list[int]:
    """Ids of a text in which nothing is special, whatever it looks like."""
    return tokenizer.encode(text, add_special_tokens=False, split_special_tokens=True)


def special(tokenizer: Any, text: str) -> list[int]:
    """Ids of our own text, in which marks are special tokens."""
    return tokenizer.encode(text, add_special_tokens=False)


def _from_chat(tokenizer: Any, request: Request) -> list[int]:
    words = {f"zq{secrets.token_hex(12)}": message.text for message in request.messages}
    turns = [
        {"role": message.role, "content": word} for message, word in zip(request.messages, words, strict=True)
    ]
    try:
        rendered = _rendered(tokenizer, turns)
    except Exception:  # noqa: BLE001 - templates raise what they like when they know no system role
        # Then what the system said leads the first message of the user.
        merged = "\n\n".join(turn["content"] for turn in turns)
        rendered = _rendered(tokenizer, [{"role": "user", "content": merged}])
    ids: list[int] = []
    for part in re.split("(" + "|".join(words) + ")", rendered):
        if part:
            ids += plain(tokenizer, words[part]) if part in words else special(tokenizer, part)
    return ids


def _rendered(tokenizer: Any, turns: list[dict[str, str]]) -> str:
    return tokenizer.apply_chat_template(
        turns, tokenize=False, add_generation_prompt=True, enable_thinking=False
    )


@lru_cache(maxsize=8)
def _contract(folder: Path) -> dict[str, Any] | None:
    """What ``renga.json`` beside the weights says of how the model is prompted."""
    path = folder / "renga.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _from_cue(tokenizer: Any, cue: Cue, contract: dict[str, Any]) -> list[int]:
    ids: list[int] = []
    for control, text in segments(cue, contract):
        ids += special(tokenizer, text) if control else plain(tokenizer, text)
    return ids


def segments(cue: Cue, contract: dict[str, Any]) -> list[tuple[bool, str]]:
    """The prompt of a cue as (is it control text?, text), as the contract lays it out."""
    language = cue.language if cue.language in contract["languages"] else contract["languages"][0]
    forms = contract["forms"][language]
    form = forms.get(cue.form or contract.get("default_form", {}).get(language, ""), {})
    lines = cue.lines or form.get("lines") or 0
    values = {key: str(value or "") for key, value in asdict(cue).items()}
    values |= {
        "language": language,
        "form": form.get("control", ""),
        "lines": str(lines) if 0 < lines <= contract["most_lines"] else "",
        "topic": cue.topic.lower().strip(),
    }
    out: list[tuple[bool, str]] = []
    for segment in contract["prompt"]:
        if "when" in segment and not values[segment["when"]]:
            continue
        if "control" in segment:
            out.append((True, Template(segment["control"]).substitute(values)))
            continue
        text, rule = values[segment["field"]], segment.get("each_line")
        for line in text.split("\n") if rule else ():
            out.append((True, rule["empty"]) if "empty" in rule and not line.strip() else (False, line))
            out.append((False, rule["end"]))
        if not rule:
            out.append((False, text))
    return out
