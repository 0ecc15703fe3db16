-- When baselines were made: each night, and when somebody asks.

CREATE TABLE baseline_run (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    asked_at timestamptz NOT NULL DEFAULT now(),
    reason text NOT NULL CHECK (reason IN ('night', 'asked')),
    made_at timestamptz,
    points bigint NOT NULL DEFAULT 0,
    series bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE baseline_run IS 'Calculs des références par heure de la semaine (docs/detection.md) : chaque nuit, et à la demande (vigie recompute --baselines)';
COMMENT ON COLUMN baseline_run.made_at IS 'Publiées ; vide : pas encore';
COMMENT ON COLUMN baseline_run.points IS 'Points qui en ont une';
COMMENT ON COLUMN baseline_run.series IS 'Séries, une par grandeur et voie';
