"""What the named indicators of a year cost to compute, by use case: hashed, computed, encoded, without a database.

A month of one point is measured as `recompute` computes it, and stands for the points and months of ten million
readings (five series at 15 minutes: 57 points and a year).
"""

import json
import time
from collections.abc import Callable, Iterator

import numpy as np
from figures import Figure

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.windows.indicator import indicators
from vigie.streams.core.windows.legal import windows_between
from vigie.streams.core.windows.roster import Roster, entries
from vigie.streams.core.windows.track import Track, track
from vigie.streams.core.windows.work import NamedWork
from vigie.streams.steps import indicator_engine
from vigie.streams.steps.indicator_engine import IndicatorEngine
from vigie.topics.aggregate_encoder import AggregateEncoder
from vigie.topics.fleet_object import FleetObject, Version
from vigie.topics.property import BY_NAME

ZONE, DAY, QUARTER = "Europe/Paris", 86_400_000, 900_000
MARCH = 1_772_319_600_000
"""1 March 2026, 00:00 in Paris."""
POINTS, BACK_DAYS, DAYS = 57, 62, 31
A_YEAR = {"15m": 35_040, "1h": 8_760, "1d": 365, "1w": 52, "1mo": 12}
Made = Callable[[np.random.Generator, np.ndarray], np.ndarray]
SERIES: dict[str, dict[tuple[str, int], Made]] = {
    "heat": {("air_temperature", 0): lambda rng, at: 20 + 8 * np.sin(at / DAY * 6.28) + rng.normal(0, 1, len(at))},
    "noise": {("laeq", 0): lambda rng, at: rng.normal(60, 5, len(at)),
              ("la95eq", 0): lambda rng, at: rng.normal(48, 4, len(at))},
    "mobility": {("passages", channel): lambda rng, at: rng.poisson(60, len(at)).astype(float)
                 for channel in (1, 2, 3, 4)},
    "lighting": {("active_energy_index", 0): lambda _, at: np.cumsum(np.where(_lit(at), 1000.0, 5.0)),
                 ("active_power", 0): lambda rng, at: np.where(_lit(at), 4000, 20) + rng.normal(0, 5, len(at))},
    "river": {("water_level", 0): lambda rng, at: 2 + np.cumsum(rng.normal(0, 0.01, len(at)))},
    "waste": {("fill", 0): lambda rng, at: np.clip(at // QUARTER % 480 / 5 + rng.normal(0, 0.5, len(at)), 0, 100)},
}  # fmt: skip


def _lit(at: np.ndarray) -> np.ndarray:
    return np.abs(at % DAY / 3_600_000 - 12) > 6


def figures() -> Iterator[Figure]:
    """Measure."""
    real = indicator_engine.load_tracks, indicator_engine.load_named
    try:
        for use_case, series in SERIES.items():
            yield _of(use_case, series)
    finally:
        indicator_engine.load_tracks, indicator_engine.load_named = real


def _of(use_case: str, series: dict[tuple[str, int], Made]) -> Figure:
    at, rng = np.arange(MARCH - BACK_DAYS * DAY, MARCH + (DAYS + 2) * DAY, QUARTER), np.random.default_rng(1)
    tracks = {
        (BY_NAME[name].id, channel): track(at, make(rng, at), property_id=BY_NAME[name].id, channel=channel)
        for (name, channel), make in series.items()
    }

    def load(
        _: object, points: list[str], low: int, high: int, numbers: list[int]
    ) -> dict[str, dict[tuple[int, int], Track]]:
        return {one: {key: of.between(low, high) for key, of in tracks.items() if key[0] in numbers} for one in points}

    indicator_engine.load_tracks, indicator_engine.load_named = load, lambda *_: {}  # type: ignore[assignment]  # no store here
    said = {"code": "P", "use_case": use_case, "commune": "13055", "latitude": 43.3, "longitude": 5.4, "zones": ["Z"],
            "step_s": 900, "upload_s": 900,
            "properties": [{"property": name, "channel": channel} for name, channel in series]}  # fmt: skip
    point = FleetObject(
        kind="point", id="P", revision=1, recorded_at=0, apply_id="a", part=1, parts=1,
        versions=(Version(valid_from=None, valid_to=None, attributes=json.dumps(said)),),
    )  # fmt: skip
    view = FleetView().with_objects([point])
    roster, engine = Roster(view, entries(view, indicators())), IndicatorEngine(AggregateEncoder(), ZONE)
    costs: dict[str, float] = {}
    for name, one in roster.indicators.items():
        if one.load is not None or not roster.subjects(name) or not one.properties:
            continue
        for code in A_YEAR.keys() & set(one.codes):
            windows = tuple(each for each in windows_between(code, MARCH, MARCH + DAYS * DAY, ZONE))
            work, began = NamedWork(name, windows, tuple(roster.subjects(name)), "asked"), time.thread_time()
            for part in engine.portions(roster, work):
                engine.compute(None, roster, part, use_case)  # type: ignore[arg-type]  # nor a connection
            costs[f"{name} {code}"] = (time.thread_time() - began) / len(windows) * A_YEAR[code] * POINTS
    most = ", ".join(f"{name} {costs[name]:.0f}" for name in sorted(costs, key=costs.__getitem__)[:-4:-1])
    return Figure(
        name=f"indicators: a year of {use_case}", value=sum(costs.values()), unit="s of CPU",
        note=f"{POINTS} points, ten million readings; most of it: {most}",
    )  # fmt: skip
