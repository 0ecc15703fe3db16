"""Which addresses a device has: one with two links, or whose modem was replaced, has several."""

from vigie.streams.core.fleet.view import FleetView


def addresses_of(view: FleetView, device: str, at: int) -> tuple[str, ...]:
    """The addresses that a device has at an instant (epoch ms UTC); none of a device that the fleet does not know.

    >>> addresses_of(FleetView(), "TEM-1", 0)
    ()
    """
    spans = view._devices.versions.get(device, ())
    return next((span.addresses for span in spans if span.from_at <= at < span.to_at), ())
