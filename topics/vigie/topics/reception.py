"""The reception: a device was heard, though there is no new uplink of it (JSON on the internal topic `receptions`)."""

from msgspec import Struct, json

from vigie.topics.uplink import Gateway


class Reception(Struct, frozen=True, kw_only=True):
    """That a device was heard.

    Attributes:
        address: the device id, `eui:...`.
        ingested_at: epoch ms UTC, arrival at the platform.
        kind: `duplicate`, `undecodable`, `join`, `status` or `ack`.
        network: the network that heard it; empty where an undecodable frame does not say.
        gateways: who heard it.
    """

    address: str
    ingested_at: int
    kind: str
    network: str
    gateways: tuple[Gateway, ...] = ()


_encoder = json.Encoder()
_decoder = json.Decoder(Reception)


def encode(reception: Reception) -> bytes:
    """Reception to bytes.

    >>> decode(encode(Reception(address="eui:a1", ingested_at=5, kind="join", network="n"))).kind
    'join'
    """
    return _encoder.encode(reception)


def decode(value: bytes) -> Reception:
    """Bytes to reception; raises msgspec.DecodeError on anything else."""
    return _decoder.decode(value)
