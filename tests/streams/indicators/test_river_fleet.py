"""What the fleet states of a river: the thresholds of each station, and which station is a second source of which."""

import numpy as np
from fleet_objects import fleet_object, point
from looked_at import MARSEILLE, PARIS, at

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.windows.indicator import Inputs, PointTracks, indicators
from vigie.streams.core.windows.legal import window_of
from vigie.streams.core.windows.roster import Roster, entries
from vigie.streams.core.windows.track import track

LEVEL, FLOW = [{"property": "water_level"}], [{"property": "flow"}]


def thresholds(name: str, yellow: float, orange: float, red: float, *points: str):
    return fleet_object(
        "indicator", name, name=name, definition="Seuils de la GEMAPI", owner="c1", base="river_threshold",
        parameters={"yellow": yellow, "orange": orange, "red": red}, points=list(points), windows=["1h"],
    )  # fmt: skip


def river(name: str, *zones: str, measured=LEVEL, commune: str = "13055"):
    return point(name, use_case="river", zones=zones, properties=measured, commune=commune, datum="zéro local")


CITY = FleetView().with_objects(
    [
        fleet_object("zone", "HUVEAUNE", name="Bassin", role="other"),
        fleet_object("zone", "AMONT", name="Hub'Eau", role="reference", parent="HUVEAUNE"),
        fleet_object("zone", "AVAL", name="Nos stations", role="project", parent="HUVEAUNE"),
        fleet_object("zone", "JARRET", name="Un autre bassin", role="other"),
        river("H1", "AVAL"),
        river("H2", "HUVEAUNE"),
        river("J1", "JARRET", commune="13001"),
        river("Y442403001", "AMONT", measured=FLOW, commune="13007"),
        thresholds("seuils-h1", 1.0, 2.0, 3.0, "H1"),
        thresholds("seuils-h2", 0.5, 0.8, 1.2, "H2"),
    ]
)


def test_each_station_has_its_own_thresholds():
    known = entries(CITY, indicators())
    window = window_of("1h", at("2026-06-10 12:00"), PARIS)
    one = track(np.arange(window.start_at, window.end_at, 900_000), [1.3] * 4, property_id=40)
    colours = {}
    for name in ("seuils-h1", "seuils-h2"):
        indicator, points = known[name][:2]
        (of,) = points
        given = {key: parameter.default for key, parameter in indicator.parameters.items()}
        tracks = {("water_level", 0): one}
        (found,) = indicator.compute(Inputs(window, PARIS, [PointTracks(of, tracks, *MARSEILLE)], parameters=given))
        colours[of] = found.category
        assert (indicator.codes, indicator.unit, indicator.use_case) == (("1h",), "m", "river")
    assert colours == {"H1": "yellow", "H2": "red"}


def test_a_station_of_a_reference_zone_of_the_same_basin_is_the_second_source():
    roster = Roster(CITY, entries(CITY, indicators()))
    span = at("2026-06-10 00:00"), at("2026-06-11 00:00")
    beside = {}
    for name in ("H1", "H2", "J1"):
        members = roster.members("river_second_source", f"point:{name}", *span)
        beside[name] = {
            other: role for other, (role, _) in roster.others("river_second_source", members, *span).items()
        }
    assert beside == {"H1": {"Y442403001": "reference"}, "H2": {"Y442403001": "reference"}, "J1": {}}
