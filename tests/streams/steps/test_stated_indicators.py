"""What the fleet states runs in the engine of indicators: of points, of zones, under one name."""

import numpy as np
import pytest
from fleet_objects import fleet_object, point, version

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.windows.indicator import indicators
from vigie.streams.core.windows.legal import window_of
from vigie.streams.core.windows.roster import Roster, entries
from vigie.streams.core.windows.track import track
from vigie.streams.core.windows.work import NamedWork
from vigie.streams.steps import indicator_engine
from vigie.streams.steps.indicator_engine import IndicatorEngine
from vigie.topics.aggregate import Aggregate
from vigie.topics.aggregate_encoder import AggregateEncoder
from vigie.topics.avro import Framer

DAY = window_of("1d", 1_770_000_000_000, "Europe/Paris")
AT = DAY.start_at + np.arange(96) * 900_000
WARM = {f"P{place}": np.linspace(0, 20, 96) + 3 * place for place in range(3)}


def roster(**said) -> Roster:
    values = {
        "name": "Écart", "definition": "D", "owner": "c", "unit": "°C",
        "expression": "max(air_temperature) - min(air_temperature)",
    } | said  # fmt: skip
    around = fleet_object("zone", "Z0", name="Tout", role="other")
    zone = fleet_object("zone", "Z1", name="Z", role="other", parent="Z0")
    fleet = [around, zone, point("P0", zones=("Z1",)), point("P1", zones=("Z1",)), point("P2")]
    view = FleetView().with_objects([*fleet, fleet_object("indicator", "gap", **values)])
    return Roster(view, entries(view, {}))


@pytest.fixture
def computed(monkeypatch):
    """The aggregates of an indicator (its key) of some subjects; nothing stands in the store but these readings."""

    def load(connection, points, from_at, to_at, properties):
        return {name: {(1, 0): track(AT, WARM[name])} for name in points}

    monkeypatch.setattr(indicator_engine, "load_tracks", load)
    monkeypatch.setattr(indicator_engine, "load_named", lambda *_: {})

    def compute(of: Roster, key: str) -> dict[str, Aggregate]:
        engine, subjects = IndicatorEngine(AggregateEncoder(), "Europe/Paris"), tuple(of.subjects(key))
        work = NamedWork(key, (DAY,), subjects, "closed")
        framer = Framer("aggregates.v1")
        records = engine.compute(None, of, work, None).records
        return {one.subject: one for one in (framer.decode(each.value, Aggregate) for each in records)}

    return compute


def test_of_every_point_of_a_use_case(computed):
    found = computed(roster(use_case="heat"), "gap")
    assert {subject: one.value for subject, one in found.items()} == dict.fromkeys(
        ("point:P0", "point:P1", "point:P2"), 20.0
    )
    one = found["point:P0"]
    assert (one.indicator, one.unit, one.count, one.completeness, one.quality) == ("gap", "°C", 96, 1.0, 1)
    assert one.definition


def test_of_one_point(computed):
    assert list(computed(roster(points=["P1"]), "gap")) == ["point:P1"]


def test_of_a_zone_all_points_of_which_take_part(computed):
    of = roster(zones=["Z1"])
    (key,) = of.indicators
    found = computed(of, key)
    assert list(found) == ["zone:Z1"]
    one = found["zone:Z1"]
    assert (one.indicator, one.value, one.count, one.expected, one.parts) == ("gap", 23.0, 192, 192, ("P0", "P1"))


def test_of_points_and_zones_under_one_name(computed):
    of = roster(zones=["Z1"], points=["P2"])
    found = {subject: one for key in of.indicators for subject, one in computed(of, key).items()}
    assert {subject: (one.indicator, one.value) for subject, one in found.items()} == {
        "point:P2": ("gap", 20.0), "zone:Z1": ("gap", 23.0),
    }  # fmt: skip


def test_one_that_cannot_be_is_told_and_the_others_go_on():
    told = []
    view = FleetView().with_objects(
        [fleet_object("indicator", "gap", name="N", definition="D", owner="c", expression="max(nothing)")]
    )
    assert entries(view, {}, lambda name, why: told.append((name, why))) == {}
    assert told[0][0] == "gap"
    assert "unknown property 'nothing'" in told[0][1]


def test_each_definition_holds_for_the_windows_that_begin_in_its_time():
    """A second entry of one id: another formula from some day on; before and after both, nothing."""
    days = [window_of("1d", DAY.start_at + n * 86_400_000, "Europe/Paris") for n in range(4)]
    common = {"name": "N", "definition": "D", "owner": "c", "unit": "°C", "use_case": "heat"}
    entered = [
        version(days[n].start_at, days[n + 1].start_at, expression=f"{what}(air_temperature)", **common)
        for n, what in ((1, "min"), (2, "max"))
    ]
    own = version(None, days[1].start_at, name="N", definition="D", owner="c", parameters={"threshold": 32})
    view = FleetView().with_objects(
        [point("P0"), fleet_object("indicator", "gap", *entered), fleet_object("indicator", "heat_days_over_30", own)]
    )
    of = Roster(view, entries(view, indicators()))

    def told(name):
        found = {}
        for key, one in of.indicators.items():
            if one.name == name:
                for day in of.in_force(key, tuple(days)):
                    found[days.index(day)] = one.formula if name == "gap" else one.parameters["threshold"].default
        return found

    assert told("gap") == {1: "min(air_temperature)", 2: "max(air_temperature)"}
    assert told("heat_days_over_30") == {0: 32.0, 1: 30.0, 2: 30.0, 3: 30.0}
    work = NamedWork("gap", tuple(days), ("point:P0",), "asked")
    parts = list(IndicatorEngine(AggregateEncoder(), "Europe/Paris").portions(of, work))
    assert [one.windows for one in parts] == [(days[2],)]
