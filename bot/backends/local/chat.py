"""A model's chat template: which of its forms works, and what it opens that the model has to close.

While a template is rendered each message is stood for by a number that nobody can guess:
whatever a template does to text (upper case, trimming), digits stay as they are.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bot.backends.base import Message
from bot.backends.local.describe import templates
from bot.errors import ModelUnloadable

OPENED = re.compile(r"(<(?:seed:)?(?:think|thinking|thought|reasoning)>|\[THINK\])\s*$", re.IGNORECASE)
"""The mark of thoughts at the end of a prompt: the model goes on inside them."""

LONGEST_PROBLEM = 200
"""Characters of what a template says when it fails."""

PROBE = (Message("system", "s"), Message("user", "u"))

Turn = dict[str, Any]


def choose_template(tokenizer: Any, folder: Path) -> None:
    """Give a tokenizer one template, also where its folder has several without a default, or an old file."""
    held = tokenizer.chat_template
    if isinstance(held, dict) and "default" not in held:
        tokenizer.chat_template = next(iter(held.values()), None)  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
    elif held is None:
        tokenizer.chat_template = next((text for _, text in templates(folder)), None)


def opening(tokenizer: Any, name: str) -> str:
    """The mark of thoughts that a model's template opens at the end of every prompt; "" if none.

    Raises:
        ModelUnloadable: the template makes no prompt that holds what is asked.
    """
    if not tokenizer.chat_template:
        return ""
    found = OPENED.search(render(tokenizer, PROBE, name)[0])
    return found[1] if found else ""


def closing(mark: str) -> str:
    """The mark that ends what ``mark`` opened: ``</think>`` of ``<think>``."""
    return f"{mark[0]}/{mark[1:]}"


class Thinking:
    """Follows an answer that begins inside thoughts, up to the mark that closes them."""

    def __init__(self, mark: str) -> None:
        self._mark, self._end, self._tail = mark, closing(mark).lower(), ""
        self.over = False
        """Whether the mark was met."""

    def part(self, text: str) -> tuple[str, str]:
        """What of a piece is thought, with both marks for whoever takes thoughts out, and what is not."""
        if self.over:
            return "", text
        mark, self._mark = self._mark, ""
        seen = self._tail + text
        at = seen.lower().find(self._end)
        self._tail = seen[1 - len(self._end) :]
        if at < 0:
            return mark + text, ""
        self.over = True
        cut = at + len(self._end) - (len(seen) - len(text))
        return mark + text[:cut], text[cut:]


def render(tokenizer: Any, messages: Sequence[Message], name: str) -> tuple[str, dict[str, str]]:
    """The prompt with a number in the place of each message, and the text that each number stands for.

    Templates that know no system role, or say nothing of it, get its text at the head of the first
    message of the user.

    Raises:
        ModelUnloadable: the template makes no prompt that holds all messages.
    """
    texts = {str(10**30 + secrets.randbelow(10**30)): message.text for message in messages}
    turns: list[Turn] = [
        {"role": message.role, "content": number} for message, number in zip(messages, texts, strict=True)
    ]
    cause, problem = "template_drops", ""
    for way in _ways(turns):
        try:
            prompt = tokenizer.apply_chat_template(
                way, tokenize=False, add_generation_prompt=True, enable_thinking=False
            )
        except Exception as error:  # noqa: BLE001 - templates raise what they like
            cause, problem = "template_fails", " ".join(str(error).split())[:LONGEST_PROBLEM]
            continue
        if all(number in prompt for number in texts):
            return prompt, texts
    raise ModelUnloadable(model=f"local/{name}", cause=cause, problem=problem)


def _ways(turns: list[Turn]) -> Iterator[list[Turn]]:
    """The messages in every form that some template wants, the commonest first."""
    forms = [turns, _led(turns), [{"role": "user", "content": _joined(turns)}]]
    yield from forms
    # Templates of models that also see pictures take a message in parts alone.
    for form in forms:
        yield [turn | {"content": [{"type": "text", "text": turn["content"]}]} for turn in form]


def _led(turns: list[Turn]) -> list[Turn]:
    """The messages with what the system says at the head of the first one of the user."""
    said = [turn for turn in turns if turn["role"] == "system"]
    others = [turn for turn in turns if turn["role"] != "system"]
    first = next((at for at, turn in enumerate(others) if turn["role"] == "user"), None)
    if first is None:
        return turns
    return [
        turn | {"content": _joined([*said, turn])} if at == first else turn for at, turn in enumerate(others)
    ]


def _joined(turns: list[Turn]) -> str:
    return "\n\n".join(str(turn["content"]) for turn in turns)
