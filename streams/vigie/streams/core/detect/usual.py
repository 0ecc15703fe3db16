"""What a value is held against: what is usual at its hour, or what its neighbours measure."""

from math import isnan, nan
from statistics import median
from typing import NamedTuple

from vigie.streams.core.amounts import amount_text
from vigie.streams.core.detect.hour_of_week import HOUR_MS, slot
from vigie.streams.core.detect.rule import Ground, Judgement, Sample
from vigie.topics.property import PROPERTIES

TO_DEVIATION = 1.4826
LEAST_NEIGHBOURS = 3

ORIGINS = {
    "w": ("même heure de la semaine", "same hour of the week"),
    "d": ("même heure du jour, tous les jours", "same hour of any day"),
    "f": ("autres points de même mesure, à la même heure de la semaine", "other points, same hour of the week"),
}
"""What an hour of a baseline rests on, by its letter (baseline.py)."""


class Usual(NamedTuple):
    """What is usual.

    Attributes:
        middle: in the property's unit.
        deviation: robust standard deviation, never below that of the sensor's resolution.
        support: values that it rests on.
        origin: letter of ORIGINS, or `n` for neighbours.
    """

    middle: float
    deviation: float
    support: int
    origin: str


def usual_at(ground: Ground, at: int) -> Usual | None:
    """What the baseline says of the hour of an instant (epoch ms UTC); None where it says nothing.

    The deviation is 1.4826 · max(MAD, resolution), so that (x − middle)/deviation is the robust z of 0.6745·(x − med)/
    max(MAD, resolution).
    """
    baseline = ground.baseline
    if baseline is None:
        return None
    hour = slot(at // HOUR_MS, ground.zone).hour
    middle = baseline.median[hour]
    if isnan(middle):
        return None
    deviation = TO_DEVIATION * max(baseline.mad[hour], baseline.resolution)
    return Usual(middle, deviation or nan, baseline.support[hour], baseline.origin[hour] if baseline.origin else "w")


def around(ground: Ground, at: int) -> float | None:
    """Median of what the neighbours measured within two steps of an instant; None with fewer than three of them."""
    if len(ground.neighbours) < LEAST_NEIGHBOURS:
        return None
    near_ms = 2000 * (ground.step_s or 900)
    values = [value for when, value in ground.neighbours.values() if abs(when - at) <= near_ms]
    return median(values) if len(values) >= LEAST_NEIGHBOURS else None


def unit_of(ground: Ground) -> str:
    """Unit of the series; empty for a pure number."""
    found = PROPERTIES.get(ground.property)
    return found.unit if found is not None else ""


def amount(value: float, ground: Ground, language: str) -> str:
    """A value of the series with its unit, for a person."""
    return amount_text(value, unit_of(ground), language)


def interval_text(judged: Judgement, ground: Ground, language: str) -> str:
    """What was expected: « de 12 à 15 °C », or with one bound only.

    >>> ground = Ground({}, "Europe/Paris", 1, 0, 900, 900)
    >>> interval_text(Judgement(1, expected_low=12.0, expected_high=15.0), ground, "fr")
    'de 12\u202f°C à 15\u202f°C'
    >>> interval_text(Judgement(1, expected_high=15.0), ground, "en")
    'at most 15 °C'
    """
    low, high = (None if isnan(one) else amount(one, ground, language) for one in judged[2:4])
    if low is not None and high is not None:
        return f"de {low} à {high}" if language == "fr" else f"{low} to {high}"
    if low is not None:
        return f"au moins {low}" if language == "fr" else f"at least {low}"
    return f"au plus {high}" if language == "fr" else f"at most {high}"


def against(usual: Usual, sample: Sample, ground: Ground, alarm: float, keep: float, held: int) -> Judgement:
    """How far a value is from what is usual, in robust standard deviations.

    Args:
        usual: what is.
        sample: the value.
        ground: of the series.
        alarm: deviations from which it is level 1.
        keep: deviations down to which it stays there.
        held: the level held now.
    """
    sigma = (sample.value - usual.middle) / usual.deviation
    level = int(abs(sigma) >= (keep if held else alarm))
    low, high = usual.middle - alarm * usual.deviation, usual.middle + alarm * usual.deviation
    threshold = high if sigma >= 0 else low
    facts = {
        "sigma": f"{sigma:.2f}", "support": str(usual.support), "deviation": f"{sample.value - usual.middle:.6g}",
        "baseline": f"{usual.middle:.6g}", "unit": unit_of(ground),
    } if level else {}  # fmt: skip
    return Judgement(level, threshold, low, high, sigma, nan, usual.support, facts)
