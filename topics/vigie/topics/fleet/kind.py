"""A kind of fleet object, and the registry of kinds: each a file of `kinds/` that ends in `register(...)`."""

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache

from vigie.topics.fleet.field import Field, Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind.

    Attributes:
        name: English singular, the first part of the key `kind:id`; also the name of its file in a fleet's folder.
        label_fr: heading for people, plural.
        id_fr: what its id is, in one French sentence.
        fields: in the order of the template.
        dated: whether an object usually states from when to when it holds (a placement does, a commune does not).
    """

    name: str
    label_fr: str
    id_fr: str
    fields: tuple[Field, ...]
    dated: bool = False

    def field(self, name: str) -> Field | None:
        """The field of this name."""
        return next((one for one in self.fields if one.name == name), None)

    def refers_to(self) -> set[str]:
        """Kinds that its fields lead to, itself left out."""
        return {one.to for one in self.fields if one.to and one.to != self.name}


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Add a kind; a second of the same name is a mistake of ours.

    Raises:
        ValueError: the name is taken, or a field stands twice.
    """
    if kind.name in _kinds:
        raise ValueError(f"Two fleet kinds are named {kind.name}")
    names = [one.name for one in kind.fields]
    if len(set(names)) < len(names):
        raise ValueError(f"The fleet kind {kind.name} has a field twice")
    _kinds[kind.name] = kind


@cache
def kinds() -> dict[str, Kind]:
    """Every kind by its name, each after those that it refers to.

    >>> list(kinds()).index("point") > list(kinds()).index("commune")
    True
    """
    from vigie.topics.fleet import kinds as package

    for found in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{found.name}")
    done: dict[str, Kind] = {}
    while len(done) < len(_kinds):
        ready = [one for one in _kinds.values() if one.name not in done and one.refers_to() <= done.keys()]
        if not ready:
            raise ValueError(f"Fleet kinds refer to each other in a circle: {sorted(_kinds.keys() - done.keys())}")
        done.update({one.name: one for one in sorted(ready, key=lambda one: one.name)})
    return done


def public_attributes(kind: str, attributes: dict[str, object]) -> dict[str, object]:
    """Attributes as they may stand on a topic: without what is private."""
    private = {one.name for one in kinds()[kind].fields if one.private}
    return {name: value for name, value in attributes.items() if name not in private}


def references_of(kind: str, attributes: dict[str, object]) -> list[tuple[str, str, str]]:
    """(field, kind, id) of each object that these attributes refer to."""
    found = []
    for one in kinds()[kind].fields:
        value = attributes.get(one.name)
        if not value:
            continue
        if one.form is Form.REFERENCE:
            found.append((one.name, one.to, str(value)))
        elif one.form is Form.REFERENCES and isinstance(value, list):
            found += [(one.name, one.to, str(each)) for each in value]
    return found
