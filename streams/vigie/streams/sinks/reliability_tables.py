"""What a day's reliability is counted from: temporary tables of placements, uplinks, gaps and readings of that day.

Each statement makes one table, dropped at the end of the transaction; `%(start)s` and `%(end)s` bound the day (epoch
ms UTC), `%(before)s` lies a day before it.
"""

PLACED = """
CREATE TEMP TABLE day_placed ON COMMIT DROP AS
WITH known AS MATERIALIZED (
    SELECT o.kind, o.id, v.valid, v.attributes AS a FROM fleet_object o
    JOIN fleet_version v ON v.object = o.number AND v.superseded_at IS NULL
    WHERE o.kind IN ('placement', 'point', 'device')
), placed AS (
    SELECT id AS placement, a->>'point' AS point, a->>'device' AS device,
           greatest(lower(valid), to_timestamp(%(start)s / 1000.0)) AS from_at,
           least(upper(valid), to_timestamp(%(end)s / 1000.0)) AS to_at
    FROM known WHERE kind = 'placement'
      AND valid && tstzrange(to_timestamp(%(start)s / 1000.0), to_timestamp(%(end)s / 1000.0))
)
SELECT row_number() OVER () AS number, p.*, t.a->>'use_case' AS use_case, t.a->>'commune' AS commune,
       d.a->>'model' AS model, (t.a->>'upload_s')::float8 AS upload_s, (t.a->>'step_s')::float8 AS step_s,
       t.a->'properties' AS properties, d.a->'addresses' AS addresses,
       extract(epoch FROM p.to_at - p.from_at)::float8 AS span_s, NULL::text AS network
FROM placed p
JOIN known t ON t.kind = 'point' AND t.id = p.point AND t.valid @> p.from_at
JOIN known d ON d.kind = 'device' AND d.id = p.device AND d.valid @> p.from_at
"""
"""Who was placed where on that day, as known now; a point or device that changed during the day as it began."""

ADDRESSES = """
CREATE TEMP TABLE day_address ON COMMIT DROP AS
SELECT p.number, a.address FROM day_placed p CROSS JOIN LATERAL jsonb_array_elements_text(p.addresses) AS a (address)
"""

UPLINKS = """
CREATE TEMP TABLE day_uplink ON COMMIT DROP AS
SELECT DISTINCT ON (a.number, u.id) a.number, u.id, u.device AS address, u.network, u.session, u.f_cnt, u.received_at,
       u.ingested_at, u.observed_at >= to_timestamp(%(start)s / 1000.0) AS of_day
FROM day_address a JOIN day_placed p USING (number) JOIN uplink u ON u.device = a.address
WHERE u.observed_at >= to_timestamp(%(before)s / 1000.0) AND u.observed_at < p.to_at
  AND (u.observed_at >= p.from_at OR u.observed_at < to_timestamp(%(start)s / 1000.0))
ORDER BY a.number, u.id, u.observed_at DESC
"""
"""Uplinks of the day, and those of the day before: a gap between counters counts on the day on which it ends."""

NETWORKS = """
UPDATE day_placed p SET network = found.network FROM (
    SELECT DISTINCT ON (a.number) a.number, u.network FROM day_address a CROSS JOIN LATERAL (
        SELECT network, received_at FROM uplink WHERE device = a.address
          AND observed_at < to_timestamp(%(end)s / 1000.0)
          AND observed_at >= to_timestamp(%(start)s / 1000.0) - interval '30 days'
          ORDER BY observed_at DESC LIMIT 1) u
    ORDER BY a.number, u.received_at DESC) found
WHERE found.number = p.number
"""
"""The network that last brought something of the device, so that one that says nothing is missed by its network."""

GAPS = """
CREATE TEMP TABLE day_gap ON COMMIT DROP AS
SELECT number, count(*) FILTER (WHERE gap IS DISTINCT FROM 0) AS received,
       sum(CASE WHEN gap > 0 THEN gap WHEN gap = 0 THEN 0 ELSE 1 END) AS emitted
FROM (SELECT number, of_day, f_cnt - lag(f_cnt) OVER (
          PARTITION BY number, address, session ORDER BY received_at, f_cnt) AS gap
      FROM day_uplink WHERE f_cnt IS NOT NULL) g
WHERE of_day GROUP BY number
"""
"""Frames that arrived and frames that were sent, by counters (as core/radio_figures.py counts them)."""

HEARD = """
CREATE TEMP TABLE day_heard ON COMMIT DROP AS
SELECT u.number, count(*) AS uplinks, count(*) FILTER (WHERE u.f_cnt IS NULL) AS uncounted,
       count(*) FILTER (WHERE u.ingested_at - u.received_at <= 2 * p.upload_s * interval '1 second') AS in_time,
       count(DISTINCT floor(extract(epoch FROM u.received_at - p.from_at) / p.upload_s)) AS slots,
       count(*) FILTER (WHERE o.uplink IS NOT NULL) AS observed
FROM day_uplink u JOIN day_placed p USING (number)
LEFT JOIN (SELECT DISTINCT point, uplink FROM day_observation) o ON o.uplink = u.id AND o.point = p.point
WHERE u.of_day GROUP BY u.number
"""

OBSERVATIONS = """
CREATE TEMP TABLE day_observation ON COMMIT DROP AS
SELECT p.number, o.point, o.uplink, o.observed_at, o.ingested_at, o.recorded_at, o.reason, o.properties, o.channels,
       o.flags
FROM observation o JOIN day_placed p ON p.placement = o.placement AND p.point = o.point
WHERE o.observed_at >= to_timestamp(%(start)s / 1000.0) AND o.observed_at < to_timestamp(%(end)s / 1000.0)
  AND NOT o.withdrawn
"""

READINGS = """
CREATE TEMP TABLE day_reading ON COMMIT DROP AS
WITH series AS (
    SELECT p.number, r.id AS property, coalesce((e.one->>'channel')::smallint, 0) AS channel,
           p.span_s / coalesce((e.one->>'step_s')::float8, p.step_s) AS expected
    FROM day_placed p CROSS JOIN LATERAL jsonb_array_elements(p.properties) AS e (one)
    JOIN property r ON r.name = coalesce(e.one->>'property', e.one#>>'{}')
), found AS (
    SELECT o.number, r.property, r.channel, count(DISTINCT o.observed_at) FILTER (WHERE r.flag <> 9) AS readings,
           count(*) FILTER (WHERE r.flag IN (1, 2)) AS usable, count(*) FILTER (WHERE r.flag <> 9) AS all_readings
    FROM day_observation o CROSS JOIN LATERAL unnest(o.properties, o.channels, o.flags) AS r (property, channel, flag)
    GROUP BY 1, 2, 3
)
SELECT s.number, sum(s.expected) AS expected, sum(least(coalesce(f.readings, 0), s.expected)) AS readings,
       sum(coalesce(f.usable, 0)) AS usable, sum(coalesce(f.all_readings, 0)) AS all_readings
FROM series s LEFT JOIN found f USING (number, property, channel) GROUP BY s.number
"""
"""Of what a point is said to measure: how much came; one series that says too much makes up for no other."""

LETTERS = "CREATE TEMP TABLE day_letter (address text, network text, letters bigint) ON COMMIT DROP"

FIGURES = """
CREATE TEMP TABLE day_figure ON COMMIT DROP AS
SELECT p.number, p.point, p.device, p.model, p.network, p.commune, p.use_case,
       p.span_s / p.upload_s AS expected,
       least(p.span_s / p.upload_s, coalesce(CASE WHEN g.received > 0 THEN g.emitted + h.uncounted ELSE h.slots END, 0))
           AS sent,
       CASE WHEN g.received > 0 THEN 'counter' ELSE 'slots' END AS sent_by,
       coalesce(g.received, 0) AS received, coalesce(g.emitted, 0) AS emitted,
       coalesce(h.uplinks, 0) AS uplinks, coalesce(h.in_time, 0) AS in_time, coalesce(h.observed, 0) AS observed,
       coalesce(r.expected, 0) AS readings_expected, coalesce(r.readings, 0) AS readings,
       coalesce(r.usable, 0) AS usable, coalesce(r.all_readings, 0) AS all_readings,
       coalesce((SELECT sum(l.letters) FROM day_letter l JOIN day_address a USING (address)
                 WHERE a.number = p.number), 0) AS letters
FROM day_placed p LEFT JOIN day_gap g USING (number) LEFT JOIN day_heard h USING (number)
LEFT JOIN day_reading r USING (number)
"""

SUBJECTS = """
CREATE TEMP TABLE day_subject ON COMMIT DROP AS
SELECT f.number, s.subject FROM day_figure f CROSS JOIN LATERAL (VALUES
    ('point:' || f.point), ('device:' || f.device), ('model:' || f.model), ('network:' || f.network),
    ('commune:' || f.commune), ('use_case:' || f.use_case), ('platform:all')) AS s (subject)
WHERE s.subject IS NOT NULL
"""

TABLES = (
    PLACED, ADDRESSES, "ANALYZE day_placed, day_address", UPLINKS, NETWORKS, "ANALYZE day_placed, day_uplink", GAPS,
    OBSERVATIONS, "ANALYZE day_observation, day_gap", HEARD, READINGS, "ANALYZE day_heard, day_reading",
)  # fmt: skip
"""In the order in which they are made; then LETTERS (to be filled), FIGURES, SUBJECTS. Nobody else analyses them, and
without that the planner takes a day for a handful of rows."""
