"""A user's expression over properties: checked once, then computed for any window of a point or zone.

`max(air_temperature) - min(air_temperature)`, `hours_above(laeq, 65)`, `sum(channel(passages, 1)) / window_hours()`.
The words are those of expression_readings.FUNCTIONS; docs/indicators-by-users.md tells them to users.
"""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from simpleeval import SimpleEval  # type: ignore[import-untyped]  # has no annotations

from vigie.streams.core.windows.expression_check import Checker
from vigie.streams.core.windows.expression_error import ExpressionError
from vigie.streams.core.windows.expression_readings import FUNCTIONS, HOUR_S, NothingToTellError, Readings
from vigie.streams.core.windows.expression_typed import Typed, hint, shown
from vigie.streams.core.windows.expression_units import KELVIN_OF_0_CELSIUS, factor, unit_of
from vigie.streams.core.windows.honest import (
    DAY_MS,
    ENOUGH,
    ENOUGH_OF_A_DAY,
    NOT_TOLD,
    completeness_of,
    honest_result,
    quality_of,
)  # fmt: skip
from vigie.streams.core.windows.indicator import PointTracks, Result
from vigie.streams.core.windows.legal import Window

_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne, ast.Not: operator.not_,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that can be computed.

    Attributes:
        text: as its author wrote it.
        tree: to compute it.
        series: (property name, channel or None for all) under the names that the tree has for them.
        functions: that it calls over readings.
        times, offset: from the unit of the tree to the one stated.
    """

    text: str
    tree: ast.expr
    series: Mapping[str, tuple[str, int | None]]
    functions: frozenset[str]
    times: float
    offset: float

    @property
    def properties(self) -> tuple[str, ...]:
        """Names of the properties that it needs."""
        return tuple(sorted({name for name, _ in self.series.values()}))

    @property
    def before_s(self) -> int:
        """How far it looks before its window."""
        return max(FUNCTIONS[name].before_s for name in self.functions)

    def bound(self, window: Window) -> float:
        """Completeness below which it says nothing."""
        strict = any(FUNCTIONS[name].strict for name in self.functions)
        return ENOUGH_OF_A_DAY if strict and window.end_at - window.start_at >= DAY_MS else ENOUGH

    def compute(self, points: Sequence[PointTracks], window: Window) -> Result:
        """What it comes to.

        Args:
            points: one, or those of a zone: then readings of all are taken together.
            window: to be judged; readings may reach beyond it.
        """
        readings = {key: _readings(points, *series, window) for key, series in self.series.items()}
        told = [one for one in readings.values() if one is not None]
        result = Result(
            value=None,
            count=sum(int(one.of.count[0]) for one in told),
            excluded=sum(int(one.of.excluded[0]) for one in told),
            parts=tuple(one.point for one in points) if len(points) > 1 else (),
            quality=NOT_TOLD,
        )
        if len(told) < len(readings):
            return replace(result, completeness=0.0)
        expected, completeness = _completeness(told)
        value = self._value(readings, (window.end_at - window.start_at) / 1000 / HOUR_S)
        quality = quality_of(sum(int(one.of.unknown[0]) for one in told), result.excluded)
        found = replace(result, value=value, expected=expected, completeness=completeness, quality=quality)
        return honest_result(found, self.bound(window))

    def _value(self, readings: Mapping[str, Readings | None], hours: float) -> float | None:
        functions: dict[str, Callable[..., float]] = {
            **{name: function.compute for name, function in FUNCTIONS.items()},
            "min": _extreme("min", min),
            "max": _extreme("max", max),
            "abs": abs,
            "window_hours": lambda: hours,
        }
        try:
            value = SimpleEval(_OPERATORS, functions, readings).eval(self.text, self.tree)
        except (NothingToTellError, ZeroDivisionError, OverflowError):
            return None
        value = float(value) * self.times + self.offset
        return value if np.isfinite(value) else None


def parse(text: str, unit: str, parameters: Mapping[str, float] | None = None) -> Expression:
    """An expression of a text.

    Args:
        text: the expression.
        unit: of its value, as in the catalogue; empty for a pure number.
        parameters: numbers that it names.

    Raises:
        ExpressionError: with a sentence for its author.

    >>> parse("difference(active_energy_index)", "kWh").times
    0.001
    >>> parse("max(air_temperature) - min(laeq)", "°C")
    Traceback (most recent call last):
    vigie.streams.core.windows.expression_error.ExpressionError: expression (character 1): °C and dB can be neither \
added nor compared.
    """
    wanted = unit_of(unit)
    checker = Checker(text, parameters or {})
    whole = checker.check()
    times = 1.0 if whole.unit is None else factor(whole.unit, wanted)
    if whole.unit is not None and times is None:
        hint_fr, hint_en = hint(whole.unit, wanted)
        raise ExpressionError(
            "unit",
            f"l'expression donne {shown(whole.unit, 'fr')}, et l'unité dit {shown(wanted, 'fr')}.{hint_fr}",
            f"the expression gives {shown(whole.unit, 'en')}, and the unit says {shown(wanted, 'en')}.{hint_en}",
        )
    return Expression(
        checker.text, whole.node, checker.series, frozenset(checker.used), times or 1.0, _offset(whole, unit)
    )


def _offset(whole: Typed, unit: str) -> float:
    """From a temperature in °C to one in K; nothing for gaps and all else."""
    if not whole.weight:
        return 0.0
    if abs(whole.weight - 1) > 1e-9:
        raise ExpressionError(
            "expression",
            "expression : elle ne donne ni une température ni un écart de températures.",
            "expression: it gives neither a temperature nor a gap of temperatures.",
        )
    return KELVIN_OF_0_CELSIUS if unit.strip() == "K" else 0.0


def _readings(points: Sequence[PointTracks], name: str, channel: int | None, window: Window) -> Readings | None:
    """Those of a property; None where no point has such a series."""
    tracks = [track for point in points for track in point.of(name) if channel is None or track.channel == channel]
    return Readings(tracks, window) if tracks else None


def _completeness(told: Sequence[Readings]) -> tuple[int | None, float | None]:
    """How many readings are expected, and the share of the least complete series; None where nobody knows."""
    counted = [one.completeness() for one in told]
    shares = [completeness_of(there, expected) for there, expected in counted]
    every = [expected for _, expected in counted if expected is not None]
    known = [share for share in shares if share is not None]
    return sum(every) if len(every) == len(counted) else None, min(known) if known else None


def _extreme(name: str, of_numbers: Callable[..., float]) -> Callable[..., float]:
    """`min` and `max`: of readings, or of some numbers."""
    of_readings = FUNCTIONS[name].compute
    return lambda *given: of_readings(*given) if len(given) == 1 else of_numbers(given)
