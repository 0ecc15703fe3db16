"""What `buddies` carries (msgpack): a value that is compared with those of its neighbours."""

from msgspec import Struct, msgpack


class BuddyValue(Struct, frozen=True, array_like=True, gc=False):
    """A value of a point that has neighbours.

    Attributes:
        group: buddy group, the record's key.
        point, property, channel, observed_at, value: as qualified without neighbours.
        altitude_m, latitude, longitude: of the point; None where the fleet does not say.
        usable: whether the causal tests found it good or not evaluated.
    """

    group: str
    point: str
    property: int
    channel: int
    observed_at: int
    value: float
    altitude_m: float | None
    latitude: float | None
    longitude: float | None
    usable: bool


_encode = msgpack.Encoder().encode
_decode: msgpack.Decoder[BuddyValue] = msgpack.Decoder(BuddyValue)


def encode(value: BuddyValue) -> bytes:
    """A value to bytes."""
    return _encode(value)


def decode(data: bytes) -> BuddyValue:
    """Bytes to a value; raises msgspec.DecodeError on anything else."""
    return _decode.decode(data)
