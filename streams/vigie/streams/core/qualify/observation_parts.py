"""Parts of observations, made from the columns of a row."""

from collections.abc import Sequence
from hashlib import blake2b
from math import isnan

from vigie.topics.observation import ObservedReading
from vigie.topics.quality import rolled


def observed_readings(
    series: Sequence[int], words: Sequence[int], values: Sequence[float], raws: Sequence[float] | None,
    codes: Sequence[int],
) -> tuple[ObservedReading, ...]:  # fmt: skip
    """The readings of a row.

    Args:
        series: property << 16 | channel of each column.
        words: packed flags.
        values: of each column.
        raws: what the device said, NaN where no conversion changed it; None for a row without.
        codes: of the flags; 0 where the row has no value of the series.
    """
    found = []
    for column, (pair, word, value, code) in enumerate(zip(series, words, values, codes, strict=True)):
        if code:
            raw = None if raws is None else raws[column]
            if raw is not None and (isnan(raw) or raw == value):
                raw = None
            found.append(ObservedReading(pair >> 16, pair & 0xFFFF, value, rolled(word), word, raw))
    return tuple(found)


def name_of(uplink: bytes, point: bytes, at: int) -> bytes:
    """As topics.observation.observation_id, of bytes."""
    return blake2b(b"%b\x1f%b\x1f%d" % (uplink, point, at), digest_size=16).hexdigest().encode()
