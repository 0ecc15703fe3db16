-- What all points of a zone, commune or use case measured at an instant, with where they are.

CREATE FUNCTION carte_a(
    instant timestamptz, grandeur text, tolerance interval DEFAULT '15 minutes', sujet text DEFAULT NULL
)
RETURNS TABLE (
    point text, code text, name text, use_case text, commune text, zones text[],
    latitude float8, longitude float8, altitude_m float8,
    channel smallint, value float8, unit text, flag smallint, observed_at timestamptz, gap_s float8
)
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE zone AS (
        SELECT id, attributes ->> 'parent' AS parent FROM flotte_connue_le(NULL, 'zone') WHERE valid @> instant
    ), up (zone, within) AS (
        SELECT id, id FROM zone
        UNION SELECT up.zone, z.parent FROM up JOIN zone z ON z.id = up.within WHERE z.parent IS NOT NULL
    ), placed AS (
        SELECT p.id, p.attributes, p.attributes ->> 'use_case' AS use_case, p.attributes ->> 'commune' AS commune,
               coalesce((SELECT array_agg(DISTINCT coalesce(up.within, stated.zone)
                                          ORDER BY coalesce(up.within, stated.zone))
                         FROM jsonb_array_elements_text(p.attributes -> 'zones') AS stated (zone)
                         LEFT JOIN up USING (zone)), '{}') AS zones
        FROM flotte_connue_le(NULL, 'point') p WHERE p.valid @> instant
    )
    SELECT p.id, p.attributes ->> 'code', p.attributes ->> 'name', p.use_case, p.commune, p.zones,
           (p.attributes ->> 'latitude')::float8, (p.attributes ->> 'longitude')::float8,
           (p.attributes ->> 'altitude_m')::float8,
           near.channel, near.value, g.unit, near.flag, near.observed_at,
           extract(epoch FROM near.observed_at - instant)::float8
    FROM placed p JOIN property g ON g.name = grandeur
    LEFT JOIN LATERAL (
        SELECT DISTINCT ON (r.channel) r.channel, r.value, r.flag, o.observed_at
        FROM observation o
        CROSS JOIN LATERAL unnest(o.properties, o.channels, o."values", o.flags) AS r (property, channel, value, flag)
        WHERE o.point = p.id AND NOT o.withdrawn AND o.observed_at BETWEEN instant - tolerance AND instant + tolerance
        AND r.property = g.id AND r.flag IN (1, 2) AND r.value <> 'NaN'
        ORDER BY r.channel, greatest(o.observed_at - instant, instant - o.observed_at), o.observed_at, r.value
    ) near ON true
    WHERE (near.value IS NOT NULL
           OR p.attributes -> 'properties' @> jsonb_build_array(jsonb_build_object('property', grandeur)))
    AND (sujet IS NULL OR sujet IN ('point:' || p.id, 'use_case:' || p.use_case, 'commune:' || p.commune)
         OR sujet LIKE 'zone:%' AND substr(sujet, 6) = ANY (p.zones))
    ORDER BY p.id, near.channel
$$;
COMMENT ON FUNCTION carte_a IS 'Carte à un instant : pour chaque point, la bonne valeur la plus proche (à 15 minutes près), et où il est. SELECT * FROM carte_a(''2026-07-14 05:00 Europe/Paris'', ''air_temperature'', sujet => ''zone:…''). Un point qui devrait mesurer la grandeur et n''a aucune bonne valeur y est, sans valeur';
