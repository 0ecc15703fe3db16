-- Windows and indicators of points, zones and networks; what `recompute` is asked for, and where it stands.

-- What stood here was of devices: windows over uplinks, which are no longer made.
DELETE FROM aggregate;
ALTER TABLE aggregate
    ADD COLUMN value float8,
    ADD COLUMN unit text NOT NULL DEFAULT '',
    ADD COLUMN expected bigint,
    ADD COLUMN completeness float8,
    ADD COLUMN excluded bigint NOT NULL DEFAULT 0,
    ADD COLUMN sum float8,
    ADD COLUMN deviation float8,
    ADD COLUMN first float8,
    ADD COLUMN last float8,
    ADD COLUMN quality smallint NOT NULL DEFAULT 2,
    ADD COLUMN definition text NOT NULL DEFAULT '',
    ADD COLUMN category text NOT NULL DEFAULT '',
    ADD COLUMN details jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN parts text[] NOT NULL DEFAULT '{}';

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
