"""The rhyme books: 206 rimes of the 廣韻 (1008), merged to the 106 of the 平水韵 and the 19 of the 词林正韵.

Sources: 《廣韻》 for the rimes; the merger to 106 groups is that of 《平水新刊礼部韵略》 (1252) as
used ever since; 戈载《词林正韵》 (1821) for the 19 groups of ci.  中华新韵 (2005, fourteen groups) and
中华通韵 (2019, GF 0022, sixteen groups) go by the finals of pinyin.
"""

from __future__ import annotations

from typing import Literal

Tone = Literal["平", "仄"]

_MERGED = {
    "平": (
        "东:東 冬:冬鍾 江:江 支:支脂之 微:微 鱼:魚 虞:虞模 齐:齊 佳:佳皆 灰:灰咍 真:真諄臻 文:文欣 元:元魂痕 "
        "寒:寒桓 删:刪山 先:先仙 萧:蕭宵 肴:肴 豪:豪 歌:歌戈 麻:麻 阳:陽唐 庚:庚耕清 青:青 蒸:蒸登 尤:尤侯幽 "
        "侵:侵 覃:覃談 盐:鹽添嚴 咸:咸銜凡"
    ),
    "上": (
        "董:董 肿:腫 讲:講 纸:紙旨止 尾:尾 语:語 麌:麌姥 荠:薺 蟹:蟹駭 贿:賄海 轸:軫準 吻:吻隱 阮:阮混很 "
        "旱:旱緩 潸:潸產 铣:銑獮 筱:篠小 巧:巧 皓:晧 哿:哿果 马:馬 养:養蕩 梗:梗耿靜 迥:迥拯等 有:有厚黝 "
        "寝:寑 感:感敢 琰:琰忝儼 豏:豏檻范"
    ),
    "去": (
        "送:送 宋:宋用 绛:絳 寘:寘至志 未:未 御:御 遇:遇暮 霁:霽祭 泰:泰 卦:卦怪夬 队:隊代廢 震:震稕 问:問焮 "
        "愿:願慁恨 翰:翰換 谏:諫襇 霰:霰線 啸:嘯笑 效:效 号:号 个:箇過 祃:禡 漾:漾宕 敬:映諍勁 径:徑證嶝 "
        "宥:宥候幼 沁:沁 勘:勘闞 艳:豔㮇釅 陷:陷鑑梵"
    ),
    "入": (
        "屋:屋 沃:沃燭 觉:覺 质:質術櫛 物:物迄 月:月沒 曷:曷末 黠:黠鎋 屑:屑薛 药:藥鐸 陌:陌麥昔 锡:錫 "
        "职:職德 缉:緝 合:合盍 叶:葉怗業 洽:洽狎乏"
    ),
}

PINGSHUI: tuple[str, ...] = tuple(
    tone + entry[0] for tone, entries in _MERGED.items() for entry in entries.split()
)
"""The 106 groups by tone and name: ``平东``, ``入屋``."""

_DIGITS = "一二三四五六七八九"


def _ordinal(number: int) -> str:
    """A number from 1 to 39 in Chinese."""
    tens, ones = divmod(number, 10)
    head = {0: "", 1: "十", 2: "二十", 3: "三十"}[tens]
    return head + (_DIGITS[ones - 1] if ones else "")


def _full_names() -> dict[str, str]:
    """Each group as the book names it: volume, number there, name (``上平六鱼``, ``入声一屋``)."""
    found: dict[str, str] = {}
    for tone, entries in _MERGED.items():
        for at, entry in enumerate(entries.split()):
            # The level tone fills two volumes, of fifteen groups each.
            volume = ("上平", "下平")[at // 15] if tone == "平" else f"{tone}声"
            number = at % 15 + 1 if tone == "平" else at + 1
            found[tone + entry[0]] = f"{volume}{_ordinal(number)}{entry[0]}"
    return found


_FULL = _full_names()


def named_in_full(group: str) -> str:
    """A rhyme group as it is named in the book; those of the other books are so named already."""
    return _FULL.get(group, group)


PINGSHUI_OF: dict[str, int] = {
    rime: PINGSHUI.index(tone + entry[0])
    for tone, entries in _MERGED.items()
    for entry in entries.split()
    for rime in entry[2:]
}
"""The group of each of the 206 rimes."""

_CI = {
    1: "東冬鍾董腫送宋用",
    2: "江陽唐講養蕩絳漾宕",
    3: "支脂之微齊灰紙旨止尾薺賄寘至志未霽祭泰隊廢",
    4: "魚虞模語麌姥御遇暮",
    5: "佳皆咍蟹駭海泰卦怪夬代",
    6: "真諄臻文欣魂痕軫準吻隱混很震稕問焮慁恨",
    7: "元寒桓刪山先仙阮旱緩潸產銑獮願翰換諫襇霰線",
    8: "蕭宵肴豪篠小巧晧嘯笑效号",
    9: "歌戈哿果箇過",
    10: "佳麻馬卦禡",
    11: "庚耕清青蒸登梗耿靜迥拯等映諍勁徑證嶝",
    12: "尤侯幽有厚黝宥候幼",
    13: "侵寑沁",
    14: "覃談鹽添嚴咸銜凡感敢琰忝儼豏檻范勘闞豔㮇釅陷鑑梵",
    15: "屋沃燭",
    16: "覺藥鐸",
    17: "質術櫛陌麥昔錫職德緝",
    18: "物迄月沒曷末黠鎋屑薛葉怗",
    19: "合盍業洽狎乏",
}

CILIN_OF: dict[str, tuple[int, ...]] = {
    rime: tuple(group for group, rimes in _CI.items() if rime in rimes) for rime in PINGSHUI_OF
}
"""The groups of ci that each of the 206 rimes belongs to: mostly one."""

CILIN: tuple[str, ...] = (
    "",
    *(
        f"第{'一二三四五六七八九'[n - 1] if n < 10 else '十' + ['', *'一二三四五六七八九'][n - 10]}部"
        for n in range(1, 20)
    ),
)
"""Names of the groups of ci, from 1."""

_XINYUN = (
    "一麻:a ia ua",
    "二波:o e uo",
    "三皆:ie üe",
    "四开:ai uai",
    "五微:ei ui uei",
    "六豪:ao iao",
    "七尤:ou iu iou",
    "八寒:an ian uan üan",
    "九文:en in un uen ün",
    "十唐:ang iang uang",
    "十一庚:eng ing ong iong ueng",
    "十二齐:i er ü",
    "十三支:-i",
    "十四姑:u",
)
_TONGYUN = (
    "一啊:a ia ua",
    "二喔:o uo",
    "三鹅:e ie üe",
    "四衣:i -i",
    "五乌:u",
    "六迂:ü",
    "七哀:ai uai",
    "八欸:ei ui uei",
    "九熬:ao iao",
    "十欧:ou iu iou",
    "十一安:an ian uan üan",
    "十二恩:en in un uen ün",
    "十三昂:ang iang uang",
    "十四英:eng ing ueng",
    "十五雍:ong iong",
    "十六儿:er",
)


def _finals(table: tuple[str, ...]) -> dict[str, str]:
    return {
        final: name
        for name, _, finals in (entry.partition(":") for entry in table)
        for final in finals.split()
    }


XINYUN: dict[str, str] = _finals(_XINYUN)
"""The group of each final in the 中华新韵; ``-i`` is that of zhi and zi."""

TONGYUN: dict[str, str] = _finals(_TONGYUN)
"""The group of each final in the 中华通韵."""


def tone_of(pingshui: int) -> Tone:
    """Level or oblique."""
    return "平" if pingshui < 30 else "仄"
