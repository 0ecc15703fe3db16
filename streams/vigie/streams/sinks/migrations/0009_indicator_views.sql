-- Windows and indicators for people who read in SQL, and for dashboards.

CREATE TABLE indicator (
    name text PRIMARY KEY,
    label_fr text NOT NULL,
    use_case text NOT NULL,
    unit text NOT NULL,
    definition_version text NOT NULL,
    definition_fr text NOT NULL,
    formula text NOT NULL,
    period_fr text NOT NULL,
    source text NOT NULL,
    limits_fr text NOT NULL
);
COMMENT ON TABLE indicator IS 'Indicateurs de la plateforme : définition, calcul, périodicité, source et limites (docs/indicators.md)';
COMMENT ON COLUMN indicator.name IS 'Nom, tel que dans aggregate.indicator';
COMMENT ON COLUMN indicator.definition_version IS 'Version de la définition en vigueur (aggregate.definition)';

CREATE TABLE category (
    name text PRIMARY KEY,
    label_fr text NOT NULL
);
COMMENT ON TABLE category IS 'Noms que portent des valeurs d''indicateurs, en français';

CREATE FUNCTION categorie_fr(category text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT c.label_fr FROM category c WHERE c.name = categorie_fr.category), nullif(category, ''))
$$;
COMMENT ON FUNCTION categorie_fr IS 'Nom français d''une catégorie ; vide s''il n''y en a pas';

-- NULL means: as known now. Filters on code, subject, metric and time reach an index.
CREATE FUNCTION agregat_connu_le(jour timestamptz)
RETURNS TABLE (
    "time" timestamptz, time_end timestamptz, local_date date, local_hour smallint, window_code text,
    metric text, channel integer, label_fr text, value float8, unit text, category text, completeness float8,
    quality integer, quality_fr text, reason text, reason_fr text, count bigint, expected bigint, excluded bigint,
    minimum float8, mean float8, maximum float8, sum float8, deviation float8, first float8, last float8,
    details jsonb, parts text[], definition text, revision bigint, recorded_at timestamptz,
    subject text, kind text, code text, name text, commune text, commune_name text, use_case text, indicator text
)
LANGUAGE sql STABLE AS $$
    SELECT a.window_start, a.window_end, legal::date, extract(hour FROM legal)::smallint, a.window_code,
           split_part(a.indicator, '#', 1), coalesce(nullif(split_part(a.indicator, '#', 2), ''), '0')::integer,
           coalesce(i.label_fr, p.label_fr, own.attributes ->> 'name'), a.value, a.unit, nullif(a.category, ''),
           a.completeness, a.quality,
           CASE a.quality WHEN 1 THEN 'bonne' WHEN 2 THEN 'en partie non évaluée'
               WHEN 3 THEN 'des mesures laissées de côté' WHEN 9 THEN 'vide' END,
           a.reason,
           CASE a.reason WHEN 'closed' THEN 'fenêtre close' WHEN 'late' THEN 'mesures tardives'
               WHEN 'corrected' THEN 'rejeu ou conversion corrigée' WHEN 'quality' THEN 'qualité revue'
               WHEN 'placement' THEN 'pose corrigée' WHEN 'definition' THEN 'nouvelle définition'
               WHEN 'asked' THEN 'recalcul demandé' END,
           a.count, a.expected, a.excluded, a.minimum, a.mean, a.maximum, a.sum, a.deviation, a.first, a.last,
           a.details, a.parts, a.definition, a.revision, a.recorded_at,
           a.subject, split_part(a.subject, ':', 1), point.attributes ->> 'code',
           coalesce(point.attributes ->> 'name', zone.attributes ->> 'name',
               CASE WHEN a.subject LIKE 'commune:%' THEN commune.attributes ->> 'name' END),
           coalesce(point.attributes ->> 'commune', CASE WHEN a.subject LIKE 'commune:%' THEN substr(a.subject, 9) END),
           commune.attributes ->> 'name',
           coalesce(nullif(i.use_case, ''), point.attributes ->> 'use_case',
               CASE WHEN a.subject LIKE 'use\_case:%' THEN substr(a.subject, 10) END),
           a.indicator
    FROM (
        -- Without conditions, so that PostgreSQL sees two tables here; those outside leave the second out for NULL.
        SELECT subject, indicator, window_code, window_start, window_end, revision, count, minimum, mean, maximum,
               reason, value, unit, expected, completeness, excluded, sum, deviation, first, last, quality,
               definition, category, details, parts, recorded_at, NULL::timestamptz AS superseded_at, false AS is_old
        FROM aggregate
        UNION ALL
        SELECT subject, indicator, window_code, window_start, window_end, revision, count, minimum, mean, maximum,
               reason, value, unit, expected, completeness, excluded, sum, deviation, first, last, quality,
               definition, category, details, parts, recorded_at, superseded_at, true
        FROM aggregate_superseded
    ) a
    LEFT JOIN flotte_connue_le(jour, 'point') point
        ON a.subject = 'point:' || point.id AND point.valid @> coalesce(jour, now())
    LEFT JOIN flotte_connue_le(jour, 'commune') commune ON commune.valid @> coalesce(jour, now()) AND commune.id =
        coalesce(point.attributes ->> 'commune', CASE WHEN a.subject LIKE 'commune:%' THEN substr(a.subject, 9) END)
    LEFT JOIN flotte_connue_le(jour, 'zone') zone
        ON a.subject = 'zone:' || zone.id AND zone.valid @> coalesce(jour, now())
    LEFT JOIN indicator i ON i.name = split_part(a.indicator, '#', 1)
    LEFT JOIN property p ON p.name = split_part(a.indicator, '#', 1)
    LEFT JOIN flotte_connue_le(jour, 'indicator') own
        ON own.id = split_part(a.indicator, '#', 1) AND own.valid @> coalesce(jour, now())
    CROSS JOIN LATERAL (SELECT a.window_start AT TIME ZONE (SELECT zone FROM legal_time) AS legal) l
    WHERE (jour IS NOT NULL OR NOT a.is_old)
    AND (jour IS NULL OR a.recorded_at <= jour AND (a.superseded_at IS NULL OR a.superseded_at > jour))
$$;
COMMENT ON FUNCTION agregat_connu_le IS 'v_agregat tel qu''on le connaissait un jour : les indicateurs gardent leurs valeurs passées ; les fenêtres des grandeurs ne sont gardées que dans leur dernier état, et manquent si elles ont changé depuis';

CREATE VIEW v_agregat AS SELECT * FROM agregat_connu_le(NULL);
COMMENT ON VIEW v_agregat IS 'Une ligne par sujet, indicateur et fenêtre (time, metric, value) : pour Grafana et pour toute autre lecture. Filtrer par metric, window_code et time, ou par code : ils ont un index';

CREATE VIEW v_bruit_horaire AS
SELECT time, local_date, local_hour, code, name, commune_name, metric, channel, label_fr, value, unit,
       categorie_fr(category) AS category_fr, (details ->> 'bgn')::float8 AS bgn, (details ->> 'evt')::float8 AS evt,
       completeness, quality_fr, reason_fr, revision
FROM v_agregat WHERE window_code = '1h' AND metric = ANY (ARRAY[
    'laeq', 'lafmax', 'lafmin', 'la95eq', 'lceq', 'noise_laeq', 'noise_l10', 'noise_l50', 'noise_l90', 'noise_l95',
    'noise_harmonica'])
AND kind = 'point';
COMMENT ON VIEW v_bruit_horaire IS 'Bruit, une ligne par point, heure et indicateur : niveaux, indice Harmonica et sa couleur';
COMMENT ON COLUMN v_bruit_horaire.bgn IS 'Harmonica : part du bruit de fond, 0,2 × (LA95eq − 30)';
COMMENT ON COLUMN v_bruit_horaire.evt IS 'Harmonica : part des événements, 0,25 × (LAeq − LA95eq)';

CREATE VIEW v_bruit_journalier AS
SELECT time, local_date, code, name, commune_name, metric, channel, label_fr, value, unit,
       categorie_fr(category) AS category_fr, minimum, maximum, completeness, quality_fr, reason_fr, revision
FROM v_agregat WHERE window_code = '1d' AND kind = 'point'
AND (metric LIKE 'noise\_%' OR metric = 'laeq');
COMMENT ON VIEW v_bruit_journalier IS 'Bruit, une ligne par point, jour et indicateur : LAeq, Lden et ses périodes, Harmonica moyen de jour et de nuit';

CREATE VIEW v_bruit_longue_duree AS
SELECT time, time_end, local_date, window_code, code, name, commune_name, metric, channel, label_fr, value, unit,
       completeness, quality_fr, reason_fr, revision
FROM v_agregat WHERE window_code IN ('1mo', '1y') AND metric LIKE 'noise\_%' AND kind = 'point';
COMMENT ON VIEW v_bruit_longue_duree IS 'Bruit, une ligne par point, mois ou année et indicateur : Lden, Lnight, niveaux fractiles';

CREATE VIEW v_chaleur_journalier AS
SELECT time, time_end, local_date, window_code, code, name, commune_name, metric, channel, label_fr, value, unit,
       categorie_fr(category) AS category_fr, minimum, mean, maximum, completeness, quality_fr, reason_fr, revision
FROM v_agregat WHERE window_code = '1d' AND kind = 'point'
AND (metric LIKE 'heat\_%' OR metric IN ('air_temperature', 'relative_humidity'));
COMMENT ON VIEW v_chaleur_journalier IS 'Chaleur, une ligne par point, jour et indicateur : températures du jour, de l''après-midi et de la nuit, écart à la référence';

CREATE VIEW v_chaleur_longue_duree AS
SELECT time, time_end, local_date, window_code, subject, kind, code, name, commune_name, metric, channel, label_fr,
       value, unit, details, completeness, quality_fr, reason_fr, revision
FROM v_agregat WHERE window_code IN ('1mo', '1y') AND metric LIKE 'heat\_%';
COMMENT ON VIEW v_chaleur_longue_duree IS 'Chaleur, une ligne par point ou zone, mois ou année et indicateur : jours de plus de 30 et 35 °C, nuits tropicales, avant/après';

CREATE VIEW v_chaleur_profil_ete AS
SELECT extract(year FROM local_date)::integer AS year, local_hour, code, name, commune_name,
       avg(value) AS value, min(minimum) AS minimum, max(maximum) AS maximum, '°C' AS unit, count(value) AS hours,
       count(value)::float8 / count(*) AS completeness
FROM v_agregat WHERE metric = 'air_temperature' AND channel = 0 AND window_code = '1h' AND kind = 'point'
AND use_case = 'heat' AND extract(month FROM local_date) IN (6, 7, 8)
GROUP BY 1, local_hour, code, name, commune_name;
COMMENT ON VIEW v_chaleur_profil_ete IS 'Chaleur, profil horaire de l''été (juin à août), une ligne par point, année et heure légale';
COMMENT ON COLUMN v_chaleur_profil_ete.year IS 'Année de l''été';
COMMENT ON COLUMN v_chaleur_profil_ete.value IS 'Moyenne des moyennes de cette heure de la journée';
COMMENT ON COLUMN v_chaleur_profil_ete.hours IS 'Heures qui y ont pris part';
COMMENT ON COLUMN v_chaleur_profil_ete.completeness IS 'Part des heures publiées qui ont une valeur, 0 à 1';

CREATE VIEW v_dechets_bacs AS
SELECT f.window_end AS time, (f.window_end AT TIME ZONE (SELECT zone FROM legal_time))::date AS local_date,
       extract(hour FROM f.window_end AT TIME ZONE (SELECT zone FROM legal_time))::smallint AS local_hour,
       p.code, p.name, p.commune_name, s.channel, f.value, f.unit, f.last AS last_value,
       t.value AS hours_to_full, (t.details ->> 'p10')::float8 AS hours_to_full_p10,
       (t.details ->> 'p90')::float8 AS hours_to_full_p90, (t.details ->> 'past_error_h')::float8 AS past_error_h,
       t.window_end + make_interval(secs => 3600 * t.value) AS full_at,
       categorie_fr(t.category) AS category_fr, f.completeness,
       CASE f.quality WHEN 1 THEN 'bonne' WHEN 2 THEN 'en partie non évaluée'
           WHEN 3 THEN 'des mesures laissées de côté' WHEN 9 THEN 'vide' END AS quality_fr,
       p.latitude, p.longitude
FROM v_point p
CROSS JOIN LATERAL (
    SELECT DISTINCT coalesce((stated ->> 'channel')::float8::integer, 0) AS channel
    FROM jsonb_array_elements(p.properties) AS stated
) s
CROSS JOIN LATERAL (
    SELECT * FROM aggregate a WHERE a.subject = 'point:' || p.point AND a.window_code = '1h'
    AND a.indicator = 'waste_fill' || CASE WHEN s.channel = 0 THEN '' ELSE '#' || s.channel END
    ORDER BY a.window_start DESC LIMIT 1
) f
LEFT JOIN LATERAL (
    SELECT * FROM aggregate a WHERE a.subject = 'point:' || p.point AND a.window_code = '1d'
    AND a.indicator = 'waste_time_to_full' || CASE WHEN s.channel = 0 THEN '' ELSE '#' || s.channel END
    ORDER BY a.window_start DESC LIMIT 1
) t ON true
WHERE p.use_case = 'waste';
COMMENT ON VIEW v_dechets_bacs IS 'Déchets, état présent, une ligne par bac : dernier remplissage, temps avant remplissage et son incertitude';
COMMENT ON COLUMN v_dechets_bacs.time IS 'Fin de la dernière heure connue';
COMMENT ON COLUMN v_dechets_bacs.value IS 'Remplissage moyen de cette heure ; vide si trop de mesures manquent';
COMMENT ON COLUMN v_dechets_bacs.last_value IS 'Dernier remplissage mesuré de cette heure';
COMMENT ON COLUMN v_dechets_bacs.hours_to_full IS 'Heures avant le seuil de remplissage, comptées de la fin du dernier jour clos (médiane)';
COMMENT ON COLUMN v_dechets_bacs.hours_to_full_p10 IS 'Une fois sur dix, moins que cela';
COMMENT ON COLUMN v_dechets_bacs.hours_to_full_p90 IS 'Neuf fois sur dix, moins que cela';
COMMENT ON COLUMN v_dechets_bacs.past_error_h IS 'Erreur absolue médiane des prévisions passées de ce bac, heures';
COMMENT ON COLUMN v_dechets_bacs.full_at IS 'Instant prévu du seuil de remplissage';

CREATE VIEW v_dechets_collectes AS
SELECT time, time_end, local_date, window_code, code, name, commune_name, metric, channel, label_fr, value, unit,
       minimum, maximum, details, completeness, quality_fr, reason_fr, revision
FROM v_agregat WHERE kind = 'point' AND window_code IN ('1d', '1w', '1mo') AND metric = ANY (ARRAY[
    'waste_collections', 'waste_fill_at_collection', 'waste_needless_collections', 'waste_settling',
    'waste_overflow_hours', 'waste_cycles_per_week']);
COMMENT ON VIEW v_dechets_collectes IS 'Déchets, une ligne par point, jour, semaine ou mois et indicateur : collectes, remplissage à la collecte, collectes inutiles, débordements';

CREATE VIEW v_dechets_remplissage AS
SELECT time, local_date, local_hour, window_code, code, name, commune_name, metric, channel, label_fr, value, unit,
       minimum, maximum, last, categorie_fr(category) AS category_fr, details, completeness, quality_fr, reason_fr,
       revision
FROM v_agregat WHERE kind = 'point' AND metric IN ('waste_fill', 'waste_time_to_full') AND window_code IN ('1h', '1d');
COMMENT ON VIEW v_dechets_remplissage IS 'Déchets, une ligne par point et heure ou jour : remplissage, temps avant remplissage';

CREATE VIEW v_cours_deau AS
SELECT time, time_end, local_date, local_hour, window_code, code, name, commune_name, metric, channel, label_fr, value,
       unit, categorie_fr(category) AS category_fr, minimum, maximum, first, last, completeness, quality_fr, reason_fr,
       revision
FROM v_agregat WHERE kind = 'point' AND window_code IN ('15m', '1h') AND (
    metric LIKE 'river\_%' OR metric = ANY (ARRAY[
        'water_level', 'water_depth', 'water_temperature', 'conductivity', 'turbidity', 'ph', 'redox',
        'dissolved_oxygen', 'oxygen_saturation', 'flow']));
COMMENT ON VIEW v_cours_deau IS 'Cours d''eau, une ligne par point, quart d''heure ou heure et indicateur : niveau et son repère, montées, seuils locaux, qualité de l''eau';

CREATE VIEW v_cours_deau_journalier AS
SELECT time, time_end, local_date, window_code, code, name, commune_name, metric, channel, label_fr, value, unit,
       categorie_fr(category) AS category_fr, minimum, maximum, first, last, details, completeness, quality_fr,
       reason_fr, revision
FROM v_agregat WHERE kind = 'point' AND window_code IN ('1d', '1w') AND (
    metric LIKE 'river\_%' OR metric = ANY (ARRAY[
        'water_level', 'water_depth', 'water_temperature', 'conductivity', 'turbidity', 'ph', 'redox',
        'dissolved_oxygen', 'oxygen_saturation', 'flow']));
COMMENT ON VIEW v_cours_deau_journalier IS 'Cours d''eau, une ligne par point, jour ou semaine et indicateur : niveau, seuils, amplitudes, seconde source';

CREATE VIEW v_comptage_horaire AS
SELECT time, local_date, local_hour, code, name, commune_name, metric, channel, label_fr, value, unit,
       categorie_fr(category) AS category_fr, completeness, quality_fr, reason_fr, revision
FROM v_agregat WHERE kind = 'point' AND window_code = '1h'
AND metric IN ('mobility_count', 'mobility_direction_share');
COMMENT ON VIEW v_comptage_horaire IS 'Comptages, une ligne par point, heure, voie et indicateur : passages (voie 0 : somme des voies), part par sens';

CREATE VIEW v_comptage_journalier AS
SELECT time, local_date, code, name, commune_name, metric, channel, label_fr, value, unit,
       categorie_fr(category) AS category_fr, details, completeness, quality_fr, reason_fr, revision
FROM v_agregat WHERE kind = 'point' AND window_code = '1d'
AND metric IN ('mobility_count', 'mobility_direction_share');
COMMENT ON VIEW v_comptage_journalier IS 'Comptages, une ligne par point, jour, voie et indicateur';

CREATE VIEW v_comptage_moyen AS
SELECT time, time_end, local_date, window_code, code, name, commune_name, metric, channel, label_fr, value, unit,
       details, completeness, quality_fr, reason_fr, revision
FROM v_agregat WHERE kind = 'point' AND window_code IN ('1mo', '1y') AND metric IN ('mobility_tmja', 'mobility_tmjo');
COMMENT ON VIEW v_comptage_moyen IS 'Comptages, trafic moyen journalier du mois et de l''année, tous jours et jours ouvrés, avec l''échantillon dans details';

CREATE VIEW v_eclairage_nuit AS
SELECT time, time_end, local_date, window_code, code, name, commune_name, metric, channel, label_fr, value, unit,
       categorie_fr(category) AS category_fr, details, completeness, quality_fr, reason_fr, revision
FROM v_agregat WHERE kind = 'point' AND metric LIKE 'lighting\_%';
COMMENT ON VIEW v_eclairage_nuit IS 'Éclairage, une ligne par armoire, nuit (ou mois) et indicateur : énergie, allumage et extinction, feux de jour, lampes perdues, coupures';

CREATE VIEW v_reseau_journalier AS
SELECT time, time_end, local_date, window_code, subject, kind, coalesce(code, split_part(subject, ':', 2)) AS code, name,
       commune_name, metric, channel, label_fr, value, unit, categorie_fr(category) AS category_fr, details,
       completeness, quality_fr, reason_fr, revision
FROM v_agregat WHERE metric LIKE 'network\_%' OR metric LIKE 'platform\_%' OR metric LIKE 'device\_%';
COMMENT ON VIEW v_reseau_journalier IS 'Réseau et plateforme, une ligne par réseau, cas d''usage ou point, jour et indicateur : pertes, temps d''antenne, volumes, piles';
COMMENT ON COLUMN v_reseau_journalier.subject IS 'Réseau, cas d''usage ou point';

CREATE VIEW v_zone_horaire AS
SELECT time, local_date, local_hour, subject, kind, split_part(subject, ':', 2) AS code, name, metric, channel,
       label_fr, value, unit, minimum, mean, maximum, sum,
       CASE definition WHEN '' THEN count ELSE cardinality(parts) END AS points,
       CASE definition WHEN '' THEN expected END AS points_expected, parts,
       details, completeness, quality_fr, reason_fr, revision
FROM v_agregat WHERE window_code = '1h' AND kind IN ('zone', 'commune', 'use_case', 'network');
COMMENT ON VIEW v_zone_horaire IS 'Zones, communes, cas d''usage et réseaux, une ligne par sujet, heure et indicateur, sur tous leurs points';

CREATE VIEW v_zone_journalier AS
SELECT time, local_date, subject, kind, split_part(subject, ':', 2) AS code, name, metric, channel,
       label_fr, value, unit, minimum, mean, maximum, sum,
       CASE definition WHEN '' THEN count ELSE cardinality(parts) END AS points,
       CASE definition WHEN '' THEN expected END AS points_expected, parts,
       details, completeness, quality_fr, reason_fr, revision
FROM v_agregat WHERE window_code = '1d' AND kind IN ('zone', 'commune', 'use_case', 'network');
COMMENT ON VIEW v_zone_journalier IS 'Zones, communes, cas d''usage et réseaux, une ligne par sujet, jour et indicateur, sur tous leurs points';

-- What a column of the same name says is the same in all of these views; those told above keep their own words.
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT a.attrelid::regclass AS view, a.attname AS name, w.said
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'v'
        JOIN (VALUES
            ('time', 'Début de la fenêtre, compris'),
            ('time_end', 'Fin de la fenêtre, non comprise'),
            ('local_date', 'Date, heure légale'),
            ('local_hour', 'Heure de la journée, 0 à 23, heure légale'),
            ('window_code', '15m 30m 1h 1d 1w 1mo 1y : en heure légale ; r1h r8h r24h r7d : glissantes'),
            ('metric', 'Nom de la grandeur ou de l''indicateur (docs/indicators.md)'),
            ('channel', 'Voie ; 0 s''il n''y en a qu''une, ou pour toutes'),
            ('label_fr', 'Nom français'),
            ('value', 'Le nombre à montrer ; vide si trop de mesures manquent'),
            ('unit', 'Unité de tous les nombres de la ligne ; vide pour un nombre pur'),
            ('category', 'Nom de la valeur, par exemple une couleur'),
            ('category_fr', 'Nom de la valeur en français, par exemple une couleur'),
            ('completeness', 'Part des mesures attendues, 0 à 1 ; vide si on ne sait pas combien'),
            ('quality', '1 bonne, 2 en partie non évaluée, 3 des mesures laissées de côté, 9 vide'),
            ('quality_fr', 'Qualité'),
            ('reason', 'Pourquoi cette révision existe'),
            ('reason_fr', 'Pourquoi cette révision existe'),
            ('count', 'Mesures prises en compte (points, pour un sujet qui en a plusieurs)'),
            ('expected', 'Mesures (points) attendues'),
            ('excluded', 'Mesures laissées de côté pour leur qualité'),
            ('minimum', 'Plus petite valeur'),
            ('mean', 'Moyenne : énergétique pour un niveau en dB, vectorielle pour une direction'),
            ('maximum', 'Plus grande valeur'),
            ('sum', 'Somme'),
            ('deviation', 'Écart type (de la population ; circulaire pour une direction)'),
            ('first', 'Première valeur, par son propre instant'),
            ('last', 'Dernière valeur, par son propre instant'),
            ('details', 'Autres nombres de l''indicateur (docs/indicators.md)'),
            ('parts', 'Points qui y ont pris part'),
            ('points', 'Points pris en compte'),
            ('points_expected', 'Points attendus ; vide si on ne le sait pas, et pour un indicateur (sa complétude est la sienne)'),
            ('definition', 'Version de la définition de l''indicateur ; vide pour une grandeur'),
            ('revision', '0 à la première publication ; plus à chaque correction'),
            ('recorded_at', 'Depuis quand on le sait'),
            ('subject', 'point:, zone:, commune:, use_case: ou network: et un identifiant'),
            ('kind', 'Sorte du sujet : point, zone, commune, use_case, network'),
            ('code', 'Code d''aujourd''hui du point ; identifiant d''une zone, d''une commune, d''un réseau'),
            ('name', 'Nom d''aujourd''hui'),
            ('commune', 'Code INSEE'),
            ('commune_name', 'Nom de la commune'),
            ('use_case', 'Cas d''usage'),
            ('indicator', 'Nom complet, avec #voie si elle n''est pas 0'),
            ('latitude', 'Degrés'),
            ('longitude', 'Degrés')
        ) AS w (name, said) ON w.name = a.attname
        WHERE c.relname = ANY (ARRAY[
            'v_agregat', 'v_bruit_horaire', 'v_bruit_journalier', 'v_bruit_longue_duree', 'v_chaleur_journalier',
            'v_chaleur_longue_duree', 'v_chaleur_profil_ete', 'v_dechets_bacs', 'v_dechets_collectes',
            'v_dechets_remplissage', 'v_cours_deau', 'v_cours_deau_journalier', 'v_comptage_horaire',
            'v_comptage_journalier', 'v_comptage_moyen', 'v_eclairage_nuit', 'v_reseau_journalier', 'v_zone_horaire',
            'v_zone_journalier'])
        AND c.relnamespace = current_schema()::regnamespace AND a.attnum > 0
        AND col_description(a.attrelid, a.attnum) IS NULL
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', one.view, one.name, one.said);
    END LOOP;
END $$;
