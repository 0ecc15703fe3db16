"""What indicators of lighting look at first: the powers, the sun, the level learned, how complete a night is."""

from typing import NamedTuple

import numpy as np

from vigie.streams.core.lighting.nights import Nights, nights_before
from vigie.streams.core.lighting.power import Floats, Ints, Spans, Truths, spans_of
from vigie.streams.core.lighting.states import elevation, night_level, night_numbers
from vigie.streams.core.windows.honest import expected_of, quality_of
from vigie.streams.core.windows.indicator import Inputs, Result

PAST_NIGHTS = 14
"""Nights from which the level, the angle and the calendar are learned."""
LEAST_NIGHTS = 3
LOOK_BACK_S = (PAST_NIGHTS + 1) * 86_400 + 17 * 3600
"""From midnight back over as many nights and the one before, an hour of changing clocks, and four hours of a meter."""


class Lit(NamedTuple):
    """What a point drew over the nights looked at.

    Attributes:
        spans: its powers.
        sun_deg: (n,) elevation of the sun in the middle of each.
        night: (n,) place of the night that holds each; -1 outside.
        nights: those before, then the one in question at the end.
        level_w: what it draws when all is lit, learned from the nights before (from all, where fewer than three of
            them are known).
    """

    spans: Spans
    sun_deg: Floats
    night: Ints
    nights: Nights
    level_w: float

    @property
    def last(self) -> int:
        """Place of the night in question."""
        return len(self.nights.starts_at) - 1

    def past(self) -> Truths:
        """Which spans are of the nights before."""
        return (self.night >= 0) & (self.night < self.last)


def lit(inputs: Inputs, nights: int = PAST_NIGHTS) -> Lit | None:
    """What the only point drew; None where nothing tells it, or where it never draws anything in the dark."""
    spans = spans_of(inputs.point)
    if spans is None or not len(spans.watts):
        return None
    sun = elevation(spans, inputs.point.latitude, inputs.point.longitude)
    looked = nights_before(inputs.window, inputs.zone, nights + 1)
    night = night_numbers(spans.middle, looked)
    past = (night >= 0) & (night < nights)
    enough = np.count_nonzero(np.bincount(night[past])) >= LEAST_NIGHTS
    level = night_level(spans.watts[past], sun[past]) if enough else night_level(spans.watts, sun)
    return None if level is None else Lit(spans, sun, night, looked, level)


def judged(inputs: Inputs, spans: Spans, from_at: int, to_at: int) -> Result:
    """A result without value yet: the readings between two instants, and how much of the time they cover.

    Args:
        inputs: of a point of lighting.
        spans: its powers.
        from_at: epoch ms UTC.
        to_at: epoch ms UTC.
    """
    inside = [track.between(from_at, to_at) for track in inputs.point.tracks.values()]
    most = max(inside, key=len)
    good = int((most.flags <= 2).sum())
    excluded = len(most) - good
    return Result(
        value=None,
        count=good,
        expected=expected_of(to_at - from_at, most.step_s),
        completeness=min(1.0, spans.within(from_at, to_at) / (to_at - from_at)),
        excluded=excluded,
        quality=quality_of(int((most.flags == 2).sum()), excluded),
    )
