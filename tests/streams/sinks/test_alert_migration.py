"""An archive of before the life cycle, brought to the tables of today: nothing of it is lost, and all of it is read."""

import psycopg
import pytest

from vigie.streams.core.alarm.story import stories
from vigie.streams.sinks import migrate
from vigie.streams.sinks.alert_queries import events

pytestmark = pytest.mark.parts

BEFORE = 10
OLD = (
    ("a" * 32, 0, "raised", "unacknowledged", "2026-10-25T00:30:00Z"),
    ("a" * 32, 1, "cleared", "normal", "2026-10-25T01:30:00Z"),
    ("b" * 32, 0, "raised", "unacknowledged", "2026-10-25T02:30:00Z"),
)


def test_an_archive_of_before_the_life_cycle_is_kept_and_read(database, monkeypatch):
    steps = migrate._migrations()
    with psycopg.connect(database, autocommit=True) as connection:
        with monkeypatch.context() as earlier:
            earlier.setattr(migrate, "_migrations", lambda: [one for one in steps if one[0] <= BEFORE])
            migrate.migrate(connection)
        for alert, revision, transition, state, at in OLD:
            connection.execute(
                "INSERT INTO alert_event (event_id, alert_id, incident_id, alarm_key, revision, transition, state,"
                " priority, event_at, arrival_at, decided_at, author, reason, sentence_fr, sentence_en, fields,"
                " generation) VALUES (%(a)s || %(r)s, %(a)s, %(a)s, 'silence:eui:1:no_arrival', %(r)s, %(t)s, %(s)s, 2,"
                " %(at)s, %(at)s, %(at)s, 'system', 'silence', 'f', 'e', '{}', 1)",
                {"a": alert, "r": revision, "t": transition, "s": state, "at": at},
            )
        migrate.migrate(connection)
        closed, still = stories(events(connection))
        assert (closed.cleared_at - closed.raised_at, closed.last.active, closed.transitions) == (3_600_000, False, 2)
        assert (still.first.alert_id, still.last.active, still.cleared_at) == ("b" * 32, True, 0)
        seen = connection.execute("SELECT alert_id, state, extract(hour FROM cleared_at - raised_at) FROM v_alerte")
        assert sorted(seen.fetchall()) == [("a" * 32, "normal", 1), ("b" * 32, "unacknowledged", None)]
