"""Comparison campaigns asked of a real store; the figures are counted by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from store_by_hand import COMMUNE, MODEL, device, empty_store, observation, placement, point, state

from vigie.streams.sinks.comparison_queries import NoComparisonError, compare

pytestmark = pytest.mark.parts

EIGHT = datetime(2026, 6, 2, 8, tzinfo=UTC)
NOW = 1_790_000_000_000


def moment(minutes: int) -> str:
    return (EIGHT + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def counted(campaign: str, values: list[float]) -> list[tuple]:
    return [
        ("comparison_value", f"{campaign}-{hour}", {"comparison": campaign, "start_at": moment(60 * hour),
                                                    "end_at": moment(60 * hour + 60), "value": value})
        for hour, value in enumerate(values)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def store(services):
    with empty_store(services) as connection:
        passages = [{"property": "passages", "channel": 1}]
        state(
            connection, COMMUNE, MODEL, device("a1"), device("a2"), device("a3"),
            point("VELO", use_case="mobility", properties=passages), point("T1"), point("T2"),
            point("LEVEL", use_case="river", properties=[{"property": "water_level"}]),
            placement("V/1", "a1", "VELO"),
            ("conversion", "old", {"property": "air_temperature", "method": "linear", "factor": 1, "offset": 1}),
            ("placement", "T/1", {"device": "a2", "point": "T1", "conversions": ["old"]}),
            ("placement", "L/1", {"device": "a3", "point": "LEVEL", "datum_m": 5.0}),
            ("comparison", "C1", {"point": "VELO", "property": "passages", "channel": 1, "method": "human_count"}),
            *counted("C1", [100, 50, 200, 10]),
            ("comparison", "C2", {"point": "T1", "property": "air_temperature", "method": "reference_instrument",
                                  "reference_point": "T2"}, moment(0), moment(240)),
            ("comparison", "C3", {"point": "LEVEL", "property": "water_level", "method": "reference_instrument"}),
            *counted("C3", [3.0, 3.1, 3.2, 3.3]),
            ("comparison", "C4", {"point": "T1", "property": "noise_category", "method": "human_count"}),
            *counted("C4", [1]), ("comparison", "C5", {"point": "T1", "property": "laeq", "method": "human_count"}),
        )  # fmt: skip
        with connection.transaction():
            for quarter in range(1, 17):
                hour = (quarter - 1) // 4
                if quarter != 14:  # the last hour lacks one count, so it cannot be compared
                    observation(connection, "VELO", moment(15 * quarter), {"passages#1": [20, 10, 40, 2][hour]})
                start = moment(15 * quarter - 15)
                raw = [10.0, 12.0, 14.0, 16.0][hour]
                observation(connection, "T1", start, {"air_temperature": raw + 1}, raw_values=[raw])
                observation(connection, "T2", start, {"air_temperature": 2 * raw - 8})
                observation(connection, "LEVEL", start, {"water_level": 3.5 + hour / 10})
            observation(connection, "T1", moment(10), {"air_temperature": 500.0}, [4])
        yield connection


def test_human_counts_give_a_factor(store):
    found = compare(store, "C1", NOW)
    assert found.values[:3].tolist() == [80, 40, 160]
    assert found.readings.tolist() == [4, 4, 4, 3]
    assert (found.agreement.n, found.agreement.bias) == (3, pytest.approx(-70 / 3))
    assert found.agreement.relative_error == pytest.approx(70 / 350)
    assert (found.fit.factor, found.fit.offset, found.fit.residual) == (1.25, 0.0, 0.0)
    assert compare(store, "C1", NOW, stamped_at_end=False).values[0] != 80


def test_a_reference_point_gives_a_line_over_the_values_as_received(store):
    found = compare(store, "C2", NOW)
    assert found.agreement.n == 4
    assert found.agreement.bias == pytest.approx(((11 - 12) + (13 - 16) + (15 - 20) + (17 - 24)) / 4)
    assert (found.fit.factor, found.fit.offset) == (pytest.approx(2.0), pytest.approx(-8.0))
    assert found.replaces == ("old",)
    assert found.left_out == 1, "the bad value of 500 degrees takes no part"


def test_a_level_made_by_the_placement_is_corrected_there(store):
    found = compare(store, "C3", NOW)
    assert found.agreement.bias == pytest.approx(0.5)
    assert (found.fit, found.by_placement) == (None, "datum_m")


@pytest.mark.parametrize(("name", "why"), [("C9", "no_campaign"), ("C4", "no_mean"), ("C5", "no_values")])
def test_what_cannot_be_compared_says_why(store, name, why):
    with pytest.raises(NoComparisonError) as refused:
        compare(store, name, NOW)
    assert refused.value.args[0] == why
