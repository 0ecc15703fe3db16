"""Alert events as CSV, one line for each transition.

Two profiles, never one. `tableur` is for a French spreadsheet: byte order mark, semicolons, decimal comma, local date
and time in columns of their own, the machine's instant last. `normalise` is for programs: UTF-8, commas, decimal point,
ISO 8601 in UTC, the fields of the topic `alerts.v1` by their names.
"""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from msgspec import json

from vigie.serving.wording import (
    author_text,
    fact_label,
    fact_text,
    local,
    offset_text,
    priority_text,
    reason_text,
    state_text,
    transition_text,
    utc_text,
)
from vigie.topics.alert_event import AlertEvent

BYTE_ORDER_MARK = "\ufeff"

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A spreadsheet evaluates a cell that begins so; the words of a device or of a person must stay words. Full-width
signs count too."""

Column = Callable[[AlertEvent, datetime], str]
"""The cell of an event, given also the local time at which it became true."""


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula.

    >>> guarded("=1+1"), guarded("plain")
    ("'=1+1", 'plain')
    """
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.3f}".rstrip("0").rstrip(".").replace(".", ",")


def _facts(event: AlertEvent, at: datetime) -> str:
    facts = event.explanation.fields.items()
    return " | ".join(
        f"{fact_label(name, 'fr')} : {fact_text(name, value, str(at.tzinfo), 'fr')}" for name, value in facts
    )


SPREADSHEET: dict[str, Column] = {
    "date": lambda _, at: at.strftime("%Y-%m-%d"),
    "heure": lambda _, at: at.strftime("%H:%M:%S"),
    "date_heure": lambda _, at: at.strftime("%Y-%m-%d %H:%M:%S"),
    # The word keeps a spreadsheet from reading two hours of the day.
    "decalage_utc": lambda _, at: f"UTC{offset_text(at)}",
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

MACHINE: dict[str, Column] = {
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A way to write the file: its columns and the marks between them."""

    columns: dict[str, Column]
    delimiter: str
    line_end: str
    start: str


PROFILES = {
    "tableur": Profile(columns=SPREADSHEET, delimiter=";", line_end="\r\n", start=BYTE_ORDER_MARK),
    "normalise": Profile(columns=MACHINE, delimiter=",", line_end="\n", start=""),
}


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
    form = PROFILES[profile]
    out.write(form.start)
    writer = csv.writer(out, delimiter=form.delimiter, lineterminator=form.line_end)
    writer.writerow(form.columns)
    count = 0
    for event in events:
        moment = local(event.event_at, zone)
        writer.writerow([cell(event, moment) for cell in form.columns.values()])
        count += 1
    return count
