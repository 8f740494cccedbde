"""Every setting, read once at start from the environment and ``.env``.

The table is :class:`Settings` itself: name of the variable, default, and why
one would change it.  ``.env.example`` is made from it (``python -m bot
settings``), and a test compares the two.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, HttpUrl, SecretStr, ValidationError

from bot.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent
"""The folder of the checkout: prompts and the house model lie beside the package."""


def _listed(value: object) -> object:
    """Split ``a, b`` into a tuple; leave anything else to the validator."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _blank_is_none(value: object) -> object:
    return None if value == "" else value


Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Secret = Annotated[SecretStr | None, BeforeValidator(_blank_is_none)]
Url = Annotated[HttpUrl | None, BeforeValidator(_blank_is_none)]


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
    language: Literal["en", "zh"] = _setting(
        "RENGA_LANGUAGE", "en", "Language of the terminal, and of servers whose own is neither."
    )

    database: str = _setting(
        "RENGA_DATABASE",
        "data/renga.sqlite3",
        "Where everything is kept: a file, made when missing.",
        min_length=1,
    )
    prompts: Path = _setting("RENGA_PROMPTS", Path("prompts"), "The folder of arts, forms, styles and tasks.")

    model: str = _setting(
        "RENGA_MODEL",
        "local/house",
        "The model that answers unless a server or member chooses: provider/model.",
        pattern=r"^[^/\s]+/\S+$",
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
    device: str = _setting("RENGA_DEVICE", "auto", "Where local models run: auto, cpu, cuda, cuda:1, mps.")
    dtype: Literal["auto", "float32", "bfloat16", "float16", "int8"] = _setting(
        "RENGA_DTYPE",
        "auto",
        "Number format of local models' weights; auto takes the fastest the machine has."
        " int8 halves the memory and hurries a single text, at a small cost in quality.",
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
    )
    server_keys: Mapping[str, SecretStr] = Field(default={}, repr=False)

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
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = _setting(
        "RENGA_LOG_LEVEL", "INFO", "How much is logged. No level logs texts of members or secrets."
    )

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None, dotenv: Path | None = Path(".env")) -> Settings:
        """Read the settings; the environment wins over ``.env``.

        Raises:
            ConfigError: a value is wrong; names the variable, what is wrong, and the remedy.
        """
        values: dict[str, Any] = {}
        if dotenv is not None and dotenv.is_file():
            values.update({key: value for key, value in dotenv_values(dotenv).items() if value is not None})
        values.update(os.environ if environ is None else environ)
        keys = {
            name.removeprefix("RENGA_KEY_").lower(): SecretStr(value)
            for name, value in values.items()
            if name.startswith("RENGA_KEY_") and value
        }
        known = {field.alias for field in cls.model_fields.values()}
        # An empty line in .env means "as if it were not there".
        given = {name: value for name, value in values.items() if name in known and value != ""}
        try:
            settings = cls(**given, server_keys=keys)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            variable = str(first["loc"][0])
            raise ConfigError(variable=variable, problem=first["msg"], remedy=_about(cls, variable)) from None
        settings.named_servers()
        return settings

    def named_servers(self) -> tuple[tuple[str, str, SecretStr | None], ...]:
        """The further servers: name, URL, key.

        Raises:
            ConfigError: RENGA_SERVERS is not a list of name=url.
        """
        found: list[tuple[str, str, SecretStr | None]] = []
        for entry in self.servers:
            name, equals, url = entry.partition("=")
            if not equals or not name.isidentifier() or not url.startswith(("http://", "https://")):
                raise ConfigError(
                    variable="RENGA_SERVERS",
                    problem="an entry is not name=url",
                    remedy="RENGA_SERVERS=mine=http://localhost:8000/v1",
                )
            found.append((name.lower(), url, self.server_keys.get(name.lower())))
        return tuple(found)

    def prompts_folder(self) -> Path:
        """The prompts folder: as given if it is there, else beside the package."""
        return _beside(self.prompts)

    def local_folders(self) -> tuple[str, ...]:
        """The local models, with a bundled folder made absolute when run from elsewhere."""
        return tuple(str(_beside(Path(model))) for model in self.local_models)

    def secrets(self) -> tuple[str, ...]:
        """Every secret, for a log filter that blots them out."""
        held = (self.discord_token, self.openai_key, *self.server_keys.values())
        return tuple(secret.get_secret_value() for secret in held if secret is not None)


def _beside(path: Path) -> Path:
    if path.is_absolute() or path.exists() or not (ROOT / path).exists():
        return path
    return ROOT / path


def _about(cls: type[Settings], variable: str) -> str:
    for field in cls.model_fields.values():
        if field.alias == variable:
            return field.description or ""
    return ""


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
