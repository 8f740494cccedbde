"""The marks that models put around thoughts, channels and turns, found in a stream however it is cut.

Every family has its own: tags in angle or square brackets, special tokens between bars, the channels of
OpenAI's Harmony format.  They are known by their build and the words in their names, not by a list, so
that the next family's are known too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import regex

Kind = Literal[
    "open", "close", "start", "channel", "message", "part", "ended", "skip", "turn", "end", "wrap", "strike"
]

LONGEST = 300
"""Characters that are held back at most for what may become a mark."""

_THINKING = (
    r"(?:[a-z][\w.-]{0,20}[:_-])?(?:think|thinking|thoughts?|reasoning|reflection)(?:[_-][a-z]{1,12})?"
    r"|ant-?thinking|seed:\w{1,30}|chain[_-]of[_-]thoughts?|cot|scratch-?_?pad"
    r"|(?:inner|internal)[_-]?(?:monologue|reasoning)"
)
_AT_START_ONLY = r"analysis|planning|plan|rationale|reason|deliberation|brainstorm(?:ing)?|reflect|monologue"
_ANSWERING = r"(?:final[_-]?)?(?:answer|response|output|solution)|final"

# Of a turn: `<|im_end|>`, `<｜end▁of▁sentence｜>`, Gemma 4's `<|channel>` and `<turn|>`.
_BARRED = r"<[|｜](?P<barred>/?[\w▁][\w▁ .:/-]{0,47})(?:[|｜]?>)|<(?P<barred_end>[A-Za-z]\w{0,46})\|>"
_TOKEN = (
    r"<(?P<token>eos|bos|pad|unk|sep|eod|eoa|eot|eom|end_of_turn|start_of_turn|end_of_utterance"
    r"|unused\d{1,3})>"
    r"|(?P<inst>\[/?INST\])|(?P<strike></?s>)"
)
_TAG = (
    rf"<\s?(?P<close>/?)\s?(?:{_THINKING})(?:\s[^<>]{{0,200}})?>"
    r"|\[(?P<close_square>/?)(?:think|(?-i:THINKING|THOUGHTS?|REASONING))\]"
    r"|◁(?P<close_triangle>/?)think▷"
    r"|<(?P<close_details>/?)details(?=>|\s[^<>]{0,80}reasoning)[^<>]{0,120}>"
)
_ANYWHERE = rf"{_BARRED}|{_TOKEN}|{_TAG}"
_WRAP_END = rf"(?P<wrapped></(?:{_ANSWERING})>)"

Place = Literal["role", "lead", "text", "thought"]
"""Where the next word stands: after a mark that a role follows, before the first word, in it, in thoughts."""

_LEAD = (
    rf"\A(?P<opened><(?:{_AT_START_ONLY})>|\[(?:thinking|thoughts?|reasoning)\]"
    r"|[*_#\s]{0,4}here(?:'s|’s| is) my (?:thought|thinking|reasoning) process[:*_ ]{0,4}"
    r"|(?-i:(?:assistant)?(?:analysis|commentary)(?=[A-Z\p{Han}\"“])))"
    rf"|\A(?P<wrap><(?:{_ANSWERING})>)|{_ANYWHERE}"
)

_BY_PLACE: dict[Place, str] = {
    "role": rf"\A(?P<role>(?:assistant|model|bot|chatbot|gpt|ai)(?=[\s:<]):?)|{_LEAD}",
    "lead": _LEAD,
    "text": rf"{_ANYWHERE}|{_WRAP_END}",
    "thought": rf"{_ANYWHERE}|(?P<closed></(?:{_AT_START_ONLY})>|\[/(?:thinking|thoughts?|reasoning)\]"
    r"|[*_#]{0,4}here(?:'s|’s| is) my (?:final )?(?:response|answer)[:*_]{1,4}"
    r"|(?-i:assistantfinal)(?:json)?)",
}


@cache
def _marks(place: Place) -> regex.Pattern[str]:
    """The marks that are known at a place; made at the first answer, for it takes milliseconds."""
    return regex.compile(_BY_PLACE[place], regex.IGNORECASE)


_SUSPECT = regex.compile(
    r"\A[\W_]*(?:ok(?:ay)?\b|alright\b|hmm+\b|got it\b"
    r"|let me (?:think|write|start|begin|consider|see|try|plan|draft|brainstorm|break|craft)"
    r"|let['’]s (?:think|see|write|start|craft|plan|try|break|produce)"
    r"|we (?:need|must|should|have) (?:to|a)\b|we are asked|i (?:need|have|should|must|am asked|want) to\b"
    r"|i['’]ll (?:write|need|start|craft)|first,? (?:i|let|the user)\b|so,? (?:the user|i need|we need"
    r"|let me)"
    r"|the (?:user|prompt|task|request)\b|user (?:wants|asks|asked|request)|(?:thinking|thought) process"
    r"|here['’]?s (?:a|my) (?:thinking|thought)|analy[sz]e the"
    r"|嗯|好的?[，,。]|首先|用户|用戶|我们?需要|我應該|我应该|我得|让我(?:想|先|来|们)|思考|分析)"
    r"|\bthe user (?:wants|asks|is|has|asked|would|said|needs|requested|might|provided)\b"
    r"|用[户戶](?:想|要|希望|让|请|需要|的要求)",
    regex.IGNORECASE,
)
_CUT_SHORT = regex.compile(r"<[|｜]\w|</?think\Z", regex.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark: what it does, and how it was written."""

    kind: Kind
    raw: str


class Scanner:
    """Cuts what is fed to it into plain text and marks; what may become a mark waits for the rest of it."""

    def __init__(self) -> None:
        self._buffer = ""

    def feed(self, piece: str) -> None:
        """Take a piece."""
        self._buffer += piece

    def take(self, place: Place, *, last: bool) -> str | Mark | None:
        """The next plain text or mark; None when there is none yet.

        Before an answer's first word space counts for nothing, more marks are known, and of plain text
        only the first character is given, with the space before it: what follows stands in the text.
        """
        leading = place in ("role", "lead")
        space = len(self._buffer) - len(self._buffer.lstrip()) if leading else 0
        text = self._buffer[space:]
        if not text:
            return None
        pattern = _marks(place)
        if (whole := pattern.search(text)) is not None:
            if whole.start():
                return self._cut(space + 1 if leading else whole.start())
            self._cut(space + whole.end())
            return Mark(_kind(whole), whole[0])
        begun = pattern.search(text, partial=True)
        waiting = len(text) - begun.start() if begun is not None else 0
        if leading and waiting < len(text):
            return self._cut(space + 1)
        if last:
            if waiting and _CUT_SHORT.match(text[-waiting:]):
                self._buffer = self._buffer[:-waiting]
            return self._cut(len(self._buffer)) or None
        if waiting > LONGEST:
            return self._cut(LONGEST)
        return self._cut(len(self._buffer) - space - waiting) or None

    def _cut(self, at: int) -> str:
        plain, self._buffer = self._buffer[:at], self._buffer[at:]
        return plain


def suspect(begun: str) -> bool:
    """Whether a text begins as models do when they think aloud."""
    return _SUSPECT.search(begun) is not None


def _kind(found: regex.Match[str]) -> Kind:
    groups = {name: text for name, text in found.groupdict().items() if text is not None}
    for name in ("close", "close_square", "close_triangle", "close_details"):
        if name in groups:
            return "close" if groups[name] else "open"
    kinds: dict[str, Kind] = {
        "opened": "open", "closed": "close", "wrap": "wrap", "wrapped": "wrap", "role": "skip",
        "inst": "turn", "strike": "strike",
    }  # fmt: skip
    for name, kind in kinds.items():
        if name in groups:
            return kind
    if "barred_end" in groups:
        return "close" if groups["barred_end"] == "channel" else "end"
    return _special(groups.get("barred") or groups["token"], found[0])


def _special(name: str, raw: str) -> Kind:
    """What a special token does, by the words in its name."""
    name = name.casefold().replace("▁", "_").replace(" ", "_")
    if name == "channel":
        # Gemma 4 writes `<|channel>thought`, Harmony `<|channel|>analysis<|message|>`.
        return "channel" if raw.endswith(("|>", "｜>")) else "open"
    exact: dict[str, Kind] = {
        "start": "start", "message": "message", "constrain": "part", "end": "ended", "call": "ended",
        "return": "ended", "pad": "skip", "unk": "skip", "sep": "skip", "unused94": "open",
        "unused95": "close", "inner_prefix": "open", "inner_suffix": "close",
    }  # fmt: skip
    if name in exact:
        return exact[name]
    ends = name.startswith(("/", "end", "eo")) or "end" in name.split("_") or name.endswith(("_end", "end"))
    if regex.search(r"think|thought|reasoning", name):
        return "close" if ends else "open"
    if regex.search(r"response|solution|answer|box", name):
        return "skip"
    if ends:
        return "end"
    if regex.search(r"begin_of_(?:text|sentence)|startoftext|^bos$|^start_of_text|header", name):
        return "skip" if "header" not in name else "turn"
    if regex.search(r"start|assistant|user|system|chatbot|tool|observation|turn", name):
        return "turn"
    return "end"
