"""Uplinks over a threshold of a user become an alert that says why, on a real Kafka; then its rule is switched off."""

from itertools import count
from pathlib import Path

import pytest
from detected import rule
from fleet_objects import Outbox, device, fleet_object, placement, point
from streams.steps.installation import Installation, uplink, wait_until

pytestmark = pytest.mark.parts

EUI = "eui:24e124136b000001"
HOT = {"properties": ["air_temperature"], "parameters": {"level_1": 35.0, "level_2": 40.0}, "priority": 2}
WORK = {"point": "TEM-1", "state": "done", "started_at": "2025-06-17T08:00:00Z", "ended_at": "2025-06-17T09:00:00Z"}
FLEET = [
    device("D1", EUI), point("TEM-1", name="Place du marché", upload_s=3600), placement("TEM-1/1", "D1", "TEM-1"),
    fleet_object("intervention", "i-1", **WORK), rule("chaud", **HOT),
]  # fmt: skip
SAID = {
    "rule", "definition", "point", "point_code", "device", "model", "placement", "commune", "use_case", "network",
    "property", "value", "unit", "observed_at", "arrival_at", "threshold", "margin", "expected_high", "level",
    "last_intervention", "rise_1h", "check_fr", "check_en", "clears_fr", "clears_en", "link",
}  # fmt: skip
"""What quality.md 4.4 asks of a threshold: the rest (σ, φ, neighbours, flags) it has not."""


def test_values_over_a_threshold_become_an_alert_that_says_why(kafka: str, tmp_path: Path):
    with Installation(kafka, tmp_path, session_timeout_s=6) as place:
        outbox = Outbox(kafka, place.settings.topic("fleet.v1"))
        outbox.apply(1, *FLEET)
        observe, alarm = (place.start(name) for name in ("observe", "alarm"))
        observe.wait_ready()
        alarm.wait_ready()
        for number, value in enumerate((34.2, 35.2, 35.8, 36.4)):
            minute = 15 * number + 1
            place.uplinks(uplink(EUI, 15 * number, number, [value]))
            place.tick(minute)
            wait_until(lambda at=minute: place.answered() == at, 30, observe.text)
        wait_until(place.alerts, 30, lambda: observe.text() + alarm.text())
        (raised,) = place.alerts()
        assert (raised.alarm_key, raised.transition, raised.priority, raised.mail) == (
            "value:point:TEM-1:chaud", "raised", 2, "incident",
        )  # fmt: skip
        said = raised.explanation
        assert said.sentence_fr == (
            "Place du marché (TEM-1) mesure 36,4\u202f°C (température de l'air), au-dessus du seuil 1 (35\u202f°C), "
            "en hausse de 2,9\u202f°C en 1\u00a0h."
        )
        assert set(said.fields) >= SAID
        assert all(said.fields[name] for name in SAID)
        told = said.fields
        assert (told["value"], told["threshold"], told["margin"], told["unit"]) == ("36.4", "35", "1.4", "°C")
        assert (told["placement"], told["device"], told["network"]) == ("TEM-1/1", "D1", "metropole")

        outbox.apply(2, rule("chaud", state="off", **HOT))
        minutes = count(47)
        wait_until(lambda: place.tick(next(minutes)) or len(place.alerts()) == 2, 30, observe.text)
        over = place.alerts()[1]
        assert (over.alert_id, over.transition, over.active) == (raised.alert_id, "cleared", False)
        assert over.explanation.sentence_fr.endswith("la règle chaud ne veille plus ici, l'alerte est close.")
