"""A field's value as it is written into files, so that reading it gives the same value."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from vigie.deploy.fleet_files.typed_instants import instant_ms
from vigie.topics.fleet.field import Field, Form

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def cell(field: Field, value: Any, zone: str, decimal: str = ".") -> str:
    """A value as the text of one cell.

    Args:
        field: whose value it is.
        value: as it stands in attributes.
        zone: in whose legal time instants are written.
        decimal: sign of plain numbers; pairs and parameters always have a point.

    >>> from vigie.topics.fleet.kind import kinds
    >>> cell(kinds()["point"].field("latitude"), 43.3, "Europe/Paris", ",")
    '43,3'
    """
    match field.form:
        case Form.NUMBER:
            return number(value).replace(".", decimal)
        case Form.YES_NO:
            return "oui" if value else "non"
        case Form.INSTANT:
            return legal(instant_ms(str(value), "UTC"), zone)
        case Form.REFERENCES | Form.TEXTS:
            return " ".join(value)
        case Form.SERIES:
            return " ".join(map(series, value))
        case Form.PAIRS:
            return " ".join(f"{number(left)}:{number(right)}" for left, right in value)
        case Form.PARAMETERS:
            return " ".join(f"{name}={number(one)}" for name, one in value.items())
        case _:
            return str(value)


def number(value: float) -> str:
    """A number with as many digits as it has.

    >>> number(43.0), number(0.1)
    ('43', '0.1')
    """
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def series(one: dict[str, Any]) -> str:
    """A series as one word.

    >>> series({"property": "passages", "channel": 2, "step_s": 900, "upload_s": 3600})
    'passages#2@900/3600'
    >>> series({"property": "laeq", "channel": 0, "upload_s": 3600})
    'laeq@/3600'
    """
    channel = f"#{one['channel']}" if one.get("channel") else ""
    step, upload = one.get("step_s"), one.get("upload_s")
    periods = f"@{step or ''}" + (f"/{upload}" if upload else "") if step or upload else ""
    return f"{one['property']}{channel}{periods}"


def legal(at_ms: int, zone: str) -> str:
    """An instant in legal time with its distance from UTC.

    >>> legal(1772371800000, "Europe/Paris")
    '2026-03-01T14:30+01:00'
    """
    moment = local(at_ms, zone)
    offset = moment.utcoffset()
    if offset is None or offset % timedelta(minutes=1):  # before legal time was a matter of whole minutes
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds" if at_ms % 1000 else "seconds" if at_ms % 60_000 else "minutes")


def local(at_ms: int, zone: str) -> datetime:
    """An instant in the legal time of a zone."""
    return (_EPOCH + timedelta(milliseconds=at_ms)).astimezone(ZoneInfo(zone))
