import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ids import LANGUAGES
from bot.rehearsal import lines
from bot.rehearsal.lines import ACTS, USAGE, together
from bot.rehearsal.script import parse, parse_line
from bot.rehearsal.trouble import ScriptError


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('guild "Ink and Paper" locale:zh-CN', lines.Guild("Ink and Paper", "zh-CN")),
        ("guild Ink and Paper", lines.Guild("Ink and Paper")),
        ("member ana", lines.Join("ana")),
        ("member mod manage_guild", lines.Join("mod", ("manage_guild",))),
        ("member @ana locale:zh-TW ban_members", lines.Join("ana", ("ban_members",), "zh-TW")),
        ("channel general", lines.Channel("general")),
        ("channel cellar nsfw", lines.Channel("cellar", nsfw=True)),
        ("channel #a category:Words", lines.Channel("a", category="Words")),
        ('thread "The lighthouse"', lines.Thread("The lighthouse")),
        ("in #general", lines.Enter("channel", "general")),
        ('in thread "The lighthouse"', lines.Enter("thread", "The lighthouse")),
        ("in dm", lines.Enter("dm")),
        (
            '@ana /poem topic:"first snow" form:haiku',
            lines.Slash("ana", "poem", {"topic": "first snow", "form": "haiku"}),
        ),
        (
            "@ana /poem topic: first snow form:haiku",
            lines.Slash("ana", "poem", {"topic": "first snow", "form": "haiku"}),
        ),
        ("@安娜 /诗 题目：“初 雪” 体裁：七绝", lines.Slash("安娜", "诗", {"题目": "初 雪", "体裁": "七绝"})),
        ("@mod /settings style text:salt", lines.Slash("mod", "settings style", {"text": "salt"})),
        ("@ana /poem topic:see http://x.org", lines.Slash("ana", "poem", {"topic": "see http://x.org"})),
        ("@ana: a plain message  wait 2h", lines.Say("ana", "a plain message  wait 2h")),
        ("@ana：“你好”", lines.Say("ana", "“你好”")),
        (r"@ana: two\nlines", lines.Say("ana", "two\nlines")),
        ('@ana attach poem.txt "mine"', lines.Attach("ana", "poem.txt", "mine")),
        ("@ana attach 'x'", lines.Attach("ana", "'x'")),
        ('@ana press "Another take"', lines.Press("ana", "Another take")),
        ("@ana press Another take", lines.Press("ana", "Another take")),
        ("@ana press 2", lines.Press("ana", "2")),
        ('meanwhile @ana press "Stop"', lines.Press("ana", "Stop", meanwhile=True)),
        (
            '@ana fill "Revise…" instruction:"darker"',
            lines.Fill("ana", "Revise…", {"instruction": "darker"}),
        ),
        (
            '@ana fill Publish title: The long winter licence:"CC BY 4.0"',
            lines.Fill("ana", "Publish", {"title": "The long winter", "licence": "CC BY 4.0"}),
        ),
        ('@ben right-click last "Who wrote this?"', lines.RightClick("ben", "last", "Who wrote this?")),
        (
            '@ben right-click "old pond" "Revise this" instruction:"darker"',
            lines.RightClick("ben", "old pond", "Revise this", {"instruction": "darker"}),
        ),
        ('@mod select "Language" "中文"', lines.Select("mod", "Language", ("中文",))),
        ("@mod select 1 #general #cellar", lines.Select("mod", "1", ("#general", "#cellar"))),
        ('@ana edit last "new\\nwords"', lines.Rewrite("ana", "new\nwords")),
        ("@ana delete last", lines.Rewrite("ana", None)),
        ("wait 2h", lines.Wait(7200)),
        ("wait 1d2h 30m5s", lines.Wait(95405)),
        ("wait 2时", lines.Wait(7200)),
        ("restart", lines.Restart()),
        ("restart 5h", lines.Restart(5 * 3600)),
        ("@ben leave", lines.Leave("ben")),
        ('expect "text"', lines.Expect("text")),
        ("expect two words", lines.Expect("two words")),
        ('expect "no"', lines.Expect("no")),
        ('expect no "text"', lines.Expect("text", absent=True)),
        ('expect private "text"', lines.Expect("text", private=True)),
        ('expect no private "text"', lines.Expect("text", absent=True, private=True)),
        ('expect private no "text"', lines.Expect("text", absent=True, private=True)),
        ("help", lines.Help()),
        ("show", lines.Show()),
    ],
)
def test_every_line_is_read(text: str, line: lines.Line) -> None:
    assert parse_line(text) == [line]


def test_every_word_has_an_example_that_can_be_read() -> None:
    for verb, usage in USAGE.items():
        for example in usage.split("  /  "):
            assert len(parse_line(example)) == 1, verb


SAMPLE = """
# comment
guild "Ink and Paper" locale:zh-CN            member ana   member mod manage_guild
channel general      channel cellar nsfw      in #general      in thread "The lighthouse"
@ana /poem topic:"first snow" form:haiku       @ana: a plain message
@ana press "Another take"                      @ana fill "Revise…" instruction:"darker"
@ben right-click last "Who wrote this?"        @mod select "Language" "中文"
wait 2h      restart      expect "text"      expect no "text"      expect private "text"
"""


def test_several_lines_may_stand_in_one() -> None:
    kinds = [(number, type(line).__name__) for number, line in parse(SAMPLE)]
    assert kinds == [
        *[(3, "Guild"), (3, "Join"), (3, "Join")],
        *[(4, "Channel"), (4, "Channel"), (4, "Enter"), (4, "Enter")],
        *[(5, "Slash"), (5, "Say"), (6, "Press"), (6, "Fill"), (7, "RightClick"), (7, "Select")],
        *[(8, "Wait"), (8, "Restart"), (8, "Expect"), (8, "Expect"), (8, "Expect")],
    ]


def test_what_stands_in_quotes_is_not_another_line() -> None:
    assert parse_line('expect no "wait 3h  restart"   # and no more') == [
        lines.Expect("wait 3h  restart", absent=True)
    ]


def test_the_first_mark_of_a_file_is_not_text() -> None:
    assert parse("\ufeffrestart\n") == [(1, lines.Restart())]


def test_who_acts_may_be_understood() -> None:
    assert parse_line("/poem topic:rain", who="ana") == [lines.Slash("ana", "poem", {"topic": "rain"})]
    assert parse_line("press 1", who="ana") == [lines.Press("ana", "1")]


def test_presses_belong_to_the_line_before() -> None:
    script = parse("@ana /poem topic:x\nmeanwhile @ana press Stop\nmeanwhile @ben press Stop\nrestart")
    assert [(number, type(line).__name__, len(held)) for number, line, held in together(script)] == [
        (1, "Slash", 2),
        (4, "Restart", 0),
    ]


@pytest.mark.parametrize(
    ("text", "column", "key"),
    [
        ('guild "Ink', 7, "rehearsal.open_quote"),
        ("@ana press “Ink", 12, "rehearsal.open_quote"),
        ("dance", 1, "rehearsal.no_such_line"),
        ('restart   "guild"', 11, "rehearsal.expected"),
        ("restart   dance", 11, "rehearsal.expected"),
        ("/poem topic:x", 1, "rehearsal.say_who"),
        ("press 1", 1, "rehearsal.say_who"),
        ("@ana", 1, "rehearsal.say_what"),
        ("@ana /", 6, "rehearsal.say_what"),
        ("wait soon", 1, "rehearsal.no_length"),
        ("wait 0s", 1, "rehearsal.no_length"),
        ('@ana /poem topic:"x" loose', 22, "rehearsal.no_option"),
        ("@ana /poem topic:", 12, "rehearsal.no_value"),
        ("guild a locale:zh color:red", 1, "rehearsal.no_option"),
        ("in general", 1, "rehearsal.expected"),
        ("channel a b", 11, "rehearsal.expected"),
        ("meanwhile restart", 11, "rehearsal.expected"),
        ("meanwhile", 1, "rehearsal.expected"),
        ("@mod select Language", 6, "rehearsal.expected"),
        ('@ana edit first "x"', 11, "rehearsal.expected"),
        ("expect", 1, "rehearsal.expected"),
        ("expect no", 1, "rehearsal.expected"),
        ('expect "a" "b"', 1, "rehearsal.expected"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, column: int, key: str) -> None:
    with pytest.raises(ScriptError) as caught:
        parse_line(text, 3)
    assert (caught.value.line, caught.value.column, caught.value.key) == (3, column, key)
    for lang in LANGUAGES:
        assert "$" not in caught.value.told(lang)


PIECES = st.sampled_from(
    [
        "@ana ",
        "/poem ",
        "topic:",
        '"',
        "“",
        "”",
        "press ",
        "in ",
        "#",
        "expect ",
        "  ",
        "\\",
        "wait ",
        "2h",
        "雪",
    ]
)


@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=12).map("".join)))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse(text, who="ana")
    except ScriptError as error:
        assert 1 <= error.column <= len(text) + 1
        assert all(error.told(lang) for lang in LANGUAGES)


QUOTABLE = st.text(
    st.characters(exclude_characters='"\\', exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1
)
NAMES = st.from_regex(r"[a-z_]{1,10}", fullmatch=True)


@given(st.dictionaries(NAMES, QUOTABLE, max_size=4))
def test_options_come_back_as_they_were_quoted(options: dict[str, str]) -> None:
    said = " ".join(f'{name}:"{value}"' for name, value in options.items())
    assert parse_line(f"@ana /poem {said}") == [lines.Slash("ana", "poem", options)]


@given(st.lists(st.tuples(st.sampled_from(ACTS[:2]), QUOTABLE), min_size=1, max_size=4))
def test_lines_in_one_are_the_lines_one_by_one(said: list[tuple[str, str]]) -> None:
    single = [f'@ana {verb} "{label}"' for verb, label in said]
    alone = [line for text in single for line in parse_line(text)]
    assert parse_line("   ".join(single)) == alone


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1))
def test_escapes_come_back(text: str) -> None:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    assert parse_line(f'expect "{escaped}"') == [lines.Expect(text)]
