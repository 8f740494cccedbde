import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rehearsal import script
from bot.rehearsal.script import ScriptError, parse, parse_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('guild "Ink and Paper" locale:zh-CN', script.Guild("Ink and Paper", "zh-CN")),
        ("member mod manage_guild", script.Join("mod", ("manage_guild",))),
        ("channel cellar nsfw", script.Channel("cellar", nsfw=True)),
        ("in #general", script.Enter("channel", "general")),
        ('in thread "The lighthouse"', script.Enter("thread", "The lighthouse")),
        ("in dm", script.Enter("dm")),
        (
            '@ana /poem topic:"first snow" form:haiku',
            script.Slash("ana", "poem", {"topic": "first snow", "form": "haiku"}),
        ),
        ("@安娜 /poem topic：“初 雪”", script.Slash("安娜", "poem", {"topic": "初 雪"})),
        ("@mod /settings style voice:salt", script.Slash("mod", "settings style", {"voice": "salt"})),
        ("@ana: a plain message  wait 2h", script.Say("ana", "a plain message  wait 2h")),
        ('@ana press "Another take"', script.Press("ana", "Another take")),
        ("@ana press 2", script.Press("ana", "2")),
        (
            '@ana fill "Revise…" instruction:"darker"',
            script.Fill("ana", "Revise…", {"instruction": "darker"}),
        ),
        ('@ben right-click last "Who wrote this?"', script.RightClick("ben", "last", "Who wrote this?")),
        ('@mod select "Language" "中文"', script.Select("mod", "Language", ("中文",))),
        ('@ana edit last "new\\nwords"', script.Rewrite("ana", "new\nwords")),
        ("@ana delete last", script.Rewrite("ana", None)),
        ("wait 2h", script.Wait(7200)),
        ("wait 1d2h30m5s", script.Wait(95405)),
        ("restart", script.Restart()),
        ('expect "text"', script.Expect("text")),
        ('expect no "text"', script.Expect("text", absent=True)),
        ('expect private "text"', script.Expect("text", private=True)),
        ("help", script.Help()),
        ("show", script.Show()),
    ],
)
def test_every_line_is_read(text: str, line: script.Line) -> None:
    assert parse_line(text) == [line]


def test_several_lines_may_stand_in_one() -> None:
    text = '# comment\nmember ana   member mod manage_guild\nwait 2h   restart   expect no "wait 3h  restart"'
    kinds = [(number, type(line).__name__) for number, line in parse(text)]
    assert kinds == [(2, "Join"), (2, "Join"), (3, "Wait"), (3, "Restart"), (3, "Expect")]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ('guild "Ink', 7),
        ("dance", 1),
        ("/poem topic:x", 1),
        ("@ana", 1),
        ("wait soon", 1),
        ("@ana /poem topic:x loose", 20),
        ("in general", 1),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, column: int) -> None:
    with pytest.raises(ScriptError) as caught:
        parse_line(text, 3)
    assert (caught.value.line, caught.value.column) == (3, column)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse(text, who="ana")
    except ScriptError as error:
        assert error.problem


QUOTABLE = st.text(
    st.characters(exclude_characters='"\\', exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1
)


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,10}", fullmatch=True), QUOTABLE, max_size=4))
def test_options_come_back_as_they_were_quoted(options: dict[str, str]) -> None:
    said = " ".join(f'{name}:"{value}"' for name, value in options.items())
    assert parse_line(f"@ana /poem {said}") == [script.Slash("ana", "poem", options)]
