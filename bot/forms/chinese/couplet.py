"""对联: two lines of one length, set against each other in tone and word; the upper ends oblique, the
lower level.  The rules are those of 《联律通则》 (2008): 字句对等, 平仄对立 at the points of rhythm."""

from __future__ import annotations

from collections.abc import Sequence

from bot.forms.chinese.clauses import Text
from bot.forms.chinese.parallel import parallel
from bot.forms.chinese.reading import fits
from bot.forms.chinese.shape import ChineseShape
from bot.forms.chinese.sound import Book, tones
from bot.forms.model import Finding, FormReport, Holds, LineReport


def check_couplet(read: Text, shape: ChineseShape, book: Book) -> FormReport:
    """What holds of a couplet; each side may have several clauses, as many in both."""
    clauses = read.clauses
    half = len(clauses) // 2
    fine = even(clauses)
    found = "，".join(map(str, map(len, clauses)))
    whole = [Finding("characters", "＝", found, Holds.YES if fine else Holds.NO, "" if fine else "uneven")]
    rows: list[LineReport] = []
    for at, clause in enumerate(clauses):
        last = at in (half - 1, len(clauses) - 1)
        findings: list[Finding] = []
        if fine and last:
            findings.append(_end(clause, "仄" if at < half else "平", book))
        if fine and at >= half:
            findings += [_against(clauses[at - half], clause, book), parallel(clauses[at - half], clause)]
            findings += _same(clauses[at - half], clause)
        rows.append(LineReport(clause, tuple(findings)))
    return FormReport(
        form=shape.form, lines=tuple(rows), findings=tuple(whole), summary=f"对联 {found.split('，')[0]}"
    )


def even(clauses: Sequence[str]) -> bool:
    """Whether there are two sides whose clauses are as long as each other."""
    half = len(clauses) // 2
    return half > 0 and [*map(len, clauses[:half])] == [*map(len, clauses[half:])]


def _end(clause: str, due: str, book: Book) -> Finding:
    holds = fits(clause[-1], due, book)
    reason = {Holds.NO: "couplet_end", Holds.DOUBTFUL: "rare_reading", Holds.YES: ""}[holds]
    return Finding("tones", due, "／".join(tones(clause[-1], book)) or "？", holds, reason)


def _against(upper: str, lower: str, book: Book) -> Finding:
    """The even places stand against each other; where one in three or more do not, it does not hold."""
    places = range(1, len(upper) - 1, 2)
    same = [at for at in places if not _opposite(upper[at], lower[at], book)]
    found = "".join(upper[at] + lower[at] for at in same)
    if not same:
        return Finding("tones", "平⇄仄", "", Holds.YES)
    worst = Holds.NO if len(same) * 3 >= len(places) and len(same) > 1 else Holds.DOUBTFUL
    return Finding("tones", "平⇄仄", found, worst, "couplet_tones")


def _opposite(one: str, other: str, book: Book) -> bool:
    mine, theirs = tones(one, book), tones(other, book)
    return not mine or not theirs or len({*mine, *theirs}) == 2


def _same(upper: str, lower: str) -> list[Finding]:
    again = [one for one, other in zip(upper, lower, strict=False) if one == other]
    return [Finding("parallel", "", "".join(again), Holds.DOUBTFUL, "parallel_same")] if again else []
