"""Objects of `fleet.v1` to the words that the steps read (words.py).

Only fields that a step needs are looked at. What cannot be understood is a ValueError whose sentence says what.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from msgspec import Struct
from msgspec.json import Decoder

from vigie.streams.core.fleet.words import (
    ALWAYS,
    EVER,
    Conversion,
    Expected,
    Outage,
    Placement,
    Point,
    Setting,
    Verdict,
)  # fmt: skip
from vigie.topics import quality
from vigie.topics.fleet_object import FleetObject, Version
from vigie.topics.property import BY_NAME

T = TypeVar("T")


class DeviceSpan(NamedTuple):
    """Addresses that a device has from–to."""

    from_at: int
    to_at: int
    addresses: tuple[str, ...]


class ZoneSpan(NamedTuple):
    """The zone that encloses a zone from–to; empty for none."""

    from_at: int
    to_at: int
    parent: str


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


def devices(one: FleetObject) -> tuple[DeviceSpan, ...]:
    """Versions of a device."""
    return tuple(
        DeviceSpan(*_span(version), tuple(_DEVICE.decode(version.attributes).addresses)) for version in one.versions
    )


def zones(one: FleetObject) -> tuple[ZoneSpan, ...]:
    """Versions of a zone."""
    return tuple(ZoneSpan(*_span(version), _ZONE.decode(version.attributes).parent or "") for version in one.versions)


def conversions(one: FleetObject) -> tuple[ConversionSpan, ...]:
    """Versions of a conversion."""
    return tuple(
        ConversionSpan(*_span(version), _conversion(_CONVERSION.decode(version.attributes))) for version in one.versions
    )


def placements(one: FleetObject) -> tuple[StatedPlacement, ...]:
    """Versions of a placement."""
    found = []
    for version in one.versions:
        said = _PLACEMENT.decode(version.attributes)
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
        said = _POINT.decode(version.attributes)
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
            )
        )  # fmt: skip
    return tuple(found)


def settings(one: FleetObject) -> tuple[AtPoint, ...]:
    """Versions of a quality setting."""
    found = []
    for version in one.versions:
        said = _SETTING.decode(version.attributes)
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
    said = _VERDICT.decode(one.versions[-1].attributes)
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
    said = _INTERVENTION.decode(one.versions[-1].attributes)
    if said.state not in {"under_way", "done"} or said.started_at is None:
        return ()
    if said.state == "done" and said.ended_at is None:
        raise ValueError("an intervention that is done needs its end (ended_at)")
    to_at = EVER if said.ended_at is None else instant_at(said.ended_at)
    return (AtPoint(said.point, Outage(one.id, instant_at(said.started_at), to_at)),)


PARSERS: dict[str, Callable[[FleetObject], tuple[Any, ...]]] = {
    "device": devices, "zone": zones, "conversion": conversions, "placement": placements, "point": points,
    "quality_setting": settings, "qualification": verdicts, "intervention": outages,
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


class _DeviceSaid(Struct):
    addresses: tuple[str, ...] = ()


class _ZoneSaid(Struct):
    parent: str | None = None


class _ConversionSaid(Struct):
    property: str
    method: str
    to_property: str | None = None
    channel: int | None = None
    factor: float | None = None
    offset: float | None = None
    table: tuple[tuple[float, float], ...] | None = None


class _PlacementSaid(Struct):
    device: str
    point: str
    channels: tuple[str | int, ...] | None = None
    empty_mm: float | None = None
    full_mm: float | None = None
    datum_m: float | None = None
    conversions: tuple[str, ...] = ()


class _SeriesSaid(Struct):
    property: str
    channel: int | None = None
    step_s: int | None = None
    upload_s: int | None = None


class _PointSaid(Struct):
    code: str
    use_case: str
    commune: str
    latitude: float
    longitude: float
    step_s: int
    upload_s: int
    zones: tuple[str, ...] = ()
    altitude_m: float | None = None
    properties: tuple[_SeriesSaid, ...] = ()
    buddy_group: str | None = None


class _SettingSaid(Struct):
    point: str
    property: str
    test: str
    parameters: dict[str, float]
    channel: int | None = None


class _VerdictSaid(Struct):
    point: str
    start_at: str
    end_at: str
    verdict: str
    property: str | None = None
    channel: int | None = None


class _InterventionSaid(Struct):
    point: str
    state: str
    started_at: str | None = None
    ended_at: str | None = None


_DEVICE, _ZONE, _CONVERSION = Decoder(_DeviceSaid), Decoder(_ZoneSaid), Decoder(_ConversionSaid)
_PLACEMENT, _POINT, _SETTING = Decoder(_PlacementSaid), Decoder(_PointSaid), Decoder(_SettingSaid)
_VERDICT, _INTERVENTION = Decoder(_VerdictSaid), Decoder(_InterventionSaid)


def _span(version: Version) -> tuple[int, int]:
    return (
        ALWAYS if version.valid_from is None else version.valid_from,
        EVER if version.valid_to is None else version.valid_to,
    )


def _conversion(said: _ConversionSaid) -> Conversion:
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
