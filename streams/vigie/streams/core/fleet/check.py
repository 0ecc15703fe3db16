"""Whether a fleet can be: every rule over every object, as it would be after a statement."""

from vigie.streams.core.fleet.facts import Facts
from vigie.streams.core.fleet.merge import merge
from vigie.streams.core.fleet.rule import rules
from vigie.topics.fleet.stated import Fleet, Problem

__all__ = ["check", "merge"]


def check(fleet: Fleet, now_ms: int, *, zone: str = "Europe/Paris") -> list[Problem]:
    """What is wrong with a fleet, and what is odd; severe problems first.

    Args:
        fleet: the whole fleet, as it would be.
        now_ms: epoch ms; what lies after it is the future.
        zone: in whose legal time the sentences tell instants.
    """
    facts = Facts(fleet, now_ms, zone)
    found = [problem for rule in rules() for problem in rule(facts)]
    once = {(one.origin and one.origin[:3], *one[1:]): one for one in found}
    return sorted(once.values(), key=lambda problem: not problem.severe)
