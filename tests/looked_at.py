"""Runs an indicator as `recompute` does: it is given what lies in its window and as far beyond as it says, no more."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from vigie.streams.core.windows.indicator import Indicator, Inputs, PointTracks, Result, indicators
from vigie.streams.core.windows.legal import window_of
from vigie.streams.core.windows.track import Track

PARIS = "Europe/Paris"
MARSEILLE = 43.3, 5.4
MINUTE_MS, HOUR_MS = 60_000, 3_600_000


def at(text: str) -> int:
    """An instant in legal time, such as `2026-03-29 02:00`, as epoch ms UTC."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(PARIS)).timestamp()) * 1000


def run(
    name: str, code: str, when: str, tracks: Mapping[tuple[str, int], Track], facts: Mapping[str, Any] | None = None,
    **parameters: float,
) -> dict[int, Result]:  # fmt: skip
    """Results by channel of one of the platform's indicators, for the window that holds an instant."""
    indicator: Indicator = indicators()[name]
    window = window_of(code, at(when), PARIS)
    assert code in indicator.codes
    low, high = window.start_at - indicator.before_s * 1000, window.end_at + indicator.after_s * 1000
    cut = {key: track.between(low, high) for key, track in tracks.items()}
    given = {key: one.default for key, one in indicator.parameters.items()} | parameters
    point = PointTracks("P1", cut, *MARSEILLE)
    inputs = Inputs(window=window, zone=PARIS, points=[point], parameters=given, facts=facts or {})
    return {result.channel: result for result in indicator.compute(inputs)}


def without(track: Track, gone: np.ndarray) -> Track:
    """A track without some of its rows."""
    return track.where(~gone)
