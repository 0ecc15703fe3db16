-- Views for people who read in SQL. History is read as it is known now: a correction shows in them at once.

CREATE TABLE legal_time (zone text NOT NULL);
INSERT INTO legal_time VALUES ('Europe/Paris');
COMMENT ON TABLE legal_time IS 'Fuseau de l''heure légale (réglage VIGIE_TIMEZONE, repris par le rôle store)';

CREATE TABLE quality_test (
    number smallint PRIMARY KEY,
    name text NOT NULL,
    label_fr text NOT NULL
);
COMMENT ON TABLE quality_test IS 'Tests de qualité : leur place dans observation.tests (quatre bits chacun) et leur nom';

-- Filters on today's code reach the measures of that point alone.
CREATE INDEX fleet_version_code ON fleet_version ((attributes ->> 'code')) WHERE superseded_at IS NULL;

-- Plain SQL functions that PostgreSQL inlines: filters around them reach the indexes. NULL means: as known now.
CREATE FUNCTION flotte_connue_le(jour timestamptz, sorte text)
RETURNS TABLE (id text, valid tstzrange, attributes jsonb)
LANGUAGE sql STABLE AS $$
    SELECT o.id, v.valid, v.attributes
    FROM fleet_object o JOIN fleet_version v ON v.object = o.number
    WHERE o.kind = sorte
    AND CASE WHEN jour IS NULL THEN v.superseded_at IS NULL
             ELSE v.recorded_at <= jour AND (v.superseded_at IS NULL OR v.superseded_at > jour) END
$$;
COMMENT ON FUNCTION flotte_connue_le IS 'Objets d''une sorte (point, placement …) et de quand à quand c''est vrai, tels qu''on les connaissait un jour ; NULL : tels qu''on les connaît maintenant';

CREATE FUNCTION objections(tests bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(label_fr, ', ' ORDER BY number) FROM quality_test WHERE tests >> 4 * number & 15 IN (3, 4)
$$;
COMMENT ON FUNCTION objections IS 'Les tests de qualité qui objectent à une valeur, en clair';

CREATE FUNCTION mesure_connue_le(jour timestamptz)
RETURNS TABLE (
    point text, code text, name text, code_then text, use_case text, commune text, commune_name text, zones text[],
    device text, placement text, property text, label_fr text, channel smallint, value float8, raw_value float8,
    unit text, flag smallint, flag_fr text, objections text, qualified_value float8, tests bigint,
    observed_at timestamptz, local_date date, local_time time, received_at timestamptz, ingested_at timestamptz,
    network text, revision bigint, reason text, fleet_revision bigint, ruleset text, recorded_at timestamptz,
    uplink uuid, observation uuid
)
LANGUAGE sql STABLE AS $$
    SELECT o.point, today.attributes ->> 'code', today.attributes ->> 'name', was.attributes ->> 'code', o.use_case,
           coalesce(was.attributes ->> 'commune', o.commune), commune.attributes ->> 'name', o.zones,
           o.device, o.placement, p.name, p.label_fr, r.channel, r.value, r.raw_value,
           p.unit, r.flag,
           CASE r.flag WHEN 1 THEN 'bonne' WHEN 2 THEN 'non évaluée' WHEN 3 THEN 'douteuse' WHEN 4 THEN 'mauvaise'
                       WHEN 9 THEN 'manquante' END,
           -- 3 and 4 alone have one of these bits
           CASE WHEN r.tests & x'666666666666666'::bigint <> 0 THEN objections(r.tests) END,
           -- 13 is the place of what a person said (quality_test); 1: validated
           CASE WHEN r.flag IN (1, 2) OR r.tests >> 4 * 13 & 15 = 1 THEN r.value END,
           r.tests,
           o.observed_at, legal::date, legal::time(0), o.received_at, o.ingested_at,
           o.network, o.revision, o.reason, o.fleet_revision, o.ruleset, o.recorded_at,
           o.uplink, o.id
    FROM (
        -- Without conditions, so that PostgreSQL sees two tables here; those outside leave the second out for NULL.
        SELECT id, observed_at, revision, point, device, placement, use_case, commune, zones, uplink, network,
               received_at, ingested_at, properties, channels, "values", raw_values, flags, tests, ruleset,
               fleet_revision, reason, withdrawn, recorded_at, NULL::timestamptz AS superseded_at, false AS is_old
        FROM observation
        UNION ALL
        SELECT id, observed_at, revision, point, device, placement, use_case, commune, zones, uplink, network,
               received_at, ingested_at, properties, channels, "values", raw_values, flags, tests, ruleset,
               fleet_revision, reason, withdrawn, recorded_at, superseded_at, true
        FROM observation_superseded
    ) o
    -- An impossible instant has no legal time that PostgreSQL can hold.
    CROSS JOIN LATERAL (SELECT least(greatest(o.observed_at, timestamptz '0001-01-02 00:00Z'),
        timestamptz '9999-12-30 00:00Z') AT TIME ZONE (SELECT zone FROM legal_time) AS legal) l
    CROSS JOIN LATERAL unnest(o.properties, o.channels, o."values", o.raw_values, o.flags, o.tests)
        AS r (property, channel, value, raw_value, flag, tests)
    LEFT JOIN property p ON p.id = r.property
    LEFT JOIN flotte_connue_le(jour, 'point') was ON was.id = o.point AND was.valid @> o.observed_at
    LEFT JOIN flotte_connue_le(jour, 'point') today ON today.id = o.point AND today.valid @> coalesce(jour, now())
    LEFT JOIN flotte_connue_le(jour, 'commune') commune
        ON commune.id = coalesce(was.attributes ->> 'commune', o.commune) AND commune.valid @> coalesce(jour, now())
    WHERE NOT o.withdrawn AND (jour IS NOT NULL OR NOT o.is_old)
    AND (jour IS NULL OR o.recorded_at <= jour AND (o.superseded_at IS NULL OR o.superseded_at > jour))
$$;
COMMENT ON FUNCTION mesure_connue_le IS 'v_mesure telle qu''on la connaissait un jour : SELECT * FROM mesure_connue_le(''2026-03-01'') WHERE code = ''…''';

CREATE VIEW v_mesure AS SELECT * FROM mesure_connue_le(NULL);
COMMENT ON VIEW v_mesure IS 'Une ligne par mesure rattachée à un point, avec sa qualité. Filtrer par point ou code, et par observed_at : ils ont un index';
COMMENT ON COLUMN v_mesure.point IS 'Identifiant stable du point';
COMMENT ON COLUMN v_mesure.code IS 'Code d''aujourd''hui';
COMMENT ON COLUMN v_mesure.name IS 'Nom d''aujourd''hui';
COMMENT ON COLUMN v_mesure.code_then IS 'Code en vigueur le jour de la mesure';
COMMENT ON COLUMN v_mesure.commune IS 'Code INSEE de la commune où était le point le jour de la mesure';
COMMENT ON COLUMN v_mesure.zones IS 'Zones du point à la qualification, celles qui les englobent comprises';
COMMENT ON COLUMN v_mesure.value IS 'Valeur brute : convertie, sans égard à sa qualité';
COMMENT ON COLUMN v_mesure.raw_value IS 'Valeur reçue du capteur, là où une conversion l''a changée';
COMMENT ON COLUMN v_mesure.flag_fr IS 'Qualité : bonne, non évaluée, douteuse, mauvaise, manquante';
COMMENT ON COLUMN v_mesure.objections IS 'Les tests qui objectent';
COMMENT ON COLUMN v_mesure.qualified_value IS 'Valeur qualifiée : vide si elle est douteuse ou mauvaise, sauf si le responsable l''a validée';
COMMENT ON COLUMN v_mesure.local_date IS 'Date, heure légale';
COMMENT ON COLUMN v_mesure.local_time IS 'Heure légale';
COMMENT ON COLUMN v_mesure.reason IS 'Pourquoi cette révision existe';
COMMENT ON COLUMN v_mesure.recorded_at IS 'Depuis quand on le sait';

CREATE VIEW v_pose AS
SELECT v.id AS placement, v.attributes ->> 'point' AS point, p.attributes ->> 'code' AS code,
       v.attributes ->> 'device' AS device, d.attributes ->> 'model' AS model,
       lower(v.valid) AS starts_at, upper(v.valid) AS ends_at, v.valid @> now() AS is_current,
       v.attributes -> 'channels' AS channels, v.attributes ->> 'mounting' AS mounting,
       (v.attributes ->> 'height_m')::float8 AS height_m,
       (v.attributes ->> 'orientation_deg')::float8 AS orientation_deg,
       (v.attributes ->> 'empty_mm')::float8 AS empty_mm, (v.attributes ->> 'full_mm')::float8 AS full_mm,
       (v.attributes ->> 'datum_m')::float8 AS datum_m, v.attributes -> 'conversions' AS conversions,
       v.attributes ->> 'end_reason' AS end_reason
FROM flotte_connue_le(NULL, 'placement') v
LEFT JOIN flotte_connue_le(NULL, 'point') p ON p.id = v.attributes ->> 'point' AND p.valid @> now()
LEFT JOIN flotte_connue_le(NULL, 'device') d
    ON d.id = v.attributes ->> 'device' AND d.valid @> coalesce(lower(v.valid), now());
COMMENT ON VIEW v_pose IS 'Quel capteur mesure à quel point, de quand à quand, et comment il est posé';
COMMENT ON COLUMN v_pose.starts_at IS 'Début ; vide : depuis toujours';
COMMENT ON COLUMN v_pose.ends_at IS 'Fin ; vide : en place';

CREATE VIEW v_point AS
WITH RECURSIVE zone AS (
    SELECT id, attributes FROM flotte_connue_le(NULL, 'zone') WHERE valid @> now()
), up (zone, within) AS (
    SELECT id, id FROM zone
    UNION SELECT up.zone, z.attributes ->> 'parent' FROM up JOIN zone z ON z.id = up.within
    WHERE z.attributes ->> 'parent' IS NOT NULL
), placed AS (
    SELECT point, string_agg(device, ', ' ORDER BY device) AS device, string_agg(placement, ', ' ORDER BY device) AS
           placement, min(starts_at) AS since FROM v_pose WHERE is_current GROUP BY point
)
SELECT p.id AS point, p.attributes ->> 'code' AS code, p.attributes ->> 'name' AS name,
       p.attributes ->> 'use_case' AS use_case, p.attributes ->> 'commune' AS commune,
       c.attributes ->> 'name' AS commune_name,
       (SELECT array_agg(DISTINCT up.within ORDER BY up.within)
        FROM jsonb_array_elements_text(p.attributes -> 'zones') AS stated (zone) JOIN up USING (zone)) AS zones,
       p.attributes ->> 'site' AS site, (p.attributes ->> 'latitude')::float8 AS latitude,
       (p.attributes ->> 'longitude')::float8 AS longitude, (p.attributes ->> 'altitude_m')::float8 AS altitude_m,
       (p.attributes ->> 'step_s')::float8::integer AS step_s,
       (p.attributes ->> 'upload_s')::float8::integer AS upload_s,
       p.attributes -> 'properties' AS properties, p.attributes ->> 'buddy_group' AS buddy_group,
       placed.device, placed.placement, placed.since AS device_since
FROM flotte_connue_le(NULL, 'point') p
LEFT JOIN flotte_connue_le(NULL, 'commune') c ON c.id = p.attributes ->> 'commune' AND c.valid @> now()
LEFT JOIN placed ON placed.point = p.id
WHERE p.valid @> now();
COMMENT ON VIEW v_point IS 'Points de mesure d''aujourd''hui : noms, commune, zones (celles qui les englobent comprises), capteur en place';

CREATE VIEW v_intervention AS
SELECT i.id AS intervention, i.attributes ->> 'point' AS point, p.attributes ->> 'code' AS code,
       i.attributes ->> 'device' AS device, i.attributes ->> 'state' AS state,
       CASE i.attributes ->> 'state' WHEN 'requested' THEN 'demandée' WHEN 'accepted' THEN 'acceptée'
           WHEN 'refused' THEN 'refusée' WHEN 'under_way' THEN 'en cours' WHEN 'done' THEN 'faite' END AS state_fr,
       CASE i.attributes ->> 'type' WHEN 'preventive' THEN 'préventive' WHEN 'curative' THEN 'curative' END AS type_fr,
       coalesce((i.attributes ->> 'breaks_series')::boolean, false) AS breaks_series,
       (i.attributes ->> 'requested_at')::timestamptz AS requested_at,
       (i.attributes ->> 'answered_at')::timestamptz AS answered_at,
       (i.attributes ->> 'started_at')::timestamptz AS started_at,
       (i.attributes ->> 'ended_at')::timestamptz AS ended_at,
       i.attributes ->> 'by' AS by_contact, i.attributes ->> 'asked_of' AS asked_of, i.attributes ->> 'work' AS work
FROM flotte_connue_le(NULL, 'intervention') i
LEFT JOIN flotte_connue_le(NULL, 'point') p ON p.id = i.attributes ->> 'point' AND p.valid @> now()
WHERE upper_inf(i.valid) OR upper(i.valid) > now();
COMMENT ON VIEW v_intervention IS 'Interventions aux points de mesure : état, dates, nature, rupture dans la série';

CREATE VIEW v_rupture AS
SELECT point, code, at, at AS ends_at,
       CASE WHEN before IS NULL THEN 'première pose' WHEN before = device THEN 'nouvelle pose'
            ELSE 'changement de capteur' END AS nature_fr, placement AS source, device
FROM (
    SELECT *, lag(device) OVER (PARTITION BY point ORDER BY at NULLS FIRST) AS before FROM (
        SELECT DISTINCT ON (placement) placement, point, code, device, starts_at AS at FROM v_pose
        ORDER BY placement, starts_at NULLS FIRST
    ) begun
) poses WHERE at IS NOT NULL
UNION ALL
SELECT point, code, coalesce(started_at, ended_at), ended_at, 'intervention', intervention, device
FROM v_intervention WHERE breaks_series AND state IN ('under_way', 'done') AND coalesce(started_at, ended_at) IS NOT NULL;
COMMENT ON VIEW v_rupture IS 'Ruptures dans la série d''un point : début d''une pose, intervention qui change la mesure';
