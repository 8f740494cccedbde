"""Links, invites, mentions, personal data and secrets: what a text gives away or leads to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv6Address
from itertools import pairwise
from urllib.parse import urlsplit

from bot.moderation.patterns import Pattern, Reach
from bot.moderation.rules import Kind

_TOKEN = Reach(width=700, spaces=False, lines=False)
_PATH = r"(?:[:/?#][^\s<>\"'`\])}]{0,400})?"
_DOT = r"(?:[.。．]|\[\.\]|\(\.\)|\s?[\[(]dot[\])]\s?)"
_CODE = r"\s?[/\\]{1,2}\s?<?[\w%-]{2,32}"
_INVITE = (
    rf"\bdisc[o0]rd(?:app)?(?:\s?{_DOT}\s?|\s)(?:gg|com?\s?/\s?(?:invite|servers)|io|me|li|link|new){_CODE}"
)
_INVITE_SPACED = (
    r"\b" + r"[ ._*-]{1,2}".join("disc") + r"[ ._*-]{1,2}[o0][ ._*-]{1,2}r[ ._*-]{1,2}d"
    r"\W{1,4}g\W{0,2}g\W{0,2}/[ \w-]{2,64}"
)
_INVITE_ELSEWHERE = (
    rf"\b(?:(?:dsc|invite)\.gg{_CODE}|top\.gg/servers/\d{{5,25}}|disboard\.org/server/(?:join/)?\d{{5,25}})"
)
_EMAIL = (
    r"\b[a-z0-9][\w.+-]{0,63}(?:@|\s?[\[(]at[\])]\s?)"
    r"(?:[\pL\pN-]{1,63}(?:\.|\[\.\]|\s?[\[(]dot[\])]\s?)){1,4}(?:[a-z]{2,24}\b|\pL{2,24})"
)
_EMAIL_SAID = (
    r"\b[a-z0-9][\w.+-]{1,63} at [a-z0-9-]{2,63} dot (?:com|net|org|edu|gov|io|de|uk|cn|co dot uk)\b"
)
_EMAIL_SPACED = (
    r"\b[a-z0-9](?:[\w.+-]| ){0,40}[ ]?@[ ]?"
    r"(?:gmail|googlemail|outlook|hotmail|yahoo|icloud|proton|protonmail|qq|163|126|foxmail|sina)\s?\.\s?(?:com|me|cn)\b"
)
_ABROAD = r"\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,4}){1,5}\b"
_AT_HOME = r"\b0\d{2,4}[ -]\d{3,4}[ -]?\d{3,4}\b"
_ACCOUNT = (
    r"(?:[微薇威]信号?[:：是]?|[加+][vV][:：]?|[vV]信[:：]?|\bwechat(?: id)?[:：]|\b[vw]x[:：]?|扣扣[:：]?"
    r"|\bqq(?:号[:：]?|[:：]| ))\s?[a-z0-9_-]{5,20}\b"
)
_NUMBER_NAMED = (
    r"(?:\b(?:phone|tel|mobile|cell|whatsapp|telegram|call me|text me|my number)|电话|手机号?)"
    r"[^\d\n]{0,12}\d[\d ().-]{5,16}\d\b"
)
_BY_PAIRS = r"\b0[1-9](?:[ .-]\d{2}){4}\b"
_CARD = r"\b(?:[2-6]\d{12,18}|[2-6]\d{3}(?:[ -]\d{4}){2,3}(?:[ -]\d{1,3})?|3[47]\d{2}[ -]\d{6}[ -]\d{5})\b"
_PREFIXED = (
    r"\b(?:gsk|r8|xai|nvapi|pplx|tvly|dckr_pat|figd|shpat|shpss|sntrys|lin_api|ntn|sbp|sq0atp|sq0csp|rnd|fly|secret)"
    r"[_-][A-Za-z0-9_-]{20,200}"
)
_SERVICE = r"\b(?:sk|pk|rk)[-_](?:live|test|proj|ant|or|svcacct)?[-_]?[A-Za-z0-9_-]{16,200}"
_FORGE = r"\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255}|glpat-[\w-]{20,64}|dop_v1_[0-9a-f]{64})"
_CLOUD = r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{35}|\bya29\.[\w-]{20,200}|\bSG\.[\w-]{22}\.[\w-]{43}"
_CHAT = (
    r"\bxox[abeoprs]-[A-Za-z0-9-]{10,200}|\b(?:hf|npm)_[A-Za-z0-9]{20,64}|\bpypi-[\w-]{16,200}"
    r"|\b\d{8,10}:AA[\w-]{30,40}\b|\bmfa\.[\w-]{60,100}\b|\bAGE-SECRET-KEY-1[A-Z0-9]{6,80}"
)
_BEARER = r"\bBearer {1,3}[A-Za-z0-9._~+/-]{20,500}"
_IN_ADDRESS = r"\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@]{1,64}:[^\s@/]{1,128}@"
_PASSWORD = (
    r"(?:\b\w{0,30}(?:password|passwd|api[_-]?key|access[_-]?key|account[_-]?key|secret|token)|密码|口令)"
    r"\s?[:=：]\s?[^\s]{6,100}"
)
_ENDINGS = (
    "com|net|org|info|biz|io|co|gg|tv|app|dev|xyz|online|icu|vip|"
    "ru|cn|uk|de|fr|jp|kr|br|eu|nl|es|pl|ca|au|tk|ml|ga|cf|ly|gl|cc|ws|su|ai|"
    "shop|store|site|click|website|cyou|sbs|cfd|xxx|porn|casino|webcam|onion|moe"
)
_WORDS_TOO = (
    "me|to|it|in|us|be|is|so|at|no|pw|club|link|live|top|win|gift|zip|page|cloud|world|fun|art|ink|one|life|"
    "today|space|tech|news|blog|wiki|bar|cafe|games|chat|lol|wtf|social|media|group|team|studio|design|bio|fyi"
)
"""Endings that are words as well: where a space was forgotten after a full stop they make no link."""
_ABROAD_ENDINGS = "com|net|org|jp|cn|ru|xyz|рф|укр|中国|公司|网络|香港|台湾|みんな|한국"


@dataclass(frozen=True, slots=True)
class Detector:
    """One thing that can be found.  ``good`` looks at what was matched once more."""

    part: str
    pattern: Pattern
    good: Callable[[str], bool] = bool
    least: int = 1
    """Fewest characters of what is good."""

    @property
    def reach(self) -> Reach:
        """How far a match can go."""
        return self.pattern.reach

    def find(self, text: str, start: int = 0) -> Iterator[tuple[int, int]]:
        """Matches that are good; what was matched too far is tried without its last words."""
        while (match := self.pattern.first(text, start)) is not None:
            first, last = match
            while last > first and not self.good(text[first:last]):
                last = first + max(0, text[first:last].rfind(" "))
                if last - first < self.least:
                    last = first
            if last > first:
                yield first, last
            start = last if last > first else first + 1


def _of(
    part: str,
    written: str,
    reach: Reach = _TOKEN,
    good: Callable[[str], bool] = bool,
    *,
    case: bool = False,
    least: int = 1,
) -> Detector:
    if not reach.lines:  # so that a stream need not wait for the next line
        written = written.replace(r"\s?", r"[^\S\n]?").replace(r"\W{", r"[^\w\n]{")
    return Detector(part, Pattern(written, reach=reach, case=case), good, least)


def _short(width: int) -> Reach:
    return Reach(width=width, spaces=True, lines=False)


def _digits(found: str) -> list[int]:
    return [int(char) for char in found if char.isascii() and char.isdigit()]


def _is_card(found: str) -> bool:
    """By the check digit of ISO/IEC 7812 (Luhn)."""
    digits = _digits(found)
    doubled = [sum(divmod(2 * one, 10)) if number % 2 else one for number, one in enumerate(reversed(digits))]
    return 13 <= len(digits) <= 19 and sum(doubled) % 10 == 0 and len(set(digits)) > 1


def _is_phone(found: str) -> bool:
    digits = len(_digits(found))
    return 8 <= digits <= 15


def _is_no_row(found: str) -> bool:
    """Whether they are not numbers one after the other: ``01 02 03 04 05``."""
    pairs = [int(found[at : at + 2]) for at in range(0, len(found), 3)]
    steps = {after - before for before, after in pairwise(pairs)}
    return max(steps, default=0) != min(steps, default=0) or max(map(abs, steps), default=0) > 10


def _is_mixed(found: str) -> bool:
    """Whether there are digits in it, and it is no row of words: ``secret_garden_of_the_queen``."""
    return any(map(str.isdigit, found[4:]))


def _is_iban(found: str) -> bool:
    """By the check of ISO 13616."""
    plain = "".join(found.split()).upper()
    turned = plain[4:] + plain[:4]
    return len(plain) >= 15 and int("".join(str(int(char, 36)) for char in turned)) % 97 == 1


def _is_chinese_id(found: str) -> bool:
    """By the check of GB 11643-1999."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    plain = found.replace(" ", "")
    total = sum(weight * int(digit) for weight, digit in zip(weights, plain[:17], strict=True))
    return "10X98765432"[total % 11] == plain[17:].upper()


def _is_address(found: str) -> bool:
    """Whether it is an address of IPv4: four numbers, none too large; five are the number of a version."""
    try:
        return bool(IPv4Address(found))
    except ValueError:
        return False


def _is_long_address(found: str) -> bool:
    """Whether it is an address of IPv6."""
    try:
        return bool(IPv6Address(found))
    except ValueError:
        return False


def _is_password(found: str) -> bool:
    """Whether what follows is no word of a story: ``the secret: everything``."""
    value = re.split(r"[:=：]", found, maxsplit=1)[1].strip().rstrip(".,;!?。，！？")
    return len(value) > 5 and any(map(str.isdigit, value))


@cache
def detectors() -> Mapping[Kind, tuple[Detector, ...]]:
    """What each kind of rule looks for."""
    return {
        Kind.LINKS: (
            _of("link", r"\b[a-z][a-z0-9+.-]{1,15}://[^\s<>\"'`\])}]{1,500}"),
            _of(
                "link", rf"\b(?:[a-z0-9][a-z0-9-]{{0,62}}(?:\.|\[\.\]|\(\.\))){{1,4}}(?:{_ENDINGS})\b{_PATH}"
            ),
            _of(
                "link", rf"\b(?:[a-z0-9][a-z0-9-]{{0,62}}\.){{1,4}}(?:{_WORDS_TOO})/[^\s<>\"'`\])}}]{{1,400}}"
            ),
            _of("link", rf"\bwww\.[a-z0-9-]{{1,63}}\.[a-z]{{2,24}}\b{_PATH}"),
            _of(
                "link",
                r"\b[a-z0-9-]{2,63} dot (?:com|net|org|gg|io) ?/ ?\w[^\s<>\"'`\])}]{0,40}",
                _short(120),
            ),
            _of("link", r"\b[a-z0-9-]{1,63}(?:。|\s?[\[(]dot[\])]\s?)(?:com|net|org)\b", _short(80)),
            _of("link", rf"[\pL\pN-]{{1,62}}[^\x00-\x7f，。、！？：；]\.(?:{_ABROAD_ENDINGS}){_PATH}"),
        ),
        Kind.INVITES: (
            _of("invite", _INVITE, _short(90)),
            _of("invite", _INVITE_SPACED, _short(120)),
            _of("invite", _INVITE_ELSEWHERE, _short(90)),
            _of("invite", r"(?m)(?:^|[ \t(<])\.gg/[\w-]{2,32}", _short(40)),
        ),
        Kind.MENTIONS: (
            _of("everyone", r"@(?:everyone|here)\b", _short(12)),
            _of("roles", r"<@&\d{5,20}>", _short(25)),
            _of("users", r"<@!?\d{5,20}>", _short(25)),
        ),
        Kind.PERSONAL: (
            _of("email", _EMAIL, Reach(400, True, False)),
            _of("email", _EMAIL_SAID, _short(160)),
            _of("email", _EMAIL_SPACED, _short(70)),
            _of("phone", _ABROAD, _short(40), _is_phone, least=8),
            _of("phone", _AT_HOME, _short(24), _is_phone),
            _of("phone", r"(?:\([2-9]\d{2}\) ?|\b[2-9]\d{2}[ .-])\d{3}[ .-]\d{4}\b", _short(20)),
            _of("phone", r"\b07\d{3}[ -]?\d{3}[ -]?\d{3}\b", _short(16)),
            _of("phone", _BY_PAIRS, _short(16), _is_no_row, least=14),
            _of("phone", _NUMBER_NAMED, _short(50), _is_phone),
            _of("phone", r"\b1[3-9]\d[ -]?\d{4}[ -]?\d{4}\b", _short(16)),
            _of("card", _CARD, _short(30), _is_card, least=13),
            _of("iban", r"\b[a-z]{2}\d{2}(?: ?[a-z0-9]{2,4}){3,8}\b", _short(45), _is_iban),
            _of("account", _ACCOUNT, _short(40)),
            _of("id", r"\b[1-9]\d{5} ?(?:19|20)\d{6} ?\d{3}[\dx]\b", _short(24), _is_chinese_id),
            _of("id", r"\b\d{3}-\d{2}-\d{4}\b", _short(12)),
            _of("ip", r"\b\d{1,3}(?:\.\d{1,3}){3,12}\b", _short(60), _is_address),
            _of("ip", r"\b[0-9a-f]{3,4}(?::[0-9a-f]{0,4}){2,8}\b", _short(50), _is_long_address),
        ),
        Kind.SECRETS: (
            _of("key", _SERVICE, case=True),
            _of("key", _FORGE, case=True),
            _of("key", _CLOUD, case=True),
            _of("key", _CHAT, case=True),
            _of("key", _PREFIXED, good=_is_mixed, case=True),
            _of("token", _BEARER, Reach(520, spaces=True, lines=False, opens="bearer ")),
            _of("token", r"\b[A-Za-z0-9_-]{23,28}\.[A-Za-z0-9_-]{6,7}\.[A-Za-z0-9_-]{27,45}\b", case=True),
            _of("token", r"\beyJ[\w-]{8,300}\.eyJ[\w-]{8,300}\.[\w-]{8,300}", case=True),
            _of("webhook", r"\bdiscord(?:app)?\.com/api/webhooks/\d{5,25}/[\w-]{20,100}"),
            _of(
                "private key",
                r"-----BEGIN [A-Z ]{0,24}PRIVATE KEY-----",
                Reach(60, spaces=True, lines=False, opens="-----begin "),
            ),
            _of("password", _PASSWORD, _short(170), _is_password),
            _of("password", _IN_ADDRESS),
        ),
    }


def host_of(link: str) -> str:
    """The host a link leads to, in lower case."""
    whole = link.replace("[.]", ".").lower()
    return urlsplit(whole if "://" in whole else f"//{whole}", allow_fragments=False).hostname or ""


def is_allowed_host(link: str, hosts: tuple[str, ...]) -> bool:
    """Whether the link leads to one of the hosts, or to one below it."""
    try:
        host = host_of(link)
    except ValueError:
        return False
    return any(
        host == one or host.endswith(f".{one}") for one in (given.lower().strip("*.") for given in hosts)
    )


def is_allowed_invite(invite: str, codes: tuple[str, ...]) -> bool:
    """Whether an invite has one of the codes."""
    return invite.rsplit("/", 1)[-1].strip() in {code.rsplit("/", 1)[-1] for code in codes}
