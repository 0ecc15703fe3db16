"""Alert events and letters as the life cycle and the outbox make them, written by hand."""

from email import message_from_bytes
from email.policy import default

from vigie.streams.core.mail.compose import MailForm, compose
from vigie.streams.core.mail.letter import Beside, Letter
from vigie.topics.alert_event import AlertEvent, Explanation
from vigie.topics.identity import alert_id, event_id

MORNING = 1_750_230_720_000  # 18 June 2025, 09:12 in Paris
MINUTE, HOUR = 60_000, 3_600_000
FORM = MailForm(
    sender="Vigie <vigie@metropole.example>", recipients=("astreinte@metropole.example", "eau@metropole.example"),
    zone="Europe/Paris", public_url="https://vigie.example/",
)  # fmt: skip
DEVICE = "eui:24e124136b000001"

SILENCE_FACTS = {
    "device": DEVICE, "model": "EM300-TH", "network": "metropole", "gateways": "gw-07, gw-12",
    "last_arrival_at": "2025-06-18T07:12:00Z", "rule": "no_arrival", "period_s": "900", "interval_s": "905.2",
    "missed": "6", "phi": "7.23", "phi_threshold": "6.46", "loss": "0.021", "burst": "0.06", "law": "slots",
}  # fmt: skip
RIVER_FACTS = {
    "point": "HUV-AMONT", "point_code": "HUV-01", "commune": "Aubagne", "use_case": "river", "device": "eui:70b3d5",
    "property": "water_level", "value": "2.31", "unit": "m", "observed_at": "2025-06-18T07:10:00Z",
    "arrival_at": "2025-06-18T07:12:00Z", "rule": "crue-huveaune", "definition": "threshold 1", "level": "2",
    "threshold": "2", "margin": "0.31", "flags": "bonne", "last_intervention": "2025-06-02T07:00:00Z I-12",
    "check_fr": "Regardez la caméra du pont et la station amont.", "check_en": "Look at the camera of the bridge.",
    "clears_fr": "Le niveau reste une heure sous 1,95 m.", "clears_en": "The level stays below 1.95 m for an hour.",
    "link": "/points/HUV-AMONT",
}  # fmt: skip


def event(
    key=f"silence:{DEVICE}:no_arrival", transition="raised", revision=0, minutes=90, *, cause="u1", facts=None,
    fr="Le capteur n'a rien envoyé depuis le 18/06/2025 à 09:12.", en="The device has sent nothing since 09:12.",
    incident="", priority=3, state="unacknowledged", active=True, **more,
):  # fmt: skip
    """One transition, `minutes` after the morning."""
    name = alert_id(key, cause)
    at = MORNING + minutes * MINUTE
    return AlertEvent(
        event_id=event_id(name, transition, revision), alert_id=name, incident_id=incident or name, alarm_key=key,
        revision=revision, transition=transition, state=state, priority=priority, event_at=at, arrival_at=at,
        decided_at=at, author=more.pop("author", "system"), reason=more.pop("reason", ""), generation=1,
        explanation=Explanation(sentence_fr=fr, sentence_en=en, fields=SILENCE_FACTS if facts is None else facts),
        raised_at=more.pop("raised_at", MORNING), active=active, mail="incident", **more,
    )  # fmt: skip


def river(transition="raised", revision=0, minutes=2, **more):
    """A transition of a flood alarm."""
    given = {"facts": RIVER_FACTS, "priority": 1, "level": 2, "point": "HUV-AMONT", "use_case": "river"} | {
        "fr": "HUV-01 (Huveaune amont, Aubagne) mesure 2,31 m, au-dessus du seuil d'alerte de 2,00 m.",
        "en": "HUV-01 measures 2.31 m, above the threshold of 2.00 m.", "commune": "Aubagne",
    }  # fmt: skip
    return event("value:point:HUV-AMONT:crue-huveaune", transition, revision, minutes, **(given | more))


def letter(*events, kind="incident", name="l1", thread="l1", language="fr", minutes=95, more=0, mailing_list=""):
    """The letter that tells of events."""
    return Letter(
        name, kind, mailing_list, "setting:0", language, events[0].incident_id if events and kind != "digest" else "",
        thread, events, MORNING + minutes * MINUTE, more,
    )  # fmt: skip


def written(one, form=FORM, beside=None):
    """The mail as a mail program reads it."""
    return message_from_bytes(compose(one, form, beside or Beside()).as_bytes(), policy=default)


def text_of(mail):
    """Its plain text."""
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def html_of(mail):
    """Its HTML."""
    return mail.get_body(("html",)).get_content()
