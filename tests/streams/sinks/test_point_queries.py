"""What a point's page is filled with, asked of a real store."""

from datetime import UTC, datetime

import pytest
from store_by_hand import (
    COMMUNE,
    MODEL,
    PARTY,
    TECHNICIAN,
    device,
    empty_store,
    observation,
    placement,
    point,
    state,
    uplink,
)  # fmt: skip

from vigie.streams.sinks.point_queries import point_facts, points, points_of_device

pytestmark = pytest.mark.parts

NOW = round(datetime(2026, 3, 29, 12, tzinfo=UTC).timestamp() * 1000)


@pytest.fixture(scope="module")
def store(services):
    with empty_store(services) as connection:
        state(
            connection, COMMUNE, MODEL, PARTY, TECHNICIAN, device("a1"), device("a2", "eui:a2", "imei:2"),
            ("zone", "z1", {"name": "Centre", "role": "project"}),
            ("point", "P1", point("P1")[2] | {"zones": ["z1"]}, None, "2026-03-01"),
            ("point", "P1", point("P1")[2] | {"zones": ["z1"], "name": "Toit"}, "2026-03-01", None), point("P2"),
            placement("P1/1", "a1", "P1", None, "2026-03-10"), placement("P1/2", "a2", "P1", "2026-03-10"),
            ("intervention", "i1", {"point": "P1", "state": "done", "type": "curative",
                                    "ended_at": "2026-03-10T08:00:00Z"}),
            ("intervention", "i2", {"point": "P1", "state": "requested", "type": "preventive", "by": "technicien",
                                    "requested_at": "2026-03-20T08:00:00Z"}),
            ("document", "d1", {"type": "photo", "points": ["P1", "P2"], "file": "a.jpg", "date": "2026-03-10"}),
        )  # fmt: skip
        observation(connection, "P1", "2026-03-29T11:30Z", {"air_temperature": 19.0, "battery_level": 80.0})
        observation(connection, "P1", "2026-03-29T11:45Z", {"air_temperature": 21.0}, [3])
        observation(connection, "P1", "2026-03-29T11:50Z", {"air_temperature": 99.0}, withdrawn=True)
        observation(connection, "P1", "2199-01-01T00:00Z", {"air_temperature": 98.0})
        uplink(connection, "eui:a1", "2026-03-09T10:00Z")
        uplink(connection, "imei:2", "2026-03-29T11:45Z", rssi_dbm=-97, gateways=["g1", "g2"], margin_db=9.5)
        uplink(connection, "eui:a2", "2026-03-28T11:45Z")
        yield connection


def test_a_point_as_it_is_now(store):
    found = point_facts(store, "P1", NOW)
    assert found is not None
    assert found.point.get("name") == "Toit"
    assert (found.commune.get("name"), found.zones) == ("Marseille", {"z1": "Centre"})
    assert (found.placement.id, found.device.id) == ("P1/2", "a2")
    assert [one.id for one in found.placements] == ["P1/2", "P1/1"]
    assert [(one.property, one.value, one.flag) for one in found.values] == [(1, 21.0, 3), (91, 80.0, 1)]
    assert (found.heard.device, found.heard.rssi_dbm, len(found.heard.gateways)) == ("imei:2", -97, 2)
    assert [one.id for one in found.interventions] == ["i2", "i1"]
    assert [one.id for one in found.documents] == ["d1"]
    assert "Jean Secret" not in str(found), "contacts are roles on pages"


def test_a_point_as_it_was_before_the_device_changed(store):
    before = point_facts(store, "P1", NOW - 30 * 86_400_000)
    assert (before.point.get("name"), before.device.id) == (None, "a1")


def test_points_in_the_order_of_their_ids(store):
    assert [(one.id, one.name) for one in points(store, 10, "", NOW)] == [("P1", "Toit"), ("P2", "")]
    assert [one.id for one in points(store, 1, "P1", NOW)] == ["P2"]
    assert points(store, 1, "", NOW)[0].last_at == NOW - 900_000
    assert point_facts(store, "P9", NOW) is None


def test_the_points_of_a_device(store):
    assert points_of_device(store, "imei:2", NOW) == [("P1", "P1")]
    assert points_of_device(store, "eui:a1", NOW) == []
