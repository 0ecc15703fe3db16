"""Zones enclose each other without a circle."""

from collections.abc import Iterator

from vigie.streams.core.fleet.facts import Facts, problem
from vigie.streams.core.fleet.rule import rule
from vigie.streams.core.fleet.spans import Span, span_of
from vigie.topics.fleet.stated import Problem, Stated

Step = tuple[Stated, Span]


@rule
def cycles(facts: Facts) -> Iterator[Problem]:
    """No zone encloses itself by way of others, at no instant; the circle is told in its order."""
    told: set[frozenset[str]] = set()
    for start in _suspects(facts):
        for circle in _circles(facts, start):
            names = [version.id for version in circle]
            if frozenset(names) not in told:
                told.add(frozenset(names))
                way = " → ".join([*names, names[0]])
                yield problem(
                    circle[0], "parent",
                    f"les zones s'englobent en rond : {way}. Ôtez la zone englobante de l'une d'elles.",
                    f"the zones enclose each other in a circle: {way}. Take the parent of one of them away.",
                )  # fmt: skip


def _suspects(facts: Facts) -> list[str]:
    """Zones on a circle if time is left out of account: all others are done with, in linear time."""
    parents = {
        name: {str(one.attributes["parent"]) for one in versions if one.attributes.get("parent")}
        for (kind, name), versions in facts.fleet.items() if kind == "zone"
    }  # fmt: skip
    done: set[str] = set()
    found: set[str] = set()
    for start, first in parents.items():
        way: list[tuple[str, list[str]]] = [(start, sorted(first))] if start not in done else []
        on_way = {start: 0}
        while way:
            name, ahead = way[-1]
            if not ahead:
                done.add(name)
                on_way.pop(name, None)
                way.pop()
                continue
            parent = ahead.pop()
            if parent in on_way:
                found.update(one for one, _ in way[on_way[parent] :])
            elif parent in parents and parent not in done:
                on_way[parent] = len(way)
                way.append((parent, sorted(parents[parent])))
    return sorted(found)


def _circles(facts: Facts, start: str) -> Iterator[list[Stated]]:
    """Circles from a zone back to itself all of whose steps hold at one instant."""
    ways: list[list[Step]] = [[(one, span_of(one))] for one in facts.versions("zone", start)]
    while ways:
        way = ways.pop()
        last, span = way[-1]
        parent = last.attributes.get("parent")
        if parent == start:
            yield [version for version, _ in way]
        elif parent and all(version.id != parent for version, _ in way):
            ways += [
                [*way, (one, span.common(span_of(one)))]
                for one in facts.during("zone", parent, span)
            ]  # fmt: skip
