"""Whether a device is to be heard: not while work at its point is under way, and not where it stands nowhere."""

from collections.abc import Iterable

from vigie.streams.core.fleet.view import ALWAYS, FleetView
from vigie.streams.core.fleet.words import Placement


def served_since(view: FleetView, address: str, at: int) -> int | None:
    """Since when a device is to be heard.

    Args:
        view: the fleet in force.
        address: of the device.
        at: the instant that is asked about, epoch ms UTC.

    Returns:
        Epoch ms: when it was placed, or when the last intervention at its point ended; ALWAYS for a device that the
        fleet does not know. None while an intervention is open there, and for a device that stands at no point.
    """
    placements = view.placements_of(address)
    if not placements:
        return ALWAYS
    found = []
    for placement in placements:
        if placement.from_at <= at < placement.to_at:
            begun = [one for one in view.outages_of(placement.point) if one.from_at <= at]
            if not any(at < one.to_at for one in begun):
                found.append(max([_placed_at(placement, placements), *[one.to_at for one in begun]]))
    return min(found, default=None)


def _placed_at(placement: Placement, pieces: tuple[Placement, ...]) -> int:
    """When a device was placed: a conversion that changes cuts its placement in pieces, and moves nothing."""
    from_at = placement.from_at
    for piece in reversed(pieces):
        if piece.id == placement.id and piece.to_at == from_at:
            from_at = piece.from_at
    return from_at


def addresses_of(view: FleetView, device: str, at: int) -> tuple[str, ...]:
    """The addresses that a device has at an instant (epoch ms UTC); none of a device that the fleet does not know."""
    spans = view._devices.versions.get(device, ())
    return next((span.addresses for span in spans if span.from_at <= at < span.to_at), ())


def placed_addresses(view: FleetView) -> Iterable[str]:
    """Addresses that stood, stand or will stand at a point."""
    return view._placed
