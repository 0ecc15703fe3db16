"""DSS (Dutch Sensor Systems) IoT SoundSensor: sound levels in ten bits each, chosen by a header of sixteen.

Source: the maker's "310 payload parser manual", versions 2.0 and 2.2 (iotsoundsensor.com), and the public tests of its
users' decoders; for the first firmware its "parser example" and the MIT repository of its JavaScript examples.

    b0-1    header: bits 15-14 message (0 levels without description, 1 levels, 2 settings, 3 acknowledgement)
    310     bit 13 battery, 12 place, 11 first and 10 last instant, 9 LAfast, 8 LAslow, 7 LCfast, 6 LCslow, 5 LAeq,
            4 LCeq, 3 LAmax, 2 LAmin, 1 LCmax, 0 LCmin
            then u8/10 V, 2×s32/10⁷ ° , u16, u16, all little-endian where set, then the samples
    first   bits 13 to 4 LAfast, LAslow, LCfast, LCslow, LAeq, LCeq, LAmax, LCmax, LAmin, LCmin, 3 battery, 2 place,
            1 first and 0 last instant; the samples come first, then the same values, big-endian
    sample  each level that is set, 10 bits from the highest on: 30 + value / 10 dB; the last byte is filled up
    u16     instant: bits 15-12 hour of twelve, 11-6 minute, 5-0 second, UTC; FFFF is unknown, and then the last
            instant (310) is the time between two messages

LAmax and LAmin come with no time weighting stated, so they are no LAFmax: extras. With both instants every sample has
its own; without them the last sample is the reading, and the samples before are extras `sample_1_laeq_db` and so on.
"""

from struct import unpack_from
from typing import NamedTuple

from vigie.codecs.decoder import Codec, Decode, Decoded, Vector
from vigie.codecs.registry import register_codec
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Reading

_HALF_DAY_MS, _LATE_MS = 43_200_000, 300_000
_LAST_MS = 2**32 * 1000
_UNKNOWN = 0xFFFF
_LEVELS = {"lafast": "laf", "laeq": "laeq", "lceq": "lceq"}
"""Level -> property; the other levels are extras."""


class _Layout(NamedTuple):
    levels: tuple[str, ...]
    first_level: int
    battery: int
    place: int
    first: int
    last: int
    order: str
    samples_first: bool


_310 = _Layout(
    ("lafast", "laslow", "lcfast", "lcslow", "laeq", "lceq", "lamax", "lamin", "lcmax", "lcmin"),
    9, 13, 12, 11, 10, "<", False,
)  # fmt: skip
_FIRST = _Layout(
    ("lafast", "laslow", "lcfast", "lcslow", "laeq", "lceq", "lamax", "lcmax", "lamin", "lcmin"),
    13, 3, 2, 1, 0, ">", True,
)  # fmt: skip


def _decoder(layout: _Layout) -> Decode:
    def decode(payload: bytes, _f_port: int, received_at: int) -> Decoded:
        if len(payload) < 2:
            raise Undecodable(Reason.TRUNCATED, f"The header has 2 bytes, the payload {len(payload)}")
        message = payload[0] >> 6
        if message == 2:
            return Decoded([], {"settings": payload[1:].hex()}, [])
        if message == 3:
            return Decoded([], {"acknowledged_crc": payload[1:3].hex()}, [])
        if not message:
            raise Undecodable(
                Reason.BAD_PAYLOAD, "Levels without description: switch on the message info of the sensor"
            )
        return _levels(layout, payload, received_at)

    return decode


def _levels(layout: _Layout, payload: bytes, received_at: int) -> Decoded:
    header = payload[0] << 8 | payload[1]
    names = [name for place, name in enumerate(layout.levels) if header >> layout.first_level - place & 1]
    has_battery, has_place, has_first, has_last = (
        header >> bit & 1 for bit in (layout.battery, layout.place, layout.first, layout.last)
    )
    size = has_battery + 8 * has_place + 2 * has_first + 2 * has_last
    room = 8 * (len(payload) - 2 - size)
    count, left = divmod(room, 10 * len(names)) if names and room >= 0 else (0, room)
    if left < 0 or (names and not count):
        raise Undecodable(Reason.TRUNCATED, f"The header {header:04x} promises more than the {len(payload)} bytes hold")
    if left >= 8:
        raise Undecodable(Reason.BAD_PAYLOAD, f"{left} bits behind the last whole sample of header {header:04x}")
    start, at = (2, len(payload) - size) if layout.samples_first else (2 + size, 2)
    found = Decoded([], {}, [])
    if has_battery:
        found.readings.append(Reading(BY_NAME["battery_voltage"].id, 0, 100.0 * payload[at]))
        at += 1
    if has_place:
        latitude, longitude = unpack_from(layout.order + "ii", payload, at)
        if latitude or longitude:
            found.extras |= {"latitude": str(latitude / 1e7), "longitude": str(longitude / 1e7)}
        at += 8
    stamps = unpack_from(layout.order + "H" * (has_first + has_last), payload, at)
    first, last = (stamps[0] if has_first else None), (stamps[-1] if has_last else None)
    for name, stamp in (("first_instant", first), ("last_instant", last)):
        if stamp is not None:
            found.extras[name] = _clock(stamp)
    instants = _instants(first, last, count, received_at)
    bits = int.from_bytes(payload[start : start + (10 * len(names) * count + 7) // 8], "big")
    shift = -(-10 * len(names) * count // 8) * 8
    for sample in range(count):
        for name in names:
            shift -= 10
            _tell(found, name, 30 + (bits >> shift & 1023) / 10, sample, count, instants)
    if not found.readings and not found.extras:
        raise Undecodable(Reason.BAD_PAYLOAD, f"The header {header:04x} names nothing")
    return found


def _tell(found: Decoded, name: str, value: float, sample: int, count: int, instants: list[int] | None) -> None:
    ours, is_last = _LEVELS.get(name), sample == count - 1
    if ours is not None and (instants is not None or is_last):
        at = None if instants is None else instants[sample]
        found.readings.append(Reading(BY_NAME[ours].id, 0, value, at))
        found.dated = found.dated or at is not None
    else:
        found.extras[f"{name}_db" if is_last else f"sample_{sample + 1}_{name}_db"] = str(round(value, 1))


def _clock(stamp: int) -> str:
    return "unknown" if stamp == _UNKNOWN else f"{stamp >> 12:02d}:{stamp >> 6 & 63:02d}:{stamp & 63:02d}"


def _time_of_day_ms(stamp: int) -> int | None:
    hour, minute, second = stamp >> 12, stamp >> 6 & 63, stamp & 63
    return None if minute > 59 or second > 59 else (hour * 3600 + minute * 60 + second) * 1000 % _HALF_DAY_MS


def _instants(first: int | None, last: int | None, count: int, received_at: int) -> list[int] | None:
    """The instant of each sample, from two clocks of twelve hours and the arrival; None where they do not tell."""
    if first is None or last is None or not count or not _HALF_DAY_MS * 2 <= received_at < _LAST_MS - _HALF_DAY_MS:
        return None
    start, end = _time_of_day_ms(first), _time_of_day_ms(last)
    if first == _UNKNOWN or start is None or end is None:
        return None
    until = received_at + _LATE_MS
    end_at = until - (until - end) % _HALF_DAY_MS
    span = (end - start) % _HALF_DAY_MS
    if count == 1:
        return [end_at]
    if not span:
        return None
    return [end_at - span + span * sample // (count - 1) for sample in range(count)]


_PROPERTIES = ("battery_voltage", "laeq", "laf", "lceq")
_EXTRAS = ("la*_db", "lc*_db", "sample_*_db", "latitude", "longitude", "*_instant", "settings", "acknowledged_crc")
_BAD = (Vector(payload="7f", reason="truncated"), Vector(payload="7fff3c5e", reason="truncated"),
        Vector(payload="3fff00", reason="bad_payload"))  # fmt: skip

register_codec(
    Codec(
        id="dss-soundsensor-310", version="1", maker="DSS (Dutch Sensor Systems)", decode=_decoder(_310),
        source="iotsoundsensor.com, 310 payload parser manual 2.2", properties=_PROPERTIES, extras=_EXTRAS,
        vectors=(
            Vector(payload="7bff3c5ed3421c3e57160592ae0580408c140041406812104120", readings=(
                ("battery_voltage", 0, 6000), ("laf", 0, 32.2), ("laeq", 0, 30.1), ("lceq", 0, 32))),
            Vector(payload="800009f701002e93020260ea0000bfff80"), Vector(payload="c01234"), *_BAD,
        ),
        defects="users' decoders of it ask the clock for the day of a sample",
    )
)  # fmt: skip
register_codec(
    Codec(
        id="dss-soundsensor", version="1", maker="DSS (Dutch Sensor Systems)", decode=_decoder(_FIRST),
        source="iotsoundsensor.com, parser example of the first firmware; its JavaScript examples", extras=_EXTRAS,
        properties=_PROPERTIES,
        vectors=(
            Vector(payload="7ffe21c8f3f5030000035d761acdd0461c3cd9c5051adf311424", readings=(
                ("battery_voltage", 0, 7000), ("laf", 0, 43.5), ("laeq", 0, 30), ("lceq", 0, 30))),
            *_BAD,
        ),
    )
)  # fmt: skip
