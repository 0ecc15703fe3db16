-- The whole life of alerts: whom and what they are about, their marks, what they asked of the mail.

ALTER TABLE alert_event
    ADD COLUMN raised_at timestamptz,
    ADD COLUMN active boolean NOT NULL DEFAULT true,
    ADD COLUMN level integer NOT NULL DEFAULT 0,
    ADD COLUMN mail text NOT NULL DEFAULT '',
    ADD COLUMN acknowledged boolean NOT NULL DEFAULT false,
    ADD COLUMN shelved_until timestamptz,
    ADD COLUMN suppressed_by text NOT NULL DEFAULT '',
    ADD COLUMN out_of_service boolean NOT NULL DEFAULT false,
    ADD COLUMN latched boolean NOT NULL DEFAULT false,
    ADD COLUMN late boolean NOT NULL DEFAULT false,
    ADD COLUMN command text NOT NULL DEFAULT '',
    ADD COLUMN assignee text NOT NULL DEFAULT '',
    ADD COLUMN children text[] NOT NULL DEFAULT '{}',
    ADD COLUMN use_case text NOT NULL DEFAULT '',
    ADD COLUMN commune text NOT NULL DEFAULT '',
    ADD COLUMN network text NOT NULL DEFAULT '',
    ADD COLUMN point text NOT NULL DEFAULT '',
    ADD COLUMN device text NOT NULL DEFAULT '';
UPDATE alert_event e SET raised_at = f.event_at, active = e.transition <> 'cleared'
FROM alert_event f WHERE f.alert_id = e.alert_id AND f.revision = 0;
UPDATE alert_event SET raised_at = event_at WHERE raised_at IS NULL;
ALTER TABLE alert_event ALTER COLUMN raised_at SET NOT NULL;
CREATE INDEX alert_event_raised ON alert_event (raised_at, alert_id, revision);
CREATE INDEX alert_event_point ON alert_event (point, raised_at) WHERE point <> '';

COMMENT ON COLUMN alert_event.event_id IS 'Empreinte de la transition : la même à chaque relecture';
COMMENT ON COLUMN alert_event.alert_id IS 'Empreinte de l''alarme et de sa cause';
COMMENT ON COLUMN alert_event.incident_id IS 'Alerte de la cause première';
COMMENT ON COLUMN alert_event.alarm_key IS 'nature:objet:règle';
COMMENT ON COLUMN alert_event.revision IS 'Rang de la transition dans l''alerte, à partir de 0';
COMMENT ON COLUMN alert_event.transition IS 'Ce qui s''est passé (docs/alerts.md)';
COMMENT ON COLUMN alert_event.state IS 'État qui en résulte, selon ISA-18.2';
COMMENT ON COLUMN alert_event.priority IS '1 critique, 2 haute, 3 moyenne, 4 information';
COMMENT ON COLUMN alert_event.event_at IS 'Instant où c''est devenu vrai';
COMMENT ON COLUMN alert_event.arrival_at IS 'Arrivée de ce qui l''a montré';
COMMENT ON COLUMN alert_event.decided_at IS 'Instant de la décision';
COMMENT ON COLUMN alert_event.author IS 'Auteur : identifiant d''un contact, ou system';
COMMENT ON COLUMN alert_event.reason IS 'Motif, en un mot ou dans les mots de l''auteur';
COMMENT ON COLUMN alert_event.fields IS 'Les faits de l''explication, par nom';
COMMENT ON COLUMN alert_event.raised_at IS 'Instant du déclenchement de l''alerte';
COMMENT ON COLUMN alert_event.active IS 'Si ce qui l''a déclenchée dure encore';
COMMENT ON COLUMN alert_event.level IS 'Niveau de la règle, 1 ou plus ; 0 sans niveaux';
COMMENT ON COLUMN alert_event.mail IS 'Courriel demandé : incident, digest (bulletin), ou rien';
COMMENT ON COLUMN alert_event.suppressed_by IS 'Alerte de la cause qui l''explique';
COMMENT ON COLUMN alert_event.out_of_service IS 'Intervention ouverte au point';
COMMENT ON COLUMN alert_event.late IS 'Déclenchée par des valeurs arrivées en retard : jamais envoyée par courriel';
COMMENT ON COLUMN alert_event.command IS 'Commande à laquelle la transition répond';
COMMENT ON COLUMN alert_event.children IS 'Alertes qu''elle explique';

DROP VIEW v_alerte;
CREATE VIEW v_alerte AS
SELECT last.alert_id, last.incident_id, split_part(last.alarm_key, ':', 1) AS kind, last.alarm_key,
       last.state, last.priority, last.level, last.raised_at, span.cleared_at, span.acknowledged_at,
       extract(epoch FROM coalesce(span.cleared_at, now()) - last.raised_at) AS lasted_s,
       span.transitions, span.mailed, last.active, last.acknowledged, last.shelved_until, last.suppressed_by,
       last.out_of_service, last.late, last.assignee, last.use_case, last.commune, last.network, last.point, last.device,
       span.sentence_fr, span.sentence_en, span.verdict, last.fields, last.event_at, last.decided_at, last.revision
FROM (SELECT DISTINCT ON (alert_id) * FROM alert_event WHERE alarm_key <> '' ORDER BY alert_id, revision DESC) last
JOIN LATERAL (
    SELECT min(event_at) FILTER (WHERE transition IN ('cleared', 'latched')) AS cleared_at,
           min(decided_at) FILTER (WHERE transition = 'acknowledged') AS acknowledged_at,
           count(*) FILTER (WHERE transition <> 'refused') AS transitions,
           bool_or(mail = 'incident') AS mailed,
           (array_agg(sentence_fr ORDER BY revision))[1] AS sentence_fr,
           (array_agg(sentence_en ORDER BY revision))[1] AS sentence_en,
           (array_agg(fields ->> 'verdict' ORDER BY revision DESC) FILTER (WHERE transition = 'judged'))[1] AS verdict
    FROM alert_event e WHERE e.alert_id = last.alert_id
) span ON true;
COMMENT ON VIEW v_alerte IS 'Une ligne par alerte : son état présent, quand elle s''est déclenchée et fermée';

CREATE VIEW v_alerte_transition AS
SELECT event_id, alert_id, incident_id, split_part(alarm_key, ':', 1) AS kind, alarm_key, revision, transition, state,
       priority, level, event_at, arrival_at, decided_at, author, reason, sentence_fr, sentence_en, fields, raised_at,
       mail, suppressed_by, late, use_case, commune, network, point, device
FROM alert_event;
COMMENT ON VIEW v_alerte_transition IS 'Une ligne par transition de chaque alerte';
