"""What crossed a network, asked of a real store; counted by hand."""

from datetime import date

import pytest
from store_by_hand import MODEL, device, empty_store, state, uplink

from vigie.streams.sinks.network_queries import network_report, networks

pytestmark = pytest.mark.parts

JUNE_2 = date(2026, 6, 2)


@pytest.fixture(scope="module")
def store(services):
    with empty_store(services) as connection:
        agreed = {"quota_uplinks_per_day": 10, "quota_bytes_per_day": 1000, "shortest_period_s": 900}
        state(
            connection, MODEL, device("a1"), ("party", "aubagne", {"name": "Aubagne", "type": "commune"}),
            ("network", "ville", {"party": "aubagne", "bearer": "lora"} | agreed),
        )  # fmt: skip
        for hour in range(8):  # 8 messages of 8 bytes within the day
            uplink(connection, "eui:a1", f"2026-06-02T{hour:02}:00Z", gateways=["g1", "g2"] if hour else ["g1"])
        batch = uplink(connection, "eui:a1", "2026-06-02T09:00Z", payload=None)
        uplink(connection, "eui:a1", "2026-06-02T08:30Z", id=batch, payload=None, received_at="2026-06-02T09:00Z")
        for minute in (0, 5, 20):  # one of two intervals is too short
            uplink(connection, "eui:zz", f"2026-06-02T10:{minute:02}Z", extras='{"tamper": "1"}', airtime_ms=50.0)
        uplink(connection, "eui:a1", "2026-06-02T22:30Z")  # the third of June, in legal time
        uplink(connection, "eui:a1", "2026-06-02T07:30Z", network="other")
        for observed_at in ("2020-01-01T00:00Z", "2026-06-01T10:00Z"):  # a clock that is wrong, a logger's late flush
            uplink(connection, "eui:a1", observed_at, received_at="2026-06-05T09:00Z")
        yield connection


def test_volume_frequency_and_what_it_was(store):
    found = network_report(store, "ville", JUNE_2, JUNE_2, "Europe/Paris")
    (day,) = found.volume.days
    assert (day.devices, day.uplinks, day.bytes) == (2, 12, 8 * 8 + 3 * 8)
    assert (day.over_uplinks, day.over_bytes) == (2, 0)
    mine, other = found.volume.devices
    assert (mine.device, mine.uplinks, mine.exceeds, mine.shortest_s) == ("eui:a1", 9, False, 3600.0)
    assert (other.too_short, other.intervals, other.exceeds, other.airtime_ms) == (1, 2, True, 150.0)
    assert found.volume.without_payload == 1, "a message with readings of two instants is one"
    assert found.models == {"eui:a1": "em300-th"}
    assert (found.gateways, found.relayed) == ({"g1": 8, "g2": 7}, 8)
    assert found.properties == {"air_temperature": 12}
    assert found.fields == ("tamper",)
    assert found.party.get("name") == "Aubagne"


def test_days_apart(store):
    found = network_report(store, "ville", JUNE_2, date(2026, 6, 3), "Europe/Paris")
    assert [one.uplinks for one in found.volume.days] == [12, 1]
    assert network_report(store, "ville", date(2026, 1, 1), date(2026, 1, 2), "Europe/Paris").volume.days == ()


def test_a_message_counts_on_the_day_on_which_it_crossed_the_network_whatever_its_readings_instants(store):
    found = network_report(store, "ville", date(2026, 6, 5), date(2026, 6, 5), "Europe/Paris")
    assert [(one.day, one.uplinks) for one in found.volume.days] == [(date(2026, 6, 5), 2)]
    assert network_report(store, "ville", date(2026, 6, 1), date(2026, 6, 1), "Europe/Paris").volume.days == ()


def test_networks_that_the_fleet_knows(store):
    assert [one.id for one in networks(store)] == ["ville"]
    assert network_report(store, "other", JUNE_2, JUNE_2, "Europe/Paris") is None
