"""How reliable a day was: computed from the store in one transaction, and the same when it is computed again."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from vigie.streams.sinks.reliability_metrics import publish
from vigie.streams.sinks.reliability_tables import FIGURES, LETTERS, SUBJECTS, TABLES

Connection = psycopg.Connection[Any]

_SUMS = """
INSERT INTO reliability (day, subject, indicator, value, numerator, denominator, method, computed_at)
SELECT %(day)s, sums.subject, i.indicator, i.numerator / nullif(i.denominator, 0), i.numerator, i.denominator, i.method,
       now()
FROM (SELECT s.subject, sum(f.sent) AS sent, sum(f.expected) AS expected, count(DISTINCT f.sent_by) AS ways,
             min(f.sent_by) AS way, sum(f.received) AS received, sum(f.emitted) AS emitted, sum(f.in_time) AS in_time,
             sum(f.uplinks) AS uplinks, sum(f.observed) AS observed, sum(f.readings) AS readings,
             sum(f.readings_expected) AS readings_expected, sum(f.usable) AS usable,
             sum(f.all_readings) AS all_readings, sum(f.letters)
             + coalesce((SELECT sum(letters) FROM day_letter l WHERE l.address = ''
                         AND s.subject IN ('platform:all', 'network:' || l.network)), 0) AS letters
      FROM day_subject s JOIN day_figure f USING (number) GROUP BY s.subject) sums
CROSS JOIN LATERAL (VALUES
    ('sensor', sent, expected, CASE WHEN ways > 1 THEN 'counter+slots' ELSE way END),
    ('radio', received, emitted, CASE WHEN emitted > 0 THEN 'counter' ELSE 'no_counter' END),
    ('network', in_time, uplinks, 'within_2_upload_periods'),
    ('platform', observed, uplinks + letters,
     CASE WHEN %(letters)s THEN 'observed_of_arrived' ELSE 'observed_of_decoded' END),
    ('decode_errors', CASE WHEN %(letters)s THEN letters ELSE 0 END,
     CASE WHEN %(letters)s THEN uplinks + letters ELSE 0 END,
     CASE WHEN %(letters)s THEN 'dead_letters' ELSE 'not_counted' END),
    ('completeness', readings, readings_expected, 'step'),
    ('usable', usable, all_readings, 'flags_1_2')
) AS i (indicator, numerator, denominator, method)
"""

_LATENCY = """
INSERT INTO reliability (day, subject, indicator, value, numerator, denominator, method, computed_at)
SELECT %(day)s, subject, i.indicator, i.value, n, n, 'received_to_ingested', now()
FROM (SELECT s.subject, count(*) AS n, percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY
          greatest(extract(epoch FROM u.ingested_at - u.received_at)::float8, 0)) AS p
      FROM day_uplink u JOIN day_subject s USING (number) WHERE u.of_day GROUP BY s.subject) found
CROSS JOIN LATERAL (VALUES ('latency_p50_s', p[1]), ('latency_p95_s', p[2])) AS i (indicator, value)
"""

_STORAGE = """
INSERT INTO reliability (day, subject, indicator, value, numerator, denominator, method, computed_at)
SELECT %(day)s, s.subject, 'storage_p95_s', percentile_cont(0.95) WITHIN GROUP (ORDER BY
           greatest(extract(epoch FROM o.recorded_at - o.ingested_at)::float8, 0)), count(*), count(*),
       'ingested_to_recorded', now()
FROM day_observation o JOIN day_subject s USING (number) WHERE o.reason = 'live' GROUP BY s.subject
"""


def day_bounds(day: date, zone: str) -> tuple[int, int]:
    """A legal day as [start, end) in epoch ms UTC: 23, 24 or 25 hours.

    >>> [(end - start) // 3_600_000 for start, end in (day_bounds(date(2026, 3, 29), "Europe/Paris"),)]
    [23]
    """
    begin = datetime.combine(day, time(), ZoneInfo(zone))
    end = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
    return round(begin.timestamp() * 1000), round(end.timestamp() * 1000)


def compute_day(
    connection: Connection,
    day: date,
    zone: str,
    *,
    now: int | None = None,
    letters: Mapping[tuple[str, str], int] | None = None,
) -> int:
    """Compute the figures of a legal day anew, and publish those of networks and use cases as metrics.

    Args:
        connection: in autocommit mode, that may write.
        day: of the legal time.
        zone: IANA name.
        now: epoch ms UTC; what a day that is not over expects ends here. None: the day is over.
        letters: dead letters that arrived on that day, by (device address or "", network); None: nobody counted them.

    Returns:
        How many figures stand for that day now.
    """
    start, end = day_bounds(day, zone)
    values = {
        "day": day, "start": start, "end": end if now is None else max(min(end, now), start), "letters": letters is not
        None, "before": start - 86_400_000,
    }  # fmt: skip
    with connection.transaction(), connection.cursor() as cursor:
        for statement in TABLES:
            cursor.execute(statement.encode(), values)
        cursor.execute(LETTERS.encode())
        rows = [(*key, count) for key, count in (letters or {}).items()]
        cursor.executemany("INSERT INTO day_letter VALUES (%s, %s, %s)", rows)
        for statement in (FIGURES, SUBJECTS):
            cursor.execute(statement.encode())
        cursor.execute("DELETE FROM reliability WHERE day = %(day)s", values)
        written = 0
        for statement in (_SUMS, _LATENCY, _STORAGE):
            written += cursor.execute(statement.encode(), values).rowcount
    publish(connection, day)
    return written
