"""Metrics and health of a worker: /metrics and /healthz on a thread of their own, so a blocked loop still answers.

Metrics are changed once per batch, never per record. A step, which is pure, may count here too: counting is no input.
"""

import json
import logging
import os
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import numpy.typing as npt
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from vigie.streams.cannot_go_on import CannotGoOnError

log = logging.getLogger(__name__)

BEAT_LIMIT_S = 10.0
"""An event loop that has not beaten for so long is not healthy."""

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_DELAY_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21600, 86400)
_RECORDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000)

records_in = Counter("vigie_records_in", "Records read and processed.", ["role", "topic"], registry=REGISTRY)
records_out = Counter("vigie_records_out", "Records sent and confirmed.", ["role", "topic"], registry=REGISTRY)
decode_failures = Counter(
    "vigie_decode_failures", "Records that became dead letters, by reason.", ["reason"], registry=REGISTRY
)
duplicates = Counter("vigie_duplicates", "Uplinks dropped as exact re-deliveries.", registry=REGISTRY)
ignored_arrival_headers = Counter(
    "vigie_ignored_arrival_headers", "Headers vigie-ingested-at ignored because ticks are live.", registry=REGISTRY
)
set_aside = Counter(
    "vigie_set_aside", "Records set aside by the harness (poison, too large), by reason.", ["role", "reason"],
    registry=REGISTRY,
)  # fmt: skip
batch_records = Histogram("vigie_batch_records", "Records per batch.", ["role"], buckets=_RECORDS, registry=REGISTRY)
step_seconds = Histogram(
    "vigie_step_seconds", "Time that a step takes for one batch.", ["role", "step"], buckets=_SECONDS,
    registry=REGISTRY,
)  # fmt: skip
checkpoint_seconds = Histogram(
    "vigie_checkpoint_seconds", "Time from the snapshot to the committed offsets.", ["role"], buckets=_SECONDS,
    registry=REGISTRY,
)  # fmt: skip
consumer_lag_records = Gauge(
    "vigie_consumer_lag_records", "Records not yet processed in the owned partitions.", ["role", "topic"],
    registry=REGISTRY,
)  # fmt: skip
consumer_lag_seconds = Gauge(
    "vigie_consumer_lag_seconds", "Age of the oldest record not yet processed.", ["role", "topic"], registry=REGISTRY
)
owned_partitions = Gauge("vigie_owned_partitions", "Partitions that this worker owns.", ["role"], registry=REGISTRY)
rebalances = Counter("vigie_rebalances", "Times that partitions were assigned.", ["role"], registry=REGISTRY)
restarts = Counter(
    "vigie_restarts", "Times that the supervisor started this worker again.", ["role"], registry=REGISTRY
)
state_keys = Gauge("vigie_state_keys", "Keys held in memory.", ["role", "state"], registry=REGISTRY)
state_bytes = Gauge(
    "vigie_state_bytes", "Size of the held state as it is saved (estimated).", ["role", "state"], registry=REGISTRY
)
ticks_applied = Counter("vigie_ticks_applied", "Minute ticks that were applied.", ["role"], registry=REGISTRY)
ticks_blind = Counter(
    "vigie_ticks_blind", "Minute ticks skipped because what came before them was not known.", ["role"],
    registry=REGISTRY,
)  # fmt: skip


class BatchHistogram(Collector):
    """A histogram that takes many values at once: one numpy call per batch instead of one call per record.

    Args:
        name, documentation: as every metric's.
        labels: names of its labels.
        buckets: upper bounds, ascending.
        registry: where it is collected.

    >>> delays = BatchHistogram("example_seconds", "An example.", ["role"], [1, 10], registry=CollectorRegistry())
    >>> delays.observe_many(("store",), [0.5, 2.0, 99.0])
    >>> [(sample.name, sample.value) for sample in next(delays.collect()).samples][:3]
    [('example_seconds_bucket', 1.0), ('example_seconds_bucket', 2.0), ('example_seconds_bucket', 3.0)]
    """

    def __init__(
        self,
        name: str,
        documentation: str,
        labels: Sequence[str],
        buckets: Sequence[float],
        *,
        registry: CollectorRegistry = REGISTRY,
    ) -> None:
        self._name = name
        self._documentation = documentation
        self._labels = list(labels)
        self._buckets = np.asarray(buckets, dtype=np.float64)
        self._counts: dict[tuple[str, ...], npt.NDArray[np.int64]] = {}
        self._sums: dict[tuple[str, ...], float] = {}
        self._lock = threading.Lock()
        registry.register(self)

    def observe_many(self, labels: tuple[str, ...], values: Iterable[float] | npt.NDArray[np.float64]) -> None:
        """Take some values; (n,) float64 or anything that becomes that."""
        array = np.asarray(values if isinstance(values, np.ndarray) else list(values), dtype=np.float64)
        places = np.searchsorted(self._buckets, array, side="left")
        counts = np.bincount(places, minlength=len(self._buckets) + 1)
        with self._lock:
            self._counts[labels] = self._counts.get(labels, 0) + counts
            self._sums[labels] = self._sums.get(labels, 0.0) + float(array.sum())

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """For the registry."""
        family = HistogramMetricFamily(self._name, self._documentation, labels=self._labels)
        bounds = [f"{bound:g}" for bound in self._buckets] + ["+Inf"]
        with self._lock:
            for labels, counts in self._counts.items():
                running = np.cumsum(counts)
                buckets = [(bound, float(count)) for bound, count in zip(bounds, running, strict=True)]
                family.add_metric(list(labels), buckets=buckets, sum_value=self._sums[labels])
        yield family

    def describe(self) -> Iterator[HistogramMetricFamily]:
        """For the registry: its names, before anything was observed."""
        yield HistogramMetricFamily(self._name, self._documentation, labels=self._labels)


delay_seconds = BatchHistogram(
    "vigie_delay_seconds",
    "Delay from the first arrival of an uplink to the end of this role.",
    ["role"],
    _DELAY_BUCKETS,
)


class Health:
    """Whether a worker works: it has said so, and its event loop still beats.

    >>> health = Health()
    >>> health.reason()
    'starting'
    >>> health.ready(); health.beat(); health.reason()
    ''
    """

    def __init__(self) -> None:
        self._reason = "starting"
        self._beaten_at = time.monotonic()

    def ready(self) -> None:
        """It does its work."""
        self._reason = ""

    def not_ready(self, reason: str) -> None:
        """It does not, because of this."""
        self._reason = reason

    def beat(self) -> None:
        """The event loop turned."""
        self._beaten_at = time.monotonic()

    def reason(self) -> str:
        """Why it is not healthy; empty if it is."""
        silent_s = time.monotonic() - self._beaten_at
        if silent_s > BEAT_LIMIT_S:
            return f"the event loop has not turned for {silent_s:.0f} s"
        return self._reason


def serve(health: Health, *, host: str, port: int, role: str) -> int:
    """Answer /metrics and /healthz from a thread until the process ends.

    /healthz: 200, or 503 with the reason; a JSON object {"role", "ready", "reason"} either way.

    Args:
        health: of this worker.
        host: address to listen on.
        port: where; 0 takes a free one.
        role: name of the worker's role; its restarts are read from VIGIE_RESTARTS.

    Returns:
        The port.

    Raises:
        CannotGoOnError: the port is taken; the sentence says what to do.
    """
    restarts.labels(role).inc(int(os.environ.get("VIGIE_RESTARTS") or 0))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/metrics":
                self._answer(200, CONTENT_TYPE_LATEST, generate_latest(REGISTRY))
            elif path == "/healthz":
                reason = health.reason()
                body = json.dumps({"role": role, "ready": not reason, "reason": reason}).encode()
                self._answer(503 if reason else 200, "application/json", body)
            else:
                self._answer(404, "text/plain; charset=utf-8", b"There is /metrics and /healthz here\n")

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
            log.debug(format, *args)

    try:
        server = ThreadingHTTPServer((host, port), Handler)
    except OSError as error:
        raise CannotGoOnError(
            f"Port {port} for /metrics of {role} cannot be used ({error.strerror}): "
            "stop what uses it, or set VIGIE_METRICS_PORT to another"
        ) from error
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return int(server.server_address[1])
