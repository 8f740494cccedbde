import io
import logging

from bot.logs import Blot

SECRET = "sk-canary-7f3a91"


def logged(*args: object, error: BaseException | None = None) -> str:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(Blot((SECRET,)))
    logger = logging.Logger("test")
    logger.addHandler(handler)
    logger.error(*args, exc_info=error)
    return out.getvalue()


def test_a_secret_is_blotted_out_wherever_it_stands() -> None:
    assert SECRET not in logged(f"key {SECRET}")
    assert SECRET not in logged("key %s", SECRET)
    assert SECRET not in logged("key %s", {"authorization": f"Bearer {SECRET}"})
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        text = logged("failed", error=error)
    assert SECRET not in text
    assert "ValueError" in text


def test_other_lines_stay_as_they_are() -> None:
    assert logged("poem %s of %s", 1, 2) == "poem 1 of 2\n"
