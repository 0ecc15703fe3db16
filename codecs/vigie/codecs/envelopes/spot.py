"""Bouygues Objenious SPOT, JSON: messages routed by HTTP, MQTT, AWS IoT, Azure IoT Hub or Google Pub/Sub.

Source: Objenious, Routing documentation, chapter Messages format (2020-01-12).

    {"id": text, "timestamp": RFC 3339, "device_id": 3421, "type": "uplink" | "join" | "downlink" | "external",
     "count": 21, "payload_encrypted": hex, "payload_cleartext": hex, "payload": [decoded],
     "protocol_data": {"DevAddr": 8 hex, "port": 1, "rssi": -110, "snr": -3.2, "noise":, "signal":, "sf": 12},
     "device_properties": {"deveui": 16 hex, "external_id": text, "property": text}, "lat":, "lng":, "profile_id": 7}

Traps: without the AppSKey at SPOT there is `payload_encrypted` only; DevAddr need not be there (then no session); the
figures are those of the best gateway, whose name is not said; a property `vigie_codec` of the device names its codec.
"""

import msgspec
from msgspec import Struct

from vigie.codecs.frame import Envelope, Frame, Heard, Hints, PassedOver
from vigie.codecs.lora.eui import address_of, session_of
from vigie.codecs.lora.fields import (
    NO_HINTS,
    Byte,
    Counter,
    Decibels,
    Number,
    Spreading,
    anonymous,
    encrypted,
    figure,
    from_hex,
    instant,
    peeking,
    place,
    read,
)
from vigie.codecs.radio import lora_radio
from vigie.codecs.registry import register_envelope
from vigie.topics.reason import Reason, Undecodable, excerpt

NETWORK = "spot"
TITLE = "Objenious SPOT"


class _Protocol(Struct):
    DevAddr: str | None = None
    port: Byte | None = None
    rssi: Decibels | None = None
    snr: Decibels | None = None
    sf: Spreading | None = None
    noise: Number | None = None
    signal: Number | None = None


class _Device(Struct):
    deveui: str
    vigie_codec: str | None = None


class _Message(Struct):
    device_properties: _Device
    type: str = "uplink"
    timestamp: str | None = None
    count: Counter | None = None
    payload_encrypted: str | None = None
    payload_cleartext: str | None = None
    protocol_data: _Protocol | None = None
    profile_id: str | int | None = None
    lat: Number | None = None
    lng: Number | None = None


class _Eui(Struct):
    deveui: str


class _Name(Struct):
    device_properties: _Eui


_decode = msgspec.json.Decoder(_Message, strict=False).decode  # not strict: properties and counts may be texts
peek = peeking(msgspec.json.Decoder(_Name).decode, lambda name: name.device_properties.deveui)


def parse(body: bytes, hints: Hints = NO_HINTS) -> Frame | Heard | PassedOver:
    """One routed message.

    Raises:
        Undecodable: NOT_JSON, BAD_ENVELOPE or BAD_TIME.
    """
    message = read(_decode, body, TITLE, peek, hints)
    address = address_of(message.device_properties.deveui)
    kind = message.type
    if kind in ("downlink", "external"):
        return PassedOver()
    if kind not in ("uplink", "join"):
        sentence = f"{TITLE} has uplink, join, downlink and external, not the type {excerpt(kind)}"
        raise Undecodable(Reason.BAD_ENVELOPE, sentence, address)
    protocol = message.protocol_data or _Protocol()
    session = session_of(protocol.DevAddr or "", address)
    text = message.payload_cleartext
    payload = from_hex(text, address) if text else b""
    if not payload and message.payload_encrypted and kind == "uplink":
        raise encrypted(address, TITLE)
    radio = lora_radio(anonymous(protocol.rssi, protocol.snr), None, protocol.sf, 125_000, None, len(payload))
    if kind == "join":
        facts = {"dev_addr": session} if session is not None else {}
        return Heard(
            address=address, kind="join", network=NETWORK, radio=radio if radio.gateways else None, facts=facts
        )
    extras = place(message.lat, message.lng)
    if protocol.noise is not None:
        extras["noise_dbm"] = figure(protocol.noise)
    if protocol.signal is not None:
        extras["signal_dbm"] = figure(protocol.signal)
    return Frame(
        address=address, profile=hints.model or (str(message.profile_id) if message.profile_id is not None else ""),
        codec_tag=message.device_properties.vigie_codec,
        session=session, f_cnt=message.count, f_port=protocol.port, payload=payload,
        received_at=instant(message.timestamp, address), bearer="lora", network=NETWORK, radio=radio,
        extras=extras or None,
    )  # fmt: skip


register_envelope(
    Envelope(
        form="spot", title="Bouygues Objenious SPOT, JSON", source="Objenious, Routing documentation, Messages format",
        sample="documentation", parse=parse, peek=peek,
    )
)  # fmt: skip
