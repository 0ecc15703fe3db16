"""Windows made again: what differs from what stands, what lost its last reading, and what a change touches."""

import numpy as np
from fleet_objects import point

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.windows.again import Series, Standing, compare, make
from vigie.streams.core.windows.closing import again, closed
from vigie.streams.core.windows.plan import bounds
from vigie.streams.core.windows.roster import Roster
from vigie.streams.core.windows.touched import Head, Touched
from vigie.streams.core.windows.track import track
from vigie.streams.core.windows.work import SeriesWork

ZONE = "Europe/Paris"
QUARTER, HOUR, DAY = 900_000, 3_600_000, 86_400_000
MIDNIGHT = 1_750_197_600_000  # 18 June 2025 in Paris
HOURS = bounds("1h", MIDNIGHT, MIDNIGHT + DAY, ZONE)


def series(values, **others):
    at = MIDNIGHT + np.arange(len(values)) * QUARTER
    return [Series("point:P1", "air_temperature", track(at, values), [(0, 900)], **others)]


def standing(made, revision=3):
    return Standing(
        made.series, made.start_at, made.end_at, np.full(len(made.series), revision), made.honest.statistics.count,
        made.honest.expected, np.array(made.hashes, dtype="S16"),
    )  # fmt: skip


def test_only_what_differs_is_published_with_the_next_revision():
    values = np.random.default_rng(1).normal(20, 5, 96)
    before = make(series(values), [0], HOURS)
    assert len(compare(before, standing(before), series(values), HOURS).changed) == 0
    values[41] += 1
    after = make(series(values), [0], HOURS)
    found = compare(after, standing(before), series(values), HOURS)
    assert (found.changed.tolist(), found.revisions.tolist(), found.looked_at) == ([10], [4], 24)
    assert after.honest.statistics.value[10] == values[40:44].mean()


def test_a_window_whose_readings_are_gone_is_emptied_if_it_is_ours():
    before = standing(make(series(np.ones(8)), [0], HOURS))
    left = series(np.ones(4))
    assert compare(make(left, [0], HOURS), before, left, HOURS).emptied.tolist() == [1]
    owned = series(np.ones(4), before=MIDNIGHT + HOUR)
    assert compare(make(owned, [0], HOURS), before, owned, HOURS).emptied.tolist() == []


def test_a_change_wakes_the_long_windows_that_were_closed_and_a_tick_those_that_close():
    fleet = Roster(FleetView().with_objects([point("P1")]), {})
    touched = Touched(ZONE)
    touched.add(Head("point:P1", "air_temperature", "15m", MIDNIGHT, MIDNIGHT + QUARTER, "late"), fleet.view)
    touched.add(Head("point:P1", "air_temperature", "1d", MIDNIGHT, MIDNIGHT + DAY, "late"), fleet.view)

    def codes(works):
        return sorted(work.codes[0] for work in works if isinstance(work, SeriesWork))

    sunday = MIDNIGHT + 5 * DAY  # midnight between Sunday and Monday; the point uploads every quarter of an hour
    due = sunday + QUARTER + 300_000
    assert codes(again(fleet, touched, due - 1, ZONE)) == []
    assert codes(again(fleet, touched, due, ZONE)) == ["1w"]
    assert codes(again(fleet, touched, due + 30 * DAY, ZONE)) == ["1mo", "1w"]
    assert codes(closed(fleet, due - 60_000, due - 1, ZONE)) == []
    assert codes(closed(fleet, due - 1, due, ZONE)) == ["1w"]
