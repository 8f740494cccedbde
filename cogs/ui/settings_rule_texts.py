"""What trials, verdicts, lines, the log and the weekly report say to moderators."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from discord.utils import format_dt

from bot.i18n.text import has, translate
from bot.ids import Lang
from bot.moderation.records import Entry, StoredLine
from bot.moderation.rules import CATEGORIES
from bot.moderation.verdict import Action, Hit, Verdict
from bot.services.moderation_desk import Broken
from bot.services.moderation_rules import state_read
from bot.services.moderation_trial import Attempt
from bot.services.publish import OUT, REASON_LIMIT
from cogs.ui.marking import marked
from cogs.ui.safe import line
from cogs.ui.split import MESSAGE_LIMIT, width

SHOWN = 5
"""Texts that a trial shows."""

MOST_CHANGES = 4
"""Changed fields of a rule that the log shows."""


def attempt_text(attempt: Attempt, lang: Lang) -> str:
    """What a rule would have done to what was said here."""
    head = translate(
        "moderation.tried",
        lang,
        hits=len(attempt.found),
        tried=attempt.tried,
        new=attempt.new,
        doubtful=len(attempt.doubtful),
    )
    lines = [f"**{head}**"]
    writers = len({one.text.member for one in attempt.found if one.text.kind == "input"})
    outputs = sum(one.text.kind == "output" for one in attempt.found)
    if attempt.found:
        lines.append("-# " + translate("moderation.tried_by", lang, members=writers, outputs=outputs))
    shown = sorted(attempt.found, key=lambda one: (not one.doubtful, not one.new))[:SHOWN]
    for one in shown:
        marks = translate("moderation.doubtful", lang) if one.doubtful else ""
        new = translate("moderation.new_hit", lang) if one.new else ""
        flags = " ".join(mark for mark in (new, marks) if mark)
        lines.append(f"> {around(one.text.text, one.hits)}")
        lines.append(f"-# <#{one.text.channel}> · {format_dt(one.text.at, 'R')} {flags}".rstrip())
    return fitted(lines)


def verdict_text(verdict: Verdict, titles: Mapping[str, str], lang: Lang) -> str:
    """What every rule says of one text, and why."""
    lines = [f"**{translate(f'moderation.now_{verdict.action.name.lower()}', lang)}**"]
    if would := _would(verdict, titles, lang):
        lines[0] += f" {would}"
    hits = (*verdict.hits, *verdict.shadow)
    if hits:
        lines.append(f"> {around(verdict.text, hits)}")
    for hit in hits[:12]:
        shadow = translate("moderation.only_shadow", lang) if hit in verdict.shadow else ""
        lines.append("- " + _hit(verdict.text, hit, titles, lang) + (f" · {shadow}" if shadow else ""))
    lines += [translate("moderation.missing", lang, name=line(name, 60)) for name in verdict.missing]
    return fitted(lines)


def _would(verdict: Verdict, titles: Mapping[str, str], lang: Lang) -> str:
    """What more would happen if the rules in shadow were armed; "" if nothing."""
    more = [hit for hit in verdict.shadow if hit.action > verdict.action]
    if not more:
        return ""
    worst = max(hit.action for hit in more)
    rules = dict.fromkeys(line(titles.get(hit.rule, hit.rule), 60) for hit in more)
    names = translate("text.and", lang).join(f"“{name}”" for name in rules)
    return translate(f"moderation.would_{worst.name.lower()}", lang, rules=names)


def kept_text(stored: StoredLine, verdict: Verdict, titles: Mapping[str, str], lang: Lang) -> str:
    """A line that was kept: whether the rules do with it what they must, and if not, why."""
    stopped = verdict.action >= Action.MASK
    would = any(hit.action >= Action.MASK for hit in verdict.shadow)
    hits = verdict.hits if stopped else verdict.shadow if would else ()
    rules = dict.fromkeys(
        f"“{line(titles.get(hit.rule, hit.rule), 60)}”" for hit in hits if hit.action >= Action.MASK
    )
    how = "stopped" if stopped else "shadow" if would else "free"
    kept = translate("moderation.kept_line", lang, number=stored.id)
    wanted = "block" if stored.wanted else "allow"
    told = translate(
        f"moderation.kept_{wanted}_{how}", lang, rules=translate("text.and", lang).join(rules) or "–"
    )
    return f"{kept} {told}\n> {line(stored.text, 200)}"


def lines_text(lines: Sequence[StoredLine], broken: Sequence[Broken], lang: Lang) -> str:
    """The lines that rules are tried on, and which are broken now."""
    bad = {one.line.id for one in broken}
    rows = [
        f"{one.id}. {line(one.text, 120)}\n-# "
        + translate(
            f"moderation.line_{'block' if one.wanted else 'allow'}_{'not_yet' if one.id in bad else 'fine'}",
            lang,
        )
        for one in lines
    ]
    return fitted(rows or [translate("moderation.no_lines", lang)])


def log_text(entries: Sequence[Entry], lang: Lang) -> str:
    """The newest entries of the moderation log."""
    rows: list[str] = []
    for entry in entries:
        act = translate(f"moderation.act_{entry.act.replace(' ', '_')}", lang)
        who = f"<@{entry.actor}>" if entry.actor else translate("moderation.by_itself", lang)
        whom = f" → <@{entry.member}>" if entry.member else ""
        rule = f" · {line(entry.rule, 80)}" if entry.rule else ""
        rows.append(f"{format_dt(entry.at, 'f')} {who} {act}{whom}{rule}")
        if entry.act == OUT and entry.after:
            rows.append(f"-# {line(entry.after, REASON_LIMIT)}")
        rows += [f"-# {told}" for told in _changes(entry, lang)]
    return fitted(rows or [translate("moderation.nothing_logged", lang)])


def _changes(entry: Entry, lang: Lang) -> list[str]:
    """What of a rule is another than before, as far as the entry knows both."""
    before, after = _fields(entry.before), _fields(entry.after)
    if not before or not after:
        return []
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return [
        translate(
            "moderation.field_change",
            lang,
            field=translate(f"moderation.field_{name}", lang),
            before=_value(name, before.get(name), lang),
            after=_value(name, after.get(name), lang),
        )
        for name in changed[:MOST_CHANGES]
    ]


def _fields(state: str) -> Mapping[str, Any]:
    """The fields of a rule in the log; none for what is no rule."""
    try:
        given: object = json.loads(state) if state else {}
    except ValueError:  # a mode alone
        return {}
    if not isinstance(given, dict) or "kind" not in given:
        return {}
    return cast("dict[str, Any]", given)


def _value(name: str, value: Any, lang: Lang) -> str:
    """A value as short as it is understood."""
    match name, value:
        case _, None | "" | []:
            return "–"
        case "action", int():
            return translate(f"moderation.action_{Action(value).name.lower()}", lang)
        case "mode", str():
            return translate(f"moderation.mode_{value}", lang)
        case "expires", int() | float():
            return format_dt(datetime.fromtimestamp(value, UTC), "d")
        case "exempt_roles", list():
            return " ".join(f"<@&{one}>" for one in cast("list[int]", value)[:5])
        case "exempt_channels", list():
            return " ".join(f"<#{one}>" for one in cast("list[int]", value)[:5])
        case _, list():
            return line(", ".join(map(str, cast("list[Any]", value))), 80)
        case _:
            return line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), 80)


def around(text: str, hits: Sequence[Hit]) -> str:
    """A text in one line, cut to what stands around the hits."""
    first = min(hit.start for hit in hits)
    begin, end = max(0, first - 60), min(len(text), first + 140)
    cut = text[begin:end].replace("\n", " ")
    spans = [(max(hit.start, begin) - begin, min(hit.end, end) - begin) for hit in hits if hit.start < end]
    shown = marked(cut, [span for span in spans if span[0] < span[1]])
    return ("…" if begin else "") + shown + ("…" if end < len(text) else "")


def _hit(text: str, hit: Hit, titles: Mapping[str, str], lang: Lang) -> str:
    ways = ", ".join(_way(way, lang) for way in hit.way.split())
    told = translate(
        "moderation.hit",
        lang,
        rule=line(titles.get(hit.rule, hit.rule), 60),
        words=line(text[hit.start : hit.end], 60),
        action=translate(f"moderation.action_{hit.action.name.lower()}", lang),
    )
    if hit.term in CATEGORIES:
        told += f" · {translate(f'moderation.category_{hit.term}', lang)}"
    elif hit.term:
        told += " · " + translate("moderation.because_term", lang, term=line(hit.term, 60))
    return told + (f" ({ways})" if ways else "")


def _way(way: str, lang: Lang) -> str:
    """How a rule saw what it marks: through which disguise, or with which score."""
    try:
        return translate("moderation.score", lang, score=round(float(way) * 100))
    except ValueError:
        key = f"moderation.way_{way}"
        return translate(key, lang) if has(key) else line(way, 40)


def fitted(rows: Sequence[str], limit: int = MESSAGE_LIMIT) -> str:
    """As many rows as fit a message, and how many did not."""
    kept = ""
    for at, row in enumerate(rows):
        if width(kept) + width(row) > limit - 20:
            return f"{kept}\n-# +{len(rows) - at}"
        kept += f"\n{row}" if kept else row
    return kept


def report_text(facts: Mapping[str, Any], lang: Lang) -> str:
    """What filters did in a week."""
    rows = [
        translate("moderation.report", lang, **{name: facts[name] for name in ("texts", "held", "blocked")})
    ]
    if facts.get("rate") is None:
        rows.append(translate("moderation.report_undecided", lang))
    else:
        rows.append(translate("moderation.report_rate", lang, rate=facts["rate"], decided=facts["decided"]))
    for name, hits, rate in facts.get("rules", ()):
        told = translate("moderation.report_rule", lang, rule=line(str(name), 80), hits=hits)
        wrong = translate("moderation.report_wrong", lang, rate=rate) if rate is not None else ""
        rows.append(f"- {told}{wrong}")
    return fitted(rows)


def undone_told(entries: Sequence[Entry], lang: Lang) -> list[str]:
    """What became of rules and lines whose change was taken back, a line each, as many as fit."""
    rows = [_undone(entry, lang) for entry in entries[:8]]
    return [*rows, f"-# +{len(entries) - 8}"] if len(entries) > 8 else rows


def _undone(entry: Entry, lang: Lang) -> str:
    if not entry.act.startswith("line"):
        rule = line(entry.rule, 60)
        if not entry.after:
            return translate("moderation.undone_gone", lang, rule=rule)
        mode = state_read(entry.after)[1]
        return translate(
            "moderation.undone_rule", lang, rule=rule, state=translate(f"moderation.mode_{mode}", lang)
        )
    given = json.loads(entry.after or entry.before)
    state = translate("moderation.undone_line_gone", lang)
    if entry.after:
        state = translate("moderation.must_block" if given["wanted"] else "moderation.must_allow", lang)
    return translate("moderation.undone_line", lang, text=line(str(given["text"]), 80), state=state)
