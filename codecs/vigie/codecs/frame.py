"""What an envelope says: a frame with its payload, only that a device or a gateway was heard, or nothing of either."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from vigie.codecs.decoder import Decoded
from vigie.codecs.layout import Layout
from vigie.topics.reason import Reason
from vigie.topics.uplink import Cell, Gateway, Radio


class Hints(Struct, frozen=True, kw_only=True):
    """What the record's headers and its source say of a body that may not say it itself.

    Attributes:
        event: kind of message, as a network server's Kafka header or the last part of an MQTT topic says it.
        source: name of the source, for device ids `src:<source>:<name>`.
        model: declared device model, for networks whose bodies name none.
        layout: declared layout of a logger's file or of a station's JSON.
        file: name of the file that the body is, or is a part of.
        address: device id, where the source knows it and the body does not say it.
        arrived_at: epoch ms UTC of the arrival, for envelopes that need it (Envelope.needs_arrival); else 0.
    """

    event: str | None = None
    source: str = ""
    model: str = ""
    layout: Layout | None = None
    file: str = ""
    address: str = ""
    arrived_at: int = 0


class Frame(Struct, frozen=True, kw_only=True, gc=False):
    """One uplink as a network delivers it, before its payload is decoded.

    Attributes:
        address: device id, `eui:<16 hex>`, `imei:<15 digits>` or `src:<source>:<name>`.
        profile: the network's name for the device model.
        codec_tag: the device's tag `vigie_codec`, which goes before the profile; None if it has none.
        session: DevAddr or join id, lower case; None where the network has none.
        f_cnt: 32-bit frame counter; None where the network has none: then `identity` names the uplink.
        f_port: LoRaWAN port; None on other networks.
        payload: application payload, decrypted; where the envelope itself reads the values, the record's undecoded
            bytes.
        received_at: epoch ms UTC, instant of the network or gateway; None where it says none, for the arrival.
        bearer: one of vigie.topics.uplink.BEARERS.
        network: name of the network where no header says it.
        radio: who heard it, and how.
        cell: the same of a cellular network.
        observed_at: epoch ms UTC, the device's own instant of the whole frame; None where it has none.
        decoded: what the body says, where the envelope itself reads the values (SenML, a station's JSON, a file).
        identity: undecoded bytes that name an uplink without counter, where they are more than the payload.
        timed: whether these bytes hold an instant, so that the same bytes come twice only if they are sent twice.
        extras: what the envelope says beyond all that (late, battery as the network knows it, sequence number).
    """

    address: str
    profile: str
    codec_tag: str | None
    session: str | None
    f_cnt: int | None
    f_port: int | None
    payload: bytes
    received_at: int | None
    bearer: str
    network: str
    radio: Radio | None
    cell: Cell | None = None
    observed_at: int | None = None
    decoded: Decoded | None = None
    identity: bytes | None = None
    timed: bool = False
    extras: dict[str, str] | None = None


class Heard(Struct, frozen=True, kw_only=True):
    """A message that only a device that lives can have caused, and that holds no uplink.

    Attributes:
        address: device id.
        kind: `join`, `status` or `ack`.
        network: name of the network where no header says it.
        radio: who heard it, where the message says so.
        facts: what the message says, by name: battery and margin of a status, DevAddr of a join.
    """

    address: str
    kind: str
    network: str
    radio: Radio | None = None
    facts: dict[str, str] = {}


class GatewayStats(Struct, frozen=True, kw_only=True):
    """What a gateway says of itself: it lives, what it received and sent since the last time.

    Attributes:
        gateway: its id.
        network: name of the network where no header says it.
        observed_at: epoch ms UTC, its own instant; None where it says none.
        facts: its figures and settings, by name.
    """

    gateway: str
    network: str
    observed_at: int | None = None
    facts: dict[str, str] = {}


class PassedOver(Struct, frozen=True):
    """A message about a device that the device did not cause: a downlink, a log line, a computed place."""


class Refused(Struct, frozen=True, kw_only=True):
    """One record of a body that cannot be read, where the others can.

    Attributes:
        reason: one of the closed list.
        message: a sentence that names the record: its line or its place.
    """

    reason: Reason
    message: str


Said = Frame | Heard | GatewayStats | PassedOver | Refused

Parse = Callable[[bytes, Hints], Said | Sequence[Said]]
"""One body -> what it says; a sequence where it holds several uplinks. Raises only Undecodable, and reads no clock."""

Peek = Callable[[bytes, Hints], str | None]
"""The device id, if the body names exactly one; else None. Raises nothing, and costs receive a few microseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A network server's or a device's message format, with its papers.

    Attributes:
        form: its name, in sources and in the header `format`.
        title: for people.
        source: where it is documented.
        sample: whether it was written against a real message (`real`) or from documentation only (`documentation`).
        parse: reads a body.
        peek: finds the device, for the key of the record.
        version: of the reading, where the envelope itself reads the values; raised when they would change.
        needs_arrival: whether it asks `hints.arrived_at`, for instants that are told relative to the reception.
        hash: first 16 hex digits of the SHA-256 of the source file, put there by the registry.
        file: the source file.
    """

    form: str
    title: str
    source: str
    sample: str
    parse: Parse
    peek: Peek
    version: str = "1"
    needs_arrival: bool = False
    hash: str = ""
    file: str = field(default="", compare=False)


def gateway(name: str, rssi_dbm: float, snr_db: float | None) -> Gateway:
    """A gateway as all envelopes name it: lower case, power as a whole number of dBm.

    >>> gateway("7076FF0056", -97.0, 7.5)
    Gateway(id='7076ff0056', rssi_dbm=-97, snr_db=7.5)
    """
    return Gateway(name.lower(), round(rssi_dbm), snr_db)
