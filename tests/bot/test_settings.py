import logging
import re
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.explain import explain
from bot.ids import Lang
from bot.logs import Blot
from bot.settings import Settings
from bot.settings_file import unknown

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


def test_a_password_in_a_url_is_a_secret_like_the_others() -> None:
    settings = read(
        OPENAI_BASE_URL="http://user:hunter2%2Fsecret@127.0.0.1:1/v1",
        RENGA_SERVERS="mine=http://me:tr0ub4dor@h/v1,other=http://h/v1?api_key=k3yk3yk3y&api-version=2024-10-01",
    )
    for password in ("hunter2/secret", "hunter2%2Fsecret", "tr0ub4dor", "k3yk3yk3y"):
        assert password in settings.secrets()
        assert password not in repr(settings)
        record = logging.makeLogRecord({"msg": "no answer of %s", "args": (f"http://u:{password}@h",)})
        Blot(settings.secrets()).filter(record)
        assert password not in record.getMessage()
    assert "2024-10-01" not in settings.secrets()
    with pytest.raises(ConfigError) as caught:
        read(RENGA_SERVERS="no name=http://me:tr0ub4dor@h/v1")
    assert "tr0ub4dor" not in explain(caught.value, "en") + str(caught.value)


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


WRONG = {
    "RENGA_DEVICE": "gpu",
    "RENGA_MODEL": "house",
    "RENGA_EDIT_SECONDS": "soon",
    "RENGA_MAX_RUNNING": "0",
    "RENGA_SERVERS": "x",
    "RENGA_LOG_LEVEL": "loud",
    "OPENAI_BASE_URL": "ftp://x",
    "RENGA_MESSAGE_CONTENT": "perhaps",
    "RENGA_MEMBER_TOKENS": "-3",
    "RENGA_JUDGE": "me",
    "RENGA_DTYPE": "double",
    "RENGA_PREFIX_MB": "1.5",
}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_everything_that_is_wrong_is_told_at_once_in_words(lang: Lang) -> None:
    with pytest.raises(ConfigError) as caught:
        read(**WRONG, RENGA_LANGUAGE=lang)
    assert caught.value.language == lang, "so that it is told in it"
    lines = explain(caught.value, lang).splitlines()
    assert {line.split(" ")[0] for line in lines} == set(WRONG) and len(lines) == len(WRONG)
    for line in lines:
        assert not re.search(r"[\\^|{}$]|pydantic|regex|pattern|Input|None|False", line), line
        assert ("。" in line) == (lang == "zh")


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"RENGA_MODLE": "local/house"}, "RENGA_MODEL"),
        ({"DISCORD_TOKN": SECRET}, "DISCORD_TOKEN"),
        ({"OPENAI_KEY": SECRET}, "OPENAI_API_KEY"),
        ({"RENGA_FALLBACKS": "a/b"}, "RENGA_FALLBACK"),
        ({"renga_device": "cpu"}, "RENGA_DEVICE"),
        ({"RENGA_KEY_GROK": SECRET, "RENGA_SERVERS": "groq=http://h/v1"}, "RENGA_KEY_GROQ"),
        ({"RENGA_KEY_MINE": SECRET}, "RENGA_SERVERS"),
        ({"RENGA_ZZZZZZ": "1"}, "python -m bot settings"),
        ({"DISCORD_CLIENT_ID": "1"}, ""),
        ({"OPENAI_ORG_ID": "1"}, ""),
        ({"PATH": "1", "COMPOSE_PROJECT_NAME": "x"}, ""),
    ],
)
@pytest.mark.parametrize("in_file", [False, True])
def test_a_name_that_is_no_setting_is_told_with_its_nearest(
    given: dict[str, str], fault: str, in_file: bool, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text("".join(f"{name}={value}\n" for name, value in given.items()))
    if not in_file and any(name.islower() for name in given):
        return  # the environment is full of others' names
    settings = Settings.read({}, file) if in_file else read(**given)
    told = [unknown(one, "en") for one in settings.strangers]
    assert len(told) == bool(fault)
    assert all(fault in line and SECRET not in line for line in told)


LINES = "# 注释\nRENGA_LANGUAGE=zh\nRENGA_MODEL=local/雪\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_file_is_read_as_editors_save_it(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(LINES.replace("\n", "\r\n").encode(encoding))
    settings = Settings.read({}, file)
    assert (settings.language, settings.model) == ("zh", "local/雪")


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (LINES.encode("gbk"), ".env is not saved as UTF-8 (line 3)."),
        ("RENGA_MODEL=local/é".encode("latin-1"), ".env is not saved as UTF-8 (line 1)."),
        (b"\xff\xfeR", ".env is not saved as UTF-8 (line 1)."),
        (b"A=1\n\nRENGA_MODEL\n", "Line 3 of .env is no setting (it begins with “RENGA_MODEL”)."),
        (b"RENGA_MODEL: local/house\n", "Line 1 of .env is no setting (it begins with “RENGA_MODEL”)."),
        (
            b"DISCORD_TOKEN sk-canary-7f3a91\n",
            "Line 1 of .env is no setting (it begins with “DISCORD_T",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_line(raw: bytes, told: str, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(raw)
    with pytest.raises(ConfigError) as caught:
        Settings.read({}, file)
    said = explain(caught.value, "en")
    assert said.startswith(told) and "\n" not in said and SECRET not in said
    assert explain(caught.value, "zh") != said


def test_bytes_of_another_encoding_do_no_harm_in_a_remark(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes("# 注释\nRENGA_MODEL=a/b # 注释\n".encode("gbk"))
    assert Settings.read({}, file).model == "a/b"


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        Settings.read({}, tmp_path)
    assert "folder" in explain(caught.value, "en")


@pytest.mark.parametrize(
    "typed",
    [
        '["local/house", "a/b"]',
        "[local/house, a/b]",
        "'local/house', 'a/b'",
        '"local/house","a/b"',
        "local/house，a/b",
        "(local/house; a/b)",
        " local/house ,, a/b, ",
        "“local/house”、“a/b”",
        "{local/house,a/b}",
    ],
)
def test_lists_are_read_as_people_write_them(typed: str) -> None:
    assert read(RENGA_FALLBACK=typed).fallback == ("local/house", "a/b")


def test_a_model_is_one_and_values_are_read_in_any_case() -> None:
    assert read(RENGA_MODEL='["local/house"]').model == "local/house"
    with pytest.raises(ConfigError):
        read(RENGA_MODEL="local/house, a/b")
    settings = read(
        RENGA_LOG_LEVEL="debug", RENGA_DEVICE="CPU", RENGA_DTYPE="BFloat16", RENGA_LANGUAGE="zh-CN"
    )
    assert (settings.log_level, settings.device, settings.dtype, settings.language) == (
        "DEBUG", "cpu", "bfloat16", "zh",
    )  # fmt: skip


V1 = "http://127.0.0.1:8080/v1"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (V1, V1),
        (f"{V1}/", V1),
        (f" {V1}// ", V1),
        (f"{V1}/chat/completions", V1),
        (f"{V1}/chat/completions/", V1),
        (f"{V1}/models", V1),
        (f"{V1}/responses", V1),
        (f'"{V1}"', V1),
        (f"<{V1}>", V1),
        ("http://127.0.0.1:8080", V1),
        ("127.0.0.1:8080", V1),
        ("http://127.0.0.1:8080/api/chat", V1),
        ("localhost:11434", "http://localhost:11434/v1"),
        ("http://localhost:11434/api", "http://localhost:11434/v1"),
        ("http://ollama:11434/", "http://ollama:11434/v1"),
        ("http://192.168.1.7:1234/v1/completions", "http://192.168.1.7:1234/v1"),
        ("http://[::1]:8000", "http://[::1]:8000/v1"),
        ("api.openai.com/v1/chat/completions", "https://api.openai.com/v1"),
        ("https://api.example.com", "https://api.example.com"),
        ("https://openrouter.ai/api/v1/chat/completions", "https://openrouter.ai/api/v1"),
        ("https://x.example/v1beta/openai/", "https://x.example/v1beta/openai"),
        ("https://user.example/models/v1", "https://user.example/models/v1"),
    ],
)
def test_an_address_is_read_as_it_was_meant(typed: str, meant: str) -> None:
    settings = read(OPENAI_BASE_URL=typed, RENGA_SERVERS=f"mine={typed}")
    assert str(settings.openai_url).rstrip("/") == settings.named_servers()[0][1] == meant
    same = typed.strip().rstrip("/") == meant
    assert [url.rstrip("/") for _, url in settings.read_otherwise()] == ([] if same else [meant] * 2)
