"""Whatever number the fleet may give a parameter, an indicator of noise or heat comes to something or to nothing."""

import math
from dataclasses import replace

import numpy as np
import pytest
from indicator_inputs import at, every, inputs, point, results, window

from vigie.streams.core.windows.indicator import indicators

STRANGE = (-math.inf, -25.0, -1.0, 0.3, 6.0, 13.0, 22.0, 40.0, 101.0, 30_000.0, math.inf)
OURS = [
    (name, parameter)
    for name, one in indicators().items()
    if one.use_case in ("noise", "heat")
    for parameter in one.parameters
]


@pytest.fixture(scope="module")
def points():
    instants = every(3600, at(2026, 6, 20), at(2026, 8, 3))
    levels = 60 + np.random.default_rng(1).normal(0, 3, len(instants))
    own = point("P1", laeq=(instants, levels, 3600), la95eq=(instants, levels - 9, 3600),
                air_temperature=(instants, levels - 38, 3600))  # fmt: skip
    others = [point(role, role, air_temperature=(instants, levels - 39, 3600)) for role in ("reference", "control")]
    return [own], others


@pytest.mark.parametrize(("name", "parameter"), OURS)
def test_a_parameter_within_its_bounds_is_no_crash(points, name, parameter):
    works = {"works_begin": 20_650.0, "works_end": 20_652.0} if name == "heat_before_after" else {}
    bounds = indicators()[name].parameters[parameter]
    for number in {min(max(number, bounds.least), bounds.most) for number in STRANGE}:
        assert math.isfinite(number)
        for code in indicators()[name].codes:
            found = results(name, window(code, 2026, 7, 20, 12), *points, **works | {parameter: number})
            for one in found:
                assert one.value is None or math.isfinite(one.value)


@pytest.mark.parametrize(("name", "parameter"), [one for one in OURS if "1d" in indicators()[one[0]].codes])
def test_what_is_loaded_is_enough_for_whatever_a_parameter_may_ask(points, name, parameter):
    one, today = indicators()[name], window("1d", 2026, 7, 20, 12)
    bounds = one.parameters[parameter]
    for number in (bounds.least, (bounds.least + bounds.most) / 2, bounds.most):
        loaded = inputs(name, today, *points, **{parameter: float(number)})
        whole = replace(loaded, points=points[0], others=points[1])
        assert [found.value for found in one.compute(loaded)] == [found.value for found in one.compute(whole)]
