"""An alert rule that the fleet states can judge: its base, parameters, levels, calendar and what it watches."""

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any, NamedTuple

from vigie.streams.core.detect.calendar import CalendarError, parse
from vigie.streams.core.detect.rule import Rule as PlatformRule
from vigie.streams.core.detect.rule import rules
from vigie.streams.core.detect.start_values import OWN
from vigie.streams.core.fleet.as_said import AsSaid
from vigie.streams.core.fleet.facts import Facts, problem
from vigie.streams.core.fleet.meant import points_meant, steps_of
from vigie.streams.core.fleet.rule import rule
from vigie.streams.core.windows.expression_error import unknown
from vigie.streams.core.windows.indicator import indicators
from vigie.topics.fleet.stated import Problem, Stated
from vigie.topics.property import BY_NAME
from vigie.topics.quality import Test
from vigie.topics.quality_parameters import start_values

_LEVELS = 5


class _Said(NamedTuple):
    """What a version says; what is of another form than it should be (rules/forms.py tells that) is left out."""

    base: str
    properties: tuple[str, ...]
    indicators: tuple[str, ...]
    points: tuple[str, ...]
    zones: tuple[str, ...]
    use_case: str
    calendar: str
    parameters: Mapping[str, float]


@rule
def judging(facts: Facts) -> Iterator[Problem]:
    """Everything that an alert rule asks for is there and fits together."""
    for version in facts.of("rule"):
        said = _said(version)
        own = rules().get(said.base or version.id)
        if own is None:
            yield from _no_base(version, said)
            continue
        if version.id in rules() and said.base not in ("", version.id):
            yield problem(
                version, "base",
                "porte le nom d'une règle de la plateforme : donnez-lui un autre nom, ou laissez `base` vide.",
                "is named like one of the platform's rules: name it otherwise, or leave `base` empty.",
            )  # fmt: skip
        yield from _parameters(version, said, own)
        yield from _calendar(version, said)
        yield from _watched(facts, version, said, own)


def _no_base(version: Stated, said: _Said) -> Iterator[Problem]:
    if said.base:
        what = "règle de la plateforme inconnue", "unknown rule of the platform"
        yield problem(version, "base", *unknown(what, said.base, rules()))
    else:
        yield problem(
            version, "base",
            f"`base` manque : une règle de la plateforme parmi {', '.join(rules())}.",
            f"`base` is missing: one of the platform's rules, {', '.join(rules())}.",
        )  # fmt: skip


def _parameters(version: Stated, said: _Said, own: PlatformRule) -> Iterator[Problem]:
    known = OWN | dict(own.parameters)
    for name, number in said.parameters.items():
        one = known.get(name)
        if one is None:
            what = f"paramètre inconnu de {own.name}", f"unknown parameter of {own.name}"
            yield problem(version, "parameters", *unknown(what, name, known))
        elif not one.least <= number <= one.most:
            yield problem(
                version, "parameters",
                f"{name} va de {one.least:g} à {one.most:g} {one.unit}".rstrip() + f", et non {number:g}.",
                f"{name} is {one.least:g} to {one.most:g} {one.unit}".rstrip() + f", not {number:g}.",
            )  # fmt: skip
    ways = (-1.0, 1.0) if own.name == "threshold" else (-1.0, 0.0, 1.0)
    way = said.parameters.get("direction", 1.0)
    if "direction" in own.parameters and -1 <= way <= 1 and way not in ways:
        listed = ", ".join(f"{one:g}" for one in ways)
        yield problem(
            version, "parameters", f"direction est {listed}, et non {way:g}.", f"direction is {listed}, not {way:g}."
        )
    if "level_1" in own.parameters:
        yield from _levels(version, said)


def _levels(version: Stated, said: _Said) -> Iterator[Problem]:
    """There is a first level, none is left out, and each is worse than the one before."""
    falling = said.parameters.get("direction", 1.0) < 0
    for prefix in ("", "night_"):
        names = [f"{prefix}level_{number}" for number in range(1, _LEVELS + 1)]
        given = [name for name in names if name in said.parameters]
        if given != names[: len(given)] or (not given and not prefix):
            yield problem(
                version, "parameters",
                f"les niveaux se suivent à partir de {names[0]} : {', '.join(given) or 'aucun'} est donné.",
                f"levels follow each other from {names[0]} on: {', '.join(given) or 'none'} is given.",
            )  # fmt: skip
            continue
        limits = [said.parameters[name] for name in given]
        if limits != sorted(set(limits), reverse=falling):
            yield problem(
                version, "parameters",
                f"les niveaux doivent {'descendre' if falling else 'monter'} : {' '.join(f'{one:g}' for one in limits)}"
                + ("." if falling else " (pour alerter en dessous : direction=-1)."),
                f"levels must {'fall' if falling else 'rise'}: {' '.join(f'{one:g}' for one in limits)}"
                + ("." if falling else " (to alarm below: direction=-1)."),
            )  # fmt: skip


def _calendar(version: Stated, said: _Said) -> Iterator[Problem]:
    try:
        parse(said.calendar)
    except CalendarError as error:
        yield problem(version, "calendar", error.sentence_fr, error.sentence_en)


def _watched(facts: Facts, version: Stated, said: _Said, own: PlatformRule) -> Iterator[Problem]:
    """What it watches exists, suits its base, and somebody measures it."""
    if said.properties and said.indicators:
        yield problem(
            version, "indicators",
            "des grandeurs ou des indicateurs, pas les deux.", "properties or indicators, not both.",
        )  # fmt: skip
    if "level_1" in own.parameters and not (said.properties or said.indicators):
        yield problem(
            version, "properties",
            "un seuil ne va que pour une grandeur : nommez-la dans `properties` (ou un indicateur dans `indicators`).",
            "a threshold is of one quantity: name it in `properties` (or an indicator in `indicators`).",
        )  # fmt: skip
    fits = True
    for text in said.properties:
        name, mark, channel = text.partition("#")
        if name not in BY_NAME:
            fits = False
            yield problem(version, "properties", *unknown(("grandeur inconnue", "unknown property"), name, BY_NAME))
        elif mark and not channel.isdecimal():
            yield problem(
                version, "properties",
                f"« {text} » : la voie, après #, est un nombre entier.",
                f"{text!r}: the channel, after #, is a whole number.",
            )  # fmt: skip
        elif own.properties and name not in own.properties:
            fits = False
            yield problem(
                version, "properties",
                f"{own.name} ne juge pas {name}, mais {', '.join(own.properties)}.",
                f"{own.name} does not judge {name}, but {', '.join(own.properties)}.",
            )  # fmt: skip
    if own.name == "threshold" and fits:
        yield from _never_judged(facts, version, said)
    known = {*indicators(), *BY_NAME, *(one.id for one in facts.of("indicator"))}
    for name in said.indicators:
        if name.partition("#")[0] not in known:
            what = "indicateur inconnu", "unknown indicator"
            yield problem(version, "indicators", *unknown(what, name, known))
    if said.properties and fits:
        yield from _measured(facts, version, said)


def _never_judged(facts: Facts, version: Stated, said: _Said) -> Iterator[Problem]:
    """Levels where the quality tests doubt every value: most often they are given in another unit."""
    for text in said.properties:
        name = text.partition("#")[0]
        bounds = [start_values(name).get(Test.GROSS_RANGE, {}), *_ranges_set(facts, name)]
        low = min((one.get("suspect_min", one.get("fail_min", inf)) for one in bounds), default=inf)
        high = max((one.get("suspect_max", one.get("fail_max", -inf)) for one in bounds), default=-inf)
        low, high = (-inf if low == inf else low), (inf if high == -inf else high)
        unit = BY_NAME[name].unit
        for level, number in said.parameters.items():
            if "level_" in level and not low <= number <= high:
                bound = high if number > high else low
                yield problem(
                    version, "parameters",
                    f"{level} = {number:g} {unit}".rstrip() + f" ({name}) : au-delà de {bound:g} {unit}".rstrip() +
                    ", le contrôle gross_range doute de toute valeur, et la règle n'en juge aucune. Est-ce la bonne "
                    "unité ? Sinon, déplacez cette borne (quality_setting).",
                    f"{level} = {number:g} {unit}".rstrip() + f" ({name}): beyond {bound:g} {unit}".rstrip() +
                    ", gross_range doubts every value, and the rule judges none. Is it the right unit? If so, set that "
                    "bound otherwise (quality_setting).",
                    severe=False,
                )  # fmt: skip


def _ranges_set(facts: Facts, name: str) -> Iterator[Mapping[str, float]]:
    """What the fleet sets of gross_range of a property, at whatever point."""
    for one in facts.of("quality_setting"):
        if (one.attributes.get("property"), one.attributes.get("test")) == (name, "gross_range"):
            given: Any = one.attributes.get("parameters")
            yield {key: value for key, value in given.items() if isinstance(value, int | float)} if given else {}


def _measured(facts: Facts, version: Stated, said: _Said) -> Iterator[Problem]:
    """The points that it names measure one of its properties; of a use case or zones, some point does."""
    needed = {text.partition("#")[0] for text in said.properties}
    listed, someone = ", ".join(sorted(needed)), False
    for point in points_meant(facts, version, said.points, said.zones, said.use_case):
        measured = not needed.isdisjoint(steps_of(point))
        someone = someone or measured
        if not measured and point.id in said.points:
            yield problem(
                version, "points",
                f"le point {point.id} ne mesure pas {listed} : la règle n'y veille pas.",
                f"the point {point.id} does not measure {listed}: the rule does not watch there.",
                severe=False,
            )  # fmt: skip
    if not someone and not said.points and facts.of("point"):
        yield problem(
            version, "zones" if said.zones else "use_case" if said.use_case else "properties",
            f"aucun point concerné ne mesure {listed} : la règle ne veille nulle part.",
            f"no point concerned measures {listed}: the rule watches nowhere.",
            severe=False,
        )  # fmt: skip


def _said(version: Stated) -> _Said:
    said = AsSaid(version)
    return _Said(
        said.text("base"), said.texts("properties"), said.texts("indicators"), said.texts("points"),
        said.texts("zones"), said.text("use_case"), said.text("calendar"), said.numbers("parameters"),
    )  # fmt: skip
