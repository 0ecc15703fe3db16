"""The reception: a device was heard without a new uplink, or a gateway told of itself (JSON on `receptions`)."""

from msgspec import Struct, json

from vigie.topics.uplink import Gateway


class Reception(Struct, frozen=True, kw_only=True):
    """That a device or a gateway was heard.

    Attributes:
        address: the device id, `eui:...`; `gw:<id>` for a gateway.
        ingested_at: epoch ms UTC, arrival at the platform.
        kind: `duplicate`, `undecodable`, `join`, `status` or `ack` of a device, `stats` of a gateway.
        network: the network that heard it; empty where an undecodable frame does not say.
        gateways: who heard it.
        facts: what the message says, by name: battery and margin of a status, figures of a gateway.
    """

    address: str
    ingested_at: int
    kind: str
    network: str
    gateways: tuple[Gateway, ...] = ()
    facts: dict[str, str] = {}


GATEWAY = "gw:"
"""What the address of a gateway begins with."""

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
