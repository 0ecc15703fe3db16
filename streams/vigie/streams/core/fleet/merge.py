"""What the fleet would be after a statement: objects that it mentions are as stated, the others stay."""

from collections import defaultdict
from itertools import pairwise

from msgspec import structs

from vigie.streams.core.fleet.spans import span_of
from vigie.topics.fleet.kind import kinds
from vigie.topics.fleet.stated import Fleet, Key, Problem, Stated


def merge(known: Fleet, stated: list[Stated], *, prune: bool = False) -> tuple[Fleet, list[Problem]]:
    """The fleet after a statement; nothing is decided about what it says (check.py does).

    Args:
        known: the fleet before.
        stated: versions of objects; they replace the whole validity history of each object that they mention. Two that
            follow each other and say the same become one.
        prune: objects that are not mentioned are taken back.

    Returns:
        The fleet, and what hinders a statement from being merged at all.
    """
    problems = [_unknown_kind(version) for version in stated if version.kind not in kinds()]
    if prune and not stated:
        problems.append(
            Problem(
                None, "",
                "La déclaration ne contient aucun objet : --prune retirerait toute la flotte. Vérifiez le chemin.",
                "The statement holds no object: --prune would take back the whole fleet. Check the path.",
            )
        )  # fmt: skip
        return known, problems
    by_key: dict[Key, list[Stated]] = defaultdict(list)
    for version in stated:
        if version.kind in kinds():
            by_key[version.key].append(version)
    after: Fleet = {} if prune else dict(known)
    for key, versions in by_key.items():
        after[key] = _history(versions)
    return after, problems


def _history(versions: list[Stated]) -> tuple[Stated, ...]:
    if len(versions) == 1:
        return (versions[0],)
    versions = sorted(versions, key=span_of)
    found = versions[:1]
    for before, version in pairwise(versions):
        follows = before.valid_to is not None and before.valid_to == version.valid_from
        if follows and found[-1].valid_to == before.valid_to and found[-1].attributes == version.attributes:
            found[-1] = structs.replace(found[-1], valid_to=version.valid_to)
        else:
            found.append(version)
    return tuple(found)


def _unknown_kind(version: Stated) -> Problem:
    known = ", ".join(kinds())
    return Problem(
        version.origin, "",
        f"« {version.kind} » n'est pas une sorte d'objet de la flotte : attendu {known}.",
        f"{version.kind!r} is no kind of fleet object: expected one of {known}.",
    )  # fmt: skip
