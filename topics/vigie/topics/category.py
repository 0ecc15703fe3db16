"""What the codes of category properties mean: a reading holds the number, a person reads the words.

A code is never used again for something else, as an id of the property catalogue is not. Names are those of the trade:
tariff periods by the letters that French meters write (PTEC, PTCOUR, and the words of LTARF).
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from vigie.topics.property import BY_NAME, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One line of categories.csv.

    Attributes:
        code: the value of the reading.
        name: short name.
        label_fr: what a French reader is shown.
    """

    code: int
    name: str
    label_fr: str


def _load() -> dict[str, dict[int, Category]]:
    text = files("vigie.topics").joinpath("categories.csv").read_text(encoding="utf-8")
    found: dict[str, dict[int, Category]] = {}
    for row in csv.DictReader(text.splitlines(), delimiter=";"):
        name, code = row["property"], int(row["code"])
        if name not in BY_NAME or BY_NAME[name].kind is not Kind.CATEGORY:
            raise ValueError(f"categories.csv: {name!r} is no category of properties.csv")
        of_property = found.setdefault(name, {})
        if code in of_property or row["name"] in {one.name for one in of_property.values()}:
            raise ValueError(f"categories.csv: {name} has the code {code} or the name {row['name']!r} twice")
        of_property[code] = Category(code=code, name=row["name"], label_fr=row["label_fr"])
    return found


CATEGORIES: Mapping[str, Mapping[int, Category]] = _load()
"""Property -> code -> what it means; categories that are not listed have codes without words.

>>> CATEGORIES["tariff_period"][3].label_fr
'heures pleines'
"""


def code_of(property_name: str, name: str) -> int | None:
    """The code of a name; None where there is none.

    >>> code_of("tariff_period", "HC"), code_of("tariff_period", "?")
    (2, None)
    """
    return next((one.code for one in CATEGORIES.get(property_name, {}).values() if one.name == name), None)
