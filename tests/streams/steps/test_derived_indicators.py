"""What the geometry of a placement makes (filling, level) has its indicators, though the point says only distance."""

import numpy as np
import pytest
import stated_city
from fleet_objects import point

from vigie.streams.core.convert import FILL, WATER_LEVEL
from vigie.streams.core.fleet.check import check
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.windows.indicator import indicators
from vigie.streams.core.windows.legal import window_of
from vigie.streams.core.windows.roster import Roster, Target, entries
from vigie.streams.core.windows.track import track
from vigie.streams.core.windows.work import NamedWork
from vigie.streams.steps import indicator_engine
from vigie.streams.steps.indicator_engine import IndicatorEngine
from vigie.topics.aggregate import Aggregate
from vigie.topics.aggregate_encoder import AggregateEncoder
from vigie.topics.avro import Framer

DAY = window_of("1d", 1_770_000_000_000, "Europe/Paris")
DISTANCE = [{"property": "distance"}]
VIEW = FleetView().with_objects(
    [
        point("PAV", use_case="waste", properties=DISTANCE, step_s=3600),
        point("EAU", use_case="river", properties=DISTANCE),
        point("NAPPE", use_case="river", properties=[{"property": "water_depth"}]),
        point("TEM", use_case="heat", properties=DISTANCE),
    ]
)
ROSTER = Roster(VIEW, entries(VIEW, indicators()))


def test_they_are_those_of_its_use_case():
    assert ROSTER.subjects("waste_collections") == ["point:PAV"]
    assert ROSTER.subjects("river_level") == ["point:EAU", "point:NAPPE"]
    assert Target("waste_fill", "point:PAV") in ROSTER.concerned("PAV", FILL)
    assert Target("river_rise_1h", "point:NAPPE") in ROSTER.concerned("NAPPE", WATER_LEVEL)


@pytest.mark.parametrize(("readings", "told"), [(24, True), (12, False)])
def test_they_are_as_complete_as_the_step_of_the_point_lets_expect(monkeypatch, readings, told):
    filling = track(DAY.start_at + np.arange(readings) * 3_600_000, np.full(readings, 40.0), property_id=FILL)
    monkeypatch.setattr(indicator_engine, "load_tracks", lambda *_: {"PAV": {(FILL, 0): filling}})
    monkeypatch.setattr(indicator_engine, "load_named", lambda *_: {})
    work = NamedWork("waste_fill", (DAY,), ("point:PAV",), "closed")
    (record,) = IndicatorEngine(AggregateEncoder(), "Europe/Paris").compute(None, ROSTER, work, None).records
    found = Framer("aggregates.v1").decode(record.value, Aggregate)
    assert (found.expected, found.completeness, found.value is not None) == (24, readings / 24, told)


def test_a_users_own_indicator_of_them_is_no_mistake():
    said = {"name": "Plein", "definition": "D", "owner": "technicien", "unit": "%", "points": ["PAV"]}
    container = stated_city.point("PAV", use_case="waste", properties=DISTANCE)
    for expression, mistaken in (("max(fill)", False), ("max(distance)", False), ("max(laeq)", True)):
        unit = {"max(fill)": "%", "max(distance)": "mm", "max(laeq)": "dB(A)"}[expression]
        own = stated_city.one("indicator", "plein", **said | {"expression": expression, "unit": unit})
        problems = check(stated_city.fleet(container, own), stated_city.NOW_MS)
        assert any("does not measure" in one.sentence_en for one in problems) == mistaken
