"""What the data of use cases takes in the store, counted for a span: what sobriety is computed from."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from vigie.streams.core.network_sobriety import Traffic
from vigie.streams.core.windows.legal import Window

Connection = psycopg.Connection[Any]

_OBSERVED = """
SELECT count(DISTINCT o.device), count(DISTINCT o.uplink), coalesce(sum(cardinality(o.properties)), 0),
       coalesce(avg(pg_column_size(o)), 0)::float8, coalesce(avg(u.size), 0)::float8
FROM observation o LEFT JOIN LATERAL (
    SELECT pg_column_size(w) AS size FROM uplink w WHERE w.id = o.uplink AND w.observed_at = o.observed_at LIMIT 1
) u ON true
WHERE o.use_case = %(name)s AND NOT o.withdrawn AND o.observed_at >= to_timestamp(%(start)s / 1000.0)
  AND o.observed_at < to_timestamp(%(end)s / 1000.0)
"""

_AGGREGATED = """
SELECT count(*), coalesce(avg(pg_column_size(a)), 0)::float8,
       count(*) FILTER (WHERE a.definition <> '' AND a.value IS NOT NULL),
       count(DISTINCT a.indicator) FILTER (WHERE a.definition <> '' AND a.value IS NOT NULL)
FROM aggregate a JOIN (
    SELECT 'use_case:' || %(name)s AS subject
    UNION ALL SELECT 'point:' || id FROM flotte_connue_le(NULL, 'point')
    WHERE valid @> to_timestamp((%(end)s - 1) / 1000.0) AND attributes->>'use_case' = %(name)s
) s USING (subject)
WHERE a.window_start >= to_timestamp(%(start)s / 1000.0) AND a.window_start < to_timestamp(%(end)s / 1000.0)
  AND NOT starts_with(a.indicator, 'platform_')
"""


def load_sobriety(connection: Connection, names: Sequence[str], window: Window) -> Mapping[str, Mapping[str, Any]]:
    """Facts by use case: `traffic` (core/network_sobriety.Traffic) of the window, `useful`, how many values of named
    indicators stand there, and `indicators`, of how many indicators.

    Args:
        connection: to the store.
        names: of use cases.
        window: of legal time.
    """
    found = {}
    for name in names:
        asked = {"name": name, "start": window.start_at, "end": window.end_at}
        observed = connection.execute(_OBSERVED.encode(), asked).fetchone()
        aggregated = connection.execute(_AGGREGATED.encode(), asked).fetchone()
        assert observed is not None
        assert aggregated is not None
        devices, uplinks, readings, observation_bytes, uplink_bytes = observed
        aggregates, aggregate_bytes, useful, indicators = aggregated
        traffic = Traffic(
            devices, uplinks, int(readings), aggregates, uplink_bytes, observation_bytes, aggregate_bytes
        )  # fmt: skip
        found[name] = {"traffic": traffic, "useful": useful, "indicators": indicators}
    return found
