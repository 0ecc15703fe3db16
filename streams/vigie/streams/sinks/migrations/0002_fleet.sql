-- The fleet, with two times for each fact: when it was true (valid), and when it was recorded.

CREATE TABLE fleet_revision (
    revision bigint PRIMARY KEY,
    apply_id text NOT NULL UNIQUE,
    recorded_at timestamptz NOT NULL,
    author text NOT NULL,
    source text NOT NULL,
    parts integer NOT NULL
);
COMMENT ON TABLE fleet_revision IS 'Chaque application d''un état de la flotte : quand, par qui, d''après quoi';

CREATE TABLE fleet_object (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    id text NOT NULL,
    UNIQUE (kind, id)
);
COMMENT ON TABLE fleet_object IS 'Objets de la flotte ; un identifiant n''est jamais réutilisé';

CREATE TABLE fleet_version (
    object bigint NOT NULL REFERENCES fleet_object,
    valid tstzrange NOT NULL CHECK (NOT isempty(valid)),
    attributes jsonb NOT NULL,
    revision bigint NOT NULL REFERENCES fleet_revision,
    recorded_at timestamptz NOT NULL,
    superseded_revision bigint REFERENCES fleet_revision,
    superseded_at timestamptz,
    CHECK ((superseded_revision IS NULL) = (superseded_at IS NULL)),
    -- A range of one number stands for equality, which GiST knows only by an extension.
    EXCLUDE USING gist (int8range(object, object, '[]') WITH &&, valid WITH &&) WHERE (superseded_at IS NULL)
);
CREATE INDEX fleet_version_object ON fleet_version (object, recorded_at);
COMMENT ON TABLE fleet_version IS 'Ce que l''on sait de chaque objet : de quand à quand c''était vrai, et depuis quand on le sait';
COMMENT ON COLUMN fleet_version.valid IS 'De quand à quand c''était vrai';
COMMENT ON COLUMN fleet_version.recorded_at IS 'Depuis quand on le sait';
COMMENT ON COLUMN fleet_version.superseded_at IS 'Depuis quand on sait autre chose';

CREATE TABLE fleet_reference (
    object bigint NOT NULL REFERENCES fleet_object,
    field text NOT NULL,
    target bigint NOT NULL REFERENCES fleet_object,
    PRIMARY KEY (object, field, target)
);
CREATE INDEX fleet_reference_target ON fleet_reference (target);
COMMENT ON TABLE fleet_reference IS 'Quel objet renvoie à quel autre, dans ce que l''on sait aujourd''hui';

CREATE TABLE fleet_outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key bytea NOT NULL,
    value bytea NOT NULL,
    sent_at timestamptz
);
CREATE INDEX fleet_outbox_unsent ON fleet_outbox (position) WHERE sent_at IS NULL;
COMMENT ON TABLE fleet_outbox IS 'Ce qui part vers fleet.v1, dans l''ordre';

CREATE TABLE fleet_repair (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    revision bigint NOT NULL REFERENCES fleet_revision,
    point text NOT NULL,
    device text NOT NULL,
    span tstzrange NOT NULL,
    reason text NOT NULL,
    state text NOT NULL DEFAULT 'asked' CHECK (state IN ('offered', 'asked', 'done')),
    done_to timestamptz,
    uplinks bigint NOT NULL DEFAULT 0
);
CREATE INDEX fleet_repair_asked ON fleet_repair (number) WHERE state = 'asked';
COMMENT ON TABLE fleet_repair IS 'Historique à reprendre après une correction de la flotte : quelles mesures, et où l''on en est';
COMMENT ON COLUMN fleet_repair.device IS 'Adresse de l''émetteur';
