"""Pieces of Avro that the transcoders read by hand, and tables of what repeats from one record to the next."""

from collections.abc import Callable
from io import BytesIO
from typing import Any, TypeVar

import fastavro

K = TypeVar("K")
L = TypeVar("L")

LIMIT = 20_000
STRING = fastavro.parse_schema({"type": "string"})


class UnusualError(Exception):
    """The record is not of the usual form: the general way takes it."""


class Table(dict[bytes, Any]):
    """Avro bytes -> what they become, made once."""

    def __init__(self, make: Callable[[bytes], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, chunk: bytes) -> Any:
        if len(self) >= LIMIT:
            self.clear()
        made = self[chunk] = self._make(chunk)
        return made


def read_all(chunk: bytes, *schemas: Any) -> list[Any]:
    """The values that stand in a chunk, which must hold nothing else.

    Raises:
        UnusualError: it holds something else.
    """
    buffer = BytesIO(chunk)
    try:
        values = [fastavro.schemaless_reader(buffer, schema, None) for schema in schemas]
    except (EOFError, ValueError, IndexError, UnicodeDecodeError):
        raise UnusualError from None
    if buffer.tell() != len(chunk):
        raise UnusualError
    return values


def varint(value: bytes, at: int) -> tuple[int, int]:
    """An unsigned varint, zigzag still to be undone, and where the next piece begins."""
    number = shift = 0
    while True:
        byte = value[at]
        at += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, at
        shift += 7


def end_of_texts(value: bytes, start: int, count: int) -> int:
    r"""Where some texts and a list of texts end; 0 where one is longer than 63 bytes, or the list is no usual one.

    >>> end_of_texts(b"\x02a\x00\x02\x04bc\x00!", 0, 2), end_of_texts(b"\xff\x01", 0, 1)
    (8, 0)
    """
    end = start
    for _ in range(count):
        if value[end] > 127 or value[end] & 1:
            return 0
        end += 1 + (value[end] >> 1)
    listed = value[end]
    end += 1
    if listed & 0x81:
        return 0
    if listed:
        for _ in range(listed >> 1):
            if value[end] > 127 or value[end] & 1:
                return 0
            end += 1 + (value[end] >> 1)
        end += 1
        if value[end - 1]:
            return 0
    return end


def shape_of(value: bytes, at: int) -> list[tuple[int, int]]:
    """Property and channel of each reading of an uplink, whose readings begin at a place.

    Raises:
        UnusualError: a reading has an instant of its own, or a negative number.
    """
    shape: list[tuple[int, int]] = []
    place = at + 1
    for _ in range(value[at] >> 1):
        number, place = varint(value, place)
        channel, place = varint(value, place)
        if value[place + 8] or number & 1 or channel & 1:
            raise UnusualError
        place += 9
        shape.append((number >> 1, channel >> 1))
    if value[place]:
        raise UnusualError
    return shape


def remember(layouts: dict[K, list[L]], key: K, layout: L, most: int = 4) -> L:
    """Put a layout that was not met before at the head of those of its key, of which the last used are kept."""
    if len(layouts) >= LIMIT:
        layouts.clear()
    known = layouts.setdefault(key, [])
    known.insert(0, layout)
    del known[most:]
    return layout


def _high_bits(chunk: bytes) -> int:
    """What the last four bytes of a six-byte varint add to an instant, ms."""
    if chunk[0] & chunk[1] & chunk[2] < 128 or not 0 < chunk[3] < 128:
        raise UnusualError
    return sum((byte & 127) << 7 * place for place, byte in enumerate(chunk)) << 13


highs = Table(_high_bits)
"""The last four bytes of an instant's six -> the milliseconds they stand for; the same for eight seconds."""
