"""What a payload decoder is, and what it gives."""

from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec import Struct

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
        source: where the layout is documented.
        decode: the function.
        vectors: at least one good and one bad payload.
        hash: first 16 hex digits of the SHA-256 of the source file, put there by the registry.
        file: the source file.
    """

    id: str
    version: str
    source: str
    decode: Decode
    vectors: tuple[Vector, ...]
    hash: str = ""
    file: str = field(default="", compare=False)
