from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.explain import explain
from bot.settings import Settings

SECRET = "sk-canary-7f3a91"


def read(**environ: str) -> Settings:
    return Settings.read(environ, None)


def test_nothing_set_is_a_working_bot() -> None:
    settings = read()
    assert settings.discord_token is None
    assert settings.model == "local/house"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("RENGA_EDIT_SECONDS", "99"),
        ("RENGA_EDIT_SECONDS", "soon"),
        ("RENGA_MODEL", "house"),
        ("RENGA_LANGUAGE", "fr"),
        ("RENGA_MAX_RUNNING", "0"),
        ("RENGA_SERVERS", "localhost:8000"),
        ("OPENAI_BASE_URL", "not a url"),
        ("RENGA_MEMBER_REQUESTS", "-1"),
    ],
)
def test_a_wrong_value_is_named_with_its_remedy(variable: str, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(**{variable: value})
    told = explain(caught.value, "en")
    assert variable in told
    assert len(told) > len(variable) + 30


def test_secrets_are_in_no_repr_and_no_error() -> None:
    settings = read(
        DISCORD_TOKEN=SECRET, OPENAI_API_KEY=SECRET, RENGA_KEY_MINE=SECRET, RENGA_SERVERS="mine=http://h/v1"
    )
    assert SECRET not in repr(settings)
    assert SECRET not in str(settings)
    assert settings.secrets() == (SECRET,) * 3
    with pytest.raises(ConfigError) as caught:
        read(DISCORD_TOKEN=SECRET, RENGA_LANGUAGE=SECRET)
    assert SECRET not in str(caught.value)
    assert SECRET not in explain(caught.value, "en")


def test_the_environment_wins_over_the_file_and_empty_is_unset(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("RENGA_LANGUAGE=zh\nRENGA_MODEL=\nRENGA_MAX_QUEUED=3\n", encoding="utf-8")
    settings = Settings.read({"RENGA_MAX_QUEUED": "5"}, file)
    assert (settings.language, settings.model, settings.max_queued) == ("zh", "local/house", 5)


def test_lists_are_split_and_servers_have_their_keys() -> None:
    settings = read(RENGA_FALLBACK=" a/b , c/d,", RENGA_SERVERS="mine=http://h/v1", RENGA_KEY_MINE=SECRET)
    assert settings.fallback == ("a/b", "c/d")
    ((name, url, key),) = settings.named_servers()
    assert (name, url) == ("mine", "http://h/v1")
    assert key is not None
    assert key.get_secret_value() == SECRET
