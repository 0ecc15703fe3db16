"""Objects of `fleet.v1` to the words that the steps read (words.py).

Only fields that a step needs are looked at. What cannot be understood is a ValueError whose sentence says what.
"""

from collections.abc import Callable
from datetime import datetime
from sys import intern
from typing import Any, NamedTuple, TypeVar

from vigie.streams.core.fleet import said_of
from vigie.streams.core.fleet.said_of import ConversionSaid
from vigie.streams.core.fleet.words import (
    ALWAYS,
    EVER,
    Conversion,
    Expected,
    Outage,
    Placement,
    Point,
    Setting,
    StatedIndicator,
    StatedRule,
    Verdict,
)  # fmt: skip
from vigie.topics import quality
from vigie.topics.aggregate import WINDOW_CODES
from vigie.topics.fleet_object import FleetObject, Version
from vigie.topics.property import BY_NAME

T = TypeVar("T")


class DeviceSpan(NamedTuple):
    """Addresses that a device has from–to, its model and its firmware; empty where nobody said."""

    from_at: int
    to_at: int
    addresses: tuple[str, ...]
    model: str = ""
    firmware: str = ""


class ZoneSpan(NamedTuple):
    """The zone that encloses a zone from–to (empty for none), and its role."""

    from_at: int
    to_at: int
    parent: str
    role: str = "other"


class ConversionSpan(NamedTuple):
    """How a conversion is from–to."""

    from_at: int
    to_at: int
    conversion: Conversion


class StatedPlacement(NamedTuple):
    """A placement as stated: its conversions are still ids."""

    placement: Placement
    conversions: tuple[str, ...]


class AtPoint(NamedTuple):
    """Something that concerns a point."""

    point: str
    what: Any


def order(found: tuple[str, Any]) -> tuple[Any, ...]:
    """What is said of a point (id, what): in which order it counts, the last most."""
    name, what = found
    if isinstance(what, Setting):
        return what.channel is not None, what.from_at, name
    return (what.from_at, name) if isinstance(what, Outage) else (name,)


def devices(one: FleetObject) -> tuple[DeviceSpan, ...]:
    """Versions of a device."""
    said = [(_span(version), said_of.DEVICE.decode(version.attributes)) for version in one.versions]
    return tuple(
        DeviceSpan(*span, tuple(what.addresses), intern(what.model or ""), intern(what.firmware or ""))
        for span, what in said
    )


def zones(one: FleetObject) -> tuple[ZoneSpan, ...]:
    """Versions of a zone."""
    said = [(_span(version), said_of.ZONE.decode(version.attributes)) for version in one.versions]
    return tuple(ZoneSpan(*span, what.parent or "", what.role) for span, what in said)


def conversions(one: FleetObject) -> tuple[ConversionSpan, ...]:
    """Versions of a conversion."""
    return tuple(
        ConversionSpan(*_span(version), _conversion(said_of.CONVERSION.decode(version.attributes)))
        for version in one.versions
    )


def placements(one: FleetObject) -> tuple[StatedPlacement, ...]:
    """Versions of a placement."""
    found = []
    for version in one.versions:
        said = said_of.PLACEMENT.decode(version.attributes)
        channels = frozenset(_channel(text) for text in said.channels) if said.channels else None
        placement = Placement(
            one.id, said.device, said.point, *_span(version), channels, said.empty_mm, said.full_mm, said.datum_m, ()
        )
        found.append(StatedPlacement(placement, said.conversions))
    return tuple(found)


def points(one: FleetObject) -> tuple[Point, ...]:
    """Versions of a point, with the zones that it names itself."""
    found = []
    for version in one.versions:
        said = said_of.POINT.decode(version.attributes)
        series = tuple(
            Expected(
                _property(each.property),
                each.channel or 0,
                each.step_s or said.step_s,
                each.upload_s or said.upload_s,
            )
            for each in said.properties
        )
        from_at, to_at = _span(version)
        found.append(
            Point(
                one.id, from_at, to_at, said.code, said.use_case, said.commune, said.zones, said.latitude,
                said.longitude, said.altitude_m, said.step_s, said.upload_s, series, said.buddy_group or "",
                said.datum or "", said.name or "", said.schedule or "",
            )
        )  # fmt: skip
    return tuple(found)


def settings(one: FleetObject) -> tuple[AtPoint, ...]:
    """Versions of a quality setting."""
    found = []
    for version in one.versions:
        said = said_of.SETTING.decode(version.attributes)
        test = quality.Test.__members__.get(said.test.upper())
        if test is None:
            raise ValueError(f"no quality test is named {said.test!r}")
        setting = Setting(_property(said.property), said.channel, int(test), said.parameters, *_span(version))
        found.append(AtPoint(said.point, setting))
    return tuple(found)


def verdicts(one: FleetObject) -> tuple[AtPoint, ...]:
    """A qualification, as it was stated last: it has a span of its own."""
    if not one.versions:
        return ()
    said = said_of.VERDICT.decode(one.versions[-1].attributes)
    if said.verdict not in {"validated", "rejected"}:
        raise ValueError(f"a verdict is validated or rejected, not {said.verdict!r}")
    verdict = Verdict(
        one.id, instant_at(said.start_at), instant_at(said.end_at), _property(said.property) if said.property else None,
        said.channel, said.verdict == "rejected",
    )  # fmt: skip
    return (AtPoint(said.point, verdict),)


def outages(one: FleetObject) -> tuple[AtPoint, ...]:
    """An intervention that began, as it was stated last: it has a span of its own."""
    if not one.versions:
        return ()
    said = said_of.INTERVENTION.decode(one.versions[-1].attributes)
    if said.state not in {"under_way", "done"} or said.started_at is None:
        return ()
    if said.state == "done" and said.ended_at is None:
        raise ValueError("an intervention that is done needs its end (ended_at)")
    to_at = EVER if said.ended_at is None else instant_at(said.ended_at)
    return (AtPoint(said.point, Outage(one.id, instant_at(said.started_at), to_at)),)


def indicators(one: FleetObject) -> tuple[StatedIndicator, ...]:
    """Versions of an indicator."""
    found = []
    for version in one.versions:
        said = said_of.INDICATOR.decode(version.attributes)
        for name in said.properties:
            _property(name)
        for code in said.windows:
            if code not in WINDOW_CODES:
                raise ValueError(f"a window is one of {' '.join(WINDOW_CODES)}, not {code!r}")
        found.append(
            StatedIndicator(
                one.id, *_span(version), said.name, said.definition, said.owner, said.expression or "",
                said.unit or "", said.base or "", said.parameters or {}, said.properties, said.windows,
                said.use_case or "", said.points, said.zones,
            )
        )  # fmt: skip
    return tuple(found)


def rules(one: FleetObject) -> tuple[StatedRule, ...]:
    """Versions of an alert rule."""
    found = []
    for version in one.versions:
        said = said_of.RULE.decode(version.attributes)
        found.append(
            StatedRule(
                one.id, *_span(version), said.name, said.definition, said.owner, said.base or "", said.state or "on",
                tuple(series_named(name) for name in said.properties), said.indicators, said.use_case or "",
                said.points, said.zones, said.parameters or {}, said.priority or 0, said.calendar or "", said.latched,
                said.second_source or "", said.hubeau_station or "", said.image_url or "",
            )
        )  # fmt: skip
    return tuple(found)


def series_named(text: str) -> tuple[int, int | None]:
    """Property id and channel of `name` (channel None: all of them) or `name#channel`.

    >>> series_named("laeq"), series_named("passages#3")
    ((10, None), (60, 3))
    """
    name, mark, channel = text.partition("#")
    return _property(name), _channel(channel) if mark else None


PARSERS: dict[str, Callable[[FleetObject], tuple[Any, ...]]] = {
    "device": devices, "zone": zones, "conversion": conversions, "placement": placements, "point": points,
    "quality_setting": settings, "qualification": verdicts, "intervention": outages,
    "indicator": indicators, "rule": rules,
}  # fmt: skip
"""Kind -> its versions; of the other kinds the steps read nothing."""


def instant_at(text: str) -> int:
    """ISO 8601 in UTC to epoch ms.

    >>> instant_at("2026-03-01T00:00:00Z")
    1772323200000
    """
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text!r} is no instant in UTC: it does not end in Z")
    return round(found.timestamp() * 1000)


def _span(version: Version) -> tuple[int, int]:
    return (
        ALWAYS if version.valid_from is None else version.valid_from,
        EVER if version.valid_to is None else version.valid_to,
    )


def _conversion(said: ConversionSaid) -> Conversion:
    property_ = _property(said.property)
    to_property = _property(said.to_property) if said.to_property else property_
    if said.method == "table":
        table = tuple(sorted(said.table or ()))
        if len(table) < 2:
            raise ValueError("the table of a conversion needs two lines at least")
        return Conversion(property_, to_property, said.channel, 1.0, 0.0, table)
    if said.method != "linear":
        raise ValueError(f"the method of a conversion is linear or table, not {said.method!r}")
    factor = 1.0 if said.factor is None else said.factor
    return Conversion(property_, to_property, said.channel, factor, said.offset or 0.0, ())


def _property(name: str) -> int:
    found = BY_NAME.get(name)
    if found is None:
        raise ValueError(f"no property of the catalogue is named {name!r}")
    return found.id


def _channel(text: str | int) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"a channel is a whole number, not {text!r}") from None
