"""Every setting, read once at start from the environment and ``.env``.

The table is :class:`Settings` itself: name of the variable, default, and why
one would change it.  ``.env.example`` is made from it (``python -m bot
settings``), and a test compares the two.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, HttpUrl, SecretStr, ValidationError

from bot.errors import ConfigError
from bot.i18n.text import lang_of
from bot.ids import LANGUAGES
from bot.settings_faults import all_of, fault
from bot.settings_file import KEY, Stranger, read_file, strangers
from bot.settings_values import address, listed

ROOT = Path(__file__).resolve().parent.parent
"""The folder of the checkout: prompts and the house model lie beside the package."""


def _blank_is_none(value: object) -> object:
    return None if value == "" else value


def _low(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _high(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


def _one(value: object) -> object:
    """The only one of a list: people write some in brackets that they saw written so."""
    parts = listed(value)
    return parts[0] if isinstance(parts, tuple) and len(parts) == 1 else value  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _language(value: object) -> object:
    return lang_of(value, "en") if str(value)[:2].lower() in LANGUAGES else value


LEAST_SECRET = 6
"""Characters of a password that is looked for: what is shorter would blot out half of every line."""

_SECRET_NAME = re.compile(r"key|token|secret|pass|sig|code", re.IGNORECASE)

Listed = Annotated[tuple[str, ...], BeforeValidator(listed)]
Secret = Annotated[SecretStr | None, BeforeValidator(_blank_is_none)]
Url = Annotated[HttpUrl | None, BeforeValidator(address)]


def _setting(variable: str, default: Any, about: str, **limits: Any) -> Any:
    return Field(default=default, alias=variable, description=about, validate_default=True, **limits)


class Settings(BaseModel):
    """All settings, checked.  Secrets are hidden in its repr and in every error."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, populate_by_name=True)

    discord_token: Secret = _setting(
        "DISCORD_TOKEN", None, "The bot's token. Without one, `make run` opens a rehearsal."
    )
    sync_guild: int = _setting(
        "RENGA_SYNC_GUILD",
        0,
        "A server id: its commands are updated at once, for trying changes. 0 updates them everywhere.",
        ge=0,
    )
    language: Annotated[Literal["en", "zh"], BeforeValidator(_language)] = _setting(
        "RENGA_LANGUAGE", "en", "Language of the terminal, and of servers whose own is neither."
    )

    database: str = _setting(
        "RENGA_DATABASE",
        "data/renga.sqlite3",
        "Where everything is kept: a file, made when missing.",
        min_length=1,
    )
    prompts: Path = _setting("RENGA_PROMPTS", Path("prompts"), "The folder of arts, forms, styles and tasks.")

    model: Annotated[str, BeforeValidator(_one)] = _setting(
        "RENGA_MODEL",
        "local/house",
        "The model that answers unless a server or member chooses: provider/model.",
        pattern=r"^[A-Za-z]\w*/[^\s,;\[\]]+$",
    )
    fallback: Listed = _setting(
        "RENGA_FALLBACK",
        (),
        "Models asked in turn when the first is down, too slow or over its limit; commas between.",
    )
    local_models: Listed = _setting(
        "RENGA_LOCAL_MODELS",
        ("models/house",),
        "Models run on this machine: folders, or ids on the Hugging Face hub; commas between."
        " Try Qwen/Qwen3-0.6B or larger.",
    )
    device: Annotated[str, BeforeValidator(_low)] = _setting(
        "RENGA_DEVICE",
        "auto",
        "Where local models run: auto, cpu, cuda, cuda:1, mps.",
        pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$",
    )
    dtype: Annotated[Literal["auto", "float32", "bfloat16", "float16", "int8"], BeforeValidator(_low)] = (
        _setting(
            "RENGA_DTYPE",
            "auto",
            "Number format of local models' weights; auto takes the fastest the machine has."
            " int8 halves the memory and hurries a single text, at a small cost in quality.",
        )
    )
    models_loaded: int = _setting(
        "RENGA_MODELS_LOADED", 1, "How many local models may be in memory at a time.", ge=1, le=16
    )

    prefix_mb: int = _setting(
        "RENGA_PREFIX_MB",
        256,
        "Megabytes for what local models computed of prompts that come again: styles, stories.",
        ge=0,
        le=65_536,
    )

    openai_key: Secret = _setting(
        "OPENAI_API_KEY", None, "Key for the OpenAI API, or any server that speaks it."
    )
    openai_url: Url = _setting(
        "OPENAI_BASE_URL",
        None,
        "Another server that speaks the OpenAI protocol: vLLM, llama.cpp, Ollama"
        " (http://localhost:11434/v1), LM Studio, transformers serve. Empty means OpenAI itself.",
        repr=False,
    )
    openai_models: Listed = _setting(
        "OPENAI_MODELS", (), "Offer only these of the server's models; empty offers all that it lists."
    )
    openai_base_models: Listed = _setting(
        "OPENAI_BASE_MODELS",
        (),
        "Models of any such server that only go on writing, without chat; most say so themselves.",
    )
    servers: Listed = _setting(
        "RENGA_SERVERS",
        (),
        "More servers, as name=url with commas between; the key of each in RENGA_KEY_<NAME>.",
        repr=False,
    )
    server_keys: Mapping[str, SecretStr] = Field(default={}, repr=False)
    strangers: tuple[Stranger, ...] = Field(default=(), repr=False)
    """What is set, looks like a setting, and is none."""
    typed_url: str = Field(default="", repr=False)
    """OPENAI_BASE_URL as it was typed."""

    deadline: float = _setting(
        "RENGA_DEADLINE", 300.0, "Seconds that one request may take, waiting included.", gt=0, le=3600
    )
    max_running: int = _setting(
        "RENGA_MAX_RUNNING", 16, "Requests answered at the same time by each provider.", ge=1, le=256
    )
    max_queued: int = _setting(
        "RENGA_MAX_QUEUED", 64, "Requests that may wait for a place before more are refused.", ge=0, le=10_000
    )
    edit_seconds: float = _setting(
        "RENGA_EDIT_SECONDS",
        1.2,
        "Seconds between two edits of a message that is being written.",
        ge=0.05,
        le=30,
    )

    member_requests: int = _setting(
        "RENGA_MEMBER_REQUESTS", 200, "Requests a member may make a day; 0 means no limit.", ge=0
    )
    member_tokens: int = _setting(
        "RENGA_MEMBER_TOKENS", 100_000, "Tokens a member may use a day; 0 means no limit.", ge=0
    )
    guild_requests: int = _setting(
        "RENGA_GUILD_REQUESTS", 2_000, "Requests a server may make a day; 0 means no limit.", ge=0
    )
    guild_tokens: int = _setting(
        "RENGA_GUILD_TOKENS", 1_000_000, "Tokens a server may use a day; 0 means no limit.", ge=0
    )
    member_stories: int = _setting(
        "RENGA_MEMBER_STORIES",
        5,
        "Stories that a member may have begun and not ended in a server at a time; 0 means no limit.",
        ge=0,
    )
    judge: str = _setting(
        "RENGA_JUDGE",
        "",
        "Who judges what rules on categories (violence, hate …) ask: openai, its free moderation endpoint or"
        " one at OPENAI_BASE_URL; or local/ and a folder or id of a text classifier on the Hugging Face hub."
        " Empty: nobody.",
        pattern=r"^(openai|local/\S+)?$",
    )

    message_content: bool = _setting(
        "RENGA_MESSAGE_CONTENT",
        False,
        "Read turns of stories that are written as plain messages. Needs the Message Content intent, switched"
        " on for the bot in Discord's developer portal; without it there is the Write button, and plain"
        " messages that mention the bot.",
    )
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_high)] = _setting(
        "RENGA_LOG_LEVEL", "INFO", "How much is logged. No level logs texts of members or secrets."
    )

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None, dotenv: Path | None = Path(".env")) -> Settings:
        """Read the settings; the environment wins over ``.env``.

        Raises:
            ConfigError: a value is wrong; names the variable, what is wrong, and the remedy.
        """
        held = {} if dotenv is None or not dotenv.exists() else read_file(dotenv)
        around = os.environ if environ is None else environ
        # An empty line in .env means "as if it were not there".
        values = {name: value for name, value in {**held, **around}.items() if value != ""}
        keys = {
            name.removeprefix(KEY).lower(): SecretStr(value)
            for name, value in values.items()
            if name.startswith(KEY)
        }
        fields = {str(field.alias): field for field in cls.model_fields.values() if field.alias}
        given: dict[str, Any] = {name: value for name, value in values.items() if name in fields}
        more: dict[str, Any] = {"server_keys": keys, "typed_url": given.get("OPENAI_BASE_URL", "")}
        faults: list[ConfigError] = []
        try:
            settings = cls(**given, **more)
        except ValidationError as error:
            wrong = {str(one["loc"][0]) for one in error.errors(include_input=False, include_url=False)}
            faults = [fault(fields[name]) for name in fields if name in wrong]
            settings = cls(**{name: value for name, value in given.items() if name not in wrong}, **more)
        try:
            servers = settings.named_servers()
        except ConfigError as error:
            faults.append(error)
            servers = ()
        if faults:
            told = all_of(faults)
            told.language = settings.language
            raise told
        known = {*fields, *(f"{KEY}{name.upper()}" for name, _, _ in servers)}
        return settings.model_copy(update={"strangers": strangers(held, set(around) - set(held), known)})

    def named_servers(self) -> tuple[tuple[str, str, SecretStr | None], ...]:
        """The further servers: name, URL, key.

        Raises:
            ConfigError: RENGA_SERVERS is not a list of name=url.
        """
        found: list[tuple[str, str, SecretStr | None]] = []
        for entry in self.servers:
            name, equals, typed = (part.strip() for part in entry.partition("="))
            url = str(address(typed))
            if not equals or not name.isidentifier() or not url.startswith(("http://", "https://")):
                raise fault(type(self).model_fields["servers"])
            found.append((name.lower(), url, self.server_keys.get(name.lower())))
        return tuple(found)

    def read_otherwise(self) -> tuple[tuple[str, str], ...]:
        """Addresses that are read otherwise than they were typed: their settings, and how they are read."""
        typed = [("OPENAI_BASE_URL", self.typed_url.strip(), str(self.openai_url or ""))]
        for entry, (_, url, _) in zip(self.servers, self.named_servers(), strict=True):
            typed.append(("RENGA_SERVERS", entry.partition("=")[2].strip(), url))
        return tuple(
            (name, url) for name, given, url in typed if given.rstrip("/") not in ("", url.rstrip("/"))
        )

    def prompts_folder(self) -> Path:
        """The prompts folder: as given if it is there, else beside the package."""
        return _beside(self.prompts)

    def local_folders(self) -> tuple[str, ...]:
        """The local models, with a bundled folder made absolute when run from elsewhere."""
        return tuple(str(_beside(Path(model))) for model in self.local_models)

    def secrets(self) -> tuple[str, ...]:
        """Every secret, for a log filter that blots them out."""
        held = (self.discord_token, self.openai_key, *self.server_keys.values())
        urls = (str(self.openai_url or ""), *(url for _, url, _ in self.named_servers()))
        return (
            *(secret.get_secret_value() for secret in held if secret is not None),
            *(password for url in urls for password in _passwords(url)),
        )


def _passwords(url: str) -> tuple[str, ...]:
    """The password in a URL, as it is written there and as it is meant; a key in its query likewise."""
    try:
        parts = urlsplit(url)
        keys = (value for name, value in parse_qsl(parts.query) if _SECRET_NAME.search(name))
        found = [parts.password or "", *keys]
    except ValueError:
        return ()
    both = [one for password in found for one in (password, unquote(password), quote(password, safe=""))]
    return tuple(dict.fromkeys(one for one in both if len(one) >= LEAST_SECRET))


def _beside(path: Path) -> Path:
    if path.is_absolute() or path.exists() or not (ROOT / path).exists():
        return path
    return ROOT / path


def example() -> str:
    """The text of ``.env.example``: every variable with its default and why one would change it."""
    lines = [
        "# Settings of Renga. Copy to .env and change what you need; everything has a default.",
        "# Lines that stay commented out keep the default shown.",
    ]
    for field in Settings.model_fields.values():
        if field.alias is None:
            continue
        default: object = field.default
        if isinstance(default, tuple):
            default = ",".join(str(part) for part in default)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        lines += ["", f"# {field.description}", f"# {field.alias}={'' if default is None else default}"]
    return "\n".join(lines) + "\n"
