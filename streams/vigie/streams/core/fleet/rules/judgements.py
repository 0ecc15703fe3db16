"""What people and settings say of quality: tests and parameters that exist, spans that begin before they end."""

from collections import defaultdict
from collections.abc import Iterator
from difflib import get_close_matches

from vigie.streams.core.fleet.facts import Facts, instant_of, problem, stated_span, written_last
from vigie.streams.core.fleet.rule import rule
from vigie.streams.core.fleet.spans import Span, collisions, gaps, span_of
from vigie.topics.fleet.stated import Problem, Stated
from vigie.topics.quality import Test
from vigie.topics.quality_parameters import refusal

_TESTS = {test.name.lower(): test for test in Test}


@rule
def settings(facts: Facts) -> Iterator[Problem]:
    """A setting names a test and its parameters, within their bounds."""
    for version in facts.of("quality_setting"):
        name = str(version.attributes.get("test", ""))
        test = _TESTS.get(name)
        if test is None:
            near = get_close_matches(name, list(_TESTS), n=1)
            yield problem(
                version, "test",
                f"le test « {name} » n'existe pas : "
                + (f"vouliez-vous dire {near[0]} ?" if near else f"attendu un de {', '.join(_TESTS)}."),
                f"there is no test {name!r}: "
                + (f"did you mean {near[0]}?" if near else f"expected one of {', '.join(_TESTS)}."),
            )  # fmt: skip
            continue
        for parameter, value in (version.attributes.get("parameters") or {}).items():
            if isinstance(value, int | float) and (said := refusal(test, str(parameter), float(value))):
                yield problem(version, "parameters", f"{said[0]}.", f"{said[1]}.")


@rule
def one_setting(facts: Facts) -> Iterator[Problem]:
    """A test has one setting for a series at a time."""
    held: dict[tuple[object, ...], list[tuple[Span, Stated]]] = defaultdict(list)
    for version in facts.of("quality_setting"):
        key = tuple(version.attributes.get(name) for name in ("point", "property", "channel", "test"))
        held[key].append((span_of(version), version))
    for pieces in held.values():
        for (_, one), (_, another) in collisions(pieces):
            if one.id != another.id:
                first, second = written_last(one, another)
                yield problem(
                    second, "test",
                    f"le réglage {first.id} dit déjà ce test de cette grandeur au même point. Réunissez-les.",
                    f"the setting {first.id} sets this test of this property at the same point already. Make them one.",
                )  # fmt: skip


@rule
def spans(facts: Facts) -> Iterator[Problem]:
    """What is judged or compared begins before it ends."""
    for version in (*facts.of("qualification"), *facts.of("comparison_value")):
        begun, ended = instant_of(version, "start_at"), instant_of(version, "end_at")
        if begun is not None and ended is not None and begun >= ended:
            (from_fr, from_en), (to_fr, to_en) = facts.moment(begun), facts.moment(ended)
            yield problem(
                version, "end_at",
                f"commence le {from_fr} et finit le {to_fr} : la fin doit venir après le début.",
                f"begins {from_en} and ends {to_en}: the end has to come after the beginning.",
            )  # fmt: skip


@rule
def within_campaign(facts: Facts) -> Iterator[Problem]:
    """A value of a comparison lies within its campaign."""
    for version in facts.of("comparison_value"):
        campaigns = facts.versions("comparison", version.attributes.get("comparison"))
        span = stated_span(version, "start_at", "end_at")
        if not campaigns or span is None or span.start >= span.end:
            continue
        if gaps(span, [span_of(one) for one in campaigns]):
            own_fr, own_en = facts.period(span)
            whole_fr, whole_en = facts.period(Span(span_of(campaigns[0]).start, span_of(campaigns[-1]).end))
            yield problem(
                version, "start_at",
                f"la valeur ({own_fr}) est hors de la campagne {campaigns[0].id} ({whole_fr}).",
                f"the value ({own_en}) lies outside of the campaign {campaigns[0].id} ({whole_en}).",
            )  # fmt: skip


@rule
def campaigns(facts: Facts) -> Iterator[Problem]:
    """A campaign by a reference instrument says which; one of a point compares what that point measures."""
    for version in facts.of("comparison"):
        what = version.attributes
        if what.get("method") == "reference_instrument" and not (what.get("instrument") or what.get("reference_point")):
            yield problem(
                version, "instrument",
                "la campagne ne dit ni l'instrument ni le point de référence.",
                "the campaign names neither an instrument nor a reference point.",
                severe=False,
            )  # fmt: skip
        measured = {
            one.get("property") for point in facts.during("point", what.get("point"), span_of(version))
            for one in point.attributes.get("properties") or () if isinstance(one, dict)
        }  # fmt: skip
        if measured and what.get("property") not in measured:
            yield problem(
                version, "property",
                f"le point {what.get('point')} ne mesure pas {what.get('property')}.",
                f"the point {what.get('point')} does not measure {what.get('property')}.",
                severe=False,
            )  # fmt: skip
