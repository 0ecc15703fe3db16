"""Whatever number the fleet may give a parameter, an indicator of a point comes to something or to nothing."""

import math

import numpy as np
import pytest
from indicator_inputs import at, every, point, results, window

from vigie.streams.core.windows.indicator import indicators

STRANGE = (-math.inf, -1.0, 0.3, 22.0, 101.0, math.inf)
OURS = [
    (name, parameter)
    for name, one in indicators().items()
    if one.use_case in ("waste", "river", "mobility", "lighting")
    for parameter in one.parameters
]


@pytest.fixture(scope="module")
def points():
    instants = every(3600, at(2026, 6, 1), at(2026, 8, 3))
    noise = np.random.default_rng(1).normal(0, 0.01, len(instants))
    own = point("P1", fill=(instants, np.arange(len(instants)) % 70 * 1.3, 3600),
                water_level=(instants, 2 + np.sin(instants / 8e6) + noise, 3600),
                passages__1=(instants, instants // 3_600_000 % 24, 3600),
                passages__2=(instants, instants // 3_600_000 % 12, 3600),
                active_power=(instants, np.where(instants // 3_600_000 % 24 > 20, 6000.0, 15.0), 3600))  # fmt: skip
    return [own], [point("UP", "reference", water_level=(instants, 3 + np.sin(instants / 8e6), 3600))]


@pytest.mark.parametrize(("name", "parameter"), OURS)
def test_a_parameter_within_its_bounds_is_no_crash(points, name, parameter):
    bounds = indicators()[name].parameters[parameter]
    for number in {min(max(number, bounds.least), bounds.most) for number in STRANGE}:
        assert math.isfinite(number)
        for code in set(indicators()[name].codes) - {"1y"}:
            for found in results(name, window(code, 2026, 7, 20, 12), *points, **{parameter: number}):
                assert found.value is None or math.isfinite(found.value)
