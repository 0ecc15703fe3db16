"""What the fleet says of a point's windows: how often there should be a reading, how long one waits, which are asked.

Points of one kind share one spec, so that many are looked at together. A spec is the point's as it is at one instant.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.windows.legal import HOUR_MS, ROLLING_MS, SHORT_MS
from vigie.streams.core.windows.owned.layout import Layout

CODES = ("15m", "30m", "1h", "1d", "r1h", "r8h", "r24h")
"""Windows that the owner of a partition makes."""
_DEFAULT = frozenset({"15m", "1h", "1d"})
_SHORTEST_MS = {**SHORT_MS, "1d": 24 * HOUR_MS, **{code: length for code, (length, _) in ROLLING_MS.items()}}


class Columns(NamedTuple):
    """What a spec says of the k series of a layout.

    Attributes:
        step_s: (k,) 0 where nobody knows.
        upload_ms: (k,) 0 where nobody knows.
        wanted: (k, codes): which windows are made.
        least_upload_ms: the smallest of them.
    """

    step_s: NDArray[np.int64]
    upload_ms: NDArray[np.int64]
    wanted: NDArray[np.bool_]
    least_upload_ms: int


class Spec:
    """What holds for points of one kind.

    Args:
        series: property << 16 | channel -> step and upload period, in seconds.
        others: step and upload period of what comes beside these, such as a battery's level.
        asked: property -> windows that are asked for.

    Attributes:
        codes: numbers of the windows that some series has.
    """

    def __init__(
        self, series: dict[int, tuple[int, int]], others: tuple[int, int], asked: dict[int, frozenset[str]]
    ) -> None:
        self._series, self._others, self._asked = series, others, asked
        codes = _DEFAULT.union(*asked.values())
        self.codes = tuple(number for number, code in enumerate(CODES) if code in codes)
        self._columns: dict[Layout, Columns] = {}

    def columns(self, layout: Layout) -> Columns:
        """What it says of the series of a layout."""
        found = self._columns.get(layout)
        if found is None:
            found = self._columns[layout] = self._made(layout)
        return found

    def uploads_ms(self) -> set[int]:
        """Upload periods of the series that were met."""
        return {one for columns in self._columns.values() for one in columns.upload_ms.tolist()}

    def all_uploads_ms(self) -> set[int]:
        """Upload periods of all series, met or not."""
        return {upload_s * 1000 for _, upload_s in (*self._series.values(), self._others)}

    def layouts(self) -> Iterable[Layout]:
        """Layouts that were met."""
        return self._columns

    def _made(self, layout: Layout) -> Columns:
        known = [self._series.get(one, self._others) for one in layout.series]
        wanted = np.zeros((len(known), len(CODES)), bool)
        for place, (one, (step_s, _)) in enumerate(zip(layout.series, known, strict=True)):
            codes = _DEFAULT | self._asked.get(one >> 16, frozenset())
            for number, code in enumerate(CODES):
                wanted[place, number] = code in codes and _SHORTEST_MS[code] >= step_s * 1000
        uploads = np.array([upload_s * 1000 for _, upload_s in known], np.int64)
        least = int(uploads.min()) if len(uploads) else 0
        return Columns(np.array([step_s for step_s, _ in known], np.int64), uploads, wanted, least)


UNKNOWN = Spec({}, (0, 0), {})
"""Of points that the fleet does not know."""


_shared: dict[object, Spec] = {}
"""Specs that are in use, by what they say."""


class Specs:
    """The specs of points under one view of the fleet.

    Args:
        view: the fleet.
    """

    def __init__(self, view: FleetView) -> None:
        self.view = view

    def then(self, point: str, at: int) -> Spec | None:
        """The spec of a point at an instant; None for one that has always been the same."""
        return self.of(point, at) if len(self.view.versions_of_point(point)) > 1 else None

    def of(self, point: str, at: int) -> Spec:
        """The spec of a point at an instant."""
        found = self.view.point_at(point, at)
        if found is None:
            return UNKNOWN
        asked = self.view.windows_asked(point)
        key = (
            found.series,
            found.step_s,
            found.upload_s,
            tuple(sorted((one, tuple(sorted(codes))) for one, codes in asked.items())),
        )
        shared = _shared
        if key not in shared:
            if len(shared) > 50_000:
                shared.clear()
            series = {one.property << 16 | one.channel & 0xFFFF: (one.step_s, one.upload_s) for one in found.series}
            owned = {one: frozenset(codes) & frozenset(CODES) for one, codes in asked.items()}
            others = found.step_s, found.upload_s
            shared[key] = Spec(series, others, {one: codes for one, codes in owned.items() if codes})
        return shared[key]
