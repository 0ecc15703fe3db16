"""Whether an expression can be: its words, its units from leaf to root, its cost; and the tree that is computed.

Only arithmetic, comparisons, `… if … else …` and calls of known functions pass: no attribute, subscript, loop or text.
"""

import ast
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NoReturn, TypeVar

from vigie.streams.core.windows.expression_error import ExpressionError, MistakeError, counted, no_such_part, unknown
from vigie.streams.core.windows.expression_readings import FUNCTIONS, Function, Unit
from vigie.streams.core.windows.expression_typed import (
    Typed,
    call,
    comparable,
    no_temperature,
    over,
    plain,
    plus,
    scaled,
    times,
)  # fmt: skip
from vigie.streams.core.windows.expression_units import unit_of
from vigie.streams.core.windows.statistics import Way, way_of
from vigie.topics.property import BY_NAME

T = TypeVar("T")

MOST_CHARACTERS, MOST_NODES = 500, 200
_LARGEST = 1e15
_OTHERS = ("channel", "percent", "fraction", "abs", "window_hours", "quantity")
_OF = {
    Way.ANGLE: ("d'une direction", "of a direction"), Way.CATEGORY: ("d'une catégorie", "of a category"),
    Way.METER: ("d'un compteur cumulatif (voyez difference)", "of a meter (see difference)"),
    Way.RANGE: ("d'un niveau dépassé : il ne se combine pas", "of a level exceeded: it does not combine"),
    Way.GAUGE: ("d'une mesure", "of a gauge"), Way.COUNT: ("d'un comptage", "of a count"),
    Way.LEVEL: ("d'un niveau sonore", "of a sound level"),
}  # fmt: skip


class Checker:
    """Checks one expression.

    Args:
        text: of the expression.
        parameters: numbers that it may name.

    Attributes:
        series: (property name, channel or None for all) under the names that the tree has for them.
        used: functions that it calls over readings.

    >>> checker = Checker("max(air_temperature) - min(air_temperature)", {})
    >>> ast.unparse(checker.check().node), checker.series
    ('max(air_temperature) - min(air_temperature)', {'air_temperature': ('air_temperature', None)})
    """

    def __init__(self, text: str, parameters: Mapping[str, float]) -> None:
        self.text, self.parameters = " ".join(text.split()), parameters
        self.series: dict[str, tuple[str, int | None]] = {}
        self.used: set[str] = set()
        self._by_type: dict[type[ast.expr], Callable[..., Typed]] = {
            ast.BinOp: self._operation, ast.UnaryOp: self._sign, ast.Compare: self._comparison,
            ast.BoolOp: self._conditions, ast.IfExp: self._choice, ast.Call: self._call, ast.Name: self._name,
            ast.Constant: self._constant,
        }  # fmt: skip

    def check(self) -> Typed:
        """The whole.

        Raises:
            ExpressionError: with the first mistake.
        """
        whole = self._typed(self._read())
        if whole.truth:
            self._fail(
                "elle donne vrai ou faux ; pour un nombre : « 1 if … else 0 ».",
                "it is true or false; for a number: 1 if … else 0.",
            )
        if not self.series:
            self._fail("elle ne nomme aucune grandeur du catalogue.", "it names no property of the catalogue.")
        return whole

    def _read(self) -> ast.expr:
        if len(self.text) > MOST_CHARACTERS:
            self._fail(f"plus de {MOST_CHARACTERS} caractères.", f"more than {MOST_CHARACTERS} characters.")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SyntaxWarning)  # `3is 3`: told below, as all that is not known
                body = ast.parse(self.text, mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            self._fail(
                "elle ne se lit pas ; exemple : « max(air_temperature) - min(air_temperature) ».",
                "it cannot be read; an example: max(air_temperature) - min(air_temperature).",
                getattr(error, "offset", None),
            )
        if sum(1 for _ in ast.walk(body)) > MOST_NODES:
            self._fail("trop longue : partagez-la en plusieurs.", "too long: make several of it.")
        return body

    def _typed(self, node: ast.expr) -> Typed:
        return self._placed(node, self._by_type.get(type(node), no_such_part), node)

    def _placed(self, node: ast.expr, read: Callable[..., T], *given: object) -> T:
        """What `read` makes of a part; its mistakes get the place of the part."""
        try:
            return read(*given)
        except MistakeError as mistake:
            before = self.text.encode()[: node.col_offset]  # the tree counts bytes
            self._fail(mistake.french, mistake.english, len(before.decode(errors="ignore")) + 1)

    # -- numbers

    def _constant(self, node: ast.Constant) -> Typed:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _LARGEST:
            raise MistakeError(f"« {value!r} » n'est pas un nombre utilisable.", f"{value!r} is no number to use.")
        return plain(float(value))

    def _name(self, node: ast.Name) -> Typed:
        if node.id in BY_NAME:
            raise MistakeError(
                f"{node.id} est une suite de mesures : dites laquelle, par exemple last({node.id}).",
                f"{node.id} is a series of readings: say what of it, for example last({node.id}).",
            )
        if node.id not in self.parameters:
            what = "grandeur ou paramètre inconnu", "unknown property or parameter"
            raise MistakeError(*unknown(what, node.id, [*BY_NAME, *self.parameters]))
        return plain(float(self.parameters[node.id]))

    def _number(self, node: ast.expr) -> Typed:
        found = self._typed(node)
        if found.truth:
            raise MistakeError("un nombre est attendu, pas une condition.", "a number is expected, not a condition.")
        return found

    def _sign(self, node: ast.UnaryOp) -> Typed:
        if isinstance(node.op, ast.Not):
            return Typed(ast.UnaryOp(ast.Not(), self._condition(node.operand)), None, truth=True)
        if not isinstance(node.op, ast.USub | ast.UAdd):
            raise MistakeError("ce signe n'est pas connu.", "this sign is not known.")
        return times(plain(-1.0 if isinstance(node.op, ast.USub) else 1.0), self._number(node.operand))

    def _operation(self, node: ast.BinOp) -> Typed:
        left, right = self._number(node.left), self._number(node.right)
        match node.op:
            case ast.Add():
                return plus(left, right, 1.0)
            case ast.Sub():
                return plus(left, right, -1.0)
            case ast.Mult():
                return times(left, right)
            case ast.Div():
                return over(left, right)
        raise MistakeError("seuls vont + - * et /.", "only + - * and / can stand there.")

    # -- conditions

    def _condition(self, node: ast.expr) -> ast.expr:
        found = self._typed(node)
        if not found.truth:
            raise MistakeError(
                "une condition est attendue, par exemple « count(laeq) > 3 ».",
                "a condition is expected, for example count(laeq) > 3.",
            )
        return found.node

    def _conditions(self, node: ast.BoolOp) -> Typed:
        return Typed(ast.BoolOp(node.op, [self._condition(one) for one in node.values]), None, truth=True)

    def _comparison(self, node: ast.Compare) -> Typed:
        if not all(isinstance(one, ast.Lt | ast.LtE | ast.Gt | ast.GtE | ast.Eq | ast.NotEq) for one in node.ops):
            raise MistakeError("seuls comparent < <= > >= == !=.", "only < <= > >= == != compare.")
        first, others = self._together([node.left, *node.comparators])
        return Typed(ast.Compare(first.node, node.ops, others), None, truth=True)

    def _choice(self, node: ast.IfExp) -> Typed:
        test = self._condition(node.test)
        body, (other,) = self._together([node.body, node.orelse])
        return replace(body, node=ast.IfExp(test, body.node, other), constant=None)

    def _together(self, nodes: list[ast.expr]) -> tuple[Typed, list[ast.expr]]:
        """The first of some numbers of one quantity, and the nodes of the others in its unit."""
        first, *rest = [self._number(one) for one in nodes]
        others = []
        for one in rest:
            first, other = comparable(first, one)
            others.append(other.node)
        return first, others

    # -- functions

    def _call(self, node: ast.Call) -> Typed:
        if not isinstance(node.func, ast.Name) or node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
            raise MistakeError(
                "une fonction s'écrit par son nom et ses arguments entre parenthèses.",
                "a function is written by its name and its arguments in parentheses.",
            )
        name = node.func.id
        if name in ("min", "max") and len(node.args) > 1:
            first, others = self._together(node.args)
            return replace(first, node=call(name, first.node, *others), constant=None)
        if name in FUNCTIONS:
            return self._over_readings(name, FUNCTIONS[name], node)
        if name not in _OTHERS:
            raise MistakeError(*unknown(("fonction inconnue", "unknown function"), name, [*FUNCTIONS, *_OTHERS]))
        if name == "channel":
            raise MistakeError(
                "channel(…) se met dans une fonction : sum(channel(passages, 1)).",
                "channel(…) goes into a function: sum(channel(passages, 1)).",
            )
        counted(name, len(node.args), {"window_hours": 0, "quantity": 2}.get(name, 1))
        if name == "window_hours":
            return Typed(call(name), unit_of("h"))
        if name == "quantity":
            return self._quantity(*node.args)
        one = self._number(node.args[0])
        if one.weight:
            no_temperature()
        if name == "abs":
            return Typed(call("abs", one.node), one.unit)
        return scaled(name, one, "", "%", 100.0) if name == "percent" else scaled(name, one, "%", "", 0.01)

    def _quantity(self, number: ast.expr, text: ast.expr) -> Typed:
        value = self._number(number)
        if value.constant is None or not isinstance(text, ast.Constant) or not isinstance(text.value, str):
            raise MistakeError(
                'quantity() prend un nombre et une unité entre guillemets : quantity(30, "km/h").',
                'quantity() takes a number and a unit in quotes: quantity(30, "km/h").',
            )
        try:
            unit = unit_of(text.value)
        except ExpressionError as error:
            raise MistakeError(error.sentence_fr, error.sentence_en) from error
        if unit == unit_of("°C"):
            no_temperature()
        return Typed(value.node, unit)

    def _over_readings(self, name: str, function: Function, node: ast.Call) -> Typed:
        counted(name, len(node.args), 1 + len(function.arguments))
        key, title = self._placed(node.args[0], self._series, name, node.args[0])
        entry = BY_NAME[title]
        way = way_of(entry.id)
        if way not in function.ways:
            raise MistakeError(f"pas de {name}({title}) {_OF[way][0]}.", f"there is no {name}({title}) {_OF[way][1]}.")
        unit = unit_of(entry.unit)
        absolute = float(unit == unit_of("°C"))
        if name == "sum" and absolute:
            no_temperature()
        arguments = []
        for form, one in zip(function.arguments, node.args[1:], strict=True):
            given = self._number(one)
            if form == "same":
                given = comparable(Typed(one, unit, absolute), given)[1]
            elif given.constant is None or (name == "percentile" and not 0 <= given.constant <= 100):
                raise MistakeError(
                    f"{name}() prend ensuite un simple nombre" + (", de 0 à 100." if name == "percentile" else "."),
                    f"{name}() then takes a plain number" + (", from 0 to 100." if name == "percentile" else "."),
                )
            arguments.append(given.node)
        self.series[key] = title, _channel_of(key)
        self.used.add(name)
        made = call(name, ast.Name(key, ast.Load()), *arguments)
        units = {Unit.SAME: unit, Unit.GAP: unit, Unit.NUMBER: unit_of(""), Unit.HOURS: unit_of("h")}
        same = function.unit is Unit.SAME
        return Typed(made, units[function.unit], absolute * same, level=same and unit == unit_of("dB"))

    def _series(self, name: str, node: ast.expr) -> tuple[str, str]:
        """The name in the tree, and in the catalogue, of the series that a function is of."""
        channel = ""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "channel":
            counted("channel", len(node.args), 2)
            node, number = node.args
            said = number.value if isinstance(number, ast.Constant) else None
            if isinstance(said, bool) or not isinstance(said, int) or not 0 <= said < 32768:
                raise MistakeError("une voie est un nombre entier.", "a channel is a whole number.")
            channel = f"#{said}"
        if not isinstance(node, ast.Name):
            raise MistakeError(
                f"{name}() prend d'abord une grandeur du catalogue, par exemple {name}(laeq).",
                f"{name}() first takes a property of the catalogue, for example {name}(laeq).",
            )
        if node.id not in BY_NAME:
            raise MistakeError(*unknown(("grandeur inconnue", "unknown property"), node.id, list(BY_NAME)))
        return node.id + channel, node.id

    def _fail(self, french: str, english: str, place: int | None = None) -> NoReturn:
        at_fr, at_en = (f" (caractère {place})", f" (character {place})") if place else ("", "")
        raise ExpressionError("expression", f"expression{at_fr} : {french}", f"expression{at_en}: {english}")


def _channel_of(key: str) -> int | None:
    _, sign, channel = key.partition("#")
    return int(channel) if sign else None
