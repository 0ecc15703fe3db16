r"""Dragino -NB (NB-IoT) and -CB (NB-IoT or LTE-M) sensors: a binary frame (big-endian) and the last records.

Source: Dragino user manuals of the -NB and -CB sensors, chapter "Sampling and uplink payload"; the maker's decoders for
Datacake (dragino-end-node-decoder, folders Datacake-Dragino_NB, _NB_New_Version and _CB), as facts of layout.

    8 B  "f" and 15 digits of the IMEI       [8 B  "f" and 15 digits of the IMSI: firmware since 2024]
    u16  kind of sensor (high byte), firmware (low byte: 0x64 is 1.0.0)      u16  battery, mV      u8  CSQ
    the model's own fields, see _MODELS      u32  instant, Unix s, UTC (0: the clock was not set)
    [-CB: s32 latitude, s32 longitude, degrees 10^-6, u32 instant of the fix; PS-CB has them before its measures]
    then records:  the model's measures, u32 instant, Unix s

The first generation (NDDS75, N95S31B) has 6 bytes, the last 12 digits of the IMEI, and no instants. Frames may come as
hex text. The frame does not name the model: source or table of devices does. Each frame repeats the last 8 records or
so, and its own measure is a record of those that follow: each is an uplink that its bytes name (measures and instant),
so that none counts more than once.
"""

import re
import struct
from collections.abc import Mapping
from typing import NamedTuple

from msgspec.structs import replace

from vigie.codecs.cellular import is_imei, operator_of, rssi_of_csq, unhexed
from vigie.codecs.decoder import Decoded
from vigie.codecs.frame import Envelope, Frame, Hints
from vigie.codecs.registry import register_envelope
from vigie.codecs.values.cells import MISSING, converted, warn
from vigie.codecs.values.device_names import device_address
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable, excerpt
from vigie.topics.uplink import Cell, Reading

_NO_HINTS = Hints()
_MOST_RECORDS = 1000
"""Devices keep 8 to 32; a datagram could hold a few thousand, and each becomes an uplink."""
_MODEL = re.compile(r"\b(NDDS75|N95S31B|DDS75|DDS45|DDS20|S31B?|D2[0-3X]S?|PS)(?:[-_ ]?([NC])[BS])?\b", re.IGNORECASE)


class _Field(NamedTuple):
    """A field: struct code, property or extra, factor of its value, channel, values that mean none."""

    code: str
    name: str
    factor: float = 1.0
    channel: int = 0
    none: tuple[int, ...] = ()


_INTERRUPT, _LEVEL = _Field("B", "interrupt"), _Field("B", "interrupt_level")
_MOD, _ADC, _PA4 = _Field("B", "mod"), _Field("H", "adc_mv"), _Field("B", "pa4_level")
_CLOSE = _Field("H", "distance", none=(0, 20))  # 0: no probe; 20: nearer than it can measure
_DISTANCE = _Field("H", "distance", none=(0,))
_AIR = (_Field("h", "air_temperature", 0.1, none=(0x7FFF,)), _Field("H", "relative_humidity", 0.1, none=(0xFFFF,)))
_PROBE = _Field("h", "ds18b20_deg_c", 0.1, none=(0x7FFF,))
_PROBES = tuple(_Field("h", "air_temperature", 0.1, channel, (0x7FFF,)) for channel in (1, 2, 3))
_LOOP = (_Field("H", "current", 1e-6), _Field("H", "voltage", 0.001))
_PS = (
    _Field("B", "in1_level"), _Field("B", "in2_level"), _LEVEL, _INTERRUPT, _Field("B", "current_alarm"),
    _Field("B", "voltage_alarm"), _Field("H", "probe"),
)  # fmt: skip
_PLACE = (
    _Field("i", "latitude_deg", 1e-6, none=(0,)),
    _Field("i", "longitude_deg", 1e-6, none=(0,)),
    _Field("I", "located_at", none=(0,)),
)
_AT = _Field("I", "at")

_Fields = tuple[_Field, ...]
_MODELS: Mapping[str, tuple[_Fields, _Fields, _Fields]] = {
    "DDS75": ((_MOD, _INTERRUPT, _CLOSE), (_MOD, _INTERRUPT, _LEVEL, _CLOSE), (_CLOSE,)),
    "DDS45": ((_MOD, _INTERRUPT, _DISTANCE), (_MOD, _INTERRUPT, _LEVEL, _DISTANCE), (_DISTANCE,)),
    "DDS20": ((_MOD, _INTERRUPT, _CLOSE), (_MOD, _INTERRUPT, _LEVEL, _CLOSE), (_CLOSE,)),
    "S31": ((_MOD, _PROBE, _INTERRUPT, _ADC, *_AIR), (_MOD, _PROBE, _PA4, _INTERRUPT, _LEVEL, _ADC, *_AIR), _AIR),
    "D2X": ((_MOD, _ADC, _INTERRUPT, *_PROBES), (_MOD, _ADC, _PA4, _INTERRUPT, _LEVEL, *_PROBES), _PROBES),
    "PS": ((), (*_PS, *_LOOP), _LOOP),
}  # fmt: skip
"""Model -> its fields without IMSI, with IMSI, and those of a record."""
_SHORT: Mapping[str, _Fields] = {
    "NDDS75": (_CLOSE, _INTERRUPT),
    "N95S31B": (_MOD, _Field("5s", "reserved"), *_AIR),
}
"""Model of the first generation -> its fields."""


def parse(body: bytes, hints: Hints = _NO_HINTS) -> Frame | list[Frame]:
    """One frame, and behind it those of its records.

    Raises:
        Undecodable: NO_CODEC for a model whose layout is not known; NOT_WELL_FORMED or TRUNCATED for the bytes.

    >>> frame = parse(bytes.fromhex("f86841105675413800640c78170100036d6315537b"), Hints(model="Dragino DDS75-NB"))
    >>> frame.address, frame.observed_at, [one.value for one in frame.decoded.readings]
    ('imei:868411056754138', 1662342011000, [3192.0, 877.0])
    """
    frame = unhexed(body, b"")
    named = _MODEL.search(hints.model)
    key = "" if named is None else re.sub(r"^D2[0-3X]S?$", "D2X", named[1].upper()).replace("S31B", "S31")
    if named is not None and named[1].upper() == "N95S31B":
        key = "N95S31B"
    short = frame[:1].hex()[:1] != "f"
    if short and key not in _SHORT:
        raise Undecodable(
            Reason.NOT_WELL_FORMED, f"Not a Dragino frame: it begins with {excerpt(frame[:8].hex())}, expected f"
        )
    if short:
        return _short(frame, key, hints)
    address = _imei(frame)
    if address is None:
        raise Undecodable(Reason.NOT_WELL_FORMED, f"Not a Dragino frame: {frame[:8].hex()} is no f with 15 digits")
    key = {"N95S31B": "S31", "NDDS75": "DDS75"}.get(key, key)
    imsi = frame[8:16].hex()[1:] if frame[8:9].hex()[:1] == "f" else ""
    fields = _MODELS.get(key, ((), (), ()))[1 if imsi else 0]
    if not fields:
        known = ", ".join([*sorted(_MODELS), *_SHORT])
        sentence = f"{address} is a {excerpt(hints.model[:40])}: layouts are known of {known}"
        raise Undecodable(Reason.NO_CODEC, sentence, address)
    is_cb = named is not None and (named[2] or "").upper() == "C"
    if is_cb and key == "S31":
        fields = (*fields[:-2], _Field("I", "count"), *fields[-2:])
    behind: _Fields = (*fields, _AT, *(_PLACE if is_cb else ()))
    if is_cb and key == "PS":
        behind = (*_PS, *_PLACE, *_LOOP, _AT)
    reader = _Reader(frame, 16 if imsi else 8, address)
    cell = reader.head(imsi)
    at, name = reader.fields(behind, _MODELS[key][2])
    _depth(reader.found, reader.found)
    told = Frame(
        address=address, profile=hints.model, codec_tag=None, session=None, f_cnt=None, f_port=None, payload=frame,
        received_at=None, bearer="unknown" if is_cb else "nbiot", network=hints.source, radio=None, cell=cell,
        observed_at=at * 1000 if at else None, decoded=reader.found, identity=name if at else frame, timed=at > 0,
    )  # fmt: skip
    records = [
        replace(told, payload=raw, cell=None, observed_at=then * 1000, decoded=found, identity=raw, timed=True)
        for raw, then, found in reader.records(_MODELS[key][2])
        if raw != name
    ]
    return [told, *records] if records else told


def _short(frame: bytes, key: str, hints: Hints) -> Frame:
    """A frame of the first generation."""
    address = _short_address(frame, hints)
    if address is None:
        raise Undecodable(Reason.NOT_WELL_FORMED, f"Not a Dragino frame: {frame[:6].hex()} is not 12 digits of an IMEI")
    reader = _Reader(frame, 6, address)
    cell = reader.head("")
    reader.fields(_SHORT[key], ())
    reader.records(())
    return Frame(
        address=address, profile=hints.model, codec_tag=None, session=None, f_cnt=None, f_port=None, payload=frame,
        received_at=None, bearer="nbiot", network=hints.source, radio=None, cell=cell, decoded=reader.found,
    )  # fmt: skip


class _Reader:
    """Walks through a frame and collects what it says."""

    def __init__(self, frame: bytes, at: int, address: str) -> None:
        self.frame, self.at, self.address = frame, at, address
        self.found = Decoded([], {}, [])

    def head(self, imsi: str) -> Cell:
        """Kind, firmware, battery and signal."""
        kind, version, battery_mv, csq = self._unpack(struct.Struct(">BBHB"))
        self.found.firmware = ".".join(f"{version:03d}")
        self.found.extras = {"sensor_kind": str(kind), "csq": str(csq)}
        if imsi.isdigit():
            self.found.extras["imsi"] = imsi
        self.found.readings.append(Reading(BY_NAME["battery_voltage"].id, 0, float(battery_mv)))
        return Cell(operator=operator_of(imsi), rssi_dbm=rssi_of_csq(csq))

    def fields(self, fields: _Fields, measures: _Fields) -> tuple[int, bytes]:
        """The model's fields; returns the instant in s (0: none), and the bytes of measures and instant."""
        values = self._unpack(struct.Struct(">" + "".join([one.code for one in fields])))
        before = (
            struct.calcsize(">" + "".join([one.code for one in fields[fields.index(_AT) :]])) if _AT in fields else 0
        )
        end = self.at - before + 4
        size = struct.calcsize(">" + "".join([one.code for one in measures])) + 4
        at = 0
        for one, value in zip(fields, values, strict=True):
            if one is _AT:
                at = int(value)
            else:
                _take(self.found, one, value)
        return at, self.frame[end - size : end]

    def records(self, fields: _Fields) -> list[tuple[bytes, int, Decoded]]:
        """Everything behind: the records, each once, with their bytes and instants (s)."""
        layout = struct.Struct(">" + "".join([one.code for one in fields]) + "I")
        told: dict[bytes, tuple[bytes, int, Decoded]] = {}
        if len(self.frame) - self.at > _MOST_RECORDS * layout.size:
            sentence = (
                f"{self.address}: {len(self.frame)} bytes are no frame, which has {_MOST_RECORDS} records at most"
            )
            raise Undecodable(Reason.NOT_WELL_FORMED, sentence, self.address)
        while fields and len(self.frame) - self.at >= layout.size:
            raw = self.frame[self.at : self.at + layout.size]
            *values, at = self._unpack(layout)
            if at in (0, 0xFFFFFFFF) or raw in told:
                continue  # a place that holds no record yet, or one that is told twice
            found = Decoded([], {}, [], self.found.firmware)
            for one, value in zip(fields, values, strict=True):
                _take(found, one, value)
            _depth(found, self.found)
            told[raw] = raw, at, found
        if self.at < len(self.frame):
            warn(self.found, "UNKNOWN_FIELD")
            self.found.extras["rest"] = self.frame[self.at :].hex()[:1000]
        return list(told.values())

    def _unpack(self, layout: struct.Struct) -> tuple[int, ...]:
        if len(self.frame) < self.at + layout.size:
            sentence = f"The frame of {len(self.frame)} bytes ends inside the {layout.size} bytes at {self.at}"
            raise Undecodable(Reason.TRUNCATED, sentence, self.address)
        values = layout.unpack_from(self.frame, self.at)
        self.at += layout.size
        return values


def _take(found: Decoded, field: _Field, value: int | bytes) -> None:
    if isinstance(value, bytes):
        found.extras[field.name] = value.hex()
        return
    if value in field.none:
        if field.name in BY_NAME:
            found.extras[f"{field.name}_raw" + (f"_{field.channel}" if field.channel else "")] = str(value)
            warn(found, MISSING)
        return
    number = converted(value, field.factor, 0.0) or 0.0
    if field.name in BY_NAME:
        found.readings.append(Reading(BY_NAME[field.name].id, field.channel, number))
    else:
        found.extras[field.name] = str(value if field.factor == 1 else number)


def _depth(found: Decoded, whole: Decoded) -> None:
    """The water depth of a PS with a depth probe: the low byte is its range in m for 4 to 20 mA."""
    probe = int(whole.extras.get("probe", "0"))
    current = next((one.value for one in found.readings if one.property == BY_NAME["current"].id), 0.0)
    if probe >> 8 == 0 and probe and current:
        depth = converted(max(current - 0.004, 0.0), probe * 62.5, 0.0)
        found.readings.append(Reading(BY_NAME["water_depth"].id, 0, round(depth or 0.0, 6)))


def _imei(frame: bytes) -> str | None:
    text = frame[:8].hex()
    return f"imei:{text[1:]}" if text[:1] == "f" and is_imei(text[1:]) else None


def _short_address(frame: bytes, hints: Hints) -> str | None:
    text = frame[:6].hex()
    if len(text) < 12 or not text.isdigit():
        return None
    return hints.address or device_address(text, hints.source)


def peek(body: bytes, hints: Hints = _NO_HINTS) -> str | None:
    """The device of a frame.

    >>> peek(b"f8684110567541380064"), peek(bytes.fromhex("72403155615900640c6c19029200"), Hints(source="nb"))
    ('imei:868411056754138', 'src:nb:724031556159')
    """
    frame = unhexed(body[:64], b"")
    return _imei(frame) or (_short_address(frame, hints) if frame[:1].hex()[:1] != "f" else None)


register_envelope(
    Envelope(
        form="dragino-nb", title="Dragino -NB and -CB frame", source="Dragino user manuals of the -NB and -CB sensors",
        sample="documentation", parse=parse, peek=peek,
    )
)  # fmt: skip
