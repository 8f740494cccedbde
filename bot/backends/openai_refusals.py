"""Learns from a refusal how a model wants to be asked.

A refusal is read for what it is about (an endpoint, a role, a parameter, a number), whatever its wording:
every server words it in its own way, and several in more than one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from bot.backends.openai_dialect import MAX, OPTIONAL, Dialect
from bot.backends.openai_failures import A_MINUTE, Failure

_STATUSES = {0, 400, 402, 404, 405, 413, 415, 422, 429, 500, 501}
"""With others a server says nothing about how to ask."""

_CODES = {
    "unsupported_parameter",
    "unsupported_value",
    "unknown_parameter",
    "invalid_parameter",
    "extra_forbidden",
}

_NEGATED = r"(?:n['’o]?t|never|no longer|cannot)"
_UNSUPPORTED = re.compile(
    r"\bun(?:supported|known|expected|recogni[sz]ed|available|allowed|permitted)\b"
    rf"|{_NEGATED}\s+(?:\w+\s+){{0,2}}(?:be\s+|been\s+)?(?:support|permit|allow|compatib|enabl|accept"
    rf"|implement|avail"
    r"|recogni[sz]|applicab|us(?:ed|able)|valid|specif|set\b|provid|combin|exist|work|includ|expected"
    r"|configur"
    r"|understood|known|both)"
    r"|deprecat|obsolete|removed|disabled|incompatib|exclusive|conflict|only the default|only (?:one"
    r"|either)\b"
    r"|only (?:[\d.]+|default|support(?:s|ed)?|available|accept(?:s|ed)?|be (?:set|used|enabled))\b"
    r"|(?:must|should|has to) be (?:omitted|removed"
    r"|unset|left out|none|null|empty|(?:exactly )?1(?:\.0)?(?![\d.])|the default|default|false|equal)"
    r"|must not|please (?:remove|omit|unset|use only)|use only one|extra[_ ](?:inputs?|fields?"
    r"|forbidden|param)"
    r"|got an unexpected|no such (?:parameter|field|argument)|not a valid|invalid (?:parameter"
    r"|argument|field|option|value)"
    r"|invalid (?:temperature|top_p|seed|stop|logprobs)|is fixed|fixed (?:at|to)|ignored|requires"
    r"|bad parameter"
    r"|does(?:n['’]t| not) (?:take|have)"
    r"|不支持|不支援|无效|未知|不允许|不能|仅支持|只支持|不接受|已废弃|非法",
    re.IGNORECASE,
)

_NAMES: Mapping[str, re.Pattern[str]] = {
    "stream_options": re.compile(r"stream[_ .]?options?|include[_ ]usage"),
    "include": re.compile(r"['\"`]include['\"`\[]|log[_ ]?prob"),
    "logprobs": re.compile(r"log[_ ]?prob"),
    "seed": re.compile(r"\bseeds?\b|随机种子"),
    "reasoning_effort": re.compile(r"reasoning[_ .]?(?:effort)?|\beffort\b|think_level|thinking"),
    "reasoning": re.compile(r"reasoning|\beffort\b"),
    "store": re.compile(r"['\"`]store['\"`]|\bstore\b.{0,20}\b(?:param|not|must)"),
    "response_format": re.compile(
        r"response[_ ]?format|json[_ ]?(?:schema|mode|object)|structured[_ ]outputs?"
    ),
    "text": re.compile(r"text\.format|json[_ ]?schema|structured[_ ]outputs?|['\"`]text['\"`]"),
    "top_p": re.compile(r"top[_ -]?p\b|nucleus"),
    "stop": re.compile(r"\bstop(?:[_ ](?:sequences?|words?|tokens?|strings?))?\b(?!ped|ping)"),
    "temperature": re.compile(r"\btemperature\b|温度"),
    "stream": re.compile(
        r"\bstreaming\W{0,3}(?:(?:is|mode|responses?|output)\W+)*(?:not|un|dis)|\bto stream\b|stream=true"
        r"|support.{0,20}\bstreaming|['\"`]stream['\"`]"
    ),
    "max_output_tokens": re.compile(r"max[_ ]output[_ ]tokens"),
    "max_completion_tokens": re.compile(r"max[_ ]completion[_ ]tokens"),
    "max_tokens": re.compile(r"max[_ ](?:new[_ ])?tokens"),
}

_TO_RESPONSES = re.compile(
    r"v1/responses|(?:use|with|in|via|through) the responses (?:api|endpoint)"
    r"|chatcompletion operation does not work"
)
_FROM_RESPONSES = re.compile(r"responses (?:api|endpoint)|/responses\b|v1/chat/completions")
_NOT_A_CHAT = re.compile(
    r"not a chat model|use v1/completions|must provide a chat template|chat[_ ]template is not set"
    r"|does(?:n['’]t| not) have a (?:default )?chat template|no chat template"
    r"|not support(?:ed)? (?:the )?chat"
)
_ROLES = re.compile(
    r"(?:system|developer)['\"`”’]?[\W_]{0,3}(?:role|message|prompt|instruction|turn)s?"
    r"|roles?\b.{0,30}\b(?:alternat|must be|should be|supported|allowed|expected|unknown|invalid"
    r"|unrecogni[sz]ed)"
    r"|(?:unknown|invalid|unexpected|unsupported|unrecogni[sz]ed|illegal|incorrect)[\w ]{0,20}\broles?\b"
    r"|only (?:the )?['\"`“]?user\b|['\"`“](?:system|developer)['\"`”]|\.role\b|got (?:a )?system"
    r"|role: system"
    r"|input should be ['\"]user|alternat\w+.{0,40}(?:user|assistant|roles?)|first message.{0,60}\buser\b"
    r"|系统(?:消息|角色|提示)|system 角色|角色.{0,12}(?:不支持|交替|错误|无效)"
)
_ROLES_REFUSED = re.compile(
    rf"{_UNSUPPORTED.pattern}|alternat|only\b|got (?:a )?system|input should be|expected|must (?:be"
    rf"|start|begin)"
    r"|raise_exception|invalid|incorrect|illegal|错误|有误|交替",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(
    r"jinja|templateerror|raise_exception|chat template (?:error|failed)|applying chat template"
)
_NUMBER = re.compile(r"(?<![\d.\w-])(\d{1,7}(?:,\d{3})*(?:\.\d+)?)(?![\w-]|\.\d)")
_OUTPUT = re.compile(r"(?:output|completion|generated|new) tokens")
_AFFORD = re.compile(r"afford (\d[\d,]*)")
_PROMPT = re.compile(r"\b(?:messages?|prompt|inputs?)\b")
_IN_WINDOW = re.compile(
    r"(\d+)\s*(?:tokens?)?[^\d]{0,40}(?:in|of|from|for) (?:the |your )?(?:messages|prompt|input|context)"
    r"|(?:prompt|input|messages?)[^\d]{0,40}?(\d+)"
)
_TOP = re.compile(
    r"too (?:large|big|high|many)|at most|max(?:imum)?\b|less than|exceed|<=|≤|>|range|between|up to"
    r"|greater"
    r"|afford|limit|supports only|超过|范围|最大|不能大于"
)


def learn(dialect: Dialect, body: Mapping[str, Any], failure: Failure) -> Dialect | None:
    """The dialect to try next, or None where a refusal says nothing about how to ask.

    A status of 500 or an event of a stream teaches too, where the words are plain.
    """
    if failure.status not in _STATUSES or failure.unreachable:
        return None
    protocol = _protocol(dialect, failure)
    if protocol is not None or failure.status in (404, 405):
        return protocol
    if failure.status in (402, 413, 429):
        return _less_room(dialect, body, failure)
    size = _size(dialect, body, failure)
    if size is not None or failure.too_long:
        return size
    return _roles(dialect, body, failure) or _parameter(dialect, body, failure)


def _protocol(dialect: Dialect, failure: Failure) -> Dialect | None:
    said, refused = failure.said, dialect.refused_protocols | {dialect.protocol}
    if dialect.protocol == "chat" and "responses" not in refused and _TO_RESPONSES.search(said):
        return replace(dialect, protocol="responses", refused_protocols=refused)
    if dialect.protocol == "responses" and "chat" not in refused:
        missing = failure.status in (404, 405, 501) and "model" not in said
        if missing or (_FROM_RESPONSES.search(said) and _UNSUPPORTED.search(said)):
            return replace(dialect, protocol="chat", refused_protocols=refused)
    if dialect.protocol == "chat" and _NOT_A_CHAT.search(said):
        return replace(dialect, protocol="completions", refused_protocols=refused)
    return None


def _size(dialect: Dialect, body: Mapping[str, Any], failure: Failure) -> Dialect | None:
    """A limit of written tokens that is too high only for the room that was added, or for the model."""
    said = failure.said
    sent = next((int(body[name]) for name in MAX if name in body), 0)
    named = any(_NAMES[name].search(said) for name in MAX)
    if not sent or not _TOP.search(said) or not (named or failure.too_long or _OUTPUT.search(said)):
        return None
    numbers = {int(float(one.replace(",", ""))) for one in _NUMBER.findall(said)}
    window = failure.too_long and not (named and not _PROMPT.search(said))
    if window and dialect.room:
        # Prompt and limit together do not fit: leave what is left beside the prompt.
        prompt = next((int(one[1] or one[2]) for one in _IN_WINDOW.finditer(said)), 0)
        fits = max((one for one in numbers if one < sent + prompt and one != sent), default=0) - prompt
        room = dialect.room // 2 if not 0 < fits < sent else max(0, dialect.room - (sent - fits))
        return replace(dialect, room=room if room >= LEAST_ROOM else 0)
    lower = [one for one in numbers if LEAST_TOP <= one < sent]
    return replace(dialect, top=max(lower)) if lower and not window else None


def _less_room(dialect: Dialect, body: Mapping[str, Any], failure: Failure) -> Dialect | None:
    """A refusal for credit or for a limit a minute, which count the whole limit of tokens beforehand.

    Only the room that was added is given up for it: an answer of the length that was asked for stays.
    """
    sent = next((int(body[name]) for name in MAX if name in body), 0)
    found = _AFFORD.search(failure.said)
    left = int(found[1].replace(",", "")) if found else None
    if (minute := A_MINUTE.search(failure.said)) is not None:
        limit, asked = (int(number.replace(",", "")) for number in minute.groups())
        left = sent - (asked - limit) if asked > limit else None
    if left is None or not sent - dialect.room <= left < sent:
        return None
    room = dialect.room - (sent - left)
    return replace(dialect, room=room if room >= LEAST_ROOM else 0)


LEAST_ROOM = 256
"""Tokens; in less no model thinks."""

LEAST_TOP = 16
"""A number under it is no limit of tokens."""


def _roles(dialect: Dialect, body: Mapping[str, Any], failure: Failure) -> Dialect | None:
    if dialect.leads or not dialect.chats:
        return None
    messages: list[dict[str, str]] = body.get("messages") or body.get("input") or []
    roles = [message["role"] for message in messages]
    odd = "system" in roles or any(one == two for one, two in pairwise(roles))
    if not odd:
        return None
    said = failure.said
    plain = _ROLES.search(said) and _ROLES_REFUSED.search(said)
    # The field alone says it too, and so does a template that cannot be filled in.
    named = re.search(r"messages\W*\d+\W*role|input\W*\d+\W*role", failure.param)
    return replace(dialect, leads=True) if plain or named or _TEMPLATE.search(said) else None


def _parameter(dialect: Dialect, body: Mapping[str, Any], failure: Failure) -> Dialect | None:
    said, param = failure.said, failure.param.casefold()
    hot = _hottest(dialect, body, said)
    if hot is not None:
        return hot
    refused = failure.code in _CODES or _UNSUPPORTED.search(said) is not None
    if not refused or (failure.status in (0, 500, 501) and not _UNSUPPORTED.search(said)):
        return None
    sent = [name for name in (*MAX, *OPTIONAL) if name in body]
    if param:
        # The parameter that it names in its own field decides; only without one is the sentence read.
        blamed = [name for name in sent if param == name or param.split(".")[0].split("[")[0] == name]
        blamed = blamed or [name for name in sent if name == "logprobs" and "logprob" in param]
        if not blamed:
            return None
    else:
        blamed = [name for name in sent if _NAMES[name].search(said)]
    if "stop" in blamed and len(blamed) > 1:
        blamed.remove("stop")  # a word that sentences have for other reasons
    if not blamed:
        # A message that names something else of the request is about that.
        return _doubt(dialect, sent) if _names_nothing(said) and failure.status in (400, 422) else None
    limits = [name for name in blamed if name in MAX]
    if limits:
        return _other_limit(dialect, limits[0])
    return replace(dialect, without=dialect.without - {dialect.doubtful} | {blamed[0]}, doubtful="")


def _names_nothing(said: str) -> bool:
    return bool(
        re.search(r"param|argument|field|input|option|propert|request|参数|字段", said)
    ) and not re.search(r"messages?\b|content|prompt|model\b|role|image|file|tool|schema", said)


def _other_limit(dialect: Dialect, name: str) -> Dialect | None:
    if dialect.protocol != "chat":
        return None
    refused = dialect.refused_max | {name}
    other = next((one for one in ("max_completion_tokens", "max_tokens") if one not in refused), None)
    # Never without a limit: that could cost anything.
    return None if other is None else replace(dialect, max_field=other, refused_max=refused)


def _doubt(dialect: Dialect, sent: list[str]) -> Dialect | None:
    """Leave out one parameter after another, each alone; then all of them."""
    whole = [name for name in OPTIONAL if (name in sent or name == dialect.doubtful) and name != "stream"]
    at = whole.index(dialect.doubtful) + 1 if dialect.doubtful in whole else 0
    kept = dialect.without - {dialect.doubtful}
    if at < len(whole):
        return replace(dialect, without=kept | {whole[at]}, doubtful=whole[at])
    return replace(dialect, without=kept | set(whole), doubtful="") if len(whole) > 1 else None


def _hottest(dialect: Dialect, body: Mapping[str, Any], said: str) -> Dialect | None:
    """A temperature that is out of a range that is told."""
    sent = body.get("temperature")
    if not isinstance(sent, float | int) or not _NAMES["temperature"].search(said):
        return None
    if not re.search(r"between|range|less than|at most|<=|≤|maximum|below|greater|exceed|\[|范围", said):
        return None
    lower = [
        float(one) for one in re.findall(r"(?<![\d.])\d(?:\.\d+)?(?![\d.]*\d)", said) if float(one) < sent
    ]
    return replace(dialect, hottest=max(lower)) if lower and max(lower) > 0 else None
