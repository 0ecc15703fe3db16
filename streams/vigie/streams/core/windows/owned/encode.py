"""Many aggregates to bytes at once: of windows that differ only in numbers, hash and point, one is encoded by hand.

What the encoder makes of one such window (`AggregateEncoder.join`) is a form with gaps; numpy fills in the gaps of all
of them: no Python runs for each number. tests/streams/core/windows/test_bulk_encode.py holds the bytes to the encoder's
own.
"""

from collections.abc import Sequence
from itertools import pairwise
from struct import Struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.topics.aggregate_encoder import PLAIN, AggregateEncoder, rest

NUMBERS = ("minimum", "mean", "maximum", "value", "completeness", "sum", "deviation", "first", "last")
"""Columns of doubles, NaN where there is none."""
_HASH = "vigie#hash#vigie"
_FEW = 4
"""Windows of one form that are quicker made one by one."""
_NAN = float("nan")
_doubles = [Struct("<d").unpack(b"vigie#" + bytes((number, 0x3F)))[0] for number in range(len(NUMBERS))]
"""Numbers that no measurement gives, to be found again in the bytes."""


class Windows(NamedTuple):
    """Windows of one indicator.

    Attributes:
        indicator, unit: of all.
        whole: (n, 8) int64: place of the code in `codes`, start, end, revision, count, expected, excluded, quality.
        codes: window codes.
        reasons: place in `causes` of each.
        causes: reasons.
        resets: (n,) of meters.
        numbers: (n, 9) float64 (NUMBERS).
        hashes: of inputs, 16 hex digits each.
    """

    indicator: str
    unit: str
    whole: NDArray[np.int64]
    codes: Sequence[str]
    reasons: NDArray[np.int64]
    causes: Sequence[str]
    resets: NDArray[np.int64]
    numbers: NDArray[np.float64]
    hashes: Sequence[str]


class BulkEncoder:
    """Encodes windows but for whose they are.

    Args:
        encoder: of one aggregate.
    """

    def __init__(self, encoder: AggregateEncoder) -> None:
        self._encoder = encoder
        self._lead = len(encoder.header) + 1  # header and the subject "" of the form

    def prefix(self, subject: str) -> bytes:
        """What stands before the rest of a subject's records."""
        return self._encoder.series(subject, "", "", "").head[:-2]

    def rests(self, windows: Windows) -> list[bytes]:
        """The bytes of each window after its subject."""
        count = len(windows.whole)
        if not count:
            return []
        none = np.isnan(windows.numbers)
        key = np.column_stack((windows.whole, windows.reasons, windows.resets, none))
        first, group = _groups(key)
        found: list[bytes] = [b""] * count
        order = np.argsort(group, kind="stable")
        bounds = np.searchsorted(group[order], np.arange(len(first) + 1))
        for begin, end in pairwise(bounds.tolist()):
            own = order[begin:end]
            if end - begin <= _FEW:
                for place in own.tolist():
                    found[place] = self._one(windows, place, windows.numbers[place].tolist(), windows.hashes[place])
            else:
                made = self._many(windows, own, none[own[0]])
                for place, data in zip(own.tolist(), made, strict=True):
                    found[place] = data
        return found

    def _one(self, windows: Windows, place: int, numbers: list[float], hashed: str) -> bytes:
        code, start, end, revision, count, expected, excluded, quality = windows.whole[place].tolist()
        resets = int(windows.resets[place])
        low, mean, high, value, share, total, deviation, first, last = numbers
        series = self._encoder.series("", windows.indicator, windows.codes[code], windows.unit)
        return self._encoder.join(
            series, start, end, revision, count, low, mean, high, hashed, windows.causes[int(windows.reasons[place])],
            value, expected, share, excluded, total, deviation, first, last, quality,
            rest(details={"resets": float(resets)}) if resets else PLAIN,
        )[self._lead :]  # fmt: skip

    def _many(self, windows: Windows, own: NDArray[np.int64], none: NDArray[np.bool_]) -> list[bytes]:
        given = [_NAN if is_none else one for is_none, one in zip(none.tolist(), _doubles, strict=True)]
        form = self._one(windows, int(own[0]), given, _HASH)
        size = len(form)
        table = np.frombuffer(form * len(own), np.uint8).reshape(len(own), size).copy()
        hashes = windows.hashes if len(own) == len(windows.hashes) else [windows.hashes[one] for one in own.tolist()]
        at = form.index(_HASH.encode())
        table[:, at : at + 16] = np.frombuffer("".join(hashes).encode(), np.uint8).reshape(-1, 16)
        data = np.ascontiguousarray(windows.numbers[own]).view(np.uint8).reshape(len(own), len(NUMBERS), 8)
        for number in np.flatnonzero(~none).tolist():
            at = form.index(_double_bytes[number])
            table[:, at : at + 8] = data[:, number]
        joined = table.tobytes()
        return [joined[begin : begin + size] for begin in range(0, len(joined), size)]


_double_bytes = [Struct("<d").pack(one) for one in _doubles]
_factors = np.random.default_rng(7).integers(1, 2**63, 32, dtype=np.uint64) | np.uint64(1)


def _groups(key: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows that are equal: the first of each kind, and the kind of each row."""
    if bool((key == key[0]).all()):
        return np.zeros(1, np.int64), np.zeros(len(key), np.int64)
    mixed = (key.astype(np.uint64) * _factors[: key.shape[1]]).sum(axis=1)
    _, first, group = np.unique(mixed, return_index=True, return_inverse=True)
    if not bool((key[first[group]] == key).all()):  # two kinds under one number
        _, first, group = np.unique(key, axis=0, return_index=True, return_inverse=True)
    return first, group.ravel()
