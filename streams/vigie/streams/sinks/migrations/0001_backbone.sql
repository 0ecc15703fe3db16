-- Uplinks as decoded, windows, alerts, and where the sink stands.

CREATE TABLE property (
    id smallint PRIMARY KEY,
    name text NOT NULL UNIQUE,
    unit text NOT NULL,
    kind text NOT NULL,
    label_fr text NOT NULL
);
COMMENT ON TABLE property IS 'Catalogue des grandeurs : une mesure y renvoie par son numéro';

CREATE TABLE uplink (
    id uuid NOT NULL,
    observed_at timestamptz NOT NULL,
    revision bigint NOT NULL,
    device text NOT NULL,
    bearer text NOT NULL,
    network text NOT NULL,
    received_at timestamptz NOT NULL,
    ingested_at timestamptz NOT NULL,
    session text,
    f_cnt bigint,
    f_port integer,
    payload bytea,
    codec text NOT NULL,
    codec_version text NOT NULL,
    codec_hash text NOT NULL,
    firmware text,
    properties smallint[] NOT NULL,
    channels smallint[] NOT NULL,
    "values" float8[] NOT NULL,
    extras text,
    gateways text[],
    rssi_dbm integer,
    snr_db float8,
    dr integer,
    sf integer,
    frequency_hz bigint,
    airtime_ms float8,
    esp_dbm float8,
    margin_db float8,
    cell text,
    warnings text[],
    PRIMARY KEY (id, observed_at)
) PARTITION BY RANGE (observed_at);
CREATE TABLE uplink_default PARTITION OF uplink DEFAULT;
CREATE INDEX uplink_device ON uplink (device, observed_at DESC);
COMMENT ON TABLE uplink IS 'Messages des capteurs, tels que décodés : une ligne par message et par instant';
COMMENT ON COLUMN uplink.id IS 'Empreinte du message : la même à chaque relecture';
COMMENT ON COLUMN uplink.observed_at IS 'Instant de la mesure (horloge du capteur, sinon réception)';
COMMENT ON COLUMN uplink.revision IS '0 en direct ; sinon numéro du rejeu qui l''a redécodé';
COMMENT ON COLUMN uplink.device IS 'Identifiant de l''émetteur';
COMMENT ON COLUMN uplink.received_at IS 'Instant du réseau ou de la passerelle';
COMMENT ON COLUMN uplink.ingested_at IS 'Arrivée sur la plateforme';
COMMENT ON COLUMN uplink.properties IS 'Grandeurs mesurées (table property)';
COMMENT ON COLUMN uplink.channels IS 'Voie de chaque mesure ; 0 s''il n''y en a qu''une';
COMMENT ON COLUMN uplink."values" IS 'Valeurs, dans l''unité de la grandeur';
COMMENT ON COLUMN uplink.extras IS 'Ce que le capteur dit de plus (JSON)';
COMMENT ON COLUMN uplink.gateways IS 'Passerelles qui l''ont entendu';
COMMENT ON COLUMN uplink.rssi_dbm IS 'Puissance reçue par la meilleure passerelle, dBm';
COMMENT ON COLUMN uplink.snr_db IS 'Rapport signal sur bruit à la meilleure passerelle, dB';
COMMENT ON COLUMN uplink.airtime_ms IS 'Temps d''antenne, ms';
COMMENT ON COLUMN uplink.warnings IS 'Réserves du décodeur';

-- Only uplinks that a replay decoded again: without this, a live repeat that comes after the replay would bring back
-- an instant that the replay took away.
CREATE TABLE uplink_replayed (id uuid PRIMARY KEY, revision bigint NOT NULL);
COMMENT ON TABLE uplink_replayed IS 'Messages redécodés par un rejeu, et leur révision en vigueur';

CREATE VIEW v_lecture AS
SELECT u.device, u.observed_at, p.name AS property, r.channel, r.value, p.unit, p.label_fr,
       u.received_at, u.ingested_at, u.id AS uplink, u.revision
FROM uplink u
CROSS JOIN LATERAL unnest(u.properties, u.channels, u."values") AS r (property, channel, value)
JOIN property p ON p.id = r.property;
COMMENT ON VIEW v_lecture IS 'Une ligne par mesure';

CREATE TABLE aggregate (
    subject text NOT NULL,
    indicator text NOT NULL,
    window_code text NOT NULL,
    window_start timestamptz NOT NULL,
    window_end timestamptz NOT NULL,
    revision bigint NOT NULL,
    count bigint NOT NULL,
    minimum float8,
    mean float8,
    maximum float8,
    input_hash text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (subject, indicator, window_code, window_start)
);
COMMENT ON TABLE aggregate IS 'Fenêtres : nombre, minimum, moyenne et maximum par sujet et par indicateur';

CREATE TABLE alert_event (
    event_id text PRIMARY KEY,
    alert_id text NOT NULL,
    incident_id text NOT NULL,
    alarm_key text NOT NULL,
    revision bigint NOT NULL,
    transition text NOT NULL,
    state text NOT NULL,
    priority integer NOT NULL,
    event_at timestamptz NOT NULL,
    arrival_at timestamptz NOT NULL,
    decided_at timestamptz NOT NULL,
    author text NOT NULL,
    reason text NOT NULL,
    sentence_fr text NOT NULL,
    sentence_en text NOT NULL,
    fields jsonb NOT NULL,
    generation bigint NOT NULL
);
CREATE INDEX alert_event_alert ON alert_event (alert_id, revision);
CREATE INDEX alert_event_decided ON alert_event (decided_at);
COMMENT ON TABLE alert_event IS 'Archive des alertes : chaque transition, jamais modifiée';

CREATE VIEW v_alerte AS
SELECT DISTINCT ON (alert_id) *,
       min(event_at) OVER (PARTITION BY alert_id) AS raised_at
FROM alert_event ORDER BY alert_id, revision DESC;
COMMENT ON VIEW v_alerte IS 'État présent de chaque alerte';

CREATE TABLE sink_offset (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    topic_id uuid NOT NULL,
    PRIMARY KEY (topic, partition)
);
COMMENT ON TABLE sink_offset IS 'Où reprendre la lecture de chaque topic : écrit dans la transaction des lignes';

CREATE SEQUENCE replay_number;
COMMENT ON SEQUENCE replay_number IS 'Numéro du prochain rejeu, révision des messages qu''il redécode';
