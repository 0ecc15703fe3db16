"""When the neighbours of points of lighting were heard: for telling a power cut from a loss of communication."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import psycopg

from vigie.streams.core.windows.legal import Window
from vigie.streams.sinks import fleet_queries
from vigie.streams.sinks.fleet_queries import Known, epoch_ms

Connection = psycopg.Connection[Any]

BEFORE_MS = 2 * 86_400_000
"""How far back of the window neighbours are heard."""

_HEARD = """
SELECT point, array_agg(DISTINCT observed_at) FROM observation
WHERE point = ANY(%(points)s) AND NOT withdrawn AND observed_at >= to_timestamp(%(from)s / 1000.0)
  AND observed_at < to_timestamp(%(to)s / 1000.0) GROUP BY point
"""


def load_neighbours(connection: Connection, points: Sequence[str], window: Window) -> Mapping[str, Mapping[str, Any]]:
    """Facts by point: `neighbours`, of each an (n,) int64 of instants heard, epoch ms UTC, by the neighbours' ids.

    Neighbours are points of the same use case and buddy group; of a point without one, those of any of its zones.

    Args:
        connection: to the store.
        points: ids.
        window: of legal time.
    """
    held = _points(connection, window.end_at - 1)
    near = {point: _near(held[point], held) for point in points if point in held}
    asked = sorted({name for names in near.values() for name in names})
    rows = connection.execute(
        _HEARD.encode(), {"points": asked, "from": window.start_at - BEFORE_MS, "to": window.end_at}
    )
    heard = {point: np.array(sorted(epoch_ms(at) or 0 for at in instants), np.int64) for point, instants in rows}
    silent = np.array([], np.int64)
    return {point: {"neighbours": tuple(heard.get(name, silent) for name in names)} for point, names in near.items()}


def _points(connection: Connection, at: int) -> dict[str, Known]:
    versions: dict[str, list[Known]] = defaultdict(list)
    for one in fleet_queries.of_kind(connection, "point"):
        if one.get("use_case") == "lighting":
            versions[one.id].append(one)
    found = {name: fleet_queries.at(known, at) for name, known in versions.items()}
    return {name: one for name, one in found.items() if one is not None}


def _near(point: Known, held: Mapping[str, Known]) -> list[str]:
    group, zones = point.get("buddy_group"), set(point.get("zones", ()))
    return sorted(
        one.id
        for one in held.values()
        if one.id != point.id
        and (one.get("buddy_group") == group if group else bool(zones & set(one.get("zones", ()))))
    )
