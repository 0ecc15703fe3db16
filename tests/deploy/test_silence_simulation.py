"""The arrays of the simulation and the core say the same of the same losses; and fleets that lose raise little."""

import numpy as np
import pytest

from vigie.deploy.faults.silence_delays import delays, play
from vigie.deploy.faults.silence_simulation import Mix, losses, simulate
from vigie.streams.core.silence.expected import Expected

MINUTE = 60_000
START = 1_750_197_600_000
TOLERATED = 20_000.0
"""So that there is something to compare."""


@pytest.mark.parametrize("bursts", [(0.0,), (0.6,), (0.0, 0.6)])
def test_the_simulation_and_the_core_raise_the_same(bursts):
    mix = Mix("small", 12, (0.05, 0.2, 0.4), bursts, (4,))
    lost, _ = losses(mix, days=2, seeds=1)
    found = simulate(mix, days=2, seeds=1, tolerated=TOLERATED, partitions=1)
    arrivals = sorted(
        (START + 4 * MINUTE * (slot + 1), f"eui:{lane:016x}") for slot, lane in zip(*np.nonzero(~lost), strict=True)
    )
    # Each device speaks once before the first slot: the arrays begin with a device that was just heard.
    arrivals = [(START, f"eui:{lane:016x}") for lane in range(12)] + arrivals
    ticks = range(START, START + 4 * MINUTE * (len(lost) + 1), 2 * MINUTE)
    said = play(arrivals, ticks, lambda _: Expected(240, known=True), tolerated=TOLERATED)
    raised = sorted(
        ((one.decided_at - START) // (4 * MINUTE) - 1, int(one.address[4:], 16)) for one in said if one.silent
    )
    assert len(raised) > 20
    assert raised == sorted(found.alerts)


@pytest.mark.parametrize(
    "mix",
    [
        Mix("alone", 100, (0.02, 0.1, 0.4), (0.0,), (360,)),
        Mix("in bursts", 100, (0.02, 0.1, 0.4), (0.6,), (360,)),
        Mix("all", 100, (0.02, 0.1, 0.4), (0.0, 0.6), (90, 360)),
    ],
    ids=lambda mix: mix.name,
)
def test_false_alarms_stay_within_twice_what_is_tolerated(mix):
    """The small version of `vigie bench silence`: 100 devices, 90 days, 8 seeds."""
    found = simulate(mix, days=90, seeds=8)
    assert found.false_alarms.mean() / 3 <= 2
    assert np.median(found.needed) <= np.median(found.ideal) + 5


@pytest.mark.parametrize(("loss", "burst"), [(0.05, 0.05), (0.2, 0.6)])
def test_a_device_that_dies_is_told_within_m_and_one_intervals(loss, burst):
    found = delays(interval_s=3600, loss=loss, burst=burst, jitter=0.1, devices=20, days=10)
    assert np.percentile(found.shares, 95) <= 1
    assert min(found.missed) >= 2
