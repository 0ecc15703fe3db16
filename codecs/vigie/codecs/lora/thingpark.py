"""Actility ThingPark: what its documents say, whether they come as JSON or as XML.

Source: ThingPark documentation, LRC to Application Server tunnel interface (LoRaWAN); ThingPark X IoT Flow, Message.

    DevEUI_uplink: Time (ISO 8601, local offset), DevEUI, DevAddr, FPort, FCntUp, payload_hex, MType,
      LrrRSSI, LrrSNR, SpFact, Lrrid (best gateway), DevLrrCnt, Lrrs.Lrr[] {Lrrid, Chain, LrrRSSI, LrrSNR, LrrESP},
      Late, Frequency (MHz), InstantPER, MeanPER, LostUplinksAS, NbTrans, TxPower, BatteryLevel, Margin,
      PayloadEncryption, CustomerData {alr {pro}, tags}, DriverCfg {mod {pId, mId}}
    DevEUI_notification: Type (join, devstatusans, reset), Var1, Var2, DevAddr

Traps: every number may be a text, of XML and of older JSON always; `Lrr` with one gateway may be no list; a gateway
with two antennas stands twice; a join request is a DevEUI_uplink with `rawJoinRequest` (and `Spfact`); Late = 1 says
that the gateway kept the frame while it was cut off; the bandwidth is not said (125 kHz in Europe's default channels).
"""

from typing import Any

import msgspec
from msgspec import Struct

from vigie.codecs.frame import Frame, Heard, Hints, PassedOver, gateway
from vigie.codecs.lora.eui import address_of, session_of
from vigie.codecs.lora.fields import (
    Byte,
    Counter,
    Decibels,
    Frequency,
    Number,
    Small,
    Spreading,
    battery,
    codec_tag,
    encrypted,
    figure,
    from_hex,
    instant,
    place,
)
from vigie.codecs.radio import hertz, lora_radio
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Radio

NETWORK = "thingpark"
TITLE = "ThingPark"
_BANDWIDTH_HZ = 125_000
Megahertz = Frequency  # under a name that the field of this name does not hide


class Receiver(Struct):
    """A gateway that heard the frame."""

    Lrrid: str = ""
    LrrRSSI: Decibels | None = None
    LrrSNR: Decibels | None = None


class Receivers(Struct):
    """The gateways that heard it best; DevLrrCnt says how many there were."""

    Lrr: list[Receiver] | Receiver = []


class Uplink(Struct):
    """DevEUI_uplink."""

    DevEUI: str
    Time: str = ""
    DevAddr: str = ""
    FPort: Byte = 0
    FCntUp: Counter | None = None
    payload_hex: str = ""
    rawJoinRequest: str = ""
    PayloadEncryption: Small = 0
    LrrRSSI: Decibels | None = None
    LrrSNR: Decibels | None = None
    SpFact: Spreading | None = None
    Spfact: Spreading | None = None
    Lrrid: str = ""
    DevLrrCnt: Small | None = None
    Lrrs: Receivers | None = None
    Late: Small = 0
    Frequency: Megahertz | None = None
    InstantPER: Number | None = None
    MeanPER: Number | None = None
    LostUplinksAS: Small | None = None
    NbTrans: Small | None = None
    TxPower: Number | None = None
    BatteryLevel: Small | None = None
    Margin: Small | None = None
    DevLAT: Number | None = None
    DevLON: Number | None = None
    DevAcc: Number | None = None
    CustomerData: Any = None
    DriverCfg: Any = None


class Notification(Struct):
    """DevEUI_notification."""

    DevEUI: str
    Type: str = ""
    DevAddr: str = ""
    Var1: str | Small | None = None
    Var2: str | Small | None = None


class Document(Struct):
    """One document; others (DevEUI_downlink_Sent, DevEUI_location, ...) are only recognised by their name."""

    DevEUI_uplink: Uplink | None = None
    DevEUI_notification: Notification | None = None


def said_by(uplink: Uplink, hints: Hints) -> Frame | Heard:
    """What a DevEUI_uplink says."""
    address = address_of(uplink.DevEUI)
    session = session_of(uplink.DevAddr, address)
    if uplink.rawJoinRequest and not uplink.payload_hex:
        return Heard(
            address=address, kind="join", network=NETWORK, radio=_radio(uplink, 23 - 13),
            facts={"late": "1"} if uplink.Late else {},
        )  # fmt: skip
    payload = from_hex(uplink.payload_hex, address) if uplink.payload_hex else b""
    if uplink.PayloadEncryption and payload:
        raise encrypted(address, TITLE)
    customer = uplink.CustomerData
    if isinstance(customer, str):  # of XML, and of JSON on some platforms
        try:
            customer = msgspec.json.decode(customer)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            customer = None
    return Frame(
        address=address, profile=hints.model or _profile(uplink.DriverCfg, customer),
        codec_tag=codec_tag(customer.get("tags")) if isinstance(customer, dict) else None,
        session=session, f_cnt=uplink.FCntUp, f_port=uplink.FPort, payload=payload,
        received_at=instant(uplink.Time, address), bearer="lora", network=NETWORK,
        radio=_radio(uplink, len(payload)), extras=_extras(uplink) or None,
    )  # fmt: skip


def _profile(driver: object, customer: object) -> str:
    """`pId/mId` of the driver's module, else the product of the application layer."""
    module = driver.get("mod") if isinstance(driver, dict) else None
    if isinstance(module, dict) and isinstance(module.get("mId"), str):
        return f"{module.get('pId', '')}/{module['mId']}"
    layer = customer.get("alr") if isinstance(customer, dict) else None
    product = layer.get("pro") if isinstance(layer, dict) else None
    return product if isinstance(product, str) else ""


def _extras(uplink: Uplink) -> dict[str, str]:
    extras = {"late": "1"} if uplink.Late else {}
    for name, value in (
        ("packet_error_rate", uplink.InstantPER), ("packet_error_rate_mean", uplink.MeanPER),
        ("lost_uplinks", uplink.LostUplinksAS), ("nb_trans", uplink.NbTrans), ("tx_power_dbm", uplink.TxPower),
        ("gateway_count", uplink.DevLrrCnt), ("network_margin_db", uplink.Margin),
    ):  # fmt: skip
        if value is not None:
            extras[name] = figure(value)
    return extras | battery(uplink.BatteryLevel, "network_") | place(uplink.DevLAT, uplink.DevLON, uplink.DevAcc)


def _radio(uplink: Uplink, payload_bytes: int) -> Radio:
    heard = uplink.Lrrs.Lrr if uplink.Lrrs is not None else []
    gateways = tuple(
        [
            gateway(one.Lrrid, one.LrrRSSI, one.LrrSNR)
            for one in (heard if isinstance(heard, list) else [heard])
            if one.LrrRSSI is not None
        ]
    )
    if not gateways and uplink.LrrRSSI is not None:
        gateways = (gateway(uplink.Lrrid, uplink.LrrRSSI, uplink.LrrSNR),)
    sf = uplink.SpFact if uplink.SpFact is not None else uplink.Spfact
    return lora_radio(gateways, None, sf, _BANDWIDTH_HZ, hertz(uplink.Frequency), payload_bytes)


def noticed(notification: Notification) -> Heard | PassedOver:
    """What a DevEUI_notification says: a join or a device status; a reset is the network's own doing."""
    kind = notification.Type.lower()
    if kind not in ("join", "devstatusans"):
        return PassedOver()
    address = address_of(notification.DevEUI)
    if kind == "join":
        session = session_of(notification.DevAddr, address)
        return Heard(
            address=address, kind="join", network=NETWORK, facts={"dev_addr": session} if session is not None else {}
        )
    facts = battery(_whole(notification.Var1))
    margin = _whole(notification.Var2)
    return Heard(
        address=address, kind="status", network=NETWORK,
        facts=facts | {"margin_db": str(margin)} if margin is not None else facts,
    )  # fmt: skip


def _whole(text: str | int | None) -> int | None:
    """A small number that may be a text; None where it is none."""
    if isinstance(text, str):
        sign = text[:1] == "-"
        digits = text[sign:]
        return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= 4 else None
    return text


def other(name: str) -> PassedOver:
    """A document that is neither: one about a downlink, a place and the like, or not ThingPark's at all."""
    if name.startswith("DevEUI_"):
        return PassedOver()
    raise Undecodable(Reason.BAD_ENVELOPE, f"Not a {TITLE} document: it has no DevEUI_uplink nor another DevEUI_ part")
