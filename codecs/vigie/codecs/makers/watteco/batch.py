"""Watteco's batch reports: several series of samples, each with its own instant, compressed to bits.

Source: https://github.com/Watteco/Codec-Report-Batch-Python, br_uncompress.py, and
https://github.com/Watteco/Codec-API-LoRaWAN, codec/batch.js: the format, its three code tables, and their examples.

    flag        8 bits: 0x01 clear, 0x02 one list of instants for all series, 0x04 no more than the first samples,
                0x08 asked for, 0xF0 number of series
    counter     3 bits, then 1 bit that means nothing
    series      for each: tag (its width is the model's), instant, first value, and unless 0x04: coding 2 bits,
                table 2 bits
    samples     with 0x02: count u8, table of the instants 2 bits, an instant each; then for each series: tag, and for
                each instant a bit whether there is a value, and the value.
                without: for each series: tag, count u8 and, if it is not 0, table of the instants 2 bits; instant and
                value each
    instant of the batch

An instant is seconds since the device's start: 32 bits at first (and the batch's where the last is 0), then a code and
as many bits n: the one before + n + 2^code - 1; code 0 is the same instant, code 15 is followed by 32 bits.
A value is a code and as many bits n, in steps of the resolution: coding 0: n if its highest bit is set, else
n + 1 - 2^code; coding 1: n + 2^code - 1; others the same downwards. Code 0 is the same value (and the first such of a
series with common instants stands for the first sample, which has been told), code 15 is followed by the whole value.
Bits are filled from the low end of each byte, and the bytes of a number stand highest first, the highest perhaps not
whole.

So a sample is received_at - (instant of the batch - its instant). A batch holds at most 15 series of 256 samples.
"""

import struct
from collections.abc import Callable, Mapping

from msgspec import Struct

from vigie.topics.reason import Reason, Undecodable

_WHOLE = 15
_LONG_TAIL = ("1000000000", *(f"1000000{one:04b}" for one in range(2, 8)))
TABLES: tuple[dict[str, int], ...] = tuple(
    {code: place for place, code in enumerate(codes)}
    for codes in (
        ("00", "01", "11", "101", "1001", "10001", "100001", "1000001", "10000001", *_LONG_TAIL),
        (
            "1101111", "11010", "1100", "011", "111", "10", "00", "010", "110110", "110111011", "110111001",
            "1101110101", "1101110100", "1101110000", "11011100011", "11011100010",
        ),
        ("1001", "101", "00", "01", "11", "10001", "100001", "1000001", "10000001", *_LONG_TAIL),
    )
)  # fmt: skip
"""Bits, in the order in which they come, -> code 0 to 15."""

_SIZES = {
    "bool": 1,
    "u4": 4,
    "i4": 4,
    "u8": 8,
    "i8": 8,
    "u16": 16,
    "i16": 16,
    "u24": 24,
    "i24": 24,
    "u32": 32,
    "i32": 32,
}


class Kind(Struct, frozen=True):
    """One series of a model: what its tag means.

    Attributes:
        sort: `bool`, `f32`, or `u` or `i` with its bits.
        step: what one step of a coded difference is.
    """

    sort: str
    step: float = 1


class Sample(Struct, frozen=True):
    """A value as it was sent, and how long before the batch it was taken."""

    age_s: int
    value: float


class Batch(Struct, frozen=True):
    """What a batch report says: its counter, and the samples of each tag, oldest first."""

    counter: int
    series: dict[int, list[Sample]]


class _Series(Struct):
    kind: Kind
    instants: list[int]
    values: list[float]
    coding: int = 0
    table: int = 0


class _Bits:
    """Reads a payload bit by bit."""

    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self._size = len(payload) * 8
        self._at = 0

    def number(self, size: int) -> int:
        value = 0
        part = size % 8 or 8
        while size > 0:
            value = value << 8 | self._take(part)
            size -= part
            part = 8
        return value

    def _take(self, size: int) -> int:
        if self._at + size > self._size:
            raise Undecodable(Reason.TRUNCATED, f"The batch ends inside a value at bit {self._at} of {self._size}")
        first, end = self._at >> 3, self._at + size + 7 >> 3
        value = int.from_bytes(self._payload[first:end], "little") >> (self._at & 7) & (1 << size) - 1
        self._at += size
        return value

    def code(self, table: int) -> int:
        if table >= len(TABLES):
            raise Undecodable(
                Reason.BAD_PAYLOAD, f"The batch names the code table {table} before bit {self._at}, there are 3"
            )
        codes, found = TABLES[table], ""
        while (place := codes.get(found)) is None:  # every row of bits is a code, of 11 at most
            found += "1" if self._take(1) else "0"
        return place

    def value(self, kind: Kind) -> float:
        if kind.sort == "f32":
            return float(struct.unpack(">f", self.number(32).to_bytes(4, "big"))[0])
        size = _SIZES[kind.sort]
        raw = self.number(size)
        return raw - (1 << size) if kind.sort[0] == "i" and raw >> size - 1 else raw

    def instant(self, before: int, table: int) -> int:
        code = self.code(table)
        if code == _WHOLE:
            return self.number(32)
        return before + self.number(code) + (1 << code) - 1 if code else before


def _next(bits: _Bits, one: _Series, code: int) -> float:
    before = one.values[-1]
    if code == _WHOLE:
        return bits.value(one.kind)
    if not code:
        return before
    steps = bits.number(code)
    if one.coding == 0:
        return before + (steps if steps >> code - 1 else steps + 1 - (1 << code)) * one.kind.step
    steps += (1 << code) - 1
    return before + (steps if one.coding == 1 else -steps) * one.kind.step


def _common_instants(bits: _Bits, first: int) -> list[int]:
    count, table = bits.number(8), bits.number(2)
    instants: list[int] = []
    for place in range(count):
        if place:
            instants.append(bits.instant(instants[-1], table))
        else:
            instants.append(bits.number(32) if bits.code(table) == _WHOLE else first)
    return instants


def _with_common_instants(bits: _Bits, series: dict[int, _Series], find: Callable[[], _Series], last: int) -> int:
    instants = _common_instants(bits, next(iter(series.values())).instants[0] if series else last)
    for _ in series:
        one, told = find(), False
        for instant in instants:
            if not bits.number(1):
                continue
            code = bits.code(one.table)
            if not code and not told:
                told = True
                continue
            one.values.append(_next(bits, one, code))
            one.instants.append(instant)
    return instants[-1] if instants else 0


def _with_own_instants(bits: _Bits, series: dict[int, _Series], find: Callable[[], _Series], last: int) -> int:
    for _ in series:
        one = find()
        if not (count := bits.number(8)):
            continue
        table = bits.number(2)
        for _ in range(count):
            one.instants.append(bits.instant(one.instants[-1], table))
            last = max(last, one.instants[-1])
            one.values.append(_next(bits, one, bits.code(one.table)))
    return last


def uncompress(payload: bytes, tag_bits: int, kinds: Mapping[int, Kind]) -> Batch:
    """The samples of a batch report.

    Args:
        payload: the whole frame.
        tag_bits: width of the model's tags.
        kinds: tag -> what it means.

    Raises:
        Undecodable: TRUNCATED, or BAD_PAYLOAD where a tag or a table does not exist, or a sample is of the future.

    >>> told = uncompress(bytes.fromhex("26020000803606a2fc11e4f7"), 3, {0: Kind("i16", 10), 1: Kind("i16", 10)})
    >>> {tag: [(one.age_s, one.value) for one in samples] for tag, samples in told.series.items()}
    {0: [(30, 3140)], 1: [(0, 2290)]}
    """
    bits = _Bits(payload)
    flag = bits.number(8)
    counter = bits.number(3)
    bits.number(1)
    series: dict[int, _Series] = {}

    def tagged() -> int:
        tag = bits.number(tag_bits)
        if tag not in kinds:
            raise Undecodable(
                Reason.BAD_PAYLOAD, f"The batch has a series {tag}, this model has {', '.join(map(str, kinds))}"
            )
        return tag

    def find() -> _Series:
        tag = tagged()
        if tag not in series:
            raise Undecodable(Reason.BAD_PAYLOAD, f"The batch has samples of series {tag}, which it did not begin")
        return series[tag]

    last = 0
    for place in range(flag >> 4):
        tag = tagged()
        if tag in series:
            raise Undecodable(Reason.BAD_PAYLOAD, f"The batch begins the series {tag} twice")
        last = bits.instant(last, 1) if place else bits.number(32)
        one = series[tag] = _Series(kinds[tag], [last], [bits.value(kinds[tag])])
        if not flag & 0x04:
            one.coding, one.table = bits.number(2), bits.number(2)
    if not flag & 0x04:
        last = (_with_common_instants if flag & 0x02 else _with_own_instants)(bits, series, find, last)
    sent = bits.instant(last, 1) if last else bits.number(32)
    for tag, one in series.items():
        if max(one.instants) > sent:
            raise Undecodable(Reason.BAD_PAYLOAD, f"A sample of series {tag} is later than its batch, at {sent} s")
    return Batch(
        counter,
        {
            tag: [Sample(sent - at, value) for at, value in zip(one.instants, one.values, strict=True)]
            for tag, one in series.items()
        },
    )
