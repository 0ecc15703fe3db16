"""PostgreSQL's binary COPY format, field by field.

Source: PostgreSQL documentation, "COPY", section "Binary Format": a signature, then per row a count of fields (16 bit)
and per field a length (32 bit, -1 for NULL) and its bytes, all big-endian; -1 as count ends the stream.
"""

import json
from collections.abc import Mapping, Sequence
from math import isfinite
from struct import Struct

SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"

_POSTGRES_EPOCH_MS = 946_684_800_000
_length = Struct(">i").pack
_timestamp = Struct(">iq").pack
_int8 = Struct(">iq").pack
_int4 = Struct(">ii").pack
_float8 = Struct(">id").pack
_one_dimension = Struct(">iiIii").pack
_no_dimension = Struct(">iiI").pack
_TEXT_OID, _INT2_OID, _INT8_OID, _FLOAT8_OID = 25, 21, 20, 701
_LIMIT = 20_000
_OLDEST_MS, _NEWEST_MS = -210_866_803_200_000, 9_224_318_016_000_000 - 1
"""What timestamptz can hold: 4713 BC to 294276 AD."""


def without_nul(value: str) -> str:
    """A text as PostgreSQL takes it: the character NUL becomes U+FFFD."""
    return value.replace("\x00", "\ufffd")


def text(value: str | None) -> bytes:
    """A text field, without NUL."""
    if value is None:
        return NULL
    data = value.encode()
    if b"\x00" in data:
        data = without_nul(value).encode()
    return _length(len(data)) + data


class Texts(dict[str | None, bytes]):
    """Text fields that repeat (devices, codecs, networks), remembered."""

    def __missing__(self, value: str | None) -> bytes:
        if len(self) >= _LIMIT:
            self.clear()
        made = self[value] = text(value)
        return made


def data(value: bytes | None) -> bytes:
    """A bytea field."""
    return NULL if value is None else _length(len(value)) + value


def within_range(at_ms: int) -> int:
    """An instant, epoch ms; one beyond what PostgreSQL can hold stands at the edge."""
    return min(max(at_ms, _OLDEST_MS), _NEWEST_MS)


def instant(at_ms: int) -> bytes:
    """A timestamptz field from epoch milliseconds."""
    if not _OLDEST_MS <= at_ms <= _NEWEST_MS:
        at_ms = within_range(at_ms)
    return _timestamp(8, (at_ms - _POSTGRES_EPOCH_MS) * 1000)


def int8(value: int | None) -> bytes:
    """A bigint field."""
    return NULL if value is None else _int8(8, value)


def int4(value: int | None) -> bytes:
    """An integer field."""
    return NULL if value is None else _int4(4, value)


def float8(value: float | None) -> bytes:
    """A double precision field."""
    return NULL if value is None else _float8(8, value)


def texts(values: Sequence[str] | None) -> bytes:
    """A text[] field; NULL for none or an empty one."""
    if not values:
        return NULL
    body = b"".join([text(value) for value in values])
    return _length(20 + len(body)) + _head(_TEXT_OID, len(values)) + body


def text_list(values: Sequence[str]) -> bytes:
    """A text[] field that is never NULL.

    >>> text_list(()).hex(" ", 4)
    '0000000c 00000000 00000000 00000019'
    """
    return texts(values) if values else _length(12) + _no_dimension(0, 0, _TEXT_OID)


def json_object(values: Mapping[str, float]) -> bytes:
    r"""A jsonb field; numbers that JSON does not have become null.

    >>> json_object({"p90": 71.5, "none": float("nan")})[4:]
    b'\x01{"p90": 71.5, "none": null}'
    """
    known = {without_nul(name): value if isfinite(value) else None for name, value in values.items()}
    body = b"\x01" + json.dumps(known, ensure_ascii=False).encode()
    return _length(len(body)) + body


def _head(oid: int, count: int) -> bytes:
    return _one_dimension(1, 0, oid, count, 1)


class NumberArrays(dict[int, tuple[Struct, Struct, Struct]]):
    """How arrays of n smallint, n float8 and n bigint are packed, by n."""

    def __missing__(self, count: int) -> tuple[Struct, Struct, Struct]:
        made = self[count] = Struct(">" + "ih" * count), Struct(">" + "id" * count), Struct(">" + "iq" * count)
        return made


_arrays = NumberArrays()


def int2s(values: Sequence[int]) -> bytes:
    """A smallint[] field.

    >>> int2s([1, 2]).hex(" ", 4)
    '00000020 00000001 00000000 00000015 00000002 00000001 00000002 00010000 00020002'
    """
    count = len(values)
    if not count:
        return _length(12) + _no_dimension(0, 0, _INT2_OID)
    pairs = [2] * (2 * count)
    pairs[1::2] = values
    return _length(20 + 6 * count) + _head(_INT2_OID, count) + _arrays[count][0].pack(*pairs)


def float8s(values: Sequence[float]) -> bytes:
    """A float8[] field."""
    count = len(values)
    if not count:
        return _length(12) + _no_dimension(0, 0, _FLOAT8_OID)
    pairs: list[float] = [8] * (2 * count)
    pairs[1::2] = values
    return _length(20 + 12 * count) + _head(_FLOAT8_OID, count) + _arrays[count][1].pack(*pairs)


def int8s(values: Sequence[int]) -> bytes:
    """A bigint[] field."""
    count = len(values)
    if not count:
        return _length(12) + _no_dimension(0, 0, _INT8_OID)
    pairs = [8] * (2 * count)
    pairs[1::2] = values
    return _length(20 + 12 * count) + _head(_INT8_OID, count) + _arrays[count][2].pack(*pairs)


def float8s_with_gaps(values: Sequence[float | None]) -> bytes:
    """A float8[] field with NULL where there is no value; NULL as a whole where there is none at all.

    >>> float8s_with_gaps([None]).hex(), float8s_with_gaps([None, 1.0]).hex(" ", 4)
    ('ffffffff', '00000024 00000001 00000001 000002bd 00000002 00000001 ffffffff 00000008 3ff00000 00000000')
    """
    if all(value is None for value in values):
        return NULL
    body = b"".join([float8(value) for value in values])
    return _length(20 + len(body)) + _one_dimension(1, 1, _FLOAT8_OID, len(values), 1) + body


def row(fields: Sequence[bytes]) -> bytes:
    """One row."""
    return len(fields).to_bytes(2, "big") + b"".join(fields)
