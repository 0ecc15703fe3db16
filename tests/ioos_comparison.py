"""The same series through our tests of quality and through ioos_qc's; used by the comparison, quick and long."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from ioos_qc import qartod

from vigie.streams.core.quality.attenuated import attenuated
from vigie.streams.core.quality.climatology import climatology, expected
from vigie.streams.core.quality.flat_line import flat_line
from vigie.streams.core.quality.gross_range import gross_range
from vigie.streams.core.quality.legal_hour import calendar
from vigie.streams.core.quality.rate_of_change import rate_of_change
from vigie.streams.core.quality.series import Series
from vigie.streams.core.quality.spike import spike
from vigie.topics.quality import Flag

SEGMENT = 20_000
STEP_S = 900
START_AT = 1_735_689_600_000
MONTHS = {f"{side}_{month:02}": 12.0 + month + (14.0 if side == "max" else 0.0)
          for side in ("min", "max") for month in (1, 2, 3, 5, 6, 7)}  # fmt: skip


class Both(NamedTuple):
    """Flags of one test by each."""

    ours: np.ndarray
    theirs: np.ndarray

    def share(self) -> float:
        """Of values that are not missing, how many have the same flag."""
        present = self.ours != Flag.MISSING
        return float(np.mean(self.ours[present] == self.theirs[present]))

    def differing(self) -> np.ndarray:
        return np.flatnonzero(self.ours != self.theirs)


def random_series(values: int, *, seed: int = 1, even: bool = False) -> Series:
    """Segments of 20,000 values every 15 minutes: spikes, steps, stuck runs, missing ones; rounded to a tenth."""
    rng = np.random.default_rng(seed)
    segments = values // SEGMENT
    at = np.arange(SEGMENT) * STEP_S + (0 if even else 1) * rng.integers(-120, 121, (segments, SEGMENT))
    hours = np.arange(SEGMENT) / 4
    found = 20 + 5 * np.sin(hours * np.pi / 12) + rng.normal(0, 0.3, (segments, SEGMENT))
    found += np.cumsum(rng.normal(0, 0.05, found.shape), axis=1)
    for row in found:
        row[rng.integers(0, SEGMENT, 200)] += rng.normal(0, 8, 200)
        for begin in rng.integers(100, SEGMENT - 100, 10):
            length = rng.integers(5, 80)
            row[begin : begin + length] = row[begin]
        for begin in rng.integers(100, SEGMENT - 100, 8):
            row[begin:] += rng.normal(0, 4)
        for begin in rng.integers(100, SEGMENT - 200, 20):  # nearly flat, for the attenuated signal
            row[begin : begin + 120] = row[begin] + rng.normal(0, 0.2, 120)
    found = np.round(found, 1)
    found[rng.random(found.shape) < 0.02] = np.nan
    segment = np.repeat(np.arange(segments), SEGMENT).astype(np.int32)
    return Series((START_AT + at * 1000).ravel(), found.ravel(), segment)


def _theirs(series: Series, test: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
    parts = []
    for segment in range(int(series.segment[-1]) + 1):
        rows = series.segment == segment
        parts.append(np.asarray(test(series.values[rows], series.at_ms[rows].astype("datetime64[ms]"))))
    return np.concatenate(parts)


def without_missing(series: Series) -> Series:
    """The same series in which a missing value leaves a longer pause instead."""
    present = ~np.isnan(series.values)
    return Series(series.at_ms[present], series.values[present], series.segment[present])


def both(name: str, series: Series) -> Both:
    """One test, by each."""
    return {
        "gross_range": lambda: Both(
            gross_range(series, 0.0, 40.0, 5.0, 35.0),
            _theirs(series, lambda x, _: qartod.gross_range_test(x, (0, 40), (5, 35))),
        ),
        "climatology": lambda: Both(
            climatology(series, *calendar(series.at_ms, "UTC"), expected(MONTHS)),
            _theirs(series, _climatology),
        ),
        "spike, average": lambda: Both(
            spike(series, 2.0, 4.0), _theirs(series, lambda x, _: qartod.spike_test(x, 2.0, 4.0))
        ),
        "spike, differential": lambda: Both(
            spike(series, 2.0, 4.0, 1.0), _theirs(series, lambda x, _: qartod.spike_test(x, 2.0, 4.0, "differential"))
        ),
        "rate_of_change": lambda: Both(
            rate_of_change(series, 9.0, 18.0),
            _theirs(series, lambda x, t: qartod.rate_of_change_test(x, t, 9 / 3600, 18 / 3600)),
        ),
        "flat_line": lambda: Both(
            flat_line(series, 3.0, 6.0, 0.1),
            _theirs(series, lambda x, t: qartod.flat_line_test(x, t, 3 * 3600, 6 * 3600, 0.1)),
        ),
        "attenuated, std": lambda: Both(
            attenuated(series, 0.6, 0.3, 12.0, 0.0, 40.0),
            _theirs(series, lambda x, t: qartod.attenuated_signal_test(x, t, 0.6, 0.3, 12 * 3600, 40)),
        ),
        "attenuated, range": lambda: Both(
            attenuated(series, 2.0, 1.0, 12.0, 1.0, 40.0),
            _theirs(
                series, lambda x, t: qartod.attenuated_signal_test(x, t, 2.0, 1.0, 12 * 3600, 40, check_type="range")
            ),
        ),
    }[name]()


def _climatology(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    config = [
        {"tspan": (month, month), "vspan": (MONTHS[f"min_{month:02}"], MONTHS[f"max_{month:02}"]), "period": "month"}
        for month in range(1, 13)
        if f"min_{month:02}" in MONTHS
    ]
    return qartod.climatology_test(config, values, times, np.full(len(values), np.nan))


NAMES = (
    "gross_range",
    "climatology",
    "spike, average",
    "spike, differential",
    "rate_of_change",
    "flat_line",
    "attenuated, std",
    "attenuated, range",
)
