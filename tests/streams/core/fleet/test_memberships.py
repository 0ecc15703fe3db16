"""Which points lie in what, and which windows and thresholds the fleet's indicators ask for them."""

from fleet_objects import fleet_object, gone, point, version  # isort: skip

from vigie.streams.core.fleet.view import ALWAYS, EVER, FleetView
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.members import members
from vigie.topics.property import BY_NAME

MARCH, JUNE = 1_772_323_200_000, 1_780_272_000_000
WARMTH, LAEQ = BY_NAME["air_temperature"].id, BY_NAME["laeq"].id


def indicator(name: str, revision: int = 1, **more: object):
    said = {"name": name, "definition": "…", "owner": "C1", **more}
    return fleet_object("indicator", name, revision=revision, **said)


CITY = FleetView().with_objects(
    [
        fleet_object("zone", "Z1", name="Cours", role="project", parent="Z0"),
        fleet_object(
            "zone", "Z0", version(None, JUNE, name="V", role="other"), version(JUNE, None, name="V", role="control")
        ),
        point("P1", zones=("Z1",), datum="NGF"),
        point("P2", zones=("Z0",), commune="13001"),
        point("P3", use_case="noise", properties=[{"property": "laeq"}]),
    ]
)  # fmt: skip


def ids(points: object) -> list[str]:
    return [one.id for one in points]  # type: ignore[attr-defined]


def test_points_lie_in_their_zones_and_in_those_around_them():
    assert ids(CITY.points_in("Z0", MARCH)) == ["P1", "P2"]
    assert ids(CITY.points_in("Z1", MARCH)) == ["P1"]
    assert ids(CITY.points_in("Z9", MARCH)) == []
    assert ids(CITY.points_of_use_case("noise", MARCH)) == ["P3"]
    assert ids(CITY.memberships.points_of("commune:13001", MARCH)) == ["P2"]
    assert [one.datum for one in CITY.points_in("Z0", MARCH)] == ["NGF", ""]


def test_a_role_and_a_place_are_of_an_instant():
    assert [CITY.zone_role("Z0", at) for at in (MARCH, JUNE)] == ["other", "control"]
    assert (CITY.zone_role("Z1", MARCH), CITY.zone_role("Z9", MARCH)) == ("project", "other")
    said = {"code": "P1", "use_case": "heat", "commune": "13055", "latitude": 43, "longitude": 5, "step_s": 900,
            "upload_s": 900, "properties": []}  # fmt: skip
    moved = fleet_object(
        "point", "P1", version(None, JUNE, **said, zones=["Z1"]), version(JUNE, None, **said), revision=2
    )
    after = CITY.with_objects([moved])
    assert ids(after.points_in("Z0", JUNE - 1)) == ["P1", "P2"]
    assert ids(after.points_in("Z0", JUNE)) == ["P2"]
    assert ids(CITY.points_in("Z0", JUNE)) == ["P1", "P2"], "the view before is as it was"
    assert ids(after.with_objects([gone("point", "P2", 3)]).points_in("Z0", JUNE)) == []


def test_windows_are_asked_of_points_zones_and_use_cases():
    asked = CITY.with_objects(
        [
            indicator("a", properties=["air_temperature"], windows=["r24h"], zones=["Z1"]),
            indicator("b", properties=["laeq"], windows=["30m"], use_case="noise"),
            indicator("c", properties=["air_temperature"], windows=["30m"], points=["P1", "P2"]),
            indicator("own", expression="max(air_temperature)", properties=["air_temperature"], windows=["r7d"]),
        ]
    )
    assert asked.windows_asked("P1") == {WARMTH: {"r24h", "30m"}}
    assert asked.windows_asked("P2") == {WARMTH: {"30m"}}
    assert asked.windows_asked("P3") == {LAEQ: {"30m"}}
    assert asked.zone_windows_asked("Z1") == {WARMTH: {"r24h"}}
    assert asked.memberships.codes_of_zones() == {"zone:Z1": {"r24h"}}
    assert (asked.zone_windows_asked("Z0"), CITY.windows_asked("P1"), CITY.zone_windows_asked("Z1")) == ({}, {}, {})
    assert [one.id for one in asked.indicators()] == ["a", "b", "c", "own"]
    assert asked.with_objects([gone("indicator", "c")]).windows_asked("P2") == {}
    assert asked.with_objects([point("P2", zones=("Z1",), revision=2)]).windows_asked("P2") == {WARMTH: {"30m", "r24h"}}


def test_an_indicator_that_names_nobody_is_for_every_point():
    asked = CITY.with_objects([indicator("a", properties=["laeq"], windows=["r1h"])])
    assert asked.windows_asked("P1") == asked.windows_asked("P3") == {LAEQ: {"r1h"}}


def test_thresholds_are_of_the_zones_and_the_use_case_that_are_named():
    asked = CITY.with_objects(
        [
            indicator("a", properties=["air_temperature"], parameters={"above": 35}, zones=["Z1"]),
            indicator("b", properties=["air_temperature"], parameters={"above": 30}, zones=["Z1"]),
            indicator("c", properties=["laeq"], parameters={"above": 65}, use_case="noise"),
        ]
    )
    assert asked.memberships.thresholds("zone:Z1") == {WARMTH: (30, 35)}
    assert asked.memberships.thresholds("use_case:noise") == {LAEQ: (65,)}
    assert asked.memberships.thresholds("zone:Z0") == asked.memberships.thresholds("commune:13055") == {}


def test_what_is_no_property_or_window_is_said_and_changes_nothing():
    asked = CITY.with_objects([indicator("a", properties=["laeq"], windows=["r1h"])])
    after = asked.with_objects(
        [indicator("a", 2, properties=["laeq"], windows=["2h"]), indicator("b", properties=["noise"], windows=["1h"])]
    )
    assert after.windows_asked("P3") == {LAEQ: {"r1h"}}
    assert "not '2h'" in after.not_understood["indicator:a"]
    assert "'noise'" in after.not_understood["indicator:b"]
    one = after.indicators()[0]
    assert (one.from_at, one.to_at, one.owner) == (ALWAYS, EVER, "C1")


def test_a_point_that_moves_takes_part_in_the_day_on_both_sides():
    said = {"code": "P1", "use_case": "heat", "commune": "13055", "latitude": 43, "longitude": 5, "step_s": 900,
            "upload_s": 900,
            "properties": [{"property": "air_temperature"}, {"property": "passages", "channel": 2}]}  # fmt: skip
    moved = fleet_object(
        "point", "P1", version(None, JUNE, **said, zones=["Z1"]), version(JUNE, None, **said, zones=["Z2"]), revision=2
    )
    after = CITY.with_objects([moved]).memberships
    across, before = Window("1d", JUNE - 1000, JUNE + 1000), Window("1h", JUNE - 1000, JUNE)
    assert (
        members(after, "zone:Z1", across) == members(after, "zone:Z2", across) == ({"P1"}, {(WARMTH, 0): 1, (60, 2): 1})
    )
    assert members(after, "zone:Z1", before).points == {"P1"}
    assert members(after, "zone:Z2", before) == (frozenset(), {})
    assert members(after, "use_case:heat", across).expected == {(WARMTH, 0): 2, (60, 2): 1}
