"""A rule over the fleet, and the registry of rules: each a function of `rules/` marked by `@rule`."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache

from vigie.streams.core.fleet.facts import Facts
from vigie.topics.fleet.stated import Problem

Rule = Callable[[Facts], Iterator[Problem]]

_rules: list[Rule] = []


def rule(function: Rule) -> Rule:
    """Add a rule."""
    _rules.append(function)
    return function


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, by the names of their files.

    >>> [one.__name__ for one in rules() if one.__module__.endswith(".zones")]
    ['cycles']
    """
    from vigie.streams.core.fleet import rules as package

    for found in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{found.name}")
    return tuple(sorted(_rules, key=lambda one: one.__module__))
