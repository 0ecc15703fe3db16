"""Reliability as metrics: of networks, use cases and the whole, whose names are few; points stand in the table only."""

from datetime import date
from typing import Any

import psycopg
from prometheus_client import Gauge

from vigie.streams import metrics

ratio = Gauge(
    "vigie_reliability_ratio", "Reliability of the last computed day, by layer (docs/reliability.md).",
    ["scope", "name", "indicator"], registry=metrics.REGISTRY,
)  # fmt: skip
seconds = Gauge(
    "vigie_reliability_delay_seconds", "Delays of the last computed day: network (p50, p95), platform (p95).",
    ["scope", "name", "indicator"], registry=metrics.REGISTRY,
)  # fmt: skip
SCOPES = ("network", "use_case", "platform")


def publish(connection: "psycopg.Connection[Any]", day: date) -> None:
    """Set the metrics to the figures of a day, if it is the last one that was computed."""
    rows = connection.execute(
        "SELECT split_part(subject, ':', 1), substr(subject, strpos(subject, ':') + 1), indicator, value"
        " FROM reliability WHERE day = %(day)s AND day = (SELECT max(day) FROM reliability)"
        " AND split_part(subject, ':', 1) = ANY(%(scopes)s) AND value IS NOT NULL",
        {"day": day, "scopes": list(SCOPES)},
    ).fetchall()
    if rows:
        ratio.clear()
        seconds.clear()
    for scope, name, indicator, value in rows:
        gauge = seconds if indicator.endswith("_s") else ratio
        gauge.labels(scope, name, indicator.removesuffix("_s")).set(value)
