"""The property catalogue: what a reading can be of, in which unit, under a small integer that is never used again."""

import csv
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files


class Kind(StrEnum):
    """How values of a property combine."""

    GAUGE = "g"
    COUNTER = "c"
    INTERVAL_COUNT = "n"
    LEVEL = "l"
    ANGLE = "a"
    CATEGORY = "k"


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One line of the catalogue.

    Attributes:
        id: smallint on topics and in the store; never used again, even for a property that is dropped.
        name: English name, the name of the indicator and of the column.
        unit: unit of the stored value, as a person reads it; empty for a pure number or a category.
        cefact: UN/CEFACT recommendation 20 code; empty where none exists.
        kind: how values combine (a level in dB has an energy mean, an angle a vector mean).
        sdm: attributes of the Smart Data Models, of which the model of an export has one; empty where there is none.
        factor: what the stored value is multiplied by to become such an attribute.
        label_fr: what a French reader is shown.
    """

    id: int
    name: str
    unit: str
    cefact: str
    kind: Kind
    sdm: tuple[str, ...]
    factor: float
    label_fr: str


def _load() -> dict[int, Property]:
    text = files("vigie.topics").joinpath("properties.csv").read_text(encoding="utf-8")
    found: dict[int, Property] = {}
    for row in csv.DictReader(text.splitlines(), delimiter=";"):
        entry = Property(
            id=int(row["id"]),
            name=row["name"],
            unit=row["unit"],
            cefact=row["cefact"],
            kind=Kind(row["kind"]),
            sdm=tuple(row["sdm"].split()),
            factor=float(row["factor"] or 1),
            label_fr=row["label_fr"],
        )
        if entry.id in found:
            raise ValueError(f"properties.csv: id {entry.id} stands twice ({found[entry.id].name}, {entry.name})")
        found[entry.id] = entry
    return found


PROPERTIES: dict[int, Property] = _load()
"""Every property by its id."""

BY_NAME: dict[str, Property] = {entry.name: entry for entry in PROPERTIES.values()}
"""Every property by its name.

>>> BY_NAME["distance"].id, BY_NAME["distance"].unit, BY_NAME["passages"].sdm
(30, 'mm', ('intensity', 'peopleCount'))
"""
