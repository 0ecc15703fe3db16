"""An archive of before the life cycle, brought to the tables of today: nothing of it is lost, and all of it is read."""

import psycopg
import pytest
from psycopg.types.json import Jsonb

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
SAID = (
    ("acknowledged", "eau-1", {}), ("confirmed", "eau-2", {"confirmed_by": "caméra"}), ("unacknowledged", "eau-1", {}),
    ("acknowledged", "eau-3", {}), ("judged", "eau-4", {"verdict": "false"}), ("refused", "eau-5", {}),
)  # fmt: skip


def _event(connection, alert: str, revision: int, transition: str, state: str, at: str, author="system", fields=None):
    connection.execute(
        "INSERT INTO alert_event (event_id, alert_id, incident_id, alarm_key, revision, transition, state,"
        " priority, event_at, arrival_at, decided_at, author, reason, sentence_fr, sentence_en, fields,"
        " generation) VALUES (%(a)s || %(r)s, %(a)s, %(a)s, 'silence:eui:1:no_arrival', %(r)s, %(t)s, %(s)s, 2,"
        " %(at)s, %(at)s, %(at)s, %(author)s, 'silence', 'f', 'e', %(fields)s, 1)",
        {"a": alert, "r": revision, "t": transition, "s": state, "at": at, "author": author}
        | {"fields": Jsonb(fields or {})},
    )


def test_an_archive_of_before_the_life_cycle_is_kept_and_read(database, monkeypatch):
    steps = migrate._migrations()
    with psycopg.connect(database, autocommit=True) as connection:
        with monkeypatch.context() as earlier:
            earlier.setattr(migrate, "_migrations", lambda: [one for one in steps if one[0] <= BEFORE])
            migrate.migrate(connection)
        for old in OLD:
            _event(connection, *old)
        migrate.migrate(connection)
        closed, still = stories(events(connection))
        assert (closed.cleared_at - closed.raised_at, closed.last.active, closed.transitions) == (3_600_000, False, 2)
        assert (still.first.alert_id, still.last.active, still.cleared_at) == ("b" * 32, True, 0)
        seen = connection.execute("SELECT alert_id, state, extract(hour FROM cleared_at - raised_at) FROM v_alerte")
        assert sorted(seen.fetchall()) == [("a" * 32, "normal", 1), ("b" * 32, "unacknowledged", None)]

        connection.execute("ALTER TABLE alert_event ALTER raised_at SET DEFAULT '2026-10-25T02:30:00Z'")
        for revision, (transition, author, fields) in enumerate(SAID, 1):
            _event(connection, "b" * 32, revision, transition, "acknowledged", OLD[2][4], author, fields)
        told = list(stories(events(connection)))[-1]
        seen = connection.execute(
            "SELECT acknowledged_by, verdict, verdict_by, confirmed, confirmed_by, confirmed_from, transitions"
            " FROM v_alerte WHERE alert_id = %s", ("b" * 32,),
        ).fetchone()  # fmt: skip
        assert seen == ("eau-3", "false", "eau-4", "confirmed", "eau-2", "caméra", 6)
        assert seen == tuple(getattr(told, name) for name in (
            "acknowledged_by", "verdict", "verdict_by", "confirmed", "confirmed_by", "confirmed_from", "transitions",
        ))  # fmt: skip
