"""Start values make sense, are what docs/quality.md says, and change only with the version of the rules."""

from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import pytest

from vigie.deploy.quality_commands.parameters import page
from vigie.topics.property import PROPERTIES, Kind
from vigie.topics.quality import RULESET, Test
from vigie.topics.quality_parameters import DECLARED, PARAMETERS, basis, refusal, start_values

PAGE = Path(__file__).resolve().parents[2] / "docs" / "quality.md"
RULES = {"1": "befebe9e1cfac65e"}
"""Hash of quality_tests.toml under each version of the rules."""


def test_the_tables_of_the_page_are_what_the_code_says():
    text = PAGE.read_text("utf-8")
    declared, start = page().split("\n\n")
    assert declared in text, "docs/quality.md: paste `vigie quality parameters --markdown` anew"
    assert start in text, "docs/quality.md: paste `vigie quality parameters --markdown` anew"


def test_each_test_is_told_on_the_page():
    text = PAGE.read_text("utf-8")
    assert [test.name for test in Test if f"`{test.name.lower()}`" not in text] == []


def test_a_change_of_the_start_values_raises_the_version_of_the_rules():
    found = sha256(files("vigie.topics").joinpath("quality_tests.toml").read_bytes()).hexdigest()[:16]
    assert RULES[RULESET] == found, "quality_tests.toml changed: raise RULESET and add its hash here"


@pytest.mark.parametrize("entry", PROPERTIES.values(), ids=lambda entry: entry.name)
def test_start_values_of_a_property(entry):
    tests = start_values(entry.name)
    assert {Test.GAP, Test.DUPLICATE} <= tests.keys()
    assert all(basis(entry.name, test) for test in tests)
    if entry.kind is not Kind.CATEGORY and entry.name != "water_level":
        assert Test.GROSS_RANGE in tests, "a quantity that may be anything"
    for test, values in tests.items():
        assert values.keys() <= PARAMETERS[test].keys()
        assert [why for name, value in values.items() if (why := refusal(test, name, value))] == []
    spans = tests.get(Test.GROSS_RANGE, {})
    order = [spans[name] for name in ("fail_min", "suspect_min", "suspect_max", "fail_max") if name in spans]
    assert order == sorted(order)
    for test, low, high in (
        (Test.SPIKE, "suspect", "fail"), (Test.RATE_OF_CHANGE, "suspect_per_h", "fail_per_h"),
        (Test.FLAT_LINE, "suspect_h", "fail_h"),
    ):  # fmt: skip
        values = tests.get(test, {})
        assert values.get(low, 0) <= values.get(high, 1e12)


def test_what_the_spec_gives_stands():
    temperature = start_values("air_temperature")
    assert temperature[Test.GROSS_RANGE] == {"fail_min": -15, "fail_max": 48, "suspect_min": -8, "suspect_max": 42}
    assert temperature[Test.RATE_OF_CHANGE] == {"suspect_per_h": 4 * 5, "fail_per_h": 4 * 10, "min_span_s": 900}
    assert temperature[Test.FLAT_LINE].items() >= {"suspect_h": 3, "fail_h": 6, "tolerance": 0.1}.items()
    assert temperature[Test.RADIATION].items() >= {"excess": 3, "min_elevation_deg": 10}.items()
    assert start_values("relative_humidity")[Test.FLAT_LINE].items() >= {"suspect_h": 5, "unless_above": 97}.items()
    assert start_values("laeq")[Test.GROSS_RANGE].items() >= {"fail_min": 25, "fail_max": 120}.items()
    assert start_values("laeq")[Test.FLAT_LINE].items() >= {"suspect_h": 0.75, "tolerance": 0.1}.items()
    assert start_values("water_level")[Test.SPIKE].items() >= {"suspect": 0.1, "fail": 0.3}.items()
    assert start_values("fill")[Test.CONSISTENCY]["settling"] == 10


def test_every_test_can_be_switched_off_but_what_people_say():
    assert [test.name for test in Test if "off" not in DECLARED[test]] == ["HUMAN", "SERVICE"]
