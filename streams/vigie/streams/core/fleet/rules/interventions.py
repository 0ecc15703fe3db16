"""An intervention's state agrees with its dates."""

from collections.abc import Iterator
from itertools import pairwise

from vigie.streams.core.fleet.facts import Facts, instant_of, problem
from vigie.streams.core.fleet.rule import rule
from vigie.topics.fleet.kinds.intervention import STATES
from vigie.topics.fleet.stated import Problem, Stated

_NEEDS = {
    "requested": ("requested_at",), "accepted": (), "refused": (), "under_way": ("started_at",),
    "done": ("started_at", "ended_at"),
}  # fmt: skip
_FORBIDS = {
    "requested": ("answered_at", "started_at", "ended_at"), "accepted": ("started_at", "ended_at"),
    "refused": ("started_at", "ended_at"), "under_way": ("ended_at",), "done": (),
}  # fmt: skip
_ANSWERED = frozenset({"accepted", "refused"})
_IN_ORDER = ("requested_at", "answered_at", "started_at", "ended_at")


@rule
def states(facts: Facts) -> Iterator[Problem]:
    """What a state needs is there, and what comes after it is not."""
    for version in facts.of("intervention"):
        state = version.attributes.get("state")
        if state not in STATES:
            continue  # told by its form
        for field in _needed(version, state):
            if instant_of(version, field) is None:
                yield problem(
                    version, field,
                    f"une intervention « {STATES[state]} » a besoin de `{field}`.",
                    f"an intervention that is {state} needs `{field}`.",
                )  # fmt: skip
        for field in _FORBIDS[state]:
            if version.attributes.get(field):
                yield problem(
                    version, field,
                    f"une intervention « {STATES[state]} » n'a pas encore de `{field}` : corrigez l'état ou la date.",
                    f"an intervention that is {state} has no `{field}` yet: correct the state or the date.",
                )  # fmt: skip


@rule
def dates_in_order(facts: Facts) -> Iterator[Problem]:
    """Asked, answered, begun, ended: in this order. What was begun before the answer is odd, but it happens."""
    for version in facts.of("intervention"):
        given = [(field, at) for field in _IN_ORDER if (at := instant_of(version, field)) is not None]
        for (earlier, at), (later, then) in pairwise(given):
            if then >= at:
                continue
            (first_fr, first_en), (second_fr, second_en) = facts.moment(at), facts.moment(then)
            yield problem(
                version, later,
                f"`{later}` ({second_fr}) vient avant `{earlier}` ({first_fr}).",
                f"`{later}` ({second_en}) comes before `{earlier}` ({first_en}).",
                severe=later != "started_at",
            )  # fmt: skip


def _needed(version: Stated, state: str) -> tuple[str, ...]:
    asked = bool(version.attributes.get("asked_of"))
    return _NEEDS[state] + (("answered_at",) if asked and state in _ANSWERED else ())
