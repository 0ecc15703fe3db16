"""What a measuring point's page shows: place, device, last values, interventions, and how it was last heard."""

from typing import Any, NamedTuple

import psycopg

from vigie.streams.sinks import fleet_queries
from vigie.streams.sinks.fleet_queries import Known, epoch_ms

Connection = psycopg.Connection[Any]
LAST_OBSERVATIONS = 50
"""From how many observations the last values are taken."""


class PointEntry(NamedTuple):
    """A line of the list of points; last_at is the newest observation's instant, epoch ms UTC."""

    id: str
    code: str
    name: str
    use_case: str
    commune: str
    commune_name: str
    last_at: int | None


class LastValue(NamedTuple):
    """The last value of a property and channel; instants epoch ms UTC, packed flags as in topics/quality.py."""

    property: int
    channel: int
    value: float
    observed_at: int
    flag: int
    tests: int


class LastHeard(NamedTuple):
    """The last uplink of the device at a point.

    Attributes:
        device: its address.
        network: which brought it.
        ingested_at: epoch ms UTC.
        rssi_dbm, snr_db, margin_db, sf: of the best gateway; None where the network does not say.
        gateways: who heard it.
    """

    device: str
    network: str
    ingested_at: int
    rssi_dbm: int | None
    snr_db: float | None
    margin_db: float | None
    sf: int | None
    gateways: tuple[str, ...]


class PointFacts(NamedTuple):
    """All of a point's page.

    Attributes:
        point: today's version (the last one of a point that is gone).
        commune, site, support: today's; None where the point names none.
        zones: ids -> names.
        placement, device: today's; None where no device is placed.
        placements: all, the last first.
        values: the last of each property and channel.
        heard: how its device was last heard.
        interventions: the last first.
        documents: photos and documents about the point, the last first.
    """

    point: Known
    commune: Known | None
    site: Known | None
    support: Known | None
    zones: dict[str, str]
    placement: Known | None
    device: Known | None
    placements: list[Known]
    values: list[LastValue]
    heard: LastHeard | None
    interventions: list[Known]
    documents: list[Known]


def points(connection: Connection, limit: int, after: str, now: int) -> list[PointEntry]:
    """Points whose id comes after one, in the order of their ids, as they are now."""
    rows = connection.execute(
        "SELECT p.id, p.attributes, (SELECT observed_at FROM observation o WHERE o.point = p.id AND NOT o.withdrawn"
        "  AND o.observed_at <= to_timestamp(%(now)s / 1000.0) + interval '5 minutes'"
        "  ORDER BY observed_at DESC LIMIT 1), (SELECT v.attributes->>'name' FROM fleet_object c JOIN fleet_version v"
        "  ON v.object = c.number AND v.superseded_at IS NULL WHERE c.kind = 'commune'"
        "  AND c.id = p.attributes->>'commune' ORDER BY lower(v.valid) DESC NULLS LAST LIMIT 1)"
        " FROM (SELECT DISTINCT ON (o.id) o.id, v.attributes FROM fleet_object o JOIN fleet_version v"
        "  ON v.object = o.number AND v.superseded_at IS NULL WHERE o.kind = 'point' AND o.id > %(after)s"
        "  ORDER BY o.id, (v.valid @> to_timestamp(%(now)s / 1000.0)) DESC, lower(v.valid) DESC NULLS LAST"
        "  LIMIT %(limit)s) p ORDER BY p.id",
        {"now": now, "after": after, "limit": limit},
    )
    return [
        PointEntry(name, str(f.get("code", name)), str(f.get("name", "")), str(f.get("use_case", "")),
                   str(f.get("commune", "")), commune or str(f.get("commune", "")), epoch_ms(at))
        for name, f, at, commune in rows
    ]  # fmt: skip


def point_facts(connection: Connection, point: str, now: int) -> PointFacts | None:
    """Everything of a point's page as known now; None for a point that the fleet does not know."""
    known = fleet_queries.at(fleet_queries.versions(connection, "point", point), now)
    if known is None:
        return None
    placements = fleet_queries.referring(connection, "placement", "point", point)[::-1]
    placement = next((one for one in placements if one.holds_at(now)), None)
    device = _object(connection, "device", placement.get("device") if placement else None, now)
    names = {zone: _object(connection, "zone", zone, now) for zone in known.get("zones", [])}
    interventions = fleet_queries.referring(connection, "intervention", "point", point)
    documents = fleet_queries.referring(connection, "document", "point", point)
    return PointFacts(
        point=known,
        commune=_object(connection, "commune", known.get("commune"), now),
        site=_object(connection, "site", known.get("site"), now),
        support=_object(connection, "support", known.get("support"), now),
        zones={zone: str(one.get("name", zone)) if one else zone for zone, one in names.items()},
        placement=placement,
        device=device,
        placements=placements,
        values=last_values(connection, point, now),
        heard=last_heard(connection, list(device.get("addresses", [])), now) if device else None,
        interventions=sorted(interventions, key=intervention_at, reverse=True),
        documents=sorted(documents, key=lambda one: str(one.get("date", "")), reverse=True),
    )


def points_of_device(connection: Connection, address: str, now: int) -> list[tuple[str, str]]:
    """Points (id, code) that a device with an address measures now."""
    rows = connection.execute(
        "SELECT DISTINCT o.id FROM fleet_object o JOIN fleet_version v ON v.object = o.number"
        " AND v.superseded_at IS NULL WHERE o.kind = 'device' AND v.attributes->'addresses' ? %s"
        " AND v.valid @> to_timestamp(%s / 1000.0)",
        (address, now),
    ).fetchall()
    found = {}
    for (device,) in rows:
        for placed in fleet_queries.referring(connection, "placement", "device", device):
            if placed.holds_at(now) and placed.get("device") == device:
                known = _object(connection, "point", placed.get("point"), now)
                found[str(placed.get("point"))] = str(known.get("code", known.id)) if known else ""
    return sorted(found.items())


def intervention_at(one: Known) -> str:
    """When an intervention last went on, as ISO text; for the order of a list."""
    return str(next((one.get(f) for f in ("ended_at", "started_at", "answered_at", "requested_at") if one.get(f)), ""))


def last_values(connection: Connection, point: str, now: int) -> list[LastValue]:
    """The last value of each property and channel of a point, from its last observations."""
    rows = connection.execute(
        "SELECT DISTINCT ON (r.property, r.channel) r.property, r.channel, r.value, o.observed_at, r.flag, r.tests"
        ' FROM (SELECT observed_at, properties, channels, "values", flags, tests FROM observation WHERE point = %s'
        "  AND observed_at >= timestamptz '2000-01-01 00:00Z'"
        "  AND observed_at <= to_timestamp(%s / 1000.0) + interval '5 minutes' AND NOT withdrawn"
        "  ORDER BY observed_at DESC LIMIT %s) o CROSS JOIN LATERAL"
        ' unnest(o.properties, o.channels, o."values", o.flags, o.tests) AS r (property, channel, value, flag, tests)'
        " ORDER BY r.property, r.channel, o.observed_at DESC",
        (point, now, LAST_OBSERVATIONS),
    )
    return [LastValue(row[0], row[1], row[2], epoch_ms(row[3]) or 0, row[4], row[5]) for row in rows]


def last_heard(connection: Connection, addresses: list[str], now: int) -> LastHeard | None:
    """The uplink of these addresses that arrived last, among the last ones measured by each."""
    row = connection.execute(
        "SELECT u.device, u.network, u.ingested_at, u.rssi_dbm, u.snr_db, u.margin_db, u.sf, u.gateways"
        " FROM unnest(%s::text[]) AS a (device) CROSS JOIN LATERAL (SELECT * FROM uplink WHERE device = a.device"
        "  AND observed_at >= timestamptz '2000-01-01 00:00Z'"
        "  AND observed_at <= to_timestamp(%s / 1000.0) + interval '5 minutes'"
        "  ORDER BY observed_at DESC LIMIT %s) u ORDER BY u.ingested_at DESC LIMIT 1",
        (addresses, now, LAST_OBSERVATIONS),
    ).fetchone()
    if row is None:
        return None
    return LastHeard(row[0], row[1], epoch_ms(row[2]) or 0, row[3], row[4], row[5], row[6], tuple(row[7] or ()))


def _object(connection: Connection, kind: str, name: object, now: int) -> Known | None:
    return fleet_queries.at(fleet_queries.versions(connection, kind, str(name)), now) if name else None
