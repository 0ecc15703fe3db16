-- What people said of an alert stands in its line: who acknowledged it (and did not withdraw it), verdict, confirmation.

CREATE OR REPLACE VIEW v_alerte AS
SELECT last.alert_id, last.incident_id, split_part(last.alarm_key, ':', 1) AS kind, last.alarm_key,
       last.state, last.priority, last.level, last.raised_at, span.cleared_at, ack.decided_at AS acknowledged_at,
       extract(epoch FROM coalesce(span.cleared_at, now()) - last.raised_at) AS lasted_s,
       span.transitions, span.mailed, last.active, last.acknowledged, last.shelved_until, last.suppressed_by,
       last.out_of_service, last.late, last.assignee, last.use_case, last.commune, last.network, last.point, last.device,
       span.sentence_fr, span.sentence_en, judged.verdict, last.fields, last.event_at, last.decided_at, last.revision,
       ack.author AS acknowledged_by, judged.author AS verdict_by, said.transition AS confirmed,
       said.author AS confirmed_by, said.source AS confirmed_from
FROM (SELECT DISTINCT ON (alert_id) * FROM alert_event WHERE alarm_key <> '' ORDER BY alert_id, revision DESC) last
JOIN LATERAL (
    SELECT min(event_at) FILTER (WHERE transition IN ('cleared', 'latched')) AS cleared_at,
           count(*) FILTER (WHERE transition <> 'refused') AS transitions,
           bool_or(mail = 'incident') AS mailed,
           (array_agg(sentence_fr ORDER BY revision))[1] AS sentence_fr,
           (array_agg(sentence_en ORDER BY revision))[1] AS sentence_en
    FROM alert_event e WHERE e.alert_id = last.alert_id
) span ON true
LEFT JOIN LATERAL (
    SELECT transition, decided_at, author FROM alert_event e
    WHERE e.alert_id = last.alert_id AND transition IN ('acknowledged', 'unacknowledged')
    ORDER BY revision DESC LIMIT 1
) ack ON ack.transition = 'acknowledged'
LEFT JOIN LATERAL (
    SELECT fields ->> 'verdict' AS verdict, author FROM alert_event e
    WHERE e.alert_id = last.alert_id AND transition = 'judged' ORDER BY revision DESC LIMIT 1
) judged ON true
LEFT JOIN LATERAL (
    SELECT transition, author, fields ->> 'confirmed_by' AS source FROM alert_event e
    WHERE e.alert_id = last.alert_id AND transition IN ('confirmed', 'refuted') ORDER BY revision DESC LIMIT 1
) said ON true;
