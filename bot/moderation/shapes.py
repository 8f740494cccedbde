"""Letters of scripts that have nothing in common with the Latin one, by which it is drawn: 卂乃匚, ค๒ς.

They cannot be folded, for in a text of their own script they are what they are;
they are read as Latin ones only in a word made of nothing but such letters and
of letters that look like Latin ones anyway.
"""

from __future__ import annotations

_CHINESE = (
    "卂a 乃b 匚c 乇e 千f 卄h 丨i 工i フj ﾌj 片k 几n 爪m 冂n ㄥl ㄖo 口o 卩p 尺r 丂s 五s ㄒt 丁t 七t "
    "ㄩu 凵u 山w 乂x 乄x メx ㄨx ㄚy 丫y 乙z 之z 亼a 闩a 刀d 〇o 日b 巨e 甘h 门n 巾m 木k"
)
_SOUTHERN = "คa ๒b ๔d เi ןj ɭl ๓m ภn ๏o ๑o קp ợq รs ยu שv ฬw אx ץy չz Շt"
_ALSO = "ςc єe ђh гr Ŧf"
SHAPED = {pair[0]: pair[1] for pair in f"{_CHINESE} {_SOUTHERN} {_ALSO}".split()}
"""Each such letter, and the one that it is drawn for."""
SHAPED_ALONE = frozenset("卂匚乇卄丂ㄒㄩㄚㄖㄥㄨ冂凵乄闩")
"""Those that are hardly ever written for themselves: one of them tells."""
SHAPED_MIXED = frozenset(pair[0] for pair in _SOUTHERN.split())
"""Those that tell where others stand in the same word."""
SHAPED_NEAR = "\u0590-\u05ff\u0e00-\u0e7f\u3040-\u312f\u3400-\u9fff\uff66-\uff9d"
"""Scripts of which no other letter may stand beside such a word."""
FONT = "a-zA-Z\u0100-\u02af\u0370-\u058f\u13a0-\u167f\u1d00-\u1dff\u1e00-\u1eff"
"""Letters that look like Latin ones anyway."""
