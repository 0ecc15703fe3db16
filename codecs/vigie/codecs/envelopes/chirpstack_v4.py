"""ChirpStack v4, JSON: `application/<id>/device/<devEUI>/event/<event>`, and gateway statistics.

Source: chirpstack `api/proto/integration/integration.proto` (UplinkEvent, JoinEvent, StatusEvent, AckEvent) and
`api/proto/gw/gw.proto` (GatewayStats, `gateway/<id>/event/stats`) in their JSON mapping; the events: ChirpStack
documentation, chapter Integrations, Event types.

    {"deduplicationId": uuid, "time": RFC 3339, "deviceInfo": {"devEui": 16 hex, "deviceProfileName": text, "tags": {}},
     "devAddr": 8 hex, "dr": 5, "fCnt": 7, "fPort": 85, "data": base64,
     "rxInfo": [{"gatewayId": 16 hex, "rssi": -90, "snr": 7.5}],
     "txInfo": {"frequency": 868300000, "modulation": {"lora": {"bandwidth": 125000, "spreadingFactor": 7}}}}

Traps: the JSON mapping of protobuf leaves out fields that are zero (fCnt and fPort 0, snr 0); `data` is missing in an
uplink that carries only MAC commands; the same frame may come twice when gateways are late; `ack` is also sent when the
device did *not* acknowledge in time, and then lacks `acknowledged`; `relayRxInfo` has a `devEui` too, which is the
relay's; a `joinServerContext` says that ChirpStack has no AppSKey, so that `data` is still encrypted.
"""

from binascii import a2b_base64

import msgspec
from msgspec import Struct

from vigie.codecs.frame import Envelope, Frame, GatewayStats, Heard, Hints, PassedOver
from vigie.codecs.instants import epoch_ms
from vigie.codecs.lora.chirpstack import (
    ACK,
    NETWORK,
    SENT_BY_DEVICES,
    SENT_BY_OTHERS,
    STATS,
    UP,
    gateway_stats,
    status_facts,
    unknown_event,
)
from vigie.codecs.lora.eui import address_of, addresses, session_of, sessions
from vigie.codecs.lora.fields import (
    NO_HINTS,
    NO_JSON,
    TAG,
    Byte,
    Counter,
    Decibels,
    Hertz,
    Number,
    Power,
    Small,
    Spreading,
    encrypted,
    from_base64,
    instant,
    peeking,
    read,
)
from vigie.codecs.radio import airtime_ms, best, esp_dbm, lora_radio, margin_db, once_each, without_snr
from vigie.codecs.registry import register_envelope
from vigie.topics.reason import Reason, Undecodable, excerpt
from vigie.topics.uplink import Gateway, Radio

TITLE = "ChirpStack v4"


class _DeviceInfo(Struct, gc=False):
    devEui: str
    deviceProfileName: str = ""
    tags: dict[str, str] = {}


class _RxInfo(Struct, gc=False):
    gatewayId: str = ""
    rssi: Power = 0
    snr: Decibels = 0.0


class _Lora(Struct, gc=False):
    bandwidth: Hertz = 125_000
    spreadingFactor: Spreading | None = None


class _Modulation(Struct, gc=False):
    lora: _Lora | None = None


class _TxInfo(Struct, gc=False):
    frequency: Hertz | None = None
    modulation: _Modulation | None = None


class _Relay(Struct, gc=False):
    devEui: str = ""


class _JoinServer(Struct, gc=False):
    sessionKeyId: str = ""


class _Event(Struct, gc=False):
    deviceInfo: _DeviceInfo
    time: str = ""
    devAddr: str = ""
    dr: Byte = 0
    fCnt: Counter = 0
    fPort: Byte = 0
    data: str | None = None
    rxInfo: list[_RxInfo] = []
    txInfo: _TxInfo | None = None
    relayRxInfo: _Relay | None = None
    joinServerContext: _JoinServer | None = None


class _DeviceId(Struct):
    devEui: str


class _Sign(Struct):
    """What the events that are no uplink say, each some of it; and all that `peek` looks at."""

    deviceInfo: _DeviceId
    acknowledged: bool = False
    devAddr: str = ""
    margin: Small = 0
    externalPowerSource: bool = False
    batteryLevelUnavailable: bool = False
    batteryLevel: Number = 0.0


class _Name(Struct):
    deviceInfo: _DeviceId


class _Location(Struct):
    latitude: Number = 0.0
    longitude: Number = 0.0
    altitude: Number = 0.0


class _Stats(Struct):
    gatewayId: str = ""
    time: str = ""
    location: _Location | None = None
    configVersion: str = ""
    rxPacketsReceived: Counter = 0
    rxPacketsReceivedOk: Counter = 0
    txPacketsReceived: Counter = 0
    txPacketsEmitted: Counter = 0
    metadata: dict[str, str] = {}
    txPacketsPerStatus: dict[str, Counter] = {}


_decode = msgspec.json.Decoder(_Event).decode
_decode_sign = msgspec.json.Decoder(_Sign).decode
_decode_stats = msgspec.json.Decoder(_Stats).decode
peek = peeking(msgspec.json.Decoder(_Name).decode, lambda name: name.deviceInfo.devEui)


def parse(body: bytes, hints: Hints = NO_HINTS) -> Frame | Heard | GatewayStats | PassedOver:
    """One message of the integration.

    Args:
        body: the JSON document.
        hints: of them the Kafka header or topic part `event` (up, join, status, stats, ...); None is taken for an
            uplink.

    Returns:
        A Frame for an uplink; Heard for a join, a status or an acknowledgement, which only a device that lives can
        send; GatewayStats for `stats`; PassedOver for what the network or somebody else says about a device.

    Raises:
        Undecodable: BAD_HEADER, NOT_JSON, BAD_ENVELOPE, BAD_BASE64 or BAD_TIME; with the address where a frame of a
            known device came, though it cannot be read.

    >>> frame = parse(b'{"deviceInfo": {"devEui": "24E124136B000001", "deviceProfileName": "EM310-UDL"},'
    ...     b' "time": "2026-11-23T10:00:00Z", "devAddr": "00D20001", "fPort": 85, "data": "AXVc"}')
    >>> frame.address, frame.f_cnt, frame.payload.hex()
    ('eui:24e124136b000001', 0, '01755c')
    """
    event = hints.event
    if event is not None and event != UP:
        return _other_event(body, event)
    try:
        message = _decode(body)
    except msgspec.ValidationError as error:
        sentence = f"Not a {TITLE} message: {str(error)[:110]}"
        raise Undecodable(Reason.BAD_ENVELOPE, sentence, peek(body, hints)) from None
    except NO_JSON as error:
        raise Undecodable(Reason.NOT_JSON, f"The body is not JSON: {str(error)[:110]}") from None
    info = message.deviceInfo
    address = addresses.get(info.devEui) or address_of(info.devEui)
    try:
        received_at = epoch_ms(message.time)
    except (ValueError, OverflowError):
        sentence = f"The time {excerpt(message.time)} of {address} is not an RFC 3339 instant"
        raise Undecodable(Reason.BAD_TIME, sentence, address) from None
    data = message.data
    try:
        payload = a2b_base64(data, strict_mode=True) if data else b""
        if data and len(data) & 3:  # padding too many, which strict_mode lets pass
            raise ValueError
    except ValueError:
        payload = from_base64(data or "", address)  # which says what is wrong
    try:
        session = sessions[message.devAddr]
    except KeyError:
        session = session_of(message.devAddr, address)
    frame = Frame(
        address=address, profile=info.deviceProfileName, codec_tag=info.tags.get(TAG) if info.tags else None,
        session=session, f_cnt=message.fCnt, f_port=message.fPort, payload=payload,
        received_at=received_at, bearer="lora", network=NETWORK, radio=_radio(message, len(payload)),
    )  # fmt: skip
    if message.relayRxInfo is None and message.joinServerContext is None:  # as nearly always
        return frame
    if message.joinServerContext is not None and message.joinServerContext.sessionKeyId:
        raise encrypted(address, "ChirpStack")
    relay = message.relayRxInfo.devEui.lower() if message.relayRxInfo is not None else ""
    return msgspec.structs.replace(frame, extras={"relay": relay} if relay else None)


def _other_event(body: bytes, event: str) -> Heard | GatewayStats | PassedOver:
    """An event that is no uplink."""
    if event == STATS:
        return _stats(body)
    if event in SENT_BY_OTHERS:
        return PassedOver()
    if event not in SENT_BY_DEVICES:
        raise unknown_event(event)
    sign = read(_decode_sign, body, TITLE, peek)
    address = address_of(sign.deviceInfo.devEui)
    if event == ACK and not sign.acknowledged:
        return PassedOver()
    facts: dict[str, str] = {}
    if event == "join":
        session = session_of(sign.devAddr, address)
        facts = {"dev_addr": session} if session is not None else {}
    elif event == "status":
        facts = status_facts(
            sign.margin, external=sign.externalPowerSource, unavailable=sign.batteryLevelUnavailable,
            battery_pct=sign.batteryLevel,
        )  # fmt: skip
    return Heard(address=address, kind=event, network=NETWORK, facts=facts)


def _stats(body: bytes) -> GatewayStats:
    said = read(_decode_stats, body, f"{TITLE} gateway statistics", peek)
    place = said.location
    return gateway_stats(
        said.gatewayId, instant(said.time, f"the gateway {excerpt(said.gatewayId)}", device=False),
        counts={
            "rx_packets": said.rxPacketsReceived, "rx_packets_ok": said.rxPacketsReceivedOk,
            "tx_packets": said.txPacketsReceived, "tx_packets_emitted": said.txPacketsEmitted,
        },
        config_version=said.configVersion, metadata=said.metadata, tx_status=said.txPacketsPerStatus,
        place=(place.latitude, place.longitude, place.altitude) if place is not None else None,
    )  # fmt: skip


def _radio(message: _Event, payload_bytes: int) -> Radio:
    received, tx = message.rxInfo, message.txInfo
    if tx is not None and tx.modulation is not None and tx.modulation.lora is None:
        heard = without_snr([Gateway(one.gatewayId, one.rssi, one.snr) for one in received])
        return lora_radio(heard, message.dr, None, 0, tx.frequency, payload_bytes)
    if len(received) == 1:  # as nearly always
        one = received[0]
        heard_best: Gateway | None = Gateway(one.gatewayId, one.rssi, one.snr)
        gateways: tuple[Gateway, ...] = (heard_best,)  # type: ignore[assignment]
    else:
        gateways = once_each(tuple([Gateway(one.gatewayId, one.rssi, one.snr) for one in received]))
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
        sample="real", parse=parse, peek=peek,
    )
)  # fmt: skip
