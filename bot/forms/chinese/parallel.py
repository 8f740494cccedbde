"""对仗, as advice: whether two lines are set against each other word by word, as far as lists can tell."""

from __future__ import annotations

from bot.forms.model import Finding, Holds

_KINDS = {
    "数目": "一二三四五六七八九十百千万萬双雙两兩半孤独獨几幾数數群诸諸",
    "颜色": "红紅绿綠青白黑黄黃紫碧翠朱丹苍蒼赤素金银銀玄",
    "方位": "东東西南北上下前后後左右中内內外边邊里裏间間",
    "天文": "日月星云雲风風雨雪霜露雷电電天霞虹雾霧烟煙",
    "地理": "山水江河湖海溪石泉峰岭嶺野田原川洲浦谷岸沙波",
    "时令": "春夏秋冬朝暮晨夕夜昼晝年岁歲时時早晚今古",
    "草木": "花草树樹木柳竹松梅兰蘭菊荷桃李叶葉枝根藤苔芦蘆",
    "鸟兽": "鸟鳥雁莺鶯燕鹤鶴鸦鴉马馬牛羊犬猿虎龙龍鱼魚蝉蟬蝶鸥鷗",
    "宫室": "楼樓台臺城门門窗户戶亭阁閣宫宮殿寺塔桥橋屋舍阶階",
    "人身": "心身头頭发髮眼目手足面眉泪淚魂梦夢声聲",
    "虚字": "不无無未已还還犹猶尚空自相共但惟只岂豈何谁誰莫休",
}
_KIND = {char: kind for kind, chars in _KINDS.items() for char in chars}


def parallel(upper: str, lower: str) -> Finding:
    """Where both characters of a place are in the lists, whether they are of one kind."""
    known = [
        (one, other) for one, other in zip(upper, lower, strict=False) if one in _KIND and other in _KIND
    ]
    alike = sum(_KIND[one] == _KIND[other] for one, other in known)
    same = [one for one, other in zip(upper, lower, strict=False) if one == other]
    if same:
        return Finding("parallel", "", "".join(same), Holds.DOUBTFUL, "parallel_same", advice=True)
    fine = not known or alike * 2 >= len(known)
    holds = Holds.YES if fine else Holds.DOUBTFUL
    return Finding("parallel", "", f"{alike}/{len(known)}", holds, "" if fine else "parallel", advice=True)
