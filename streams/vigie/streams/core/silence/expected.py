"""What the fleet lets expect of an address now: how often it sends, when, for what, and where it stands."""

from typing import NamedTuple

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.fleet.words import Placement

HOUR_S = 3600
CAPS_S = {
    "river": 2 * HOUR_S, "lighting": 12 * HOUR_S, "noise": 12 * HOUR_S, "heat": 24 * HOUR_S, "mobility": 24 * HOUR_S,
    "waste": 48 * HOUR_S,
}  # fmt: skip
"""After how long a silence is told by use case, however probable it is (alerts.md 3.2)."""
RIVER = "river"


class Expected(NamedTuple):
    """What is expected of an address.

    Attributes:
        interval_s: declared: of the point where it stands, else of its model; 0 for none.
        use_case, point, commune, device, placement: empty where it stands nowhere.
        schedule: of its point; empty for none.
        known: whether the fleet knows the address at all, or there is no fleet: of others nothing is learned, they may
            be anybody's.
    """

    interval_s: int = 0
    use_case: str = ""
    point: str = ""
    commune: str = ""
    device: str = ""
    placement: str = ""
    schedule: str = ""
    known: bool = False


def expected_of(view: FleetView, address: str, at: int, model_period_s: int) -> Expected:
    """What is expected of an address at an instant (epoch ms UTC).

    A device that serves several points is expected as often as the most frequent of them says, and told by the use
    case with the shortest cap.

    >>> expected_of(FleetView(), "eui:a1", 0, 900)[:2]
    (900, '')
    """
    placed = view.placements_of(address)
    if not placed:
        return Expected(model_period_s, known=not view.revision or view.knows(address))
    found: list[tuple[int, int, Placement, Expected]] = []
    for one in placed:
        if one.from_at <= at < one.to_at and (point := view.point_at(one.point, at)) is not None:
            told = Expected(
                point.upload_s, point.use_case, point.id, point.commune, one.device, one.id, point.schedule, True
            )  # fmt: skip
            found.append((CAPS_S.get(point.use_case, 2**31), point.upload_s, one, told))
    if not found:
        return Expected(model_period_s, known=True)
    first = min(found)[3]
    return first._replace(
        interval_s=min(one[1] for one in found),
        schedule=next((one[3].schedule for one in found if one[3].schedule), ""),
    )


def cap_s(expected: Expected, interval_s: float) -> float:
    """After how long a silence is told at the latest; infinite where no use case says.

    A cap counts only where it holds two intervals at least; else it is the next message that is due, and two intervals.

    >>> cap_s(Expected(900, "river"), 900), cap_s(Expected(7200, "river"), 7200), cap_s(Expected(900), 900)
    (7200, 21600, inf)
    """
    cap = CAPS_S.get(expected.use_case)
    if cap is None:
        return float("inf")
    return cap if interval_s <= cap / 2 else 3 * interval_s
