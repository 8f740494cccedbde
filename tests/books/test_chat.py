"""The marks of chat are in every export what they are in Discord, and each word stays its writer's."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.books.chat import Block, blocks
from bot.books.chat_inline import Inline
from bot.books.epub import epub
from bot.books.fountain import fountain, parse
from bot.books.markdown import markdown
from bot.books.mentions import mentioned
from bot.books.model import Book, Chapter
from bot.books.pages import ao3, html
from bot.books.runs import Run
from tests.books.samples import book, part

ANA, HALL, CREW = 123456789012345678, 123456789012345679, 123456789012345670
CALLED = {ANA: "Ana", HALL: "hall", CREW: "Crew"}

MARKS = [
    ("*italics*", "<em>italics</em>", "*italics*", "*italics*"),
    ("_italics_", "<em>italics</em>", "*italics*", "*italics*"),
    ("**bold**", "<strong>bold</strong>", "**bold**", "**bold**"),
    ("***both***", "<strong><em>both</em></strong>", "***both***", "***both***"),
    ("__underline__", "<u>underline</u>", "<u>underline</u>", "_underline_"),
    ("~~strike~~", "<s>strike</s>", "~~strike~~", "strike"),
    ("*a **b** c*", "<em>a <strong>b</strong> c</em>", "*a **b** c*", "*a* ***b*** *c*"),
    ("||hidden||", "hidden", '<span class="spoiler">hidden</span>', "hidden"),
    ("`code *x*`", "<code>code *x*</code>", "`code *x*`", r"code \*x\*"),
    ("> quote", "<blockquote>\n<p>quote</p>\n</blockquote>", "> quote", "quote"),
    (">>> one\ntwo", "<blockquote>\n<p>one<br>two</p>\n</blockquote>", "> one\\\n> two", "one\ntwo"),
    ("# Head", "<h4>Head</h4>", "#### Head", "Head"),
    ("-# small", "<p><small>small</small></p>", "<small>small</small>", "small"),
    ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>", "- one\n- two", "one\ntwo"),
    ("- one\n  - in it", "<li>one\n<ul>\n<li>in it</li>\n</ul>\n</li>", "- one\n  - in it", "one\nin it"),
    ("3. three\n4. four", '<ol start="3">\n<li>three</li>', "3. three\n4. four", "three\nfour"),
    ("```py\nx = *1*\n```", "<pre><code>x = *1*</code></pre>", "```\nx = *1*\n```", r"x = \*1\*"),
    ("<https://a.example/b>", '<a href="https://a.example/b" rel="nofollow noopener">https://a.example/b</a>',
     "[https\\://a.example/b](<https://a.example/b>)", "https://a.example/b"),
    ("[here](https://a.example)", '<a href="https://a.example" rel="nofollow noopener">here</a>',
     "[here](<https://a.example>)", "here"),
    (r"\*plain\* and 2 * 3 * 4 and snake_case_x", "*plain* and 2 * 3 * 4 and snake_case_x",
     r"\*plain\* and 2 \* 3 \* 4 and snake\_case\_x", r"\*plain\* and 2 \* 3 \* 4 and snake\_case\_x"),
    ("<:smile:123456789012345678> <a:wave:123456789012345678>", "<p>:smile: :wave:</p>",
     ":smile: :wave:", ":smile:"),
    ("<t:0:f> <t:0:D> <t:86399:T>", "1970-01-01 00:00 UTC 1970-01-01 23:59:59 UTC",
     "1970-01-01 00:00 UTC", "1970"),
    (f"<@{ANA}> and <@!{ANA}> of <@&{CREW}> in <#{HALL}>", "@Ana and @Ana of @Crew in #hall",
     r"\@Ana and \@Ana of \@Crew in #hall", "@Ana and @Ana of @Crew in #hall"),
    ("他**“你好”**地说", "他<strong>“你好”</strong>地说", "他<strong>“你好”</strong>地说",
     "他**“你好”**地说"),
    ("<b>bold</b> & <script>", "&lt;b&gt;bold&lt;/b&gt; &amp; &lt;script&gt;",
     r"\<b\>bold\</b\> \& \<script\>", "<b>"),
    ("[x](javascript:alert(1))", "[x](javascript:alert(1))", r"\[x\](javascript:alert(1))",
     "[x](javascript:alert(1))"),
    ("**open and *never closed", "**open and *never closed", r"\*\*open and \*never closed",
     r"\*\*open and \*never"),
]  # fmt: skip


def story(*runs: tuple[str, int], **more: object) -> Book:
    return book(Chapter("", (part(1, *runs),)), called=CALLED, **more)


@pytest.mark.parametrize(("typed", "as_html", "as_markdown", "as_fountain"), MARKS)
def test_each_mark_is_what_it_is(typed: str, as_html: str, as_markdown: str, as_fountain: str) -> None:
    made = story((typed, 0))
    assert as_html in ao3(made)
    page = re.sub(r'<span class="w w0"[^>]*>(.*?)</span>', r"\1", html(made)).replace("<br/>", "<br>")
    assert as_html in page
    assert as_markdown in markdown(made)
    assert as_fountain in fountain(made)
    with zipfile.ZipFile(io.BytesIO(epub(made))) as archive:
        chapter = archive.read("EPUB/chapter1.xhtml").decode()
    assert as_html in re.sub(r'<span class="w w0"[^>]*>(.*?)</span>', r"\1", chapter).replace("<br/>", "<br>")


def test_a_spoiler_is_hidden_on_a_page_and_told_on_the_archive() -> None:
    made = story(("He is ||the ghost||.", 0))
    assert '<span class="spoiler" tabindex="0">' in html(made) and "[spoiler: the ghost]" in ao3(made)


def test_every_word_within_a_mark_stays_its_writers() -> None:
    found = blocks([Run("*she wa", 0), Run("ves* and **no", 2), Run("ds**", 0)], {}, each_line=False)
    assert found[0].lines[0] == (
        Run("she wa", 0, ("em",)), Run("ves", 2, ("em",)), Run(" and ", 2), Run("no", 2, ("strong",)),
        Run("ds", 0, ("strong",)),
    )  # fmt: skip
    page = html(story(("*she wa", 0), ("ves*", 1)))
    assert re.search(r'<em><span class="w w0".*?she wa</span><span class="w w1".*?ves</span></em>', page)


def test_a_screenplay_keeps_the_marks_of_its_own() -> None:
    made = story((f"INT. HALL\n\n_He_ *waits* for <@{ANA}>.", 0), script=True)
    assert "_He_ *waits* for @Ana." in fountain(made)
    assert "<u>He</u> <em>waits</em> for @Ana." in ao3(made).replace("\u00a0", " ")


def test_fountain_reads_the_emphasis_as_it_was() -> None:
    said = fountain(story(("She *waits*, __and__ **goes**; snake_case * 2.", 0)))
    action = next(one for one in parse(said) if "waits" in one.text)
    assert [(piece.text, sorted(piece.styles)) for piece in action.pieces if piece.styles] == [
        ("waits", ["italic"]), ("and", ["underlined"]), ("goes", ["bold"]),
    ]  # fmt: skip


def test_who_is_mentioned() -> None:
    assert mentioned(f"<@{ANA}> <#{HALL}> <@&{CREW}> <@12> <:x:{ANA}>") == {ANA, HALL, CREW}
    assert "@…5678" in ao3(book(Chapter("", (part(1, (f"<@{ANA}>", 0)),))))


HOSTILE = [
    "**a ", "*a ", "||", "[", "[a](http", "`", "_a ", "~~x", "***", "\\", "<", "> ", "- ", "https://",
    "**__~~||", "```", "-# ", "(", "[a](https://b",
]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[*HealthCheck])  # pyright: ignore[reportArgumentType]
@given(st.lists(st.sampled_from([*HOSTILE, "\n", " ", "word", "*", "_"]), max_size=40), st.integers(1, 200))
def test_no_word_is_lost_whatever_is_typed(pieces: list[str], times: int) -> None:
    typed = ("".join(pieces) * times)[:8_000]
    found = blocks([Run(typed, 0)], {}, each_line=False)

    def words(some: tuple[Block, ...]) -> str:
        return "".join(
            "".join(run.text for line in one.lines for run in line) + words(one.blocks) for one in some
        )

    assert words(tuple(found)).count("word") <= typed.count("word")
    assert words(tuple(found)).count("word") == typed.count("word") or "```" in typed or "http" in typed


@pytest.mark.parametrize("piece", HOSTILE)
def test_what_is_looked_at_grows_with_the_text_alone(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Operations, not seconds: how many characters are looked through for the end of a mark."""
    looked = 0
    plain = Inline._closed

    def counted(self: Inline, mark: str, start: int, end: int) -> int | None:
        nonlocal looked
        known = self._known_open(mark, start, end)
        close = plain(self, mark, start, end)
        looked += 0 if known else (close if close is not None else end) - start
        return close

    monkeypatch.setattr(Inline, "_closed", counted)
    typed = (piece * 20_000)[:20_000]
    blocks([Run(typed, 0)], {}, each_line=False)
    assert looked <= 12 * len(typed)
