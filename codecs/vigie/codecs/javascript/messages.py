"""What the runner and its worker process say to each other: MessagePack, each message behind its length."""

import struct
from hashlib import sha256

import msgspec
from msgspec import Struct

LENGTH = struct.Struct("!I")
"""In front of each message: how many bytes it has."""
MOST_MESSAGE = 64_000_000

TIME, MEMORY, STACK, FAILED, LATE, LOST, ASIDE = "time", "memory", "stack", "failed", "late", "lost", "aside"
"""Why there is no answer: over a limit of the engine, an error of the file itself, over a second, the worker's end,
or a codec that is not asked for a while."""


class Script(Struct, frozen=True, kw_only=True):
    """A maker's file, ready to be loaded into an engine.

    Attributes:
        name: how messages call it.
        text: of the maker's file.
        after: JavaScript that is evaluated after it, for a file whose functions have other names; empty: none.
        style: `ts013`, `decoder`, or empty: as the file says.
        recv_text: `recvTime` is a text, where it otherwise is a Date that also acts as one.
        marked: NaN and Infinity come as text, where JSON would make null of them.
    """

    name: str
    text: str
    after: str = ""
    style: str = ""
    recv_text: bool = False
    marked: bool = True

    def key(self) -> str:
        """The same for the same script, another one for another."""
        return sha256(msgspec.msgpack.encode(self)).hexdigest()


class Load(Struct, tag=True):
    """Make a context for this script."""

    key: str
    script: Script


class Run(Struct, tag=True):
    """Decode these: JSON text [[bytes, f_port, received_at, text of received_at], ...]."""

    key: str
    jobs: bytes


class Loaded(Struct, tag=True):
    """The script is ready.

    Attributes:
        style: how it is called: `ts013`, `Decoder` or `Decode`.
    """

    style: str


class Answers(Struct, tag=True):
    """JSON text: per payload [data, errors, warnings], or {"thrown": text}."""

    text: bytes


class Stopped(Struct, tag=True):
    """There is no answer.

    Attributes:
        why: one of the above.
        text: what the engine said.
    """

    why: str
    text: str


class Missing(Struct, tag=True):
    """The script is to be loaded first: it never was, or it made place for others."""
