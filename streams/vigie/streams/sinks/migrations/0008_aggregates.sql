-- Windows and indicators of points, zones and networks; what `recompute` is asked for, and where it stands.

-- What stood here was of devices: windows over uplinks, which are no longer made.
DROP TABLE aggregate;

-- By month of their start: the key begins with the subject, so rows of every month would be written all over an index
-- that no memory holds; a month's index is small, old months are not touched, and can be archived as a whole.
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
    value float8,
    unit text NOT NULL DEFAULT '',
    expected bigint,
    completeness float8,
    excluded bigint NOT NULL DEFAULT 0,
    sum float8,
    deviation float8,
    first float8,
    last float8,
    quality integer NOT NULL DEFAULT 2,
    definition text NOT NULL DEFAULT '',
    category text NOT NULL DEFAULT '',
    details jsonb NOT NULL DEFAULT '{}',
    parts text[] NOT NULL DEFAULT '{}',
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (subject, indicator, window_code, window_start)
) PARTITION BY RANGE (window_start);
CREATE TABLE aggregate_default PARTITION OF aggregate DEFAULT;
-- One indicator of all subjects and channels over a span: maps, comparisons, dashboards.
CREATE INDEX aggregate_indicator ON aggregate (split_part(indicator, '#', 1) text_pattern_ops, window_code, window_start);
COMMENT ON TABLE aggregate IS 'Fenêtres et indicateurs : une ligne par sujet, indicateur et fenêtre ; ce qui est su aujourd''hui (vues v_agregat, v_bruit_horaire …)';
COMMENT ON COLUMN aggregate.subject IS 'point:, zone:, commune:, use_case: ou network: et un identifiant';
COMMENT ON COLUMN aggregate.indicator IS 'Nom d''une grandeur (#voie si elle n''est pas 0), ou d''un indicateur (docs/indicators.md)';
COMMENT ON COLUMN aggregate.window_code IS '15m 30m 1h 1d 1w 1mo 1y : en heure légale ; r1h r8h r24h r7d : glissantes';
COMMENT ON COLUMN aggregate.window_start IS 'Début, compris';
COMMENT ON COLUMN aggregate.window_end IS 'Fin, non comprise';
COMMENT ON COLUMN aggregate.revision IS '0 à la première publication ; plus à chaque correction';
COMMENT ON COLUMN aggregate.count IS 'Mesures prises en compte (points, pour un sujet qui en a plusieurs)';
COMMENT ON COLUMN aggregate.mean IS 'Moyenne : énergétique pour un niveau en dB, vectorielle pour une direction';
COMMENT ON COLUMN aggregate.input_hash IS 'Empreinte des mesures prises en compte';
COMMENT ON COLUMN aggregate.reason IS 'Pourquoi cette révision existe';
COMMENT ON COLUMN aggregate.value IS 'Le nombre à montrer ; vide si trop de mesures manquent';
COMMENT ON COLUMN aggregate.expected IS 'Mesures attendues ; vide si on ne le sait pas';
COMMENT ON COLUMN aggregate.completeness IS 'Part des mesures attendues, 0 à 1';
COMMENT ON COLUMN aggregate.excluded IS 'Mesures laissées de côté pour leur qualité';
COMMENT ON COLUMN aggregate.deviation IS 'Écart type (de la population ; circulaire pour une direction)';
COMMENT ON COLUMN aggregate.quality IS '1 bonne, 2 en partie non évaluée, 3 des mesures laissées de côté, 9 vide';
COMMENT ON COLUMN aggregate.definition IS 'Version de la définition de l''indicateur ; vide pour une grandeur';
COMMENT ON COLUMN aggregate.category IS 'Nom de la valeur, par exemple une couleur';
COMMENT ON COLUMN aggregate.details IS 'Autres nombres de l''indicateur';
COMMENT ON COLUMN aggregate.parts IS 'Points qui y ont pris part';
COMMENT ON COLUMN aggregate.recorded_at IS 'Depuis quand on le sait';

-- Of named indicators only: two definitions can be told apart, and what was known on a day. Windows of properties are
-- many, and can be computed again from the readings as they were known.
CREATE TABLE aggregate_superseded (LIKE aggregate INCLUDING COMMENTS, superseded_at timestamptz NOT NULL DEFAULT now());
CREATE UNIQUE INDEX aggregate_superseded_revision
    ON aggregate_superseded (subject, indicator, window_code, window_start, revision, input_hash);
COMMENT ON TABLE aggregate_superseded IS 'Indicateurs tels qu''on les connaissait avant une mesure tardive, une correction ou une autre définition';
COMMENT ON COLUMN aggregate_superseded.superseded_at IS 'Depuis quand on sait autre chose';

CREATE TABLE recompute_request (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    asked_at timestamptz NOT NULL DEFAULT now(),
    indicator text NOT NULL,
    subject text,
    span tstzrange NOT NULL,
    reason text NOT NULL DEFAULT 'asked',
    state text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'done')),
    done_to timestamptz,
    windows bigint NOT NULL DEFAULT 0,
    changed bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE recompute_request IS 'Recalculs demandés (vigie recompute), et où l''on en est';
COMMENT ON COLUMN recompute_request.indicator IS 'Nom d''un indicateur ou d''une grandeur ; * pour tous';
COMMENT ON COLUMN recompute_request.subject IS 'Un seul sujet, par exemple point:… ; vide pour tous';
COMMENT ON COLUMN recompute_request.windows IS 'Fenêtres calculées';
COMMENT ON COLUMN recompute_request.changed IS 'Celles qui ont changé';

CREATE TABLE recompute_place (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition)
);
COMMENT ON TABLE recompute_place IS 'Jusqu''où le rôle recompute a lu et traité';
