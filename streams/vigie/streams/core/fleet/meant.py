"""Which points a statement is for, as rules over the fleet look at it, and what a point measures."""

from collections.abc import Collection

from vigie.streams.core.convert import MAY_BECOME
from vigie.streams.core.fleet.facts import Facts
from vigie.streams.core.fleet.spans import span_of
from vigie.topics.fleet.stated import Stated
from vigie.topics.property import BY_NAME, PROPERTIES


def points_meant(
    facts: Facts, version: Stated, points: Collection[str], zones: Collection[str], use_case: str
) -> list[Stated]:
    """Points that it is for, once each: those that it names, those in its zones; or all of its use case.

    Args:
        facts: the fleet.
        version: the statement; points that do not live while it holds are left out.
        points: ids that it names.
        zones: ids that it names; those that they enclose count.
        use_case: counts where it names neither; empty for all.
    """
    inside = set(zones)
    while more := {one.id for one in facts.of("zone") if one.attributes.get("parent") in inside} - inside:
        inside |= more
    found = {}
    for point in facts.of("point"):
        said = point.attributes
        named = point.id in points or not inside.isdisjoint(said.get("zones") or ())
        if not (named if points or zones else use_case in ("", said.get("use_case"))):
            continue
        if span_of(point).meets(span_of(version)):
            found[point.id] = point
    return list(found.values())


def steps_of(point: Stated) -> dict[str, int]:
    """What a point measures, or what can be made of that: how often, seconds; 0 where nobody knows."""
    found: dict[str, int] = {}
    listed = point.attributes.get("properties") or ()
    for one in listed if isinstance(listed, list | tuple) else ():
        if isinstance(one, dict) and (entry := BY_NAME.get(str(one.get("property")))):
            step = one.get("step_s") or point.attributes.get("step_s")
            names = (entry.name, *(PROPERTIES[number].name for number in MAY_BECOME.get(entry.id, ())))
            found |= dict.fromkeys(names, step if isinstance(step, int) else 0)
    return found
