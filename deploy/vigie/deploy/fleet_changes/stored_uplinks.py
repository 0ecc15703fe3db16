"""What the store holds of addresses: how many uplinks a repair will look at, and who sends that nobody knows."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

import psycopg

from vigie.streams.core.fleet.effects import Repair
from vigie.streams.core.fleet.spans import Span, bound, union
from vigie.streams.sinks.alert_rows import epoch_ms

Connection = psycopg.Connection[Any]

COUNT_LIMIT_S = 20


class Unknown(NamedTuple):
    """An address that sends and that no device of the fleet has.

    Attributes:
        address: device id.
        model: as the network or the codec names it; empty where nothing does.
        first_at, last_at: first and last arrival, epoch ms.
        uplinks: how many are stored.
    """

    address: str
    model: str
    first_at: int
    last_at: int
    uplinks: int


def touched(connection: Connection, repairs: Iterable[Repair]) -> int | None:
    """How many stored uplinks some repairs look at, each counted once; None where counting takes too long."""
    if not _has(connection, "uplink"):
        return 0
    spans: dict[str, list[Span]] = defaultdict(list)
    for one in repairs:
        spans[one.address].append(one.span)
    asked = [(address, *span) for address, several in spans.items() for span in union(several)]
    if not asked:
        return 0
    try:
        with connection.transaction():
            connection.execute(f"SET LOCAL statement_timeout = '{COUNT_LIMIT_S}s'".encode())
            row = connection.execute(
                "SELECT coalesce(sum((SELECT count(*) FROM uplink u WHERE u.device = a.device"
                " AND u.observed_at >= coalesce(to_timestamp(a.since / 1000.0), '-infinity')"
                " AND u.observed_at < coalesce(to_timestamp(a.until / 1000.0), 'infinity'))), 0)"
                " FROM unnest(%s::text[], %s::float8[], %s::float8[]) AS a (device, since, until)",
                ([one for one, _, _ in asked], [bound(at) for _, at, _ in asked], [bound(at) for _, _, at in asked]),
            ).fetchone()
    except psycopg.errors.QueryCanceled:
        return None
    return int(row[0]) if row else 0


def unknown_addresses(connection: Connection) -> list[Unknown]:
    """Addresses that send and that no device ever had, the latest heard first."""
    if not _has(connection, "uplink"):
        return []
    rows = connection.execute(
        "WITH RECURSIVE heard AS ("  # a loose index scan: each address costs one look into the index
        " (SELECT device FROM uplink ORDER BY device LIMIT 1)"
        " UNION ALL SELECT (SELECT u.device FROM uplink u WHERE u.device > heard.device ORDER BY u.device LIMIT 1)"
        " FROM heard WHERE heard.device IS NOT NULL),"
        " known AS (SELECT jsonb_array_elements_text(v.attributes -> 'addresses') AS device FROM fleet_version v"
        " JOIN fleet_object o ON o.number = v.object WHERE o.kind = 'device' AND v.superseded_at IS NULL)"
        " SELECT h.device, s.*,"
        " (SELECT extras FROM uplink u WHERE u.device = h.device ORDER BY observed_at DESC LIMIT 1)"
        " FROM heard h CROSS JOIN LATERAL (SELECT min(ingested_at), max(ingested_at), count(*) FROM uplink u"
        " WHERE u.device = h.device) s (first, last, count)"
        " WHERE h.device IS NOT NULL AND h.device NOT IN (SELECT device FROM known) ORDER BY s.last DESC, h.device"
    )
    return [
        Unknown(address, model_in(extras), epoch_ms(first), epoch_ms(last), count)
        for address, first, last, count, extras in rows
    ]


def model_heard(connection: Connection, address: str) -> str:
    """The model that the last stored uplink of an address names; empty where there is none."""
    if not _has(connection, "uplink"):
        return ""
    row = connection.execute(
        "SELECT extras FROM uplink WHERE device = %s ORDER BY observed_at DESC LIMIT 1", (address,)
    ).fetchone()
    return model_in(row[0]) if row else ""


def model_in(extras: str | None) -> str:
    """The model that an uplink's extras name.

    >>> model_in('{"model": "EM300-TH"}'), model_in(None), model_in("[]")
    ('EM300-TH', '', '')
    """
    found = json.loads(extras) if extras else None
    return str(found.get("model") or "") if isinstance(found, dict) else ""


def _has(connection: Connection, table: str) -> bool:
    row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (table,)).fetchone()
    return bool(row and row[0])
