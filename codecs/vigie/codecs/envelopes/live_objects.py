"""Orange Live Objects, JSON: MQTT fifo or router topics, HTTP push.

Source: Live Objects developer guide, data message of the LoRa connector; a message in the tests of Orange's own
IoT agent (streamId, metadata.network.lora, value.payload).

    {"streamId": "urn:lo:nsid:lora:<EUI>", "timestamp": RFC 3339 of the network, "created": of the platform,
     "model": "lora_v0", "tags": [text], "value": {"payload": hex, decoded fields...},
     "metadata": {"connector": "lora", "source": "urn:lo:nsid:lora:<EUI>", "encoding": decoder, "network": {"lora":
       {"devEUI": 16 HEX, "port": 5, "fcnt": 1, "rssi": -99, "snr": 7, "esp": -99.79, "sf": 12, "signalLevel": 5,
        "gatewayCnt": 1, "messageType": "UNCONFIRMED_DATA_UP", "location": {"lat":, "lon":, "accuracy":}}}}}

Traps: no DevAddr, so no session; the figures are those of the best gateway, whose name is not said; no frequency;
messages that the platform queued (24 h, or 7 days) come back out of order, with `created` as old as they are.
"""

import msgspec
from msgspec import Struct

from vigie.codecs.frame import Envelope, Frame, Heard, Hints
from vigie.codecs.lora.eui import address_of
from vigie.codecs.lora.fields import (
    NO_HINTS,
    Byte,
    Counter,
    Decibels,
    Number,
    Small,
    Spreading,
    anonymous,
    codec_tag,
    figure,
    from_hex,
    instant,
    peeking,
    place,
    read,
)
from vigie.codecs.radio import lora_radio
from vigie.codecs.registry import register_envelope
from vigie.topics.reason import Reason, Undecodable, excerpt, printable

NETWORK = "live-objects"
TITLE = "Live Objects"
_URN = "urn:lo:nsid:lora:"


class _Location(Struct):
    lat: Number | None = None
    lon: Number | None = None
    accuracy: Number | None = None


class _Lora(Struct):
    devEUI: str = ""
    port: Byte | None = None
    fcnt: Counter | None = None
    rssi: Decibels | None = None
    snr: Decibels | None = None
    sf: Spreading | None = None
    signalLevel: Small | None = None
    gatewayCnt: Small | None = None
    messageType: str = ""
    location: _Location | None = None


class _Network(Struct):
    lora: _Lora | None = None


class _Metadata(Struct):
    connector: str = "lora"
    encoding: str | None = None
    network: _Network | None = None


class _Value(Struct):
    payload: str | None = None


class _Message(Struct):
    metadata: _Metadata
    streamId: str = ""
    timestamp: str | None = None
    created: str | None = None
    value: _Value | None = None
    tags: list[str] | None = None


class _EuiOnly(Struct):
    devEUI: str = ""


class _NetworkName(Struct):
    lora: _EuiOnly | None = None


class _MetadataName(Struct):
    network: _NetworkName | None = None


class _Name(Struct):
    metadata: _MetadataName | None = None
    streamId: str = ""


def _dev_eui(name: _Name) -> str:
    network = name.metadata.network if name.metadata is not None else None
    if network is not None and network.lora is not None and network.lora.devEUI:
        return network.lora.devEUI
    return name.streamId[len(_URN) :] if name.streamId.startswith(_URN) else ""


_decode = msgspec.json.Decoder(_Message).decode
_decode_name = msgspec.json.Decoder(_Name).decode
peek = peeking(_decode_name, _dev_eui)


def parse(body: bytes, hints: Hints = NO_HINTS) -> Frame | Heard:
    """One data message.

    Raises:
        Undecodable: NOT_JSON, BAD_ENVELOPE or BAD_TIME.
    """
    message = read(_decode, body, TITLE, peek, hints)
    metadata = message.metadata
    lora = metadata.network.lora if metadata.network is not None else None
    if lora is None:
        sentence = f"A {TITLE} message of the connector {excerpt(metadata.connector)}: only lora is read here"
        raise Undecodable(Reason.BAD_ENVELOPE, sentence, peek(body, hints))
    stream = message.streamId
    address = address_of(lora.devEUI or (stream[len(_URN) :] if stream.startswith(_URN) else ""))
    text = message.value.payload if message.value is not None else None
    payload = from_hex(text, address) if text else b""
    gateways = anonymous(lora.rssi, lora.snr)
    radio = lora_radio(gateways, None, lora.sf, 125_000, None, len(payload))
    if lora.messageType == "JOIN_REQUEST":
        return Heard(address=address, kind="join", network=NETWORK, radio=radio)
    extras = {}
    if lora.gatewayCnt is not None:
        extras["gateway_count"] = figure(lora.gatewayCnt)
    if lora.signalLevel is not None:
        extras["signal_level"] = figure(lora.signalLevel)
    if (where := lora.location) is not None:
        extras |= place(where.lat, where.lon, where.accuracy)
    return Frame(
        address=address, profile=hints.model or printable(metadata.encoding or ""), codec_tag=codec_tag(message.tags),
        session=None, f_cnt=lora.fcnt, f_port=lora.port, payload=payload,
        received_at=instant(message.timestamp or message.created, address), bearer="lora", network=NETWORK,
        radio=radio, extras=extras or None,
    )  # fmt: skip


register_envelope(
    Envelope(
        form="live-objects", title="Orange Live Objects, JSON",
        source="Live Objects developer guide, LoRa data message", sample="real", parse=parse, peek=peek,
    )
)  # fmt: skip
