"""An open intervention holds the silence of its point's device; when it ends, data are expected within the periods."""

import pytest
from fleet_objects import device, fleet_object, placement, point

from vigie.streams.core.fleet.service import served_since
from vigie.streams.core.fleet.view import ALWAYS, FleetView

ADDRESS = "eui:24e124136b000001"
BEGAN_AT, ENDED_AT = 1_750_000_000_000, 1_750_003_600_000
"""15:06:40 and 16:06:40 UTC."""


def iso(at: int) -> str:
    return {BEGAN_AT: "2025-06-15T15:06:40Z", ENDED_AT: "2025-06-15T16:06:40Z"}[at]


def work(ended_at: int | None):
    end = {} if ended_at is None else {"ended_at": iso(ended_at)}
    return fleet_object("intervention", "I1", point="P1", state="under_way" if ended_at is None else "done",
                        type="curative", started_at=iso(BEGAN_AT), **end)  # fmt: skip


def view(*more) -> FleetView:
    return FleetView().with_objects([device("D1", ADDRESS), point("P1"), *more])


PLACED = placement("P1.1", "D1", "P1", BEGAN_AT - 86_400_000)


@pytest.mark.parametrize(
    ("known", "at", "since"),
    [
        (FleetView(), BEGAN_AT, ALWAYS),  # nobody stated the device: it is watched
        (view(PLACED), BEGAN_AT, BEGAN_AT - 86_400_000),
        (view(PLACED, work(None)), BEGAN_AT - 1, BEGAN_AT - 86_400_000),
        (view(PLACED, work(None)), BEGAN_AT, None),
        (view(PLACED, work(ENDED_AT)), ENDED_AT - 1, None),
        (view(PLACED, work(ENDED_AT)), ENDED_AT, ENDED_AT),
        (view(placement("P1.1", "D1", "P1", None, BEGAN_AT)), BEGAN_AT, None),  # taken down
    ],
)
def test_since_when_a_device_is_to_be_heard(known, at, since):
    assert served_since(known, ADDRESS, at) == since
