"""Versions as a fleet has them: by object, by rising validity."""

from collections import defaultdict
from collections.abc import Iterable

from vigie.topics.fleet.kind import kinds
from vigie.topics.fleet.stated import Fleet, Key, Stated


def grouped(stated: Iterable[Stated]) -> Fleet:
    """The versions of each object, kinds after those that they refer to, ids by the alphabet.

    Args:
        stated: in any order; nothing is checked.
    """
    by_key: dict[Key, list[Stated]] = defaultdict(list)
    for one in stated:
        by_key[one.key].append(one)
    order = {name: place for place, name in enumerate(kinds())}
    return {
        key: tuple(sorted(by_key[key], key=lambda one: (one.valid_from is not None, one.valid_from or 0)))
        for key in sorted(by_key, key=lambda key: (order[key[0]], key[1]))
    }
