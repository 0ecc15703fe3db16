"""An indicator that the fleet states can be computed: its expression, base, parameters, windows and properties."""

from collections.abc import Iterator

from vigie.streams.core.fleet.as_said import AsSaid
from vigie.streams.core.fleet.facts import Facts, problem
from vigie.streams.core.fleet.meant import points_meant, steps_of
from vigie.streams.core.fleet.rule import rule
from vigie.streams.core.fleet.words import ALWAYS, EVER, StatedIndicator
from vigie.streams.core.windows.expression_error import ExpressionError
from vigie.streams.core.windows.indicator import Indicator, Subject, indicators
from vigie.streams.core.windows.stated import from_statement
from vigie.topics.fleet.stated import Problem, Stated

_LENGTHS_S = {"15m": 900, "30m": 1800, "1h": 3600, "r1h": 3600, "r8h": 28_800, "1d": 86_400, "r24h": 86_400}


@rule
def computable(facts: Facts) -> Iterator[Problem]:
    """Everything that an indicator asks for is there and fits together."""
    platform = indicators()
    for version in facts.of("indicator"):
        stated = _stated(version)
        try:
            made = from_statement(stated, platform)
        except ExpressionError as error:
            field = "" if error.field == "id" else error.field
            yield problem(version, field, error.sentence_fr, error.sentence_en)
            continue
        yield from _purpose(version, stated, made, stated.id in platform)
        if made:
            yield from _measured(facts, version, stated, made[0])


def _purpose(
    version: Stated, stated: StatedIndicator, made: tuple[Indicator, ...], platforms_own: bool
) -> Iterator[Problem]:
    """What is stated leads to something."""
    if made:
        if stated.properties:
            yield problem(
                version, "properties",
                "les grandeurs d'un indicateur calculé sont celles de son calcul : laissez `properties` vide.",
                "the properties of an indicator that is computed are its own: leave `properties` empty.",
                severe=False,
            )  # fmt: skip
    elif stated.properties and not stated.windows:
        yield problem(
            version, "windows",
            "des grandeurs, mais aucune fenêtre demandée (par exemple 30m ou r24h).",
            "properties, but no window is asked for (30m or r24h, for example).",
        )  # fmt: skip
    elif not stated.properties and (stated.windows or stated.unit or not platforms_own):
        yield problem(
            version, "expression",
            "rien à calculer : il faut une expression, un indicateur de base, ou des grandeurs et leurs fenêtres.",
            "nothing to compute: an expression, a base, or properties and their windows are needed.",
            severe=False,
        )  # fmt: skip


def _measured(facts: Facts, version: Stated, stated: StatedIndicator, made: Indicator) -> Iterator[Problem]:
    """The points that it names measure what it needs; of a use case or zones, one does."""
    needed, codes = set(made.properties), dict[str, str]()
    if not needed or made.subject not in (Subject.POINT, Subject.ZONE):
        return
    meant, someone = points_meant(facts, version, stated.points, stated.zones, made.use_case), False
    for point in meant:
        steps = steps_of(point)
        missing = sorted(needed - steps.keys()) if made.needs_all else [] if needed & steps.keys() else sorted(needed)
        someone = someone or not missing
        if missing and point.id in stated.points:
            yield problem(
                version, "points",
                f"le point {point.id} ne mesure pas {', '.join(missing)} : il n'aura pas cet indicateur.",
                f"the point {point.id} does not measure {', '.join(missing)}: it will not have this indicator.",
                severe=False,
            )  # fmt: skip
        for name in () if missing else needed & steps.keys():
            codes |= {code: point.id for code in stated.windows if _LENGTHS_S.get(code, steps[name]) < steps[name]}
    for code, name in codes.items():
        yield problem(
            version, "windows",
            f"la fenêtre {code} est plus courte que le pas des mesures, par exemple au point {name} : elle sera "
            "souvent vide.",
            f"the window {code} is shorter than the step of the readings, at the point {name} for example: it will "
            "often be empty.",
            severe=False,
        )  # fmt: skip
    if not someone and not stated.points and facts.of("point"):
        yield problem(
            version, "zones" if stated.zones else "use_case" if stated.use_case else "",
            f"aucun point concerné ne mesure {', '.join(sorted(needed))} : personne n'aura cet indicateur.",
            f"no point concerned measures {', '.join(sorted(needed))}: nobody will have this indicator.",
            severe=False,
        )  # fmt: skip


def _stated(version: Stated) -> StatedIndicator:
    said = AsSaid(version)
    return StatedIndicator(
        version.id, ALWAYS, EVER, said.text("name"), said.text("definition"), said.text("owner"),
        said.text("expression"), said.text("unit"), said.text("base"), said.numbers("parameters"),
        said.texts("properties"), said.texts("windows"), said.text("use_case"), said.texts("points"),
        said.texts("zones"),
    )  # fmt: skip
