"""Devices and alerts as JSON: names of the topics' fields, instants as ISO 8601 UTC, values with their units."""

from collections.abc import Sequence
from typing import Any

from vigie.serving.part import Part
from vigie.serving.store import readings_of
from vigie.serving.wording import utc_text
from vigie.streams.sinks.queries import StoredReading, StoredUplink
from vigie.topics.alert_event import AlertEvent
from vigie.topics.property import PROPERTIES


def of_event(event: AlertEvent) -> dict[str, Any]:
    """One transition of an alert."""
    instants = {
        name: utc_text(value) if (value := getattr(event, name)) else None
        for name in ("event_at", "arrival_at", "decided_at", "raised_at", "shelved_until")
    }
    explanation = {name: getattr(event.explanation, name) for name in event.explanation.__struct_fields__}
    values = {name: getattr(event, name) for name in event.__struct_fields__}
    return values | instants | {"explanation": explanation}


def of_alert(events: Sequence[AlertEvent]) -> dict[str, Any]:
    """An alert with its history, oldest transition first."""
    last = events[-1]
    names = ("alert_id", "incident_id", "alarm_key", "state", "priority")
    return {name: getattr(last, name) for name in names} | {"transitions": [of_event(event) for event in events]}


def of_alerts(name: str, alerts: Part[AlertEvent]) -> dict[str, Any]:
    """Some alerts, each as it stands now, under a name; how many there are, and where the next ones stand."""
    return {name: [of_event(alert) for alert in alerts.items], "total": alerts.total, "next": alerts.next}


def of_reading(reading: StoredReading) -> dict[str, Any]:
    """One reading; unit is its symbol, unit_code its UN/CEFACT code."""
    entry = PROPERTIES.get(reading.property)
    return {
        "property": entry.name if entry else str(reading.property),
        "property_id": reading.property,
        "channel": reading.channel,
        "value": reading.value,
        "unit": entry.unit if entry else "",
        "unit_code": entry.cefact if entry else "",
        "observed_at": utc_text(reading.observed_at),
    }


def of_uplink(device: str, uplink: StoredUplink) -> dict[str, Any]:
    """One uplink with its readings."""
    return {
        "id": uplink.id,
        "revision": uplink.revision,
        "observed_at": utc_text(uplink.observed_at),
        "ingested_at": utc_text(uplink.ingested_at),
        "network": uplink.network,
        "codec": uplink.codec,
        "readings": [of_reading(reading) for reading in readings_of(device, uplink)],
    }


def of_device(
    device: str, readings: Sequence[StoredReading], uplinks: Sequence[StoredUplink], alerts: Part[AlertEvent]
) -> dict[str, Any]:
    """A device: its last readings, last uplinks and the last transition of each of its alerts."""
    return {
        "device": device,
        "readings": [of_reading(reading) for reading in readings],
        "uplinks": [of_uplink(device, uplink) for uplink in uplinks],
        "alerts": [of_event(alert) for alert in alerts.items],
        "alerts_total": alerts.total,
        "alerts_next": alerts.next,
    }
