"""Whether the ends of clauses rhyme, by a rhyme book."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.forms.chinese.books import Tone
from bot.forms.chinese.sound import RARE, Book, groups, sounds
from bot.forms.model import Finding, Holds

_NEIGHBOURS = (
    "东冬", "江阳", "支微齐", "鱼虞", "佳灰麻", "真文元", "寒删先元", "萧肴豪", "庚青蒸", "覃盐咸",
)  # fmt: skip
"""Groups of the 平水韵 near each other, after 王力《汉语诗律学》: a first line may take one from nearby
(孤雁出群); the poets of the Tang, whose book was older, do it elsewhere too."""

_NEIGHBOURS_OF_CI = tuple(
    frozenset(f"第{number}部" for number in near.split())
    for near in ("六 十一 十三", "七 十四", "十七 十八 十九", "三 五", "三 四", "八 十二", "九 十")
)
"""Groups of the 词林正韵 that poets of the Song rhyme with each other, after 鲁国尧《论宋词韵及其与金元词韵
的比较》 (1991): 真 with 庚 and 侵, 寒 with 覃, 质 with 月 and 合; 支 and 佳 share the rimes 泰 and 灰; and in
the speech of Fujian and Jiangxi 支 with 鱼, 萧 with 尤, 歌 with 麻."""


@dataclass(frozen=True, slots=True)
class End:
    """The last character of a clause that rhymes, and the tone that is due there (None: either)."""

    at: int
    char: str
    tone: Tone | None


def rhyming(ends: Sequence[End], book: Book, *, echo: bool = False) -> tuple[str, dict[int, Finding]]:
    """The group that most of these ends share, and a finding on each.

    Args:
        ends: in order.
        book: the rhyme book.
        echo: two ends in a row may be the same (叠韵), as in ci.
    """
    counts: Counter[str] = Counter()
    for end in ends:
        counts.update(_groups(end, book))
    if not counts:
        return "", {end.at: Finding("rhyme", "", end.char, Holds.NO, "rhyme_none") for end in ends}
    most = max(counts.values())
    group = min(
        (one for one, count in counts.items() if count == most), key=lambda one: _worth(one, ends, book)
    )
    seen: Counter[str] = Counter()
    found: dict[int, Finding] = {}
    before = ""
    for end in ends:
        holds, reason = _verdict(end, group, book)
        if holds is Holds.NO and _near(end, group, ends, book):
            holds, reason = Holds.DOUBTFUL, "rhyme_neighbour"
        if holds is Holds.YES and seen[end.char] and not (echo and end.char == before):
            holds, reason = Holds.DOUBTFUL, "rhyme_same"
        seen[end.char] += 1
        before = end.char
        found[end.at] = Finding(
            "rhyme",
            group,
            f"{end.char}（{'／'.join(sorted(groups(end.char, book))) or '？'}）",
            holds,
            reason,
        )
    return group, found


def _groups(end: End, book: Book) -> frozenset[str]:
    return groups(end.char, book, end.tone)


def _worth(group: str, ends: Sequence[End], book: Book) -> tuple[int, str]:
    """Of two groups that as many ends share, the one whose readings are more usual there."""
    worth = sum(
        one.share for end in ends for one in sounds(end.char, book) if one.group == group and one.listed
    )
    return -worth, group


def _verdict(end: End, group: str, book: Book) -> tuple[Holds, str]:
    known = sounds(end.char, book)
    if not any(one.group for one in known):
        return Holds.DOUBTFUL, "unknown_word"
    fitting = [one for one in known if one.group == group and end.tone in (None, one.tone)]
    if not fitting:
        return Holds.NO, "rhyme_none"
    if max((one.share for one in fitting if one.listed), default=0) < RARE:
        return Holds.DOUBTFUL, "rare_reading"
    return Holds.YES, ""


def _near(end: End, group: str, ends: Sequence[End], book: Book) -> bool:
    """Groups nearby; for ci, whose book splits some groups of the 平水韵, one group of that."""
    if book is Book.PINGSHUI:
        return any(
            group[1] in near and other[1] in near for near in _NEIGHBOURS for other in _groups(end, book)
        )
    if book is Book.CILIN:
        told = _groups(end, book)
        if any(group in near and told & near for near in _NEIGHBOURS_OF_CI):
            return True
        mine = groups(end.char, Book.PINGSHUI, end.tone)
        others = [one for one in ends if group in _groups(one, book)]
        return any(mine & groups(one.char, Book.PINGSHUI, one.tone) for one in others)
    return False


def letters(places: Mapping[int, str]) -> dict[int, str]:
    """Letters for the rhymes in the order in which they come: {line: "A"}."""
    order: dict[str, str] = {}
    return {
        at: order.setdefault(name, chr(ord("A") + len(order) % 26)) for at, name in sorted(places.items())
    }
