"""A process with every metric of the platform in use: python metrics_speaker.py PORT. Counts something each 0.2 s."""

import sys
import time

from prometheus_client import Counter, Gauge, Histogram

from vigie.deploy.roles import ROLES
from vigie.streams import metrics
from vigie.streams.metrics import BatchHistogram

LABELS = {
    "topic": ("raw.lora", "uplinks.lora.v1"),
    "reason": ("bad_payload", "internal_error"),
    "step": ("decode", "silence"),
    "state": ("state.decode.filter",),
    "method": ("GET",),
    "status": ("200", "503"),
    "transition": ("raised", "cleared"),
    "connector": ("mqtt", "http"),
    "source": ("chirpstack", "tts"),
    "silent": ("true", "false"),
    "active": ("true", "false"),
    "outcome": ("sent", "refused"),
    "codec": ("elsys",),
    "why": ("impossible",),
    "network": ("metropole", "operateur"),
    "scope": ("network", "use_case"),
    "name": ("metropole", "heat"),
    "indicator": ("completeness",),
    "flag": ("1", "3"),
    "cause": ("dirty", "closed"),
    "figure": ("per_hour", "stale"),
    "rule": ("value:crue",),
}


def load_every_metric() -> list[Counter | Gauge | Histogram | BatchHistogram]:
    """The metrics of all roles: each stands beside the code that counts, so every role's code is read first."""
    for role in ROLES.values():
        role.load()
    ours = (Counter, Gauge, Histogram, BatchHistogram)
    return [metric for metric in list(metrics.REGISTRY._collector_to_names) if isinstance(metric, ours)]


def speak_once(metric: Counter | Gauge | Histogram | BatchHistogram, role: str) -> None:
    if isinstance(metric, BatchHistogram):
        metric.observe_many((role,), [0.2, 3.0])
        return
    names = [name for name in metric._labelnames if name != "role"]
    for place in range(2):
        values = {name: LABELS[name][place % len(LABELS[name])] for name in names}
        values |= {"role": role} if "role" in metric._labelnames else {}
        touch(metric.labels(**values) if values else metric)


def touch(metric) -> None:
    if isinstance(metric, Counter):
        metric.inc()
    elif isinstance(metric, Gauge):
        metric.set(1)
    else:
        metric.observe(0.02)


if __name__ == "__main__":
    every_metric = load_every_metric()
    health = metrics.Health()
    metrics.serve(health, host="127.0.0.1", port=int(sys.argv[1]), role="decode")
    health.ready()
    while True:
        for name in ROLES:
            for one in every_metric:
                speak_once(one, name)
        time.sleep(0.2)
