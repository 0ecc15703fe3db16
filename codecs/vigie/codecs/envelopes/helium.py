"""Helium, legacy console, JSON: HTTP and MQTT integrations.

Source: Helium documentation, Console, Integrations, JSON Schema.

    {"dev_eui": 16 HEX, "devaddr": 8 HEX, "fcnt": 19, "port": 1, "payload": base64, "reported_at": epoch ms,
     "name": text, "metadata": {"labels": [{"name": text}]},
     "hotspots": [{"id": text, "name": text, "rssi": -54, "snr": 9.8, "spreading": "SF9BW125", "frequency": 868.1}]}

Traps: `reported_at` was in seconds in the early console; frequencies and SNRs are float32 written as float64
(912.2999877929688); hotspots that are late make a second message of the same counter, which is a duplicate. Networks on
Helium run ChirpStack 4 since 2023: for these, `chirpstack-v4`.
"""

import msgspec
from msgspec import Struct

from vigie.codecs.frame import Envelope, Frame, Hints, gateway
from vigie.codecs.lora.eui import address_of, session_of
from vigie.codecs.lora.fields import (
    NO_HINTS,
    Byte,
    Counter,
    Decibels,
    Frequency,
    Number,
    from_base64,
    peeking,
    read,
    since_epoch,
)
from vigie.codecs.radio import data_rate, hertz, lora_radio
from vigie.codecs.registry import register_envelope

NETWORK = "helium"
_SECONDS_BELOW = 100_000_000_000
"""As seconds this is the year 5138, as milliseconds 1973: nothing that a console reported lies between."""


class _Hotspot(Struct):
    id: str = ""
    name: str = ""
    rssi: Decibels | None = None
    snr: Decibels | None = None
    spreading: str = ""
    frequency: Frequency | None = None


class _Message(Struct):
    dev_eui: str
    devaddr: str | None = None
    fcnt: Counter | None = None
    port: Byte | None = None
    payload: str | None = None
    reported_at: Number | None = None
    hotspots: list[_Hotspot] | None = None


class _Name(Struct):
    dev_eui: str


_decode = msgspec.json.Decoder(_Message).decode
peek = peeking(msgspec.json.Decoder(_Name).decode, lambda name: name.dev_eui)


def parse(body: bytes, hints: Hints = NO_HINTS) -> Frame:
    """One uplink.

    Raises:
        Undecodable: NOT_JSON, BAD_ENVELOPE, BAD_BASE64 or BAD_TIME.
    """
    message = read(_decode, body, "Helium", peek, hints)
    address = address_of(message.dev_eui)
    payload = from_base64(message.payload, address) if message.payload else b""
    at = message.reported_at
    if at is not None and 0 < at < _SECONDS_BELOW:
        at *= 1000
    hotspots = [one for one in message.hotspots or () if one.rssi is not None]
    gateways = tuple([gateway(one.id or one.name, one.rssi or 0.0, _decimal(one.snr)) for one in hotspots])
    sf, bandwidth = data_rate(hotspots[0].spreading) if hotspots else (None, 0)
    frequency = hertz(hotspots[0].frequency) if hotspots else None
    return Frame(
        address=address, profile=hints.model, codec_tag=None,
        session=session_of(message.devaddr or "", address), f_cnt=message.fcnt, f_port=message.port, payload=payload,
        received_at=since_epoch(at, address), bearer="lora", network=NETWORK,
        radio=lora_radio(gateways, None, sf, bandwidth, frequency, len(payload)),
    )  # fmt: skip


def _decimal(float32: float | None) -> float | None:
    """The figure that was meant: a float32 has seven digits."""
    return None if float32 is None else float(f"{float32:.7g}")


register_envelope(
    Envelope(
        form="helium", title="Helium legacy console, JSON",
        source="Helium documentation, Console, Integrations, JSON Schema", sample="documentation",
        parse=parse, peek=peek,
    )
)  # fmt: skip
