"""What the fleet states of indicators becomes indicators, or a sentence."""

from dataclasses import replace

import numpy as np
import pytest

from vigie.streams.core.fleet.words import ALWAYS, EVER, StatedIndicator
from vigie.streams.core.windows.expression_error import ExpressionError
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, PointTracks, Result, Subject
from vigie.streams.core.windows.legal import window_of
from vigie.streams.core.windows.stated import from_statement
from vigie.streams.core.windows.track import track

OWN = Indicator(
    name="heat_hot_day", use_case="heat", codes=("1d", "1mo"), properties=("air_temperature",), unit="h", version="2",
    label_fr="Jour chaud", label_en="Hot day", definition_fr="D", formula="F", period_fr="jour", source="S",
    limits_fr="L", parameters={"limit": Parameter(30.0, "°C", "seuil", -50, 60), "hours": Parameter(1.0, "h", "durée")},
    compute=lambda inputs: [Result(value=inputs.parameters["limit"], count=1)],
)  # fmt: skip
PLATFORM = {OWN.name: OWN}
EMPTY = StatedIndicator("mine", ALWAYS, EVER, "Le mien", "Ma définition", "c1", "", "", "", {}, (), (), "", (), ())
EXPRESSION = EMPTY._replace(expression="hours_above(air_temperature, limit)", unit="h", parameters={"limit": 30.0})


def test_an_expression_for_points_for_zones_or_both():
    (made,) = from_statement(EXPRESSION._replace(use_case="heat"), PLATFORM)
    assert (made.subject, made.use_case, made.codes, made.unit) == (Subject.POINT, "heat", ("1d",), "h")
    assert (made.label_fr, made.definition_fr, made.formula) == ("Le mien", "Ma définition", EXPRESSION.expression)
    (zone,) = from_statement(EXPRESSION._replace(use_case="heat", zones=("Z1",), windows=("1h", "1y")), PLATFORM)
    assert (zone.subject, zone.use_case, zone.codes) == (Subject.ZONE, "", ("1h", "1y"))
    both = from_statement(EXPRESSION._replace(points=("P1",), zones=("Z1",)), PLATFORM)
    assert [one.subject for one in both] == [Subject.POINT, Subject.ZONE]
    assert {one.name for one in both} == {"mine"}


def test_it_computes_and_its_version_follows_its_definition():
    (made,) = from_statement(EXPRESSION, PLATFORM)
    day = window_of("1d", 1_770_000_000_000, "Europe/Paris")
    warm = track(day.start_at + np.arange(96) * 900_000, np.arange(96.0))
    inputs = Inputs(day, "Europe/Paris", [PointTracks("P1", {("air_temperature", 0): warm}, 43.3, 5.4)])
    assert [one.value for one in made.compute(inputs)] == [65 / 4]
    (other,) = from_statement(EXPRESSION._replace(parameters={"limit": 31.0}), PLATFORM)
    assert [one.value for one in other.compute(inputs)] == [64 / 4]
    assert made.version != other.version
    assert from_statement(EXPRESSION._replace(name="Autrement dit"), PLATFORM)[0].version == made.version


def test_a_base_with_other_parameters():
    (made,) = from_statement(
        EMPTY._replace(base="heat_hot_day", parameters={"limit": 35.0}, windows=("1mo",)), PLATFORM
    )
    assert (made.name, made.codes, made.use_case, made.unit) == ("mine", ("1mo",), "heat", "h")
    assert made.parameters == {"limit": Parameter(35.0, "°C", "seuil", -50, 60), "hours": OWN.parameters["hours"]}
    assert made.version != OWN.version
    assert made.compute is OWN.compute
    (same,) = from_statement(EMPTY._replace(base="heat_hot_day"), PLATFORM)
    assert same == replace(OWN, name="mine", label_fr="Le mien", label_en="Le mien", definition_fr="Ma définition")


def test_the_platforms_own_gets_an_owner_or_other_parameters():
    named = EMPTY._replace(id="heat_hot_day")
    assert from_statement(named, PLATFORM) == ()
    (made,) = from_statement(named._replace(parameters={"limit": 33.0}), PLATFORM)
    assert (made.name, made.parameters["limit"].default) == ("heat_hot_day", 33.0)


def test_windows_alone_compute_nothing():
    assert from_statement(EMPTY._replace(properties=("laeq",), windows=("30m",)), PLATFORM) == ()
    assert from_statement(EMPTY, PLATFORM) == ()


@pytest.mark.parametrize(
    ("stated", "field", "sentence"),
    [
        (EXPRESSION._replace(base="heat_hot_day"), "base", "not both"),
        (EXPRESSION._replace(id="laeq"), "id", "not named like a property"),
        (EXPRESSION._replace(id="a#1"), "id", "without #"),
        (EXPRESSION._replace(id="heat_hot_day"), "id", "name this one otherwise"),
        (EXPRESSION._replace(parameters={"laeq": 1.0}), "parameters", "named like a property"),
        (EXPRESSION._replace(parameters={}), "expression", "unknown property or parameter 'limit'"),
        (EXPRESSION._replace(windows=("2h",)), "windows", "unknown window '2h'"),
        (EMPTY._replace(properties=("laek",)), "properties", "did you mean laeq?"),
        (EMPTY._replace(base="heat_hot_days"), "base", "did you mean heat_hot_day?"),
        (EMPTY._replace(base="heat_hot_day", parameters={"limits": 3.0}), "parameters", "did you mean limit?"),
        (
            EMPTY._replace(base="heat_hot_day", parameters={"limit": 61.0}),
            "parameters",
            "limit is -50 to 60 °C, not 61",
        ),
        (EMPTY._replace(base="heat_hot_day", parameters={"limit": float("nan")}), "parameters", "not nan"),
        (EMPTY._replace(base="heat_hot_day", windows=("1h",)), "windows", "not computed over 1h: 1d 1mo"),
    ],
)
def test_mistakes(stated, field, sentence):
    with pytest.raises(ExpressionError) as caught:
        from_statement(stated, PLATFORM)
    assert caught.value.field == field
    assert sentence in caught.value.sentence_en
    assert caught.value.sentence_fr != caught.value.sentence_en
