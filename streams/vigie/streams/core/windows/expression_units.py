"""Units of expressions: those of the catalogue and what they combine to, and no others (pint).

A level in dB, a share in % and an angle are dimensions of their own: no factor of 100 or of π/180 slips in unseen.
A degree Celsius is a step of one kelvin here; what is a temperature and what a gap is the checker's affair.
"""

import re
from functools import cache
from typing import Any

import pint

from vigie.streams.core.windows.expression_error import ExpressionError

_DEFINITIONS = """
micro- = 1e-6 = µ- = μ-
milli- = 1e-3 = m-
centi- = 1e-2 = c-
hecto- = 1e2 = h-
kilo- = 1e3 = k-
mega- = 1e6 = M-
meter = [length] = m
second = [time] = s
gram = [mass] = g
ampere = [current] = A
kelvin = [temperature] = K
lux = [illuminance] = lx
decibel = [level] = dB
ntu = [turbidity] = NTU
percent = [share]
degree = [angle]
celsius = kelvin
minute = 60 * second = min
hour = 60 * minute = h
day = 24 * hour = d = j
liter = 1e-3 * meter ** 3 = L = l
newton = kilogram * meter / second ** 2 = N
pascal = newton / meter ** 2 = Pa
joule = newton * meter = J
watt = joule / second = W
volt = watt / ampere = V
volt_ampere = volt * ampere = VA
watt_hour = watt * hour = Wh
siemens = ampere / volt = S
hertz = 1 / second = Hz
"""

_WRITTEN = (("dB(A)", "dB"), ("°C", "celsius"), ("°", "degree"), ("%", "percent"), ("²", "**2"), ("³", "**3"),
            ("·", "*"))  # fmt: skip
_ONE = r"(?:[A-Za-zµμ]+|dB\(A\)|°C|°|%)[²³]?"
_FORM = re.compile(rf"(?:1|{_ONE})(?:[/·*]{_ONE}){{0,3}}")
_SHOWN = (("celsius", "°C"), ("percent", "%"))

KELVIN_OF_0_CELSIUS = 273.15


@cache
def _registry() -> Any:
    registry: Any = pint.UnitRegistry(None, case_sensitive=True)
    registry.load_definitions(_DEFINITIONS.strip().splitlines())
    return registry


@cache
def unit_of(text: str) -> pint.Unit:
    """A unit as people and the catalogue write it; empty for a pure number.

    Raises:
        ExpressionError: it is none that the catalogue's units can combine to.

    >>> name_of(unit_of("m³/s")), name_of(unit_of("dB(A)/h")), unit_of("kWh").is_compatible_with(unit_of("Wh"))
    ('m³/s', 'dB/h', True)
    """
    written = text.strip()
    if not written:
        return _registry().dimensionless  # type: ignore[no-any-return]  # pint's registry is untyped
    if _FORM.fullmatch(written):
        plain = written
        for old, new in _WRITTEN:
            plain = plain.replace(old, new)
        try:
            return _registry().parse_units(plain)  # type: ignore[no-any-return]  # pint's registry is untyped
        except pint.UndefinedUnitError:
            pass
    raise ExpressionError(
        "unit",
        f"l'unité « {written} » est inconnue : écrivez-la comme au catalogue (°C, %, dB(A), m³/s, kWh, 1/h …), "
        "ou laissez vide pour un nombre pur.",
        f"the unit {written!r} is unknown: write it as in the catalogue (°C, %, dB(A), m³/s, kWh, 1/h …), "
        "or leave it empty for a pure number.",
    )


def name_of(unit: pint.Unit) -> str:
    """A unit as a person reads it; empty for a pure number."""
    shown = f"{unit:~P}"
    for name, sign in _SHOWN:
        shown = shown.replace(name, sign)
    return "" if shown == "dimensionless" else shown


def factor(unit: pint.Unit, to: pint.Unit) -> float | None:
    """What a number in one unit is multiplied by to be in another; None where they measure different things.

    >>> factor(unit_of("Wh"), unit_of("kWh")), factor(unit_of("%"), unit_of("")), factor(unit_of("W"), unit_of("VA"))
    (0.001, None, 1.0)
    """
    if not unit.is_compatible_with(to):
        return None
    return float(round(_registry().convert(1.0, unit, to), 15))
