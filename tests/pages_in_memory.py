"""A store held in memory, and the pages of `serve` upon it."""

from contextlib import contextmanager
from dataclasses import replace

from starlette.testclient import TestClient

from vigie.serving.http import application
from vigie.streams.settings import Settings
from vigie.streams.sinks.queries import StoredReading, StoredUplink
from vigie.topics.alert_event import AlertEvent, Explanation

DEVICE = "eui:24e124136b000001"
NOON = 1_774_785_930_000
NOISY = "src:toits/lycée:capteur.json"
"""A device that has no address of its own, with 250 alerts."""
ALERT = "a" * 32
SCRIPT = "<script>alert('x')</script>"


def event(**changes) -> AlertEvent:
    explanation = Explanation(
        sentence_fr=f"Le capteur {DEVICE} se tait. {SCRIPT}",
        sentence_en=f"The device {DEVICE} is silent.",
        fields={"period_s": "900"},
    )
    fields = {
        "event_id": "e" * 32,
        "alert_id": ALERT,
        "incident_id": ALERT,
        "alarm_key": f"silence:{DEVICE}:no_arrival",
        "revision": 0,
        "transition": "raised",
        "state": "unacknowledged",
        "priority": 3,
        "event_at": NOON,
        "arrival_at": NOON,
        "decided_at": NOON + 60_000,
        "author": "system",
        "reason": "silence",
        "explanation": explanation,
        "generation": 1,
    }
    return AlertEvent(**(fields | changes))


READING = StoredReading(device=DEVICE, property=1, channel=0, value=21.5, observed_at=NOON)


class Memory:
    """A store of one device with one alert that is over, and 250 others."""

    def __init__(self) -> None:
        self.history = [event(), event(revision=1, transition="cleared", state="normal", event_at=NOON + 600_000)]
        self.others = [event(alert_id=f"{n:032x}", event_at=NOON - n) for n in range(250)]

    def open_alerts(self, limit, offset):
        return self.others[offset : offset + limit]

    def alerts(self, limit, offset):
        return [self.history[-1], *self.others][offset : offset + limit]

    def alert(self, alert_id):
        return self.history if alert_id == ALERT else []

    def alerts_of_device(self, device, limit, offset):
        return {DEVICE: [self.history[-1]], NOISY: self.others}.get(device, [])[offset : offset + limit]

    def count_alerts(self, *, only_open=False, device=""):
        if device:
            return len(self.alerts_of_device(device, 1000, 0))
        return len(self.others) + (not only_open)

    def events(self):
        return iter(self.history)

    def devices(self, limit, after):
        names = [f"eui:{n:016x}" for n in range(150)]
        return [(name, NOON) for name in names if name > after][:limit]

    def last_readings(self, device):
        return [READING, replace(READING, property=60, channel=2, value=1234.0)]

    def last_uplinks(self, device, limit):
        if device not in (DEVICE, NOISY):
            return []
        uplink = StoredUplink(
            id="u",
            revision=0,
            observed_at=NOON,
            ingested_at=NOON,
            network="ville",
            codec="x 1",
            properties=(1,),
            channels=(0,),
            values=(21.5,),
        )
        return [uplink][:limit]


def client(settings: Settings | None = None, opened=None, **options) -> TestClient:
    @contextmanager
    def memory():
        yield Memory()

    app = application(settings or Settings(), opened or memory, **options)
    return TestClient(app, raise_server_exceptions=False)


HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PAGES = [
    "/",
    "/alerts",
    "/?offset=100",
    "/alerts?offset=100",
    f"/alerts/{ALERT}",
    "/devices",
    f"/devices/{DEVICE}",
    f"/devices/{NOISY}?offset=100",
    "/accessibility",
]
