"""What the fleet states of indicators, as indicators that run like the platform's own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b

from vigie.streams.core.fleet.words import StatedIndicator
from vigie.streams.core.windows.expression import Expression, parse
from vigie.streams.core.windows.expression_error import ExpressionError, unknown
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, Subject
from vigie.topics.aggregate import WINDOW_CODES
from vigie.topics.property import BY_NAME

DEFAULT_CODES = ("1d",)
"""Windows of an expression that names none."""


def from_statement(stated: StatedIndicator, platform: Mapping[str, Indicator]) -> tuple[Indicator, ...]:
    """The indicators that a statement asks for.

    Args:
        stated: as the fleet has it.
        platform: the platform's own, by name.

    Returns:
        None where it only asks for windows of properties, or only says more of one of the platform's own. One of an
        expression for points, one for zones, or both (of one name) where it names both; `use_case` is empty where it
        names points or zones. One with `base`, or with parameters under the platform's own name: as that one, changed.

    Raises:
        ExpressionError: with a sentence for its author.

    >>> stated = StatedIndicator("amplitude", 0, 1, "Amplitude", "Écart", "c1",
    ...     "max(air_temperature) - min(air_temperature)", "°C", "", {}, (), ("1d", "1mo"), "heat", (), ())
    >>> made, = from_statement(stated, {})
    >>> made.name, made.codes, made.properties, made.unit, made.subject.value
    ('amplitude', ('1d', '1mo'), ('air_temperature',), '°C', 'point')
    """
    _sound(stated, platform)
    if stated.expression:
        expression = parse(stated.expression, stated.unit, stated.parameters)
        return tuple(_of_expression(stated, expression, subject) for subject in _subjects(stated))
    own = platform.get(stated.base or stated.id)
    if own is None or not (stated.base or stated.parameters):
        return ()
    return (_of_base(stated, own),)


def _sound(stated: StatedIndicator, platform: Mapping[str, Indicator]) -> None:
    """What can be wrong beside the expression itself."""
    if stated.expression and stated.base:
        raise ExpressionError(
            "base",
            "un indicateur a une expression ou un indicateur de base, pas les deux.",
            "an indicator has an expression or a base, not both.",
        )
    if "#" in stated.id or stated.id in BY_NAME:
        raise ExpressionError(
            "id",
            "un indicateur ne porte pas le nom d'une grandeur, ni de « # ».",
            "an indicator is not named like a property, and without #.",
        )
    if stated.id in platform and (stated.expression or stated.base):
        raise ExpressionError(
            "id",
            f"{stated.id} est un indicateur de la plateforme : donnez un autre nom à celui-ci.",
            f"{stated.id} is one of the platform's indicators: name this one otherwise.",
        )
    for name in stated.properties:
        if name not in BY_NAME:
            raise ExpressionError("properties", *unknown(("grandeur inconnue", "unknown property"), name, BY_NAME))
    for code in stated.windows:
        if code not in WINDOW_CODES:
            raise ExpressionError(
                "windows",
                f"fenêtre inconnue « {code} » : {' '.join(WINDOW_CODES)}.",
                f"unknown window {code!r}: {' '.join(WINDOW_CODES)}.",
            )
    if stated.base and stated.base not in platform:
        what = "indicateur de la plateforme inconnu", "unknown indicator of the platform"
        raise ExpressionError("base", *unknown(what, stated.base, platform))
    if stated.expression:
        for name in stated.parameters:
            if name in BY_NAME:
                raise ExpressionError(
                    "parameters",
                    f"le paramètre {name} porte le nom d'une grandeur.",
                    f"the parameter {name} is named like a property.",
                )


def _of_base(stated: StatedIndicator, own: Indicator) -> Indicator:
    for name in stated.parameters:
        if name not in own.parameters:
            what = f"paramètre inconnu de {own.name}", f"unknown parameter of {own.name}"
            raise ExpressionError("parameters", *unknown(what, name, own.parameters))
        _within(name, stated.parameters[name], own.parameters[name])
    for code in stated.windows:
        if code not in own.codes:
            raise ExpressionError(
                "windows",
                f"{own.name} ne se calcule pas sur {code} : {' '.join(own.codes)}.",
                f"{own.name} is not computed over {code}: {' '.join(own.codes)}.",
            )
    parameters = {
        name: one._replace(default=stated.parameters.get(name, one.default)) for name, one in own.parameters.items()
    }
    return replace(
        own,
        name=stated.id,
        codes=stated.windows or own.codes,
        label_fr=stated.name,
        label_en=stated.name,
        definition_fr=stated.definition,
        parameters=parameters,
        version=f"{own.version}+{_hash(sorted(stated.parameters.items()))}" if stated.parameters else own.version,
    )


def _within(name: str, number: float, own: Parameter) -> None:
    if not own.least <= number <= own.most:
        raise ExpressionError(
            "parameters",
            f"{name} va de {own.least:g} à {own.most:g} {own.unit}".rstrip() + f", et non {number:g}.",
            f"{name} is {own.least:g} to {own.most:g} {own.unit}".rstrip() + f", not {number:g}.",
        )


def _of_expression(stated: StatedIndicator, expression: Expression, subject: Subject) -> Indicator:
    codes = stated.windows or DEFAULT_CODES
    return Indicator(
        name=stated.id,
        use_case="" if stated.points or stated.zones else stated.use_case,
        subject=subject,
        codes=codes,
        properties=expression.properties,
        before_s=expression.before_s,
        unit=stated.unit,
        version=_hash((expression.text, stated.unit, sorted(stated.parameters.items()))),
        parameters={name: Parameter(number, "", "") for name, number in stated.parameters.items()},
        label_fr=stated.name,
        label_en=stated.name,
        definition_fr=stated.definition,
        formula=expression.text,
        period_fr="",  # its windows say it
        source="Fichiers de la flotte",
        limits_fr="",
        compute=_computed(expression),
    )


def _computed(expression: Expression) -> Callable[[Inputs], Sequence[Result]]:
    return lambda inputs: (expression.compute(inputs.points, inputs.window),)


def _subjects(stated: StatedIndicator) -> tuple[Subject, ...]:
    if not stated.zones:
        return (Subject.POINT,)
    return (Subject.POINT, Subject.ZONE) if stated.points else (Subject.ZONE,)


def _hash(what: object) -> str:
    return blake2b(repr(what).encode(), digest_size=4).hexdigest()
