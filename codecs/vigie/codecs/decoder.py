"""What a payload decoder is, and what it gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from msgspec import Struct

from vigie.topics.reason import Undecodable
from vigie.topics.uplink import Reading


class Decoded(Struct, gc=False):
    """What a payload says.

    Attributes:
        readings: values of catalogue properties, in catalogue units.
        extras: what the device says beyond the catalogue, by name.
        warnings: doubts, such as UNKNOWN_FIELD.
        firmware: version, where the payload says it.
        dated: whether a reading has an instant of its own, which few payloads have.
    """

    readings: list[Reading]
    extras: dict[str, str]
    warnings: list[str]
    firmware: str | None = None
    dated: bool = False


Decode = Callable[[bytes, int, int], Decoded]
"""(payload, f_port, received_at in epoch ms) -> Decoded; raises only Undecodable, and reads no clock."""

BatchDecode = Callable[[Sequence[tuple[bytes, int, int]]], list[Decoded | Undecodable]]
"""The same for many payloads at once: what each says, or why it says nothing."""


class Runner(StrEnum):
    """What executes a codec."""

    NATIVE = "native"
    """Python of this project."""
    JAVASCRIPT = "javascript"
    """The maker's own file, in a worker process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A payload and what must come of it: the readings, or the reason why none do."""

    payload: str
    f_port: int = 1
    readings: tuple[tuple[str, int, float], ...] = ()
    """(property name, channel, value)."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """A payload decoder with its papers.

    Attributes:
        id: its name in models files and on every uplink it decoded.
        version: raised when the same payload would give something else.
        maker: who makes the devices.
        source: where the layout is documented.
        decode: the function.
        properties: names of all catalogue properties that it can give.
        extras: names of what it can say beyond the catalogue, for people; `x_*` stands for a family of names.
        vectors: at least one good and one bad payload.
        defects: what the maker's own codec gets wrong and this one right, in a sentence; empty where nothing is known.
        licence: of the file that is executed.
        runner: what executes it.
        batch: many payloads at once, where that is quicker than one by one.
        hash: first 16 hex digits of the SHA-256 of the source file, put there by the registry.
        file: the source file.
    """

    id: str
    version: str
    maker: str
    source: str
    decode: Decode
    properties: tuple[str, ...]
    extras: tuple[str, ...] = ()
    vectors: tuple[Vector, ...] = ()
    defects: str = ""
    licence: str = "Apache-2.0"
    runner: Runner = Runner.NATIVE
    batch: BatchDecode | None = None
    hash: str = ""
    file: str = field(default="", compare=False)
