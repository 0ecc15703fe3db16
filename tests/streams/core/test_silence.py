"""Arrival decides silence: a table of what a device and the ticks do, and what is said of it."""

import pytest
from streams.core.test_alarm import play as alerts_of

from vigie.streams.core.silence.clock import Clock, Watch, dump, heard, judge, load, watched
from vigie.topics.alarm_input import SilenceSignal

MINUTE = 60_000
PERIOD_S = 900
"""Of the model in these tests; three of them are 45 minutes."""
ADDRESS = "eui:24e124136b000001"


def period_of(model):
    return PERIOD_S if model == "EM300-TH" else 0


class Watcher:
    """One device and the ticks, in minutes; every change goes through the changelog's bytes."""

    def __init__(self):
        self.clock = self.watch = None
        self.saved = None
        self.signals = []
        """What was said: whether silent, decided in which minute, since which."""
        self.sent = []
        """The signals themselves."""

    def arrival(self, minute, model="EM300-TH"):
        clock, signal = heard(self.clock, ADDRESS, int(minute * MINUTE), model, "metropole", period_of)
        self.clock = load(dump(clock))
        self._note(signal)

    def tick(self, minute):
        self.watch = load(dump(watched(self.watch, minute * MINUTE)))
        if self.clock is not None:
            self._note(judge(self.clock, ADDRESS, self.watch, period_of))
            self.clock = load(dump(self.clock))

    def ticks(self, first, last):
        for minute in range(first, last + 1):
            self.tick(minute)

    def checkpoint(self):
        self.saved = dump(self.clock), dump(self.watch)

    def kill(self):
        """Signals are out, what came after the checkpoint is lost."""
        self.clock, self.watch = map(load, self.saved)

    def _note(self, signal):
        if signal is not None:
            self.sent.append(signal)
            self.signals.append((signal.silent, signal.decided_at / MINUTE, signal.last_arrival_at / MINUTE))


def watcher_after(*steps):
    watcher = Watcher()
    for kind, *arguments in steps:
        getattr(watcher, kind)(*arguments)
    return watcher


def play(*steps):
    return watcher_after(*steps).signals


CASES = [
    # 45 min without arrival: silent at the first tick that is not before
    ([("arrival", 100), ("ticks", 100, 146)], [(True, 145, 100)]),
    # one minute less: nothing is said
    ([("arrival", 100), ("ticks", 100, 144)], []),
    # an arrival between two ticks counts to the millisecond: due at 145.5, so told at 146
    ([("arrival", 100.5), ("ticks", 101, 150)], [(True, 146, 100.5)]),
    # two missed messages of four, never three in a row: no alert
    ([("arrival", 100), ("ticks", 101, 144), ("arrival", 144), ("ticks", 145, 188), ("arrival", 188.9)], []),
    # silent for hours: said once
    ([("arrival", 100), ("ticks", 100, 400)], [(True, 145, 100)]),
    # it comes back: said at once, with the arrival that ends it
    ([("arrival", 100), ("ticks", 100, 150), ("arrival", 151)], [(True, 145, 100), (False, 151, 100)]),
    # it comes back and falls silent again: two silences with two names
    (
        [("arrival", 100), ("ticks", 100, 150), ("arrival", 151), ("ticks", 151, 200)],
        [(True, 145, 100), (False, 151, 100), (True, 196, 151)],
    ),
    # the same arrival again, or an older one that comes late, moves nothing back
    ([("arrival", 100), ("arrival", 90), ("arrival", 100), ("ticks", 100, 150)], [(True, 145, 100)]),
    # a silent device is not woken by a repeat of its last arrival
    ([("arrival", 100), ("ticks", 100, 150), ("arrival", 100)], [(True, 145, 100)]),
    # a model without a declared period is not watched
    ([("arrival", 100, "unknown"), ("ticks", 100, 1000)], []),
    # only heard so far (a join), its model unknown: not watched, until an uplink tells the model
    (
        [("arrival", 100, ""), ("ticks", 100, 200), ("arrival", 201), ("ticks", 201, 250)],
        [(False, 201, 100), (True, 246, 201)],
    ),
    # a join (no model) of a known device moves its clock
    ([("arrival", 100), ("arrival", 130, ""), ("ticks", 131, 174)], []),
    # the same tick twice decides once
    ([("arrival", 100), ("ticks", 100, 145), ("tick", 145)], [(True, 145, 100)]),
    # ticks stay away for three hours (everything was stopped): no storm when they come again
    ([("arrival", 100), ("ticks", 100, 110), ("ticks", 290, 334)], []),
    # ... and a device that is really gone is told three periods after
    ([("arrival", 100), ("ticks", 100, 110), ("ticks", 290, 340)], [(True, 335, 100)]),
    # a device already silent before the stop stays one silence
    ([("arrival", 100), ("ticks", 100, 150), ("ticks", 290, 400)], [(True, 145, 100)]),
    # the host's clock jumps an hour ahead: no storm, and ends that alarm passes by (no alert is open)
    ([("arrival", 100), ("ticks", 100, 105), ("ticks", 165, 170), ("arrival", 171)], [(False, 171, 100)]),
    # an unwatched device that comes back says nothing
    ([("arrival", 100, "unknown"), ("ticks", 100, 300), ("arrival", 300, "unknown")], []),
    # ticks a few minutes late are no stop
    ([("arrival", 100), ("ticks", 100, 140), ("tick", 145)], [(True, 145, 100)]),
]


@pytest.mark.parametrize(("steps", "said"), CASES)
def test_what_is_said(steps, said):
    assert play(*steps) == said


@pytest.mark.parametrize("after", [[("arrival", 145.5)], [("tick", 146), ("arrival", 147)]])
def test_a_worker_killed_after_its_signal_leaves_no_alert_open(after):
    """The mark of the silence is lost; the device is heard before, or after, the next tick that would say it again."""
    told = [("arrival", 100), ("ticks", 100, 144), ("checkpoint",), ("tick", 145), ("kill",)]
    events = alerts_of(*watcher_after(*told, *after).sent)
    assert [event.transition for event in events] == ["raised", "cleared"]


def test_a_late_arrival_before_any_signal_opens_and_closes_nothing():
    steps = [("arrival", 100), ("ticks", 100, 144), ("arrival", 145), ("ticks", 146, 150)]
    assert alerts_of(*watcher_after(*steps).sent) == []


def test_signal_carries_the_facts_of_the_sentence():
    clock = Clock(100 * MINUTE, model="EM300-TH", network="metropole")
    assert judge(clock, ADDRESS, Watch(145 * MINUTE), period_of) == SilenceSignal(
        address=ADDRESS, silent=True, last_arrival_at=100 * MINUTE, due_at=145 * MINUTE, arrival_at=None,
        decided_at=145 * MINUTE, period_s=900, model="EM300-TH", network="metropole",
    )  # fmt: skip


def test_a_clock_is_small():
    assert len(dump(Clock(1_750_000_000_000, 1_750_000_000_000, "EM300-TH-LOG", "metropole"))) < 50
