"""What differs between Watteco's devices: the table of their batches, and what their inputs are."""

import math
from collections.abc import Mapping

from msgspec import Struct

from vigie.codecs.makers.watteco.batch import Kind

SOURCE = "https://github.com/Watteco/Codec-API-LoRaWAN, codec/ and devices/ (layouts)"


class Series(Struct, frozen=True):
    """What a tag of a model's batches is: property or extra, channel, how it is coded, what the value is divided by."""

    name: str
    kind: Kind
    channel: int = 0
    divisor: float = 1


class Model(Struct, frozen=True, kw_only=True):
    """What differs between Watteco's devices.

    Attributes:
        tag_bits: width of a batch's tags; 0: the model sends no batches.
        series: tag -> what it is.
        inputs: what the state of each binary input is, by endpoint; further ones are contacts.
        analog: what an analogue value is.
        lines: how many inputs attribute 8005/0000 has.
        gives: properties that the device measures; None: any. Another one in a frame is kept as an extra.
    """

    tag_bits: int = 0
    series: Mapping[int, Series] = {}
    inputs: tuple[str, ...] = ()
    analog: str = "analog"
    lines: int = 10
    gives: tuple[str, ...] | None = None


def numbered(name: str, endpoint: int) -> str:
    """The name of an extra: of further endpoints with their number.

    >>> numbered("pulses", 0), numbered("pulses", 1)
    ('pulses', 'pulses_2')
    """
    return f"{name}_{endpoint + 1}" if endpoint else name


def text(value: float) -> str:
    """A number as text, whole where it is.

    >>> text(25.0), text(0.5)
    ('25', '0.5')
    """
    return str(int(value)) if math.isfinite(value) and value == int(value) else str(value)
