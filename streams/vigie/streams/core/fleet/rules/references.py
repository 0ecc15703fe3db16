"""What an object refers to exists, and holds while it is referred to."""

from collections.abc import Iterator
from difflib import get_close_matches

from vigie.streams.core.fleet.facts import Facts, problem, stated_span
from vigie.streams.core.fleet.rule import rule
from vigie.streams.core.fleet.spans import Span, gaps, span_of
from vigie.topics.fleet.kind import references_of
from vigie.topics.fleet.stated import Problem, Stated

_THROUGHOUT = frozenset({"placement", "point"})
"""Kinds whose targets have to hold all the time that they hold; for the others one instant in common will do: a rule
that holds always may name a point that was set up last year."""
_MOST_SUGGESTIONS = 20
"""Looking for the name that was meant takes a while in a large fleet."""


@rule
def references(facts: Facts) -> Iterator[Problem]:
    """No reference leads nowhere, at no time."""
    suggestions = 0
    for version in facts.all():
        for field, kind, name in references_of(version.kind, version.attributes):
            targets = facts.versions(kind, name)
            if not targets:
                suggestions += 1
                near = _near(facts, kind, name) if suggestions <= _MOST_SUGGESTIONS else []
                yield problem(
                    version, field,
                    f"`{field}` renvoie à {kind} {name}, qui n'existe pas"
                    + (f" : vouliez-vous dire {near[0]} ?" if near else ". Déclarez-le, ou corrigez l'identifiant."),
                    f"`{field}` refers to {kind} {name}, which does not exist"
                    + (f": did you mean {near[0]}?" if near else ". State it, or correct the id."),
                )  # fmt: skip
            elif targets[0].valid_from is not None or targets[-1].valid_to is not None or len(targets) > 1:
                yield from _held(facts, version, field, targets)


def _held(facts: Facts, version: Stated, field: str, targets: tuple[Stated, ...]) -> Iterator[Problem]:
    wanted = _meant(version)
    if wanted.start >= wanted.end:
        return
    missing = gaps(wanted, [span_of(one) for one in targets])
    if not missing or (version.kind not in _THROUGHOUT and missing != [wanted]):
        return
    target, (gap_fr, gap_en) = f"{targets[0].kind} {targets[0].id}", facts.period(missing[0])
    own_fr, own_en = facts.period(wanted)
    yield problem(
        version, field,
        f"vaut {own_fr} et `{field}` renvoie à {target}, qui ne vaut pas {gap_fr}. Accordez les dates.",
        f"holds {own_en} and `{field}` refers to {target}, which does not hold {gap_en}. Make the dates agree.",
    )  # fmt: skip


def _meant(version: Stated) -> Span:
    """The time that a version is about: for what happened, the time when it did."""
    names = {"intervention": ("started_at", "ended_at"), "qualification": ("start_at", "end_at")}.get(version.kind)
    stated = stated_span(version, *names) if names else None
    return stated or span_of(version)


def _near(facts: Facts, kind: str, name: str) -> list[str]:
    return get_close_matches(name, [one.id for one in facts.of(kind)], n=1, cutoff=0.8)
