"""What the bot and its worker process say to each other: pickled values, each with its length before it."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from bot.backends.base import Done, Request, Result, Text, Waiting

_LENGTH = struct.Struct("!I")


@dataclass(frozen=True, slots=True)
class Ask:
    """Write this; ``model`` is a folder or an id on the hub, ``name`` what people call it.

    With ``seeds``, a candidate for each of them is written, and all are given together.
    """

    id: int
    model: str
    name: str
    request: Request
    seeds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Cancel:
    """Nobody waits for this any more."""

    id: int


@dataclass(frozen=True, slots=True)
class Forget:
    """Drop what is kept of prompts of an era before this one, and keep no more of them."""

    era: int


@dataclass(frozen=True, slots=True)
class Said:
    """A chunk of an answer; with :class:`Done` it is the last, and so are the candidates asked for."""

    id: int
    chunk: Text | Waiting | Done | tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """An answer that will not come: the name of a class of :mod:`bot.errors`, its key and its facts."""

    id: int
    error: str
    key: str
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Alive:
    """The worker is at work: said of each message as it is taken, and once a second while it writes."""


Message = Ask | Cancel | Forget | Said | Failed | Alive


def packed(message: Message) -> bytes:
    """One message as it goes through the pipe."""
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(body)) + body


def send(pipe: BinaryIO, message: Message) -> None:
    """Write one message."""
    pipe.write(packed(message))
    pipe.flush()


def receive(pipe: BinaryIO) -> Message | None:
    """Read one message; None when the other side is gone."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = pipe.read(length)
    return pickle.loads(body) if len(body) == length else None
