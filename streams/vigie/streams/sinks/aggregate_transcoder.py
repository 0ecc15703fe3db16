"""Avro bytes of a usual aggregate to its row's COPY bytes in one pass, as observation_transcoder.py does.

It knows what nearly every aggregate is: short texts, a hash of 16 characters, maps and lists in one block. For
anything else it gives None, and aggregate_rows.py takes the general way; tests/streams/sinks/test_aggregate_rows.py
holds the two to the same rows. Who a window is of, its span and its unit repeat from record to record: looked up.
"""

from struct import Struct, error
from typing import NamedTuple

from vigie.streams.core.avro_pieces import Table, UnusualError, varint
from vigie.streams.sinks.binary_copy import NULL, instant, int4, int8, json_object, text, text_list

_EIGHT, _SIXTEEN = (8).to_bytes(4, "big"), (16).to_bytes(4, "big")

_three, _four = Struct("<xdxdxd").unpack_from, Struct("<xdxdxdxd").unpack_from
_three_columns, _four_columns = Struct(">ididid").pack, Struct(">idididid").pack
_double = Struct("<d").unpack_from

HEAD = (26).to_bytes(2, "big")
"""How many columns the rows have."""


class Row(NamedTuple):
    """A row and what is to be known of it.

    Attributes:
        key: Avro bytes of subject, indicator, code and start.
        revision: of the aggregate.
        input_hash: of its inputs.
        is_named: whether it is an indicator's with a definition.
        start_at: of the window, epoch ms.
        line: binary COPY.
    """

    key: bytes
    revision: int
    input_hash: bytes
    is_named: bool
    start_at: int
    line: bytes


def _text(chunk: bytes) -> bytes:
    """The column of a short text with its length before it."""
    if len(chunk) != 1 + (chunk[0] >> 1) or chunk[0] & 0x81 or b"\x00" in chunk[1:]:
        raise UnusualError
    return text(chunk[1:].decode())


def _span(chunk: bytes) -> tuple[int, bytes]:
    """The start (epoch ms), and the columns of start and end."""
    start, at = varint(chunk, 0)
    end, _ = varint(chunk, at)
    if (start | end) & 1 or at != 6:
        raise UnusualError
    return start >> 1, instant(start >> 1) + instant(end >> 1)


def _others(chunk: bytes) -> tuple[bool, bytes]:
    """Whether there is a definition, and the columns quality, definition, category, details, parts."""
    quality, at = varint(chunk, 0)
    named = chunk[at] != 0
    columns = []
    for _ in range(2):
        end = at + 1 + (chunk[at] >> 1)
        columns.append(_text(chunk[at:end]))
        at = end
    details: dict[str, float] = {}
    count, at = chunk[at], at + 1
    if count:
        for _ in range(_entries(count)):
            end = at + 1 + (chunk[at] >> 1)
            _text(chunk[at:end])
            details[chunk[at + 1 : end].decode()] = _double(chunk, end)[0]
            at = end + 8
        if chunk[at]:
            raise UnusualError
        at += 1
    parts = []
    count, at = chunk[at], at + 1
    if count:
        for _ in range(_entries(count)):
            end = at + 1 + (chunk[at] >> 1)
            _text(chunk[at:end])
            parts.append(chunk[at + 1 : end].decode())
            at = end
        if chunk[at]:
            raise UnusualError
        at += 1
    if quality & 1 or at != len(chunk):
        raise UnusualError
    return named, int4(quality >> 1) + b"".join(columns) + json_object(details) + text_list(parts)


def _entries(count: int) -> int:
    if count & 0x81:
        raise UnusualError
    return count >> 1


_texts, _spans, _usual_others = Table(_text), Table(_span), Table(_others)
_PLAIN_BYTES = 6
"""The rest of a record without details and parts is that short, and repeats."""


def transcode(value: bytes) -> Row | None:
    """The row of a framed aggregate; None where it is not of the usual form."""
    try:
        return _transcode(value)
    except (UnusualError, IndexError, error, UnicodeDecodeError):
        return None


def _transcode(value: bytes) -> Row | None:
    first = 6 + (value[5] >> 1)
    second = first + 1 + (value[first] >> 1)
    at = second + 1 + (value[second] >> 1)
    start_at, span = _spans[value[at : at + 12]]
    key = value[5 : at + 6]
    subject, indicator, code = _texts[value[5:first]], _texts[value[first:second]], _texts[value[second:at]]

    revision, at = varint(value, at + 12)
    count, at = varint(value, at)
    if (revision | count) & 1:
        return None
    if 2 == value[at] == value[at + 9] == value[at + 18]:  # in this order: what follows a null is not there
        low, mean, high = _three(value, at)
        lead = _three_columns(8, low, 8, mean, 8, high)
        at += 27
    else:
        lead, at = _doubles(value, at, 3)
    input_hash = value[at + 1 : at + 17]
    if value[at] != 0x20 or not input_hash.isalnum():
        return None
    at += 17
    end = at + 1 + (value[at] >> 1)
    reason = _texts[value[at:end]]
    shown, at = _doubles(value, end, 1)
    end = at + 1 + (value[at] >> 1)
    unit = _texts[value[at:end]]

    expected = NULL
    if value[end] == 2:
        number, at = varint(value, end + 1)
        if number & 1:
            return None
        expected = int8(number >> 1)
    elif value[end]:
        return None
    else:
        at = end + 1
    completeness, at = _doubles(value, at, 1)
    excluded, at = varint(value, at)
    if excluded & 1:
        return None
    if 2 == value[at] == value[at + 9] == value[at + 18] == value[at + 27]:
        total, deviation, begin, last = _four(value, at)
        tail = _four_columns(8, total, 8, deviation, 8, begin, 8, last)
        at += 36
    else:
        tail, at = _doubles(value, at, 4)
    rest = value[at:]
    is_named, others = _usual_others[rest] if len(rest) <= _PLAIN_BYTES else _others(rest)
    line = b"".join((
        HEAD, subject, indicator, code, span, int8(revision >> 1), int8(count >> 1), lead, _SIXTEEN, input_hash, reason,
        shown, unit, expected, completeness, int8(excluded >> 1), tail, others,
    ))  # fmt: skip
    return Row(key, revision >> 1, input_hash, is_named, start_at, line)


def _doubles(value: bytes, at: int, count: int) -> tuple[bytes, int]:
    """The columns of so many numbers or nulls, and where they end."""
    columns = b""
    for _ in range(count):
        if value[at] == 2:
            if at + 9 > len(value):
                raise UnusualError
            columns += _EIGHT + value[at + 8 : at : -1]
            at += 9
        elif value[at]:
            raise UnusualError
        else:
            columns += NULL
            at += 1
    return columns, at
