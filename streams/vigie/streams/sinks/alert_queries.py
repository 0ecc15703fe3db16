"""What the archive of alerts is asked: by pages, commands and exports."""

from collections.abc import Iterator
from typing import Any

import psycopg

from vigie.streams.core.alarm.life_cycle import HIDDEN
from vigie.streams.sinks.alert_rows import NAMES, at, event_of
from vigie.topics.alert_event import AlertEvent

Connection = psycopg.Connection[Any]

_LAST = (
    f"SELECT DISTINCT ON (alert_id) {NAMES} FROM alert_event WHERE alarm_key <> ''"  # noqa: S608 -- names of ours
    " ORDER BY alert_id, revision DESC, decided_at DESC"
)


def alerts(connection: Connection, limit: int, offset: int = 0, *, only_open: bool = False) -> list[AlertEvent]:
    """The last transition of each alert, the latest decided first; of open ones, those that a mark hides last."""
    where = " WHERE state <> 'normal'" if only_open else ""
    rows = connection.execute(
        f"SELECT * FROM ({_LAST}) last{where} ORDER BY %s AND state = ANY(%s), decided_at DESC, alert_id"  # noqa: S608
        " LIMIT %s OFFSET %s".encode(),
        (only_open, sorted(HIDDEN), limit, offset),
    )
    return [event_of(row) for row in rows]


def alerts_of(connection: Connection, subject: str, limit: int) -> list[AlertEvent]:
    """The last transition of each alert about a device, the latest decided first."""
    rows = connection.execute(
        f"SELECT * FROM ({_LAST}) last WHERE device = %s OR alarm_key LIKE %s"  # noqa: S608
        " ORDER BY decided_at DESC LIMIT %s".encode(),
        (subject, "%:" + subject.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + ":%", limit),
    )
    return [event_of(row) for row in rows]


def alert(connection: Connection, alert_id: str) -> list[AlertEvent]:
    """Every transition of an alert, in order."""
    rows = connection.execute(
        f"SELECT {NAMES} FROM alert_event WHERE alert_id = %s ORDER BY revision, decided_at, event_id".encode(),  # noqa: S608
        (alert_id,),
    )
    return [event_of(row) for row in rows]


def ids_beginning(connection: Connection, start: str, limit: int = 3) -> list[str]:
    """Ids of alerts that begin so, a few of them: people type the first letters."""
    rows = connection.execute(
        "SELECT DISTINCT alert_id FROM alert_event WHERE starts_with(alert_id, %s) AND alarm_key <> '' LIMIT %s",
        (start, limit),
    )
    return [str(row[0]) for row in rows]


def events(connection: Connection, from_at: int | None = None, to_at: int | None = None) -> Iterator[AlertEvent]:
    """Transitions of the alerts that were raised in a span, alert by alert as they were raised, read bit by bit.

    Args:
        connection: to the store.
        from_at: epoch ms UTC, inclusive; None for no bound.
        to_at: epoch ms UTC, exclusive; None for no bound.
    """
    bounds = [("raised_at >= %s", from_at), ("raised_at < %s", to_at)]
    given = [(text, at(value)) for text, value in bounds if value is not None]
    where = "".join(f" AND {text}" for text, _ in given)
    with connection.transaction(), connection.cursor(name="vigie_events") as cursor:
        cursor.execute(
            f"SELECT {NAMES} FROM alert_event WHERE alarm_key <> ''{where}"  # noqa: S608
            " ORDER BY raised_at, alert_id, revision, decided_at".encode(),
            [value for _, value in given],
        )
        for row in cursor:
            yield event_of(row)
