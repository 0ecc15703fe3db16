"""What a rule is tried on: stored readings with their arrival and their tests, and stored windows, in their order."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import psycopg

from vigie.streams.core.detect.trial import Value
from vigie.streams.sinks.fleet_queries import epoch_ms
from vigie.topics.aggregate import Aggregate

Connection = psycopg.Connection[Any]

_READINGS = """
SELECT o.point, o.observed_at, o.ingested_at, o.id, o.properties, o.channels, o."values", o.flags, o.tests
FROM observation o
WHERE o.point = ANY(%s) AND NOT o.withdrawn AND o.observed_at >= to_timestamp(%s / 1000.0)
AND o.observed_at < to_timestamp(%s / 1000.0) AND o.observed_at <= o.ingested_at + interval '5 min'
ORDER BY o.observed_at, o.point, o.ingested_at
"""
_LAST = """
SELECT max(last.observed_at) FROM unnest(%s::text[]) AS one(point), LATERAL (
  SELECT o.observed_at FROM observation o WHERE o.point = one.point ORDER BY o.observed_at DESC LIMIT 1
) AS last
"""
_WINDOWS = """
SELECT subject, indicator, window_code, window_start, window_end, count, value, unit, completeness, category, details
FROM aggregate
WHERE split_part(indicator, '#', 1) = ANY(%s) AND window_end >= to_timestamp(%s / 1000.0)
AND window_end < to_timestamp(%s / 1000.0) AND (%s::text[] IS NULL OR subject = ANY(%s))
ORDER BY window_end, subject, indicator, window_code
"""


def last_reading_at(connection: Connection, points: Sequence[str]) -> int | None:
    """Instant (epoch ms UTC) of the last stored reading of points; None where there is none."""
    found = connection.execute(_LAST, (list(points),)).fetchone()
    return None if found is None or found[0] is None else _ms(found[0])


def readings(connection: Connection, points: Sequence[str], from_at: int, to_at: int) -> Iterator[Value]:
    """Readings of points in a span by rising instant, as they are known now; missing values are left out.

    Args:
        connection: to the store.
        points: ids.
        from_at: epoch ms UTC, inclusive.
        to_at: the same, exclusive.
    """
    with connection.cursor() as cursor:
        for row in cursor.stream(_READINGS.encode(), (list(points), from_at, to_at)):
            point, observed_at, ingested_at, name, properties, channels, values, flags, tests = row
            at, arrival_at, text = _ms(observed_at), _ms(ingested_at), name.hex
            for number, channel, value, flag, test in zip(properties, channels, values, flags, tests, strict=True):
                if value is not None and value == value and flag <= 4:  # noqa: PLR0124 - NaN alone differs from itself
                    yield Value(point, at, arrival_at, number << 16 | channel, value, flag, test, text)


def windows(
    connection: Connection, names: Sequence[str], subjects: Sequence[str] | None, from_at: int, to_at: int
) -> Iterator[Aggregate]:
    """Windows that end in a span, by their end, as they are known now.

    Args:
        connection: to the store.
        names: of indicators or properties.
        subjects: None for all.
        from_at: epoch ms UTC, inclusive.
        to_at: the same, exclusive.
    """
    wanted = None if subjects is None else list(subjects)
    with connection.cursor() as cursor:
        for row in cursor.stream(_WINDOWS.encode(), (list(names), from_at, to_at, wanted, wanted)):
            subject, name, code, start, end, count, value, unit, share, category, details = row
            yield Aggregate(
                subject=subject, indicator=name, window_code=code, window_start=_ms(start), window_end=_ms(end),
                revision=0, count=count, minimum=None, mean=None, maximum=None, input_hash="", reason="closed",
                value=value, unit=unit or "", completeness=share, category=category or "",
                details={key: number for key, number in (details or {}).items() if number is not None},
            )  # fmt: skip


def _ms(instant: datetime) -> int:
    found = epoch_ms(instant)
    assert found is not None
    return found
