"""What an envelope says: a frame with its payload, only that a device was heard, or nothing of the device itself."""

from msgspec import Struct

from vigie.topics.uplink import Radio


class Frame(Struct, frozen=True, kw_only=True, gc=False):
    """One uplink as a network delivers it, before its payload is decoded.

    Attributes:
        address: device id, `eui:<16 hex>`.
        profile: the network's name for the device model.
        codec_tag: the device's tag `vigie_codec`, which goes before the profile; None if it has none.
        session: DevAddr or join id, lower case; None where the network has none.
        f_cnt: 32-bit frame counter.
        f_port: LoRaWAN port.
        payload: application payload, decrypted.
        received_at: epoch ms UTC, instant of the network or gateway.
        bearer: one of vigie.topics.uplink.BEARERS.
        network: name of the network where no header says it.
        radio: who heard it, and how.
    """

    address: str
    profile: str
    codec_tag: str | None
    session: str | None
    f_cnt: int
    f_port: int
    payload: bytes
    received_at: int
    bearer: str
    network: str
    radio: Radio | None


class Heard(Struct, frozen=True, kw_only=True):
    """A message that only a device that lives can have caused, and that holds no uplink.

    Attributes:
        address: device id.
        kind: `join`, `status` or `ack`.
        network: name of the network where no header says it.
        radio: who heard it, where the message says so.
    """

    address: str
    kind: str
    network: str
    radio: Radio | None = None


class PassedOver(Struct, frozen=True):
    """A message about a device that the device did not cause: a downlink, a log line, a computed place."""
