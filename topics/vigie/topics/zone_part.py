"""What `zone-parts` carries (msgpack): a point's window, for a subject of many points; replaced, never added."""

from msgspec import Struct, msgpack


class Part(Struct, frozen=True, array_like=True, gc=False):
    """One property and channel of a point's window.

    Attributes:
        property, channel: of the catalogue.
        count, excluded: readings.
        minimum, mean, maximum, sum, value: as in the point's aggregate; None where that is null.
        quality: as in the point's aggregate.
    """

    property: int
    channel: int
    count: int
    excluded: int
    minimum: float | None
    mean: float | None
    maximum: float | None
    sum: float | None
    value: float | None
    quality: int = 2


class ZonePart(Struct, frozen=True, array_like=True, gc=False):
    """A point's window; of two with one (subject, point, code, window_start) the later in the log counts.

    Attributes:
        subject: `zone:`, `commune:`, `use_case:` or `network:` and an id; the record's key.
        point: whose window.
        code, window_start, window_end: of the window (epoch ms UTC).
        revision: highest among the window's series.
        reason: of topics.aggregate.REASONS.
        parts: every series of the point in this window; none takes the point out again.
    """

    subject: str
    point: str
    code: str
    window_start: int
    window_end: int
    revision: int
    reason: str
    parts: tuple[Part, ...]


_encode = msgpack.Encoder().encode
_decode: msgpack.Decoder[ZonePart] = msgpack.Decoder(ZonePart)


def encode(message: ZonePart) -> bytes:
    """A message to bytes."""
    return _encode(message)


def decode(value: bytes) -> ZonePart:
    """Bytes to the message they hold; raises msgspec.DecodeError on anything else.

    >>> decode(encode(ZonePart("zone:Z1", "P1", "1h", 0, 3_600_000, 0, "closed", ()))).point
    'P1'
    """
    return _decode.decode(value)
