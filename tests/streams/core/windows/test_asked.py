"""What is asked for by hand: windows that observe may still hold are left to it, however long it has been away."""

from itertools import groupby

import pytest
from fleet_objects import point

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.windows.asked import Request, needs_owners, pieces, released_by, work_of
from vigie.streams.core.windows.indicator import indicators
from vigie.streams.core.windows.roster import Roster, entries
from vigie.streams.core.windows.work import SeriesWork, ZoneWork

ZONE = "Europe/Paris"
HOUR, DAY = 3_600_000, 86_400_000
MARCH = 1_772_319_600_000  # 1 March 2026, 00:00 in Paris
MEMORY = 26 * HOUR


def request(indicator: str = "*", subject: str = "", since: int = MARCH, until: int = MARCH + 40 * DAY) -> Request:
    return Request(1, indicator, subject, since, until, 0, "asked")


def test_what_observe_held_when_it_last_spoke_is_its_own_though_ticks_went_on():
    fleet = Roster(FleetView().with_objects([point("P1")]), {})
    now, spoke = MARCH + 20 * DAY, MARCH + 18 * DAY
    asked = request()
    works = list(work_of(asked, pieces(asked, ZONE)[0], fleet, (now, spoke), MEMORY, ZONE))
    owned, *long = [one for one in works if isinstance(one, SeriesWork)]
    assert owned.span.points["P1"].before == released_by(spoke, MEMORY) <= spoke - MEMORY - 4 * HOUR
    assert {(one.codes, one.span.to_at <= now) for one in long} == {(("1w",), True)}
    asked = request(subject="zone:Z1")
    windows = [
        window for one in work_of(asked, (MARCH, now), fleet, (now, spoke), MEMORY, ZONE)
        if isinstance(one, ZoneWork) for window in one.windows
    ]  # fmt: skip
    assert MARCH + 15 * DAY < max(one.start_at for one in windows) < released_by(spoke, MEMORY)


@pytest.mark.parametrize(("name", "does"), [("*", True), ("air_temperature", True), ("noise_harmonica", False)])
def test_only_windows_of_properties_have_owners(name, does):
    assert needs_owners(request(name)) is does


def test_a_request_goes_month_by_month_of_legal_time_over_the_hour_that_is_left_out():
    spans = pieces(request(since=MARCH + 1, until=MARCH + 61 * DAY + 5), ZONE)
    april, may = MARCH + 31 * DAY - HOUR, MARCH + 61 * DAY - HOUR
    assert spans == [(MARCH + 1, april), (april, may), (may, MARCH + 61 * DAY + 5)]


def test_a_pattern_asks_for_all_indicators_of_its_names():
    fleet = FleetView().with_objects([point("P1", use_case="noise", properties=[{"property": "laeq"}])])
    roster, now = Roster(fleet, entries(fleet, indicators())), MARCH + 20 * DAY
    works = list(work_of(request("noise_l*"), (MARCH, now), roster, (now, now), MEMORY, ZONE))
    assert {"noise_laeq", "noise_lden"} <= {one.indicator for one in works} <= set(roster.indicators)
    assert not [one for one in works if "harmonica" in one.indicator]


def test_indicators_of_the_same_points_follow_each_other():
    names = [f"P{number:02}" for number in range(60)]
    said = {"use_case": "noise", "properties": [{"property": "laeq"}, {"property": "la95eq"}]}
    fleet = FleetView().with_objects([point(name, **said) for name in names])
    roster, now = Roster(fleet, entries(fleet, indicators())), MARCH + 20 * DAY
    works = list(work_of(request("noise_*"), (MARCH, now), roster, (now, now), MEMORY, ZONE))
    groups = [group for group, _ in groupby(one.subjects for one in works)]
    assert [subject for group in groups for subject in group] == [f"point:{name}" for name in names]
    told = [(one.indicator, one.windows[0].code, subject) for one in works for subject in one.subjects]
    assert len(set(told)) == len(told)
