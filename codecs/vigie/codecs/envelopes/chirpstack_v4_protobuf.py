"""ChirpStack v4, protobuf: the events of `chirpstack-v4` in their binary form (setting `json = false`).

Source: chirpstack-api 4.20.0, `integration/integration.proto` and `gw/gw.proto`; field numbers in
vigie.codecs.lora.chirpstack_proto.

The binary form does not say which event it is: that is the Kafka header `event` or the last part of the MQTT topic, and
a source that has neither takes everything for an uplink. A zero is not written, as in JSON. The SNR is a float32, of
which JSON has the shortest decimal: it is read back to that, so that an event is the same frame in both forms.
"""

from collections.abc import Callable
from math import isfinite
from typing import Any

from google.protobuf.message import DecodeError

from vigie.codecs.frame import Envelope, Frame, GatewayStats, Heard, Hints, PassedOver
from vigie.codecs.instants import YEAR_1_AT, YEAR_10000_AT
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
from vigie.codecs.lora.chirpstack_proto import Ack, Join, Named, Stats, Status, Uplink
from vigie.codecs.lora.eui import address_of, session_of
from vigie.codecs.lora.fields import NO_HINTS, TAG, encrypted
from vigie.codecs.radio import lora_radio, without_snr
from vigie.codecs.registry import register_envelope
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Gateway, Radio

_MESSAGES = {"join": Join, "status": Status, ACK: Ack}


def parse(body: bytes, hints: Hints = NO_HINTS) -> Frame | Heard | GatewayStats | PassedOver:
    """One message of the integration, or of the gateway bridge.

    Raises:
        Undecodable: BAD_HEADER, NOT_WELL_FORMED, BAD_ENVELOPE or BAD_TIME.
    """
    event = hints.event
    if event is not None and event != UP:
        return _other_event(body, event)
    message = _read(Uplink, body)
    info = message.device_info
    address = address_of(info.dev_eui)
    if message.f_port > 255 or message.dr > 255:
        raise _wrong(address, f"fPort {message.f_port} and dr {message.dr} must be bytes")
    received_at = _instant(message, address, address)
    if received_at is None:
        raise Undecodable(Reason.BAD_TIME, f"The uplink of {address} has no time", address)
    session = session_of(message.dev_addr, address)
    if message.join_server_context.session_key_id:
        raise encrypted(address, "ChirpStack")
    payload = message.data
    relay = message.relay_rx_info.dev_eui
    return Frame(
        address=address, profile=info.device_profile_name,
        codec_tag=next((one.value for one in reversed(info.tags) if one.key == TAG), None),
        session=session, f_cnt=message.f_cnt, f_port=message.f_port, payload=payload,
        received_at=received_at, bearer="lora", network=NETWORK, radio=_radio(message, address, len(payload)),
        extras={"relay": relay.lower()} if relay else None,
    )  # fmt: skip


def _read(kind: Callable[[], Any], body: bytes) -> Any:
    message = kind()
    try:
        message.ParseFromString(body)
    except (DecodeError, RecursionError) as error:
        sentence = f"The body is not protobuf: {str(error)[:110]}"
        raise Undecodable(Reason.NOT_WELL_FORMED, sentence) from None
    return message


def _wrong(address: str, what: str) -> Undecodable:
    return Undecodable(Reason.BAD_ENVELOPE, f"Not a ChirpStack v4 event of {address}: {what}", address)


def _instant(message: Any, whose: str, address: str | None = None) -> int | None:
    if not message.HasField("time"):
        return None
    at = message.time.seconds * 1000 + message.time.nanos // 1_000_000
    if not (0 <= message.time.nanos < 10**9 and YEAR_1_AT <= at < YEAR_10000_AT):
        raise Undecodable(Reason.BAD_TIME, f"The time of {whose} is no instant of the years 1 to 9999", address)
    return int(at)


def _radio(message: Any, address: str, payload_bytes: int) -> Radio:
    gateways = []
    for one in message.rx_info:
        snr = float(f"{one.snr:.7g}")
        if not (-999 <= one.rssi <= 999 and -999 <= snr <= 999):
            raise _wrong(address, f"rssi {one.rssi} and snr {snr} must be within 999 of 0")
        gateways.append(Gateway(one.gateway_id, one.rssi, snr))
    sf, bandwidth = None, 0
    tx = message.tx_info
    if tx.modulation.HasField("lora"):
        lora = tx.modulation.lora
        sf, bandwidth = lora.spreading_factor or None, lora.bandwidth or 125_000
        if sf is not None and not 5 <= sf <= 12:
            raise _wrong(address, f"the spreading factor {sf} must be 5 to 12")
    heard = (
        tuple(gateways) if tx.modulation.HasField("lora") or not tx.HasField("modulation") else without_snr(gateways)
    )
    return lora_radio(heard, message.dr, sf, bandwidth, tx.frequency or None, payload_bytes)


def _other_event(body: bytes, event: str) -> Heard | GatewayStats | PassedOver:
    """An event that is no uplink."""
    if event == STATS:
        return _stats(body)
    if event in SENT_BY_OTHERS:
        return PassedOver()
    if event not in SENT_BY_DEVICES:
        raise unknown_event(event)
    message = _read(_MESSAGES[event], body)
    address = address_of(message.device_info.dev_eui)
    facts: dict[str, str] = {}
    if event == ACK and not message.acknowledged:
        return PassedOver()
    if event == "join":
        session = session_of(message.dev_addr, address)
        facts = {"dev_addr": session} if session is not None else {}
    elif event == "status":
        if not isfinite(message.battery_level):
            raise _wrong(address, "the battery level is not a number")
        facts = status_facts(
            message.margin, external=message.external_power_source, unavailable=message.battery_level_unavailable,
            battery_pct=message.battery_level,
        )  # fmt: skip
    return Heard(address=address, kind=event, network=NETWORK, facts=facts)


def _stats(body: bytes) -> GatewayStats:
    said = _read(Stats, body)
    place = said.location
    if not (isfinite(place.latitude) and isfinite(place.longitude) and isfinite(place.altitude)):
        raise Undecodable(Reason.BAD_ENVELOPE, "Gateway statistics whose location is not of numbers")
    return gateway_stats(
        said.gateway_id, _instant(said, "a gateway's statistics"),
        counts={
            "rx_packets": said.rx_packets_received, "rx_packets_ok": said.rx_packets_received_ok,
            "tx_packets": said.tx_packets_received, "tx_packets_emitted": said.tx_packets_emitted,
        },
        config_version=said.config_version, metadata={one.key: one.value for one in said.metadata},
        tx_status={one.key: one.value for one in said.tx_packets_per_status},
        place=(place.latitude, place.longitude, place.altitude) if said.HasField("location") else None,
    )  # fmt: skip


def peek(body: bytes, hints: Hints = NO_HINTS) -> str | None:
    """The device id of a message; statistics have none, and a log line has its device elsewhere."""
    if hints.event in (STATS, "log"):
        return None
    try:
        return address_of(_read(Named, body).device_info.dev_eui)
    except Undecodable:
        return None


register_envelope(
    Envelope(
        form="chirpstack-v4-protobuf", title="ChirpStack 4, protobuf",
        source="chirpstack-api 4.20.0, integration.proto and gw.proto", sample="documentation", parse=parse, peek=peek,
    )
)  # fmt: skip
