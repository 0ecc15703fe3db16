"""ChirpStack v4, JSON: `application/<id>/device/<devEUI>/event/<event>`.

Source: chirpstack `api/proto/integration/integration.proto` (UplinkEvent, JoinEvent, StatusEvent, AckEvent) in its JSON
mapping; the events: ChirpStack documentation, chapter Integrations, Event types.

    {"deduplicationId": uuid, "time": RFC 3339, "deviceInfo": {"devEui": 16 hex, "deviceProfileName": text, "tags": {}},
     "devAddr": 8 hex, "dr": 5, "fCnt": 7, "fPort": 85, "data": base64,
     "rxInfo": [{"gatewayId": 16 hex, "rssi": -90, "snr": 7.5}],
     "txInfo": {"frequency": 868300000, "modulation": {"lora": {"bandwidth": 125000, "spreadingFactor": 7}}}}

Traps: the JSON mapping of protobuf leaves out fields that are zero (fCnt and fPort 0, snr 0); `data` is missing in an
uplink that carries only MAC commands; the same frame may come twice when gateways are late; `ack` is also sent when the
device did *not* acknowledge in time, and then lacks `acknowledged`.
"""

import re
from binascii import Error as Base64Error
from binascii import a2b_base64
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from vigie.codecs.frame import Envelope, Frame, Heard, Hints, PassedOver
from vigie.codecs.instants import epoch_ms
from vigie.codecs.radio import airtime_ms, best, esp_dbm, margin_db
from vigie.codecs.registry import register_envelope
from vigie.topics.reason import Reason, Undecodable, excerpt
from vigie.topics.uplink import Gateway, Radio

NETWORK = "chirpstack"
_HEX16 = re.compile(r"[0-9a-fA-F]{16}")
_HEX8 = re.compile(r"[0-9a-fA-F]{8}")
_LIMIT = 200_000
_TAG = "vigie_codec"

# Ranges are checked by msgspec while it reads, which costs next to nothing.
_Counter = Annotated[int, Meta(ge=0, lt=2**32)]
_Byte = Annotated[int, Meta(ge=0, le=255)]
_Decibels = Annotated[float, Meta(ge=-999, le=999)]
_Power = Annotated[int, Meta(ge=-999, le=999)]
_Hertz = Annotated[int, Meta(ge=0, lt=2**40)]
_Spreading = Annotated[int, Meta(ge=5, le=12)]


class _DeviceInfo(Struct, gc=False):
    devEui: str
    deviceProfileName: str = ""
    tags: dict[str, str] = {}


class _RxInfo(Struct, gc=False):
    gatewayId: str = ""
    rssi: _Power = 0
    snr: _Decibels = 0.0


class _Lora(Struct, gc=False):
    bandwidth: _Hertz = 125_000
    spreadingFactor: _Spreading | None = None


class _Modulation(Struct, gc=False):
    lora: _Lora | None = None


class _TxInfo(Struct, gc=False):
    frequency: _Hertz | None = None
    modulation: _Modulation | None = None


class _Event(Struct, gc=False):
    deviceInfo: _DeviceInfo
    time: str = ""
    devAddr: str = ""
    dr: _Byte = 0
    fCnt: _Counter = 0
    fPort: _Byte = 0
    data: str | None = None
    rxInfo: list[_RxInfo] = []
    txInfo: _TxInfo | None = None


class _DeviceId(Struct):
    devEui: str


class _Sign(Struct):
    """What every event has, and whether an `ack` is one."""

    deviceInfo: _DeviceId
    acknowledged: bool = False


_decode = msgspec.json.Decoder(_Event).decode
_decode_sign = msgspec.json.Decoder(_Sign).decode
_UP, _ACK = "up", "ack"
_SENT_BY_DEVICES = frozenset({"join", "status", _ACK})
_SENT_BY_OTHERS = frozenset({"txack", "log", "location", "integration"})
_NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_addresses: dict[str, str] = {}
_sessions: dict[str, str | None] = {"": None}


_NO_HINTS = Hints()


def parse(body: bytes, hints: Hints = _NO_HINTS) -> Frame | Heard | PassedOver:
    """One message of the integration.

    Args:
        body: the JSON document.
        hints: of them the Kafka header or topic part `event` (up, join, status, ...); None is taken for an uplink.

    Returns:
        A Frame for an uplink; Heard for a join, a status or an acknowledgement, which only a device that lives can
        send; PassedOver for what the network or somebody else says about a device.

    Raises:
        Undecodable: BAD_HEADER, NOT_JSON, BAD_ENVELOPE, BAD_BASE64 or BAD_TIME; with the address where a frame of a
            known device came, though it cannot be read.

    >>> frame = parse(b'{"deviceInfo": {"devEui": "24E124136B000001", "deviceProfileName": "EM310-UDL"},'
    ...     b' "time": "2026-11-23T10:00:00Z", "devAddr": "00D20001", "fPort": 85, "data": "AXVc"}')
    >>> frame.address, frame.f_cnt, frame.payload.hex()
    ('eui:24e124136b000001', 0, '01755c')
    """
    event = hints.event
    if event is not None and event != _UP:
        return _other_event(body, event)
    try:
        message = _decode(body)
    except msgspec.ValidationError as error:
        raise Undecodable(Reason.BAD_ENVELOPE, f"Not a ChirpStack v4 event: {error}", peek(body)) from None
    except _NO_JSON as error:
        raise _not_json(error) from None
    info = message.deviceInfo
    address = _addresses.get(info.devEui) or _address(info.devEui)
    try:
        received_at = epoch_ms(message.time)
    except (ValueError, OverflowError):
        sentence = f"The time {excerpt(message.time)} of {address} is not an RFC 3339 instant"
        raise Undecodable(Reason.BAD_TIME, sentence, address) from None
    data = message.data
    try:
        payload = a2b_base64(data, strict_mode=True) if data else b""
        if data and len(data) & 3:  # padding too many, which strict_mode lets pass
            raise ValueError(data[:40])
    except (Base64Error, ValueError):
        sentence = f"The data of {address} is not base64: {excerpt(data or '')}"
        raise Undecodable(Reason.BAD_BASE64, sentence, address) from None
    try:
        session = _sessions[message.devAddr]
    except KeyError:
        session = _session(message.devAddr, address)
    return Frame(
        address=address, profile=info.deviceProfileName, codec_tag=info.tags.get(_TAG) if info.tags else None,
        session=session, f_cnt=message.fCnt, f_port=message.fPort, payload=payload,
        received_at=received_at, bearer="lora", network=NETWORK, radio=_radio(message, len(payload)),
    )  # fmt: skip


def _other_event(body: bytes, event: str) -> Heard | PassedOver:
    """An event that is no uplink."""
    if event in _SENT_BY_OTHERS:
        return PassedOver()
    if event not in _SENT_BY_DEVICES:
        known = ", ".join(sorted({_UP, *_SENT_BY_DEVICES, *_SENT_BY_OTHERS}))
        raise Undecodable(Reason.BAD_HEADER, f"The header event is {excerpt(event)}: ChirpStack has {known}")
    try:
        sign = _decode_sign(body)
    except msgspec.ValidationError as error:
        raise Undecodable(Reason.BAD_ENVELOPE, f"Not a ChirpStack v4 event: {error}") from None
    except _NO_JSON as error:
        raise _not_json(error) from None
    address = _address(sign.deviceInfo.devEui)
    if event == _ACK and not sign.acknowledged:
        return PassedOver()
    return Heard(address=address, kind=event, network=NETWORK)


def _not_json(error: Exception) -> Undecodable:
    return Undecodable(Reason.NOT_JSON, f"The body is not JSON: {error}")


def peek(body: bytes, _hints: Hints = _NO_HINTS) -> str | None:
    """The device id of a message, for the key of its record; None where it names none.

    >>> peek(b'{"deviceInfo": {"devEui": "24E124136B000001"}}')
    'eui:24e124136b000001'
    """
    try:
        return _address(_decode_sign(body).deviceInfo.devEui)
    except (*_NO_JSON, Undecodable):
        return None


def _address(dev_eui: str) -> str:
    if not _HEX16.fullmatch(dev_eui):
        raise Undecodable(Reason.BAD_ENVELOPE, f"devEui {excerpt(dev_eui)} is not 16 hex digits")
    if len(_addresses) > _LIMIT:
        _addresses.clear()
    made = _addresses[dev_eui] = "eui:" + dev_eui.lower()
    return made


def _session(dev_addr: str, address: str) -> str:
    """The session's name; digits only, since it is a part of the uplink's identity."""
    if not _HEX8.fullmatch(dev_addr):
        sentence = f"{address}: devAddr {excerpt(dev_addr)} is not 8 hex digits"
        raise Undecodable(Reason.BAD_ENVELOPE, sentence, address)
    if len(_sessions) > _LIMIT:
        _sessions.clear()
        _sessions[""] = None
    made = _sessions[dev_addr] = dev_addr.lower()
    return made


def _radio(message: _Event, payload_bytes: int) -> Radio:
    received, tx = message.rxInfo, message.txInfo
    if len(received) == 1:  # as nearly always
        one = received[0]
        heard_best: Gateway | None = Gateway(one.gatewayId, one.rssi, one.snr)
        gateways: tuple[Gateway, ...] = (heard_best,)  # type: ignore[assignment]
    else:
        gateways = tuple([Gateway(one.gatewayId, one.rssi, one.snr) for one in received])
        heard_best = best(gateways)
    sf = frequency = airtime = esp = margin = None
    if tx is not None:
        frequency = tx.frequency
        if tx.modulation is not None and (lora := tx.modulation.lora) is not None:
            sf = lora.spreadingFactor
            if sf is not None and lora.bandwidth > 0:
                airtime = airtime_ms(sf, lora.bandwidth, payload_bytes)
    if heard_best is not None and (snr := heard_best.snr_db) is not None:
        esp, margin = esp_dbm(heard_best.rssi_dbm, snr), margin_db(sf, snr)
    return Radio(
        gateways=gateways,
        dr=message.dr,
        sf=sf,
        frequency_hz=frequency,
        airtime_ms=airtime,
        esp_dbm=esp,
        margin_db=margin,
    )


register_envelope(
    Envelope(
        form="chirpstack-v4", title="ChirpStack 4, JSON", source="chirpstack integration.proto, in its JSON mapping",
        sample="documentation", parse=parse, peek=peek,
    )
)  # fmt: skip
