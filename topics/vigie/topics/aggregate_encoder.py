"""Aggregate to Avro bytes by hand: the same bytes as fastavro's, at a fraction of its cost (docs/performance.md).

Of a series only the window, its numbers and its hash change; who it is of, its window code and its unit are bytes that
are kept (`series`). tests/topics/test_aggregate_encoder.py holds it to fastavro's bytes.
"""

from collections.abc import Mapping, Sequence
from math import isnan, nan
from struct import Struct
from typing import NamedTuple

from vigie.topics.aggregate import Aggregate
from vigie.topics.avro import Framer
from vigie.topics.observation_encoder import Pairs, Texts, long

_NULL, _SOME, _END = b"\x00", b"\x02", b"\x00"
_SMALL = 1024

_one = Struct("<cd").pack
_three = Struct("<cdcdcd").pack
_four = Struct("<cdcdcdcd").pack
_double = Struct("<d").pack
_texts, _spans, _numbers = Texts(), Pairs(), Pairs()
_small = [long(number) for number in range(_SMALL)]
_expected = [_SOME + one for one in _small]

PLAIN = b"\x00\x00\x00\x00"
"""The rest of an aggregate without definition, category, details and parts."""


class Series(NamedTuple):
    """What is the same for all windows of one code of a subject's indicator, as bytes."""

    head: bytes
    unit: bytes


def rest(
    definition: str = "", category: str = "", details: Mapping[str, float] = {}, parts: Sequence[str] = ()
) -> bytes:
    """The bytes of what few aggregates have, for `AggregateEncoder.join`.

    >>> rest() == PLAIN, rest(details={"resets": 1.0}).hex()
    (True, '0000020c726573657473000000000000f03f0000')
    """
    made = [_texts[definition], _texts[category]]
    if details:
        made.append(long(len(details)))
        for name, number in details.items():
            made += (_texts[name], _double(number))
    made.append(_END)
    if parts:
        made.append(long(len(parts)))
        made += [_texts[part] for part in parts]
    made.append(_END)
    return b"".join(made)


class AggregateEncoder:
    """Framed Avro bytes of aggregates.

    Args:
        schema_id: id under which the registry in use knows the schema; None for the packaged id.

    >>> encoder = AggregateEncoder()
    >>> series = encoder.series("point:P1", "air_temperature", "1h", "°C")  # once; then for each window
    >>> made = encoder.join(series, 0, 3_600_000, 0, 2, 1.0, 1.5, 2.0, "00" * 8, "closed", 1.5, 4, 0.5, 0, 3.0, 0.5,
    ...     1.0, 2.0, 1)
    >>> Framer("aggregates.v1").decode(made, Aggregate).mean
    1.5
    """

    def __init__(self, schema_id: int | None = None) -> None:
        self.header = Framer("aggregates.v1", schema_id).header

    def series(self, subject: str, indicator: str, code: str, unit: str) -> Series:
        """The bytes of whose windows they are; to be kept by who makes many."""
        return Series(self.header + _texts[subject] + _texts[indicator] + _texts[code], _texts[unit])

    def encode(self, one: Aggregate) -> bytes:
        """The framed bytes of an aggregate whose hash has 16 characters; NaN becomes null."""
        numbers = (
            one.minimum, one.mean, one.maximum, one.value, one.completeness, one.sum, one.deviation, one.first,
            one.last,
        )  # fmt: skip
        low, mean, high, value, share, total, deviation, first, last = [nan if n is None else n for n in numbers]
        return self.join(
            self.series(one.subject, one.indicator, one.window_code, one.unit),
            one.window_start,
            one.window_end,
            one.revision,
            one.count,
            low,
            mean,
            high,
            one.input_hash,
            one.reason,
            value,
            -1 if one.expected is None else one.expected,
            share,
            one.excluded,
            total,
            deviation,
            first,
            last,
            one.quality,
            rest(one.definition, one.category, one.details, one.parts),
        )

    def join(
        self,
        series: Series,
        start_at: int,
        end_at: int,
        revision: int,
        count: int,
        minimum: float,
        mean: float,
        maximum: float,
        input_hash: str,
        reason: str,
        value: float,
        expected: int,
        completeness: float,
        excluded: int,
        total: float,
        deviation: float,
        first: float,
        last: float,
        quality: int,
        others: bytes = PLAIN,
    ) -> bytes:
        """The framed bytes of an aggregate from the columns of windows; arguments in the order of the schema.

        Args:
            series: of `series`.
            start_at: of the window, epoch ms.
            end_at: of the window, epoch ms.
            revision: of the aggregate.
            count: readings that took part.
            minimum: here and below a number that is NaN becomes null.
            mean: see topics.aggregate.Aggregate, as for all that follow.
            maximum: the largest.
            input_hash: 16 hex digits.
            reason: of topics.aggregate.REASONS.
            value: the number to show.
            expected: readings that there should have been; -1 becomes null.
            completeness: 0 to 1.
            excluded: readings left out.
            total: the sum.
            deviation: of the population.
            first: by instant.
            last: by instant.
            quality: 1, 2, 3 or 9.
            others: of `rest`.
        """
        head, unit = series
        lead = minimum + mean + maximum  # NaN if one of them is: then the longer way
        tail = total + deviation + first + last
        return b"".join((
            head,
            _spans[start_at, end_at],
            _numbers[revision, count],
            _three(_SOME, minimum, _SOME, mean, _SOME, maximum) if not isnan(lead) else _some((minimum, mean, maximum)),
            b"\x20",
            input_hash.encode(),
            _texts[reason],
            _NULL if isnan(value) else _one(_SOME, value),
            unit,
            (_expected[expected] if expected < _SMALL else _SOME + long(expected)) if expected >= 0 else _NULL,
            _NULL if isnan(completeness) else _one(_SOME, completeness),
            _small[excluded] if excluded < _SMALL else long(excluded),
            _four(_SOME, total, _SOME, deviation, _SOME, first, _SOME, last)
            if not isnan(tail)
            else _some((total, deviation, first, last)),
            _small[quality],
            others,
        ))  # fmt: skip


def _some(numbers: Sequence[float]) -> bytes:
    return b"".join([_NULL if isnan(number) else _one(_SOME, number) for number in numbers])
