"""What a check of a text against a form says: values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any


class Holds(IntEnum):
    """Whether a requirement is met; the lesser of two is the verdict on both."""

    NO = 0
    DOUBTFUL = 1
    YES = 2

    @property
    def plain(self) -> bool | str:
        """As JSON says it: true, false or ``"doubtful"``."""
        return "doubtful" if self is Holds.DOUBTFUL else self is Holds.YES

    @property
    def sign(self) -> str:
        """One character for it."""
        return "✗?✓"[self]


@dataclass(frozen=True, slots=True)
class Finding:
    """One requirement, what was found, and whether it holds.

    Attributes:
        rule: what is required: ``syllables``, ``metre``, ``rhyme``, ``refrain``, ``characters``,
            ``tones``, ``parallel``, ``lines``, ``acrostic``…; a key of the interface's texts
            (``form.rule.<rule>``).
        wanted, found: in the notation of the field: ``7``, ``A: -ight``, ``仄仄平平仄``, ``x/x/x/x/x/``.
        reason: why it is doubtful or fails, as a key of the interface's texts
            (``form.reason.<reason>``), with ``facts`` to fill it in; empty if there is nothing to say.
        advice: it is told but does not count towards the verdict.
        excused: it fails, and for the poem as a whole that is only doubtful, since the rest keeps the rule.
    """

    rule: str
    wanted: str
    found: str
    holds: Holds
    reason: str = ""
    facts: Mapping[str, str] = field(default_factory=dict[str, str])
    advice: bool = False
    excused: bool = False


@dataclass(frozen=True, slots=True)
class LineReport:
    """One line of the text (a title or an empty line is none).

    ``rhyme`` is the letter that it rhymes under in this form, empty if it need not.
    """

    text: str
    findings: tuple[Finding, ...]
    rhyme: str = ""

    @property
    def holds(self) -> Holds:
        """The least that any requirement of the line says."""
        return least(self.findings)

    @property
    def weighs(self) -> Holds:
        """What it says for the poem: likewise, with what is excused doubtful."""
        weighed = (Holds.DOUBTFUL if one.excused else one.holds for one in self.findings if not one.advice)
        return min(weighed, default=Holds.YES)


@dataclass(frozen=True, slots=True)
class FormReport:
    """The check of one text against one form.

    Attributes:
        form: id of the form.
        lines: each line, in order.
        findings: what is required of the whole: the number of lines, the scheme, the tune.
        variant: which of the form's patterns was judged by, where there are several
            (``平起首句入韵``, ``ABAB CDCD EFEF GG``).
        summary: the shape in short, without a sign: ``5-7-5``.
        scores: parts out of a whole that are told but do not count, such as lines in metre:
            ``{"iambic pentameter": (13, 14)}``.
    """

    form: str
    lines: tuple[LineReport, ...]
    findings: tuple[Finding, ...] = ()
    variant: str = ""
    summary: str = ""
    scores: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])

    @property
    def holds(self) -> Holds:
        """The verdict: the least of all that counts."""
        return min([least(self.findings), *(line.weighs for line in self.lines)])

    @property
    def mark(self) -> str:
        """The check in a line: ``5-7-5 ✓``, ``ABAB ✓ · iambic tetrameter 3/4``."""
        told = [f"{name} {met}/{of}" for name, (met, of) in self.scores.items()]
        return " · ".join([f"{self.summary or self.form} {self.holds.sign}", *told])

    def plain(self) -> dict[str, Any]:
        """As JSON: ``form``, ``holds``, and for each line ``text found wanted holds rhyme``."""
        return {
            "form": self.form,
            "holds": self.holds.plain,
            "variant": self.variant,
            "mark": self.mark,
            "findings": [_plain(finding) for finding in self.findings],
            "lines": [
                {
                    "text": line.text,
                    "found": {one.rule: one.found for one in line.findings},
                    "wanted": {one.rule: one.wanted for one in line.findings},
                    "holds": line.holds.plain,
                    "rhyme": line.rhyme,
                    "reasons": [one.reason for one in line.findings if one.reason],
                }
                for line in self.lines
            ],
        }


def least(findings: tuple[Finding, ...]) -> Holds:
    """The verdict on several requirements; nothing required holds."""
    return min((one.holds for one in findings if not one.advice), default=Holds.YES)


def _plain(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "wanted": finding.wanted,
        "found": finding.found,
        "holds": finding.holds.plain,
        "reason": finding.reason,
        "advice": finding.advice,
    }
