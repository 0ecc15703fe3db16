"""The table `recompute_request`: what somebody asked to be computed again, and how far that is."""

from datetime import datetime
from typing import Any, NamedTuple

import psycopg

from vigie.streams.core.windows.asked import Request

Connection = psycopg.Connection[Any]

_NEXT = (
    "SELECT number, indicator, coalesce(subject, ''), (extract(epoch FROM lower(span)) * 1000)::bigint,"
    " (extract(epoch FROM upper(span)) * 1000)::bigint,"
    " coalesce((extract(epoch FROM done_to) * 1000)::bigint, 0), reason"
    " FROM recompute_request WHERE state = 'asked' ORDER BY number LIMIT 1"
)


class Progress(NamedTuple):
    """How far a request is.

    Attributes:
        state: `asked` or `done`.
        done_to: what begins before is done; None for nothing yet.
        windows, changed: computed so far, and changed among them.
    """

    state: str
    done_to: datetime | None
    windows: int
    changed: int


def ask(
    connection: Connection, indicator: str, subject: str | None, since: datetime, until: datetime, reason: str = "asked"
) -> int:
    """Write a request; returns its number.

    Args:
        connection: in autocommit mode.
        indicator: name of a property or indicator, or `*`.
        subject: only this one; None for all.
        since: of the first instant.
        until: of the instant after the last.
        reason: of topics.aggregate.REASONS.
    """
    row = connection.execute(
        "INSERT INTO recompute_request (indicator, subject, span, reason) VALUES (%s, %s, tstzrange(%s, %s), %s)"
        " RETURNING number",
        (indicator, subject, since, until, reason),
    ).fetchone()
    assert row is not None
    return int(row[0])


def progress(connection: Connection, number: int) -> Progress | None:
    """How far a request is; None if there is none of that number."""
    row = connection.execute(
        "SELECT state, done_to, windows, changed FROM recompute_request WHERE number = %s", (number,)
    ).fetchone()
    return None if row is None else Progress(*row)


def next_asked(connection: Connection) -> Request | None:
    """The oldest request that is not done."""
    row = connection.execute(_NEXT).fetchone()
    return None if row is None else Request(*row)


def note(connection: Connection, number: int, done_to: int, windows: int, changed: int, *, done: bool) -> None:
    """Note that a piece of a request is done.

    Args:
        connection: in autocommit mode.
        number: of the request.
        done_to: epoch ms UTC; what begins before is done.
        windows: computed in this piece.
        changed: of these.
        done: whether it was the last piece.
    """
    connection.execute(
        "UPDATE recompute_request SET done_to = to_timestamp(%s / 1000.0), windows = windows + %s,"
        " changed = changed + %s, state = CASE WHEN %s THEN 'done' ELSE state END WHERE number = %s",
        (done_to, windows, changed, done, number),
    )


def waiting(connection: Connection) -> int:
    """How many requests are not done."""
    row = connection.execute("SELECT count(*) FROM recompute_request WHERE state = 'asked'").fetchone()
    return int(row[0]) if row else 0
