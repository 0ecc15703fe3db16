"""What a device is, and where: its addresses are several with two links, or after its modem was replaced."""

from vigie.streams.core.fleet.book import NOTHING
from vigie.streams.core.fleet.parse import DeviceSpan
from vigie.streams.core.fleet.view import FleetView, Placement


def addresses_of(view: FleetView, device: str, at: int) -> tuple[str, ...]:
    """The addresses that a device has at an instant (epoch ms UTC); none of a device that the fleet does not know.

    >>> addresses_of(FleetView(), "TEM-1", 0)
    ()
    """
    found = device_of(view, device, at)
    return found.addresses if found is not None else ()


def device_of(view: FleetView, device: str, at: int) -> DeviceSpan | None:
    """The device as it was (as known now) at an instant (epoch ms UTC); None of one that was none then."""
    spans = view._devices.versions.get(device, ())
    return next((span for span in spans if span.from_at <= at < span.to_at), None)


def placed_at(view: FleetView, point: str, at: int) -> Placement | None:
    """The placement at a point at an instant (epoch ms UTC); the one that began last where several devices stand there.

    >>> placed_at(FleetView(), "P1", 0)
    """
    book = view._placements
    found = [
        one.placement
        for name in book.referring.get(f"point:{point}", NOTHING)
        for one in book.versions[name]
        if one.placement.point == point and one.placement.from_at <= at < one.placement.to_at
    ]
    return max(found, key=lambda one: (one.from_at, one.id), default=None)
