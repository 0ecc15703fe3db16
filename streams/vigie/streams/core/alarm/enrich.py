"""What the fleet knows of an alert when it is raised, where who raised it did not say."""

from urllib.parse import quote

from vigie.streams.core.alarm.advice import advice
from vigie.streams.core.alarm.intent import Raise
from vigie.streams.core.fleet.addresses import addresses_of, device_of, placed_at
from vigie.streams.core.fleet.view import FleetView, Placement, Point
from vigie.streams.core.local_time import utc_text


def enriched(intent: Raise, view: FleetView) -> Raise:
    """The raise with its device, point, commune, use case, placement and last intervention, what to check, and where
    its data stand.

    Args:
        intent: what it says itself stays.
        view: the fleet in force.
    """
    placement = _placement(intent, view)
    name = intent.point or ("" if placement is None else placement.point)
    point = view.point_at(name, intent.event_at) or view.point_at(name, intent.decided_at) if name else None
    facts = _facts(intent, view, placement, point)
    return intent._replace(
        point=name,
        device=intent.device or ("" if placement is None else placement.device),
        use_case=intent.use_case or ("" if point is None else point.use_case),
        commune=intent.commune or ("" if point is None else point.commune),
        facts={**advice(intent.key), **facts, **{key: value for key, value in intent.facts.items() if value}},
    )


def _placement(intent: Raise, view: FleetView) -> Placement | None:
    """Where the device stood at the raise; what stood at the point, where only that is known."""
    name, at = intent.device, intent.decided_at
    if not name:
        return placed_at(view, intent.point, intent.event_at) if intent.point else None
    for address in (name, intent.facts.get("device", ""), *addresses_of(view, name, at)):
        for found in reversed(view.placements_of(address)):
            if found.from_at <= intent.event_at < found.to_at and intent.point in ("", found.point):
                return found
    return None


def _facts(intent: Raise, view: FleetView, placement: Placement | None, point: Point | None) -> dict[str, str]:
    found = {"network": intent.network}
    if placement is not None:
        found |= {"placement": placement.id, "device": placement.device}
        device = device_of(view, placement.device, intent.event_at)
        if device is not None:
            found |= {"model": device.model, "firmware": device.firmware}
    if point is not None:
        found |= {"point": point.id, "point_code": point.code, "commune": point.commune, "use_case": point.use_case}
        found["link"] = f"/points/{quote(point.id, safe='')}"
        begun = [one for one in view.outages_of(point.id) if one.from_at <= intent.decided_at]
        if begun:
            found["last_intervention"] = f"{utc_text(begun[-1].from_at)} {begun[-1].id}"
    return {name: text for name, text in found.items() if text}


def in_outage(view: FleetView, point: str, at: int) -> bool:
    """Whether an intervention is open at a point."""
    return bool(point) and any(one.from_at <= at < one.to_at for one in view.outages_of(point))


def period_s(intent: Raise, view: FleetView) -> float:
    """Upload period of what an alert is about, in seconds; 0 where nobody says."""
    for name in ("interval_s", "period_s"):
        try:
            found = float(intent.facts.get(name, ""))
        except ValueError:
            continue
        if found > 0:
            return found
    point = view.point_at(intent.point, intent.decided_at) if intent.point else None
    return 0.0 if point is None else float(point.upload_s)
