"""An uplink goes to each point at which one of its readings was taken, once, its bytes unchanged."""

from typing import Any

from fleet_objects import device, fleet_object, placement, version
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.place import Placer

A, NOBODY = "eui:24e124136b00000a", "eui:ffffffffffffffff"
MARCH = 1_772_323_200_000
HOUR = 3_600_000
FLEET = FleetView().with_objects([
    device("D", A), placement("1", "D", "P1", None, MARCH), placement("2", "D", "P2", MARCH),
    device("COUNTER", "src:a:counter"), placement("in", "COUNTER", "IN", channels=["1"], revision=7),
    placement("out", "COUNTER", "OUT", channels=["2"]),
    device("LATER", "src:a:later"), placement("later", "LATER", "P3", MARCH),
])  # fmt: skip


def uplink(
    address: str, at: int, *readings: tuple[int, int | None], network: str = "metropole", revision: int = 0
) -> dict[str, Any]:
    """An uplink with readings of (channel, own instant)."""
    return {
        "device": address, "network": network, "observed_at": at, "revision": revision,
        "readings": [
            {"property": 1, "channel": channel, "value": 1.0, "observed_at": own_at} for channel, own_at in readings
        ],
    }  # fmt: skip


def to(view: FleetView, *uplinks: dict[str, Any]) -> tuple[list[tuple[str, str]], dict[tuple[str, str], int]]:
    """(Point, placement) of each record, and what was not placed."""
    values = [b"%d" % number for number in range(len(uplinks))]
    placed = Placer().place(view, values, uplinks)
    return [(key.decode(), dict(headers)["vigie-placement"].decode()) for key, _, headers, _ in placed.records], dict(
        placed.unplaced
    )


def test_an_uplink_goes_to_the_point_of_its_time_with_its_bytes():
    values = [b"one", b"two"]
    placed = Placer().place(FLEET, values, [uplink(A, MARCH - 1, (0, None)), uplink(A, MARCH, (0, None), (5, None))])
    assert placed.records == [
        (b"P1", b"one", [("vigie-placement", b"1"), ("vigie-fleet-revision", b"7")], None),
        (b"P2", b"two", [("vigie-placement", b"2"), ("vigie-fleet-revision", b"7")], None),
    ]
    assert not placed.unplaced


def test_readings_of_their_own_times_go_where_the_device_was_then():
    """A logger that was moved between two uploads."""
    history = [(0, MARCH - HOUR), (0, MARCH - 1), (0, MARCH), (0, None)]
    assert to(FLEET, uplink(A, MARCH + HOUR, *history)) == ([("P1", "1"), ("P2", "2")], {})
    assert to(FLEET, uplink(A, MARCH + HOUR, (0, MARCH - HOUR))) == ([("P1", "1")], {})


def test_channels_go_to_their_points_once_each():
    both = uplink("src:a:counter", MARCH, (1, None), (2, None), (1, None), (9, None))
    assert to(FLEET, both) == ([("IN", "in"), ("OUT", "out")], {})


def test_a_replay_goes_to_all_points_of_its_device_for_what_an_earlier_decoding_put_there():
    assert to(FLEET, uplink(A, MARCH, (0, None), revision=1)) == ([("P2", "2"), ("P1", "1")], {})
    assert to(FLEET, uplink("src:a:counter", MARCH, (1, None), revision=1)) == ([("IN", "in"), ("OUT", "out")], {})
    nowhere = uplink("src:a:later", MARCH - 1, (0, None), revision=1)
    assert to(FLEET, nowhere) == ([("P3", "later")], {("metropole", "no_placement"): 1})


def test_what_is_placed_nowhere_is_counted_by_its_reason():
    assert to(
        FLEET,
        uplink(NOBODY, MARCH, (0, None)), uplink(NOBODY, MARCH, network="partner"),
        uplink("src:a:later", MARCH - 1, (0, None)), uplink("src:a:counter", MARCH, (9, None)),
    ) == ([], {
        ("metropole", "unknown_device"): 1, ("partner", "unknown_device"): 1, ("metropole", "no_placement"): 2,
    })  # fmt: skip


def test_an_uplink_without_readings_from_a_point_is_neither_placed_nor_counted():
    assert to(FLEET, uplink(A, MARCH), uplink("src:a:counter", MARCH)) == ([], {})
    assert to(FLEET, uplink("src:a:later", MARCH - 1)) == ([], {("metropole", "no_placement"): 1})


def test_a_placement_in_pieces_gets_one_copy():
    """Its conversion changes in March."""
    said = {"property": "distance", "method": "linear"}
    view = FleetView().with_objects([
        device("D", A), placement("1", "D", "P1", conversions=["c"]),
        fleet_object("conversion", "c", version(None, MARCH, offset=1, **said), version(MARCH, None, offset=2, **said)),
    ])  # fmt: skip
    assert to(view, uplink(A, MARCH, (0, MARCH - 1), (0, None))) == ([("P1", "1")], {})


def test_another_view_has_other_headers():
    placer, later = Placer(), FLEET.with_objects([placement("2", "D", "P9", MARCH, revision=8)])
    for view, expected in ((FLEET, (b"P2", b"7")), (later, (b"P9", b"8")), (FLEET, (b"P2", b"7"))):
        ((key, _, headers, _),) = placer.place(view, [b""], [uplink(A, MARCH, (0, None))]).records
        assert (key, dict(headers)["vigie-fleet-revision"]) == expected


TIMES = st.sampled_from([MARCH - HOUR, MARCH - 1, MARCH, MARCH + HOUR])
UPLINKS = st.builds(
    lambda address, at, readings: uplink(address, at, *readings),
    st.sampled_from([A, "src:a:counter", "src:a:later", NOBODY]), TIMES,
    st.lists(st.tuples(st.integers(0, 3), st.none() | TIMES), max_size=4),
)  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(UPLINKS)
def test_an_uplink_goes_exactly_where_its_readings_were_taken(one: dict[str, Any]):
    expected = set()
    for reading in one["readings"]:
        at = one["observed_at"] if reading["observed_at"] is None else reading["observed_at"]
        found = FLEET.covering(one["device"], reading["channel"], at)
        if found is not None:
            expected.add((found.point, found.id))
    points, _ = to(FLEET, one)
    assert (sorted(points), len(points)) == (sorted(expected), len(set(points)))
