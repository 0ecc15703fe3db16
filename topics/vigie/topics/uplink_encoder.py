"""Uplink to Avro bytes by hand: the same bytes as fastavro's, at a third of its cost (docs/performance.md).

Most of an uplink repeats from one to the next (device, network, codec, radio settings, which properties a model
sends), so their bytes are looked up; only what changes is packed. What a device or a network may write at will is
looked up only while it is short, so that the memory of all look-ups is bounded in bytes.
tests/topics/test_uplink_encoder.py holds it to fastavro's bytes on random uplinks.
"""

from collections.abc import Callable
from struct import Struct

from vigie.topics.avro import Framer
from vigie.topics.uplink import BEARERS, CodecRef, Radio, Reading, Uplink

_NULL = b"\x00"
_SOME = b"\x02"
_END = b"\x00"
_LIMIT = 20_000
"""Entries after which a cache starts again: devices, gateways and sessions come and go."""
_MOST_CACHED_BYTES = 64
_SHAPES_LIMIT, _MOST_CACHED_READINGS = 2_000, 32

_double = Struct("<d").pack
_three_doubles = Struct("<cdcdcd").pack
_bearers = {name: bytes([2 * place]) for place, name in enumerate(BEARERS)}
_two_low_groups = [bytes((low & 127 | 128, low >> 7 | 128)) for low in range(1 << 14)]


def zigzag(number: int) -> bytes:
    """An Avro int or long.

    >>> zigzag(0).hex(), zigzag(-1).hex(), zigzag(64).hex(), zigzag(1_700_000_000_000).hex()
    ('00', '01', '8001', '80a0abfef962')
    """
    number = number << 1 if number >= 0 else (-number << 1) - 1
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


class _Varints(dict[int, bytes]):
    """Zigzag bytes of integers, remembered."""

    def __missing__(self, number: int) -> bytes:
        made = zigzag(number)
        if len(self) < _LIMIT:
            self[number] = made
        return made


class _HighGroups(dict[int, bytes]):
    """Varint bytes of an instant above its lowest 14 bits; the same for 8 seconds."""

    def __missing__(self, number: int) -> bytes:
        if len(self) >= _LIMIT:
            self.clear()
        made = self[number] = zigzag(number >> 1 if number % 2 == 0 else -(number + 1 >> 1))
        return made


class _Strings(dict[str, bytes]):
    """Avro bytes of strings; short ones are remembered."""

    def __missing__(self, text: str) -> bytes:
        made = _string(text)
        if len(made) <= _MOST_CACHED_BYTES:
            if len(self) >= _LIMIT:
                self.clear()
            self[text] = made
        return made


class _OptionalStrings(dict[str | None, bytes]):
    """Avro bytes of a union of null and string; short ones are remembered."""

    def __missing__(self, text: str | None) -> bytes:
        made = _NULL if text is None else _SOME + _string(text)
        if len(made) <= _MOST_CACHED_BYTES:
            if len(self) >= _LIMIT:
                self.clear()
            self[text] = made
        return made


class _OnlyModel(dict[str, bytes]):
    """Avro bytes of extras that hold the model alone; short ones are remembered."""

    def __missing__(self, name: str) -> bytes:
        made = _map({"model": name})
        if len(made) <= _MOST_CACHED_BYTES:
            if len(self) >= _LIMIT:
                self.clear()
            self[name] = made
        return made


class _OptionalNumbers(dict[int | None, bytes]):
    """Avro bytes of a union of null and long, remembered."""

    def __missing__(self, number: int | None) -> bytes:
        made = _NULL if number is None else _SOME + _long(number)
        if len(self) < _LIMIT:
            self[number] = made
        return made


class _Codecs(dict[CodecRef, bytes]):
    def __missing__(self, codec: CodecRef) -> bytes:
        made = self[codec] = _string(codec.id) + _string(codec.version) + _string(codec.hash)
        return made


class _RadioSettings(dict[tuple[int | None, int | None, int | None], bytes]):
    """Data rate, spreading factor and frequency: few combinations."""

    def __missing__(self, key: tuple[int | None, int | None, int | None]) -> bytes:
        if len(self) >= _LIMIT:
            self.clear()
        made = self[key] = b"".join(_optional_number[part] for part in key)
        return made


class _Shapes(dict[tuple[int, ...], tuple[Callable[..., bytes], list[bytes | float]]]):
    """How to pack the readings of a model: which (property, channel) pairs it sends, in which order.

    A shape gives the function that packs, and its arguments with places for the values at 1, 3, 5 and so on.
    """

    def __missing__(self, shape: tuple[int, ...]) -> tuple[Callable[..., bytes], list[bytes | float]]:
        fixed, lead = [], zigzag(len(shape))
        for pair in shape:
            fixed.append(lead + zigzag(pair >> 16) + zigzag(pair & 0xFFFF))
            lead = _NULL  # no instant of its own
        layout = Struct("<" + "".join(f"{len(part)}sd" for part in fixed) + "2s")
        if len(self) >= _SHAPES_LIMIT:
            self.clear()
        arguments: list[bytes | float] = []
        for part in fixed:
            arguments += (part, 0.0)
        made = self[shape] = layout.pack, [*arguments, _NULL + _END]
        return made


_varint, _high, _strings, _optional_string = _Varints(), _HighGroups(), _Strings(), _OptionalStrings()
_optional_number, _codecs, _settings, _shapes = _OptionalNumbers(), _Codecs(), _RadioSettings(), _Shapes()
_only_model = _OnlyModel()


def _string(text: str) -> bytes:
    data = text.encode()
    return _varint[len(data)] + data


def _long(number: int) -> bytes:
    """As zigzag, quicker above 8191: what stands above the lowest 14 bits is the same for many."""
    twice = number << 1
    if twice < 1 << 14:
        return zigzag(number)
    return _two_low_groups[twice & 0x3FFF] + _high[twice >> 14]


def _readings(readings: tuple[Reading, ...]) -> bytes:
    if not readings:
        return _END
    if len(readings) > _MOST_CACHED_READINGS:
        return _readings_one_by_one(readings)
    shape, values = [], []
    for reading in readings:
        if reading.observed_at is not None:
            return _readings_one_by_one(readings)
        shape.append(reading.property << 16 | reading.channel)
        values.append(reading.value)
    pack, template = _shapes[tuple(shape)]
    arguments = template.copy()
    arguments[1::2] = values
    return pack(*arguments)


def _readings_one_by_one(readings: tuple[Reading, ...]) -> bytes:
    parts = [zigzag(len(readings))]
    for reading in readings:
        at = reading.observed_at
        parts += (
            _varint[reading.property], _varint[reading.channel], _double(reading.value),
            _NULL if at is None else _SOME + zigzag(at),
        )  # fmt: skip
    parts.append(_END)
    return b"".join(parts)


def _radio(radio: Radio | None) -> bytes:
    if radio is None:
        return _NULL
    heard = _END
    if radio.gateways:
        heard = _varint[len(radio.gateways)]
        for gateway in radio.gateways:
            snr = gateway.snr_db
            heard += _strings[gateway.id] + _varint[gateway.rssi_dbm] + (_NULL if snr is None else _SOME + _double(snr))
        heard += _END
    airtime, esp, margin = radio.airtime_ms, radio.esp_dbm, radio.margin_db
    if airtime is not None and esp is not None and margin is not None:
        numbers = _three_doubles(_SOME, airtime, _SOME, esp, _SOME, margin)
    else:
        numbers = b"".join([_NULL if one is None else _SOME + _double(one) for one in (airtime, esp, margin)])
    return _SOME + heard + _settings[radio.dr, radio.sf, radio.frequency_hz] + numbers


def _extras(extras: dict[str, str]) -> bytes:
    if not extras:
        return _END
    if len(extras) == 1 and (name := extras.get("model")) is not None:
        return _only_model[name]
    return _map(extras)


def _map(extras: dict[str, str]) -> bytes:
    parts = [_varint[len(extras)]]
    for name, text in extras.items():
        data = text.encode()  # not looked up: measured values differ each time
        parts += (_strings[name], _varint[len(data)], data)
    parts.append(_END)
    return b"".join(parts)


def _rare(uplink: Uplink) -> bytes:
    """Cell facts and warnings."""
    cell, parts = uplink.cell, []
    if cell is None:
        parts.append(_NULL)
    else:
        parts += (_SOME, _optional_string[cell.operator], _optional_string[cell.cell_id])
        for number in (cell.rsrp_dbm, cell.rsrq_db, cell.rssi_dbm, cell.snr_db):
            parts.append(_NULL if number is None else _SOME + _double(number))
    if uplink.warnings:
        parts.append(_varint[len(uplink.warnings)])
        parts += [_string(warning) for warning in uplink.warnings]
    parts.append(_END)
    return b"".join(parts)


_NO_CELL_NO_WARNINGS = _NULL + _END


class UplinkEncoder:
    """Framed Avro bytes of uplinks of one topic.

    Args:
        topic: bare topic name, `uplinks.<net>.v1`.
        schema_id: id under which the registry in use knows the schema; None for the packaged id.
    """

    def __init__(self, topic: str, schema_id: int | None = None) -> None:
        self.header = Framer(topic, schema_id).header + b"\x40"  # then the id: a string of 32 bytes

    def encode(self, uplink: Uplink) -> bytes:
        """The framed bytes of an uplink whose id has 32 characters."""
        payload, raw, observed, received = uplink.payload, uplink.raw, uplink.observed_at, uplink.received_at
        received_at = _long(received)
        return b"".join((
            self.header,
            uplink.id.encode(),
            _varint[uplink.revision],
            _strings[uplink.device],
            _bearers[uplink.bearer],
            _strings[uplink.network],
            received_at if observed == received else _long(observed),
            received_at,
            _long(uplink.ingested_at),
            _optional_string[uplink.session],
            _optional_number[uplink.f_cnt],
            _optional_number[uplink.f_port],
            _NULL if payload is None else _SOME + _varint[len(payload)] + payload,
            _NULL if raw is None else _SOME + _string(raw.topic) + zigzag(raw.partition) + zigzag(raw.offset),
            _codecs[uplink.codec],
            _optional_string[uplink.firmware],
            _readings(uplink.readings),
            _extras(uplink.extras),
            _radio(uplink.radio),
            _NO_CELL_NO_WARNINGS if uplink.cell is None and not uplink.warnings else _rare(uplink),
        ))  # fmt: skip
