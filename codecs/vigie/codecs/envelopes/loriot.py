"""LORIOT, JSON: HTTP push, WebSocket, MQTT.

Source: LORIOT documentation, Uplink Data Message and Gateway Information.

    {"cmd": "rx", "EUI": 16 HEX, "ts": epoch ms, "seqno": 31, "fcnt": 0, "port": 1, "freq": 867900000, "rssi": -108,
     "snr": 1.2, "toa": 1155, "dr": "SF12 BW125 4/5", "ack": false, "bat": 255, "offline": false, "data": hex}
    {"cmd": "gw", ... the same without rssi and snr, "gws": [{"gweui": 16 HEX, "rssi": -106, "snr": -4.5, "ts":}]}

An uplink comes twice: `rx` at once, with the figures of the best gateway so far and without its name, then `gw` when
the window is over, with all gateways. Both have the same identity (device, counter, payload), so that the duplicate
filter lets the first one through. Choose one of the two in LORIOT's application output: `gw` (verbosity "Extended",
without "Uplink data messages") where the health of gateways is wanted, a few hundred ms later; else `rx`.

Traps: no DevAddr, so no session; without AppSKey there is only `encdata`; `bat` is that of the last DevStatusAns (255 =
unknown); `toa` is cut to whole ms and may be 0; `offline` says that the frame was kept while a link was down; a gateway
stands once per antenna; other commands (`txd`, `tx`, `cq`, `geo`) are about downlinks and computed places.
"""

import msgspec
from msgspec import Struct

from vigie.codecs.frame import Envelope, Frame, Hints, PassedOver, gateway
from vigie.codecs.lora.eui import address_of
from vigie.codecs.lora.fields import (
    NO_HINTS,
    Byte,
    Counter,
    Decibels,
    Frequency,
    Number,
    Small,
    anonymous,
    battery,
    encrypted,
    figure,
    from_hex,
    peeking,
    read,
    since_epoch,
)
from vigie.codecs.radio import airtime_ms, data_rate, hertz, lora_radio
from vigie.codecs.registry import register_envelope
from vigie.topics.reason import Reason, Undecodable, excerpt
from vigie.topics.uplink import Radio

NETWORK = "loriot"
TITLE = "LORIOT"
_OTHERS = frozenset({"txd", "tx", "cq", "geo"})


class _Gw(Struct):
    gweui: str = ""
    rssi: Decibels | None = None
    snr: Decibels | None = None


class _Message(Struct):
    cmd: str
    EUI: str = ""
    ts: Number | str | None = None
    seqno: Small | None = None
    fcnt: Counter | None = None
    port: Byte | None = None
    freq: Frequency | None = None
    rssi: Decibels | None = None
    snr: Decibels | None = None
    toa: Number | None = None
    dr: str | None = None
    bat: Small | None = None
    offline: bool | None = None
    data: str | None = None
    encdata: str | None = None
    gws: list[_Gw] | None = None


class _Name(Struct):
    EUI: str = ""


_decode = msgspec.json.Decoder(_Message).decode
peek = peeking(msgspec.json.Decoder(_Name).decode, lambda name: name.EUI)


def parse(body: bytes, hints: Hints = NO_HINTS) -> Frame | PassedOver:
    """One message of an application output.

    Raises:
        Undecodable: NOT_JSON, BAD_ENVELOPE or BAD_TIME.
    """
    message = read(_decode, body, TITLE, peek, hints)
    if message.cmd in _OTHERS:
        return PassedOver()
    if message.cmd not in ("rx", "gw"):
        known = ", ".join(sorted({"rx", "gw", *_OTHERS}))
        raise Undecodable(Reason.BAD_ENVELOPE, f"{TITLE} is read with cmd {known}, not {excerpt(message.cmd)}")
    address = address_of(message.EUI)
    payload = from_hex(message.data, address) if message.data else b""
    if not payload and message.encdata:
        raise encrypted(address, TITLE)
    if isinstance(message.ts, str) and message.ts:
        raise Undecodable(Reason.BAD_TIME, f"The ts {excerpt(message.ts)} of {address} is no epoch in ms", address)
    extras = {"late": "1"} if message.offline else {}
    if message.seqno is not None:
        extras["seqno"] = figure(message.seqno)
    extras |= battery(message.bat, "network_")
    return Frame(
        address=address, profile=hints.model, codec_tag=None,
        session=None, f_cnt=message.fcnt, f_port=message.port, payload=payload,
        received_at=since_epoch(message.ts or None, address), bearer="lora", network=NETWORK,
        radio=_radio(message, len(payload)), extras=extras or None,
    )  # fmt: skip


def _radio(message: _Message, payload_bytes: int) -> Radio:
    if message.gws:
        gateways = tuple([gateway(one.gweui, one.rssi, one.snr) for one in message.gws if one.rssi is not None])
    else:
        gateways = anonymous(message.rssi, message.snr)
    sf, bandwidth = data_rate(message.dr or "")
    airtime = message.toa or None
    if airtime is not None and sf is not None and bandwidth:
        computed = airtime_ms(sf, bandwidth, payload_bytes)
        if 0 <= computed - airtime < 1:  # the same, only cut to whole ms
            airtime = computed
    return lora_radio(gateways, None, sf, bandwidth, hertz(message.freq), payload_bytes, airtime)


register_envelope(
    Envelope(
        form="loriot", title="LORIOT, JSON", source="LORIOT documentation, Uplink Data Message and Gateway Information",
        sample="real", parse=parse, peek=peek,
    )
)  # fmt: skip
