"""What `requalify` carries (msgpack): a verdict of neighbours, or an uplink that the fleet now sees otherwise."""

from msgspec import Struct, msgpack

from vigie.topics.uplink import Reading


class Verdict(Struct, frozen=True, array_like=True, tag="verdict"):
    """Neighbours object to a value.

    Attributes:
        point, property, channel, observed_at: which value.
        test: a topics.quality.Test that needs neighbours.
        flag: 3 or 4; 1 takes an objection back.
        why: numbers for the explanation, such as the median.
    """

    point: str
    property: int
    channel: int
    observed_at: int
    test: int
    flag: int
    why: dict[str, float]


class Again(Struct, frozen=True, array_like=True, tag="again"):
    """Readings of a stored uplink, unconverted, to be placed and qualified once more under the fleet of now.

    Attributes:
        point: whose records are looked at; those readings that a placement of this point covers are published anew,
            the observation of this uplink and instant is withdrawn where none is.
        fleet_revision: qualify waits until its fleet is at least this.
        reason: one of topics.observation.REASONS.
        uplink, uplink_revision, device (address), network, observed_at, received_at, ingested_at: of the uplink.
        readings: of the uplink, with the device's own channels.
    """

    point: str
    fleet_revision: int
    reason: str
    uplink: str
    uplink_revision: int
    device: str
    network: str
    observed_at: int
    received_at: int
    ingested_at: int
    readings: tuple[Reading, ...]


Requalify = Verdict | Again

_encode = msgpack.Encoder().encode
_decode: msgpack.Decoder[Requalify] = msgpack.Decoder(Requalify)


def encode(message: Requalify) -> bytes:
    """A message to bytes."""
    return _encode(message)


def decode(value: bytes) -> Requalify:
    """Bytes to the message they hold; raises msgspec.DecodeError on anything else.

    >>> decode(encode(Verdict("P1", 1, 0, 60_000, 7, 3, {"median": 21.5}))).why
    {'median': 21.5}
    """
    return _decode.decode(value)
