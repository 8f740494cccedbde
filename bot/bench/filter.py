"""The filters: what they catch and what they leave alone, how fast, and beside a plain ``re`` alternation.

The sets and where they are from: ``tests/moderation/sets/README.md``.  Times are
of the processor, so that others on the machine disturb less.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import lzma
import random
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.moderation.compiled import Compiled, compile_rules
from bot.moderation.gate import StreamGate
from bot.moderation.rulefile import read_rules
from bot.moderation.rules import Circumstances, Kind, Mode, Rule, RuleSet

ROOT = Path(__file__).parents[2]
SETS = ROOT / "tests" / "moderation" / "sets"
PAGE = 2_000
_AT = Circumstances()
_SYLLABLES = (
    "ba be bi bo da de di do fa fi ga go ka ki la lo ma mi na no pa po ra ri sa so ta ti va vo cha sho tri "
    "plo gra"
)
_REAL = (
    "fuck shit bitch asshole ass cunt whore slut penis retard rapist tits anal hell cock nazi bastard dick "
    "cum gay"
)


def run(quick: bool) -> str:
    """The tables."""
    return "\n\n".join((caught(), speed(quick), streams(quick)))


def caught() -> str:
    """How many disguised terms are found, how many look-alikes hit, and how many pages of old novels."""
    rows = ["| set | texts | caught or hit | ways missed |", "|---|---|---|---|"]
    rules = read_rules((SETS / "rules.toml").read_text("utf-8"))
    plain = compile_rules(rules)
    by_sound = compile_rules(RuleSet(tuple(_with_homophones(rule) for rule in rules.rules)))
    second, third, fourth = (
        compile_rules(read_rules((SETS / f"{name}-rules.toml").read_text("utf-8")))
        for name in ("second", "third", "fourth")
    )
    for made, names in (
        (plain, ("evasions-en", "evasions-zh", "innocent-en", "innocent-zh")),
        (by_sound, ("homophones-zh",)),
        (second, ("second-evasions-en", "second-evasions-zh", "second-innocent")),
        (third, ("third-evasions",)),
        (fourth, ("fourth-evasions", "fourth-innocent")),
    ):
        for name in names:
            texts = read_set(name)
            hit = [row for row in texts if finds(made, row)]
            missed: dict[str, int] = {}
            for row in texts:
                if "way" in row and row not in hit:
                    way = row["way"].split(":")[0]
                    missed[way] = missed.get(way, 0) + 1
            ways = ", ".join(f"{way} {many}" for way, many in sorted(missed.items()))
            rows.append(f"| {name} | {len(texts)} | {len(hit)} ({len(hit) / len(texts):.2%}) | {ways} |")
    novels = lzma.decompress((SETS / "fiction.txt.xz").read_bytes()).decode("utf-8").split("\f")
    terms = rules.rules[0].terms
    words = re.compile(rf"\b(?:{'|'.join(map(re.escape, terms))})\b", re.IGNORECASE)
    pipeline = _rules(terms).pipeline(_AT)
    ours = sum(bool(pipeline.check_now(page).hits) for page in novels)
    theirs = sum(words.search(page) is not None for page in novels)
    rows.append(f"\nOf {len(novels)} pages of old novels {ours} are flagged, by whole words {theirs}.")
    return "\n".join(rows)


def read_set(name: str) -> list[dict[str, str]]:
    """The rows of one set."""
    return [json.loads(row) for row in (SETS / f"{name}.jsonl").read_text("utf-8").splitlines()]


def finds(made: Compiled, row: dict[str, str]) -> bool:
    """Whether the term of an evasion, or any term in an innocent text, is found."""
    hits = made.pipeline(_AT).check_now(row["text"]).hits
    return any(hit.term == row["term"] for hit in hits) if "term" in row else bool(hits)


def _with_homophones(rule: Rule) -> Rule:
    return Rule(rule.id, rule.kind, rule.action, terms=rule.terms, homophones=True, mode=Mode.ARMED)


def speed(quick: bool) -> str:
    """Messages a second: by the number of terms, beside ``re``, and on hostile texts."""
    chance = random.Random(6)
    messages = pages(60 if quick else 300)
    rows = [
        "| terms | messages of 2,000 characters a second | plain re | times | ready in s |",
        "|---|---|---|---|---|",
    ]
    for many in (100, 1_000, 10_000):
        terms = made_up(many)
        planted = [
            _planted(message, chance.choice(terms)) if number % 10 == 0 else message
            for number, message in enumerate(messages)
        ]
        begun = time.process_time()
        made = _rules(terms)
        ready = time.process_time() - begun
        alternation = re.compile(r"\b(?:" + "|".join(map(re.escape, terms)) + r")\b", re.IGNORECASE)
        theirs = _rate(
            lambda text, found=alternation: found.findall(text), planted[:4] if many > 1_000 else planted[:40]
        )
        ours = _rate(made.pipeline(_AT).check_now, planted)
        rows.append(f"| {many:,} | {ours:,.0f} | {theirs:,.1f} | {ours / theirs:,.0f} | {ready:.2f} |")
    terms = made_up(10_000)
    pipeline = _rules(terms).pipeline(_AT)
    for name, texts in _hostile(terms, 30 if quick else 100).items():
        rows.append(f"| 10,000, {name} | {_rate(pipeline.check_now, texts):,.0f} | | | |")
    stored = [message[start : start + 200] for message in messages for start in range(0, PAGE, 200)]
    stored = (stored * (10_000 // len(stored) + 1))[: 1_000 if quick else 10_000]
    begun = time.process_time()
    for text in stored:
        pipeline.check_now(text)
    rows.append(f"\nA trial over {len(stored):,} stored texts takes {time.process_time() - begun:.2f} s.")
    return "\n".join(rows)


def streams(quick: bool) -> str:
    """What a stream of 500 pieces costs, beside judging the whole text at every piece."""
    text = pages(1)[0]
    pieces = [text[start : start + 4] for start in range(0, len(text), 4)]
    pipeline = _rules(made_up(10_000)).pipeline(_AT)

    async def gated() -> None:
        gate: StreamGate = pipeline.gate()
        for piece in pieces:
            await gate.feed(piece)
        await gate.finish()

    async def whole() -> None:
        sofar = ""
        for piece in pieces:
            sofar += piece
            await pipeline.judge(sofar)

    times = 3 if quick else 10
    ours = min(_seconds(gated) for _ in range(times))
    theirs = min(_seconds(whole) for _ in range(times))
    return (
        f"A stream of {len(text):,} characters in {len(pieces)} pieces: {ours * 1e3:.1f} ms; "
        f"judging the whole each time: {theirs * 1e3:.1f} ms, {theirs / ours:.0f} times as much."
    )


def pages(many: int) -> list[str]:
    """Pages of verse."""
    with gzip.open(ROOT / "tests" / "forms" / "gold" / "english.jsonl.gz", "rt", encoding="utf-8") as file:
        whole = "\n\n".join(json.loads(row)["text"] for row in file)
    whole *= many * PAGE // len(whole) + 1
    return [whole[start : start + PAGE] for start in range(0, many * PAGE, PAGE)]


def made_up(many: int) -> list[str]:
    """Terms: a few real ones, the others made of syllables."""
    chance = random.Random(1)
    syllables: Sequence[str] = _SYLLABLES.split()
    terms: dict[str, None] = dict.fromkeys(_REAL.split())
    while len(terms) < many:
        made = "".join(chance.choice(syllables) for _ in range(chance.randrange(2, 5)))
        terms[made + chance.choice(("", "s", "x", "k", "ng"))] = None
    return list(terms)[:many]


def _rules(terms: Sequence[str]) -> Compiled:
    return compile_rules(RuleSet((Rule("terms", Kind.WORDS, terms=tuple(terms), mode=Mode.ARMED),)))


def _planted(message: str, term: str) -> str:
    return f"{message[: PAGE // 2]} {term} {message[PAGE // 2 :]}"[:PAGE]


def _hostile(terms: Sequence[str], many: int) -> dict[str, list[str]]:
    chance = random.Random(3)
    blocks = ((0x20, 0x3000), (0x4E00, 0xA000), (0x1F000, 0x1FB00), (0x1D400, 0x1D800))

    def any_char() -> str:
        return chr(chance.randrange(*chance.choice(blocks)))

    def of(piece: Callable[[], str], between: str) -> list[str]:
        return [between.join(piece() for _ in range(PAGE))[:PAGE] for _ in range(many)]

    return {
        "random Unicode": of(any_char, ""),
        "glued beginnings": of(lambda: chance.choice(terms)[:-1], ""),
        "hundreds of hits": of(lambda: chance.choice(terms), " "),
        "hundreds of disguised hits": of(
            lambda: chance.choice(terms).replace("a", "4").replace("o", "0"), " "
        ),
    }


def _rate(judge: Callable[[str], object], texts: Sequence[str]) -> float:
    for text in texts[:10]:
        judge(text)
    begun = time.process_time()
    for text in texts:
        judge(text)
    return len(texts) / (time.process_time() - begun)


def _seconds(work: Callable[[], object]) -> float:
    loop = asyncio.new_event_loop()
    begun = time.process_time()
    loop.run_until_complete(work())  # pyright: ignore[reportArgumentType, reportUnknownMemberType]
    spent = time.process_time() - begun
    loop.close()
    return spent
