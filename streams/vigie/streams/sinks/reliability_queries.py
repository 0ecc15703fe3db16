"""Reliability figures as stored."""

from datetime import date
from typing import Any, NamedTuple

import psycopg

Connection = psycopg.Connection[Any]


class ReliabilityFigure(NamedTuple):
    """One figure of one subject on one day; value is numerator / denominator of a share, seconds of a delay."""

    day: date
    subject: str
    indicator: str
    value: float | None
    numerator: float
    denominator: float
    method: str


def reliability(connection: Connection, first: date, last: date, subject: str = "") -> list[ReliabilityFigure]:
    """Figures of days from first to last, both included, by day, subject and indicator.

    Args:
        connection: to the store.
        first: of legal time.
        last: of legal time.
        subject: one subject such as `network:ville`, or a kind of them with its colon (`use_case:`); empty for all but
            points and devices, which are many.
    """
    rows = connection.execute(
        "SELECT day, subject, indicator, value, numerator, denominator, method FROM reliability"
        " WHERE day BETWEEN %(first)s AND %(last)s AND CASE WHEN %(subject)s = '' THEN split_part(subject, ':', 1)"
        " NOT IN ('point', 'device') WHEN right(%(subject)s, 1) = ':' THEN starts_with(subject, %(subject)s)"
        " ELSE subject = %(subject)s END ORDER BY day, subject, indicator",
        {"first": first, "last": last, "subject": subject},
    )
    return [ReliabilityFigure(*row) for row in rows]
