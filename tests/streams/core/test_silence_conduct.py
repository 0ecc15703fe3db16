"""Late, zombie, clock, replay, reset: when each begins and ends, and that none chatters."""

import pytest

from vigie.streams.core.silence.clock import Clock
from vigie.streams.core.silence.conduct import KINDS, Change, Conduct, Message, observe
from vigie.streams.core.silence.conduct_words import signal
from vigie.streams.core.silence.expected import Expected
from vigie.topics.alert_facts import FACTS

QUARTER = 900_000


class Device:
    """Messages each 15 minutes; what begins and ends, by the number of its message."""

    def __init__(self):
        self.conduct, self.number, self.changes = Conduct(), 0, []

    def send(self, count=1, *, late_min=0.0, new_slot=True, gap_ms=QUARTER, **more):
        for _ in range(count):
            self.number += 1
            at = self.number * gap_ms
            given = {"measures": self.number, **more}
            message = Message(str(self.number), at, int(at - late_min * 60_000), new_slot, **given)
            found = observe(self.conduct, message, 900)
            self.changes += [(self.number, one.kind, one.active) for one in found]
        return self


def test_a_sound_device_says_nothing():
    assert Device().send(500).changes == []


def test_late_begins_when_a_tenth_comes_too_late_and_ends_when_a_fortieth_does():
    device = Device().send(50).send(1, late_min=45).send(50)
    assert device.changes == [], "one late message is none"
    device = Device().send(50)
    for _ in range(30):
        device.send(1, late_min=45).send(3)
    begun = device.changes
    assert [(kind, active) for _, kind, active in begun] == [("late", True)]
    device.send(200)
    assert [(kind, active) for _, kind, active in device.changes] == [("late", True), ("late", False)]
    assert Device().send(100, late_min=25).changes == [], "within two intervals is in time"


def test_a_flush_among_messages_in_time_is_not_late():
    device = Device().send(50)
    for _ in range(20):
        device.send(14, late_min=3000, new_slot=False).send(1)
    assert device.changes == []


def test_clock_begins_with_the_second_and_ends_with_the_third_good_one():
    device = Device().send(10).send(1, impossible=True).send(10)
    assert device.changes == []
    device.send(5, impossible=True).send(2).send(1, impossible=True).send(2).send(3)
    assert device.changes == [(23, "clock", True), (32, "clock", False)]


@pytest.mark.parametrize("share", [2, 3])
def test_replay_needs_three_in_ten(share):
    device = Device()
    for _ in range(60):
        device.send(10 - share).send(share, repeat=True)
    assert [kind for _, kind, active in device.changes if active] == (["replay"] if share == 3 else [])
    device.send(300)
    assert [active for *_, active in device.changes] == ([True, False] if share == 3 else [])


def test_zombie_sends_no_measure_or_one_that_does_not_move():
    device = Device().send(20).send(8, measures=0)
    assert device.changes == [], "two hours and six slots"
    device.send(3, measures=0).send(2)
    assert device.changes == [(29, "zombie", True), (32, "zombie", False)]
    frozen = Device().send(7 * 96, measures=42)
    assert frozen.changes == []
    frozen.send(1, measures=42).send(1)
    assert frozen.changes == [(7 * 96 + 1, "zombie", True), (7 * 96 + 2, "zombie", False)]
    assert Device().send(1000, measures=1, countable=False).changes == [], "a lid may stay shut"


def test_reset_is_told_once_and_over_after_a_day():
    device = Device().send(10).send(1, reset=True).send(20).send(1, reset=True).send(95)
    assert device.changes == [(11, "reset", True)]
    device.send(1)
    assert device.changes[1:] == [(32 + 96, "reset", False)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("active", [True, False])
def test_each_is_said_in_both_languages_with_known_facts(kind, active):
    told = signal(
        Change(kind, active, "u1", 5, 7200.0 if kind in ("zombie", "clock") else 0.4), "eui:a1",
        Clock(9, model="EM300-TH", network="n", frames=1, gateways={"g1": 1}), 10,
        Expected(900, "heat", "P1", "13055", "D1", "P1.1", known=True),
    )  # fmt: skip
    assert (told.subject, told.rule, told.active, told.cause_id) == ("device:eui:a1", kind, active, "u1")
    assert set(told.facts) <= set(FACTS)
    assert "eui:a1 (EM300-TH)" in told.sentence_fr
    assert "eui:a1 (EM300-TH)" in told.sentence_en
    assert "{" not in told.sentence_fr + told.sentence_en
    assert told.sentence_fr.endswith(".")
    assert told.facts["gateways"] == "g1"
