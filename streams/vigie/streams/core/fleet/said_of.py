"""What the steps read of the attributes of a version: only fields that a step needs, each a decoder of their JSON."""

from msgspec import Struct
from msgspec.json import Decoder


class DeviceSaid(Struct):
    """Of a device."""

    addresses: tuple[str, ...] = ()
    model: str | None = None
    firmware: str | None = None


class ZoneSaid(Struct):
    """Of a zone."""

    parent: str | None = None
    role: str = "other"


class ConversionSaid(Struct):
    """Of a conversion."""

    property: str
    method: str
    to_property: str | None = None
    channel: int | None = None
    factor: float | None = None
    offset: float | None = None
    table: tuple[tuple[float, float], ...] | None = None


class PlacementSaid(Struct):
    """Of a placement."""

    device: str
    point: str
    channels: tuple[str | int, ...] | None = None
    empty_mm: float | None = None
    full_mm: float | None = None
    datum_m: float | None = None
    conversions: tuple[str, ...] = ()


class SeriesSaid(Struct):
    """One series of a point."""

    property: str
    channel: int | None = None
    step_s: int | None = None
    upload_s: int | None = None


class PointSaid(Struct):
    """Of a point."""

    code: str
    use_case: str
    commune: str
    latitude: float
    longitude: float
    step_s: int
    upload_s: int
    zones: tuple[str, ...] = ()
    altitude_m: float | None = None
    properties: tuple[SeriesSaid, ...] = ()
    buddy_group: str | None = None
    datum: str | None = None
    name: str | None = None
    schedule: str | None = None


class SettingSaid(Struct):
    """Of a quality setting."""

    point: str
    property: str
    test: str
    parameters: dict[str, float]
    channel: int | None = None


class VerdictSaid(Struct):
    """Of a qualification."""

    point: str
    start_at: str
    end_at: str
    verdict: str
    property: str | None = None
    channel: int | None = None


class InterventionSaid(Struct):
    """Of an intervention."""

    point: str
    state: str
    started_at: str | None = None
    ended_at: str | None = None


class IndicatorSaid(Struct):
    """Of an indicator."""

    name: str
    definition: str
    owner: str
    expression: str | None = None
    unit: str | None = None
    base: str | None = None
    parameters: dict[str, float] | None = None
    properties: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()
    use_case: str | None = None
    points: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()


class RuleSaid(Struct):
    """Of an alert rule."""

    name: str
    definition: str
    owner: str
    base: str | None = None
    state: str | None = None
    properties: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    use_case: str | None = None
    points: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    parameters: dict[str, float] | None = None
    priority: int | None = None
    calendar: str | None = None
    latched: bool = False
    second_source: str | None = None
    hubeau_station: str | None = None
    image_url: str | None = None


DEVICE, ZONE, CONVERSION = Decoder(DeviceSaid), Decoder(ZoneSaid), Decoder(ConversionSaid)
PLACEMENT, POINT, SETTING = Decoder(PlacementSaid), Decoder(PointSaid), Decoder(SettingSaid)
VERDICT, INTERVENTION = Decoder(VerdictSaid), Decoder(InterventionSaid)
INDICATOR, RULE = Decoder(IndicatorSaid), Decoder(RuleSaid)
