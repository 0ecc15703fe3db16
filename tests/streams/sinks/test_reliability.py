"""The reliability of a day, on a real PostgreSQL; every figure is counted by hand."""

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from store_by_hand import COMMUNE, MODEL, device, observation, placement, point, state, uplink

from vigie.streams import metrics
from vigie.streams.sinks.migrate import migrate
from vigie.streams.sinks.reliability_day import compute_day, day_bounds

pytestmark = pytest.mark.parts

DAY = date(2026, 6, 2)
MIDNIGHT = datetime(2026, 6, 1, 22, tzinfo=UTC)
"""Of legal time, in summer."""


def moment(minutes: float) -> str:
    return (MIDNIGHT + timedelta(minutes=minutes)).isoformat()


@pytest.fixture
def store(database):
    """Two points of six readings an hour and one of a period of an hour, over a day that is cut to its first hours."""
    with psycopg.connect(database, autocommit=True) as connection:
        migrate(connection)
        hourly = {"step_s": 3600, "upload_s": 3600}
        state(
            connection, COMMUNE, MODEL, device("a1"), device("a2"), device("a3"),
            point("P1", **hourly), point("P2", **hourly, use_case="noise", properties=[{"property": "laeq"}]),
            point("P3", **hourly), placement("P1/1", "a1", "P1"), placement("P2/1", "a2", "P2"),
            placement("P3/1", "a3", "P3", moment(720)),
        )  # fmt: skip
        # P1: a counter that stood at 9 on the day before and comes to 33; of 24 frames 4 are lost, one of them the
        # first of the day, and one of those that arrive is late. P2: no counter; 18 of 24 hours heard, one twice.
        uplink(connection, "eui:a1", moment(-60), f_cnt=9)
        for hour in range(24):
            if hour not in (0, 5, 6, 20):
                late = moment(60 * hour + 180) if hour == 8 else moment(60 * hour + 1 / 60)
                sent = uplink(connection, "eui:a1", moment(60 * hour), f_cnt=10 + hour, ingested_at=late)
                if hour != 7:  # decoded and not placed
                    observation(
                        connection, "P1", moment(60 * hour), {"air_temperature": 20.0}, [4 if hour == 9 else 1],
                        uplink=sent, placement="P1/1", ingested_at=moment(60 * hour), recorded_at=moment(60 * hour + 1),
                    )  # fmt: skip
            if hour < 18:
                sent = uplink(connection, "eui:a2", moment(60 * hour), network="other", session=None)
                observation(connection, "P2", moment(60 * hour), {"laeq": 60.0}, uplink=sent, placement="P2/1")
        uplink(connection, "eui:a2", moment(30), network="other", session=None)
        yield connection


def figures(connection, subject: str) -> dict[str, tuple]:
    rows = connection.execute(
        "SELECT indicator, value, numerator, denominator, method FROM reliability WHERE subject = %s AND day = %s",
        (subject, DAY),
    )
    return {row[0]: row[1:] for row in rows}


def test_a_point_with_frame_counters(store):
    compute_day(store, DAY, "Europe/Paris")
    found = figures(store, "point:P1")
    assert found["sensor"] == (1.0, 24, 24, "counter"), "its counter went on by 24"
    assert found["radio"] == (pytest.approx(20 / 24), 20, 24, "counter"), "the gap at midnight counts on this day"
    assert found["network"] == (pytest.approx(19 / 20), 19, 20, "within_2_upload_periods")
    assert found["platform"] == (pytest.approx(19 / 20), 19, 20, "observed_of_decoded")
    assert found["completeness"] == (pytest.approx(19 / 24), 19, 24, "step")
    assert found["usable"] == (pytest.approx(18 / 19), 18, 19, "flags_1_2")
    assert found["decode_errors"] == (None, 0, 0, "not_counted")
    assert found["latency_p50_s"] == (pytest.approx(1.0), 20, 20, "received_to_ingested")
    assert found["latency_p95_s"][0] == pytest.approx(1 + 0.05 * (10_800 - 1))
    assert found["storage_p95_s"] == (pytest.approx(60.0), 19, 19, "ingested_to_recorded")
    assert figures(store, "device:a1") == found


def test_a_point_without_counters_is_counted_by_periods(store):
    compute_day(store, DAY, "Europe/Paris")
    found = figures(store, "point:P2")
    assert found["sensor"] == (0.75, 18, 24, "slots"), "an hour heard twice is one"
    assert found["radio"] == (None, 0, 0, "no_counter")
    assert found["platform"][1:3] == (18, 19)


def test_a_point_that_nobody_heard_is_missed_for_the_time_of_its_placement(store):
    compute_day(store, DAY, "Europe/Paris")
    found = figures(store, "point:P3")
    assert found["sensor"] == (0.0, 0, 12, "slots")
    assert found["completeness"] == (0.0, 0, 12, "step")
    assert "latency_p50_s" not in found
    assert figures(store, "network:None") == {}


def test_points_add_up_to_networks_use_cases_and_all(store):
    compute_day(store, DAY, "Europe/Paris")
    assert figures(store, "network:ville")["sensor"][1:3] == (24, 24)
    assert figures(store, "network:other")["sensor"][1:3] == (18, 24)
    assert figures(store, "use_case:heat")["sensor"] == (pytest.approx(24 / 36), 24, 36, "counter+slots")
    assert figures(store, "commune:13055")["sensor"][1:3] == (42, 60)
    assert figures(store, "model:em300-th") == figures(store, "platform:all")
    assert figures(store, "platform:all")["latency_p50_s"][1] == 39


def test_dead_letters_count_against_the_platform(store):
    compute_day(store, DAY, "Europe/Paris", letters={("eui:a1", "ville"): 5, ("", "ville"): 3, ("", "x"): 2})
    assert figures(store, "point:P1")["decode_errors"] == (0.2, 5, 25, "dead_letters")
    assert figures(store, "point:P1")["platform"] == (19 / 25, 19, 25, "observed_of_arrived")
    assert figures(store, "network:ville")["decode_errors"][1:3] == (8, 28)
    assert figures(store, "platform:all")["decode_errors"][1:3] == (10, 49)
    assert figures(store, "point:P2")["decode_errors"] == (0.0, 0, 19, "dead_letters")


def test_a_day_computed_again_is_the_same_and_a_late_value_changes_it(store):
    first = compute_day(store, DAY, "Europe/Paris")
    assert compute_day(store, DAY, "Europe/Paris") == first
    count = store.execute("SELECT count(*) FROM reliability").fetchone()[0]
    assert count == first
    uplink(store, "eui:a1", moment(60 * 20), f_cnt=30)
    compute_day(store, DAY, "Europe/Paris")
    assert figures(store, "point:P1")["radio"][1:3] == (21, 24)


def test_a_day_that_is_not_over_expects_no_more_than_so_far(store):
    compute_day(store, DAY, "Europe/Paris", now=day_bounds(DAY, "Europe/Paris")[0] + 6 * 3_600_000)
    found = figures(store, "point:P1")
    assert found["sensor"][2] == 6
    assert found["radio"][1:3] == (4, 5), "the gap that ends at seven is not over yet"
    assert figures(store, "point:P3") == {}


def test_a_day_of_october_has_25_hours(store):
    compute_day(store, date(2026, 10, 25), "Europe/Paris")
    rows = store.execute("SELECT denominator FROM reliability WHERE subject = 'point:P1' AND indicator = 'sensor'")
    assert rows.fetchone()[0] == 25


def test_metrics_tell_networks_and_use_cases_and_no_points(store):
    compute_day(store, DAY, "Europe/Paris")
    text = metrics.generate_latest(metrics.REGISTRY).decode()
    assert 'vigie_reliability_ratio{indicator="radio",name="ville",scope="network"} 0.83' in text
    assert 'vigie_reliability_delay_seconds{indicator="latency_p50",name="heat",scope="use_case"} 1.0' in text
    assert 'scope="point"' not in text
