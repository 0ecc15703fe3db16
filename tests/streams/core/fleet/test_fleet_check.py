"""Every rule over the fleet: a good one passes, and each thing that cannot be is told in both languages."""

import time

import pytest
from fleet_cases import APRIL, FINE, MARCH, ODD, SEVERE
from rule_cases import FINE_RULES, ODD_RULES, SEVERE_RULES
from stated_city import A1, NOW_MS, city, fleet, one, placement, point

from vigie.streams.core.fleet.check import check, merge
from vigie.streams.core.fleet.rule import rules
from vigie.topics.fleet.stated import Origin, Stated

SEVERE, ODD, FINE = SEVERE | SEVERE_RULES, ODD | ODD_RULES, FINE | FINE_RULES


def test_nothing_is_wrong_with_a_good_fleet():
    assert check(fleet(), NOW_MS) == []
    assert check({}, NOW_MS) == []


@pytest.mark.parametrize(("stated", "field", "french", "english"), SEVERE.values(), ids=SEVERE)
def test_what_cannot_be_is_told(stated: list[Stated], field: str, french: str, english: str):
    severe = [problem for problem in check(fleet(*stated), NOW_MS) if problem.severe]
    told = [problem for problem in severe if problem.field == field and french in problem.sentence_fr]
    assert told, [(problem.field, problem.sentence_fr) for problem in severe]
    assert english in told[0].sentence_en


@pytest.mark.parametrize(("stated", "field", "french"), ODD.values(), ids=ODD)
def test_what_is_odd_is_a_warning(stated: list[Stated], field: str, french: str):
    found = check(fleet(*stated), NOW_MS)
    assert [problem.severe for problem in found] == [False] * len(found)
    assert [problem.field for problem in found if french in problem.sentence_fr] == [field], found


@pytest.mark.parametrize("stated", FINE.values(), ids=FINE)
def test_what_can_be_is_let_through(stated: list[Stated]):
    assert check(fleet(*stated), NOW_MS) == []


def test_each_rule_objects_to_something():
    """A rule that no case above makes speak would be one that nobody has seen work."""
    from vigie.streams.core.fleet.facts import Facts

    cases = [case[0] for case in (*SEVERE.values(), *ODD.values())]
    fleets = [Facts(fleet(*stated), NOW_MS) for stated in cases]
    silent = [rule.__name__ for rule in rules() if not any(list(rule(facts)) for facts in fleets)]
    assert silent == []


def test_sentences_come_once_severe_first_with_their_origin():
    origin = Origin("point.csv", 7, "", {"latitude": "lat"})
    stated = Stated(kind="point", id="P1", attributes=point("P1", latitude=0, longitude=0, upload_s=60).attributes,
                    origin=origin)  # fmt: skip
    found = check(fleet(stated), NOW_MS)
    assert [(problem.severe, problem.field) for problem in found] == [(True, "latitude"), (False, "upload_s")]
    assert all(problem.origin is origin for problem in found)


def test_what_collides_is_told_where_somebody_can_mend_it():
    """The database's version begins later than the file's: what is told has the file's line all the same."""
    origin = Origin("placement.csv", 2)
    twice = Stated(kind="placement", id="X", attributes={"device": "D1", "point": "P2"}, origin=origin)
    sensor = Stated(kind="device", id="D9", attributes={"addresses": [A1], "model": "EM300-TH"}, origin=origin)
    found = check(fleet(twice, sensor), NOW_MS)
    assert {problem.field for problem in found} == {"device", "point", "addresses"}
    assert all(problem.origin is origin for problem in found)


def test_a_statement_replaces_whole_objects_and_prunes_on_demand():
    before = fleet()
    after, _ = merge(before, [one("zone", "Z0", name="Toute", role="other")])
    assert after.keys() == before.keys()
    assert after["zone", "Z0"][0].attributes["name"] == "Toute"
    pruned, _ = merge(before, [one("zone", "Z0", name="Toute", role="other")], prune=True)
    assert list(pruned) == [("zone", "Z0")]
    kept, problems = merge(before, [], prune=True)
    assert (kept, [problem.severe for problem in problems]) == (before, [True])
    _, problems = merge(before, [one("planet", "Mars")])
    assert "« planet » n'est pas une sorte d'objet" in problems[0].sentence_fr


def test_versions_that_follow_each_other_and_say_the_same_are_one():
    parts = [("2026-01-01T00:00:00Z", MARCH), (MARCH, APRIL), (APRIL, None)]
    stated = [one("zone", "Z9", since, until, name="z", role="other") for since, until in reversed(parts)]
    after, _ = merge({}, stated)
    assert after["zone", "Z9"] == (one("zone", "Z9", parts[0][0], name="z", role="other"),)


def test_many_wrong_rows_are_told_quickly():
    stated = city() + [placement(f"X{number}", f"D{number}", f"P{number}", MARCH) for number in range(20_000)]
    after, _ = merge({}, stated)
    begun = time.monotonic()
    found = check(after, NOW_MS)
    assert len(found) > 39_000
    assert time.monotonic() - begun < 10
