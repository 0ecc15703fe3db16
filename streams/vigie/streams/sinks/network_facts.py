"""What crossed networks, as arrays and daily numbers: what indicators of networks are computed from."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from vigie.streams.core.local_time import local
from vigie.streams.core.network_loss import Frames
from vigie.streams.core.windows.legal import Window
from vigie.streams.sinks import fleet_queries
from vigie.streams.sinks.binary_copy import SIGNATURE, TRAILER

Connection = psycopg.Connection[Any]
Facts = Mapping[str, Mapping[str, Any]]

BEFORE_MS = 86_400_000
"""How long before the window frames are asked for: a gap counts where it ends."""
TREND_DAYS = 28

_COLUMNS = (
    ("network", ">i4"), ("device", ">i8"), ("session", ">i8"), ("f_cnt", ">i8"), ("received_at", ">i8"),
    ("sf", ">i4"), ("airtime_ms", ">f8"), ("bytes", ">i4"),
)  # fmt: skip
_ROW = np.dtype(
    [("fields", ">i2"), *(part for name, form in _COLUMNS for part in ((f"{name}_size", ">i4"), (name, form)))]
)

_FRAMES = """
COPY (
    SELECT place::int4, hashtextextended(device, 0), hashtextextended(coalesce(session, ''), 0),
           coalesce(f_cnt, -1), (extract(epoch FROM received_at) * 1000)::int8, coalesce(sf, 0)::int4,
           coalesce(airtime_ms, 'NaN'::float8), coalesce(octet_length(payload), -1)::int4
    FROM (SELECT DISTINCT ON (w.place, u.id) w.place, u.device, u.session, u.f_cnt, u.received_at, u.sf, u.airtime_ms,
                 u.payload
          FROM unnest({names}::text[]) WITH ORDINALITY AS w (network, place) JOIN uplink u ON u.network = w.network
          WHERE u.received_at >= to_timestamp({from_at} / 1000.0) AND u.received_at < to_timestamp({to_at} / 1000.0)
          ORDER BY w.place, u.id, u.observed_at DESC) once
) TO STDOUT (FORMAT binary)
"""
"""Each message once, on the day on which it crossed the network; no column may be NULL, so that rows have one width."""

_DAYS = """
SELECT network, (received_at AT TIME ZONE (SELECT zone FROM legal_time))::date, count(*), coalesce(sum(size), 0)::float8
FROM (SELECT DISTINCT ON (network, id) network, received_at, octet_length(payload) AS size FROM uplink
      WHERE network = ANY(%(names)s) AND received_at >= to_timestamp(%(from)s / 1000.0)
        AND received_at < to_timestamp(%(to)s / 1000.0) ORDER BY network, id, observed_at DESC) once
GROUP BY 1, 2
"""

_RELIABILITY = """
SELECT subject, indicator, sum(numerator), sum(denominator), min(value), max(value), count(*)
FROM reliability WHERE subject = ANY(%(subjects)s) AND day BETWEEN %(first)s AND %(last)s GROUP BY 1, 2
"""


def load_frames(connection: Connection, names: Sequence[str], window: Window) -> Facts:
    """Facts by network: `frames` (core/network_loss.Frames), `sf`, `airtime_ms` (NaN where it is not told) and `bytes`
    (-1 where the payload is not kept), (n,) each; from a day before the window on.

    Args:
        connection: to the store.
        names: of networks, each once.
        window: of legal time.
    """
    rows = _rows(connection, names, window.start_at - BEFORE_MS, window.end_at)
    found = {}
    for place, name in enumerate(names, 1):
        own = rows[rows["network"] == place]
        columns = {column: own[column].astype(form.replace(">", "=")) for column, form in _COLUMNS}
        frames = Frames(columns["device"], columns["session"], columns["f_cnt"], columns["received_at"])
        found[name] = {"frames": frames, **{key: columns[key] for key in ("sf", "airtime_ms", "bytes")}}
    return found


def _rows(connection: Connection, names: Sequence[str], from_at: int, to_at: int) -> NDArray[np.void]:
    query = psycopg.sql.SQL(_FRAMES).format(names=list(names), from_at=from_at, to_at=to_at)
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        data = b"".join(copy)
    body = memoryview(data)[len(SIGNATURE) : len(data) - len(TRAILER)]
    return np.frombuffer(body, dtype=_ROW)


def load_volume(connection: Connection, names: Sequence[str], window: Window) -> Facts:
    """Facts by network: `uplinks` and `bytes`, (28,) float64 of the days up to the window's last, NaN for a day on
    which nothing came; `quota_uplinks` and `quota_bytes` as agreed, None where nothing was.

    Args:
        connection: to the store.
        names: of networks.
        window: of a legal day.
    """
    zone = _zone(connection)
    last = local(window.end_at - 1, zone).date()
    begin = window.end_at - (TREND_DAYS + 1) * 86_400_000
    rows = connection.execute(_DAYS.encode(), {"names": list(names), "from": begin, "to": window.end_at}).fetchall()
    days = [last - timedelta(days=back) for back in range(TREND_DAYS - 1, -1, -1)]
    counted: dict[tuple[str, date], tuple[float, float]] = {(name, day): (n, size) for name, day, n, size in rows}
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        agreed = fleet_queries.at(fleet_queries.versions(connection, "network", name), window.end_at - 1)
        uplinks, sizes = zip(*(counted.get((name, day), (np.nan, np.nan)) for day in days), strict=True)
        found[name] = {
            "uplinks": np.array(uplinks, np.float64),
            "bytes": np.array(sizes, np.float64),
            "quota_uplinks": agreed and agreed.get("quota_uplinks_per_day"),
            "quota_bytes": agreed and agreed.get("quota_bytes_per_day"),
        }
    return found


def load_reliability(connection: Connection, names: Sequence[str], window: Window) -> Facts:
    """Facts by network: `layers`, by name of the reliability report (docs/reliability.md) the numerator and denominator
    summed over the days of the window, and the value of a single day; `days`, how many of them are computed.

    Args:
        connection: to the store.
        names: of networks.
        window: of legal time, of a day or more.
    """
    zone = _zone(connection)
    asked = {
        "subjects": [f"network:{name}" for name in names],
        "first": local(window.start_at, zone).date(),
        "last": local(window.end_at - 1, zone).date(),
    }
    found: dict[str, dict[str, Any]] = {name: {"layers": {}, "days": 0} for name in names}
    for subject, layer, numerator, denominator, low, high, count in connection.execute(_RELIABILITY.encode(), asked):
        facts = found[subject.removeprefix("network:")]
        facts["layers"][layer] = numerator, denominator, high if low == high else None
        facts["days"] = max(facts["days"], count)
    return found


def _zone(connection: Connection) -> str:
    row = connection.execute("SELECT zone FROM legal_time").fetchone()
    assert row is not None
    return str(row[0])
