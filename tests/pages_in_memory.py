"""A store held in memory, and the pages of `serve` upon it."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from starlette.testclient import TestClient

from vigie.serving.http import application
from vigie.streams.core.commissioning import THRESHOLDS, Line, Verdict
from vigie.streams.core.network_volume import Agreed, DeviceDay, volume
from vigie.streams.settings import Settings
from vigie.streams.sinks.audit_queries import Audit, NoPlacementError
from vigie.streams.sinks.fleet_queries import Known
from vigie.streams.sinks.network_queries import NetworkReport
from vigie.streams.sinks.point_queries import LastHeard, LastValue, PointEntry, PointFacts
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


POINT = "TEM-13055-01"


def point_facts() -> PointFacts:
    """A point with all that its page can show, some of it written by somebody with bad intentions."""
    place = {"latitude": 43.2965, "longitude": 5.37, "altitude_m": 12.0, "step_s": 900, "upload_s": 3600}
    names = {"code": "TEM-13055-01", "name": f"Toit du lycée {SCRIPT}", "use_case": "heat", "commune": "13055"}
    placed = Known("placement", "TEM/2", NOON, None, {"device": "d2", "point": POINT, "height_m": 3.5})
    before = Known("placement", "TEM/1", None, NOON, {"device": "d1", "point": POINT, "end_reason": "pile vide"})
    work = {"point": POINT, "state": "under_way", "type": "curative", "started_at": "2026-03-29T11:00:00Z",
            "breaks_series": True, "by": "technicien", "work": "Pile changée"}  # fmt: skip
    return PointFacts(
        point=Known("point", POINT, None, None, names | place),
        commune=Known("commune", "13055", None, None, {"name": "Marseille"}),
        site=Known("site", "lycee", None, None, {"name": "Lycée"}),
        support=Known("support", "mat", None, None, {"type": "mast", "soil": "mineral"}),
        zones={"z1": "Centre"},
        placement=placed,
        device=Known("device", "d2", None, None, {"addresses": [DEVICE], "model": "em300-th"}),
        placements=[placed, before],
        values=[LastValue(1, 0, 21.5, NOON, 3, 0x300)],
        heard=LastHeard(DEVICE, "ville", NOON, -97, 4.5, 12.0, 7, ("g1", "g2")),
        interventions=[Known("intervention", "i1", None, None, work)],
        documents=[Known("document", "p1", None, None, {"title": "Pose", "file": "pose.jpg", "date": "2026-03-29"})],
    )


def audit_found() -> Audit:
    lines = [
        Line("reception", Verdict.WATCH, 0.9375, THRESHOLDS["reception"], 180, 192),
        Line("plausible", Verdict.PASS, 0.0, THRESHOLDS["plausible"], 0, 180, "air_temperature"),
        Line("neighbours", Verdict.NONE, None, None, 0, 180, "passages#2"),
    ]
    facts = point_facts()
    return Audit(facts.point, facts.placements[0], "em300-th", NOON, NOON + 7_200_000, complete=False, lines=(*lines,))


def network_found() -> NetworkReport:
    """A partner's network that carried more than agreed on one day, and a device that sends too often."""
    agreed = Agreed(100, 1_000_000, 900)
    monday, tuesday = date(2026, 6, 1), date(2026, 6, 2)
    rows = [
        DeviceDay(monday, DEVICE, 96, 1152, 0, 5000.0, 95, 0, 895.0),
        DeviceDay(tuesday, DEVICE, 96, 1152, 0, 5000.0, 96, 0, 895.0),
        DeviceDay(tuesday, SCRIPT, 288, 2880, 3, 0.0, 287, 200, 60.0),
    ]
    return NetworkReport(
        network=Known("network", "ville-aubagne", None, None, {"party": "aubagne", "agreement": "2026-14"}),
        party=Known("party", "aubagne", None, None, {"name": "Commune d'Aubagne"}),
        first=monday, last=tuesday, agreed=agreed, volume=volume(rows, agreed), models={DEVICE: "em300-th"},
        gateways={"gw1": 400, "gw2": 80}, relayed=430, properties={"air_temperature": 480}, fields=("tamper",),
    )  # fmt: skip


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

    def alert_ids(self, start):
        return [ALERT] if ALERT.startswith(start) else []

    def alerts_of_device(self, device, limit, offset):
        return {DEVICE: [self.history[-1]], NOISY: self.others}.get(device, [])[offset : offset + limit]

    def count_alerts(self, *, only_open=False, device=""):
        if device:
            return len(self.alerts_of_device(device, 1000, 0))
        return len(self.others) + (not only_open)

    def events(self, from_at=None, to_at=None):
        return iter(self.history)

    def devices(self, limit, after):
        names = [f"eui:{n:016x}" for n in range(150)]
        return [(name, NOON) for name in names if name > after][:limit]

    def points(self, limit, after, now):
        entries = [PointEntry(f"P{n:03}", f"P{n:03}", "", "heat", "13055", "Marseille", None) for n in range(150)]
        entries.append(PointEntry(POINT, POINT, SCRIPT, "heat", "13055", "Marseille", NOON))
        return [one for one in entries if one.id > after][:limit]

    def points_of_device(self, device, now):
        return [(POINT, POINT)] if device == DEVICE else []

    def point(self, point, now):
        return point_facts() if point == POINT else None

    def audit(self, point, now, placement):
        if point != POINT or placement not in ("", "TEM/2"):
            raise NoPlacementError("placement" if point == POINT else "point")
        return audit_found()

    def networks(self):
        return [network_found().network]

    def network(self, name, first, last, zone):
        return network_found()._replace(first=first, last=last) if name == "ville-aubagne" else None

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
    "/points",
    "/points?after=P149",
    f"/points/{POINT}",
    f"/points/{POINT}/audit",
    "/networks",
    "/networks/ville-aubagne?from=2026-06-01&to=2026-06-02",
    "/accessibility",
]
