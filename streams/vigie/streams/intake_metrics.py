"""Metrics of `receive`: what came, what was refused and why, whether each source is up, how quick Kafka confirms."""

import time

from prometheus_client import Counter, Gauge, Histogram

from vigie.streams import metrics

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

received = Counter(
    "vigie_received", "Bodies that Kafka has confirmed.", ["connector", "source"], registry=metrics.REGISTRY
)
receive_refused = Counter(
    "vigie_receive_refused", "Requests, messages and files that were not let in, by reason.",
    ["connector", "source", "reason"], registry=metrics.REGISTRY,
)  # fmt: skip
connector_up = Gauge(
    "vigie_connector_up", "1 while the other side of a source is there, else 0.", ["connector", "source"],
    registry=metrics.REGISTRY,
)  # fmt: skip
connector_retries = Counter(
    "vigie_connector_retries", "Times that a source was started again after a failure.", ["connector", "source"],
    registry=metrics.REGISTRY,
)  # fmt: skip
last_received_at = Gauge(
    "vigie_last_received_timestamp_seconds", "When Kafka last confirmed a body of a source.", ["connector", "source"],
    registry=metrics.REGISTRY,
)  # fmt: skip
confirm_seconds = Histogram(
    "vigie_receive_confirm_seconds", "Time from a body's arrival to Kafka's confirmation.", ["connector", "source"],
    buckets=_SECONDS, registry=metrics.REGISTRY,
)  # fmt: skip


class OfSource:
    """The metrics of one source, their labels looked up once."""

    def __init__(self, connector: str, source: str) -> None:
        self._labels = connector, source
        self.up = connector_up.labels(connector, source)
        self.up.set(0)
        self.retries = connector_retries.labels(connector, source)
        self._received = received.labels(connector, source)
        self._last = last_received_at.labels(connector, source)
        self._seconds = confirm_seconds.labels(connector, source)

    def confirmed(self, seconds: float) -> None:
        """Kafka has a body, so long after it came."""
        self._received.inc()
        self._last.set(time.time())
        self._seconds.observe(seconds)

    def refused(self, reason: str) -> None:
        """Something was not let in."""
        receive_refused.labels(*self._labels, reason).inc()


def of_nobody(reason: str) -> None:
    """A request came that is for no source, or is none; what it names is the caller's invention and no label."""
    receive_refused.labels("http", "none", reason).inc()
