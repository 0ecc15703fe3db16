-- How reliable each point, device, model, network, commune and use case was, by day and layer, and how that was counted.

CREATE TABLE reliability (
    day date NOT NULL,
    subject text NOT NULL,
    indicator text NOT NULL,
    value float8,
    numerator float8 NOT NULL,
    denominator float8 NOT NULL,
    method text NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (day, subject, indicator)
);
CREATE INDEX reliability_subject ON reliability (subject, day);
COMMENT ON TABLE reliability IS 'Fiabilité par jour (heure légale), par sujet et par étage : capteur, radio, réseau, plateforme ; chaque chiffre avec ce dont il est fait (docs/reliability.md)';
COMMENT ON COLUMN reliability.day IS 'Jour, heure légale';
COMMENT ON COLUMN reliability.subject IS 'point:, device:, model:, network:, commune: ou use_case: et un identifiant ; platform:all pour tout';
COMMENT ON COLUMN reliability.indicator IS 'sensor, radio, network, platform, decode_errors, completeness, usable (parts de 1) ; latency_p50_s, latency_p95_s, storage_p95_s (secondes)';
COMMENT ON COLUMN reliability.value IS 'Vide : rien ne permet de le dire ce jour-là';
COMMENT ON COLUMN reliability.numerator IS 'Ce qui a été compté';
COMMENT ON COLUMN reliability.denominator IS 'Sur combien';
COMMENT ON COLUMN reliability.method IS 'Comment c''est obtenu (docs/reliability.md)';

CREATE VIEW v_fiabilite AS
SELECT r.day, r.subject, r.indicator,
       CASE r.indicator
           WHEN 'sensor' THEN 'disponibilité du capteur' WHEN 'radio' THEN 'disponibilité de la radio'
           WHEN 'network' THEN 'disponibilité du réseau' WHEN 'platform' THEN 'disponibilité de la plateforme'
           WHEN 'decode_errors' THEN 'erreurs de décodage' WHEN 'completeness' THEN 'complétude des mesures'
           WHEN 'usable' THEN 'mesures utilisables' WHEN 'latency_p50_s' THEN 'délai d''acheminement médian'
           WHEN 'latency_p95_s' THEN 'délai d''acheminement, 95 %'
           WHEN 'storage_p95_s' THEN 'délai de la plateforme, 95 %' END AS indicator_fr,
       r.value, CASE WHEN r.indicator LIKE '%\_s' THEN 's' ELSE '1' END AS unit,
       r.numerator, r.denominator, r.method, r.computed_at
FROM reliability r;
COMMENT ON VIEW v_fiabilite IS 'La table reliability avec les noms français des chiffres';
