"""Texts in a form from models that cannot be steered: plan, draft, check, and only what fails once more.

A backend around all others.  A request without a form, and every answer of a model that was steered,
goes through as it is.  Anyone else is told the plan of the poem, line by line; the draft is checked;
lines that fail go back with what was found in them and what was wanted, at most :data:`CALLS` times and
only while there is time.  The best text is what is given out, whatever it lacks: its report says so.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from bot.backends.base import (
    Backend,
    Chunk,
    Constraint,
    Done,
    Message,
    ModelInfo,
    ModelRef,
    Request,
    Text,
    TokenProb,
    Usage,
    Waiting,
    Withdrawn,
)
from bot.backends.deadline import Deadline
from bot.errors import BackendError
from bot.forms.guide.lines import put_lines
from bot.forms.model import Finding, FormReport, Holds
from bot.i18n.text import translate
from bot.ids import Lang
from bot.services.tidy import Tidy
from bot.services.unwrap import lines, readings, refuses

log = logging.getLogger(__name__)

CALLS = 5
"""Times that a model is asked for one text: the draft, and up to four repairs."""

GOOD = 0.85
"""The worth from which a text needs no repair."""

LINES: dict[str, Any] = {
    "type": "object",
    "properties": {
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"number": {"type": "integer"}, "line": {"type": "string"}},
                "required": ["number", "line"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["lines"],
    "additionalProperties": False,
}
"""What a repair looks like, for servers that take a JSON schema."""


@dataclass(slots=True)
class _Draft:
    text: str
    done: Done
    tokens: tuple[TokenProb, ...]
    worth: float
    report: FormReport
    refused: bool = False


class Formed:
    """A backend that answers in form where it can."""

    def __init__(self, inner: Backend) -> None:
        self._inner = inner

    @property
    def name(self) -> str:
        """That of the backend within."""
        return self._inner.name

    async def models(self) -> Sequence[ModelInfo]:
        """Those of the backend within."""
        return await self._inner.models()

    async def aclose(self) -> None:
        """Close the backend within."""
        await self._inner.aclose()

    async def generate(self, request: Request) -> AsyncGenerator[Chunk, None]:
        """Stream the answer; one in a form comes whole, after word of each try.

        Raises:
            BackendError: the draft could not be written; a repair that fails only ends the repairs.
        """
        constraint = request.constraint
        stream = self._inner.generate(request) if constraint is None else self._poem(request, constraint)
        async with aclosing(stream) as chunks:
            async for chunk in chunks:
                yield chunk

    async def _poem(self, request: Request, constraint: Constraint) -> AsyncGenerator[Chunk, None]:
        deadline = Deadline(request.deadline, request.model)
        best: _Draft | None = None
        read = written = 0
        last: Waiting | None = None
        # The plan and the checks read dictionaries, and take milliseconds: never in the loop.
        request = await asyncio.to_thread(_with_plan, request, constraint)
        asked = request
        for call in range(1, CALLS + 1):
            draft: _Draft | None = None
            try:
                async with aclosing(self._draft(asked, constraint, best, deadline)) as chunks:
                    async for chunk in chunks:
                        if isinstance(chunk, _Draft):
                            draft = chunk
                        else:
                            last = chunk if isinstance(chunk, Waiting) else last
                            yield chunk
            except BackendError as error:
                if best is None:
                    raise
                log.info("a repair was not written: %s", error)
                break
            assert draft is not None
            read, written = _plus(read, draft.done.usage.read), _plus(written, draft.done.usage.written)
            before = best
            best = draft if before is None or _better(draft, before) else before
            steered = draft.done.model.provider == "local"
            if steered or best.worth >= GOOD or draft.refused:
                break
            # A repair takes about as long as what was written last: without that time it is not begun.
            if call == CALLS or deadline.left() < (request.deadline - deadline.left()) / call:
                break
            yield Waiting("trying", fraction=call / CALLS, model=last.model if last else request.model)
            asked = _repair(request, constraint.language, best, seed=call)
        assert best is not None
        yield Text(best.text, best.tokens, best.done.model)
        # The seed that a member can ask for again is the draft's: those of the repairs follow from it.
        seed = request.sampling.seed if best.done.seed is not None else None
        yield replace(best.done, usage=Usage(read or None, written or None), seed=seed)

    async def _draft(
        self, request: Request, constraint: Constraint, before: _Draft | None, deadline: Deadline
    ) -> AsyncGenerator[Waiting | Text | _Draft, None]:
        """One call, and its text checked; a repair is put into the text before it.

        Of a draft that breaks off, what there is of it is given before the error.
        """
        tidy, text, tokens = Tidy(), "", list[TokenProb]()
        model = ModelRef("", request.model)
        done: Done | None = None
        try:
            async with aclosing(self._inner.generate(replace(request, deadline=deadline.left()))) as chunks:
                async for chunk in chunks:
                    match chunk:
                        case Waiting():
                            yield chunk
                        case Text():
                            text += tidy.feed(chunk.text)
                            tokens += chunk.tokens
                            model = chunk.model or model
                        case Withdrawn():
                            tidy, text, tokens = Tidy(), "", []
                        case Done():
                            done = chunk
                            break
        except BackendError:
            if before is None and text:
                yield Text(text, tuple(tokens), model)
            raise
        if done is None:
            raise RuntimeError("the backend ended its stream without Done")
        text = text.strip()
        refused = done.ending == "refused" or refuses(text, constraint.language)
        new = text if before is None else before.text if refused else _mended(before, text)
        draft = await asyncio.to_thread(_checked, new, done, constraint)
        draft.refused = refused
        if draft.text == text:
            draft.tokens = tuple(tokens)  # else they are those of the answer, not of the poem
        yield draft


def _checked(text: str, done: Done, constraint: Constraint) -> _Draft:
    """The poem in a text, checked: of its readings the one that does best, of equals the first."""
    steered = done.model.provider == "local"
    drafts = [_read(one, done, constraint) for one in ([text] if steered or not text else readings(text))]
    best = drafts[0]
    for draft in drafts[1:]:
        best = draft if _better(draft, best) else best
    return best


def _read(text: str, done: Done, constraint: Constraint) -> _Draft:
    text = constraint.restored(text)
    worth = constraint.worth(text, literal=False) if text else 0.0
    return _Draft(text, done, (), worth, constraint.report(text))


def _with_plan(request: Request, constraint: Constraint) -> Request:
    """The request with the plan after what was asked."""
    if not constraint.told or not request.messages:
        return request
    *before, last = request.messages
    return replace(
        request, messages=(*before, Message(last.role, f"{last.text.rstrip()}\n\n{constraint.told}"))
    )


def _repair(request: Request, lang: Lang, draft: _Draft, *, seed: int) -> Request:
    """The request for the lines that fail; for the whole, where lines are missing or too many."""
    failing = {number: line for number, line in enumerate(draft.report.lines, 1) if line.holds is Holds.NO}
    whole = [_told(one, lang) for one in draft.report.findings if one.holds is Holds.NO and not one.advice]
    rows = [
        f"{number} | {line.text} | " + "; ".join(_told(one, lang) for one in line.findings if _fails(one))
        for number, line in failing.items()
    ]
    by_line = bool(_failing(draft.report))
    # With nothing wrong in the form, it is words that come again and again.
    key = "guide.mend_lines" if by_line else "guide.mend_whole" if rows or whole else "guide.mend_sense"
    told = translate(key, lang, faults="\n".join((*whole, *rows)))
    sampling = request.sampling
    if sampling.seed is not None:
        sampling = replace(sampling, seed=(sampling.seed + seed) % 2**31)
    messages = (
        *request.messages,
        Message("assistant", draft.text),
        Message("user", told),
    )
    return replace(
        request,
        messages=messages,
        sampling=sampling,
        schema=LINES if by_line else None,
        logprobs=request.logprobs and not by_line,
    )


def _told(finding: Finding, lang: Lang) -> str:
    rule = translate(f"form.rule_{finding.rule}", lang)
    return translate(
        "form.finding", lang, rule=rule, wanted=finding.wanted or "–", found=finding.found or "–"
    )


def _fails(finding: Finding) -> bool:
    return finding.holds is Holds.NO and not finding.advice


def _failing(report: FormReport) -> tuple[int, ...]:
    """The lines to be asked for again, by number; none where it must be the whole."""
    failing = tuple(number for number, line in enumerate(report.lines, 1) if line.holds is Holds.NO)
    return () if any(one.rule == "lines" and _fails(one) for one in report.findings) else failing


def _mended(before: _Draft, answer: str) -> str:
    """The text before with the lines of an answer; the answer itself, where it is a whole text."""
    new = lines(answer, _failing(before.report))
    if not new:
        return answer or before.text
    return put_lines(before.text, [line.text for line in before.report.lines], new)


def _better(one: _Draft, other: _Draft) -> bool:
    return (one.worth, -_faults(one.report)) > (other.worth, -_faults(other.report))


def _faults(report: FormReport) -> int:
    every = (*report.findings, *(one for line in report.lines for one in line.findings))
    return sum(map(_fails, every))


def _plus(total: int, more: int | None) -> int:
    return total + (more or 0)
