"""What the fleet says of an instant does not depend on the order or the splitting of what built it."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from fleet_objects import device, fleet_object, gone, placement, point, version  # isort: skip

from vigie.streams.core.fleet.view import ALWAYS, EVER, FleetView
from vigie.topics.fleet_object import FleetObject
from vigie.topics.quality import Test as Quality

A, B = "eui:24e124136b00000a", "imei:352099001761481"
MARCH, JUNE, NOON = 1_772_323_200_000, 1_780_272_000_000, "2026-06-01T00:00:00Z"


def view(*objects: FleetObject) -> FleetView:
    return FleetView().with_objects(objects)


def where(fleet: FleetView, address: str, at: int, channel: int = 0) -> str | None:
    found = fleet.covering(address, channel, at)
    return None if found is None else found.id


def test_an_address_belongs_to_its_device_from_to():
    """The modem of D1 is replaced in June; D2 gets the old one."""
    fleet = view(
        fleet_object("device", "D1", version(None, JUNE, addresses=[A]), version(JUNE, None, addresses=[B])),
        fleet_object("device", "D2", version(JUNE, None, addresses=[A])),
        placement("P1/1", "D1", "P1"), placement("P2/1", "D2", "P2", MARCH),
    )  # fmt: skip
    assert [fleet.device_at(A, at) for at in (JUNE - 1, JUNE)] == ["D1", "D2"]
    assert (fleet.device_at(B, JUNE - 1), fleet.device_at(B, JUNE)) == (None, "D1")
    assert [where(fleet, A, at) for at in (MARCH, JUNE - 1, JUNE)] == ["P1/1", "P1/1", "P2/1"]
    assert (where(fleet, B, JUNE - 1), where(fleet, B, JUNE)) == (None, "P1/1")
    assert [(one.id, one.from_at, one.to_at) for one in fleet.placements_of(A)] == [
        ("P1/1", ALWAYS, JUNE), ("P2/1", JUNE, EVER),
    ]  # fmt: skip
    assert (fleet.knows(A), fleet.knows("eui:0")) == (True, False)


def test_placements_begin_at_their_instant_and_end_before_the_other():
    fleet = view(device("D", A), placement("1", "D", "P1", MARCH, JUNE), placement("2", "D", "P2", JUNE))
    assert [where(fleet, A, at) for at in (MARCH - 1, MARCH, JUNE - 1, JUNE)] == [None, "1", "1", "2"]
    assert fleet.covering_all(A, JUNE).point == "P2"
    assert fleet.covering_all(A, MARCH - 1) is None


def test_a_placement_whose_device_was_replaced_belongs_to_each_for_its_time():
    fleet = view(
        device("D1", A), device("D2", B),
        fleet_object(
            "placement", "1", version(None, JUNE, device="D1", point="P"), version(JUNE, None, device="D2", point="P")
        ),
    )  # fmt: skip
    assert [where(fleet, A, at) for at in (JUNE - 1, JUNE)] == ["1", None]
    assert [where(fleet, B, at) for at in (JUNE - 1, JUNE)] == [None, "1"]


def test_channels_of_one_device_measure_different_points():
    fleet = view(
        device("D", A), placement("in", "D", "P1", channels=["1", "3"]), placement("out", "D", "P2", channels=["2"])
    )
    assert [where(fleet, A, 0, channel) for channel in (1, 2, 3, 4)] == ["in", "out", "in", None]
    assert fleet.covering_all(A, 0) is None


def test_a_corrected_past_replaces_what_was_known():
    before = view(device("D", A), placement("1", "D", "P1"))
    after = before.with_objects([
        placement("1", "D", "P1", None, MARCH, revision=2), placement("2", "D", "P2", MARCH, revision=2),
    ])  # fmt: skip
    assert (before.revision, where(before, A, MARCH)) == (1, "1"), "a view never changes"
    assert (after.revision, where(after, A, MARCH - 1), where(after, A, MARCH)) == (2, "1", "2")
    moved = after.with_objects([placement("2", "D9", "P2", MARCH, revision=3)])
    assert where(moved, A, MARCH) is None
    assert where(after.with_objects([gone("placement", "1")]), A, 0) is None
    assert not after.with_objects([gone("device", "D")]).knows(A)


def test_an_earlier_revision_of_an_object_is_passed_over():
    """Sent again after a sender died, or taken for news by a database that was restored."""
    held = view(device("D", A), placement("1", "D", "P1", revision=5), placement("2", "D", "P2", JUNE, revision=7))
    after = held.with_objects([placement("1", "D", "P9", revision=4), gone("placement", "2", revision=6)])
    assert (after.revision, after.passed_over) == (7, 2)
    assert (after.covering(A, 0, MARCH).point, where(after, A, JUNE)) == ("P1", "2")
    again = after.with_objects([gone("placement", "2", revision=8)]).with_objects([placement("2", "D", "P2", JUNE)])
    assert (where(again, A, JUNE), again.passed_over) == ("1", 1), "what was taken back stays so"
    assert view(*[placement("1", "D", "P1", revision=5), placement("1", "D", "P2", revision=5)]).passed_over == 0


def test_conversions_hold_from_to_within_a_placement():
    linear = {"property": "distance", "method": "linear"}
    fleet = view(
        device("D", A), placement("1", "D", "P1", conversions=["c"]),
        fleet_object(
            "conversion", "c", version(None, MARCH, offset=5, **linear), version(MARCH, None, offset=7, **linear)
        ),
    )  # fmt: skip
    offsets = [fleet.covering(A, 0, at).conversions[0].offset for at in (MARCH - 1, MARCH)]
    assert offsets == [5.0, 7.0]
    corrected = fleet.with_objects([fleet_object("conversion", "c", offset=6, revision=2, **linear)])
    assert corrected.covering(A, 0, MARCH).conversions[0].offset == 6.0
    assert {one.id for one in fleet.placements_of(A)} == {"1"}


def test_a_point_lies_in_its_zones_and_in_all_that_enclose_them():
    fleet = view(
        point("P", zones=("garden",)), fleet_object("zone", "garden", parent="quarter"),
        fleet_object("zone", "quarter", version(None, MARCH), version(MARCH, None, parent="city")),
    )  # fmt: skip
    assert [fleet.point_at("P", at).zones for at in (MARCH - 1, MARCH)] == [
        ("garden", "quarter"), ("garden", "quarter", "city"),
    ]  # fmt: skip
    assert fleet.point_at("P", MARCH).from_at == MARCH
    other = fleet.with_objects([fleet_object("zone", "quarter", parent="country", revision=2)])
    assert other.point_at("P", MARCH).zones == ("garden", "quarter", "country")
    circle = other.with_objects([fleet_object("zone", "country", parent="garden")])
    assert circle.point_at("P", MARCH).zones == ("garden", "quarter", "country"), "a circle ends"


def test_a_point_says_what_it_measures_and_how_often():
    fleet = view(point("P", properties=[
        {"property": "air_temperature"}, {"property": "passages", "channel": 2, "step_s": 60, "upload_s": 3600},
    ]))  # fmt: skip
    assert fleet.point_at("P", 0).series == ((1, 0, 900, 900), (60, 2, 60, 3600))
    assert fleet.point_at("nobody", 0) is None


def test_settings_verdicts_and_outages_of_a_point():
    setting = {"point": "P", "property": "air_temperature", "test": "gross_range"}
    span = {"point": "P", "start_at": "2026-03-01T00:00:00Z", "end_at": NOON}
    fleet = view(
        fleet_object("quality_setting", "a", channel=1, parameters={"fail_low": -5}, **setting),
        fleet_object("quality_setting", "b", parameters={"fail_low": -9}, **setting),
        fleet_object("qualification", "2", verdict="validated", property="air_temperature", channel=1, **span),
        fleet_object("qualification", "1", verdict="rejected", **span),
        fleet_object("intervention", "open", point="P", state="under_way", started_at=NOON),
        fleet_object("intervention", "past", point="P", state="done", started_at="2026-03-01T00:00:00Z", ended_at=NOON),
        fleet_object("intervention", "asked", point="P", state="requested", started_at=NOON),
    )  # fmt: skip
    assert [(one.channel, one.test, one.parameters) for one in fleet.settings_of("P")] == [
        (None, Quality.GROSS_RANGE, {"fail_low": -9.0}), (1, Quality.GROSS_RANGE, {"fail_low": -5.0}),
    ]  # fmt: skip
    assert fleet.verdicts_of("P") == (("1", MARCH, JUNE, None, None, True), ("2", MARCH, JUNE, 1, 1, False))
    assert fleet.outages_of("P") == (("past", MARCH, JUNE), ("open", JUNE, EVER))
    moved = fleet.with_objects([fleet_object("qualification", "1", verdict="rejected", **span | {"point": "Q"})])
    assert ([one.id for one in moved.verdicts_of("P")], len(moved.verdicts_of("Q"))) == (["2"], 1)


def test_what_cannot_be_understood_is_told_and_leaves_what_was_known():
    fleet = view(device("D", A), placement("1", "D", "P1"))
    bad = fleet.with_objects([placement("1", "D", "P2", channels=["left"], revision=2), device("E", B)])
    assert (bad.revision, where(bad, A, 0), bad.device_at(B, 0)) == (2, "1", "E")
    assert bad.not_understood == {"placement:1": "a channel is a whole number, not 'left'"}
    assert not bad.with_objects([placement("1", "D", "P2", revision=3)]).not_understood
    for attributes in ({"method": "cubic"}, {"method": "table", "table": [[1, 2]]}, {"property": "magic"}):
        said = {"property": "distance", "method": "linear", **attributes}
        assert view(fleet_object("conversion", "c", **said)).not_understood


def test_kinds_that_no_step_reads_only_raise_the_revision():
    assert view(fleet_object("party", "metropole", name="x", revision=7)).revision == 7


NAMES = st.sampled_from(["x", "y", "z"])
TIMES = st.sampled_from([None, MARCH, JUNE])
DEVICES = st.builds(lambda name, addresses: device(name, *addresses), NAMES, st.sets(st.sampled_from([A, B])))
PLACEMENTS = st.builds(
    lambda name, of, at, conversions: placement(name, of, f"P{name}", at, conversions=sorted(conversions)),
    NAMES, NAMES, TIMES, st.sets(NAMES),
)  # fmt: skip
POINTS = st.builds(lambda name, zones: point(name, zones=tuple(sorted(zones))), NAMES, st.sets(NAMES))
ZONES = st.builds(lambda name, parent: fleet_object("zone", name, parent=parent), NAMES, NAMES)
CONVERSIONS = st.builds(
    lambda name, at: fleet_object(
        "conversion", name, version(at, None, property="distance", method="linear", offset=len(name))
    ),
    NAMES, TIMES,
)  # fmt: skip
GONE = st.builds(gone, st.sampled_from(["device", "placement", "point", "zone", "conversion"]), NAMES)


@settings(max_examples=50, deadline=None)
@given(st.lists(DEVICES | PLACEMENTS | POINTS | ZONES | CONVERSIONS | GONE, max_size=25), st.integers(1, 5))
def test_any_splitting_into_applies_gives_the_same_view(objects: list[FleetObject], size: int):
    objects = [structs.replace(one, revision=number) for number, one in enumerate(objects, 1)]
    stepwise = FleetView()
    for start in range(0, len(objects), size):
        stepwise = stepwise.with_objects(objects[start : start + size])
    last = {one.key(): one for one in objects}
    whole = FleetView().with_objects(last.values())
    for address in (A, B):
        assert stepwise.placements_of(address) == whole.placements_of(address)
        assert stepwise.knows(address) == whole.knows(address)
        for at in (MARCH - 1, MARCH, JUNE):
            assert stepwise.device_at(address, at) == whole.device_at(address, at)
            all_, one = whole.covering_all(address, at), whole.covering(address, 0, at)
            assert all_ is None or all_ is one
    for name in "xyz":
        assert [stepwise.point_at(name, at) for at in (0, JUNE)] == [whole.point_at(name, at) for at in (0, JUNE)]
