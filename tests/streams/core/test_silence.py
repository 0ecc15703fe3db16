"""Arrival decides silence: what a device and the ticks do, and what is said of it."""

from itertools import pairwise

import pytest
from fleet_objects import device, fleet_object, placement, point, version

from vigie.streams.core.fleet.service import served_since
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.silence.arrival import heard
from vigie.streams.core.silence.census import Census
from vigie.streams.core.silence.clock import Clock, dump, load
from vigie.streams.core.silence.expected import expected_of
from vigie.streams.core.silence.judge import Surroundings, judge
from vigie.streams.core.silence.loss import Prior
from vigie.streams.core.silence.watch import watched

MINUTE, DAY = 60_000, 1440
ADDRESS = "eui:24e124136b000001"
START = 1_750_197_600_000
"""18 June 2025, 00:00 in Paris: minutes are counted from here."""


class Watcher:
    """One device and the ticks, in minutes; every change goes through the changelog's bytes.

    Ticks of a minute come after its arrivals. `m` is what its first silence needs: 300 devices, 10 % lost, alone.
    """

    def __init__(self, view=None, period_s=900, prior=Prior(0.1, 0.1), devices=25):  # noqa: B008 -- never changes
        self.view, self.period_s = view or FleetView(), period_s
        self.census = Census(12, 1.0, {"metropole": devices}, 1, {"metropole": prior, "": prior})
        self.clock, self.watch = Clock(0, model="EM300-TH", network="metropole"), None
        self.saved, self.frozen = None, {}
        self.sent = []

    def _around(self):
        return Surroundings(self.watch, self.census, lambda address, at: served_since(self.view, address, at))

    def arrival(self, minute):
        at = int(START + minute * MINUTE)
        signals = heard(self.clock, ADDRESS, at, expected_of(self.view, ADDRESS, at, self.period_s), self._around())
        self.clock = load(dump(self.clock))
        self.sent += signals

    def tick(self, minute):
        at = START + minute * MINUTE
        self.watch = load(dump(watched(self.watch, at, self.frozen)))
        expected = expected_of(self.view, ADDRESS, at, self.period_s)
        self.sent += judge(self.clock, ADDRESS, at, expected, self._around())
        self.clock = load(dump(self.clock))

    def play(self, first, last, arrivals=()):
        """Ticks of these minutes, the last included, each after the arrivals before it."""
        due = sorted(arrivals)
        for minute in range(first, last + 1):
            while due and due[0] <= minute:
                self.arrival(due.pop(0))
            self.tick(minute)
        return self

    def freeze(self, scope, first, last):
        self.frozen[scope] = START + first * MINUTE, START + last * MINUTE

    def checkpoint(self):
        self.saved = dump(self.clock), dump(self.watch)

    def kill(self):
        """Signals are out, what came after the checkpoint is lost."""
        self.clock, self.watch = map(load, self.saved)

    @property
    def said(self):
        """What was said: rule, whether silent, decided in which minute, since which."""
        return [(one.rule, one.silent, (one.decided_at - START) / MINUTE, (one.last_arrival_at - START) / MINUTE)
                for one in self.sent]  # fmt: skip


def every(step, first, last):
    """Minutes of messages, on the dot."""
    return list(range(first, last + 1, step))


REGULAR = every(15, 0, 2 * DAY)
"""Two days without a loss: T is 15 min, J a second, and six slots in a row are too unlikely (20 slots lost 10 %)."""
DIED, RETURNED = 2 * DAY, 2 * DAY + 600


def test_a_device_that_dies_is_told_once_and_over_with_the_second_slot_heard():
    back = every(15, RETURNED, RETURNED + 300)
    watcher = Watcher().play(0, RETURNED + 300, [*REGULAR, *back])
    raised, cleared = watcher.said
    m = watcher.sent[0].missed
    assert 4 <= m <= 8
    assert raised == ("no_arrival", True, DIED + 15 * m + 1, DIED)  # J is a second, so at the tick after
    assert cleared == ("no_arrival", False, RETURNED + 15, DIED)
    assert (watcher.sent[1].arrival_at - START) / MINUTE == RETURNED


def test_the_signal_can_be_computed_again_from_its_own_figures():
    from math import log10

    (signal,) = Watcher().play(0, RETURNED, REGULAR).sent
    assert (signal.law, signal.interval_s, signal.jitter_s, signal.period_s) == ("slots", 900, 1, 900)
    phi = -log10(signal.loss) - (signal.missed - 1) * log10(signal.burst)
    assert signal.phi == pytest.approx(phi, abs=0.02)
    assert signal.phi >= signal.phi_threshold == pytest.approx(log10(300 * 96 * 30), abs=0.01)
    before = phi + log10(signal.burst)
    assert before < signal.phi_threshold, "one slot less would not have done"
    assert (signal.network, signal.model) == ("metropole", "EM300-TH")


@pytest.mark.parametrize(
    "missing",
    [
        [100],  # one lost
        [100, 101, 102],  # three in a row
        [40, 80, 81, 120, 160, 161],  # now and then
    ],
)
def test_losses_are_no_silence(missing):
    arrivals = [minute for place, minute in enumerate(REGULAR) if place not in missing]
    assert Watcher().play(0, 2 * DAY, arrivals).said == []


def test_what_is_lost_often_may_be_away_longer():
    lossy = [minute for place, minute in enumerate(REGULAR) if place % 10 not in {3, 4}]  # a fifth, two by two
    m = {len(arrivals): Watcher().play(0, RETURNED, arrivals).sent[0].missed for arrivals in (REGULAR, lossy)}
    assert m[len(lossy)] > m[len(REGULAR)]


def test_nobody_is_silent_before_two_intervals_and_a_repeated_tick_says_nothing_twice():
    watcher = Watcher(prior=Prior(0.0001, 0.0001), devices=1).play(0, DIED + 29, REGULAR)
    assert watcher.said == []
    watcher.play(DIED + 30, DIED + 31).tick(DIED + 31)
    assert [one[:3] for one in watcher.said] == [("no_arrival", True, DIED + 31)]


def test_without_a_declared_period_the_interval_is_learned():
    watcher = Watcher(period_s=0).play(0, 90, every(15, 0, 90))
    assert watcher.clock.interval_s == 0, "seven messages are too few"
    watcher.play(91, RETURNED, [minute for minute in REGULAR if minute > 90])
    assert [one[:2] for one in watcher.said] == [("no_arrival", True)]
    assert watcher.sent[0].interval_s == 900
    assert watcher.sent[0].period_s == 0


def test_ticks_that_stay_away_and_come_again_raise_nothing():
    """Everything was stopped for three hours, the device sent meanwhile and none of it was kept."""
    watcher = Watcher().play(0, 1000, every(15, 0, 1000)).play(1180, 1600, every(15, 1183, 1600))
    assert watcher.said == []
    assert watcher.clock.lost == 0, "what nobody watched is not lost"


def test_a_device_that_died_meanwhile_is_told_once_its_slots_have_gone_by():
    watcher = Watcher().play(0, 1000, every(15, 0, 1000)).play(1180, 1600)
    (said,) = watcher.said
    assert said[:2] == ("no_arrival", True)
    assert 1180 + 30 <= said[2] <= 1180 + 15 * (watcher.sent[0].missed + 1) + 1


def test_a_silence_told_before_the_stop_stays_one():
    watcher = Watcher().play(0, DIED + 100, REGULAR).play(DIED + 400, DIED + 900)
    assert len(watcher.said) == 1


@pytest.mark.parametrize("scope", ["all", "network:metropole"])
def test_frozen_clocks_stand_still_and_get_two_intervals_after(scope):
    watcher = Watcher().play(0, DIED, REGULAR)
    watcher.freeze(scope, DIED + 10, DIED + 300)
    watcher.play(DIED + 1, DIED + 300)
    assert watcher.said == []
    watcher.play(DIED + 301, DIED + 329)
    assert watcher.said == []
    watcher.play(DIED + 330, DIED + 500)
    (said,) = watcher.said
    assert said[2] > DIED + 330


def test_a_freeze_of_another_network_changes_nothing():
    watcher = Watcher().play(0, DIED, REGULAR)
    watcher.freeze("network:autre", DIED, DIED + 300)
    assert len(watcher.play(DIED + 1, DIED + 300).said) == 1


@pytest.mark.parametrize("more", [[RETURNED], [RETURNED, RETURNED + 2, RETURNED + 4]])
def test_a_device_that_dies_again_before_two_slots_stays_one_alert(more):
    watcher = Watcher().play(0, RETURNED + 500, [*REGULAR, *more])
    assert [one[1] for one in watcher.said] == [True]


def test_a_flush_of_three_days_ends_the_silence_and_raises_nothing():
    """288 stored messages, one a minute, among those that are in time."""
    back = RETURNED + 3 * DAY
    flush = [back + number * 64 / 60 for number in range(288)]
    watcher = Watcher().play(0, back + 400, [*REGULAR, *flush, *every(15, back + 7, back + 400)])
    assert [one[1] for one in watcher.said] == [True, False]
    assert watcher.sent[1].arrival_at == START + back * MINUTE
    assert watcher.clock.lost <= 8, "an outage that was told is not learned as loss"


@pytest.mark.parametrize("heard_at", [DIED + 107.5, DIED + 110.5])
def test_a_worker_killed_after_its_signal_says_the_end_all_the_same(heard_at):
    watcher = Watcher().play(0, DIED + 105, REGULAR)
    watcher.checkpoint()
    watcher.play(DIED + 106, DIED + 107)
    assert [one[1] for one in watcher.said] == [True]
    watcher.kill()
    watcher.play(DIED + 108, DIED + 150, [heard_at, heard_at + 15, heard_at + 30])
    assert [one[1] for one in watcher.said][-1] is False
    assert {one[3] for one in watcher.said} == {DIED}, "it names the silence that was told"


# -- with a fleet


def city(*more, use_case="heat", placed_at=None, **point_more):
    """A device at a point of 15 min."""
    return FleetView().with_objects(
        [device("D1", ADDRESS), point("P1", use_case=use_case, **point_more),
         placement("P1.1", "D1", "P1", None if placed_at is None else START + placed_at * MINUTE), *more]
    )  # fmt: skip


def test_the_points_period_goes_before_the_models():
    watcher = Watcher(city(upload_s=3600), period_s=900).play(0, 3 * DAY, every(60, 0, 2 * DAY))
    assert [(one.interval_s, one.period_s) for one in watcher.sent] == [(3600, 3600)]


def test_a_device_placed_while_it_is_watched_that_never_speaks_is_told_after_two_intervals():
    watcher = Watcher(city(placed_at=100), period_s=0).play(0, 400)
    assert watcher.said == [("never_seen", True, 130, 100)]
    watcher.play(401, 420, [410])
    assert watcher.said[1] == ("never_seen", False, 410, 100)


def test_a_fleet_that_stood_before_the_platform_is_given_the_slots_that_chance_needs():
    watcher = Watcher(city(), period_s=0, prior=Prior(0.4, 0.4)).play(0, 1000)
    (said,) = watcher.said
    assert said[0] == "never_seen"
    assert said[2] > 15 * 14, "of such a network two lost messages say nothing"


def iso(minute):
    from vigie.streams.core.local_time import utc_text

    return utc_text(START + minute * MINUTE)


def work(ended):
    return fleet_object("intervention", "I1", point="P1", state="done", type="curative", started_at=iso(DIED + 1),
                        ended_at=iso(ended))  # fmt: skip


def test_after_an_intervention_data_are_expected_within_two_intervals():
    watcher = Watcher(city(work(DIED + 200))).play(0, DIED + 400, REGULAR)
    assert watcher.said == [("no_return", True, DIED + 230, DIED)]
    back = Watcher(city(work(DIED + 200))).play(0, DIED + 400, [*REGULAR, *every(15, DIED + 205, DIED + 400)])
    assert back.said == []


def test_work_does_not_end_a_silence_and_the_end_of_a_placement_does():
    taken_down = FleetView().with_objects(
        [device("D1", ADDRESS), point("P1"), placement("P1.1", "D1", "P1", None, START + (DIED + 300) * MINUTE)]
    )
    watcher = Watcher(taken_down).play(0, DIED + 400, REGULAR)
    assert [(one[0], one[1]) for one in watcher.said] == [("no_arrival", True), ("no_arrival", False)]
    assert watcher.sent[1].arrival_at is None


def test_a_conversion_that_changes_moves_no_placement():
    level = {"property": "distance", "method": "linear", "to_property": "water_level"}
    changing = fleet_object("conversion", "C1", version(None, START, **level, factor=-0.001),
                            version(START, None, **level, factor=-0.002))  # fmt: skip
    view = FleetView().with_objects([device("D1", ADDRESS), point("P1"), changing,
                                     placement("P1.1", "D1", "P1", START - DAY, conversions=["C1"])])  # fmt: skip
    assert len(view.placements_of(ADDRESS)) == 2
    assert served_since(view, ADDRESS, START + 1) == START - DAY


BAD = Prior(0.4, 0.6)


@pytest.mark.parametrize(
    ("use_case", "step", "cap_minutes"), [("river", 15, 120), ("lighting", 60, 720), ("waste", 1440, 2880)]
)
def test_a_business_cap_that_comes_before_phi_is_poor_coverage(use_case, step, cap_minutes):
    arrivals = every(step, 0, 6 * step)
    watcher = Watcher(city(use_case=use_case, upload_s=60 * step), prior=BAD)
    watcher.play(0, arrivals[-1] + cap_minutes + 1, arrivals)
    assert [(one[0], one[2]) for one in watcher.said] == [("poor_coverage", arrivals[-1] + cap_minutes)]
    assert watcher.sent[0].law == "cap"
    assert watcher.sent[0].phi < watcher.sent[0].phi_threshold
    watcher.play(arrivals[-1] + cap_minutes + 2, arrivals[-1] + cap_minutes + 5, [arrivals[-1] + cap_minutes + 4])
    assert [one[1] for one in watcher.said] == [True, False]


def test_a_slow_sender_has_the_next_message_and_two_intervals_instead_of_a_cap_it_cannot_keep():
    arrivals = every(360, 0, 6 * 360)
    watcher = Watcher(city(use_case="river", upload_s=21_600), prior=BAD).play(0, 6 * 360 + 3 * 360 + 1, arrivals)
    assert [(one[0], one[2]) for one in watcher.said] == [("poor_coverage", 9 * 360)]


def test_poor_coverage_becomes_a_silence_once_chance_can_no_longer_be():
    watcher = Watcher(city(use_case="river"), prior=Prior(0.4, 0.4)).play(0, 700, every(15, 0, 30))
    assert [one[0] for one in watcher.said] == ["poor_coverage", "no_arrival"]
    watcher.play(701, 760, [710, 725])
    assert [(one[0], one[1]) for one in watcher.said[2:]] == [("no_arrival", False), ("poor_coverage", False)]


def test_a_river_station_that_is_badly_heard_is_told_at_its_cap_once_and_then_by_chance():
    """Else caps alone would be more than the false alarms that are tolerated."""
    arrivals = [*every(15, 0, 90), *every(15, 300, 390), *every(15, 600, 690)]
    for use_case, told in (("river", 1), ("heat", 0)):
        watcher = Watcher(city(use_case=use_case), prior=BAD).play(0, 690, arrivals)
        assert [one[0] for one in watcher.said if one[1]] == ["poor_coverage"] * told
    watcher = Watcher(city(use_case="river"), prior=BAD).play(0, 2600, arrivals)
    assert [one[0] for one in watcher.said if one[1]] == ["poor_coverage", "no_arrival"]


def test_a_device_that_sends_at_fixed_times_is_silent_when_two_are_missed():
    daily = city(use_case="waste", upload_s=86_400, schedule="06:00")
    watcher = Watcher(daily).play(0, 12 * DAY, [6 * 60 + day * DAY + day % 3 for day in range(8)])
    last = 6 * 60 + 7 * DAY + 1
    assert watcher.said == [("no_arrival", True, 6 * 60 + 9 * DAY + 120, last)]  # a slot is missed two hours after
    assert watcher.sent[0].law == "schedule"
    weekly = city(use_case="waste", upload_s=302_400, schedule="mon,thu 06:00")
    days = [1, 5, 8, 12]  # Thursday 19 June, Monday 23, Thursday 26, Monday 30
    watcher = Watcher(weekly).play(0, 25 * DAY, [6 * 60 + day * DAY for day in days])
    assert [one[2] for one in watcher.said] == [6 * 60 + 19 * DAY + 120], "Thursday 3 July and Monday 7 are missed"


def test_a_device_that_sends_when_something_happens_is_judged_by_its_rate():
    """By day a message each 20 minutes or so, at night none: a night is no silence, a day without is."""
    irregular = city(use_case="mobility", upload_s=86_400, schedule="irregular")
    gaps = [3, 41, 12, 27, 8, 33, 19, 24, 5, 35]
    arrivals, minute = [], 0
    while minute < 20 * DAY:
        if 7 * 60 <= minute % DAY < 20 * 60:
            arrivals.append(minute)
        minute += gaps[minute % 7]
    watcher = Watcher(irregular).play(0, 22 * DAY, arrivals)
    (said,) = watcher.said
    assert said[0] == "no_arrival"
    assert watcher.sent[0].law == "irregular"
    assert arrivals[-1] + 12 * 60 < said[2] < 21 * DAY + 20 * 60


def test_a_clock_takes_less_than_250_bytes():
    clock = Clock(0, model="EM300-TH", network="metropole", gateways={f"24e124fffef4{n:04x}": 300 for n in range(3)})
    watcher = Watcher()
    watcher.clock = clock
    watcher.play(0, 2 * DAY, [minute + minute % 7 / 60 for minute in REGULAR])
    assert len(dump(watcher.clock)) < 250


def test_time_never_runs_backwards():
    watcher = Watcher().play(0, 2 * DAY, REGULAR)
    before = dump(watcher.clock)
    for minute in (REGULAR[-1], REGULAR[-1] - 30, 10):
        watcher.arrival(minute)
    assert dump(watcher.clock) == before
    assert all(a <= b for a, b in pairwise(REGULAR))
