"""What is peculiar to Chinese: sounds, characters taken apart, words without spaces between."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import accumulate, islice, product

import numpy as np
from numpy.typing import NDArray

from bot.moderation.data.read import read_table
from bot.moderation.fold import END, Codes, fold_text

_SOUNDS = 0xF0000  # private characters that stand for syllables
_TONES = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}
_BEFORE = frozenset("大小老臭死狗破烂贱真傻蠢骚")
_PARTICLES = frozenset("呀啊哇哦哟啦嘛呢")
_FREE = frozenset("道片傻爱情独杀恨看听说走来去飞笑哭唱想写读画红白黑花月风雨雪山水人我你他她它是有在")
"""Characters that are words by themselves, in verse above all."""
_KIND = frozenset("犯罪案者狂魔徒鬼片女男人妇客贩院货业性们品手窝嫌党帮团")
"""What makes of a word one for somebody or something of its kind: 强奸犯, but not 处女座 and 垃圾桶."""
_FUNCTION = frozenset(
    "有无没不是的了在很太最搞打吸贩买卖看说想要做被把和与或及从向对为用以这那个些着过到给里上下中于还就都也只"
)
"""Characters that seldom are half a word before another."""
_MORE = frozenset(("逼得", "逼着"))
"""Words that the dictionary lacks."""
_RUDE = frozenset(("浑蛋", "煞笔", "沙比", "沙笔", "几把", "鸡吧", "尼玛", "泥马", "坐爱", "作爱", "草泥"))
"""Words whose other meaning by their sound is the usual one."""
_SPLITS_MORE = {"黑": ("里灬",), "毒": ("龶母",), "品": ("口吅",), "逼": ("b",)}
_WORDS_ALONE = frozenset(
    "一二三四五六七八九十百千万年月日天地人口手心头脸眼火水山石土木树花草叶风雨雪云雷电光影声色香味马牛羊狗猪鸡"
    "鸟鱼虫龙虎鬼神王国家城门路车船桥灯酒茶饭肉菜油盐米面布衣刀枪炮弹球书字词诗画歌笔纸钱金银铜铁爱恨死活生杀"
    "吃喝玩睡醒坐立走跑飞落来去进出回起开关打骂看听说问答想知懂会能要肯敢好坏大小多少高低长短新旧老少冷热干湿快慢"
    "轻重深浅远近红黄蓝绿白黑灰紫真假对错早晚今前后左右东西南北内外上下中间谁何哪什怎几滚贱傻疯病痛痒药毒烟奶蛋糖屎"
    "尿屁血骨皮毛妈爸爷奶哥姐弟妹男女儿孙客主官兵民贼丐子麻独性情理气力事物支卧槽约我你他她它们的了在是有不没也都还就才又再"
)
"""Characters that are often words by themselves; others seldom stand alone before or after a pause."""
_TONES_TOO = {"混": "2"}
_KEPT = 4096
"""How many places are remembered: hostile texts say the same over and over."""
_MOST = 24
"""How many spellings one term may have by each kind of disguise."""


def is_han(char: str) -> bool:
    """Whether it is a Chinese character."""
    return "\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U000323af"


@cache
def readings(char: str) -> tuple[str, ...]:
    """The syllables a character may be read as, the usual first, each with its tone: ``sha3``."""
    from pypinyin.constants import PINYIN_DICT

    found = str(PINYIN_DICT.get(ord(char), ""))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    return tuple(dict.fromkeys(_numbered(one) for one in found.split(",") if one))


def spoken(term: str) -> list[str]:
    """The syllables of a term as it is read, with tones; others than Chinese characters as they are."""
    from pypinyin import Style, lazy_pinyin

    if not all(map(is_han, term)):  # others than characters come in one piece
        return [spoken(char)[0] if is_han(char) else char for char in term]
    return [one.replace("ü", "v") for one in lazy_pinyin(term, style=Style.TONE3)]


@cache
def syllables() -> frozenset[str]:
    """All syllables there are, without tones."""
    from pypinyin.constants import PINYIN_DICT

    every = ",".join(str(one) for one in PINYIN_DICT.values())  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType, reportUnknownArgumentType]
    return frozenset(_numbered(one).rstrip("12345") for one in set(every.split(",")))


def is_pinyin(letters: str) -> bool:
    """Whether letters can be read as syllables."""
    reach = {0}
    for end in range(1, len(letters) + 1):
        if any(start in reach and letters[start:end] in syllables() for start in range(max(0, end - 6), end)):
            reach.add(end)
    return len(letters) in reach


def _numbered(syllable: str) -> str:
    """``shǎ`` as ``sha3``."""
    tone, out = "", ""
    for char in unicodedata.normalize("NFD", syllable):
        if char in _TONES:
            tone = _TONES[char]
        elif char == "\u0308":
            out = out[:-1] + "v"
        elif not unicodedata.combining(char):
            out += char
    return out + tone


def tones_of(written: str) -> str:
    """The tone marks that stand in pinyin as it was written, in order."""
    return "".join(_TONES.get(char, "") for char in unicodedata.normalize("NFD", written))


def apart(term: str) -> list[str]:
    """The term with one or more characters taken apart, as ``女马的`` for ``妈的``."""
    choices = [[char, *_splits().get(char, ())] for char in term]
    made = ("".join(parts) for parts in islice(product(*choices), _MOST * 4))
    return list(dict.fromkeys(fold_text(one) for one in made if one != term))[:_MOST]


def by_sound(term: str) -> list[tuple[str, tuple[str, ...]]]:
    """The term with some or all characters written in pinyin: the spelling, and its tones if all are.

    Of a character that may be read with several tones all are right.

    A spelling wholly in pinyin has spaces between the syllables.
    """
    sounds = spoken(term)
    if len(sounds) != len(term) or len(term) < 2 or len(term) > 8:
        return []
    plain = [
        sound.rstrip("12345") if is_han(char) else sound for sound, char in zip(sounds, term, strict=True)
    ]
    tones = tuple(_tones_of(char, sound) for char, sound in zip(term, sounds, strict=True) if is_han(char))
    made: list[tuple[str, tuple[str, ...]]] = [(" ".join(plain), tones), ("".join(sounds), ())]
    if all(map(is_han, term)):
        numbered = (
            [f"{sound}{tone}" for tone in one] or [sound] for sound, one in zip(plain, tones, strict=True)
        )
        made.extend(("".join(parts), ()) for parts in islice(product(*numbered), _MOST))
    if "v" in made[0][0]:
        made.append((made[0][0].replace("v", "u"), tones))
    if len(term) <= 4:
        for mix in product((False, True), repeat=len(term)):
            if any(mix) and not all(mix):
                pairs = zip(mix, plain, term, strict=True)
                written = "".join(sound if said else char for said, sound, char in pairs)
                made += [(written, ()), (written.replace("v", "u"), ())]
    return [(one, tone) for one, tone in dict.fromkeys(made) if one != term]


def by_initials(term: str) -> list[str]:
    """The term with the first letters of its syllables for some or all characters; none for short terms."""
    if not 3 <= len(term) <= 6 or not all(map(is_han, term)):
        return []
    first = [sound[0] for sound in spoken(term)]
    mixes = product((False, True), repeat=len(term))
    made = (
        "".join(letter if said else char for said, letter, char in zip(mix, first, term, strict=True))
        for mix in mixes
        if any(mix)
    )
    return list(made)


def _tones_of(char: str, said: str) -> str:
    """The tones a character may have: as it is said there, and as it is read by itself."""
    usual = next(iter(readings(char)), "")
    if usual.rstrip("12345").replace("v", "u") != said.rstrip("12345").replace("v", "u"):
        usual = ""
    found = (said[-1:], usual[-1:], *_TONES_TOO.get(char, ""))
    return "".join(dict.fromkeys(one for one in found if one.isdigit()))


def alike_in_sound(term: str) -> list[str]:
    """Keys of the term in the view of sounds."""
    choices: list[Sequence[str]] = []
    for char in term:
        sounds = dict.fromkeys(one.rstrip("12345") for one in readings(char)) if is_han(char) else {}
        choices.append([_sign(one) for one in sounds] or [char])
    return ["".join(parts) for parts in islice(product(*choices), _MOST)]


def sounded(codes: Codes) -> Codes:
    """Characters as their usual syllables, for matching by sound."""
    return _sound_table()[codes]


@cache
def _sound_table() -> NDArray[np.uint32]:
    from pypinyin.constants import PINYIN_DICT

    table = np.arange(END, dtype=np.uint32)
    for code, found in PINYIN_DICT.items():  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        if is_han(chr(code)):
            table[code] = ord(_sign(_numbered(str(found).split(",")[0]).rstrip("12345")))  # pyright: ignore[reportUnknownArgumentType]
    return table


@cache
def _signs() -> dict[str, str]:
    return {syllable: chr(_SOUNDS + number) for number, syllable in enumerate(sorted(syllables()))}


def _sign(syllable: str) -> str:
    return _signs()[syllable]


@cache
def _splits() -> dict[str, tuple[str, ...]]:
    rows = (row.split("\t") for row in read_table("splits"))
    found = {char: tuple(ways.split(" ")) for char, ways in rows}
    return found | {char: (*ways, *found.get(char, ())) for char, ways in _SPLITS_MORE.items()}


@lru_cache(maxsize=_KEPT)
def stands_alone(before: str, term: str, after: str) -> bool:
    """Whether the term is made of whole words there: 黑社会 is not in 抹黑社会主义.

    It is not where the best reading has a word across an edge of the term, or
    has the term inside a longer word, unless that is of the term's kind (强奸犯).
    """
    import rjieba

    text = before + term + after
    start, end = len(before), len(before) + len(term)
    at = 0
    for word in rjieba.cut(text, False):
        begin, at = at, at + len(word)
        if begin >= end:
            break
        if at <= start or (begin >= start and at <= end):
            continue
        over = text[end:at]
        if begin == start and at > end:
            if len(term) > 1 and over in _KIND:
                continue
        elif begin < start and at == end:
            if len(term) > 1 and text[begin:start] in _BEFORE:
                continue
        elif begin > start and over in _PARTICLES:
            continue
        return False
    return len(term) < 2 or not _better(text, start, end)


def _better(text: str, start: int, end: int) -> bool:
    """Whether there is as good a reading in which the term is not: 月色|情深 for 月|色情|深.

    A word that ends within the term takes no more words than before; where it
    takes as many, what it leaves of the term must be a word by itself, and what
    the term leaves of it must not.
    """
    import rjieba

    words = {*rjieba.cut_all(text[max(0, start - 2) : end + 2]), *_MORE}
    for cut in range(start + 1, end):
        left = [begin for begin in range(max(0, start - 2), start) if text[begin:cut] in words]
        right = [stop for stop in range(end + 1, min(len(text), end + 2) + 1) if text[cut:stop] in words]
        if left and right:
            return True
        if (
            cut - start > 1
            and text[start:cut] in words
            and any(text[end:stop] not in _KIND for stop in right)
        ):
            return True  # 法轮|功德
        if left and end - cut == 1 and text[cut] in _FREE and text[start - 1] not in _FUNCTION:
            return True
        if right and cut - start == 1 and text[start] in _FREE and text[cut : right[0]] in _MORE:
            return True
    return False


def is_cut(left: str, right: str, before: int, after: int, *, ends: bool) -> bool:
    """Whether a pause stands inside a word, not between two: 智。障.

    The last ``before`` characters of ``left`` and the first ``after`` of ``right`` are the term's.
    It does where what is next to the pause belongs to no longer word on its own
    side, and one of the two is no word by itself; where the pause ``ends`` a sentence, neither.
    """
    import rjieba

    words, more = rjieba.cut(left, False), rjieba.cut(right, False)
    last, first = words[-1], more[0]
    if before not in accumulate(map(len, reversed(words))) or after not in accumulate(map(len, more)):
        return False
    bound = [len(one) == 1 and is_han(one) and one not in _WORDS_ALONE for one in (last, first)]
    return all(bound) if ends else any(bound)


def is_no_word(before: str, written: str, after: str) -> bool:
    """Whether characters are no word of their own there, nor part of one: 煞笔, but not 继女."""
    import rjieba

    start, end = len(before), len(before) + len(written)
    at = 0
    for word in rjieba.cut(before + written + after, False):
        begin, at = at, at + len(word)
        if begin < end and at > start and (begin < start or at > end):
            return False
        if begin == start and at == end:
            return len(written) > 2 or written in _RUDE
    return True
