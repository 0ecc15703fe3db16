"""Windows made again: what differs from what stands, what lost its last reading, and what a change touches."""

import numpy as np
from fleet_objects import fleet_object, point

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.windows.again import Series, Standing, compare, make
from vigie.streams.core.windows.closing import again, closed
from vigie.streams.core.windows.indicator import indicators
from vigie.streams.core.windows.plan import bounds
from vigie.streams.core.windows.roster import Roster, entries
from vigie.streams.core.windows.touched import Head, Touched
from vigie.streams.core.windows.track import track
from vigie.streams.core.windows.work import NamedWork, SeriesWork

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


def test_other_points_in_a_zone_wake_what_is_computed_of_it_and_what_compares_with_it():
    zones = [fleet_object("zone", name, name=name, role=role) for name, role in (("Z1", "other"), ("Z2", "reference"))]
    own = fleet_object(
        "indicator", "warm", name="N", definition="D", owner="c", expression="max(air_temperature)", unit="°C",
        windows=["1d"], zones=["Z1"],
    )  # fmt: skip
    view = FleetView().with_objects([*zones, own, point("P1", zones=("Z1",)), point("P2", zones=("Z2",))])
    fleet = Roster(view, entries(view, indicators()))

    def woken(subject, reason):
        touched = Touched(ZONE)
        touched.add(Head(subject, "air_temperature", "1h", MIDNIGHT + HOUR, MIDNIGHT + 2 * HOUR, reason), view)
        assert bool(touched) == (reason == "placement")
        works = [one for one in again(fleet, touched, MIDNIGHT + 3 * DAY, ZONE) if isinstance(one, NamedWork)]
        return {(one.indicator, subject) for one in works for subject in one.subjects if one.windows[0].code == "1d"}

    assert ("warm@zone", "zone:Z1") in woken("zone:Z1", "placement")
    assert {("heat_gap_5h", "point:P1"), ("heat_zone_gap_5h", "zone:Z1")} <= woken("zone:Z2", "placement")
    assert ("warm@zone", "zone:Z1") not in woken("zone:Z2", "placement")
    assert woken("zone:Z1", "late") == set()  # the points' own windows wake these
