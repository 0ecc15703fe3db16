"""Alert events as CSV, one line for each transition, in the profiles of csv_table.py.

`normalise` has the fields of the topic `alerts.v1` by their names.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TextIO

from msgspec import json

from vigie.serving.csv_table import MOMENT, Column, guarded, normalise, tableur, write_table
from vigie.serving.wording import (
    author_text,
    fact_label,
    fact_text,
    priority_text,
    reason_text,
    state_text,
    transition_text,
    utc_text,
)
from vigie.topics.alert_event import AlertEvent


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.3f}".rstrip("0").rstrip(".").replace(".", ",")


def _facts(event: AlertEvent, at: datetime) -> str:
    facts = event.explanation.fields.items()
    return " | ".join(
        f"{fact_label(name, 'fr')} : {fact_text(name, value, str(at.tzinfo), 'fr')}" for name, value in facts
    )


SPREADSHEET: dict[str, Column[AlertEvent]] = {
    **MOMENT,
    "transition": lambda event, _: transition_text(event.transition, "fr"),
    "etat": lambda event, _: state_text(event.state, "fr"),
    "priorite": lambda event, _: priority_text(event.priority, "fr"),
    "phrase": lambda event, _: guarded(event.explanation.sentence_fr),
    "categorie": lambda event, _: guarded(event.alarm_key.partition(":")[0]),
    "objet": lambda event, _: guarded(event.alarm_key.partition(":")[2].rpartition(":")[0]),
    "regle": lambda event, _: guarded(event.alarm_key.rpartition(":")[2]),
    "delai_decision_s": lambda event, _: _seconds(event.decided_at - event.event_at),
    "motif": lambda event, _: guarded(reason_text(event.reason, "fr")),
    "auteur": lambda event, _: guarded(author_text(event.author, "fr")),
    "faits": lambda event, at: guarded(_facts(event, at)),
    # A word before an id: else one that is all digits, or digits around an E, becomes a number.
    "alerte": lambda event, _: f"alerte-{event.alert_id}",
    "incident": lambda event, _: f"alerte-{event.incident_id}",
    "revision": lambda event, _: str(event.revision),
    "horodatage_utc": lambda event, _: utc_text(event.event_at),
}
"""Profile `tableur`: column -> cell. A number of our own making may begin with a sign (a negative delay)."""

MACHINE: dict[str, Column[AlertEvent]] = {
    "event_id": lambda event, _: event.event_id,
    "alert_id": lambda event, _: event.alert_id,
    "incident_id": lambda event, _: event.incident_id,
    "alarm_key": lambda event, _: event.alarm_key,
    "revision": lambda event, _: str(event.revision),
    "transition": lambda event, _: event.transition,
    "state": lambda event, _: event.state,
    "priority": lambda event, _: str(event.priority),
    "event_at": lambda event, _: utc_text(event.event_at),
    "arrival_at": lambda event, _: utc_text(event.arrival_at),
    "decided_at": lambda event, _: utc_text(event.decided_at),
    "author": lambda event, _: event.author,
    "reason": lambda event, _: event.reason,
    "sentence_fr": lambda event, _: event.explanation.sentence_fr,
    "sentence_en": lambda event, _: event.explanation.sentence_en,
    "fields": lambda event, _: json.encode(event.explanation.fields).decode(),
    "generation": lambda event, _: str(event.generation),
}
"""Profile `normalise`: column -> cell."""


PROFILES = {"tableur": tableur(SPREADSHEET), "normalise": normalise(MACHINE)}


def write_csv(events: Iterable[AlertEvent], out: TextIO, *, profile: str, zone: str) -> int:
    """Writes events to a text file, one at a time, so that any number of them takes no memory.

    Args:
        events: the transitions, in the order of the lines.
        out: opened with `newline=""` and UTF-8.
        profile: a key of PROFILES.
        zone: IANA name of the legal time (for `tableur`).

    Returns:
        How many lines follow the header.
    """
    return write_table(events, out, PROFILES[profile], lambda event: event.event_at, zone)
