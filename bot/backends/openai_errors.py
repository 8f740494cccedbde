"""What a server said instead of an answer, as one of our errors.

Nothing that a server wrote goes into an error or a log line: it may repeat the key or a member's words.
Only the status, the code where it looks like one, and numbers do.
"""

from __future__ import annotations

import logging
import re

from bot.backends.openai_failures import A_MINUTE, Failure
from bot.errors import (
    BackendError,
    BadKey,
    ModelForbidden,
    ModelRateLimited,
    ModelUnavailable,
    ModelUnknown,
    NotServed,
    PromptTooLong,
    ProviderRefused,
)

log = logging.getLogger(__name__)

_NOT = r"(?:not|n['’]t|un)[- ]?"
_REGION = re.compile(
    rf"(?:countr(?:y|ies)|region|territor(?:y|ies)|location)\b.{{0,60}}{_NOT}(?:supported|available"
    rf"|allowed|permitted)"
    rf"|{_NOT}(?:supported|available|allowed|permitted|accessible).{{0,40}}(?:country|region|territory"
    rf"|location)\b"
    r"|unsupported_country|geo-?(?:block|restrict|fenc)|(?:地区|国家|区域).{0,12}(?:不支持|限制|不可用)"
    r"|不支持.{0,12}(?:地区|国家|区域)"
)
_POLICY = re.compile(
    r"content[_ -]?(?:filter|policy|moderation|management|safety|violation)|moderation|\bflagged\b"
    r"|inspection"
    r"|inappropriate|unsafe|safety[_ ](?:system|filter|setting|check|guideline|polic|reason|violation)"
    r"|\bsafety\b"
    r"|usage (?:polic|guideline)|violat|responsible ?ai|prohibited|harmful|sensitive|guardrail"
    r"|recitation|blocklist"
    r"|\bcsam\b|\bnsfw\b|jailbreak|risk control|exists risk"
    r"|敏感|违规|违反|不安全|不合规|审核|内容安全|风控|不当内容"
)
_NO_CREDIT = re.compile(
    r"insufficient[_ ](?:quota|credit|balance|fund|account)|(?:credits?|balance"
    r"|funds)\b.{0,40}(?:exhaust|insufficient"
    r"|too low|deplet|run out|used up|not enough|negative|expired)|(?:not enough|no|low|more"
    r"|out of) (?:remaining )?"
    r"(?:credits?|balance|funds)|exceeded your current quota|billing|payment required|arrear|overdue"
    r"|prepa(?:id|y)"
    r"|spend(?:ing)?[_ ]limit|(?:monthly|usage|account)[_ ](?:budget|spend|cap)"
    r"|欠费|余额|充值|额度(?:不足|已用)"
)
_BAD_KEY = re.compile(
    r"api[ _-]?key.{0,40}(?:not valid|invalid|incorrect|expired|missing|revoked|not provided|wrong|unknown)"
    r"|(?:invalid|incorrect|missing|expired|wrong|no|bad|valid).{0,20}(?:api[ _-]?key|access token"
    r"|bearer|credentials)"
    r"|invalid_api_key|api_key_invalid|authentication[_ ](?:error|fail|required)|unauthori[sz]ed"
    r"|invalid token"
    r"|unauthenticated|无效的?(?:令牌|密钥)|(?:令牌|密钥).{0,8}(?:无效|错误|过期)|身份验证"
)
_FORBIDDEN = re.compile(
    r"(?:do(?:es)? not|do(?:es)?n['’]t|no|lack|without) (?:have )?(?:access|permission|entitle)"
    r"|not (?:authorized|allowed"
    r"|permitted|entitled|eligible|enabled|granted) (?:to|for)|access(?: to)?.{0,40}(?:denied"
    r"|restricted|required)"
    r"|access to (?:the |this )?model|must be verified|verify (?:your )?organi[sz]ation|permission"
    r"|gated|accessdenied"
    r"|tier|plan\b|subscription|开通|权限|无权"
)
_UNKNOWN = re.compile(
    r"model\b.{0,100}?(?:not (?:be )?(?:found|exist|recogni[sz]ed|available)|n['’]t exist|not exist"
    r"|not a valid|unknown"
    r"|no longer|(?:been|was|is) (?:deprecat|decommission|remov|retir|shut)|(?:is )?not supported\b)"
    r"|(?:unknown|invalid|no such|nonexistent|unsupported|could not find|cannot find|no) model"
    r"|model_not_found"
    r"|model_not_supported|not a valid model"
    r"|模型.{0,20}(?:不存在|未找到|已下线)|(?:不存在|未知|无效).{0,8}模型"
)
_NO_ENDPOINT = re.compile(
    r"no (?:\w+ )?(?:endpoints?|providers?|instances?|channels?|deployments?)\b|data policy|privacy setting"
    r"|allowed providers|无可用渠道"
)
_RATE = re.compile(
    r"rate[_ -]?limit|too many (?:concurrent )?requests|(?:tokens|requests) per (?:second|minute|hour|day)"
    r"|\bt[pr]m\b|\brp[dms]\b|\bquota|throttl|concurren|resource_exhausted|slow down|并发|频率|频繁|限流|速率"
)
_BUSY = re.compile(
    r"overload|capacity|\bbusy\b|high (?:demand|load|traffic)|no (?:healthy|available) (?:upstream"
    r"|server|worker)"
    r"|resource.{0,20}insufficient|queue is full|繁忙|负载|过载"
)
_LOADING = re.compile(
    r"(?:currently|still|is|being) (?:being )?load(?:ing|ed)|loading (?:the )?model"
    r"|model (?:is )?(?:warming|starting"
    r"|not (?:yet )?(?:ready|loaded))|warm(?:ing)? up|cold start|(?:加载|启动)中|正在(?:加载|启动)"
)

AGAIN = {408, 409, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529}
"""Statuses after which the same request may well be answered."""


def is_loading(failure: Failure) -> bool:
    """Whether a server only has to load the model first."""
    return failure.status in (0, 409, 425, 500, 503) and (
        failure.loading is not None or bool(_LOADING.search(failure.said))
    )


def passes(failure: Failure) -> bool:
    """Whether the same request may well be answered a moment later."""
    if failure.unreachable or (failure.status in AGAIN and not _no_credit(failure)):
        return not failure.streamed and not _more_than_a_minute(failure)
    return False


def translated(failure: Failure, model: str) -> BackendError:
    """The error of ours that says what happened; ``model`` is ``provider/model``.

    A rate limit tells ``reason="quota"`` apart, when the account has no credit left.
    """
    code = failure.code if re.fullmatch(r"[a-z_]{3,40}", failure.code) else ""
    if failure.unreachable:
        log.warning("%s cannot be reached", model)
        return ModelUnavailable(model=model, reason="unreachable")
    log.warning("%s %s %d %s", model, "broke off:" if failure.streamed else "answered", failure.status, code)
    return _by_words(failure, model) or _by_status(failure, model, code)


def _by_words(failure: Failure, model: str) -> BackendError | None:
    """What a refusal says, whatever its status: servers agree on few of those."""
    said, status = failure.said, failure.status
    ours = status == 0 or 400 <= status < 500
    if status == 451 or (ours and status != 429 and _REGION.search(said)):
        return NotServed(model=model)
    if _no_credit(failure):
        return ModelRateLimited("backend.no_credit", model=model, retry_after=None, reason="quota")
    if ours and status != 429 and _limited(failure):
        return _rate(failure, model)
    if (ours or status == 500) and failure.too_long:
        return PromptTooLong(
            "backend.too_long_at" if failure.window else None, model=model, limit=failure.window
        )
    if status in (0, 400, 401, 403, 404, 422, 503) and _NO_ENDPOINT.search(said):
        return ModelUnavailable("backend.no_endpoint", model=model, reason="endpoints")
    if status != 429 and _POLICY.search(said):
        return ProviderRefused(model=model)
    forbidden = status in (401, 403) and _FORBIDDEN.search(said)
    if forbidden and "model" in said:
        return ModelForbidden(model=model)
    if status in (0, 400, 401, 403) and _BAD_KEY.search(said):
        return BadKey(model=model)
    if forbidden:
        return ModelForbidden(model=model)
    if status in (0, 400, 403, 422) and _UNKNOWN.search(said):
        return ModelUnknown(model=model)
    return None


def _by_status(failure: Failure, model: str, code: str) -> BackendError:
    status = failure.status
    if is_loading(failure):
        key = "backend.loading" if failure.loading is None else "backend.loading_for"
        return ModelUnavailable(key, model=model, reason=str(status), wait=failure.loading)
    if failure.page and not status:
        return ModelUnavailable("backend.wrong_address", model=model, reason="cut")
    if status == 429 or (failure.streamed and _limited(failure)):
        return _rate(failure, model)
    if failure.streamed and status not in (401, 403, 404):
        busy = status in (503, 529) or _BUSY.search(failure.said)
        return ModelUnavailable(
            "backend.overloaded" if busy else "backend.broke_off", model=model, reason="cut"
        )
    if status in (401, 403):
        return BadKey(model=model)
    if status == 404:
        # A server that knows no such address knows no model either, and says nothing of one.
        lost = failure.page or (not code and "model" not in failure.said)
        return (
            ModelUnavailable("backend.wrong_address", model=model, reason="404")
            if lost
            else ModelUnknown(model=model)
        )
    if status >= 500 or status in AGAIN:
        busy = status == 529 or (status != 500 and _BUSY.search(failure.said))
        return ModelUnavailable("backend.overloaded" if busy else None, model=model, reason=str(status))
    return BackendError(model=model, status=status, reason=code or str(status))


def _limited(failure: Failure) -> bool:
    if not _RATE.search(failure.said):
        return False
    return failure.status in (413, 429) or (failure.status in (0, 400, 403) and "context" not in failure.said)


def _no_credit(failure: Failure) -> bool:
    if failure.status == 402:
        return True
    # Where it may be tried again after some time, it is a limit of requests, in the same words.
    passing = failure.wait is not None or "resource_exhausted" in failure.said
    plain = failure.code in ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")
    return failure.status < 500 and (plain or (not passing and bool(_NO_CREDIT.search(failure.said))))


def _more_than_a_minute(failure: Failure) -> bool:
    """Whether one request asks for more tokens than the account may use in a minute."""
    found = A_MINUTE.search(failure.said)
    return bool(found and int(found[2].replace(",", "")) > int(found[1].replace(",", "")))


def _rate(failure: Failure, model: str) -> ModelRateLimited:
    if failure.status == 413 or _more_than_a_minute(failure):
        return ModelRateLimited(
            "backend.more_than_a_minute", model=model, retry_after=failure.wait, reason="tokens"
        )
    key = "backend.rate_limited_for" if failure.wait and failure.wait >= 1 else None
    return ModelRateLimited(key, model=model, retry_after=failure.wait, reason="rate")
