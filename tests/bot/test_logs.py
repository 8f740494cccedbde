import io
import logging
from collections.abc import Iterator

import pytest

from bot import logs
from bot.logs import Blot
from bot.settings import Settings

SECRET = "sk-canary-7f3a91"
INTERACTION = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OTpzZWNyZXQ"
BOT = "MTE5NjE0Mjk2Nzk4ODA2MjI1OA.GhJ0kL.q1W2e3R4t5Y6u7I8o9P0a1S2d3F4g5H6j7K8l9"


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


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"PATCH https://discord.com/api/v10/webhooks/900/{INTERACTION}/messages/@original", INTERACTION),
        ("POST https://discord.com/api/v10/interactions/123456/any-token.at_all/callback", "any-token"),
        ("https://discord.com/api/webhooks/123456/Zx81-_abc?wait=true was slow", "Zx81"),
        (f"the token {INTERACTION} has expired", INTERACTION),
        (f"{{'token': '{BOT}', 'properties': {{}}}}", BOT),
        (f"Authorization: Bot {BOT}", BOT),
        ("Incorrect API key provided: sk-proj-8s7d6f5g4h3j2k1l0", "8s7d6f5g"),
        ("{'Authorization': 'Bearer 0123456789abcdef'}", "0123456789abcdef"),
        ("cannot reach https://ana:hunter2@models.example:8000/v1", "hunter2"),
    ],
)
def test_what_looks_like_a_secret_is_blotted_out_though_no_setting_names_it(text: str, secret: str) -> None:
    assert secret in text
    assert secret not in logged(text)
    assert secret not in logged("%s", text)
    assert secret not in logged("failed", error=RuntimeError(text))


@pytest.mark.parametrize(
    "text",
    [
        "poem 1 of 2",
        "GET https://discord.com/api/v10/channels/5/messages?limit=50",
        "the database /data/renga.sqlite3 is at version 12.1.4",
        "ready as Renga#0 in 3 servers",
    ],
)
def test_other_lines_stay_as_they_are(text: str) -> None:
    assert logged(text) == f"{text}\n"
    assert logged("%s of %s", text, 2) == f"{text} of 2\n"


@pytest.fixture
def kept_logging() -> Iterator[None]:
    root, names = logging.getLogger(), (*logs.OURS, "discord.client")
    handlers, levels = root.handlers[:], {name: logging.getLogger(name).level for name in names}
    level = root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)


@pytest.mark.usefixtures("kept_logging")
def test_at_debug_only_the_bot_itself_tells_more(settings: Settings) -> None:
    logs.set_up(settings, "DEBUG")
    for library in ("httpx2", "httpcore2", "httpx", "discord.webhook.async_", "discord.http", "openai._base"):
        assert not logging.getLogger(library).isEnabledFor(logging.INFO)
        assert logging.getLogger(library).isEnabledFor(logging.WARNING)
    assert logging.getLogger("bot.client").isEnabledFor(logging.DEBUG)
    assert logging.getLogger("cogs.ui.stream").isEnabledFor(logging.DEBUG)
    logs.set_up(settings, "ERROR")
    assert not logging.getLogger("bot.client").isEnabledFor(logging.WARNING)
    assert not logging.getLogger("alembic").isEnabledFor(logging.WARNING)
