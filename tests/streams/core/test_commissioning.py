"""The audit of a commissioning, on two days whose figures are counted by hand."""

import numpy as np
import pytest

from vigie.streams.core.commissioning import SPAN_MS, Heard, Line, Series, Verdict, audit, overall
from vigie.streams.core.radio_figures import counter_loss

QUARTER_MS = 900_000
ALL = SPAN_MS // QUARTER_MS  # 192


def heard(places: np.ndarray, *, delay_ms: int = 1000, margin_db: float = 12.0, gateways: int = 2, counters=True):
    at = places * QUARTER_MS
    full = np.full(len(places), 1)
    return Heard(
        received_at=at, ingested_at=at + delay_ms, session=full, f_cnt=places + 40 if counters else full * -1,
        margin_db=full * margin_db, gateways=full * gateways,
    )  # fmt: skip


def series(places: np.ndarray, values=None, flags=None, neighbours=()) -> Series:
    values = np.full(len(places), 20.0) if values is None else values
    flags = np.ones(len(places), dtype=np.int64) if flags is None else flags
    return Series(name="air_temperature", step_s=900, at=places * QUARTER_MS, values=values, flags=flags,
                  neighbours=neighbours)  # fmt: skip


def lines(*given) -> dict[str, Line]:
    return {line.name: line for line in audit(*given)}


def test_a_good_start_passes_in_every_line():
    places = np.arange(ALL)
    beside = (places * QUARTER_MS + 60_000, np.full(ALL, 20.5))
    found = audit(SPAN_MS, 900, heard(places), (series(places, neighbours=(beside,)),))
    assert {line.name: line.verdict for line in found} == dict.fromkeys(
        ["reception", "step", "completeness", "loss", "latency", "margin", "gateways", "plausible", "neighbours"],
        Verdict.PASS,
    )
    by_name = {line.name: line for line in found}
    assert (by_name["reception"].numerator, by_name["reception"].denominator) == (192, 192)
    assert by_name["neighbours"].value == pytest.approx(0.5)
    assert overall(found) is Verdict.PASS


def test_one_message_in_ten_lost_by_radio_keeps_the_step_and_is_watched():
    places = np.array([place for place in range(ALL) if place % 10 != 5])  # 19 of 192 lost
    found = lines(SPAN_MS, 900, heard(places), (series(places),))
    assert found["reception"].value == pytest.approx(173 / 192)
    assert found["reception"].verdict is found["loss"].verdict is Verdict.WATCH
    assert (found["loss"].numerator, found["loss"].denominator) == (19, 192)
    assert found["step"].value == 1.0, "where a value is lost, the interval is twice the step"


def test_a_device_that_measures_every_twenty_minutes_keeps_no_step_of_fifteen():
    at = np.arange(SPAN_MS // 1_200_000) * 1_200_000
    one = Series(name="air_temperature", step_s=900, at=at, values=at * 0.0, flags=at * 0 + 1)
    found = lines(SPAN_MS, 900, heard(np.arange(144)), (one,))
    assert found["step"].verdict is Verdict.FAIL
    assert found["step"].value == 0
    assert found["completeness"].value == pytest.approx(144 / 192)


def test_doubtful_values_and_a_distance_to_the_neighbours_fail():
    places = np.arange(ALL)
    flags = np.where(places < 29, 4, 1)  # 29 of 192 = 15.1 %
    beside = [(places * QUARTER_MS, np.full(ALL, value)) for value in (14.0, 15.0, 99.0)]
    found = lines(SPAN_MS, 900, heard(places), (series(places, flags=flags, neighbours=tuple(beside)),))
    assert found["plausible"].verdict is Verdict.FAIL
    assert (found["plausible"].numerator, found["plausible"].denominator) == (29, 192)
    assert found["neighbours"].value == pytest.approx(5.0), "to the median: 15, whatever the third one says"
    assert found["neighbours"].verdict is Verdict.FAIL


def test_what_a_network_does_not_say_is_not_judged():
    places = np.arange(ALL)
    silent = heard(places, counters=False, margin_db=float("nan"), gateways=0)
    found = lines(SPAN_MS, 900, silent, (series(places),))
    assert {name for name, line in found.items() if line.verdict is Verdict.NONE} == {"loss", "margin", "gateways"}


def test_nothing_heard_fails_and_divides_by_nothing():
    none = np.array([], dtype=np.int64)
    found = lines(SPAN_MS, 900, heard(none), (series(none),))
    assert found["reception"].verdict is found["completeness"].verdict is Verdict.FAIL
    assert {found[name].verdict for name in ("step", "loss", "latency", "margin", "plausible")} == {Verdict.NONE}


def test_a_placement_of_ten_minutes_is_not_judged_by_a_period_of_fifteen():
    none = np.array([], dtype=np.int64)
    found = audit(600_000, 900, heard(none), (series(none),))
    assert overall(found) is Verdict.NONE


def test_latency_and_margin_at_their_thresholds():
    places = np.arange(ALL)
    assert lines(SPAN_MS, 900, heard(places, delay_ms=60_000), ())["latency"].verdict is Verdict.PASS
    assert lines(SPAN_MS, 900, heard(places, delay_ms=60_001), ())["latency"].verdict is Verdict.WATCH
    assert lines(SPAN_MS, 900, heard(places, margin_db=1.9), ())["margin"].verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("session", "f_cnt", "expected"),
    [
        ([], [], (0, 0)),
        ([1, 1], [-1, -1], (0, 0)),
        ([1, 1, 1], [5, 6, 9], (3, 5)),
        ([1, 1, 1], [5, 6, 6], (2, 2)),
        ([1, 1, 1, 1], [5, 6, 0, 2], (4, 5)),  # the device started again: nothing is known of what came before
        ([2, 1, 2, 1], [0, 7, 2, 9], (4, 6)),  # two sessions, woven into each other
    ],
)
def test_loss_by_counters(session, f_cnt, expected):
    assert counter_loss(np.array(session, dtype=np.int64), np.array(f_cnt, dtype=np.int64)) == expected
