"""Avro bytes of a usual uplink to its row's COPY bytes in one pass, without a dictionary between.

fastavro takes 22 µs for an uplink, this takes 8 (docs/performance.md). It knows only what nearly every uplink is: live
(revision 0), instants of this century, readings without instants of their own, at most a few gateways, no cellular
facts, no warnings. For anything else it gives None, and uplink_rows.py takes the general way;
tests/streams/sinks/test_uplink_rows.py holds the two to the same rows. What repeats from uplink to uplink (device and
network, codec, radio settings, the properties of a model) is looked up by its Avro bytes, at most 200 of them.
"""

from binascii import Error, unhexlify
from struct import Struct, error

import fastavro
from msgspec import json

from vigie.streams.core.avro_pieces import STRING, Table, UnusualError, highs, read_all, remember, shape_of, varint
from vigie.streams.sinks.binary_copy import NULL, data, float8s, int2s, int4, int8, text, texts
from vigie.topics.uplink import BEARERS
from vigie.topics.uplink_encoder import zigzag

_MOST_CACHED_EXTRAS = 64
"""Bytes: the model alone is shorter, and measured values differ each time."""
_EPOCH_US = 946_684_800_000_000

_instants = Struct(">iqiq").pack
_three_doubles = Struct("<BdBdBd").unpack_from
_gateway_snr = Struct("<Bd").unpack_from
_facts = Struct(">idididid").pack


_MAP = fastavro.parse_schema({"type": "map", "values": "string"})
_OPTIONAL_LONG = fastavro.parse_schema(["null", "long"])
_OPTIONAL_STRING = fastavro.parse_schema(["null", "string"])


def _who(chunk: bytes) -> bytes:
    """Device, bearer, network."""
    device = chunk[1 : 1 + (chunk[0] >> 1)]
    bearer = chunk[1 + len(device)] >> 1
    network = chunk[3 + len(device) :]
    if bearer >= len(BEARERS):
        raise UnusualError
    return text(device.decode()) + text(BEARERS[bearer]) + text(network.decode())


def _rate_factor_frequency(chunk: bytes) -> bytes:
    dr, sf, frequency_hz = read_all(chunk, _OPTIONAL_LONG, _OPTIONAL_LONG, _OPTIONAL_LONG)
    return int4(dr) + int4(sf) + int8(frequency_hz)


def _extras_column(chunk: bytes) -> bytes:
    return data(json.encode(read_all(chunk, _MAP)[0]))


_whos = Table(_who)
_sessions = Table(lambda chunk: text(read_all(chunk, _OPTIONAL_STRING)[0]))
_codecs = Table(lambda chunk: b"".join(text(part) for part in read_all(chunk, STRING, STRING, STRING)))
_extras = Table(_extras_column)
_gateway_ids = Table(lambda chunk: texts([chunk.decode()]))
_radio_numbers = Table(_rate_factor_frequency)


class _Layout:
    """How the readings of a model stand in Avro, and how their row columns are packed."""

    __slots__ = ("arrays", "fixed", "pack", "size", "template", "unpack")

    def __init__(self, shape: list[tuple[int, int]]) -> None:
        fixed, lead = [], zigzag(len(shape))
        for number, channel in shape:
            fixed.append(lead + zigzag(number) + zigzag(channel))
            lead = b"\x00"
        fixed.append(b"\x00\x00")
        layout = Struct("<" + "".join(f"{len(part)}sd" for part in fixed[:-1]) + "2s")
        count = len(shape)
        head = float8s([0.0] * count)[:24]
        self.fixed, self.size, self.unpack = tuple(fixed), layout.size, layout.unpack_from
        self.arrays = int2s([number for number, _ in shape]) + int2s([channel for _, channel in shape]) + head
        self.template: list[float] = [8] * (2 * count)
        self.pack = Struct(">" + "id" * count).pack


_layouts: dict[tuple[bytes, int], list[_Layout]] = {}
"""(Avro bytes of the codec, count of readings) -> layouts that were met, the last used first."""


_NO_READINGS = int2s(()) + int2s(()) + float8s(())
_NO_RADIO = NULL * 9
_int8_head = (8).to_bytes(4, "big")
_int4_head = (4).to_bytes(4, "big")


def transcode(value: bytes) -> tuple[bytes, int, int, bytes] | None:
    """The row of a framed uplink.

    Returns:
        Its id (16 bytes), observed_at and ingested_at (epoch ms), and its columns from the third on as COPY bytes;
        None where the uplink is not of the usual form.
    """
    try:
        return _transcode(value)
    except (UnusualError, IndexError, error, Error, UnicodeDecodeError):
        return None


def _transcode(value: bytes) -> tuple[bytes, int, int, bytes] | None:
    if value[5] != 0x40 or value[38] or value[39] > 127:
        return None
    name = unhexlify(value[6:38])

    at = 41 + (value[39] >> 1)
    if value[at] > 127:
        return None
    end = at + 1 + (value[at] >> 1)
    who = _whos[value[39:end]]

    at = end + 18
    observed_at = (value[end] & 127 | (value[end + 1] & 127) << 7) >> 1 | highs[value[end + 2 : end + 6]]
    if value[end : end + 6] == value[end + 6 : end + 12]:
        received_at = observed_at
    else:
        received_at = (value[end + 6] & 127 | (value[end + 7] & 127) << 7) >> 1 | highs[value[end + 8 : end + 12]]
    ingested_at = (value[end + 12] & 127 | (value[end + 13] & 127) << 7) >> 1 | highs[value[end + 14 : at]]
    if value[end] & value[end + 1] & value[end + 6] & value[end + 7] & value[end + 12] & value[end + 13] < 128:
        return None
    if (value[end] | value[end + 6] | value[end + 12]) & 1:
        return None  # negative: before 1970

    if value[at] == 2:
        end = at + 2 + (value[at + 1] >> 1)
        session = _sessions[value[at:end]]
    else:
        session, end = NULL, at + 1
        if value[at]:
            return None
    at = end
    if value[at] == 2:
        counter, at = varint(value, at + 1)
        if counter & 1:
            return None
        f_cnt = _int8_head + (counter >> 1).to_bytes(8, "big")
    else:
        f_cnt, at = NULL, at + 1
    if value[at] == 2:
        port, at = varint(value, at + 1)
        if port & 1:
            return None
        f_port = _int4_head + (port >> 1).to_bytes(4, "big")
    else:
        f_port, at = NULL, at + 1
    if value[at] == 2:
        size, at = varint(value, at + 1)
        size >>= 1
        payload = size.to_bytes(4, "big") + value[at : at + size]
        at += size
    else:
        payload, at = NULL, at + 1
    if value[at]:
        return None  # a raw position

    at += 1
    end = at + 1 + (value[at] >> 1)
    end += 1 + (value[end] >> 1)
    end += 1 + (value[end] >> 1)
    codec_bytes = value[at:end]
    codec = _codecs[codec_bytes]
    if value[end]:
        return None  # firmware

    at = end + 1
    count = value[at]
    if count == 0:
        measured, at = _NO_READINGS, at + 1
    elif count & 0x81:
        return None
    else:
        key = codec_bytes, count
        for layout in _layouts.get(key, ()):
            found = layout.unpack(value, at)
            if found[::2] == layout.fixed:
                break
        else:
            layout = remember(_layouts, key, _Layout(shape_of(value, at)))
            found = layout.unpack(value, at)
        pairs = layout.template.copy()
        pairs[1::2] = found[1::2]
        measured = layout.arrays + layout.pack(*pairs)
        at += layout.size

    count = value[at]
    if count == 0:
        extras, at = NULL, at + 1
    elif count & 0x81:
        return None
    else:
        end = at + 1
        for _ in range(count):  # twice the number of entries: names and texts
            if value[end] > 127:
                return None
            end += 1 + (value[end] >> 1)
        end += 1
        chunk = value[at:end]
        extras = _extras[chunk] if end - at <= _MOST_CACHED_EXTRAS else _extras_column(chunk)
        at = end

    if value[at] == 0:
        radio, at = _NO_RADIO, at + 1
    elif value[at + 1] == 2:
        end = at + 3 + (value[at + 2] >> 1)
        gateway = _gateway_ids[value[at + 3 : end]]
        power, end = varint(value, end)
        some, snr = _gateway_snr(value, end)
        at = end + 10
        end = at + 10
        numbers = _radio_numbers[value[at:end]]
        one, airtime, two, esp, three, margin = _three_doubles(value, end)
        if some != 2 or value[at - 1] or one != 2 or two != 2 or three != 2:
            return None
        rssi = power >> 1 if power & 1 == 0 else -(power + 1 >> 1)
        facts = _facts(8, snr, 8, airtime, 8, esp, 8, margin)
        radio = gateway + int4(rssi) + facts[:12] + numbers + facts[12:]
        at = end + 27
    else:
        return None
    if value[at : at + 3] != b"\x00\x00":
        return None  # cellular facts, warnings, or more bytes than an uplink has

    instants = _instants(8, received_at * 1000 - _EPOCH_US, 8, ingested_at * 1000 - _EPOCH_US)
    line = b"".join((
        _LIVE, who, instants, session, f_cnt, f_port, payload, codec, NULL, measured, extras, radio,
        _NO_CELL_NO_WARNINGS,
    ))  # fmt: skip
    return name, observed_at, ingested_at, line


_LIVE = int8(0)
_NO_CELL_NO_WARNINGS = NULL + NULL
