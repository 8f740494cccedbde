"""Links, invites, mentions, personal data and secrets: what a text gives away or leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from bot.moderation.patterns import Pattern, Reach
from bot.moderation.rules import Kind

_TOKEN = Reach(width=600, spaces=False, lines=False)
_PATH = r"(?:[:/?#][^\s<>\"'`\])}]{0,400})?"
_INVITE = r"\bdiscord(?:app)?\s?(?:\.|\(dot\)|\[\.\])\s?(?:gg|com\s?/\s?invite|io|me|li)\s?/\s?[\w-]{2,32}"
_EMAIL = r"\b[a-z0-9][\w.+-]{0,63}@(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,24}\b"
_ABROAD = r"\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,4}){1,5}\b"
_SERVICE = r"\b(?:sk|pk|rk)[-_](?:live|test|proj|ant|or|svcacct)?[-_]?[A-Za-z0-9_-]{16,200}"
_FORGE = r"\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255}|glpat-[\w-]{20,64})"
_PASSWORD = r"\b(?:password|passwd|api[_-]?key|secret|token|密码|口令)\s?[:=：]\s?[^\s]{6,100}"
_CHAT = r"\bxox[abeoprs]-[A-Za-z0-9-]{10,200}|\b(?:hf|npm)_[A-Za-z0-9]{20,64}|\bpypi-[\w-]{16,200}"
_ENDINGS = (
    "com|net|org|info|biz|io|co|gg|me|tv|app|dev|xyz|site|online|shop|store|club|link|live|top|icu|vip|win|"
    "ru|cn|uk|de|fr|jp|kr|in|br|us|eu|nl|it|es|pl|ca|au|tk|ml|ga|cf|ly|gl|to|cc|pw|ws|su|ai|gift|zip"
)


@dataclass(frozen=True, slots=True)
class Detector:
    """One thing that can be found.  ``good`` looks at what was matched once more."""

    part: str
    pattern: Pattern
    good: Callable[[str], bool] = bool

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
            if last > first:
                yield first, last
            start = last if last > first else first + 1


def _of(
    part: str, written: str, reach: Reach = _TOKEN, good: Callable[[str], bool] = bool, *, case: bool = False
) -> Detector:
    return Detector(part, Pattern(written, reach=reach, case=case), good)


def _short(width: int) -> Reach:
    return Reach(width=width, spaces=True, lines=False)


def _digits(found: str) -> list[int]:
    return [int(char) for char in found if char.isascii() and char.isdigit()]


def _is_card(found: str) -> bool:
    """By the check digit of ISO/IEC 7812 (Luhn)."""
    digits = _digits(found)
    doubled = [sum(divmod(2 * one, 10)) if number % 2 else one for number, one in enumerate(reversed(digits))]
    return 13 <= len(digits) <= 19 and sum(doubled) % 10 == 0 and len(set(digits)) > 2


def _is_phone(found: str) -> bool:
    digits = len(_digits(found))
    return 8 <= digits <= 15


def _is_iban(found: str) -> bool:
    """By the check of ISO 13616."""
    plain = "".join(found.split()).upper()
    turned = plain[4:] + plain[:4]
    return len(plain) >= 15 and int("".join(str(int(char, 36)) for char in turned)) % 97 == 1


def _is_chinese_id(found: str) -> bool:
    """By the check of GB 11643-1999."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * int(digit) for weight, digit in zip(weights, found[:17], strict=True))
    return "10X98765432"[total % 11] == found[17].upper()


def _is_number(found: str) -> bool:
    return all(part.isdigit() and int(part) < 256 for part in found.split("."))


@cache
def detectors() -> Mapping[Kind, tuple[Detector, ...]]:
    """What each kind of rule looks for."""
    return {
        Kind.LINKS: (
            _of("link", r"\bh(?:tt|xx)ps?://[^\s<>\"'`\])}]{1,500}"),
            _of("link", rf"\b(?:[a-z0-9][a-z0-9-]{{0,62}}(?:\.|\[\.\])){{1,4}}(?:{_ENDINGS})\b{_PATH}"),
        ),
        Kind.INVITES: (
            _of("invite", _INVITE, _short(70)),
            _of("invite", r"(?:^|\s|[(<])\.gg/[\w-]{2,32}", _short(40)),
        ),
        Kind.MENTIONS: (
            _of("everyone", r"@(?:everyone|here)\b", _short(12)),
            _of("roles", r"<@&\d{5,20}>", _short(25)),
            _of("users", r"<@!?\d{5,20}>", _short(25)),
        ),
        Kind.PERSONAL: (
            _of("email", _EMAIL, Reach(350, False, False)),
            _of("phone", _ABROAD, _short(40), _is_phone),
            _of("phone", r"(?:\(\d{3}\) ?|\b\d{3}[ .-])\d{3}[ .-]\d{4}\b", _short(20)),
            _of("phone", r"\b1[3-9]\d[ -]?\d{4}[ -]?\d{4}\b", _short(16)),
            _of("card", r"\b\d(?:[ -]?\d){12,18}\b", _short(40), _is_card),
            _of("iban", r"\b[a-z]{2}\d{2}(?: ?[a-z0-9]{2,4}){3,8}\b", _short(45), _is_iban),
            _of("id", r"\b[1-9]\d{5}(?:19|20)\d{9}[\dx]\b", _short(20), _is_chinese_id),
            _of("id", r"\b\d{3}-\d{2}-\d{4}\b", _short(12)),
            _of("ip", r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b", _short(16), _is_number),
        ),
        Kind.SECRETS: (
            _of(
                "key",
                r"\b(?:sk|pk|rk)[-_](?:live|test|proj|ant|or|svcacct)?[-_]?[A-Za-z0-9_-]{16,200}",
                case=True,
            ),
            _of(
                "key",
                r"\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255}|glpat-[\w-]{20,64})",
                case=True,
            ),
            _of("key", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{35}|\bya29\.[\w-]{20,200}", case=True),
            _of("key", _CHAT, case=True),
            _of("token", r"\b[A-Za-z0-9_-]{23,28}\.[A-Za-z0-9_-]{6,7}\.[A-Za-z0-9_-]{27,45}\b", case=True),
            _of("token", r"\beyJ[\w-]{8,300}\.eyJ[\w-]{8,300}\.[\w-]{8,300}", case=True),
            _of("webhook", r"\bdiscord(?:app)?\.com/api/webhooks/\d+/[\w-]{20,100}"),
            _of("private key", r"-----BEGIN [A-Z ]{0,24}PRIVATE KEY-----", _short(60)),
            _of(
                "password",
                r"\b(?:password|passwd|api[_-]?key|secret|token|密码|口令)\s?[:=：]\s?[^\s]{6,100}",
                _short(130),
            ),
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
