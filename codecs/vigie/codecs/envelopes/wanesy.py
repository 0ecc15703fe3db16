"""Kerlink Wanesy Management Center, JSON: `dataUp` by HTTP push or MQTT, and pages of `GET /application/dataUp`.

Source: messages published by users (icra/wanesy-read; a translator of resolving servers), field names as in Kerlink's
DataUpDto.

    {"id": text, "endDevice": {"devEui": 16 HEX, "devAddr": 8 HEX}, "fPort": 18, "fCntUp": 11790, "payload": hex,
     "encodingType": "HEXA", "recvTime": epoch ms, "gwRecvTime": epoch ms, "delayed": false, "encrypted": false,
     "gwCnt": "2", "gwInfo": [{"gwEui": 16 HEX, "rssi": -47, "snr": 7.5}], "dataRate": "SF10BW125",
     "modulation": "LORA", "ulFrequency": "868.5"}

Traps: some numbers are texts; unknown figures are null; `delayed` says that the gateway kept the frame while it was cut
off, so that then only `gwRecvTime` says when it came, where otherwise the network's clock is the better one;
`encrypted` payloads need the AppSKey; a page of the REST API holds many in `list`.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Raw, Struct, field

from vigie.codecs.frame import Envelope, Frame, Hints, Refused, Said, gateway
from vigie.codecs.lora.eui import address_of, session_of
from vigie.codecs.lora.fields import (
    NO_HINTS,
    NO_JSON,
    Byte,
    Counter,
    Decibels,
    Frequency,
    Number,
    Small,
    encrypted,
    figure,
    from_base64,
    from_hex,
    read,
    since_epoch,
)
from vigie.codecs.radio import data_rate, hertz, lora_radio
from vigie.codecs.registry import register_envelope
from vigie.topics.reason import Reason, Undecodable, excerpt

NETWORK = "wanesy"
TITLE = "Wanesy"


class _EndDevice(Struct):
    devEui: str
    devAddr: str | None = None


class _GwInfo(Struct):
    gwEui: str = ""
    rssi: Decibels | None = None
    snr: Decibels | None = None


class _DataUp(Struct):
    endDevice: _EndDevice
    fCntUp: Counter | None = None
    fPort: Byte | None = None
    payload: str | None = None
    encodingType: str | None = None
    encrypted: bool | None = None
    recvTime: Number | None = None
    gwRecvTime: Number | None = None
    delayed: bool | None = None
    gwCnt: Small | None = None
    gwInfo: list[_GwInfo] | None = None
    dataRate: str | None = None
    ulFrequency: Frequency | None = None


class _Page(Struct):
    uplinks: list[Raw] | None = field(default=None, name="list")


class _Eui(Struct, frozen=True):
    devEui: str = ""


class _One(Struct):
    endDevice: _Eui = _Eui()


class _Name(Struct):
    endDevice: _Eui | None = None
    uplinks: list[_One] | None = field(default=None, name="list")


_decode = msgspec.json.Decoder(_DataUp, strict=False).decode  # not strict: some numbers are texts
_decode_page = msgspec.json.Decoder(_Page, strict=False).decode
_decode_name = msgspec.json.Decoder(_Name).decode


def parse(body: bytes, hints: Hints = NO_HINTS) -> Frame | Sequence[Said]:
    """One dataUp, or a page of them: one Frame or one Refused for each.

    Raises:
        Undecodable: NOT_JSON, BAD_ENVELOPE, BAD_BASE64 or BAD_TIME.
    """
    try:
        page = _decode_page(body).uplinks
    except NO_JSON:
        page = None
    if page is not None:
        return _each(page, hints)
    return _frame(read(_decode, body, TITLE, peek, hints), hints)


def _each(page: list[Raw], hints: Hints) -> list[Said]:
    """The uplinks of a page; one that cannot be read costs itself, and none but such ones are the page's refusal."""
    said: list[Said] = []
    only: Undecodable | None = None
    for place, one in enumerate(page, 1):
        try:
            said.append(_frame(read(_decode, bytes(one), TITLE, peek, hints), hints))
        except Undecodable as error:
            only = only or error
            message = f"Uplink {place} of the page: {error.message}"
            said.append(Refused(reason=error.reason, message=message[:200]))
    if only is not None and all(isinstance(one, Refused) for one in said):
        raise only
    return said


def _frame(message: _DataUp, hints: Hints) -> Frame:
    address = address_of(message.endDevice.devEui)
    session = session_of(message.endDevice.devAddr or "", address)
    if message.encrypted and message.payload:
        raise encrypted(address, TITLE)
    payload = _payload(message, address)
    sf, bandwidth = data_rate(message.dataRate or "")
    gateways = tuple([gateway(one.gwEui, one.rssi, one.snr) for one in message.gwInfo or () if one.rssi is not None])
    extras = {"late": "1"} if message.delayed else {}
    if message.gwCnt is not None:
        extras["gateway_count"] = figure(message.gwCnt)
    first, second = message.recvTime, message.gwRecvTime
    if message.delayed:
        first, second = second, first
    return Frame(
        address=address, profile=hints.model, codec_tag=None,
        session=session, f_cnt=message.fCntUp, f_port=message.fPort, payload=payload,
        received_at=since_epoch(first or second, address), bearer="lora", network=NETWORK,
        radio=lora_radio(gateways, None, sf, bandwidth, hertz(message.ulFrequency), len(payload)),
        extras=extras or None,
    )  # fmt: skip


def _payload(message: _DataUp, address: str) -> bytes:
    if not message.payload:
        return b""
    encoding = (message.encodingType or "HEXA").upper()
    if encoding in ("HEXA", "HEX"):
        return from_hex(message.payload, address)
    if encoding == "BASE64":
        return from_base64(message.payload, address)
    sentence = f"The payload of {address} is {excerpt(encoding)}: {TITLE} is read with HEXA and BASE64"
    raise Undecodable(Reason.BAD_ENVELOPE, sentence, address)


def peek(body: bytes, _hints: Hints = NO_HINTS) -> str | None:
    """The device id, if the message is of one; None for a page of several devices."""
    try:
        name = _decode_name(body)
        if name.uplinks is not None:
            named = {address_of(one.endDevice.devEui) for one in name.uplinks}
            return named.pop() if len(named) == 1 else None
        return address_of(name.endDevice.devEui) if name.endDevice is not None else None
    except (*NO_JSON, Undecodable):
        return None


register_envelope(
    Envelope(
        form="wanesy", title="Kerlink Wanesy, JSON", source="published dataUp messages (icra/wanesy-read)",
        sample="real", parse=parse, peek=peek,
    )
)  # fmt: skip
