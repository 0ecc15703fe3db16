"""Avro bytes of a usual observation to its row's COPY bytes in one pass, as uplink_transcoder.py does for uplinks.

It knows only what nearly every observation is: instants of this century, short texts, readings in one block. For
anything else it gives None, and observation_rows.py takes the general way; tests/streams/sinks/test_observation_rows.py
holds the two to the same rows. Where an observation was made repeats, and so do the properties of a point with their
flags, of which only the values change: both are looked up.
"""

from binascii import Error, unhexlify
from struct import Struct, error

from vigie.streams.core.avro_pieces import Table, UnusualError, end_of_texts, highs, remember, varint
from vigie.streams.sinks.binary_copy import NULL, float8s, float8s_with_gaps, int2s, int8, int8s, text, texts

_EPOCH_US = 946_684_800_000_000
FIRST_REASONS = ("live", "late")
"""Reasons of an observation's first record, if its round is 0 and its uplink was not replayed."""
_LAYOUTS = 8
"""So many combinations of flags are kept of one shape."""

Row = tuple[bytes, int, int, int, bool, str, str, bytes]

_instants = Struct(">iqiq").pack
_SIXTEEN = (16).to_bytes(4, "big")
_TRUE, _FALSE = b"\x00\x00\x00\x01\x01", b"\x00\x00\x00\x01\x00"


def _texts_of(chunk: bytes, count: int) -> tuple[list[str], int]:
    """That many texts from the start of a chunk, and where they end."""
    found, at = [], 0
    for _ in range(count):
        end = at + 1 + (chunk[at] >> 1)
        found.append(chunk[at + 1 : end].decode())
        at = end
    return found, at


def _place(chunk: bytes) -> tuple[str, bytes]:
    """The point, and the columns point, device, placement, use case, commune, zones."""
    (point, device, placement, use_case, commune), at = _texts_of(chunk, 5)
    zones, _ = _texts_of(chunk[at + 1 :], chunk[at] >> 1)
    columns = [text(one) for one in (point, device, placement, use_case, commune)]
    return point, b"".join(columns) + texts(zones)


def _cause(chunk: bytes) -> tuple[bool, bytes]:
    """Whether the reason is that of a first record, and the columns ruleset, fleet revision, reason."""
    [ruleset], at = _texts_of(chunk, 1)
    fleet_revision, at = varint(chunk, at)
    [reason], end = _texts_of(chunk[at:], 1)
    if fleet_revision & 1 or at + end != len(chunk):
        raise UnusualError
    return reason in FIRST_REASONS, text(ruleset) + int8(fleet_revision >> 1) + text(reason)


_places, _causes = Table(_place), Table(_cause)
_networks = Table(lambda chunk: text(chunk[1:].decode()))


class _Layout:
    """How readings of one shape with one set of flags stand in Avro, and how their row columns are packed."""

    __slots__ = ("after", "before", "fixed", "pack", "raws", "size", "template", "unpack", "values")

    def __init__(self, fixed: list[bytes], readings: list[tuple[int, int, int, int, bool]]) -> None:
        layout = Struct("<" + "".join(f"{len(part)}sd" for part in fixed[:-1]) + f"{len(fixed[-1])}s")
        self.fixed, self.size, self.unpack = tuple(fixed), layout.size, layout.unpack_from
        numbers, channels, flags, tests, converted = zip(*readings, strict=True)
        count = len(readings)
        self.before = int2s(numbers) + int2s(channels) + float8s([0.0] * count)[:24]
        self.after = int2s(flags) + int8s(tests)
        self.template: list[float] = [8] * (2 * count)
        self.pack = Struct(">" + "id" * count).pack
        places = iter(range(len(fixed) - 1))
        pairs = [(next(places), next(places) if one else None) for one in converted]
        self.values = None if not any(converted) else [value for value, _ in pairs]
        self.raws = None if not any(converted) else [raw for _, raw in pairs]


_layouts: dict[bytes, list[_Layout]] = {}
"""Count, first property and channel of readings -> layouts that were met, the last used first."""


def _learn(value: bytes, at: int, key: bytes) -> _Layout:
    """Read the shape and the flags of readings whose layout was not met before."""
    fixed, readings, start = [], [], at
    at += 1
    for _ in range(value[start] >> 1):
        number, at = varint(value, at)
        channel, at = varint(value, at)
        fixed.append(value[start:at])
        start = at + 8
        flag, at = varint(value, start)
        tests, at = varint(value, at)
        if number & 1 or channel & 1 or flag & 1 or tests & 1:
            raise UnusualError
        converted = value[at] == 2
        if value[at] and not converted:
            raise UnusualError
        at += 1
        if converted:
            fixed.append(value[start:at])
            start = at = at + 8
        readings.append((number >> 1, channel >> 1, flag >> 1, tests >> 1, converted))
    if value[at]:
        raise UnusualError
    fixed.append(value[start : at + 1])
    return remember(_layouts, key, _Layout(fixed, readings), _LAYOUTS)


_NO_READINGS = int2s(()) + int2s(()) + float8s(()) + NULL + int2s(()) + int8s(())


def transcode(value: bytes) -> Row | None:
    """The row of a framed observation.

    Returns:
        Its id (16 bytes), revision, observed_at and ingested_at (epoch ms), whether its reason is that of a first
        record, its uplink (32 hex digits), its point, and its columns from the third on as COPY bytes; None where the
        observation is not of the usual form.
    """
    try:
        return _transcode(value)
    except (UnusualError, IndexError, error, Error, UnicodeDecodeError):
        return None


def _transcode(value: bytes) -> Row | None:
    if value[5] != 0x40:
        return None
    name = unhexlify(value[6:38])
    revision, at = varint(value, 38)
    if revision & 1:
        return None
    revision >>= 1
    withdrawn, start = value[at], at + 1

    end = end_of_texts(value, start, 5)
    if not end:
        return None
    point, place = _places[value[start:end]]

    if value[end] != 0x40:
        return None
    uplink = value[end + 1 : end + 33]
    at = end + 33
    end = at + 1 + (value[at] >> 1)
    if value[at] > 127 or value[at] & 1:
        return None
    network = _networks[value[at:end]]

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

    count = value[at]
    if count == 0:
        measured, at = _NO_READINGS, at + 1
    elif count & 0x81:
        return None
    else:
        measured, at = _measured(value, at)
    is_first, caused = _causes[value[at:]]

    line = b"".join((
        int8(revision), place, _SIXTEEN, unhexlify(uplink), network,
        _instants(8, received_at * 1000 - _EPOCH_US, 8, ingested_at * 1000 - _EPOCH_US), measured, caused,
        _TRUE if withdrawn == 1 else _FALSE,
    ))  # fmt: skip
    if withdrawn > 1:
        return None
    return name, revision, observed_at, ingested_at, is_first, uplink.decode(), point, line


def _measured(value: bytes, at: int) -> tuple[bytes, int]:
    """The columns of readings that begin at a place, and where they end."""
    key = value[at : at + 4]
    known = _layouts.get(key, [])
    for place, layout in enumerate(known):
        if at + layout.size <= len(value):
            found = layout.unpack(value, at)
            if found[::2] == layout.fixed:
                if place:
                    known.insert(0, known.pop(place))
                break
    else:
        layout = _learn(value, at, key)
        found = layout.unpack(value, at)
    doubles = found[1::2]
    pairs = layout.template.copy()
    if layout.values is None:
        pairs[1::2] = doubles
        return layout.before + layout.pack(*pairs) + NULL + layout.after, at + layout.size
    assert layout.raws is not None
    pairs[1::2] = [doubles[place] for place in layout.values]
    raws = float8s_with_gaps([None if place is None else doubles[place] for place in layout.raws])
    return layout.before + layout.pack(*pairs) + raws + layout.after, at + layout.size
