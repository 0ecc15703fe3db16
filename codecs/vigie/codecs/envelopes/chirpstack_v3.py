"""ChirpStack v3 (application server), JSON: `application/<id>/device/<devEUI>/event/<event>`.

Source: chirpstack-api 3, `as/integration/integration.proto` and `gw/gw.proto`; ChirpStack 3 documentation, Event types.

    {"applicationID": "3", "deviceName": text, "devEUI": EUI, "deviceProfileName": text, "tags": {},
     "rxInfo": [{"gatewayID": EUI, "time": RFC 3339 or null, "rssi": -89, "loRaSNR": 7.5}],
     "txInfo": {"frequency": 868500000, "modulation": "LORA",
                "loRaModulationInfo": {"bandwidth": 125, "spreadingFactor": 12}},
     "adr": true, "dr": 0, "fCnt": 28, "fPort": 33, "data": base64, "devAddr": 4 bytes, "publishedAt": RFC 3339}

Traps: EUIs and the DevAddr are hex with the marshaler `json_v3` and base64 with `json`; the bandwidth is in kHz; `time`
is null where the gateway has no GPS, so the instant is then `publishedAt`, and before 3.13 there is none at all; with
`json_v3` the data rate is `txInfo.dr` only. Zeros may be left out. `ack` is also sent when no acknowledgement came.
"""

import msgspec
from msgspec import Struct

from vigie.codecs.frame import Envelope, Frame, GatewayStats, Heard, Hints, PassedOver, gateway
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
from vigie.codecs.lora.eui import address_of, hex_of, session_of
from vigie.codecs.lora.fields import (
    NO_HINTS,
    TAG,
    Byte,
    Counter,
    Decibels,
    Hertz,
    Number,
    Small,
    Spreading,
    from_base64,
    instant,
    peeking,
    read,
)
from vigie.codecs.radio import eu868_rate, in_eu868, lora_radio, without_snr
from vigie.codecs.registry import register_envelope
from vigie.topics.reason import excerpt
from vigie.topics.uplink import Radio

TITLE = "ChirpStack v3"


class _RxInfo(Struct):
    gatewayID: str = ""
    time: str | None = None
    rssi: Decibels = 0.0
    loRaSNR: Decibels = 0.0


class _Lora(Struct):
    bandwidth: Hertz = 125
    spreadingFactor: Spreading | None = None


class _TxInfo(Struct):
    frequency: Hertz | None = None
    dr: Byte | None = None
    modulation: str = "LORA"
    loRaModulationInfo: _Lora | None = None


class _Event(Struct):
    devEUI: str
    deviceProfileName: str = ""
    tags: dict[str, str] | None = None
    rxInfo: list[_RxInfo] | None = None
    txInfo: _TxInfo | None = None
    dr: Byte | None = None
    fCnt: Counter = 0
    fPort: Byte = 0
    data: str | None = None
    devAddr: str | None = None
    publishedAt: str | None = None
    acknowledged: bool = False
    margin: Small = 0
    externalPowerSource: bool = False
    batteryLevelUnavailable: bool = False
    batteryLevel: Number = 0.0


class _Name(Struct):
    devEUI: str


class _Place(Struct):
    latitude: Number = 0.0
    longitude: Number = 0.0
    altitude: Number = 0.0


class _Stats(Struct):
    gatewayID: str = ""
    time: str | None = None
    location: _Place | None = None
    configVersion: str = ""
    rxPacketsReceived: Counter = 0
    rxPacketsReceivedOK: Counter = 0
    txPacketsReceived: Counter = 0
    txPacketsEmitted: Counter = 0
    metaData: dict[str, str] | None = None


_decode = msgspec.json.Decoder(_Event).decode
_decode_stats = msgspec.json.Decoder(_Stats).decode
peek = peeking(msgspec.json.Decoder(_Name).decode, lambda name: hex_of(name.devEUI, 8))


def parse(body: bytes, hints: Hints = NO_HINTS) -> Frame | Heard | GatewayStats | PassedOver:
    """One message of the integration.

    Raises:
        Undecodable: BAD_HEADER, NOT_JSON, BAD_ENVELOPE, BAD_BASE64 or BAD_TIME.
    """
    event = hints.event
    if event == STATS:
        return _stats(body)
    if event in SENT_BY_OTHERS:
        return PassedOver()
    if event is not None and event != UP and event not in SENT_BY_DEVICES:
        raise unknown_event(event)
    message = read(_decode, body, TITLE, peek, hints)
    address = address_of(hex_of(message.devEUI, 8))
    session = session_of(hex_of(message.devAddr or "", 4), address)
    payload = from_base64(message.data, address) if message.data else b""
    radio = _radio(message, len(payload))
    if event is not None and event != UP:
        return _heard(message, address, event, session, radio)
    heard_at = next((one.time for one in message.rxInfo or () if one.time), None)
    return Frame(
        address=address, profile=message.deviceProfileName or hints.model,
        codec_tag=message.tags.get(TAG) if message.tags else None,
        session=session, f_cnt=message.fCnt, f_port=message.fPort, payload=payload,
        received_at=instant(heard_at or message.publishedAt, address), bearer="lora", network=NETWORK, radio=radio,
    )  # fmt: skip


def _heard(message: _Event, address: str, event: str, session: str | None, radio: Radio) -> Heard | PassedOver:
    facts: dict[str, str] = {}
    if event == ACK and not message.acknowledged:
        return PassedOver()
    if event == "join" and session is not None:
        facts = {"dev_addr": session}
    elif event == "status":
        facts = status_facts(
            message.margin, external=message.externalPowerSource, unavailable=message.batteryLevelUnavailable,
            battery_pct=message.batteryLevel,
        )  # fmt: skip
    return Heard(address=address, kind=event, network=NETWORK, radio=radio if message.rxInfo else None, facts=facts)


def _radio(message: _Event, payload_bytes: int) -> Radio:
    gateways = tuple([gateway(hex_of(one.gatewayID, 8), one.rssi, one.loRaSNR) for one in message.rxInfo or ()])
    sf, bandwidth, frequency, dr = None, 0, None, message.dr
    if (tx := message.txInfo) is not None:
        frequency = tx.frequency
        dr = tx.dr if dr is None else dr
        if tx.modulation != "LORA":
            gateways = without_snr(gateways)
        if tx.loRaModulationInfo is not None:
            sf, bandwidth = tx.loRaModulationInfo.spreadingFactor, tx.loRaModulationInfo.bandwidth * 1000
        elif dr is not None and tx.modulation == "LORA" and in_eu868(frequency):
            sf, bandwidth = eu868_rate(dr)
    return lora_radio(gateways, dr, sf, bandwidth, frequency, payload_bytes)


def _stats(body: bytes) -> GatewayStats:
    said = read(_decode_stats, body, f"{TITLE} gateway statistics", peek)
    name, place = hex_of(said.gatewayID, 8), said.location
    return gateway_stats(
        name, instant(said.time, f"the gateway {excerpt(name)}", device=False),
        counts={
            "rx_packets": said.rxPacketsReceived, "rx_packets_ok": said.rxPacketsReceivedOK,
            "tx_packets": said.txPacketsReceived, "tx_packets_emitted": said.txPacketsEmitted,
        },
        config_version=said.configVersion, metadata=said.metaData or {}, tx_status={},
        place=(place.latitude, place.longitude, place.altitude) if place is not None else None,
    )  # fmt: skip


register_envelope(
    Envelope(
        form="chirpstack-v3", title="ChirpStack 3, JSON", source="chirpstack-api 3, as/integration/integration.proto",
        sample="real", parse=parse, peek=peek,
    )
)  # fmt: skip
