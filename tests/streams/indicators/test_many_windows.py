"""Windows made all at once are those that are made one by one: results and hashes, on readings with every defect."""

from dataclasses import asdict, replace

import numpy as np
import pytest

from vigie.streams.core.windows.indicator import Indicator, Inputs, PointTracks, Subject, indicators
from vigie.streams.core.windows.input_hash import hash_of, hashes_of
from vigie.streams.core.windows.legal import Window, windows_between
from vigie.streams.core.windows.many import alone
from vigie.streams.core.windows.track import Track, track
from vigie.topics.property import BY_NAME

ZONE, DAY = "Europe/Paris", 86_400_000
SUNDAY = 1_774_738_800_000
"""29 March 2026, 00:00 in Paris: a day of 23 hours."""
OF_MANY = {name: one for name, one in indicators().items() if one.many is not None}
DAYS = 2


def readings(name: str, channel: int, step_s: int, before_s: int, rng: np.random.Generator) -> Track:
    """Gaps of hours, single readings lost, doubled and doubtful, meters that begin anew."""
    at = np.arange(SUNDAY - DAY - before_s * 1000, SUNDAY + (DAYS + 1) * DAY, step_s * 1000)
    values = rng.uniform(0, 105, len(at))
    if name == "passages":
        values = rng.poisson(30, len(at)).astype(float)
    elif name == "passages_total":
        values = np.cumsum(rng.poisson(30, len(at))).astype(float) % 7000
    kept = rng.random(len(at)) > 0.05
    for gap in rng.integers(0, len(at), 4):
        kept[gap : gap + 14_400 // step_s] = False
    # A gap longer than what most look back, which ends within an hour, and one of half a day.
    for begin, end in ((-2.5 * DAY, 0.4 * DAY), (DAY, 1.6 * DAY)):
        kept[(at > SUNDAY + begin) & (at < SUNDAY + end)] = False
    rows = np.flatnonzero(kept)
    rows = np.concatenate([rows, rng.choice(rows, 5)])
    flags = rng.choice([1, 2, 3, 4], len(rows), p=[0.85, 0.09, 0.03, 0.03])
    return track(
        at[rows], values[rows] + (name == "laeq") * (rng.random(len(rows)) < 0.01), flags,
        property_id=BY_NAME[name].id, channel=channel, step_s=step_s,
    )  # fmt: skip


def inputs_of(indicator: Indicator, code: str, step_s: int, channels: dict[str, tuple[int, ...]]) -> Inputs:
    rng = np.random.default_rng(len(indicator.name) + step_s)
    tracks = {
        (name, channel): readings(name, channel, step_s, indicator.before_s, rng)
        for name in indicator.properties
        for channel in channels.get(name, (0,))
    }
    windows = windows_of(code)
    return Inputs(
        window=Window(code, windows[0].start_at, windows[-1].end_at), zone=ZONE,
        points=[PointTracks("P1", tracks, 43.3, 5.4, "NGF")],
        parameters={name: one.default for name, one in indicator.parameters.items()},
    )  # fmt: skip


def windows_of(code: str) -> list[Window]:
    return list(windows_between(code, SUNDAY, SUNDAY + DAYS * DAY, ZONE))


CASES = [
    (name, code, step_s, channels)
    for name, one in OF_MANY.items()
    for code in one.codes
    if code not in ("1w", "1mo", "1y")
    for step_s in ((300, 900, 5400) if code != "1d" and "share" not in name else (900, 3600))
    for channels in ({}, {"passages": (0, 1, 2), "passages_total": ()}, {"passages": (1,), "passages_total": (1, 2)})
    if not channels or one.use_case == "mobility"
]


@pytest.mark.parametrize(("name", "code", "step_s", "channels"), CASES)
def test_many_windows_at_once_are_as_each_by_itself(name, code, step_s, channels):
    indicator = OF_MANY[name]
    inputs, windows = inputs_of(indicator, code, step_s, channels), windows_of(code)
    together = indicator.many(inputs, windows)
    assert len(together) == len(windows)
    for window, found in zip(windows, together, strict=True):
        if found is None:
            continue
        one_by_one = indicator.compute(alone(indicator, inputs, window))
        assert len(found) == len(one_by_one), window
        for one, other in zip(found, one_by_one, strict=True):
            for field, value in asdict(other).items():
                same = pytest.approx(value, abs=1e-9, nan_ok=True) if value and not isinstance(value, str) else value
                assert getattr(one, field) == same, (window, field)


def test_most_windows_are_made_at_once():
    for name, code, step_s, channels in CASES:
        if step_s == 900 and not channels and OF_MANY[name].use_case != "mobility" and "noise_l" not in name:
            found = OF_MANY[name].many(inputs_of(OF_MANY[name], code, step_s, channels), windows_of(code))
            assert sum(one is not None for one in found) > len(found) / 2, name


def test_the_hash_of_a_window_is_the_same_whether_it_is_made_with_others_or_by_itself():
    for indicator in [one for one in indicators().values() if one.subject is Subject.POINT and one.properties]:
        inputs, windows = inputs_of(indicator, "1d", 3600, {}), windows_of("1d")
        empty = PointTracks("P0", {}, 43.0, 5.0)
        inputs = replace(inputs, points=[*inputs.points, empty], others=[replace(empty, role="reference")])
        assert hashes_of(indicator, inputs, windows) == [
            hash_of(indicator, alone(indicator, inputs, window)) for window in windows
        ]
