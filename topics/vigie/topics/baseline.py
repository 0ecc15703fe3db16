"""The baseline of a series: what is usual in each hour of the week (msgpack on `baselines`, compacted: all of a
point in one record).
"""

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


encode = msgpack.Encoder().encode
"""The baselines of a point, a list, to bytes (about 5 kB each)."""
decode = msgpack.Decoder(list[Baseline]).decode
"""Bytes to the baselines they hold; raises msgspec.DecodeError on anything else."""
