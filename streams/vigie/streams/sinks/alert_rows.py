"""Alert events as rows of `alert_event`, there and back."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from vigie.streams.sinks.binary_copy import without_nul
from vigie.topics.alert_event import AlertEvent, Explanation

Connection = psycopg.Connection[Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANTS = frozenset({"event_at", "arrival_at", "decided_at", "raised_at", "shelved_until"})
_PLAIN = tuple(name for name in AlertEvent.__struct_fields__ if name != "explanation")
COLUMNS = (*_PLAIN, "sentence_fr", "sentence_en", "fields")
"""Of the table, in the order of `event_of`; all but the explanation have the names of the record's fields."""
NAMES = ", ".join(COLUMNS)

_INSERT = (
    f"INSERT INTO alert_event ({NAMES}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"  # noqa: S608 -- names of ours
    " ON CONFLICT (event_id) DO NOTHING"
)


def write_events(connection: Connection, events: Iterable[AlertEvent]) -> None:
    """Write transitions; one that stands already is left as it is."""
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT.encode(), [_row(event) for event in events])


def event_of(row: Any) -> AlertEvent:
    """The transition that a row (COLUMNS) holds."""
    values = dict(zip(COLUMNS, row, strict=True))
    explanation = Explanation(
        sentence_fr=values.pop("sentence_fr"), sentence_en=values.pop("sentence_en"), fields=values.pop("fields")
    )
    for name in _INSTANTS:
        values[name] = 0 if values[name] is None else epoch_ms(values[name])
    values["children"] = tuple(values["children"])
    return AlertEvent(explanation=explanation, **values)


def epoch_ms(instant: datetime) -> int:
    """An instant of the database as epoch milliseconds."""
    return round(instant.timestamp() * 1000)


def at(epoch_ms: int) -> datetime:
    """An instant for psycopg, for the few records that are not copied in bulk; beyond its range, its edge."""
    try:
        return _EPOCH + timedelta(milliseconds=epoch_ms)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if epoch_ms > 0 else datetime.min.replace(tzinfo=UTC)


def _row(event: AlertEvent) -> list[Any]:
    explanation = event.explanation
    fields = {without_nul(name): without_nul(value) for name, value in explanation.fields.items()}
    values = [_value(event, name) for name in _PLAIN]
    return [*values, without_nul(explanation.sentence_fr), without_nul(explanation.sentence_en), Jsonb(fields)]


def _value(event: AlertEvent, name: str) -> Any:
    value = getattr(event, name)
    if name == "raised_at" and not value:  # of a writer that did not know it yet
        return at(event.event_at)
    if name in _INSTANTS:
        return at(value) if value or name != "shelved_until" else None
    if name == "children":
        return list(value)
    return without_nul(value) if isinstance(value, str) else value
