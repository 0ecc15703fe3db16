"""Which series an observation holds, and how such rows are packed."""

from struct import Struct

import numpy as np

from vigie.streams.core.windows.statistics import Way, way_of

DEAD = 0xFFFF_FFFF
"""Code of a row that another one has replaced."""


class Layout:
    """One for each set and order of series; compare by identity.

    Attributes:
        series: property << 16 | channel of each value.
        dtype: of a row in memory: instant (ms from the start of its slot), number of its point, name, code of what
            else is known of it (memory.py), values.
        saved: of a row on the changelog: without the point.
        pack: the same by hand.
        ways: how the values of each series combine.
        meters: those of meters.
        has_meter: whether there is one.
    """

    __slots__ = ("dtype", "has_meter", "meters", "pack", "saved", "series", "ways")

    def __init__(self, series: tuple[int, ...]) -> None:
        head = [("at", "<u4"), ("name", "<u4"), ("code", "<u4")]
        values = ("value", "<f8", (len(series),))
        self.series = series
        self.dtype = np.dtype([("point", "<u4"), *head, values])
        self.saved = np.dtype([*head, values])
        self.pack = Struct(f"<IIII{len(series)}d").pack
        self.ways = tuple(way_of(one >> 16) for one in series)
        self.meters = tuple(one for one, way in zip(series, self.ways, strict=True) if way is Way.METER)
        self.has_meter = bool(self.meters)


_layouts: dict[tuple[int, ...], Layout] = {}


def layout_of(series: tuple[int, ...]) -> Layout:
    """The layout of these series.

    >>> layout_of((1 << 16,)) is layout_of((1 << 16,)), layout_of((1 << 16, 2 << 16)).dtype.itemsize
    (True, 32)
    """
    found = _layouts.get(series)
    if found is None:
        found = _layouts[series] = Layout(series)
    return found
