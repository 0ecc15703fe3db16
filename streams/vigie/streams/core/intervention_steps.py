"""How an intervention goes on: asked for, answered, under way, done; and whether data came back after it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from vigie.streams.core.fleet.spans import instant_text

FOLLOWS: dict[str, tuple[str, ...]] = {
    "": ("requested", "under_way", "done"),
    "requested": ("accepted", "refused", "under_way", "done"),
    "accepted": ("refused", "under_way", "done"),
    "under_way": ("done",),
    "refused": (),
    "done": (),
}
"""State -> states that may follow; empty for an intervention that is not there yet."""
OPEN = ("requested", "accepted", "under_way")
INSTANT_OF = {
    "requested": "requested_at", "accepted": "answered_at", "refused": "answered_at", "under_way": "started_at",
    "done": "ended_at",
}  # fmt: skip
PERIODS = 2
"""After its end, data are expected within so many upload periods."""


class RefusedStepError(ValueError):
    """A state that cannot follow; args: why (a key of the words), and the values of that sentence by name."""

    def __init__(self, why: str, **values: str) -> None:
        super().__init__(why, values)
        self.why, self.values = why, values


def step(before: Mapping[str, Any], state: str, at: int) -> dict[str, Any]:
    """An intervention's attributes after it went on to a state.

    Args:
        before: its attributes; empty for a new one.
        state: of topics/fleet/kinds/intervention.py.
        at: epoch ms UTC.

    Raises:
        RefusedStepError: `final` (it is over), `not_after` (the state does not follow), `not_accepted` (a party was
            asked and has not agreed), `earlier` (before what is noted already).

    >>> step({}, "under_way", 0)
    {'state': 'under_way', 'started_at': '1970-01-01T00:00:00Z'}
    >>> step({"state": "done"}, "under_way", 0)
    Traceback (most recent call last):
    vigie.streams.core.intervention_steps.RefusedStepError: ('final', {'now': 'done', 'wanted': 'under_way'})
    """
    now = str(before.get("state", ""))
    if state not in FOLLOWS[now]:
        why = "not_after" if FOLLOWS[now] else "final"
        raise RefusedStepError(why, now=now, wanted=state)
    if now == "requested" and before.get("asked_of") and state in ("under_way", "done"):
        raise RefusedStepError("not_accepted", party=str(before["asked_of"]), wanted=state)
    moment = instant_text(at)
    noted = [str(before[name]) for name in dict.fromkeys(INSTANT_OF.values()) if before.get(name)]
    if noted and moment < max(noted):  # ISO 8601 in UTC: order of text is order of time
        raise RefusedStepError("earlier", noted=max(noted), wanted=state)
    after = dict(before) | {"state": state, INSTANT_OF[state]: moment}
    if state == "done":
        after.setdefault("started_at", moment)
    return after


class Return(NamedTuple):
    """What became of an intervention.

    Attributes:
        state: back, late (data came after due_at), waiting (due_at is to come), missing; or for one that is not
            closed its own state: requested, accepted, under_way.
        due_at: until when data are expected, epoch ms UTC; None while it is open.
        back_at: arrival of the first data measured after its end; None for none.
        since_at: of an open one, since when it is in its state; else when it ended.
    """

    state: str
    since_at: int
    due_at: int | None
    back_at: int | None


def data_due_at(ended_at: int, upload_s: int) -> int:
    """Until when data are expected after an intervention, epoch ms UTC."""
    return ended_at + PERIODS * upload_s * 1000


def after_closing(ended_at: int, upload_s: int, first_arrival_at: int | None, now: int) -> Return:
    """Whether data came back after a closed intervention; instants in epoch ms UTC.

    >>> after_closing(0, 900, 1_200_000, 9_000_000).state, after_closing(0, 900, None, 9_000_000).state
    ('back', 'missing')
    """
    due_at = data_due_at(ended_at, upload_s)
    if first_arrival_at is not None:
        return Return("back" if first_arrival_at <= due_at else "late", ended_at, due_at, first_arrival_at)
    return Return("waiting" if now <= due_at else "missing", ended_at, due_at, None)
