"""Parameters of the tests of quality, and the values that a point starts with (quality_tests.toml)."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from vigie.topics.property import BY_NAME
from vigie.topics.quality import Test

OFF = "off"
"""Parameter of every test: 1 switches it off."""

ANY = "any"
"""Name under which start values of every property stand."""


class Parameter(NamedTuple):
    """One parameter of a test.

    Attributes:
        unit: empty for the property's own, `-` for none; `/h` and `/m` are per hour and per metre of the property's.
        says: what it says, in a few words.
        least, greatest: what may be set, inclusive.
    """

    unit: str
    says: str
    least: float
    greatest: float


def _load() -> dict[str, Any]:
    return tomllib.loads(files("vigie.topics").joinpath("quality_tests.toml").read_text(encoding="utf-8"))


_OFF = Parameter("-", "1: the test is switched off", 0, 1)
_UNTOUCHABLE = (Test.HUMAN, Test.SERVICE)
"""What people say is no setting: an intervention is closed, a verdict is changed in the fleet."""


def _declared(test: Test) -> dict[str, Parameter]:
    own = {name: Parameter(*fields) for name, fields in _load()["parameters"][test.name.lower()].items()}
    return own if test in _UNTOUCHABLE else own | {OFF: _OFF}


DECLARED: dict[Test, dict[str, Parameter]] = {test: _declared(test) for test in Test}
"""Each test's parameters by name.

>>> DECLARED[Test.GAP]["periods"].least
1
"""

PARAMETERS: dict[Test, dict[str, str]] = {
    test: {name: f"{one.unit or 'own unit'}: {one.says}" for name, one in declared.items()}
    for test, declared in DECLARED.items()
}
"""Each test's parameters, name to unit and meaning."""


def refusal(test: Test, name: str, value: float) -> tuple[str, str] | None:
    """Why a parameter may not be set so, in French and in English; None where it may.

    >>> refusal(Test.FLAT_LINE, "suspect_h", 48)[1]
    'suspect_h of flat_line is 48: expected 0 to 25 h'
    >>> refusal(Test.GAP, "steps", 3)[0]
    "le test gap n'a pas de paramètre steps : attendu periods ou off"
    """
    declared = DECLARED[test]
    where = test.name.lower()
    if not declared:
        return f"le test {where} ne se règle pas", f"{where} has no parameters"
    if name not in declared:
        known = list(declared)
        choice = " ou ".join(filter(None, (", ".join(known[:-1]), known[-1])))
        return (
            f"le test {where} n'a pas de paramètre {name} : attendu {choice}",
            f"{where} has no parameter {name}: expected one of {', '.join(known)}",
        )
    one = declared[name]
    if one.least <= value <= one.greatest:
        return None
    unit = "" if one.unit in ("", "-") else f" {one.unit}"
    said, least, greatest = (f"{each:g}" for each in (value, one.least, one.greatest))
    return (
        f"{name} du test {where} vaut {said} : attendu de {least} à {greatest}{unit}".replace(".", ","),
        f"{name} of {where} is {said}: expected {least} to {greatest}{unit}",
    )


@cache
def _start() -> dict[str, dict[Test, tuple[dict[str, float], str]]]:
    found: dict[str, dict[Test, tuple[dict[str, float], str]]] = {}
    for name, tests in _load()["start"].items():
        if name != ANY and name not in BY_NAME:
            raise ValueError(f"quality_tests.toml: start.{name} is no property of the catalogue")
        found[name] = {}
        for test_name, fields in tests.items():
            test = Test[test_name.upper()]
            basis = fields.pop("basis")
            wrong = [why for key, value in fields.items() if (why := refusal(test, key, value))]
            if wrong:
                raise ValueError(f"quality_tests.toml: start.{name}.{test_name}: {wrong[0][1]}")
            found[name][test] = ({key: float(value) for key, value in fields.items()}, basis)
    return found


def start_values(property_name: str) -> dict[Test, dict[str, float]]:
    """The tests that a property has, with the values of their parameters; a test that is left out is not done.

    >>> start_values("fill")[Test.CONSISTENCY], start_values("tilted")[Test.GAP]
    ({'settling': 10.0, 'emptied_below': 25.0}, {'periods': 3.5})
    """
    return {test: dict(values) for test, (values, _) in _of(property_name).items()}


def basis(property_name: str, test: Test) -> str:
    """Where a property's start values of a test come from.

    >>> basis("air_temperature", Test.FLAT_LINE)
    'spec'
    """
    return _of(property_name)[test][1]


def _of(property_name: str) -> dict[Test, tuple[dict[str, float], str]]:
    return _start()[ANY] | _start().get(property_name, {})
