"""词: verse to a tune, whose pattern gives the length, tones and rhyme of each clause.

The tunes in ``prompts/forms/ci-*.toml`` are those of 龙榆生《唐宋词格律》 (1978) and 《钦定词谱》 (1715),
the latter by the transcription of github.com/hulbji/couyun (MIT), with those of its variants (又一体) that
are met most.  Which of their places may have either tone (中), or seldom have the other (⊙, ◎), was counted
in one half of the ci of github.com/chinese-poetry/chinese-poetry; the other half was kept for measuring.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from bot.forms.chinese.books import Tone
from bot.forms.chinese.clauses import Text, cut
from bot.forms.chinese.reading import LOOSE, STRICT, fits, heard, read_otherwise
from bot.forms.chinese.rhyme import End, letters, rhyming
from bot.forms.chinese.shape import ChineseShape, Clause
from bot.forms.chinese.sound import Book
from bot.forms.model import Finding, FormReport, Holds, LineReport

Tune = Sequence[Clause]


SELDOM = 12
"""Of so many characters one may have the other tone where a tune leaves that to the masters (⊙, ◎)."""


def check_ci(text: str, shape: ChineseShape, book: Book) -> FormReport:
    """What holds, by the one of the form's tunes that it follows best, of those of its length if any."""
    sizes = frozenset(len(clause.tones) for tune in shape.tunes for clause in tune)
    lengths = {_size(tune) for tune in shape.tunes}
    read = cut(text, sizes, lambda clauses: sum(map(len, clauses)) in lengths, shape.name)
    length = sum(map(len, read.clauses))
    fitting = [tune for tune in shape.tunes if _size(tune) == length] or shape.tunes
    reports = [_check(read, tune, shape, book) for tune in fitting]
    return max(reports, key=lambda report: (report.holds, sum(line.holds for line in report.lines)))


def _check(read: Text, tune: Tune, shape: ChineseShape, book: Book) -> FormReport:
    lines, divided = _aligned(read.clauses, tune)
    findings: list[list[Finding]] = [[] for _ in lines]
    ends: defaultdict[str, list[End]] = defaultdict(list)
    for at, (line, clause) in enumerate(zip(lines, tune, strict=False)):
        row, wanted = findings[at], len(clause.tones)
        fine = len(line) == wanted
        row.append(
            Finding(
                "characters",
                str(wanted),
                str(len(line)),
                Holds.YES if fine else Holds.NO,
                "" if fine else "characters",
            )
        )
        if not fine:
            continue
        if at in divided:
            row.append(Finding("clauses", str(wanted), line, Holds.DOUBTFUL, "divided", advice=True))
        tones = _tones(line, clause, book)
        row += [tones, *read_otherwise(line, tones, book)]
        if clause.again is not None:
            row.append(_again(lines[clause.again], line))
        if clause.rhyme:
            last = clause.tones[-1]
            tone: Tone | None = None if last == "中" else "平" if last == "平" else "仄"
            ends[clause.rhyme].append(End(at, line[-1], tone))
    places: dict[int, str] = {}
    named: list[str] = []
    for name, same in ends.items():
        group, found = rhyming([end for end in same if tune[end.at].again is None], book, echo=True)
        named.append(group)
        for at, finding in found.items():
            findings[at].append(finding)
            places[at] = name
    for at in range(len(tune), len(lines)):
        findings[at].append(Finding("characters", "0", str(len(lines[at])), Holds.NO, "characters"))
    count = Finding("lines", str(len(tune)), str(len(lines)), _yes(len(lines) == len(tune)))
    strange = [Finding("characters", "", part, Holds.NO, "strange") for part in read.strange[:3]]
    signs = letters(places)
    return FormReport(
        form=shape.form,
        lines=tuple(
            LineReport(line, tuple(row), signs.get(at, ""))
            for at, (line, row) in enumerate(zip(lines, findings, strict=True))
        ),
        findings=(count, *strange, *_seldom(findings, _size(tune))),
        variant="、".join(dict.fromkeys(filter(None, named))),
        summary=" · ".join([shape.name or str(_size(tune)), *dict.fromkeys(filter(None, named))]),
    )


def _tones(line: str, clause: Clause, book: Book) -> Finding:
    holds = fits(line, clause.tones, book)
    reason = {Holds.NO: "tones", Holds.DOUBTFUL: "rare_reading", Holds.YES: ""}[holds]
    if holds is Holds.DOUBTFUL and fits(line, clause.tones.translate(LOOSE), book) is Holds.YES:
        reason = "tones_seldom"
    return Finding("tones", clause.tones, heard(line, book, clause.tones), holds, reason)


def _size(tune: Tune) -> int:
    return sum(len(clause.tones) for clause in tune)


def _seldom(findings: Sequence[Sequence[Finding]], size: int) -> list[Finding]:
    """That too many places have the tone that is seldom there, if so."""
    most = size // SELDOM
    count = sum(
        due in "⊙◎" and tone != due.translate(STRICT)
        for row in findings
        for finding in row
        if finding.reason == "tones_seldom"
        for due, tone in zip(finding.wanted, finding.found, strict=True)
    )
    return [Finding("tones", f"≤{most}", str(count), Holds.NO, "tones_seldom")] if count > most else []


def _yes(fine: bool) -> Holds:
    return Holds.YES if fine else Holds.NO


def _again(first: str, line: str) -> Finding:
    fine = first.endswith(line)
    return Finding("refrain", first[-len(line) :], line, _yes(fine), "" if fine else "refrain")


def _aligned(clauses: Sequence[str], tune: Tune) -> tuple[list[str], set[int]]:
    """The text cut as the tune is, and the numbers of the clauses that the text divides otherwise.

    Editors divide clauses in different ways, so where the whole has the right length, the tune
    decides.  Else clauses are set beside those of the tune so that as many as possible measure up.
    """
    whole = "".join(clauses)
    if len(whole) != sum(len(clause.tones) for clause in tune):
        return _beside(list(clauses), tune), set()
    ends: set[int] = set()
    for clause in clauses:
        ends.add(len(clause) + max(ends, default=0))
    lines: list[str] = []
    divided: set[int] = set()
    at = 0
    for number, clause in enumerate(tune):
        lines.append(whole[at : at + len(clause.tones)])
        at += len(clause.tones)
        if at not in ends:
            divided.add(number)
    return lines, divided


def _beside(clauses: list[str], tune: Tune) -> list[str]:
    """Join halves that make one clause of the tune (更能消、几番风雨); the rest stays as it is."""
    lines: list[str] = []
    at = 0
    while at < len(clauses):
        wanted = len(tune[len(lines)].tones) if len(lines) < len(tune) else 0
        pair = clauses[at] + clauses[at + 1] if at + 1 < len(clauses) else ""
        if len(clauses[at]) != wanted and len(pair) == wanted:
            lines.append(pair)
            at += 2
        else:
            lines.append(clauses[at])
            at += 1
    return lines
