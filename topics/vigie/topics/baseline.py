"""The baseline of a series: what is usual in each hour of the week (msgpack on `baselines`, compacted: all of a
point in one record).
"""

from math import nan

from msgspec import Struct, msgpack

HOURS = 168
"""Hours of a week of legal time, from Monday 00:00; public holidays count as Sundays."""


class Baseline(Struct, array_like=True, frozen=True):
    """What a series of a point usually is, by hour of the week.

    Attributes:
        point: its id.
        property: id in the catalogue.
        channel: of the series.
        made_at: epoch ms UTC of the tick that asked for it.
        from_at, to_at: epoch ms UTC, the span it was made from.
        support: (168,) good values that each hour rests on.
        median: (168,) in the unit of the store; nan where there was nothing.
        mad: (168,) median absolute deviation.
        mean: (168,) per interval, for counts.
        variance: (168,) likewise.
        version: of the method.
        origin: 168 letters, what each hour rests on: `w` that hour of the week, `d` that hour of any day, `f` points
            that measure the same elsewhere, `-` nothing; empty: all `w`.
        resolution: what the sensor tells apart, in the unit; 0 where it is finer than its values show.
        day_mean: mean over a day of what lies between a value and its median, usually; nan: not known.
        day_deviation: robust standard deviation of such means; nan: not known.
        day_memory: correlation of the mean of a day with that of the day before.
        dispersion: square of the coefficient of variation that counts have beyond chance (Poisson); nan for others.
    """

    point: str
    property: int
    channel: int
    made_at: int
    from_at: int
    to_at: int
    support: tuple[int, ...]
    median: tuple[float, ...]
    mad: tuple[float, ...]
    mean: tuple[float, ...]
    variance: tuple[float, ...]
    version: str = "1"
    origin: str = ""
    resolution: float = 0.0
    day_mean: float = nan
    day_deviation: float = nan
    day_memory: float = 0.0
    dispersion: float = nan


encode = msgpack.Encoder().encode
"""The baselines of a point, a list, to bytes (about 5 kB each)."""
decode = msgpack.Decoder(list[Baseline]).decode
"""Bytes to the baselines they hold; raises msgspec.DecodeError on anything else."""
