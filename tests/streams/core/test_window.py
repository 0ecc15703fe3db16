"""A window is a function of the set of unique readings in it: no order, repeat, batch or restart changes it."""

from hashlib import blake2b

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.streams.core.span import LIMIT, SPAN_MS, WINDOW_MS, Reading, dump, load
from vigie.streams.core.window import SLOTS, Now, Repairs, Uplink, add, at_tick

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY_AT = 20_000 * 24 * HOUR
MEMORY = 26 * HOUR
DEVICE = "eui:24e124136b000001"
TEMPERATURE, LAEQ, DIRECTION, CATEGORY, LA90 = 1, 10, 8, 20, 15


class Device:
    """One device's memory, as a step keeps it: each changed span goes through the changelog's bytes."""

    def __init__(self, restart=True):
        self.spans = [None] * SLOTS
        self.tick_at = 0
        self.restart = restart
        self.table = {}  # what a consumer has: the later record wins
        self.published = []
        self.deep_late = self.impossible = 0

    def batch(self, *uplinks):
        repairs, now = Repairs(), Now(self.tick_at, MEMORY)
        for uplink in uplinks:
            added = add(self.spans, DEVICE, uplink, now, repairs)
            self.deep_late += added.deep_late
            self.impossible += added.impossible
            self._publish(added.aggregates)
        self._publish(repairs.aggregates())
        self._save()

    def tick(self, at):
        self.tick_at = at
        for span in self.spans:
            if span is not None:
                self._publish(at_tick(DEVICE, span, Now(at, MEMORY)) or [])
        self._save()

    def _publish(self, aggregates):
        for one in aggregates:
            self.published.append(one)
            self.table[one.window_start, one.indicator] = one

    def _save(self):
        if self.restart:
            self.spans = [None if span is None else load(dump(span)) for span in self.spans]

    def values(self):
        """Windows without what tells of their history; one that was emptied is as one that never was."""
        return {
            key: (one.count, one.minimum, one.mean, one.maximum, one.input_hash, one.window_end)
            for key, one in self.table.items()
            if one.count
        }


def name(number):
    return blake2b(str(number).encode(), digest_size=8).digest()


def uplink(number, minute, *values, revision=0, arrival=None, period_s=900, property_id=TEMPERATURE):
    """An uplink observed at a minute of the day; values are numbers, or whole readings."""
    at = int(DAY_AT + minute * MINUTE)
    readings = [v if isinstance(v, Reading) else Reading(at, property_id, 0, v) for v in values]
    arrival_at = at + 1000 if arrival is None else int(DAY_AT + arrival * MINUTE)
    return Uplink(name(number), revision, at, arrival_at, period_s, readings)


def at(minute):
    return int(DAY_AT + minute * MINUTE)


# -- the property

readings = st.builds(
    Reading,
    st.integers(0, 7 * HOUR // 1000).map(lambda second: DAY_AT + second * 1000),
    st.sampled_from([TEMPERATURE, LAEQ, DIRECTION, CATEGORY, LA90]),
    st.sampled_from([0, 1]),
    st.floats(-200, 200),
)


@st.composite
def histories(draw):
    """The same uplinks in order, and shuffled with repeats; revisions of one uplink differ in what they hold."""
    unique = {}
    for number in range(draw(st.integers(1, 7))):
        for revision in range(draw(st.integers(1, 3))):
            found = draw(st.lists(readings, max_size=5))
            unique[number, revision] = Uplink(name(number), revision, DAY_AT, DAY_AT + 8 * HOUR, 900, found)
    ordered = [unique[key] for key in sorted(unique)]
    shuffled = draw(st.permutations(ordered + draw(st.lists(st.sampled_from(ordered), max_size=5))))
    return ordered, shuffled


@settings(max_examples=300, deadline=None)
@given(history=histories(), data=st.data())
def test_any_order_gives_the_same_windows(history, data):
    ordered, shuffled = history
    straight = Device(restart=False)
    straight.batch(*ordered)
    straight.tick(at(9 * 60))

    device, minute = Device(), 0
    while shuffled:
        size = data.draw(st.integers(1, len(shuffled)))
        device.batch(*shuffled[:size])
        shuffled = shuffled[size:]
        if data.draw(st.booleans()):
            minute += data.draw(st.integers(1, 200))
            device.tick(at(minute))
    device.tick(at(9 * 60))
    assert device.values() == straight.values()

    before = len(device.published)
    device.batch(*ordered)
    device.tick(at(9 * 60 + 1))
    assert len(device.published) == before, "what is known already was published again"
    revisions = {}
    for one in device.published:
        key = one.window_start, one.indicator
        assert one.revision == revisions.get(key, -1) + 1
        revisions[key] = one.revision


# -- one by one


def test_a_window_is_published_one_upload_period_after_its_end():
    device = Device()
    device.batch(uplink(1, 16, 20.0), uplink(2, 29.99, 22.0))
    device.tick(at(44))
    assert not device.published
    device.tick(at(45))
    (one,) = device.published
    assert (one.subject, one.indicator, one.window_code) == (f"device:{DEVICE}", "air_temperature", "15m")
    assert (one.window_start, one.window_end) == (at(15), at(30))
    assert (one.revision, one.reason, one.count) == (0, "closed", 2)
    assert (one.minimum, one.mean, one.maximum) == (20.0, 21.0, 22.0)
    device.tick(at(46))
    assert len(device.published) == 1


def test_windows_are_half_open():
    device = Device()
    device.batch(uplink(1, 15, 1.0), uplink(2, 30, 2.0))
    device.tick(at(60))
    assert [(one.window_start, one.mean) for one in device.published] == [(at(15), 1.0), (at(30), 2.0)]


def test_a_late_reading_repairs_its_window_once_per_batch():
    device = Device()
    device.batch(uplink(1, 16, 20.0))
    device.tick(at(45))
    device.batch(uplink(2, 17, 26.0, arrival=60), uplink(3, 18, 23.0, arrival=60))
    assert [(one.revision, one.reason, one.count, one.mean) for one in device.published] == [
        (0, "closed", 1, 20.0), (1, "late", 3, 23.0),
    ]  # fmt: skip


def test_a_window_whose_readings_all_came_late_says_so():
    device = Device()
    device.batch(uplink(1, 16, 20.0, arrival=200))
    device.tick(at(201))
    assert [(one.revision, one.reason) for one in device.published] == [(0, "late")]


def test_what_is_known_changes_nothing():
    device, now = Device(), Now(0, MEMORY)
    assert add(device.spans, DEVICE, uplink(1, 16, 20.0), now, Repairs()).slots
    assert not add(device.spans, DEVICE, uplink(1, 16, 20.0), now, Repairs()).slots


def test_a_logger_closes_its_windows_after_its_own_period():
    device = Device()
    device.batch(uplink(1, 16, 20.0, arrival=360, period_s=6 * 3600))
    device.tick(at(361))
    assert not device.published
    device.tick(at(30 + 360))
    assert [one.reason for one in device.published] == ["closed"]


def test_a_decoder_fix_replaces_what_the_uplink_said():
    device = Device()
    device.batch(uplink(1, 16, 200.0), uplink(2, 17, 22.0))
    device.tick(at(45))
    device.batch(uplink(1, 16, 20.0, revision=1, arrival=16))
    device.batch(uplink(1, 16, 200.0))  # the old one again
    assert [(one.revision, one.reason, one.mean) for one in device.published] == [
        (0, "closed", 111.0), (1, "corrected", 21.0),
    ]  # fmt: skip


def test_the_same_values_from_a_higher_revision_are_not_published_again():
    device = Device()
    device.batch(uplink(1, 16, 20.0))
    device.tick(at(45))
    device.batch(uplink(1, 16, 20.0, revision=3, arrival=16))
    assert len(device.published) == 1


def test_a_reading_that_a_fix_moves_leaves_its_old_window():
    device = Device()
    device.batch(uplink(1, 16, 20.0))
    device.tick(at(45))
    moved = Reading(at(16 - 300), TEMPERATURE, 0, 20.0)  # five hours earlier: another span
    device.batch(Uplink(name(1), 1, at(16), at(17), 900, [moved]))
    device.tick(at(46))
    assert [(one.window_start, one.revision, one.count, one.mean) for one in device.published] == [
        (at(15), 0, 1, 20.0), (at(15), 1, 0, None), (at(-285), 0, 1, 20.0),
    ]  # fmt: skip


IMPOSSIBLE = [
    # six minutes ahead of its arrival
    (Reading(at(22), TEMPERATURE, 0, 20.0), 16),
    # a clock that starts in 1970
    (Reading(1000, TEMPERATURE, 0, 20.0), 16),
    # a number that is none
    (Reading(at(16), TEMPERATURE, 0, float("nan")), 16),
    (Reading(at(16), TEMPERATURE, 0, float("-inf")), 16),
]


@pytest.mark.parametrize(("reading", "arrival"), IMPOSSIBLE)
def test_impossible_readings_are_skipped(reading, arrival):
    device = Device()
    device.batch(Uplink(name(1), 0, at(16), at(arrival), 900, [reading]))
    device.tick(at(300))
    assert not device.published
    assert device.impossible == 1


def test_a_reading_a_little_ahead_of_its_arrival_counts():
    device = Device()
    device.batch(Uplink(name(1), 0, at(16), at(16), 900, [Reading(at(20), TEMPERATURE, 0, 20.0)]))
    device.tick(at(300))
    assert len(device.published) == 1


def test_a_window_stays_26_hours_and_is_then_released_for_good():
    device = Device()
    device.batch(uplink(1, 16, 20.0))
    device.tick(at(60))
    device.tick(at(30) + MEMORY)
    device.batch(uplink(2, 17, 22.0, arrival=27 * 60))
    assert [one.revision for one in device.published] == [0, 1]
    device.tick(at(0) + SPAN_MS + MEMORY)
    device.batch(uplink(3, 18, 24.0, arrival=31 * 60))
    device.tick_at = 0  # a restart that has not seen a tick yet knows it all the same
    device.batch(uplink(4, 18, 24.0, arrival=31 * 60))
    assert len(device.published) == 2
    assert device.deep_late == 2
    assert all(len(span.log) == 0 for span in device.spans if span is not None)


def test_a_logger_that_was_off_for_days_is_deep_late_before_the_first_tick_too():
    device = Device()
    device.batch(uplink(1, 16, 20.0, arrival=48 * 60))
    device.tick(at(48 * 60 + 1))
    assert not device.published
    assert device.deep_late == 1


def test_a_window_never_in_memory_is_not_written_before_or_after_a_restart():
    device = Device()
    device.tick(at(48 * 60))
    device.batch(uplink(1, 16, 20.0, arrival=48 * 60))
    device.tick_at = 0
    device.batch(uplink(2, 16, 20.0, arrival=48 * 60))
    device.tick(at(48 * 60 + 1))
    assert not device.published
    assert device.deep_late == 2


def test_a_window_waiting_for_a_rare_upload_is_published_before_it_is_released():
    device = Device()
    device.batch(uplink(1, 16, 20.0, period_s=48 * 3600))
    device.tick(at(0) + SPAN_MS + MEMORY - MINUTE)
    assert not device.published
    device.tick(at(0) + SPAN_MS + MEMORY)
    assert [one.count for one in device.published] == [1]


def test_nothing_is_lost_when_no_tick_comes_for_days():
    device = Device()
    for hour in range(96):
        device.batch(uplink(hour, hour * 60, float(hour)))
    device.tick(at(97 * 60))
    assert sorted(one.mean for one in device.published) == [float(hour) for hour in range(96)]


def test_a_flood_is_bounded():
    device = Device(restart=False)
    device.batch(*(uplink(number, 16, *range(5)) for number in range(10_000)))
    assert device.deep_late
    assert max(len(dump(span)) for span in device.spans if span is not None) < LIMIT + 200


def test_each_channel_and_property_has_its_own_series():
    device = Device()
    values = [Reading(at(16), TEMPERATURE, 0, 1.0), Reading(at(16), TEMPERATURE, 2, 5.0), Reading(at(16), 2, 0, 50.0)]
    device.batch(uplink(1, 16, *values))
    device.tick(at(45))
    assert [(one.indicator, one.mean) for one in device.published] == [
        ("air_temperature", 1.0), ("air_temperature#2", 5.0), ("relative_humidity", 50.0),
    ]  # fmt: skip


MEANS = [
    # gauge: arithmetic mean
    (TEMPERATURE, [10.0, 20.0], (10.0, 15.0, 20.0)),
    # level: 60 and 70 dB have the mean energy of 67.404 dB
    (LAEQ, [60.0, 70.0], (60.0, 67.40362689494244, 70.0)),
    # a level of equal parts is itself, also where energies would overflow
    (LAEQ, [5000.0, 5000.0], (5000.0, 5000.0, 5000.0)),
    # levels exceeded for a share of the time do not combine
    (LA90, [40.0, 50.0], (40.0, None, 50.0)),
    # direction: vectors, around north; nothing is smallest on a circle
    (DIRECTION, [350.0, 10.0, 0.0], (None, 0.0, None)),
    # opposite directions have no mean
    (DIRECTION, [90.0, 270.0], (None, None, None)),
    # category: counted only
    (CATEGORY, [1.0, 2.0], (None, None, None)),
    # a sum that rounding would put below the smallest
    (TEMPERATURE, [0.1, 0.1, 0.1], (0.1, 0.1, 0.1)),
    # a sum beyond the largest double
    (TEMPERATURE, [1.7e308, 1.7e308], (1.7e308, 1.7e308, 1.7e308)),
]


@pytest.mark.parametrize(("property_id", "values", "expected"), MEANS)
def test_means(property_id, values, expected):
    device = Device()
    device.batch(*(uplink(n, 16, value, property_id=property_id) for n, value in enumerate(values)))
    device.tick(at(45))
    (one,) = device.published
    assert (one.minimum, one.mean, one.maximum) == expected
    assert one.count == len(values)


def test_a_day_at_15_minutes_is_small():
    device = Device(restart=False)
    for number in range(104):
        values = [Reading(at(number * 15), property_id, 0, 20.0) for property_id in (1, 2, 3, 4, 5)]
        device.batch(uplink(number, number * 15, *values))
    size = sum(len(dump(span)) for span in device.spans if span is not None)
    assert size / 5 < 2_500  # bytes per property for 26 hours
    assert max(len(dump(span)) for span in device.spans if span is not None) < 2_000  # written per uplink
    assert WINDOW_MS * 16 == SPAN_MS
