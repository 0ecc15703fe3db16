"""The tests that look at one property's own series only, by the names of their parameters."""

from collections.abc import Mapping

import numpy as np

from vigie.streams.core.quality.attenuated import attenuated
from vigie.streams.core.quality.climatology import climatology, expected
from vigie.streams.core.quality.consistency import falls_when_emptied
from vigie.streams.core.quality.counter import counter, cumulative_counter
from vigie.streams.core.quality.flat_line import flat_line
from vigie.streams.core.quality.gap import gap
from vigie.streams.core.quality.gross_range import gross_range
from vigie.streams.core.quality.legal_hour import Calendar
from vigie.streams.core.quality.rate_of_change import rate_of_change
from vigie.streams.core.quality.series import Flags, Parameter, Series, Truths
from vigie.streams.core.quality.spike import spike
from vigie.topics.property import Kind
from vigie.topics.quality import Test

Parameters = Mapping[str, Parameter]
"""Of one test, by name (quality_parameters.PARAMETERS)."""

OfProperty = Mapping[Test, Parameters]
"""Of the tests of one property; a test that is left out is not done."""


def series_flags(
    series: Series, kind: Kind, tests: OfProperty, step_s: Parameter, calendar: Calendar
) -> dict[Test, Flags]:
    """What does each test say that looks at one property's own series only?

    Args:
        series: measured values, one or many series.
        kind: of the property (a cumulative counter is tested otherwise than a count).
        tests: parameters; a test that is left out or off is not done. A number, or (n,) with one per value.
        step_s: measuring step, seconds.
        calendar: month and hour of each value.
    """
    asked = {test: parameters for test, parameters in tests.items() if is_on(tests, test)}
    none = np.nan
    found: dict[Test, Flags] = {}
    for test, of in asked.items():
        if test is Test.GROSS_RANGE:
            found[test] = gross_range_flags(series, of)
        elif test is Test.CLIMATOLOGY:
            found[test] = climatology(series, calendar.month, calendar.hour, expected(of))
        elif test is Test.SPIKE:
            found[test] = spike(
                series, of.get("suspect", none), of.get("fail", none), of.get("by_difference", 0.0),
                of.get("suspect_share", 0.0), of.get("suspect_root", 0.0),
            )  # fmt: skip
        elif test is Test.RATE_OF_CHANGE:
            found[test] = rate_of_change(
                series, of.get("suspect_per_h", none), of.get("fail_per_h", none), of.get("min_span_s", 0.0),
                of.get("rise_only", 0.0),
            )  # fmt: skip
        elif test is Test.FLAT_LINE:
            found[test] = flat_line(
                series, of.get("suspect_h", none), of.get("fail_h", none), of.get("tolerance", none),
                of.get("unless_above", none), of.get("unless_below", none), of.get("min_values", 3.0),
                of.get("excused_h", none),
            )  # fmt: skip
        elif test is Test.ATTENUATED:
            found[test] = attenuated(
                series, of.get("suspect_below", none), of.get("fail_below", none), of.get("span_h", none),
                of.get("by_range", 0.0), of.get("min_values", 3.0),
            )  # fmt: skip
        elif test is Test.CONSISTENCY and "settling" in of:
            found[test] = falls_when_emptied(series, of["settling"], of.get("emptied_below", none))
        elif test is Test.COUNTER and kind is Kind.COUNTER:
            found[test] = cumulative_counter(series, of.get("capacity_per_h", none), of.get("whole", 0.0))
        elif test is Test.COUNTER:
            found[test] = counter(series, step_s, of.get("capacity_per_h", none), of.get("whole", 0.0))
        elif test is Test.GAP:
            found[test] = gap(series, step_s, of.get("periods", none))
    return found


def gross_range_flags(series: Series, of: Parameters) -> Flags:
    """Gross range by parameters of a name."""
    names = ("fail_min", "fail_max", "suspect_min", "suspect_max")
    fail_min, fail_max, suspect_min, suspect_max = (of.get(name, np.nan) for name in names)
    return gross_range(series, fail_min, fail_max, suspect_min, suspect_max)


def is_on(tests: OfProperty, test: Test) -> bool:
    """Whether a test is done."""
    return test in tests and not np.all(np.asarray(tests[test].get("off", 0.0)) == 1)


def of_rows(tests: OfProperty, chosen: Truths) -> OfProperty:
    """Parameters of some of the values: arrays are cut, numbers stay."""
    return {
        test: {name: value[chosen] if isinstance(value, np.ndarray) else value for name, value in of.items()}
        for test, of in tests.items()
    }
