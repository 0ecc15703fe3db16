"""What indicators ask the store beside readings of points, on a real PostgreSQL; counted by hand."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from fleet_objects import fleet_object
from fleet_objects import point as fleet_point
from looked_at import PARIS, at, run
from store_by_hand import COMMUNE, MODEL, device, empty_store, observation, placement, point, state, uplink

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.network_loss import loss_by_counter
from vigie.streams.core.windows.indicator import indicators
from vigie.streams.core.windows.legal import window_of
from vigie.streams.core.windows.roster import Roster, entries
from vigie.streams.core.windows.work import NamedWork
from vigie.streams.sinks.battery_facts import load_battery
from vigie.streams.sinks.neighbour_facts import load_neighbours
from vigie.streams.sinks.network_facts import load_frames, load_reliability, load_volume
from vigie.streams.sinks.reliability_day import compute_day
from vigie.streams.sinks.sobriety_facts import load_sobriety
from vigie.streams.steps.indicator_engine import IndicatorEngine
from vigie.topics.aggregate_encoder import AggregateEncoder

pytestmark = pytest.mark.parts

MIDNIGHT = datetime(2026, 6, 1, 22, tzinfo=UTC)
"""Of 2 June 2026 in legal time."""
DAY = window_of("1d", at("2026-06-02 12:00"), PARIS)
LIGHTING = {"use_case": "lighting", "properties": [{"property": "active_energy_index"}]}


def moment(minutes: float) -> str:
    return (MIDNIGHT + timedelta(minutes=minutes)).isoformat()


@pytest.fixture(scope="module")
def store(services):
    with empty_store(services) as connection:
        state(
            connection, COMMUNE, MODEL, device("a1"), device("a2"),
            ("party", "aubagne", {"name": "A", "type": "commune"}),
            ("network", "ville", {"party": "aubagne", "bearer": "lora", "quota_uplinks_per_day": 100}),
            ("zone", "depart-3", {"name": "Départ 3", "role": "other"}),
            point("P1"), placement("P1/1", "a1", "P1", moment(-200 * 1440)),
            point("L1", **LIGHTING, buddy_group="depart-1"), point("L2", **LIGHTING, buddy_group="depart-1"),
            point("L3", **LIGHTING, buddy_group="depart-2"), point("L4", **LIGHTING, zones=["depart-3"]),
            point("L5", **LIGHTING, zones=["depart-3"]), point("H1", buddy_group="depart-1"),
            placement("L1/1", "a2", "L1", moment(-1440)),
        )  # fmt: skip
        uplink(connection, "eui:a1", moment(-60), f_cnt=65_533, sf=7)
        for hour in range(24):
            if hour in (5, 6):
                continue
            known = {"airtime_ms": 50.0, "sf": 7} if hour < 12 else {"sf": 9}
            sent = uplink(connection, "eui:a1", moment(60 * hour), f_cnt=(65_534 + hour) % 65_536, **known)
            observation(connection, "P1", moment(60 * hour), uplink=sent, placement="P1/1", device="a1")
        batch = uplink(connection, "eui:a2", moment(600), f_cnt=None, session=None, payload=None)
        uplink(connection, "eui:a2", moment(540), received_at=moment(600), id=batch, session=None, payload=None)
        uplink(connection, "eui:zz", moment(30), network="other", f_cnt=1)
        for back in range(1, 20):
            uplink(connection, "eui:a1", moment(720 - 1440 * back), properties=[91, 90], channels=[0, 0],
                   **{'"values"': [80.0 + back, 3600.0]})  # fmt: skip
        for name, minutes in (("L1", (0, 60)), ("L2", (5, 65)), ("L3", (7,)), ("L5", (9, -3000))):
            for one in minutes:
                observation(connection, name, moment(one), {"active_energy_index": 1.0}, use_case="lighting")
        yield connection


def test_frames_of_a_network_each_once_with_what_came_before(store):
    found = load_frames(store, ["ville", "none"], DAY)
    assert len(found["none"]["frames"].device) == 0
    frames = found["ville"]["frames"]
    mine = frames.where(frames.f_cnt >= 0)
    assert len(mine.device) == 23
    assert sorted(mine.received_at.tolist())[1] == DAY.start_at
    lost = loss_by_counter(frames, DAY.start_at)
    assert (lost.received.tolist(), lost.emitted.tolist()) == ([22], [24])
    facts = found["ville"]
    assert sorted(set(facts["sf"].tolist())) == [0, 7, 9]
    assert (np.nansum(facts["airtime_ms"]), np.isnan(facts["airtime_ms"]).sum()) == (500.0, 15)
    assert (facts["bytes"] == -1).sum() == 1, "the batch, once"
    result = run("network_loss", "1d", "2026-06-02 12:00", {}, found["ville"])[0]
    assert (result.count, result.expected, result.details["devices"]) == (23, 25, 2)


def test_volume_by_legal_day_and_what_was_agreed(store):
    found = load_volume(store, ["ville", "other"], DAY)
    assert (found["ville"]["uplinks"][-1], found["ville"]["bytes"][-1]) == (23, 22 * 8)
    assert (found["ville"]["uplinks"][-2], len(found["ville"]["uplinks"])) == (2, 28)
    assert np.isnan(found["ville"]["uplinks"][0])
    assert (found["ville"]["quota_uplinks"], found["ville"]["quota_bytes"]) == (100, None)
    assert (found["other"]["uplinks"][-1], found["other"]["quota_uplinks"]) == (1, None)
    result = run("network_volume_per_day", "1d", "2026-06-02 12:00", {}, found["ville"])[0]
    assert (result.value, result.category, result.details["quota_uplinks_pct"]) == (23, "ok", 23)


def test_layers_are_those_of_the_reliability_report(store):
    assert load_reliability(store, ["ville"], DAY)["ville"] == {"layers": {}, "days": 0}
    compute_day(store, date(2026, 6, 2), PARIS)
    found = load_reliability(store, ["ville"], DAY)["ville"]
    assert (found["layers"]["radio"], found["days"]) == ((22.0, 24.0, pytest.approx(22 / 24)), 1)
    result = run("network_availability", "1d", "2026-06-02 12:00", {}, found)[0]
    assert result.details["radio_loss_pct"] == pytest.approx(100 * 2 / 24)
    assert result.value is not None


def test_what_a_device_sends_and_says_of_its_battery(store):
    week = window_of("1w", at("2026-06-02 12:00"), PARIS)
    found = load_battery(store, ["P1", "L1", "H1"], week)
    (mine,) = found["P1"]["devices"]
    assert dict(mine["sent"]) == {0: 1, 7: 11, 9: 12}, "one of Monday without a factor, one with"
    assert mine["age_days"] == pytest.approx(206, abs=0.1)
    days, levels = mine["level"]
    assert len(days) == len(levels) == len(mine["voltage"][0]) == 7
    assert np.all(np.diff(days) == 3)
    assert np.all(np.diff(levels) == -3)
    assert found["H1"]["devices"] == ()
    assert found["L1"]["devices"][0]["sent"] == ((0, 1),)
    assert run("network_battery", "1w", "2026-06-02 12:00", {}, found["P1"])[0].value > 0


def test_neighbours_are_those_of_the_group_or_of_the_zone(store):
    found = load_neighbours(store, ["L1", "L3", "L4"], DAY)
    (of_group,) = found["L1"]["neighbours"]
    assert of_group.tolist() == [DAY.start_at + 5 * 60_000, DAY.start_at + 65 * 60_000], "L2; H1 is no lighting"
    assert found["L3"]["neighbours"] == ()
    (of_zone,) = found["L4"]["neighbours"]
    assert of_zone.tolist() == [DAY.start_at + 9 * 60_000], "L5, from two days before on"


def test_what_a_use_case_takes_in_the_store(store):
    for name, indicator, value, definition in (
        ("point:P1", "air_temperature", 1.0, ""), ("point:P1", "heat_mean", 1.0, "1"),
        ("point:P1", "heat_max", None, "1"), ("point:L1", "heat_mean", 1.0, "1"),
    ):  # fmt: skip
        store.execute(
            "INSERT INTO aggregate (subject, indicator, window_code, window_start, window_end, revision, count,"
            " input_hash, reason, value, definition) VALUES (%s, %s, '1d', %s, %s, 0, 1, '', 'closed', %s, %s)",
            (name, indicator, moment(0), moment(1440), value, definition),
        )
    found = load_sobriety(store, ["heat", "waste"], DAY)
    traffic = found["heat"]["traffic"]
    assert (traffic.devices, traffic.uplinks, traffic.readings, traffic.aggregates) == (1, 22, 22, 3)
    assert (found["heat"]["useful"], found["heat"]["indicators"]) == (1, 1)
    assert all(100 < one < 1000 for one in (traffic.observation_bytes, traffic.uplink_bytes, traffic.aggregate_bytes))
    assert found["waste"]["traffic"].uplinks == 0
    assert run("platform_uplinks_per_indicator", "1d", "2026-06-02 12:00", {}, found["heat"])[0].value == 22
    assert run("platform_volume", "1d", "2026-06-02 12:00", {}, found["heat"])[0].value > 22 * 700


def test_what_needs_no_readings_is_computed_by_the_engine_of_recompute(store):
    city = FleetView().with_objects([fleet_object("network", "ville", bearer="lora"), fleet_point("P1")])
    roster = Roster(city, entries(city, indicators()), ("ville",))
    engine = IndicatorEngine(AggregateEncoder(), PARIS)
    made = {}
    for name in ("network_loss", "network_airtime", "network_volume_per_day", "network_battery", "platform_volume"):
        code = indicators()[name].codes[0]
        window = window_of(code, at("2026-06-02 12:00"), PARIS)
        assert roster.subjects(name), name
        work = NamedWork(name, (window,), tuple(roster.subjects(name)), "asked", "asked")
        made[name] = len(engine.compute(store, roster, work, None).records)
    assert made == dict.fromkeys(made, 1) | {"platform_volume": 2}, "of two use cases"
