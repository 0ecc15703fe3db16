"""The audit asked of a real store."""

from datetime import UTC, datetime, timedelta

import pytest
from store_by_hand import COMMUNE, MODEL, device, empty_store, observation, placement, point, state, uplink

from vigie.streams.core.commissioning import Verdict
from vigie.streams.sinks.audit_queries import NoPlacementError, audit

pytestmark = pytest.mark.parts

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = 1_772_900_000_000


def moment(number: int) -> str:
    return (START + timedelta(minutes=15 * number)).isoformat()


@pytest.fixture(scope="module")
def store(services):
    with empty_store(services) as connection:
        state(
            connection, COMMUNE, MODEL, device("a1"), device("a2"),
            point("P1", buddy_group="centre"), point("P2", buddy_group="centre"),
            placement("P1/1", "a1", "P1", START.isoformat()),
            placement("P2/1", "a2", "P2", START.isoformat(), moment(48)),
        )  # fmt: skip
        with connection.transaction():
            for number in range(200):  # 192 of them within the first 48 hours
                if number % 16 == 3:  # lost on the way: 12 of the 192
                    continue
                uplink(connection, "eui:a1", moment(number), f_cnt=number, margin_db=11.0, gateways=["g1", "g2"])
                observation(connection, "P1", moment(number), {"air_temperature": 21.0}, [4 if number < 9 else 1])
                observation(connection, "P2", moment(number), {"air_temperature": 20.0})
        yield connection


def test_the_audit_of_a_placement(store):
    found = audit(store, "P1", LATER)
    assert (found.placement.id, found.model, found.complete) == ("P1/1", "em300-th", True)
    lines = {line.name: line for line in found.lines}
    assert (lines["reception"].numerator, lines["reception"].denominator) == (180, 192)
    assert (lines["loss"].numerator, lines["loss"].denominator) == (12, 192)
    assert lines["loss"].verdict is Verdict.WATCH
    assert (lines["plausible"].numerator, lines["plausible"].denominator) == (8, 180)
    assert lines["neighbours"].value == 1.0
    assert (lines["margin"].value, lines["gateways"].value) == (11.0, 2.0)
    assert lines["latency"].value == 0


def test_a_young_placement_is_audited_so_far(store):
    now = round((START + timedelta(hours=6)).timestamp() * 1000)
    found = audit(store, "P1", now)
    assert not found.complete
    assert {line.name: line.denominator for line in found.lines}["reception"] == 24


@pytest.mark.parametrize(("point_id", "chosen", "why"), [("P9", "", "point"), ("P1", "P1/2", "placement")])
def test_without_point_or_placement_there_is_no_audit(store, point_id, chosen, why):
    with pytest.raises(NoPlacementError, match=why):
        audit(store, point_id, LATER, chosen)


def test_a_placement_that_ended_within_two_days_is_audited_as_a_whole(store):
    found = audit(store, "P2", LATER)
    assert (found.complete, found.end_at - found.start_at) == (True, 12 * 3_600_000)
