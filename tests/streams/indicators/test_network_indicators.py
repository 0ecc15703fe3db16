"""Indicators of networks and of sobriety, held against frames that were counted when they were sent."""

import numpy as np
import pytest
from looked_at import HOUR_MS, at, run

from vigie.codecs.radio import airtime_ms
from vigie.streams.core.network_battery import months_left
from vigie.streams.core.network_loss import Frames, loss_by_counter
from vigie.streams.core.network_quota import quota
from vigie.streams.core.network_sobriety import Traffic
from vigie.streams.core.radio_figures import counter_loss

QUARTER_MS = 900_000
DAY = "2025-06-10"
BEGIN = at(f"{DAY} 00:00")


def sent(device, session, first, count, begin=BEGIN):
    """Frames as a device sends them: one each quarter of an hour."""
    numbers = np.arange(count)
    return Frames(np.full(count, device), np.full(count, session), first + numbers, begin + numbers * QUARTER_MS)


def together(*parts):
    return Frames(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def facts(frames, sf=7, told=np.nan, size=20):
    n = len(frames.device)
    columns = {"sf": np.broadcast_to(sf, n), "airtime_ms": np.broadcast_to(told, n), "bytes": np.broadcast_to(size, n)}
    return {"frames": frames, **columns}


def loss(frames):
    return run("network_loss", "1d", f"{DAY} 12:00", {}, facts(frames))[0]


def test_loss_is_what_was_sent_and_did_not_arrive_in_any_order_and_however_often_it_came():
    rng = np.random.default_rng(5)
    whole = together(
        sent(1, 1, 500, 96), sent(2, 1, 65_500, 96), sent(3, 9, 0, 40), sent(3, 10, 0, 56, BEGIN + 40 * QUARTER_MS)
    )
    lost = rng.random(len(whole.device)) < 0.2
    for edge in (0, 95, 96, 191, 192, 231, 232, 287):
        lost[edge] = False  # nothing tells a loss before the first or after the last frame of a session
    wrapped = whole._replace(f_cnt=whole.f_cnt % 65_536)
    arrived = wrapped.where(~lost)
    repeats = arrived.where(rng.random(len(arrived.device)) < 0.1)
    mixed = together(arrived, repeats._replace(received_at=repeats.received_at + 1500))
    found = loss(mixed.where(rng.permutation(len(mixed.device))))
    assert found.value == pytest.approx(100 * lost.sum() / len(lost))
    assert (found.count, found.expected, found.details["lost"]) == ((~lost).sum(), len(lost), lost.sum())
    assert found.details["devices"] == 3


def test_it_counts_as_the_reliability_report_does_where_counters_neither_wrap_nor_repeat():
    rng = np.random.default_rng(8)
    whole = together(sent(1, 1, 5000, 96), sent(1, 2, 0, 30, BEGIN + 96 * QUARTER_MS))
    some = whole.where(rng.random(126) < 0.7)
    found = loss_by_counter(some, 0)
    assert (int(found.received.sum()), int(found.emitted.sum())) == counter_loss(some.session, some.f_cnt)


def test_a_gap_over_midnight_counts_on_the_day_on_which_it_ends_and_a_restart_loses_nothing():
    before = sent(1, 1, 100, 4, BEGIN - 4 * QUARTER_MS)
    after = sent(1, 1, 110, 10)
    assert (loss(together(before, after)).expected, loss(after).expected) == (16, 10)
    again = sent(1, 1, 0, 10, BEGIN + 12 * HOUR_MS)
    high = sent(1, 1, 4000, 10)
    assert loss(together(high, again)).value == 0


def test_a_frame_that_comes_late_fills_its_gap():
    frames = sent(1, 1, 50, 20)
    without = frames.where(np.arange(20) != 7)
    late = together(
        without, Frames(*(column[7:8] for column in frames))._replace(received_at=frames.received_at[9:10] + 1)
    )
    assert loss(without).value == pytest.approx(5)
    assert loss(late).value == 0


def test_without_counters_the_usual_interval_tells():
    frames = sent(1, 0, 0, 96)._replace(f_cnt=np.full(96, -1))
    found = loss(frames.where(~np.isin(np.arange(96), (10, 11, 50))))
    assert (found.count, found.expected, found.details["devices_without_counter"]) == (93, 96, 1)
    assert run("network_loss", "1d", f"{DAY} 12:00", {}, facts(frames.where(np.zeros(96, bool)))) == {}


def test_airtime_is_told_or_computed_and_null_where_neither_is_known():
    frames = together(sent(1, 1, 0, 90), sent(2, 1, 0, 10))
    mixed = np.where(np.arange(100) < 50, 61.7, np.nan)
    found = run("network_airtime", "1d", f"{DAY} 12:00", {}, facts(frames, sf=9, told=mixed))[0]
    assert found.value == pytest.approx((50 * 61.7 + 50 * airtime_ms(9, 125_000, 20)) / 1000)
    assert (found.details["sf9"], found.category, found.completeness) == (100, "", 1)
    worst = 50 * 61.7 + 40 * airtime_ms(9, 125_000, 20)
    assert found.details["worst_duty_pct"] == pytest.approx(100 * worst / (24 * HOUR_MS))
    none = run("network_airtime", "1d", f"{DAY} 12:00", {}, facts(frames, sf=0))[0]
    assert (none.value, none.quality, none.completeness) == (None, 9, 0)
    loud = run("network_airtime", "1d", f"{DAY} 12:00", {}, facts(frames, told=10_000.0))[0]
    assert loud.category == "over"


def test_a_day_of_23_hours_has_less_room_on_the_air():
    begin = at("2025-03-30 00:00")
    frames = sent(1, 1, 0, 10, begin)
    found = run("network_airtime", "1d", "2025-03-30 12:00", {}, facts(frames, told=1000.0))[0]
    assert found.details["worst_duty_pct"] == pytest.approx(100 * 10_000 / (23 * HOUR_MS))


def test_days_until_the_quota_follow_the_trend():
    rng = np.random.default_rng(2)
    daily = 700 + 4 * np.arange(28) + rng.normal(0, 3, 28)
    given = {"uplinks": daily, "bytes": daily * 20, "quota_uplinks": 1000, "quota_bytes": None}
    found = run("network_volume_per_day", "1d", f"{DAY} 12:00", {}, given)[0]
    assert (found.value, found.category) == (daily[-1], "warn")
    assert found.details["quota_uplinks_days_left"] == pytest.approx((1000 - 808) / 4, rel=0.08)
    assert "quota_bytes_pct" not in found.details
    for most, category in ((5000, "ok"), (800, "over"), (None, "")):
        again = run("network_volume_per_day", "1d", f"{DAY} 12:00", {}, given | {"quota_uplinks": most})[0]
        assert again.category == category
    assert quota(700.0 + 4 * np.arange(28), 1000).days_left == pytest.approx((1000 - 808) / 4)
    assert quota(daily, 800).days_left == 0
    assert quota(daily[::-1].copy(), 5000).days_left is None, "it shrinks"
    gap = np.where(np.arange(28) % 5 == 1, np.nan, daily)
    assert quota(gap, 1000).days_left == pytest.approx(quota(daily, 1000).days_left, rel=0.1)


def test_each_layer_has_its_share_and_a_day_not_yet_computed_is_null():
    layers = {
        "completeness": (900.0, 1000.0, 0.9), "radio": (95.0, 100.0, 0.95), "latency_p95_s": (7.0, 7.0, 2.5),
        "decode_errors": (0.0, 0.0, None),
    }  # fmt: skip
    found = run("network_availability", "1d", f"{DAY} 12:00", {}, {"layers": layers, "days": 1})[0]
    assert (found.value, found.completeness) == (90, 1)
    assert found.details == {"radio_pct": 95, "radio_loss_pct": 5, "latency_p95_s": 2.5}
    month = run("network_availability", "1mo", f"{DAY} 12:00", {}, {"layers": layers, "days": 20})[0]
    assert (month.value, month.quality, month.completeness) == (None, 9, pytest.approx(2 / 3))


def device(**facts_):
    nothing = np.array([]), np.array([])
    return {"age_days": 365.25, "sent": ((7, 7 * 96),), "voltage": nothing, "level": nothing} | facts_


def battery(*devices, **parameters):
    return run("network_battery", "1w", f"{DAY} 12:00", {}, {"devices": devices}, **parameters)[0]


def test_a_battery_lasts_as_its_messages_cost():
    found = battery(device())
    per_day = 96 * 0.0024 + 10 * 24 / 1000
    assert found.details["months_model"] == pytest.approx(3600 / per_day / (365.25 / 12))
    assert found.value == pytest.approx(found.details["months_model"] - 12)
    assert found.details["months_model_15min"] == pytest.approx(found.details["months_model"])
    at_60 = 24 * 0.0024 + 10 * 24 / 1000
    assert found.details["months_model_60min"] == pytest.approx(3600 / at_60 / (365.25 / 12))
    slow = battery(device(sent=((12, 7 * 96),)))
    assert slow.details["mah_per_day"] == pytest.approx(96 * 0.0217 + 0.24)
    assert battery(device(), device(sent=((12, 7 * 96),))).value == slow.value, "the first that stops"
    assert (battery(device(sent=((12, 7 * 960),))).value, battery(device(sent=((12, 7 * 960),))).category) == (
        0,
        "replace",
    )


def test_a_battery_lasts_as_its_level_falls_and_a_new_one_begins_anew():
    days = np.arange(-180.0, 1, 3)
    rng = np.random.default_rng(4)
    falling = 72 - days / 10 + rng.normal(0, 0.3, len(days))
    found = battery(device(level=(days, falling)))
    assert found.value == found.details["months_left_level"] == pytest.approx(62 / 3.04375, rel=0.05)
    assert "months_left_model" in found.details
    changed = np.where(days < -60, 20 - (days + 180) / 40, 95 - (days + 60) / 8)
    assert months_left(days, changed, 10) == pytest.approx((95 - 60 / 8 - 10) * 8 / (365.25 / 12), rel=1e-6)
    assert months_left(days[-8:], falling[-8:], 10) is None, "three weeks are too short"
    scattering = 90 + np.resize([-1, 0.5, 0, 1, -0.5], len(days)) - days / 900
    assert months_left(days, scattering, 10) is None, "it scatters by more than it falls"


def test_bytes_of_a_day_follow_the_step():
    traffic = Traffic(10, 960, 1920, 2000, 300.0, 250.0, 200.0)
    found = run("platform_volume", "1d", f"{DAY} 12:00", {}, {"traffic": traffic}, copies=3)[0]
    assert found.value == 3 * (960 * (700 + 2 * 550) + 2 * 2000 * 200)
    assert found.details["hot_bytes_15min"] == found.value
    assert found.details["hot_bytes_30min"] == found.value / 2
    assert found.details["cold_bytes_60min"] == pytest.approx(1920 * 4.4 / 4)


def test_messages_for_each_useful_value():
    traffic = Traffic(10, 960, 1920, 2000, 300.0, 250.0, 200.0)
    found = run(
        "platform_uplinks_per_indicator", "1d", f"{DAY} 12:00", {}, {"traffic": traffic, "useful": 240, "indicators": 3}
    )
    assert found[0].value == 4
    none = run(
        "platform_uplinks_per_indicator", "1d", f"{DAY} 12:00", {}, {"traffic": traffic, "useful": 0, "indicators": 0}
    )
    assert (none[0].value, none[0].quality, none[0].category) == (None, 9, "useless")
