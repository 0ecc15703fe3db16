"""Milesight: channel, type, value, again and again (little-endian). How it is read, and distances, depth, T/RH, sound.

Source: user guides of the series, chapter "Device Payload" (layout as facts; checked on the manufacturer's examples).

    01 75  u8        battery, %                      xx 67  s16/10    temperature, °C
    xx 68  u8/2      relative humidity, %            xx 82  u16       distance, mm
    03 77  u16       water depth, cm                 xx 00  u8        position: 0 upright, 1 tilted
    05 5B  u8 3×u16/10   sound: weighting (bits 0-1 Z A C, bits 2-3 I F S), level, Leq, Lmax in dB
    20 CE  u32 body  history: Unix s, then the model's own body (EM300-TH s16/10, u8/2, 1 reserved)
    8x tt  ...  u8   an alarm: the value as above, then a status
    88 00  u8        EM400: moved by someone; no alarm of a position
    FF xx            device: serial, versions, and answers to settings, by the sizes of `_SYSTEM`

Other models stand in the files milesight_*.py. A pair that a model does not have has no length, so what follows cannot
be read: it is kept as the extra `rest`, with the warning UNKNOWN_FIELD. A value that comes twice is one reading.
"""

import struct
from collections.abc import Callable, Mapping
from struct import Struct
from typing import NamedTuple, TypeVar

from vigie.codecs.decoder import Codec, Decode, Decoded, Vector
from vigie.codecs.registry import register_codec
from vigie.topics.property import BY_NAME, PROPERTIES
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Reading

SOURCE = "Milesight user guides, chapter Device Payload; examples of the manufacturer's decoders"

Field = tuple[int, Callable[..., tuple[int, ...]], int, int, float, int]
"""Size of pair and value in bytes, how to unpack, property, channel, divisor, bit that says that it was there."""
Handler = Callable[[bytes, int, Decoded], int]
"""(payload, place of the value, what to fill) -> place of the next pair; 0 where the value turns out to be unknown."""
Column = tuple[str, float]  # name of a property or of an extra, divisor; an empty name is skipped

_T = TypeVar("_T")

_SYSTEM = {
    0x01: 1, 0x02: 2, 0x03: 2, 0x08: 6, 0x09: 2, 0x0A: 2, 0x0B: 1, 0x0F: 1, 0x10: 1, 0x11: 4, 0x16: 8, 0x17: 2,
    0x1C: 2, 0x1F: 4, 0x27: 1, 0x28: 1, 0x35: 8, 0x3B: 1, 0x68: 1, 0x69: 1, 0x6A: 3, 0xF2: 2, 0xF5: 1, 0xFE: 1, 0xFF: 2,
}  # fmt: skip
_INTERVALS, _FIRMWARE = {0x02: "collection_interval_s", 0x03: "report_interval_s"}, {0x0A, 0x1F}
_WEIGHTED = {1: ("laf", "laeq", "lafmax"), 2: ("", "lceq", "")}
_WEIGHTS, _SPEEDS, _sound = "ZAC?", "IFS?", Struct("<BHHH")
_YES_OR_NO = {"contact", "door_open", "tilted"}  # 0 or not, as the manufacturer's decoders take it
_BITS = 62  # small integers are quick; two fields that share a bit only cost a second look


def field(layout: str, name: str, divisor: float = 1, channel: int = 0) -> Field:
    """One value that is one reading."""
    form = Struct("<" + layout)
    number = BY_NAME[name].id
    unpack = (lambda payload, at: (int(payload[at] != 0),)) if name in _YES_OR_NO else form.unpack_from
    return 2 + form.size, unpack, number, channel, divisor, 1 << (number + 7 * channel) % _BITS


def values(layout: str, *columns: Column, channel: int = 0) -> Handler:
    """Several values behind one pair; names that the catalogue has are readings, the others extras."""
    form = Struct("<" + layout)

    def handle(payload: bytes, at: int, found: Decoded) -> int:
        for (name, divisor), value in zip(columns, form.unpack_from(payload, at), strict=True):
            if name in BY_NAME:
                found.readings.append(Reading(BY_NAME[name].id, channel, value / divisor))
            elif name:
                found.extras[name] = text(value, divisor)
        return at + form.size

    return handle


def past(layout: str, *columns: Column) -> Handler:
    """A stored record: Unix seconds, then values; an extra of it bears the seconds in its name."""
    form = Struct("<I" + layout)

    def handle(payload: bytes, at: int, found: Decoded) -> int:
        second, *record = form.unpack_from(payload, at)
        for (name, divisor), value in zip(columns, record, strict=True):
            if name in BY_NAME:
                told = float(value != 0) if name in _YES_OR_NO else value / divisor
                found.readings.append(Reading(BY_NAME[name].id, 0, told, second * 1000))
                found.dated = True
            elif name:
                found.extras[f"past_{second}_{name}"] = text(value, divisor)
        return at + form.size

    return handle


def text(value: float, divisor: float = 1) -> str:
    """An extra's number as text."""
    return str(value if divisor == 1 else value / divisor)


def _sound_words(weight: int) -> tuple[tuple[int, str], ...]:
    """Level, Leq, Lmax: a property's id (another time weighting than F is no LAF), or 0 and the name of an extra."""
    letter, speed = _WEIGHTS[weight & 3], _SPEEDS[weight >> 2 & 3]
    known = _WEIGHTED.get(weight & 3, ("", "", ""))
    return tuple(
        (BY_NAME[ours].id if ours and (name == "Leq" or speed == "F") else 0, f"{name}_{letter}{speed}_dB")
        for ours, name in zip(known, ("L", "Leq", "Lmax"), strict=True)
    )


_SOUND = tuple(_sound_words(weight) for weight in range(256))


def sound_level(payload: bytes, at: int, found: Decoded) -> int:
    """Three levels, each a property or an extra."""
    weight_and_levels = _sound.unpack_from(payload, at)
    for place, (number, name) in enumerate(_SOUND[weight_and_levels[0]], 1):
        level = weight_and_levels[place] / 10
        if number:
            found.readings.append(Reading(number, 0, level))
        else:
            found.extras[name] = str(level)
    return at + 7


COMMON: dict[str, Field] = {  # pair -> value; `xx` is any channel below 80
    "xx75": field("B", "battery_level"),
    "xx67": field("h", "air_temperature", 10),
    "xx68": field("B", "relative_humidity", 2),
    "xx82": field("H", "distance"),
    "xx77": field("H", "water_depth", 100),
    "xx00": field("B", "tilted"),
}


def common(*pairs: str) -> dict[str, Field]:
    """The battery, and the named ones of what many models have."""
    return {pair: COMMON[pair] for pair in ("xx75", *pairs)}


def _rows(pairs: Mapping[str, _T]) -> list[list[_T | None]]:
    """[channel][type] -> what is behind the pair: two look-ups that cost less than that of a pair."""
    general: list[_T | None] = [None] * 256
    rows = [general] * 0x80 + [[None] * 256] * 0x80
    for pair in sorted(pairs, key=lambda one: not one.startswith("xx")):  # a channel's own meaning replaces the general
        (kind,) = bytes.fromhex(pair[2:])
        if pair.startswith("xx"):
            general[kind] = pairs[pair]
        else:
            (channel,) = bytes.fromhex(pair[:2])
            rows[channel] = [*rows[channel]]
            rows[channel][kind] = pairs[pair]
    return rows


def decoder(fields: Mapping[str, Field], handlers: Mapping[str, Handler] | None = None) -> Decode:
    """The decoder of a model.

    Args:
        fields: pair -> the one reading behind it. Almost all bytes are these, so they are read in the loop itself.
        handlers: pair -> what reads anything else; goes before a field of the same name.
    """
    rare = _rows(handlers or {})
    table = _rows({pair: entry for pair, entry in fields.items() if pair not in (handlers or {})})

    def decode(payload: bytes, _f_port: int, _received_at: int) -> Decoded:
        readings: list[Reading] = []
        found = Decoded(readings, {}, [])
        add, at, end, seen, plain = readings.append, 0, len(payload), 0, True
        try:
            while at < end:
                entry = table[payload[at]][payload[at + 1]]
                if entry is not None:
                    size, unpack, number, channel, divisor, bit = entry
                    (value,) = unpack(payload, at + 2)
                    add(Reading(number, channel, value / divisor))
                    if seen & bit:
                        plain = False
                    seen |= bit
                    at += size
                else:
                    count = len(readings)
                    at = _rare(payload, at, found, rare, table)
                    plain = plain and len(readings) == count
        except (struct.error, IndexError):
            raise Undecodable(Reason.TRUNCATED, f"The payload ends inside the value at byte {at}") from None
        if not readings and not found.extras and found.firmware is None:
            raise Undecodable(Reason.BAD_PAYLOAD, "The payload holds no known channel and type")
        if not plain:
            _once(found)
        return found

    return decode


def _once(found: Decoded) -> None:
    """A value that comes again for the same property, channel and instant (as an alarm) is an extra."""
    if len({one.property for one in found.readings}) == len(found.readings):
        return  # which is quickly seen, and nearly always so
    seen: dict[tuple[int, int, int | None], int] = {}
    kept = []
    for one in found.readings:
        key = one.property, one.channel, one.observed_at
        count = seen[key] = seen.get(key, 0) + 1
        if count == 1:
            kept.append(one)
        else:
            when = "" if one.observed_at is None else f"past_{one.observed_at // 1000}_"
            found.extras[f"{when}{PROPERTIES[one.property].name}_{one.channel}_again_{count}"] = str(one.value)
    found.readings = kept


def _rare(
    payload: bytes, at: int, found: Decoded, rare: list[list[Handler | None]], table: list[list[Field | None]]
) -> int:
    """What few frames hold; returns where the next pair starts."""
    channel, kind = payload[at], payload[at + 1]
    if (handler := rare[channel][kind]) is not None:
        if following := handler(payload, at + 2, found):
            return following
    elif channel == 0xFF and kind in _SYSTEM:
        return _system(payload, at + 2, kind, found)
    elif 0x80 <= channel < 0xFF:
        plain, following = channel & 0x7F, 0
        if (handler := rare[plain][kind]) is not None:
            following = handler(payload, at + 2, found)
        elif (entry := table[plain][kind]) is not None:
            size, unpack, number, place, divisor, _ = entry
            found.readings.append(Reading(number, place, unpack(payload, at + 2)[0] / divisor))
            following = at + size
        if following:
            found.extras[f"alarm_{plain:02x}_{kind:02x}"] = str(payload[following])
            return following + 1
    found.warnings.append("UNKNOWN_FIELD")
    if found.readings or found.extras or found.firmware is not None:
        found.extras["rest"] = payload[at:].hex()
    return len(payload)


def _system(payload: bytes, at: int, kind: int, found: Decoded) -> int:
    end = at + _SYSTEM[kind]
    if end > len(payload):
        raise IndexError
    value = payload[at:end]
    if kind in _FIRMWARE:
        found.firmware = ".".join(map(str, value))
    elif kind in _INTERVALS:
        found.extras[_INTERVALS[kind]] = str(int.from_bytes(value, "little"))
    else:
        found.extras[f"system_{kind:02x}"] = value.hex()
    return end


class Model(NamedTuple):
    """A model's codec: id, version, decoder, extras beyond those of all models, good payloads, other properties."""

    id: str
    version: str
    decode: Decode
    extras: tuple[str, ...]
    vectors: tuple[Vector, ...]
    also: tuple[str, ...] = ()
    defects: str = ""


_BAD = (Vector(payload="ff16", reason="truncated"), Vector(payload="7f99", reason="bad_payload"))
_EXTRAS = ("*_again_*", "alarm_*", "system_*", "collection_interval_s", "report_interval_s", "rest")


def codec_of(model: Model) -> Codec:
    """The papers of a model; its properties are those of its vectors and the named others."""
    given = {name for vector in model.vectors for name, _, _ in vector.readings}
    return Codec(
        id=model.id, version=model.version, maker="Milesight", source=SOURCE, decode=model.decode,
        properties=tuple(sorted(given | set(model.also))), extras=(*model.extras, *_EXTRAS),
        vectors=model.vectors + _BAD, defects=model.defects,
    )  # fmt: skip


disassembly = values("B", ("disassembly_alarm", 1))
CONTAINER = Vector(payload="01755c0367010104824408050001",
                   readings=(("battery_level", 0, 92), ("air_temperature", 0, 25.7), ("distance", 0, 2116),
                             ("tilted", 0, 1)))  # fmt: skip

_MODELS = (
    Model("milesight", "2", decoder(
        COMMON, {"xx5b": sound_level, "8800": disassembly}
    ), ("L*_dB", "disassembly_alarm"), (
        Vector(payload="01755c03824408040001",
               readings=(("battery_level", 0, 92), ("distance", 0, 2116), ("tilted", 0, 1))),
        CONTAINER,
        Vector(payload="017564055b053f02da016a02",
               readings=(("battery_level", 0, 100), ("laf", 0, 57.5), ("laeq", 0, 47.4), ("lafmax", 0, 61.8))),
    ), ("relative_humidity", "water_depth", "lceq")),
    Model("milesight-em300-th", "2", decoder(
        common("xx67", "xx68"), {"20ce": past("hBx", ("air_temperature", 10), ("relative_humidity", 2))}
    ), (), (
        Vector(payload="01755c03673401046865",
               readings=(("battery_level", 0, 92), ("air_temperature", 0, 30.8), ("relative_humidity", 0, 50.5))),
        Vector(payload="20ce9e74466310015d00", readings=(("air_temperature", 0, 27.2), ("relative_humidity", 0, 46.5))),
    )),
)  # fmt: skip

for _model in _MODELS:
    register_codec(codec_of(_model))
