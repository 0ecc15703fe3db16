"""How good the alerting itself is, as metrics: the figures of ISA-18.2 over the last 30 days."""

from typing import Any

import psycopg
from prometheus_client import Gauge

from vigie.streams import metrics
from vigie.streams.core.alarm.figures import DAY_MS, figures
from vigie.streams.core.alarm.story import stories
from vigie.streams.sinks.alert_queries import events

DAYS, LASTING_DAYS = 30, 90

figure = Gauge(
    "vigie_alert_figure", "Figures of ISA-18.2 over the last 30 days, for one operator (docs/alerts.md).",
    ["figure"], registry=metrics.REGISTRY,
)  # fmt: skip
precision = Gauge(
    "vigie_alert_precision_ratio", "Share of true alerts of a rule, where operators judged some in the last 120 days.",
    ["rule"], registry=metrics.REGISTRY,
)  # fmt: skip


def publish(connection: "psycopg.Connection[Any]", now: int) -> None:
    """Set the metrics to the figures of the 30 days before an instant (epoch ms UTC)."""
    begin = now - DAYS * DAY_MS
    found = figures(stories(events(connection, begin - LASTING_DAYS * DAY_MS, now)), begin, now)
    for name, value in found.values.items():
        figure.labels(name).set(value)
    precision.clear()
    for one in found.precision:
        precision.labels(one.rule).set(one.share)
