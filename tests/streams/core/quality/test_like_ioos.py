"""Our tests of quality give ioos_qc's flags on the same series; where they do not, these tests say why."""

from functools import cache

import numpy as np
import pytest
from ioos_comparison import NAMES, SEGMENT, both, random_series, without_missing
from ioos_qc import qartod

from vigie.streams.core.quality.attenuated import attenuated
from vigie.streams.core.quality.flat_line import flat_line
from vigie.streams.core.quality.series import previous_present
from vigie.topics.quality import Flag

SERIES = random_series(100_000)
EQUAL = {"gross_range"}


def series_for(name, series):
    return without_missing(series) if name == "attenuated, range" else series


@cache
def million():
    return random_series(1_040_000, seed=2)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_flags_on_999_of_1000_among_a_million_values(name):
    found = both(name, series_for(name, million()))
    present = int(np.sum(found.ours != Flag.MISSING))
    print(f"{name}: {100 * found.share():.3f} % of {present} values")
    assert present > 1_000_000
    assert found.share() >= 0.999
    assert len(set(found.ours.tolist())) >= 4, "the series is too tame to compare anything"
    if name in EQUAL:
        assert found.differing().size == 0


@pytest.mark.parametrize(("name", "by_difference"), [("spike, average", 0.0), ("spike, differential", 1.0)])
def test_spike_differs_only_where_a_value_stands_out_by_the_limit_itself(name, by_difference):
    found = both(name, million())
    for place in found.differing():
        before, here, after = million().values[place - 1 : place + 2]
        out = min(abs(here - before), abs(after - here)) if by_difference else abs(here - (before + after) / 2)
        assert min(abs(out - 2.0), abs(out - 4.0)) < 1e-9, "more than a binary fraction over the limit"
        assert found.theirs[place] > found.ours[place]


def test_climatology_differs_only_at_missing_values_which_are_good_there():
    found = both("climatology", SERIES)
    assert np.isnan(SERIES.values[found.differing()]).all()
    assert set(found.ours[found.differing()]) == {Flag.MISSING}
    assert set(found.theirs[found.differing()]) == {Flag.GOOD}


def test_rate_of_change_differs_only_at_first_values_and_after_missing_ones_which_are_good_there():
    found = both("rate_of_change", SERIES)
    before = previous_present(SERIES)
    for place in found.differing():
        assert found.theirs[place] == Flag.GOOD
        first = before[place] < 0
        after_missing = not first and before[place] < place - 1
        assert first or after_missing, f"value {place} differs and nothing says why"
        assert found.ours[place] == Flag.UNKNOWN if first else found.ours[place] in (Flag.SUSPECT, Flag.FAIL)


def test_flat_line_differs_only_where_a_window_of_so_many_values_is_not_one_of_so_many_hours():
    found = both("flat_line", SERIES)
    rows = found.differing()
    rows = rows[found.ours[rows] != Flag.UNKNOWN]
    assert rows.size
    for place in rows:
        spans = [(SERIES.at_ms[place] - SERIES.at_ms[place - count]) / 3_600_000 for count in (12, 24)]
        assert any(span != hours for span, hours in zip(spans, (3, 6), strict=True))
    begin = [place for place in found.differing() if found.ours[place] == Flag.UNKNOWN]
    assert all(place % SEGMENT < 12 for place in begin), "not evaluated only where the series does not reach back"

    even = random_series(40_000, even=True)
    assert set(both("flat_line", even).differing() % SEGMENT) <= set(range(12)), "with even steps they agree"


def test_flat_line_counts_a_tenth_as_a_tenth_whatever_its_binary_fraction():
    series = random_series(20_000, even=True)
    tenth = np.where(np.arange(20_000) % 2, 8.1, 8.0)
    times = series.at_ms.astype("datetime64[ms]")
    assert set(np.asarray(qartod.flat_line_test(tenth, times, 10_800, 21_600, 0.1))[100:]) == {Flag.FAIL}
    assert set(flat_line(series._replace(values=tenth), 3.0, 6.0, 0.1)[1:]) == {Flag.GOOD}


@pytest.mark.parametrize("name", ["attenuated, std", "attenuated, range"])
def test_attenuated_differs_only_before_the_series_reaches_back_over_the_window(name):
    series = series_for(name, SERIES)
    found = both(name, series)
    begins = np.searchsorted(series.segment, np.arange(int(series.segment[-1]) + 1))
    for place in found.differing():
        reach_ms = series.at_ms[place] - series.at_ms[begins[series.segment[place]]]
        assert found.ours[place] == Flag.UNKNOWN
        assert reach_ms < 12 * 3_600_000


def test_a_range_over_a_missing_value_is_not_evaluated_there_and_passed_over_here():
    series = random_series(20_000, even=True)._replace(values=np.where(np.arange(20_000) == 500, np.nan, 5.0))
    times = series.at_ms.astype("datetime64[ms]")
    theirs = qartod.attenuated_signal_test(series.values, times, 2.0, 1.0, 12 * 3600, 40, check_type="range")
    ours = attenuated(series, 2.0, 1.0, 12.0, 1.0, 40.0)
    assert (theirs[510], ours[510]) == (Flag.UNKNOWN, Flag.FAIL)
