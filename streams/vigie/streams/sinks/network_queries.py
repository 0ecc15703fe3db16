"""What crossed a network, asked of the store: volume, devices, gateways, and what kind of data it was."""

import json
from datetime import date
from typing import Any, NamedTuple

import psycopg

from vigie.streams.core.network_volume import Agreed, DeviceDay, Volume, short_limit_s, volume
from vigie.streams.sinks import fleet_queries
from vigie.streams.sinks.fleet_queries import Known
from vigie.streams.sinks.reliability_day import day_bounds

Connection = psycopg.Connection[Any]


class NetworkReport(NamedTuple):
    """The report for the party that lends a network.

    Attributes:
        network: the fleet's object.
        party: who lends it; None where the fleet does not know.
        first, last: days of legal time, both included.
        agreed: quotas and shortest period.
        volume: by day and by device.
        models: device address -> model; a device that the fleet does not know is missing.
        gateways: gateway -> messages that it heard, the most first.
        relayed: messages that name at least one gateway.
        properties: property -> readings.
        fields: names of what devices say beside readings (extras).
    """

    network: Known
    party: Known | None
    first: date
    last: date
    agreed: Agreed
    volume: Volume
    models: dict[str, str]
    gateways: dict[str, int]
    relayed: int
    properties: dict[str, int]
    fields: tuple[str, ...]


_REPORT = """
WITH once AS MATERIALIZED (
    SELECT DISTINCT ON (id) id, device, received_at, octet_length(payload) AS size, airtime_ms, gateways, extras,
           properties
    FROM uplink WHERE network = %(network)s AND received_at >= to_timestamp(%(start)s / 1000.0)
      AND received_at < to_timestamp(%(end)s / 1000.0) ORDER BY id, observed_at DESC
), gaps AS (
    SELECT *, extract(epoch FROM received_at
        - lag(received_at) OVER (PARTITION BY device ORDER BY received_at))::float8 AS gap_s FROM once
), days AS (
    SELECT (received_at AT TIME ZONE %(zone)s)::date AS day, device, count(*) AS uplinks,
           coalesce(sum(size), 0) AS bytes, count(*) FILTER (WHERE size IS NULL) AS without_payload,
           coalesce(sum(airtime_ms), 0) AS airtime_ms, count(gap_s) AS intervals,
           count(*) FILTER (WHERE gap_s < %(limit)s) AS too_short, min(gap_s) AS shortest_s
    FROM gaps GROUP BY 1, 2
), heard AS (
    SELECT g AS name, count(*) AS n FROM once CROSS JOIN LATERAL (SELECT DISTINCT unnest(gateways) AS g) u GROUP BY g
), crossed AS (
    SELECT coalesce(p.name, u.n::text) AS name, count(*) AS n FROM once CROSS JOIN LATERAL unnest(properties) AS u (n)
    LEFT JOIN property p ON p.id = u.n GROUP BY 1
), said AS (
    SELECT DISTINCT ON (device) extras FROM once WHERE extras IS NOT NULL AND extras <> '{}'
    ORDER BY device, received_at DESC
)
SELECT (SELECT json_agg(days) FROM days),
       (SELECT json_agg(json_build_array(name, n) ORDER BY n DESC, name) FROM heard),
       (SELECT count(*) FROM once WHERE cardinality(gateways) > 0),
       (SELECT json_agg(json_build_array(name, n) ORDER BY n DESC, name) FROM crossed),
       (SELECT json_agg(extras) FROM said)
"""
"""Each message that came on these days once, also one that carries readings of many instants, or whose clock is wrong.
The days' uplinks are read once for all of the report."""


def networks(connection: Connection) -> list[Known]:
    """Networks of the fleet as they are now or were last."""
    return list({one.id: one for one in fleet_queries.of_kind(connection, "network")}.values())


def network_report(connection: Connection, name: str, first: date, last: date, zone: str) -> NetworkReport | None:
    """The report of some days.

    Args:
        connection: to the store.
        name: of the network, as messages carry it.
        first: first day of legal time.
        last: last day, included.
        zone: IANA name.

    Returns:
        None for a network that the fleet does not know.
    """
    start, end = day_bounds(first, zone)[0], day_bounds(last, zone)[1]
    known = fleet_queries.at(fleet_queries.versions(connection, "network", name), end)
    if known is None:
        return None
    agreed = Agreed(
        known.get("quota_uplinks_per_day"), known.get("quota_bytes_per_day"), known.get("shortest_period_s")
    )
    asked = {"network": name, "start": start, "end": end, "zone": zone, "limit": short_limit_s(agreed)}
    row = connection.execute(_REPORT.encode(), asked).fetchone()
    assert row is not None
    by_day, gateways, relayed, properties, extras = row
    days = [DeviceDay(**one | {"day": date.fromisoformat(one["day"])}) for one in by_day or ()]
    found = volume(days, agreed)
    party = known.get("party")
    return NetworkReport(
        network=known,
        party=fleet_queries.at(fleet_queries.versions(connection, "party", party), end) if party else None,
        first=first, last=last, agreed=agreed, volume=found,
        models=_models(connection, [one.device for one in found.devices], end),
        gateways=dict(gateways or ()), relayed=relayed, properties=dict(properties or ()),
        fields=tuple(sorted({name for one in extras or () for name in json.loads(one)})),
    )  # fmt: skip


def _models(connection: Connection, addresses: list[str], at: int) -> dict[str, str]:
    rows = connection.execute(
        "SELECT a.address, v.attributes->>'model' FROM fleet_object o JOIN fleet_version v ON v.object = o.number"
        " AND v.superseded_at IS NULL CROSS JOIN LATERAL jsonb_array_elements_text(v.attributes->'addresses')"
        " AS a (address) WHERE o.kind = 'device' AND a.address = ANY(%s)"
        " ORDER BY v.valid @> to_timestamp(%s / 1000.0), lower(v.valid) NULLS FIRST",
        (addresses, at),
    )
    return {address: model or "" for address, model in rows}
