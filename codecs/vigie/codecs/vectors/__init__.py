"""The manufacturers' own payloads and outputs, with their licences; README.md beside this says where they come from."""

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from msgspec import Struct

COLLECTIONS = ("lorawan-devices", "chirpstack-device-profiles")


class Example(Struct, frozen=True, kw_only=True):
    """One vector of a public collection.

    Attributes:
        collection: which one.
        vendor, codec, index: its place there.
        decoder: id of our codec.
        f_port: LoRaWAN port; None where the collection names none.
        bytes_hex: the payload.
        output: what the manufacturer's decoder gives, under its own names and in its own units.
        readings: the same in ours: property, channel, value (what the catalogue has no property for is left out).
    """

    collection: str
    vendor: str
    codec: str
    index: int
    decoder: str
    f_port: int | None
    bytes_hex: str
    output: dict[str, Any]
    readings: tuple[tuple[str, int, float], ...] = ()


@cache
def examples() -> tuple[Example, ...]:
    """Every packaged vector.

    >>> examples()[0].decoder
    'decentlab-dl-ctd10'
    """
    return tuple(
        example
        for collection in COLLECTIONS
        for example in msgspec.json.decode(
            files("vigie.codecs.vectors").joinpath(f"{collection}.json").read_bytes(), type=list[Example]
        )
    )
