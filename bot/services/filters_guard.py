"""What holds in every server without a rule, for what models say: no private example, no key gets out.

The guards join the filters of a place (:class:`Joined`); the strictest hit wins.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import cache, lru_cache
from typing import Protocol

from bot.backends.judges import staying_here
from bot.house.verbatim import Verbatim
from bot.moderation.compiled import Compiled, compile_rules
from bot.moderation.pipeline import FilterPipeline
from bot.moderation.rules import Circumstances, Kind, Mode, Rule, RuleSet
from bot.moderation.verdict import Action, Hit, Scan, Verdict

EXAMPLES = "examples"
SECRETS = "secrets"

_PARTS = frozenset({"key", "token", "webhook", "private key"})
"""What is known by its form alone; "password: …" may stand in any story."""

_COPYING = {
    "en": ("no copying of the examples", "lines of the examples, word for word"),
    "zh": ("不照抄范例", "逐字照抄范例"),
}
"""What the guard of the examples is called, and what the model is told to leave out."""

SHORTEST_SECRET = 8
"""Characters; a shorter one would cover ordinary words."""


class Judging(Protocol):
    """What can be joined: a pipeline."""

    @property
    def whole(self) -> bool:
        """Whether whole sentences must be judged before they are shown."""
        ...

    def scan(self) -> Scan | None:
        """A look at one stream."""
        ...

    async def judge(self, text: str) -> Verdict:
        """The verdict on a text."""
        ...

    async def judge_whole(self, text: str) -> Verdict:
        """The verdict of the judges of whole texts alone."""
        ...


class Joined:
    """Several pipelines as one."""

    def __init__(self, parts: Sequence[Judging]) -> None:
        self._parts = tuple(parts)

    @property
    def whole(self) -> bool:
        """Whether any of them must see whole sentences."""
        return any(part.whole for part in self._parts)

    def scan(self) -> Scan | None:
        """A look at one stream by all of them."""
        scans = [scan for part in self._parts if (scan := part.scan()) is not None]
        return _Scans(scans) if scans else None

    async def judge(self, text: str) -> Verdict:
        """The verdicts put together."""
        return together(text, [await part.judge(text) for part in self._parts])

    async def judge_whole(self, text: str) -> Verdict:
        """The verdicts of the judges of whole texts put together."""
        return together(text, [await part.judge_whole(text) for part in self._parts])


class _Scans:
    """Looks at one stream; what all of them let through may be shown."""

    def __init__(self, scans: Sequence[Scan]) -> None:
        self._scans = scans

    async def advance(self, text: str, *, last: bool) -> tuple[Sequence[Hit], int, Sequence[str]]:
        found = [await scan.advance(text, last=last) for scan in self._scans]
        return (
            [hit for hits, _, _ in found for hit in hits],
            min(known for _, known, _ in found),
            [name for _, _, missing in found for name in missing],
        )


def together(text: str, verdicts: Sequence[Verdict]) -> Verdict:
    """Several verdicts on one text as one."""

    def ordered(hits: Sequence[Hit]) -> tuple[Hit, ...]:
        return tuple(sorted(hits, key=lambda hit: (hit.start, hit.end)))

    return Verdict(
        text,
        ordered([hit for verdict in verdicts for hit in verdict.hits]),
        tuple(dict.fromkeys(name for verdict in verdicts for name in verdict.missing)),
        ordered([hit for verdict in verdicts for hit in verdict.shadow]),
    )


class ExamplesFilter:
    """No long run of a private example: the model tries again, told not to repeat them."""

    name = EXAMPLES
    reach = 1  # a stream is looked at by :meth:`scan`

    def __init__(self, pieces: Verbatim, *, zh: bool = False) -> None:
        self._pieces = pieces
        self._told = _COPYING["zh" if zh else "en"]

    async def check(self, text: str) -> Sequence[Hit]:
        """All runs."""
        return self.check_now(text)

    def check_now(self, text: str) -> Sequence[Hit]:
        """All runs."""
        return self.hits(self._pieces.find(text))

    def scan(self) -> _ExamplesScan:
        """Looks at a stream."""
        return _ExamplesScan(self, self._pieces)

    def hits(self, spans: Sequence[tuple[int, int]]) -> list[Hit]:
        """What follows from runs."""
        return [Hit(start, end, self._told[0], Action.REGENERATE, self._told[1]) for start, end in spans]


class _ExamplesScan:
    """One stream: what may still become a run is held back."""

    def __init__(self, filter: ExamplesFilter, pieces: Verbatim) -> None:
        self._filter = filter
        self._pieces = pieces
        self._begin = 0

    async def advance(self, text: str, *, last: bool) -> tuple[Sequence[Hit], int]:
        hits = self._filter.hits(self._pieces.find(text, self._begin))
        self._begin = self._pieces.open_from(text, self._begin)
        return hits, len(text) if last else self._begin


class OwnSecrets:
    """The bot's own keys, wherever they would appear."""

    name = SECRETS

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = tuple(secret for secret in secrets if len(secret) >= SHORTEST_SECRET)
        self.reach = max(map(len, self._secrets), default=1)

    async def check(self, text: str) -> Sequence[Hit]:
        """Every place where one stands."""
        return self.check_now(text)

    def check_now(self, text: str) -> Sequence[Hit]:
        """Every place where one stands."""
        hits: list[Hit] = []
        for secret in self._secrets:
            at = text.find(secret)
            while at >= 0:
                hits.append(Hit(at, at + len(secret), SECRETS, Action.MASK))
                at = text.find(secret, at + 1)
        return hits


@cache
def _known_secrets() -> Compiled:
    """Keys and tokens of well-known services, by their form."""
    rule = Rule(SECRETS, Kind.SECRETS, Action.MASK, parts=_PARTS, mode=Mode.ARMED)
    return compile_rules(RuleSet((rule,)))


@lru_cache(maxsize=256)
def verbatim(examples: str) -> Verbatim:
    """Examples made ready to be looked for; the last few servers' are kept."""
    return Verbatim(examples)


def guards(examples: str, secrets: Sequence[str], *, zh: bool = False) -> list[Judging]:
    """What joins the filters of a place for what models say there."""
    found: list[Judging] = [
        _known_secrets().pipeline(Circumstances()),
        FilterPipeline((OwnSecrets(secrets),)),
    ]
    pieces = verbatim(examples) if examples else None
    if pieces is not None and pieces.long_enough:
        found.append(FilterPipeline((ExamplesFilter(pieces, zh=zh),), fail_closed=frozenset({EXAMPLES})))
    return found


class Discreet:
    """A pipeline whose judge elsewhere is not asked where words stay on this machine."""

    def __init__(self, inner: Judging, stays_here: Callable[[], Awaitable[bool]]) -> None:
        self._inner = inner
        self._stays_here = stays_here
        self.whole = inner.whole

    def scan(self) -> Scan | None:
        """As the pipeline itself."""
        return self._inner.scan()

    async def judge(self, text: str) -> Verdict:
        """The verdict."""
        with staying_here(await self._stays_here()):
            return await self._inner.judge(text)

    async def judge_whole(self, text: str) -> Verdict:
        """The verdict of the judges of whole texts."""
        with staying_here(await self._stays_here()):
            return await self._inner.judge_whole(text)


class Closed:
    """A pipeline in which something that could not judge may stop everything.

    ``closed`` says of a filter that is missing whether a rule that blocks would
    have needed it: then the text is blocked, for what could not be judged is
    not said.
    """

    def __init__(self, inner: Judging, closed: Callable[[str], bool]) -> None:
        self._inner = inner
        self._closed = closed
        self.whole = inner.whole

    def scan(self) -> Scan | None:
        """As the pipeline itself."""
        return self._inner.scan()

    async def judge(self, text: str) -> Verdict:
        """The verdict, blocked if something is missing that is needed."""
        return self._with_missing(await self._inner.judge(text))

    async def judge_whole(self, text: str) -> Verdict:
        """The same of the judges of whole texts."""
        return self._with_missing(await self._inner.judge_whole(text))

    def _with_missing(self, verdict: Verdict) -> Verdict:
        stopping = [name for name in verdict.missing if self._closed(name)]
        if not stopping or any(hit.rule.startswith("unavailable:") for hit in verdict.hits):
            return verdict
        hits = [Hit(0, len(verdict.text), f"unavailable:{name}", Action.BLOCK) for name in stopping]
        return together(verdict.text, [verdict, Verdict(verdict.text, tuple(hits))])
