"""The uplink: one message of a device, decoded, with the readings it holds."""

from msgspec import Struct

BEARERS = ("unknown", "lora", "nbiot", "ltem", "gsm", "umts", "lte", "nr", "sigfox", "wifi", "wired")
"""The exact connectivity of an uplink; the topic only names its family (lora, nbiot, cellular, other)."""


class Reading(Struct, frozen=True, gc=False):
    """One value of one property.

    Attributes:
        property: id in the property catalogue.
        channel: 0 where the device has only one; else direction, class, phase or depth.
        value: in the unit of the catalogue; a category as its code.
        observed_at: epoch ms UTC, only where the reading has an instant of its own (logger history).
    """

    property: int
    channel: int
    value: float
    observed_at: int | None = None


class Gateway(Struct, frozen=True, gc=False):
    """A gateway that heard the uplink: id, received power in dBm, signal to noise ratio in dB."""

    id: str
    rssi_dbm: int
    snr_db: float | None = None


class Radio(Struct, frozen=True, kw_only=True, gc=False):
    """Radio facts of a LoRaWAN uplink; esp and margin are those of the best gateway (codecs.md section 6).

    Attributes:
        gateways: who heard it.
        dr: data rate index of the region.
        sf: spreading factor, 7 to 12.
        frequency_hz: carrier frequency.
        airtime_ms: time on air of the frame.
        esp_dbm: expected signal power, RSSI + SNR - 10 log10(1 + 10^(SNR/10)).
        margin_db: SNR above the demodulation floor of the spreading factor.
    """

    gateways: tuple[Gateway, ...] = ()
    dr: int | None = None
    sf: int | None = None
    frequency_hz: int | None = None
    airtime_ms: float | None = None
    esp_dbm: float | None = None
    margin_db: float | None = None


class Cell(Struct, frozen=True, kw_only=True):
    """Facts of a cellular uplink: operator (MCC+MNC), cell identity, received power and quality."""

    operator: str | None = None
    cell_id: str | None = None
    rsrp_dbm: float | None = None
    rsrq_db: float | None = None
    rssi_dbm: float | None = None
    snr_db: float | None = None


class CodecRef(Struct, frozen=True):
    """Which code made words of the bytes: id, version, hash of its source file."""

    id: str
    version: str
    hash: str


class RawPosition(Struct, frozen=True):
    """Where the original body stands, for payloads over 4 kB that the uplink does not carry."""

    topic: str
    partition: int
    offset: int


class Uplink(Struct, frozen=True, gc=False):
    """One decoded uplink, the value of `uplinks.<net>.v1` (schemas/uplink.avsc says each field's meaning).

    Not keyword-only, as other records are: `decode` makes one per frame, and twenty names cost it 0.7 µs.
    """

    id: str
    revision: int
    device: str
    bearer: str
    network: str
    observed_at: int
    received_at: int
    ingested_at: int
    session: str | None
    f_cnt: int | None
    f_port: int | None
    payload: bytes | None
    raw: RawPosition | None
    codec: CodecRef
    firmware: str | None
    readings: tuple[Reading, ...]
    extras: dict[str, str]
    radio: Radio | None
    cell: Cell | None
    warnings: tuple[str, ...]
