"""How devices at points send, and what they say of their battery: what its life is projected from."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import psycopg

from vigie.streams.core.windows.legal import Window

Connection = psycopg.Connection[Any]

TREND_DAYS, EVERY_DAYS = 180, 3

_PLACED = """
SELECT p.attributes->>'point', a.address,
       (extract(epoch FROM to_timestamp(%(end)s / 1000.0) - lower(p.valid)) / 86400)::float8
FROM flotte_connue_le(NULL, 'placement') p
JOIN flotte_connue_le(NULL, 'device') d ON d.id = p.attributes->>'device'
    AND d.valid @> to_timestamp((%(end)s - 1) / 1000.0)
CROSS JOIN LATERAL jsonb_array_elements_text(d.attributes->'addresses') AS a (address)
WHERE p.valid @> to_timestamp((%(end)s - 1) / 1000.0) AND p.attributes->>'point' = ANY(%(points)s)
"""

_SENT = """
SELECT device, coalesce(sf, 0), count(DISTINCT id) FROM uplink
WHERE device = ANY(%(devices)s) AND observed_at >= to_timestamp(%(start)s / 1000.0)
  AND observed_at < to_timestamp(%(end)s / 1000.0) GROUP BY 1, 2
"""

_SAID = """
SELECT d.device, g.back, r.property, r.value
FROM unnest(%(devices)s::text[]) AS d (device) CROSS JOIN generate_series(0, %(days)s - 1, %(every)s) AS g (back)
CROSS JOIN LATERAL (
    SELECT properties, "values" FROM uplink WHERE device = d.device AND properties && '{90,91}'::smallint[]
      AND observed_at < to_timestamp(%(end)s / 1000.0) - g.back * interval '1 day'
      AND observed_at >= to_timestamp(%(end)s / 1000.0) - (g.back + %(every)s) * interval '1 day'
    ORDER BY observed_at DESC LIMIT 1) u
CROSS JOIN LATERAL unnest(u.properties, u."values") AS r (property, value)
WHERE r.property IN (90, 91) ORDER BY d.device, g.back DESC
"""
"""One look into the index for each device and three days, however often it sends; 90 and 91 are battery_voltage and
battery_level."""


def load_battery(connection: Connection, points: Sequence[str], window: Window) -> Mapping[str, Mapping[str, Any]]:
    """Facts by point: `devices`, of each device there a mapping.

    Of a device: `age_days` since it was placed (None where that is not known); `sent`, pairs of a spreading factor (0
    where there is none) and the messages in the window; `voltage` and `level`, (days, values) of (n,) float64 by rising
    day, of the last 180 days.

    Args:
        connection: to the store.
        points: ids.
        window: over which messages are counted.
    """
    placed = connection.execute(_PLACED.encode(), {"points": list(points), "end": window.end_at}).fetchall()
    devices = sorted({address for _, address, _ in placed})
    sent: dict[str, dict[int, int]] = defaultdict(dict)
    asked = {"devices": devices, "start": window.start_at, "end": window.end_at}
    for device, sf, count in connection.execute(_SENT.encode(), asked):
        sent[device][sf] = count
    said: dict[tuple[str, int], list[tuple[float, float]]] = defaultdict(list)
    asked = {"devices": devices, "end": window.end_at, "days": TREND_DAYS, "every": EVERY_DAYS}
    for device, back, number, value in connection.execute(_SAID.encode(), asked):
        said[device, number].append((-float(back), value))
    found: dict[str, list[dict[str, Any]]] = {point: [] for point in points}
    for point, address, age in placed:
        found[point].append(
            {
                "age_days": age,
                "sent": tuple(sorted(sent[address].items())),
                "voltage": _columns(said[address, 90]),
                "level": _columns(said[address, 91]),
            }
        )
    return {point: {"devices": tuple(one)} for point, one in found.items()}


def _columns(rows: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    table = np.array(rows, np.float64).reshape(-1, 2)
    return table[:, 0], table[:, 1]
