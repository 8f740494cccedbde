"""Whatever somebody describes a form by: it is one, or they are told kindly what is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.explain import explain
from bot.i18n.text import has
from bot.ids import LANGUAGES
from bot.prompting.catalogue import Catalogue
from bot.services.forms import DESCRIBED, FormDesk, described_or_why, shape_faults
from bot.settings import Settings

PIECES = st.sampled_from(
    [
        "ABAB",
        "A1b2",
        "a1B2",
        "aabb",
        "x",
        "XX",
        "8",
        "++8",
        "+8",
        "0",
        "9999",
        "٣",
        "８",
        "-",
        ",",
        "iambic",
        "pentameter",
        "AB3",
        "A0",
        "syllables",
        "rhyme",
        "个字",
        "/",
        "|",
        "A",
        "é",
        "iambic pentameter",
        "9" * 60,
        " ",
    ]
)
JOINED = st.lists(PIECES, max_size=12).map(" ".join) | st.lists(PIECES, max_size=12).map("".join)
TYPED = JOINED | st.text(max_size=90)


@pytest.fixture(scope="module")
def desk() -> FormDesk:
    return FormDesk(Catalogue.load(Settings.read({}, None).prompts_folder(), shape_faults))


def tried(desk: FormDesk, text: str) -> str:
    """What comes of a description: "form", "nothing", or the key of the refusal."""
    try:
        form = described_or_why(text)
    except BadInput as error:
        assert has(error.text_key), error.text_key
        assert all(explain(error, lang) for lang in LANGUAGES)
        return error.text_key
    if form is None:
        return "nothing"
    desk.check("The snow fell over the house.\nAnd then it went.", desk.shape(text[:DESCRIBED]))
    return "form"


@pytest.mark.parametrize(
    "text",
    ["++8 ++8", "ABAB, ++8", "A1b2", "a1B2 8 8", "ABAB, 9999 9999", "AB3AB3, 8 8", "ABAB " + "9" * 70, "٣ ٣"],
)
def test_what_describes_no_form_is_told_kindly(desk: FormDesk, text: str) -> None:
    assert tried(desk, text) != ""


@settings(deadline=None, max_examples=400)
@given(TYPED)
def test_no_description_falls_over(text: str) -> None:
    desk = FormDesk(_CATALOGUE)
    tried(desk, text)


_CATALOGUE = Catalogue.load(Settings.read({}, None).prompts_folder(), shape_faults)
