r"""Vega NB-11 and NB-14 (NB-IoT) over MQTT: one JSON object per measure.

Source: Vega NB-14 user manual, revision 03 (2020), chapter 5 Communication protocol; the same of the NB-11.

    {"Message": {"dev": "NB-14 v0.1", "IMEI": 15 digits, "IMSI": digits, "ICCID": digits, "num": 3, "UTC": 1571227504},
     "CellStatus": {"TAC": "9C8D", "CID": "0856831D", "SQ": 19, "EARFCN": 1240, "PCID": 26,
                    "RSRP": -822, "RSRQ": -108, "RSSI": -744, "SNR": 119},            tenths of dBm and dB
     "Telemetry": {"reason": "time", "UTC": 1571227500, "bat": 99, "temp": 28, "onewire": [21.6, ...], "RAW": 43, ...}}

Two clocks: Message.UTC is the sending, Telemetry.UTC the measure. The device sends a packet again until it is
confirmed, with another number and another instant of sending: the undecoded Telemetry names the uplink. NB-11 has TAC,
CID and SQ in an object LBS, and pulse counters.
"""

from typing import Any

import msgspec
from msgspec import Raw, Struct

from vigie.codecs.cellular import is_imei, operator_of
from vigie.codecs.decoder import Decoded
from vigie.codecs.frame import Envelope, Frame, Hints
from vigie.codecs.instants import YEAR_10000_AT
from vigie.codecs.registry import register_envelope
from vigie.codecs.values.cells import add_extra, warn
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable, excerpt, printable
from vigie.topics.uplink import Cell, Reading

_Text = str | int | None
_Number = int | float | None


class _Message(Struct, gc=False):
    IMEI: str
    dev: str = ""
    IMSI: str = ""
    ICCID: str = ""
    num: int | None = None
    UTC: int | None = None


class _CellStatus(Struct, frozen=True, gc=False):
    TAC: _Text = ""
    CID: _Text = ""
    SQ: _Number = None
    EARFCN: _Number = None
    PCID: _Number = None
    RSRP: _Number = None
    RSRQ: _Number = None
    RSSI: _Number = None
    SNR: _Number = None


class _Body(Struct, gc=False):
    Message: _Message
    Telemetry: Raw = Raw(b"")
    CellStatus: _CellStatus | None = None
    LBS: _CellStatus | None = None


class _Sign(Struct, gc=False):
    Message: _Message


_decode = msgspec.json.Decoder(_Body).decode
_decode_sign = msgspec.json.Decoder(_Sign).decode
_decode_telemetry = msgspec.json.Decoder(dict[str, Any]).decode
_NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_NAMES = {
    "RAW": "wire_resistance_a_ohm", "RAI": "insulation_resistance_a_kohm",
    "RBW": "wire_resistance_b_ohm", "RBI": "insulation_resistance_b_kohm",
}  # fmt: skip
_NO_CELL = _CellStatus()
_PROPERTIES = {"bat": "battery_level", "temp": "device_temperature"}
_NO_HINTS = Hints()


def parse(body: bytes, hints: Hints = _NO_HINTS) -> Frame:
    """One measure.

    Raises:
        Undecodable: NOT_JSON, BAD_ENVELOPE or BAD_TIME.

    >>> frame = parse(b'{"Message": {"IMEI": "867723030711443", "num": 3}, "CellStatus": {"RSRP": -822},'
    ...     b' "Telemetry": {"UTC": 1571227500, "bat": 99}}')
    >>> frame.address, frame.observed_at, frame.cell.rsrp_dbm, frame.extras
    ('imei:867723030711443', 1571227500000, -82.2, {'sequence': '3'})
    """
    try:
        message = _decode(body)
        telemetry = _decode_telemetry(message.Telemetry) if message.Telemetry else {}
    except msgspec.ValidationError as error:
        raise Undecodable(Reason.BAD_ENVELOPE, f"Not a Vega NB message: {str(error)[:120]}", peek(body)) from None
    except _NO_JSON as error:
        raise Undecodable(Reason.NOT_JSON, f"The body is not JSON: {str(error)[:120]}") from None
    about = message.Message
    if not is_imei(about.IMEI):
        raise Undecodable(Reason.BAD_ENVELOPE, f"Not a Vega NB message: the IMEI is {excerpt(about.IMEI)}")
    address = f"imei:{about.IMEI}"
    if not telemetry:
        raise Undecodable(Reason.BAD_ENVELOPE, f"{address} sent a message without Telemetry", address)
    at = telemetry.pop("UTC", None)
    if at is not None and (isinstance(at, bool) or not isinstance(at, int) or not 0 <= at * 1000 < YEAR_10000_AT):
        raise Undecodable(
            Reason.BAD_TIME, f"{address}: Telemetry.UTC is {excerpt(str(at)[:60])}, expected Unix s", address
        )
    at = at or None  # 0: the clock was never set
    found = Decoded([], {}, [])
    for name, value in telemetry.items():
        _take(name, value, found)
    kind, _, version = about.dev.partition(" v")
    found.firmware = printable(version) or None
    extras: dict[str, str] = {}
    facts = Decoded([], extras, [])
    status, base = message.CellStatus or _NO_CELL, message.LBS or _NO_CELL
    for name, fact in (
        ("sequence", about.num), ("sent_at_s", about.UTC), ("dev", about.dev), ("imsi", about.IMSI),
        ("iccid", about.ICCID), ("tac", status.TAC or base.TAC), ("earfcn", status.EARFCN), ("pcid", status.PCID),
        ("signal_quality", base.SQ if status.SQ is None else status.SQ),
    ):  # fmt: skip
        add_extra(facts, name, fact)
    return Frame(
        address=address, profile=hints.model or (f"Vega {kind}" if kind in ("NB-11", "NB-14") else "Vega NB-14"),
        codec_tag=None, session=None, f_cnt=None, f_port=None, payload=bytes(message.Telemetry), received_at=None,
        bearer="nbiot", network=hints.source, radio=None, decoded=found, extras=extras, timed=at is not None,
        observed_at=None if at is None else at * 1000,
        cell=Cell(
            operator=operator_of(about.IMSI), cell_id=printable(str(status.CID or base.CID or "")) or None,
            rsrp_dbm=_tenths(status.RSRP), rsrq_db=_tenths(status.RSRQ), rssi_dbm=_tenths(status.RSSI),
            snr_db=_tenths(status.SNR),
        ),
    )  # fmt: skip


def _tenths(value: _Number) -> float | None:
    """A value in tenths; None for one that no radio can have."""
    return value / 10 if value is not None and abs(value) < 2000 else None


def _take(name: str, value: object, found: Decoded) -> None:
    if name == "onewire" and isinstance(value, list):
        for channel, one in enumerate(value[:64], 1):
            if isinstance(one, int | float) and not isinstance(one, bool) and abs(one) < 1000:
                found.readings.append(Reading(BY_NAME["air_temperature"].id, channel, float(one)))
            else:
                warn(found, "MISSING_VALUE")
    elif name in _PROPERTIES and isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1000:
        found.readings.append(Reading(BY_NAME[_PROPERTIES[name]].id, 0, float(value)))
    else:
        add_extra(found, _NAMES.get(name, name), value)


def peek(body: bytes, _hints: Hints = _NO_HINTS) -> str | None:
    """The device of a message.

    >>> peek(b'{"Message": {"IMEI": "867723030711443"}}')
    'imei:867723030711443'
    """
    try:
        imei = _decode_sign(body).Message.IMEI
    except _NO_JSON:
        return None
    return f"imei:{imei}" if is_imei(imei) else None


register_envelope(
    Envelope(
        form="vega-nb14", title="Vega NB-11 and NB-14, JSON", source="Vega NB-14 user manual, revision 03, chapter 5",
        sample="documentation", parse=parse, peek=peek,
    )
)  # fmt: skip
