"""Checks a text against a Chinese form, clause by clause."""

from __future__ import annotations

from collections.abc import Sequence

from bot.forms.chinese import couplet, regulated, tune
from bot.forms.chinese.books import named_in_full
from bot.forms.chinese.clauses import Text, cut
from bot.forms.chinese.parallel import parallel
from bot.forms.chinese.reading import read_otherwise
from bot.forms.chinese.rhyme import End, letters, rhyming
from bot.forms.chinese.shape import ChineseShape
from bot.forms.chinese.sound import Book
from bot.forms.model import Finding, FormReport, Holds, LineReport


def check_chinese(text: str, shape: ChineseShape, *, topic: str = "", book: str = "") -> FormReport:
    """What holds and what does not.

    Args:
        text: the poem, in simplified or traditional script; a title above it is left out.
        shape: what its form demands.
        topic: what hidden-head verse spells.
        book: a :class:`~bot.forms.chinese.sound.Book`; "" for the one that goes with the form.
    """
    by = Book(book) if book else shape.book
    if shape.kind == "ci":
        return tune.check_ci(text, shape, by)
    if shape.kind == "couplet":
        return couplet.check_couplet(cut(text, fits=couplet.even), shape, by)
    sizes = frozenset(size for sizes in shape.characters for size in sizes) or None
    read = cut(text, sizes, (lambda clauses: _shaped(clauses, shape)) if sizes else None)
    return _verse(read, shape, topic, by)


def _shaped(lines: Sequence[str], shape: ChineseShape) -> bool:
    """Whether there are as many lines as there should be, each as long as it should."""
    widths = _widths(lines, shape)
    fine = all(len(line) in width for line, width in zip(lines, widths, strict=True))
    return fine and bool(_count(len(lines), shape).holds)


def _verse(read: Text, shape: ChineseShape, topic: str, book: Book) -> FormReport:
    lines = read.clauses
    widths = _widths(lines, shape)
    findings: list[list[Finding]] = [[_width(line, width)] for line, width in zip(lines, widths, strict=True)]
    whole = [_count(len(lines), shape), *_strange(read)]
    even = all(finding.holds for row in findings for finding in row) and len(lines) > 1
    variant, opening = "", False
    if shape.kind == "regulated" and even and len(lines) % 2 == 0:
        scheme, tones = regulated.judge(lines, book)
        variant = scheme.name
        for line, row, finding in zip(lines, findings, tones, strict=True):
            row += [finding, *read_otherwise(line, finding, book)]
        opening = scheme.rhymed
        if len(lines) >= 8:
            for at in range(2, len(lines) - 2, 2):
                findings[at + 1].append(parallel(lines[at], lines[at + 1]))
    group, signs = "", dict[int, str]()
    if shape.rhyme or shape.kind == "regulated":
        places = [*([0] if opening else []), *range(1, len(lines), 2)]
        group, signs = _rhyme(lines, places, findings, book, regular=shape.kind == "regulated")
    if shape.acrostic:
        whole.append(_acrostic(lines, topic))
    named = [name for name in (variant, f"{book.full_name}{named_in_full(group)}" if group else "") if name]
    return FormReport(
        form=shape.form,
        lines=tuple(
            LineReport(line, tuple(row), signs.get(at, ""))
            for at, (line, row) in enumerate(zip(lines, findings, strict=True))
        ),
        findings=tuple(whole),
        variant=" · ".join(named),
        summary=" · ".join([_shape(lines, shape), *named]),
    )


def _rhyme(
    lines: Sequence[str], places: Sequence[int], findings: list[list[Finding]], book: Book, *, regular: bool
) -> tuple[str, dict[int, str]]:
    """Add what is found of the rhyme; verse that is not regulated may rhyme in oblique tones too."""
    ends = [End(at, lines[at][-1], "平" if regular else None) for at in places if at < len(lines)]
    group, found = rhyming(ends, book)
    for at, finding in found.items():
        findings[at].append(finding)
    return group, letters(dict.fromkeys(found, group))


def _widths(lines: Sequence[str], shape: ChineseShape) -> list[tuple[int, ...]]:
    """What each line may measure; where either of two is allowed, the one that most lines have."""
    if not shape.characters:
        return [()] * len(lines)
    if len(shape.characters) > 1:
        return [shape.characters[at % len(shape.characters)] for at in range(len(lines))]
    sizes = next(iter(shape.characters), ())
    usual = max(sizes, key=lambda size: sum(len(line) == size for line in lines), default=0)
    return [(usual,)] * len(lines)


def _width(line: str, wanted: tuple[int, ...]) -> Finding:
    asked = "/".join(map(str, wanted)) or "any"
    fine = not wanted or len(line) in wanted
    return Finding(
        "characters", asked, str(len(line)), Holds.YES if fine else Holds.NO, "" if fine else "characters"
    )


def _count(count: int, shape: ChineseShape) -> Finding:
    """The number of lines; verse that rhymes at its even lines has an even number."""
    least_, most = shape.lines or (1, 10_000)
    asked = "any" if shape.lines is None else str(least_) if least_ == most else f"{least_}-{most}"
    odd = (shape.rhyme or shape.kind == "regulated") and not shape.acrostic and count % 2 == 1
    return Finding("lines", asked, str(count), Holds.YES if least_ <= count <= most and not odd else Holds.NO)


def _strange(read: Text) -> list[Finding]:
    return [Finding("characters", "", part, Holds.NO, "strange") for part in read.strange[:3]]


def _acrostic(lines: Sequence[str], topic: str) -> Finding:
    first = "".join(line[0] for line in lines)
    wanted = "".join(cut(topic).clauses)
    if not wanted:
        return Finding("acrostic", "", first, Holds.DOUBTFUL, "no_word")
    return Finding("acrostic", wanted, first, Holds.YES if first == wanted else Holds.NO)


def _shape(lines: Sequence[str], shape: ChineseShape) -> str:
    if shape.kind == "regulated" and shape.characters:
        kind = {4: "绝", 8: "律"}.get(shape.lines[0] if shape.lines else 0, "排")
        return f"{'五' if shape.characters[0][0] == 5 else '七'}{kind}"
    if len(shape.characters) > 1:
        return "-".join(str(sizes[0]) for sizes in shape.characters)
    return f"{len(lines)}×{len(lines[0])}" if lines and len({*map(len, lines)}) == 1 else str(len(lines))
