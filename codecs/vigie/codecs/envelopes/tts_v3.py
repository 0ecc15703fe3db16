"""The Things Stack v3 (The Things Industries, The Things Network), JSON: MQTT `v3/<app>/devices/<id>/<kind>`, webhooks.

Source: The Things Stack documentation, Integrations, Data Formats; lorawan-stack `api/messages.proto` in its JSON
mapping.

    {"end_device_ids": {"device_id": text, "dev_eui": 16 HEX, "dev_addr": 8 HEX}, "received_at": of the application
     server, "simulated": true,
     "uplink_message": {"session_key_id": base64, "f_port": 2, "f_cnt": 14, "frm_payload": base64,
       "received_at": of the network server, "consumed_airtime": "0.061696s", "packet_error_rate": 0.02,
       "rx_metadata": [{"gateway_ids": {"gateway_id": text, "eui": 16 HEX}, "rssi": -31, "snr": 9.5}],
       "settings": {"data_rate": {"lora": {"bandwidth": 125000, "spreading_factor": 7}}, "frequency": "867700000"},
       "last_battery_percentage": {"value": 90.1}, "version_ids": {"brand_id": text, "model_id": text}}}

Traps: a field that is zero, empty or false is left out, so that a missing f_cnt is 0, and a missing snr 0 dB; the
frequency is a text; of the three instants the network server's is taken, which is the same whoever delivers; frames
that came through Packet Broker all have the gateway id `packetbroker`, the real one stands in `packet_broker`; an
uplink may be simulated (flagged); a device of LoRaWAN 1.0 activated by personalisation may have no DevEUI. MQTT is
QoS 0 only: prefer webhooks. `uplink_normalized` repeats an uplink, and is passed over.
"""

import re

import msgspec
from msgspec import Struct

from vigie.codecs.frame import Envelope, Frame, Heard, Hints, PassedOver, gateway
from vigie.codecs.lora.eui import address_of, session_of
from vigie.codecs.lora.fields import (
    NO_HINTS,
    NO_JSON,
    TAG,
    Byte,
    Counter,
    Decibels,
    Frequency,
    Number,
    Spreading,
    figure,
    from_base64,
    instant,
    read,
)
from vigie.codecs.radio import hertz, lora_radio, without_snr
from vigie.codecs.registry import register_envelope
from vigie.topics.reason import Reason, Undecodable, printable
from vigie.topics.uplink import Gateway, Radio

NETWORK = "tts"
_BROKER = "packetbroker"
_SECONDS = re.compile(r"\d{1,6}(?:\.\d{1,9})?s", re.ASCII)
_ATTRIBUTE = "vigie-codec"
"""The tag as The Things Stack takes it: the keys of its attributes have no underscore."""


class _Ids(Struct):
    dev_eui: str = ""
    device_id: str = ""
    dev_addr: str = ""


class _GatewayIds(Struct, frozen=True):
    gateway_id: str = ""
    eui: str = ""


class _Broker(Struct):
    forwarder_gateway_id: str = ""
    forwarder_gateway_eui: str = ""


class _RxMetadata(Struct):
    gateway_ids: _GatewayIds = _GatewayIds()
    packet_broker: _Broker | None = None
    rssi: Decibels = 0.0
    snr: Decibels = 0.0


class _Lora(Struct):
    bandwidth: Counter = 125_000
    spreading_factor: Spreading | None = None


class _DataRate(Struct):
    lora: _Lora | None = None


class _Settings(Struct):
    data_rate: _DataRate | None = None
    data_rate_index: Byte | None = None
    frequency: Frequency | None = None


class _Battery(Struct):
    value: Number = 0.0


class _Versions(Struct):
    brand_id: str = ""
    model_id: str = ""


class _Uplink(Struct):
    session_key_id: str = ""
    f_port: Byte = 0
    f_cnt: Counter = 0
    frm_payload: str = ""
    received_at: str = ""
    rx_metadata: list[_RxMetadata] = []
    settings: _Settings | None = None
    consumed_airtime: str = ""
    packet_error_rate: Number | None = None
    last_battery_percentage: _Battery | None = None
    version_ids: _Versions | None = None
    attributes: dict[str, str] | None = None


class _Join(Struct):
    session_key_id: str = ""
    rx_metadata: list[_RxMetadata] = []


class _Empty(Struct):
    pass


class _Message(Struct):
    end_device_ids: _Ids
    received_at: str = ""
    simulated: bool = False
    uplink_message: _Uplink | None = None
    join_accept: _Join | None = None
    downlink_ack: _Empty | None = None
    uplink_normalized: _Empty | None = None
    downlink_nack: _Empty | None = None
    downlink_sent: _Empty | None = None
    downlink_failed: _Empty | None = None
    downlink_queued: _Empty | None = None
    downlink_queue_invalidated: _Empty | None = None
    location_solved: _Empty | None = None
    service_data: _Empty | None = None


class _Name(Struct):
    end_device_ids: _Ids


_decode = msgspec.json.Decoder(_Message, strict=False).decode  # not strict: the frequency is a text
_decode_name = msgspec.json.Decoder(_Name).decode


def parse(body: bytes, hints: Hints = NO_HINTS) -> Frame | Heard | PassedOver:
    """One message of an application.

    Raises:
        Undecodable: NOT_JSON, BAD_ENVELOPE, BAD_BASE64 or BAD_TIME.
    """
    message = read(_decode, body, "The Things Stack v3", peek, hints)
    ids, uplink, join = message.end_device_ids, message.uplink_message, message.join_accept
    address = _address(ids, hints)
    if uplink is not None:
        return _frame(message, uplink, address, hints)
    if join is not None:
        session = session_of(ids.dev_addr, address)
        facts = {"dev_addr": session} if session is not None else {}
        if join.session_key_id:
            facts["session_key_id"] = printable(join.session_key_id)
        radio = lora_radio(_gateways(join.rx_metadata), None, None, 0, None, 0) if join.rx_metadata else None
        return Heard(address=address, kind="join", network=NETWORK, radio=radio, facts=facts)
    if message.downlink_ack is not None:
        return Heard(address=address, kind="ack", network=NETWORK)
    others = (
        message.uplink_normalized, message.downlink_nack, message.downlink_sent, message.downlink_failed,
        message.downlink_queued, message.downlink_queue_invalidated, message.location_solved, message.service_data,
    )  # fmt: skip
    if all(one is None for one in others):
        sentence = "Not a The Things Stack v3 message: it has no uplink_message, join_accept or other event"
        raise Undecodable(Reason.BAD_ENVELOPE, sentence, address)
    return PassedOver()


def _frame(message: _Message, uplink: _Uplink, address: str, hints: Hints) -> Frame:
    payload = from_base64(uplink.frm_payload, address) if uplink.frm_payload else b""
    key = uplink.session_key_id
    extras: dict[str, str] = {}
    if message.simulated:
        extras["simulated"] = "1"
    if key:
        extras["session_key_id"] = printable(key)
    if uplink.packet_error_rate is not None:
        extras["packet_error_rate"] = figure(uplink.packet_error_rate)
    if uplink.last_battery_percentage is not None:
        extras["network_battery_pct"] = figure(uplink.last_battery_percentage.value)
    versions, profile = uplink.version_ids, ""
    if versions is not None and versions.model_id:
        profile = f"{versions.brand_id}/{versions.model_id}"
    return Frame(
        address=address, profile=hints.model or profile,
        codec_tag=uplink.attributes.get(_ATTRIBUTE) or uplink.attributes.get(TAG) if uplink.attributes else None,
        session=session_of(message.end_device_ids.dev_addr, address) or printable(key) or None,
        f_cnt=uplink.f_cnt, f_port=uplink.f_port, payload=payload,
        received_at=instant(uplink.received_at or message.received_at, address),
        bearer="lora", network=NETWORK, radio=_radio(uplink, len(payload)), extras=extras or None,
    )  # fmt: skip


def _radio(uplink: _Uplink, payload_bytes: int) -> Radio:
    sf = dr = frequency = airtime = None
    bandwidth, gateways = 0, _gateways(uplink.rx_metadata)
    if (settings := uplink.settings) is not None:
        dr, frequency = settings.data_rate_index, hertz(settings.frequency)
        if settings.data_rate is not None:
            if (lora := settings.data_rate.lora) is not None:
                sf, bandwidth = lora.spreading_factor, lora.bandwidth
            else:
                gateways = without_snr(gateways)
    if _SECONDS.fullmatch(uplink.consumed_airtime):
        airtime = round(float(uplink.consumed_airtime[:-1]) * 1000, 6)
    return lora_radio(gateways, dr, sf, bandwidth, frequency, payload_bytes, airtime)


def _gateways(heard: list[_RxMetadata]) -> tuple[Gateway, ...]:
    gateways = []
    for one in heard:
        ids, broker = one.gateway_ids, one.packet_broker
        name = ids.eui or ids.gateway_id
        if broker is not None and name == _BROKER:
            name = broker.forwarder_gateway_eui or broker.forwarder_gateway_id or name
        gateways.append(gateway(name, one.rssi, one.snr))
    return tuple(gateways)


def _address(ids: _Ids, hints: Hints) -> str:
    if ids.dev_eui or not (hints.source and ids.device_id):
        return address_of(ids.dev_eui)
    return f"src:{hints.source}:{printable(ids.device_id)}"


def peek(body: bytes, hints: Hints = NO_HINTS) -> str | None:
    """The device id of a message, for the key of its record; None where it names none."""
    try:
        return _address(_decode_name(body).end_device_ids, hints)
    except (*NO_JSON, Undecodable):
        return None


register_envelope(
    Envelope(
        form="tts-v3", title="The Things Stack 3, JSON",
        source="The Things Stack documentation, Integrations, Data Formats", sample="real", parse=parse, peek=peek,
    )
)  # fmt: skip
