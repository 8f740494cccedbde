"""Everything that can go wrong in a way that somebody is told about.

    RengaError
    ├── ConfigError            a setting is missing or wrong (names the variable and the remedy)
    ├── NotLetIn               Discord will not have the bot, now or later (names the remedy)
    ├── PromptFileError        a file under prompts/ is wrong (names file, key and remedy)
    ├── Refusal                the request cannot be met as asked; nothing is broken
    │   ├── BadInput           empty, too long, no such form, model, style, take …
    │   ├── NotAllowed         this member may not do that here
    │   ├── AgainstTheRules    a filter of this server said no (carries the spans)
    │   │   └── HeldForReview  a moderator of this server has to look at it first
    │   ├── QuotaUsedUp        the member's or the guild's allowance of today is spent
    │   ├── QueueFull          too many requests are waiting already
    │   ├── AlreadyDone        a second press, or somebody else was faster
    │   └── Gone               the work was deleted, or never was in this space
    ├── BackendError           the model did not answer
    │   ├── ModelUnknown       no backend offers that model
    │   ├── ModelUnavailable   down, refused the connection, died, answered 5xx   (fallback)
    │   │   └── ModelUnloadable  lies on this machine, and cannot be loaded as it does
    │   ├── ModelRateLimited   429 after the retries; ``retry_after`` seconds      (fallback)
    │   ├── DeadlinePassed     no answer within the request's deadline             (fallback)
    │   ├── NotServed          the provider does not serve this place              (fallback)
    │   ├── ModelThought       it spent its whole allowance thinking               (fallback)
    │   ├── BadKey             401 or 403 of the provider
    │   ├── ModelForbidden     the key is right, but may not use that model
    │   ├── ProviderRefused    the provider's policy said no
    │   ├── PromptTooLong      does not fit the model's window
    │   └── NetworkForbidden   this space is local-only and no local model can answer
    └── StorageError
        ├── ReadOnly           disk full or database locked: reading still works
        └── SchemaUnknown      the database was written by a newer Renga

An error carries a ``key`` (a text in ``bot/i18n``) and ``facts`` to fill it
with, never a sentence: what people read is made in their language by
:mod:`bot.explain`.  Facts are shown to members, so they never hold a secret.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class RengaError(Exception):
    """The root; ``key`` names the explanation, ``facts`` fill it."""

    key: ClassVar[str] = "error.unexpected"

    def __init__(self, key: str | None = None, /, **facts: object) -> None:
        self.text_key = key or self.key
        self.facts = facts
        super().__init__(self.text_key, facts)

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{self.text_key}({told})"


class ConfigError(RengaError):
    """A setting is missing or wrong; facts: ``variable``, ``problem``, ``remedy``.

    Where ``faults`` are given, it stands for all of them; ``language`` is the one that the settings name.
    """

    key = "error.config"

    def __init__(
        self, key: str | None = None, /, *, faults: Sequence[ConfigError] = (), **facts: object
    ) -> None:
        super().__init__(key, **facts)
        self.faults = tuple(faults) or (self,)
        self.language = ""


class NotLetIn(RengaError):
    """Discord will not have the bot, now or later: its token, an intent, its servers; facts: ``code``."""

    key = "gateway.bad_token"


class PromptFileError(RengaError):
    """A file under prompts/ is wrong; facts: ``file``, ``where``, ``problem``, ``remedy``."""

    key = "error.prompt_file"


class Refusal(RengaError):
    """The request cannot be met as asked; nothing is broken."""

    key = "refused.other"


class BadInput(Refusal):
    """Something typed is empty, too long, or names nothing that exists."""

    key = "refused.bad_input"


class NotAllowed(Refusal):
    """This member may not do that here."""

    key = "refused.not_allowed"


class AgainstTheRules(Refusal):
    """A filter of this server said no; facts: ``rules``; ``spans`` are offsets into ``text``.

    ``marks`` says the same in full: start, end, the rule's title and its reason.
    ``resume`` holds what is needed to go on if a moderator agrees, as JSON-able
    values, beside what the interaction itself knows.
    """

    key = "refused.rules"

    def __init__(
        self,
        key: str | None = None,
        /,
        *,
        text: str = "",
        spans: tuple[tuple[int, int], ...] = (),
        marks: tuple[tuple[int, int, str, str], ...] = (),
        resume: Mapping[str, Any] | None = None,
        **facts: object,
    ) -> None:
        super().__init__(key, **facts)
        self.text = text
        self.spans = spans or tuple(mark[:2] for mark in marks)
        self.marks = marks
        self.resume = resume or {}


class HeldForReview(AgainstTheRules):
    """A filter wants a moderator to look at it first."""

    key = "refused.held"


class QuotaUsedUp(Refusal):
    """Today's allowance is spent; facts: ``whose`` (member|guild), ``what``, ``limit``, ``resets``."""

    key = "refused.quota"


class QueueFull(Refusal):
    """Too many requests are waiting already; facts: ``waiting``."""

    key = "refused.queue_full"


class AlreadyDone(Refusal):
    """A second press, or somebody else was faster."""

    key = "refused.already_done"


class Gone(Refusal):
    """The work was deleted, or never was in this space."""

    key = "refused.gone"


class BackendError(RengaError):
    """The model did not answer; facts always hold ``model``."""

    key = "backend.failed"
    fallback: ClassVar[bool] = False
    """Whether another model may be asked instead."""


class ModelUnknown(BackendError):
    """No backend offers that model."""

    key = "backend.unknown_model"


class ModelUnavailable(BackendError):
    """The server is down, refused the connection, answered 5xx, or the worker died."""

    key = "backend.unavailable"
    fallback = True


class ModelUnloadable(ModelUnavailable):
    """It lies on this machine, and cannot be loaded as it does; facts: ``cause`` and those of its text."""

    key = "backend.unloadable"


class ModelRateLimited(BackendError):
    """429 after the retries; facts: ``retry_after`` seconds or None."""

    key = "backend.rate_limited"
    fallback = True


class DeadlinePassed(BackendError):
    """No answer within the request's deadline; facts: ``seconds``."""

    key = "backend.deadline"
    fallback = True


class NotServed(BackendError):
    """The provider does not serve the country that the bot runs in."""

    key = "backend.not_served"
    fallback = True


class ModelThought(BackendError):
    """The model spent all the tokens it was given on thinking, also with more room, and wrote nothing."""

    key = "backend.only_thought"
    fallback = True


class BadKey(BackendError):
    """The provider does not accept the key (401, 403)."""

    key = "backend.bad_key"


class ModelForbidden(BackendError):
    """The provider knows the key, which may not use that model."""

    key = "backend.forbidden"


class ProviderRefused(BackendError):
    """The provider's own policy said no."""

    key = "backend.provider_refused"


class PromptTooLong(BackendError):
    """The prompt does not fit the model's window; facts: ``limit`` tokens."""

    key = "backend.too_long"


class NetworkForbidden(BackendError):
    """This space is local-only and no local model can answer."""

    key = "backend.local_only"


class StorageError(RengaError):
    """The database did not take it."""

    key = "storage.failed"


class ReadOnly(StorageError):
    """Disk full or database locked: reading still works, writing will again later."""

    key = "storage.read_only"


class SchemaUnknown(StorageError):
    """The database was written by a newer Renga; facts: ``found``."""

    key = "storage.schema_unknown"
