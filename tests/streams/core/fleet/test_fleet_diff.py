"""What a statement changes, field by field, and which history it touches: no more, no less."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from stated_city import A1, A2, at, city, device, fleet, one, placement, point

from vigie.streams.core.fleet.diff import ADDED, CHANGED, TAKEN_BACK, diff
from vigie.streams.core.fleet.effects import Repair, effects
from vigie.streams.core.fleet.merge import merge
from vigie.streams.core.fleet.spans import Span, instant_text
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.fleet.words import EVER
from vigie.streams.fleet.records import Recorded, fleet_object
from vigie.topics.fleet.stated import Fleet, Stated

JANUARY, MARCH, APRIL, MAY = (at(f"2026-0{month}-01T00:00:00Z") for month in (1, 3, 4, 5))


def repairs(*stated: Stated, before: Fleet | None = None) -> list[Repair]:
    before = fleet() if before is None else before
    after, _ = merge(before, list(stated))
    return effects(before, after, diff(before, after))


def test_changes_are_told_by_object_field_and_time():
    before = fleet()
    after, _ = merge(
        before,
        [
            point("P1", name="Toit"), one("party", "commune", name="C", type="commune"),
            one("zone", "Z0", None, "2026-04-01T00:00:00Z", name="Tout", role="other"),
            one("zone", "Z0", "2026-04-01T00:00:00Z", name="Tout", role="control"),
        ],
    )  # fmt: skip
    del after["placement", "P2/1"]
    found = {change.key: change for change in diff(before, after)}
    assert {key: change.what for key, change in found.items()} == {
        ("party", "commune"): ADDED, ("zone", "Z0"): CHANGED, ("point", "P1"): CHANGED,
        ("placement", "P2/1"): TAKEN_BACK,
    }  # fmt: skip
    assert found["point", "P1"].fields == ((Span(), "name", None, "Toit"),)
    assert found["zone", "Z0"].fields == ((Span(APRIL, EVER), "role", "other", "control"),)
    kinds = [change.kind for change in diff(before, after)]
    assert max(kinds.index("party"), kinds.index("zone")) < kinds.index("point") < kinds.index("placement")


def test_an_object_that_holds_for_another_time_says_so():
    before = fleet()
    after, _ = merge(before, [placement("P1/1", "D1", "P1", "2026-03-01T00:00:00Z")])
    (change,) = diff(before, after)
    assert change.fields == ((Span(JANUARY, MARCH), "", True, False),)


def test_where_it_was_read_and_the_order_of_fields_is_no_change():
    before = fleet()
    turned = point("P1")
    attributes = dict(reversed(turned.attributes.items()))
    after, _ = merge(before, [Stated(kind="point", id="P1", attributes=attributes)])
    assert diff(before, after) == []


def test_a_rename_and_a_corrected_coordinate_repair_nothing():
    assert repairs(point("P1", code="T-1", name="Toit", latitude=43.29, altitude_m=12.0, datum="NGF")) == []
    measured = {"properties": [{"property": "air_temperature", "channel": 0}]}
    of_database = {"properties": [{"channel": 0, "property": "air_temperature"}]}  # jsonb has an order of its own
    assert repairs(point("P1", latitude=43.29, **measured), before=fleet(point("P1", **of_database))) == []
    assert repairs(device("D1", A1, firmware="2.1", serial="7")) == []
    assert repairs(placement("P1/1", "D1", "P1", "2026-01-01T00:00:00Z", height_m=3.0, mounting="mât")) == []
    assert repairs(one("commune", "13055", name="M", latitude=43.3, longitude=5.4, radius_km=21.0)) == []


def test_a_zone_a_commune_or_a_use_case_repairs_what_the_point_measured():
    whole = [Repair("P1", A1, Span(JANUARY, EVER), "placement")]
    assert repairs(point("P1", zones=[])) == whole
    assert repairs(point("P1", use_case="noise")) == whole
    assert repairs(point("P1", commune="13001")) == whole
    both = [*whole, Repair("P2", A2, Span(JANUARY, MAY), "placement")]
    assert repairs(one("zone", "Z1", name="Projet", role="project")) == both, "the zone that encloses it is gone"
    assert repairs(one("zone", "Z1", name="Autre nom", role="control", parent="Z0")) == []


def test_a_device_that_was_elsewhere_since_march_repairs_both_points_from_march():
    found = repairs(
        placement("P1/1", "D1", "P1", "2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z"),
        placement("P2/2", "D1", "P2", "2026-03-01T00:00:00Z"),
    )
    assert found == [Repair("P1", A1, Span(MARCH, EVER), "placement"), Repair("P2", A1, Span(MARCH, EVER), "placement")]


def test_an_address_that_changes_from_a_day_on_repairs_from_that_day_on():
    other = "eui:00000000000000ff"
    found = repairs(
        one("device", "D1", None, "2026-04-01T00:00:00Z", **device("D1", A1).attributes),
        one("device", "D1", "2026-04-01T00:00:00Z", **device("D1", other).attributes),
    )
    assert found == [
        Repair("P1", A1, Span(APRIL, EVER), "placement"),
        Repair("P1", other, Span(APRIL, EVER), "placement"),
    ]


def test_a_conversion_corrected_back_to_a_date():
    def conversion(factor: float, since: str | None = None, until: str | None = None) -> Stated:
        return one("conversion", "C", since, until, property="air_temperature", method="linear", factor=factor)

    before = fleet(conversion(1.0), placement("P1/1", "D1", "P1", "2026-01-01T00:00:00Z", conversions=["C"]))
    found = repairs(
        conversion(1.0, None, "2026-03-01T00:00:00Z"), conversion(1.1, "2026-03-01T00:00:00Z"), before=before
    )
    assert found == [Repair("P1", A1, Span(MARCH, EVER), "conversion")]
    assert repairs(
        placement("P1/1", "D1", "P1", "2026-01-01T00:00:00Z", empty_mm=1900, full_mm=100)
    ) == [Repair("P1", A1, Span(JANUARY, EVER), "conversion")]  # fmt: skip


def test_a_verdict_an_outage_and_a_setting_repair_their_span():
    verdict = one("qualification", "Q", point="P1", start_at=instant_text(MARCH), end_at=instant_text(APRIL),
                  verdict="rejected", reason="r", by="technicien")  # fmt: skip
    assert repairs(verdict) == [Repair("P1", A1, Span(MARCH, APRIL), "human")]
    outage = one("intervention", "I", point="P2", state="under_way", type="curative", started_at=instant_text(APRIL))
    assert repairs(outage) == [Repair("P2", A2, Span(APRIL, MAY), "service")], "no device stands there from May on"
    asked = one("intervention", "I", point="P2", state="requested", type="curative", requested_at=instant_text(APRIL))
    assert repairs(asked) == []
    setting = one("quality_setting", "S", "2026-03-01T00:00:00Z", point="P1", property="air_temperature", test="spike",
                  parameters={"off": 1})  # fmt: skip
    assert repairs(setting) == [Repair("P1", A1, Span(MARCH, EVER), "placement")]


def test_a_whole_fleet_is_placed_once():
    before: Fleet = {}
    assert repairs(*city(), before=before) == [
        Repair("P1", A1, Span(JANUARY, EVER), "placement"), Repair("P2", A2, Span(JANUARY, MAY), "placement"),
    ]  # fmt: skip


# -- against the view that the steps read, which is another program

HOURS = 8


def _time(hour: int) -> int | None:
    return None if hour in (0, HOURS) else hour * 3_600_000


def _line(draw: st.DrawFn, kind: str, id_: str, values: st.SearchStrategy[dict[str, Any] | None]) -> list[Stated]:
    """An object's versions one after the other over the hours, with gaps."""
    cuts = sorted({0, HOURS, *draw(st.lists(st.integers(1, HOURS - 1), max_size=2))})
    found = []
    for start, end in pairwise(cuts):
        attributes = draw(values)
        if attributes is not None:
            found.append(Stated(kind=kind, id=id_, valid_from=_time(start), valid_to=_time(end), attributes=attributes))
    return found


def _points() -> st.SearchStrategy[dict[str, Any] | None]:
    return st.builds(
        lambda zones, commune, name: point("P", zones=zones, commune=commune, name=name).attributes,
        st.sampled_from([[], ["Z1"], ["Z0", "Z1"]]), st.sampled_from(["13055", "13001"]), st.sampled_from(["a", "b"]),
    )  # fmt: skip


@st.composite
def _fleets(draw: st.DrawFn) -> Fleet:
    stated: list[Stated] = []
    for name in ("P1", "P2"):
        stated += _line(draw, "point", name, _points())
        if draw(st.booleans()):
            start, end = sorted(draw(st.lists(st.integers(1, HOURS - 1), min_size=2, max_size=2, unique=True)))
            stated.append(one("intervention", f"I-{name}", point=name, state="done", type="curative",
                              started_at=instant_text(start * 3_600_000),
                              ended_at=instant_text(end * 3_600_000)))  # fmt: skip
    for name in ("D1", "D2"):
        addresses = [[f"{name}-a"], [f"{name}-a", f"{name}-b"]]
        stated += _line(draw, "device", name, st.builds(lambda each: {"addresses": each}, st.sampled_from(addresses)))
        places = st.none() | st.builds(
            lambda device_, where, converted, empty: {"device": device_, "point": where, "conversions": converted}
            | ({"empty_mm": empty, "full_mm": 10} if empty else {}),
            st.just(name), st.sampled_from(["P1", "P2"]), st.sampled_from([[], ["C"]]), st.sampled_from([None, 100]),
        )  # fmt: skip
        stated += _line(draw, "placement", f"{name}-1", places)
    stated += _line(draw, "zone", "Z1", st.sampled_from([None, {"name": "z"}, {"name": "z", "parent": "Z0"}]))
    stated += _line(
        draw, "conversion", "C",
        st.builds(lambda factor: {"property": "air_temperature", "method": "linear", "factor": factor},
                  st.sampled_from([1.0, 2.0])),
    )  # fmt: skip
    return merge({}, stated)[0]


def _view(whole: Fleet) -> FleetView:
    recorded = Recorded(1, "a", datetime.fromtimestamp(0, UTC))
    return FleetView().with_objects(fleet_object(key, versions, recorded, 1, 1) for key, versions in whole.items())


def _seen(view: FleetView, address: str, instant: int) -> Any:
    """What the steps know of a reading."""
    placed = view.covering(address, 0, instant)
    where = None if placed is None else view.point_at(placed.point, instant)
    if placed is None or where is None:
        return None
    out = [one_ for one_ in view.outages_of(placed.point) if one_.from_at <= instant < one_.to_at]
    return (
        placed.id, placed.point, placed.device, placed.empty_mm, placed.full_mm, placed.conversions, where.commune,
        frozenset(where.zones), bool(out),
    )  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(_fleets(), _fleets())
def test_repairs_are_where_the_steps_see_something_else_and_nowhere_else(before: Fleet, after: Fleet):
    found = effects(before, after, diff(before, after))
    old, new = _view(before), _view(after)
    for address in ("D1-a", "D1-b", "D2-a", "D2-b"):
        for hour in range(HOURS):
            instant = hour * 3_600_000 + 1_800_000
            was, now = _seen(old, address, instant), _seen(new, address, instant)
            repaired = {
                one_.point for one_ in found if one_.address == address and one_.span.start <= instant < one_.span.end
            }
            expected = {seen[1] for seen in (was, now) if seen is not None} if was != now else set()
            assert repaired == expected, (address, hour, was, now)
    for first, second in pairwise(found):
        assert first[:2] != second[:2] or first.span.end <= second.span.start
        assert first[:2] != second[:2] or first[3] != second[3] or first.span.end < second.span.start, (
            "two would be one"
        )
