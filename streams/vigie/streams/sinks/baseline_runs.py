"""The table `baseline_run`: when baselines were made, and which making is due."""

from datetime import datetime
from typing import Any, NamedTuple

import psycopg

Connection = psycopg.Connection[Any]


class Run(NamedTuple):
    """One making; not done while `made_at` is None."""

    number: int
    made_at: datetime | None
    points: int
    series: int


def ask(connection: Connection, reason: str = "asked") -> int:
    """Ask for one; returns its number."""
    row = connection.execute("INSERT INTO baseline_run (reason) VALUES (%s) RETURNING number", (reason,)).fetchone()
    assert row is not None
    return int(row[0])


def due(connection: Connection, morning: datetime | None) -> int | None:
    """The number of the making that is due; None for none.

    Args:
        connection: in autocommit mode.
        morning: one must have begun since then; None where there are no nights.
    """
    row = connection.execute(
        "SELECT number FROM baseline_run WHERE made_at IS NULL ORDER BY number LIMIT 1"
    ).fetchone()  # fmt: skip
    if row is not None:
        return int(row[0])
    if morning is None:
        return None
    row = connection.execute("SELECT FROM baseline_run WHERE asked_at >= %s LIMIT 1", (morning,)).fetchone()
    return ask(connection, "night") if row is None else None


def note(connection: Connection, number: int, points: int, series: int) -> None:
    """Note that this making, and every one asked for before it, is published."""
    connection.execute(
        "UPDATE baseline_run SET made_at = now(), points = %s, series = %s WHERE number <= %s AND made_at IS NULL",
        (points, series, number),
    )


def run_of(connection: Connection, number: int) -> Run | None:
    """How far a making is."""
    row = connection.execute(
        "SELECT number, made_at, points, series FROM baseline_run WHERE number = %s", (number,)
    ).fetchone()  # fmt: skip
    return None if row is None else Run(*row)
