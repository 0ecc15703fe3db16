"""A process with every metric of the platform in use: python metrics_speaker.py PORT. Counts something each 0.2 s."""

import sys
import time

from prometheus_client import Counter, Gauge, Histogram

from vigie.deploy.roles import ROLES
from vigie.serving import web_server
from vigie.streams import metrics

LABELS = {
    "topic": ("raw.lora", "uplinks.lora.v1"),
    "reason": ("bad_payload", "internal_error"),
    "step": ("decode", "silence"),
    "state": ("state.decode.filter",),
    "method": ("GET",),
    "status": ("200", "503"),
}


def speak_once(role: str) -> None:
    for module in (metrics, web_server):
        for metric in vars(module).values():
            if not isinstance(metric, Counter | Gauge | Histogram):
                continue
            names = [name for name in metric._labelnames if name != "role"]
            for place in range(2):
                values = {name: LABELS[name][place % len(LABELS[name])] for name in names}
                touch(metric.labels(role=role, **values) if "role" in metric._labelnames else labelled(metric, values))
    metrics.delay_seconds.observe_many((role,), [0.2, 3.0])


def labelled(metric, values):
    return metric.labels(**values) if values else metric


def touch(metric) -> None:
    if isinstance(metric, Counter):
        metric.inc()
    elif isinstance(metric, Gauge):
        metric.set(1)
    else:
        metric.observe(0.02)


if __name__ == "__main__":
    health = metrics.Health()
    metrics.serve(health, host="127.0.0.1", port=int(sys.argv[1]), role="decode")
    health.ready()
    while True:
        for name in ROLES:
            speak_once(name)
        time.sleep(0.2)
