"""Every test of quality has its words, and every sentence the numbers that it names."""

from string import Formatter

import pytest

from vigie.serving.explanation_words import WORDS
from vigie.serving.quality_explain import explain
from vigie.serving.quality_ground import Ground
from vigie.serving.quality_numbers import numbers, words_of
from vigie.streams.core.quality_words import FLAGS, REASONS, SENTENCES, TESTS
from vigie.streams.sinks.explain_queries import Facts
from vigie.streams.sinks.fleet_queries import Known
from vigie.streams.sinks.observation_queries import StoredObservation, Value
from vigie.topics import quality
from vigie.topics.observation import REASONS as ALL_REASONS
from vigie.topics.property import BY_NAME
from vigie.topics.quality_parameters import start_values

NOON = 1_784_030_400_000  # 2026-07-14T12:00Z, 14:00 in Marseille
STEP = 900_000


def value(at, number, flag=1):
    return Value(at, number, None, flag, 1)


def facts(now, before=(), after=None, neighbours=None, number=1, **others):
    """A value (of air temperature) among its values: `before` the last of them first, a quarter of an hour apart."""
    observation = StoredObservation(
        "0" * 32, 256, False, "P1", "D1", "P1/1", "1" * 32, "ville", NOON, NOON + 2_000,
        {(number, 0): value(NOON, now)}, "1", 1, "live", NOON, None,
    )  # fmt: skip
    earlier = [value(NOON - (place + 1) * STEP, one) for place, one in enumerate(before)][::-1]
    known = {
        "point": None, "placement": None, "device": None, "conversions": [], "decoded": None, "ruleset": {},
        "settings": [], "verdicts": [], "outages": [], "history": [],
    } | others  # fmt: skip
    return Facts(
        observation, (number, 0), before=earlier, after=None if after is None else value(NOON + STEP, after),
        neighbours=neighbours or {}, **known,
    )  # fmt: skip


def said(test, flag, found, parameters=None, language="fr"):
    if parameters is None:
        parameters = start_values("air_temperature").get(test, {})
    ground = Ground(found, parameters, flag, "Europe/Paris", language)
    text = words_of(test, ground).in_language(language).format(**numbers(test, ground))
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_both_languages_have_the_same_words():
    assert WORDS["fr"].keys() == WORDS["en"].keys()
    for key, text in WORDS["fr"].items():
        names = [{name for _, name, _, _ in Formatter().parse(one)} for one in (text, WORDS["en"][key])]
        assert names[0] == names[1], key
    assert set(TESTS) == set(SENTENCES) == set(quality.Test)
    assert set(FLAGS) == set(quality.Flag)
    assert set(REASONS) == set(ALL_REASONS)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("test", list(quality.Test))
def test_every_sentence_finds_its_numbers_even_where_nothing_is_known(test, language):
    for flag in quality.Flag:
        for found, parameters in ((facts(float("nan")), {}), (facts(20.0, [19.0, 19.5], 20.5), None)):
            assert said(test, flag, found, parameters, language)


@pytest.mark.parametrize(
    ("test", "flag", "found", "expected"),
    [
        ("GROSS_RANGE", 4, facts(53.0), "53 °C est hors de ce que le capteur sait mesurer (de -15 °C à 48 °C)."),
        ("CLIMATOLOGY", 3, facts(3.0), "3 °C n'est pas de saison à cette heure (de 7 °C à 44 °C)."),
        ("SPIKE", 3, facts(35.0, [30.0], 30.5),
         ("35 °C s'écarte de 4,5 °C de la valeur d'avant (30 °C, 14/07 13:45:00) et de celle d'après (30,5 °C, 14/07 "
         "14:15:00) : plus que 3 °C.")),
        ("RATE_OF_CHANGE", 3, facts(36.0, [30.0]),
         "Variation de 6 °C en 15 min depuis 30 °C, 14/07 13:45:00, soit 24 °C par heure : plus que 20 °C."),
        ("FLAT_LINE", 3, facts(30.02, [30.0] * 20 + [10.0]),
         "La série n'a varié que de 0,02 °C en 3 h : moins que 0,1 °C."),
        ("ATTENUATED", 3, facts(30.0, [30.3] * 104),
         "La série varie de 0,3 °C sur 1 j : moins que 0,5 °C."),
        ("CLOCK", 4, facts(30.0), ("Le capteur dit 14/07/2026 à 14:00:00 (UTC+02:00), mais son message est arrivé le "
         "14/07/2026 à 14:00:02 (UTC+02:00) : son horloge est fausse.")),
        ("GAP", 3, facts(30.0), ("La série était interrompue depuis plus de 26 h (avant : –) ; la valeur n'en est pas "
         "moins bonne.")),
        ("DUPLICATE", 3, facts(30.0), ("Les mêmes valeurs sont arrivées moins de 30 s plus tôt, sous un autre compteur "
         "de trames.")),
    ],
)  # fmt: skip
def test_what_each_test_says(test, flag, found, expected):
    assert said(quality.Test[test], quality.Flag(flag), found) == expected


FILL, PASSAGES, HUMIDITY = BY_NAME["fill"].id, BY_NAME["passages"].id, BY_NAME["relative_humidity"].id


@pytest.mark.parametrize(
    ("test", "flag", "found", "parameters", "expected"),
    [
        ("SPIKE", 3, facts(900.0, [400.0], 399.0, number=PASSAGES), start_values("passages"),
         ("900 s'écarte de 500 de la valeur d'avant (400, 14/07 13:45:00) et de celle d'après (399, 14/07 14:15:00) : "
         "plus que 140.")),
        ("RATE_OF_CHANGE", 1, facts(4.0, [80.0 + 1 / 3], number=FILL), start_values("fill"),
         "Baisse de 76,33 % en 15 min (compté comme 1 h) : seule une hausse est jugée (au plus 20 % par heure)."),
        ("RATE_OF_CHANGE", 1, facts(81.0, [80.0 + 1 / 3], number=FILL), start_values("fill"),
         "Variation de 0,667 % en 15 min (compté comme 1 h), soit 0,667 % par heure : au plus 20 % sont attendus."),
        ("FLAT_LINE", 1, facts(98.0, [98.0] * 30, number=HUMIDITY), start_values("relative_humidity"),
         "La série n'a varié que de 0 % en 5 h, ce que 98 % permet (admis : au moins 97 %)."),
        ("FLAT_LINE", 3, facts(98.0, [98.0] * 100, number=HUMIDITY), start_values("relative_humidity"),
         "La série n'a varié que de 0 % en 1 j : moins que 0,1 %."),
        ("FLAT_LINE", 1, facts(60.0, [55.0] * 30, number=HUMIDITY), start_values("relative_humidity"),
         "La série bouge (5 % en 5 h)."),
    ],
)  # fmt: skip
def test_the_limit_that_was_applied_is_told_and_what_excuses_a_value(test, flag, found, parameters, expected):
    assert said(quality.Test[test], quality.Flag(flag), found, parameters[quality.Test[test]]) == expected


def test_a_variation_is_told_over_the_span_that_was_looked_at():
    found = facts(30.0, [30.1] * 95 + [50.0])  # the last of them a day old: no part of it
    assert said(quality.Test.ATTENUATED, quality.Flag.SUSPECT, found).startswith("La série varie de 0,1 °C sur 1 j")


def test_who_is_too_far_away_or_too_high_is_no_neighbour():
    def point(name, latitude, altitude_m):
        return Known("point", name, None, None, {"latitude": latitude, "longitude": 5.4, "altitude_m": altitude_m})

    others = {f"P{n}": (point(f"P{n}", 43.3, 10.0), value(NOON, 30.0 + n)) for n in range(3)}
    others |= {"far": (point("far", 43.4, 10.0), value(NOON, 99.0)), "up": (point("up", 43.3, 300.0), value(NOON, 9.0))}
    found = facts(36.0, neighbours=others, point=point("P1", 43.31, 10.0))
    assert "la médiane de 3 voisins est de 31 °C" in said(quality.Test.NEIGHBOURS, quality.Flag.SUSPECT, found)


def test_neighbours_are_brought_to_the_altitude_of_the_point():
    def point(name, altitude_m):
        return Known("point", name, None, None, {"altitude_m": altitude_m})

    others = {f"P{n}": (point(f"P{n}", 100.0), value(NOON, 30.0 + n)) for n in range(3)}
    found = facts(36.0, neighbours=others, point=point("P1", 0.0))
    assert said(quality.Test.RADIATION, quality.Flag.SUSPECT, found, {"excess": 3.0}) == (
        "5 °C au-dessus de la médiane de 3 voisins (31 °C), le soleil étant levé : plus que 3 °C."
    )
    assert "la médiane de 3 voisins est de 31,65 °C (écart 4,35 °C) : plus de 4 fois" in said(
        quality.Test.NEIGHBOURS, quality.Flag.SUSPECT, found
    )


def test_what_a_person_and_an_intervention_say():
    verdict = Known("qualification", "Q1", None, None, {"by": "responsable-chaleur", "reason": "capteur tombé"})
    found = facts(30.0, verdicts=[verdict])
    assert said(quality.Test.HUMAN, quality.Flag.FAIL, found) == "Rejetée par responsable-chaleur : capteur tombé."
    outage = Known("intervention", "I1", None, None, {"started_at": "2026-07-14T11:30:00Z"})
    assert said(quality.Test.SERVICE, quality.Flag.SUSPECT, facts(30.0, outages=[outage])) == (
        "Une intervention était en cours (I1), depuis le 14/07/2026 à 13:30:00 (UTC+02:00)."
    )


def test_a_value_that_is_missing_is_told_as_missing():
    found = facts(float("nan"))
    found.observation.values[1, 0] = Value(NOON, float("nan"), None, int(quality.rolled(0x9)), 0x9)
    assert explain(found, "Europe/Paris", "fr").summary == "Manquante : il n'y a pas de valeur."
