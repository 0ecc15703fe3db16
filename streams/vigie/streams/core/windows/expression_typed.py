"""Parts of an expression with their units, and what arithmetic makes of them.

Where two numbers of one quantity meet in different units the right one is converted: the tree says so. Temperatures in
°C carry a weight (1 for a temperature, 0 for a gap), so that gaps and means pass and a doubled temperature does not.
"""

import ast
from dataclasses import dataclass, replace
from typing import NoReturn

import pint

from vigie.streams.core.windows.expression_error import MistakeError
from vigie.streams.core.windows.expression_units import factor, name_of, unit_of


@dataclass(frozen=True, slots=True)
class Typed:
    """A part of an expression.

    Attributes:
        node: to compute it.
        unit: of the number; None for a plain number, which takes the unit of what it meets.
        weight: of temperatures in °C: 1 for a temperature, 0 for a gap; a mean of two has 1/2 + 1/2.
        constant: its value where that is known.
        truth: it is a condition, not a number.
        level: it is a level in dB, not a gap of levels.
    """

    node: ast.expr
    unit: pint.Unit | None
    weight: float = 0.0
    constant: float | None = None
    truth: bool = False
    level: bool = False


def plain(number: float) -> Typed:
    """A number without a unit."""
    return Typed(ast.Constant(number), None, constant=number)


def call(name: str, *arguments: ast.expr) -> ast.expr:
    """A node that calls a function."""
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def alike(left: Typed, right: Typed) -> tuple[Typed, Typed]:
    """Two numbers of one quantity, the right one in the unit of the left; a plain one as it is.

    Raises:
        MistakeError: they are of different quantities.
    """
    if left.unit is None or right.unit is None or left.unit == right.unit:
        return left, right
    times_ = factor(right.unit, left.unit)
    if times_ is None:
        hint_fr, hint_en = hint(left.unit, right.unit)
        raise MistakeError(
            f"{shown(left.unit, 'fr')} et {shown(right.unit, 'fr')} ne s'ajoutent ni ne se comparent.{hint_fr}",
            f"{shown(left.unit, 'en')} and {shown(right.unit, 'en')} can be neither added nor compared.{hint_en}",
        )
    return left, replace(right, node=ast.BinOp(right.node, ast.Mult(), ast.Constant(times_)), unit=left.unit)


def comparable(left: Typed, right: Typed) -> tuple[Typed, Typed]:
    """Two numbers that can stand for each other: as `alike`, and not a temperature and a gap.

    Returns:
        Both; a plain left one with the unit that it takes.
    """
    left, right = alike(left, right)
    if left.unit is not None and right.unit is not None and abs(left.weight - right.weight) > 1e-9:
        no_temperature()
    if left.unit is None:
        left = replace(left, unit=right.unit, weight=right.weight)
    return left, right


def plus(left: Typed, right: Typed, turn: float) -> Typed:
    """Their sum (`turn` 1) or difference (`turn` -1)."""
    left, right = alike(left, right)
    if left.constant is not None and right.constant is not None:
        return plain(left.constant + turn * right.constant)
    if left.unit == right.unit == unit_of("°"):
        raise MistakeError(
            "deux directions ne s'ajoutent ni ne se retranchent : de 350° à 10° il y a 20°.",
            "two directions are neither added nor subtracted: from 350° to 10° it is 20°.",
        )
    if turn > 0 and left.level and right.level:
        raise MistakeError(
            "deux niveaux en dB ne s'additionnent pas ; leur écart, et un niveau plus un nombre, oui. Une moyenne : "
            "energy_mean().",
            "two levels in dB are not added up; their gap, and a level plus a number, are fine. A mean: energy_mean().",
        )
    sign = ast.Add() if turn > 0 else ast.Sub()
    node, weight = ast.BinOp(left.node, sign, right.node), left.weight + turn * right.weight
    return Typed(node, left.unit or right.unit, weight, level=left.level != right.level)


def times(left: Typed, right: Typed) -> Typed:
    """Their product."""
    if left.constant is not None and right.constant is not None:
        return plain(left.constant * right.constant)
    weight = 0.0
    for one, other in ((left, right), (right, left)):
        if one.weight:
            weight = one.weight * _scale(other)
    unit = left.unit if right.unit is None else right.unit if left.unit is None else left.unit * right.unit
    return Typed(ast.BinOp(left.node, ast.Mult(), right.node), unit, weight)


def over(left: Typed, right: Typed) -> Typed:
    """Their quotient."""
    if right.constant == 0:
        raise MistakeError("elle divise par zéro.", "it divides by zero.")
    if left.constant is not None and right.constant is not None:
        return plain(left.constant / right.constant)
    if right.weight:
        no_temperature()
    weight = left.weight / _scale(right) if left.weight else 0.0
    unit = left.unit
    if right.unit is not None:
        unit = (unit_of("") if left.unit is None else left.unit) / right.unit
    return Typed(ast.BinOp(left.node, ast.Div(), right.node), unit, weight)


def scaled(name: str, one: Typed, before: str, after: str, by: float) -> Typed:
    """A number of the unit `before` as one of the unit `after`, by a function of that name."""
    given = one
    if one.unit is not None:
        if factor(one.unit, unit_of(before)) is None:
            raise MistakeError(
                f"{name}() prend {shown(unit_of(before), 'fr')}, pas {shown(one.unit, 'fr')}.",
                f"{name}() takes {shown(unit_of(before), 'en')}, not {shown(one.unit, 'en')}.",
            )
        given = alike(Typed(one.node, unit_of(before)), one)[1]
    return Typed(ast.BinOp(given.node, ast.Mult(), ast.Constant(by)), unit_of(after))


def no_temperature() -> NoReturn:
    """A temperature stands where none can.

    Raises:
        MistakeError: always.
    """
    raise MistakeError(
        "une température en °C ne se multiplie, ne se divise, ne s'additionne ni ne se compare à un écart ; un écart "
        "de deux températures et leur moyenne, oui.",
        "a temperature in °C is not multiplied, divided, added up or compared with a gap; a gap of two temperatures "
        "and their mean are fine.",
    )


def shown(unit: pint.Unit, language: str) -> str:
    """A unit in a sentence.

    >>> shown(unit_of(""), "fr"), shown(unit_of("dB(A)"), "en")
    ('un nombre pur', 'dB')
    """
    return name_of(unit) or ("un nombre pur" if language == "fr" else "a pure number")


def hint(left: pint.Unit, right: pint.Unit) -> tuple[str, str]:
    """What to say to who took a ratio for a percentage, in French and English; empty elsewhere."""
    if {left, right} == {unit_of(""), unit_of("%")}:
        return (
            " percent() fait d'un rapport un pourcentage, fraction() l'inverse.",
            " percent() makes a percentage of a ratio, fraction() the reverse.",
        )
    return "", ""


def _scale(by: Typed) -> float:
    """What a temperature is multiplied or divided by: a known plain number only."""
    if by.constant is None:
        no_temperature()
    return by.constant
