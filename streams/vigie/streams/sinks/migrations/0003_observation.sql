-- Observations as qualified, what corrections replaced, and the parameters of the tests.

CREATE TABLE observation (
    id uuid NOT NULL,
    observed_at timestamptz NOT NULL,
    revision bigint NOT NULL,
    point text NOT NULL,
    device text NOT NULL,
    placement text NOT NULL,
    use_case text NOT NULL,
    commune text NOT NULL,
    zones text[],
    uplink uuid NOT NULL,
    network text NOT NULL,
    received_at timestamptz NOT NULL,
    ingested_at timestamptz NOT NULL,
    properties smallint[] NOT NULL,
    channels smallint[] NOT NULL,
    "values" float8[] NOT NULL,
    raw_values float8[],
    flags smallint[] NOT NULL,
    tests bigint[] NOT NULL,
    ruleset text NOT NULL,
    fleet_revision bigint NOT NULL,
    reason text NOT NULL,
    withdrawn boolean NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id, observed_at)
) PARTITION BY RANGE (observed_at);
CREATE TABLE observation_default PARTITION OF observation DEFAULT;
CREATE INDEX observation_point ON observation (point, observed_at DESC);
-- A replay looks up what an uplink gave before.
CREATE INDEX observation_uplink ON observation (uplink);
COMMENT ON TABLE observation IS 'Mesures rattachées à leur point, converties et qualifiées : une ligne par message, point et instant (v_mesure en donne une par valeur)';
COMMENT ON COLUMN observation.id IS 'Empreinte du message, du point et de l''instant : la même à chaque révision';
COMMENT ON COLUMN observation.observed_at IS 'Instant de la mesure (horloge du capteur, sinon réception)';
COMMENT ON COLUMN observation.revision IS 'Révision du message × 2^40 + révision de la flotte × 2^8 + tour ; la plus haute est en vigueur';
COMMENT ON COLUMN observation.point IS 'Identifiant stable du point de mesure';
COMMENT ON COLUMN observation.device IS 'Identifiant du capteur dans la flotte';
COMMENT ON COLUMN observation.placement IS 'Pose qui couvre la mesure';
COMMENT ON COLUMN observation.commune IS 'Code INSEE, tel que connu à la qualification (v_mesure donne ce que l''on sait aujourd''hui)';
COMMENT ON COLUMN observation.zones IS 'Zones du point, celles qui les englobent comprises';
COMMENT ON COLUMN observation.uplink IS 'Message d''où vient la mesure (table uplink)';
COMMENT ON COLUMN observation.received_at IS 'Instant du réseau ou de la passerelle';
COMMENT ON COLUMN observation.ingested_at IS 'Arrivée sur la plateforme';
COMMENT ON COLUMN observation.properties IS 'Grandeurs mesurées (table property)';
COMMENT ON COLUMN observation.channels IS 'Voie de chaque mesure ; 0 s''il n''y en a qu''une';
COMMENT ON COLUMN observation."values" IS 'Valeurs converties, dans l''unité de la grandeur';
COMMENT ON COLUMN observation.raw_values IS 'Valeurs reçues, là où une conversion les a changées';
COMMENT ON COLUMN observation.flags IS 'Qualité de chaque valeur : 1 bonne, 2 non évaluée, 3 douteuse, 4 mauvaise, 9 manquante';
COMMENT ON COLUMN observation.tests IS 'Verdict de chaque test, quatre bits chacun (vigie quality explain les dit en clair)';
COMMENT ON COLUMN observation.ruleset IS 'Version des tests et de leurs paramètres (table quality_ruleset)';
COMMENT ON COLUMN observation.fleet_revision IS 'Révision de la flotte sous laquelle elle a été rattachée et qualifiée';
COMMENT ON COLUMN observation.reason IS 'Pourquoi cette révision existe';
COMMENT ON COLUMN observation.withdrawn IS 'Retirée : une correction a montré que cette mesure n''était pas celle de ce point';
COMMENT ON COLUMN observation.recorded_at IS 'Depuis quand on le sait';

-- One row per observation and generation (uplink and fleet revision): a later round of the same generation overwrites.
CREATE TABLE observation_superseded (LIKE observation INCLUDING COMMENTS, superseded_at timestamptz NOT NULL);
CREATE UNIQUE INDEX observation_superseded_generation ON observation_superseded (id, (revision >> 8));
CREATE INDEX observation_superseded_point ON observation_superseded (point, observed_at DESC);
COMMENT ON TABLE observation_superseded IS 'Mesures telles qu''on les connaissait avant une correction de la flotte ou un rejeu';
COMMENT ON COLUMN observation_superseded.superseded_at IS 'Depuis quand on sait autre chose';

-- As uplink_replayed: an instant that a replay took away does not come back by a late repeat.
CREATE TABLE observation_replayed (
    uplink uuid NOT NULL,
    point text NOT NULL,
    revision bigint NOT NULL,
    PRIMARY KEY (uplink, point)
);
COMMENT ON TABLE observation_replayed IS 'Mesures d''un message redécodé par un rejeu, et la révision du message en vigueur';

CREATE TABLE quality_ruleset (
    version text PRIMARY KEY,
    parameters jsonb NOT NULL
);
COMMENT ON TABLE quality_ruleset IS 'Valeurs de départ des tests de qualité, par version : grandeur, test, paramètre';
