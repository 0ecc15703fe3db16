"""What the city does: plausible values of the six use cases over one summer day.

Every behaviour is asked for its values at rising instants and answers with words of its own (`distance_mm`,
`temperature_c`); vigie.deploy.demo.fleet says how a model puts them on the air. Rounded to what the sensors resolve, so
that the bytes hold exactly these values.
"""

from collections.abc import Callable
from math import cos, exp, pi
from random import Random

from vigie.deploy.demo.communes import Commune

Values = dict[str, float]
Behaviour = Callable[[float], Values]
"""Local hour of the day (0 to 24, rising) -> values."""

STORM_AT_H = 16.5
"""Local hour at which a thunderstorm breaks."""


def _wave(hour: float, highest_at: float) -> float:
    """1 at `highest_at`, -1 twelve hours from it."""
    return cos((hour - highest_at) * pi / 12)


def _rush(hour: float) -> float:
    """Share of the day's activity, 0 (4 a.m.) to about 1 (rush hours)."""
    peaks = exp(-(((hour - 8.2) / 1.2) ** 2)) + 0.6 * exp(-(((hour - 12.6) / 1.5) ** 2))
    return 0.04 + peaks + 0.95 * exp(-(((hour - 18.0) / 1.8) ** 2)) + 0.25 * exp(-(((hour - 21.5) / 2.0) ** 2))


def climate(rng: Random, commune: Commune) -> Behaviour:
    """Air in a street: temperature in 0.1 °C, relative humidity in 0.5 %, light in lx."""
    mean, swing = 25.5 + commune.warmth + rng.gauss(0, 0.5), 6.0 + rng.gauss(0, 0.4)

    def values(hour: float) -> Values:
        storm = 5.0 * exp(-(((hour - STORM_AT_H - 0.6) / 0.9) ** 2))
        temperature = mean + swing * _wave(hour, 15.0) - storm + rng.gauss(0, 0.15)
        humidity = min(98.0, max(18.0, 52 - 3.1 * (temperature - 25.5) + rng.gauss(0, 1.0)))
        light = 30_000 * max(0.0, _wave(hour, 13.8) + 0.25) ** 1.3 * rng.uniform(0.8, 1.0)
        return {
            "temperature_c": round(temperature, 1),
            "humidity_pct": round(humidity * 2) / 2,
            "light_lx": round(light),
        }

    return values


def bin_fill(rng: Random, commune: Commune) -> Behaviour:
    """A bottle bank of 1.8 m: distance from the lid down to the glass, in mm; emptied in the morning when full."""
    air = climate(rng, commune)
    depth, full = 1800.0, rng.uniform(5, 80)
    per_hour, round_at = rng.uniform(0.5, 2.2), rng.uniform(5.5, 11.0)
    last = [0.0]

    def values(hour: float) -> Values:
        nonlocal full
        before, last[0] = last[0], hour
        full = min(100.0, full + per_hour * (hour - before) * (0.3 + 1.2 * _rush(hour)))
        if before < round_at <= hour and full > 55:
            full = rng.uniform(0, 4)
        return {
            "distance_mm": round(depth * (1 - full / 100) + 60 + rng.gauss(0, 4)),
            "tilted": 0,
            "temperature_c": air(hour)["temperature_c"],
        }

    return values


def noise(rng: Random, commune: Commune) -> Behaviour:
    """A street in dB(A): levels in 0.1 dB, loud at rush hours, quiet at four in the morning."""
    quiet = 41 + 2 * commune.warmth + rng.gauss(0, 2.5)

    def values(hour: float) -> Values:
        level = quiet + 19 * min(1.0, _rush(hour)) ** 0.5 + rng.gauss(0, 1.2)
        return {
            "laeq_db": round(level, 1),
            "laf_db": round(level + rng.gauss(-1, 2), 1),
            "lafmax_db": round(level + 8 + abs(rng.gauss(0, 4)), 1),
            "la95eq_db": round(level - 6 - abs(rng.gauss(0, 2)), 1),
        }

    return values


def river(rng: Random, _: Commune) -> Behaviour:
    """A river that rises after the storm: depth in mm, distance of the water below a bridge in mm, quality."""
    low, bridge, rise = rng.uniform(250, 600), rng.uniform(3500, 6000), rng.uniform(300, 1100)

    def values(hour: float) -> Values:
        since = hour - STORM_AT_H - 0.75
        flood = rise * (since / 1.6) * exp(1 - since / 1.6) if since > 0 else 0.0
        depth = low + flood + rng.gauss(0, 4)
        oxygen = 88 + 9 * _wave(hour, 16.0) - flood / 60 + rng.gauss(0, 0.8)
        return {
            "oxygen_pct": round(oxygen, 2),
            "oxygen_mg_l": round(oxygen * 0.0915, 2),
            "depth_mm": round(depth),
            "distance_mm": round(bridge - depth),
            "water_temperature_c": round(19.5 + 1.3 * _wave(hour, 17.0) - flood / 700 + rng.gauss(0, 0.05), 1),
            "conductivity_us_cm": round(620 - flood / 4 + rng.gauss(0, 3)),
        }

    return values


def passages(rng: Random, _: Commune) -> Behaviour:
    """A cycle path: passages in both directions since the last message, and in all."""
    per_hour, share = rng.uniform(20, 260), rng.uniform(0.4, 0.6)
    totals = {"in": rng.randrange(20_000), "out": rng.randrange(20_000)}
    last = [0.0]

    def values(hour: float) -> Values:
        before, last[0] = last[0], hour
        mean = per_hour * _rush(hour) * (hour - before)
        found: Values = {}
        for way, part in (("in", share), ("out", 1 - share)):
            count = max(0, round(mean * part + rng.gauss(0, (mean * part + 0.1) ** 0.5)))
            totals[way] += count
            found[way], found[f"{way}_total"] = count, totals[way]
        return found

    return values


def cabinet(rng: Random, commune: Commune) -> Behaviour:
    """A street lighting cabinet: door, temperature inside, supply, and a meter that runs from dusk to dawn."""
    air = climate(rng, commune)
    lamps_w, pulses = rng.uniform(1500, 9000), rng.uniform(1e6, 4e6)
    opened_at = rng.uniform(9, 16)
    last = [0.0]

    def values(hour: float) -> Values:
        nonlocal pulses
        before, last[0] = last[0], hour
        lit = hour < 6.1 or hour > 21.4
        power = (lamps_w if lit else 35.0) * rng.uniform(0.97, 1.03)
        pulses += power * (hour - before)
        return {
            "temperature_c": round(air(hour)["temperature_c"] + (9 if lit else 4), 1),
            "door_open": float(opened_at <= hour < opened_at + 0.6),
            "energy_wh": float(int(pulses)),
            "power_va": float(round(power)),
            "supply_mv": 3600 + rng.randint(-15, 15),
        }

    return values
