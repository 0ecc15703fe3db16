"""Silent devices: of several addresses, as the fleet knows them, told again, told late, told of the past."""

from fractions import Fraction
from math import comb

import pytest
from fleet_objects import device, placement, point

from vigie.streams.core.alarm.graph import Gateway
from vigie.streams.core.alarm.intent import Clear, Raise
from vigie.streams.core.alarm.network_tail import tail
from vigie.streams.core.alarm.network_words import gateway_down
from vigie.streams.core.alarm.own_gaps import ALONE, MINUTE_MS, is_known, learn, limit_ms
from vigie.streams.core.alarm.root_cause import RootCause
from vigie.streams.core.fleet.view import FleetView
from vigie.topics.alarm_input import SilenceSignal, Tick

START_AT = 1_760_000_040_000
LORA, MODEM = "eui:a1", "imei:1"


class Read:
    """Root cause that reads messages one after the other, a tick a minute."""

    def __init__(self, *objects: object) -> None:
        view = FleetView().with_objects(objects)
        self.root = RootCause("Europe/Paris", lambda: view)
        self.at, self.offset = START_AT, 0
        self.intents: list[object] = []

    def give(self, message: object) -> None:
        self.intents += self.root.take(message, self.at, self.offset).intents
        self.offset += 1

    def minutes(self, count: int) -> list[object]:
        first = len(self.intents)
        for _ in range(count):
            self.at += MINUTE_MS
            self.give(Tick(at=self.at))
        return self.intents[first:]

    def silent(self, address: str, last_at: int = START_AT - 3_600_000, **more: object) -> None:
        self.give(
            SilenceSignal(
                address=address, silent=True, last_arrival_at=last_at, due_at=last_at + 2_700_000, arrival_at=None,
                decided_at=self.at, period_s=900, **{"interval_s": 900.0, "missed": 3, "phi": 4.0, **more},
            )
        )  # fmt: skip

    def heard(self, address: str) -> None:
        self.give(
            SilenceSignal(
                address=address, silent=False, last_arrival_at=START_AT, due_at=START_AT, arrival_at=self.at,
                decided_at=self.at, period_s=900,
            )
        )  # fmt: skip


def test_a_device_of_two_addresses_is_silent_when_both_are():
    read = Read(point("P1", use_case="waste"), device("TEM-1", LORA, MODEM), placement("TEM-1/1", "TEM-1", "P1"))
    read.minutes(1)
    read.silent(LORA)
    assert read.minutes(40) == []
    read.silent(MODEM, read.at - 3_000_000)
    [told] = read.minutes(16)
    assert isinstance(told, Raise)
    assert told.key == "silence:TEM-1:no_arrival"
    assert (told.device, told.point, told.commune, told.use_case) == ("TEM-1", "P1", "13055", "waste")
    assert told.facts["address"] == MODEM, "the one that was heard last names the silence"
    assert "du point P1" in told.sentence_fr
    read.heard(LORA)
    [over] = [one for one in read.intents if isinstance(one, Clear)]
    assert over.key == told.key
    assert read.minutes(60) == []


def test_an_address_whose_device_has_no_other_keeps_its_name():
    read = Read(point("P1", use_case="river"), device("LIM-1", LORA), placement("LIM-1/1", "LIM-1", "P1"))
    read.silent(LORA)
    [told] = read.minutes(16)
    assert (told.key, told.device, told.priority) == (f"silence:{LORA}:no_arrival", "LIM-1", 2)


@pytest.mark.parametrize(
    ("use_case", "rule", "priority", "mail"),
    [("waste", "poor_coverage", 4, "digest"), ("river", "poor_coverage", 2, "incident"),
     ("heat", "never_seen", 3, "incident"), ("heat", "no_return", 3, "incident")],
)  # fmt: skip
def test_each_rule_has_its_priority_its_mail_and_its_words(use_case, rule, priority, mail):
    read = Read(point("P1", use_case=use_case), device("D1", LORA), placement("D1/1", "D1", "P1"))
    read.silent(LORA, rule=rule, loss=0.4)
    [told] = read.minutes(16)
    assert (told.key, told.priority, told.mail) == (f"silence:{LORA}:{rule}", priority, mail)
    words = {"poor_coverage": "40\u00a0% de messages perdus", "never_seen": "jamais été entendu",
             "no_return": "n'est pas revenu après l'intervention"}  # fmt: skip
    assert words[rule] in told.sentence_fr
    assert all(told.facts[name] for name in ("check_fr", "check_en", "clears_fr", "clears_en"))


def test_poor_coverage_that_becomes_sure_is_told_as_that():
    read = Read()
    read.silent(LORA, rule="poor_coverage")
    [poor] = read.minutes(16)
    read.silent(LORA, rule="no_arrival")
    over, sure = read.minutes(16)
    assert isinstance(over, Clear)
    assert (over.key, over.reason, sure.key) == (poor.key, "superseded", f"silence:{LORA}:no_arrival")


def test_a_signal_told_again_or_about_the_past_says_nothing_new():
    read = Read()
    read.silent(LORA)
    assert len(read.minutes(16)) == 1
    read.silent(LORA)
    assert read.minutes(20) == []
    read.heard(LORA)
    read.heard(LORA)
    read.silent(LORA)
    assert [type(one) for one in read.intents] == [Raise, Clear]
    assert read.minutes(60) == [], "of a worker that did not know that the device had come back"


def test_a_device_that_is_heard_while_it_is_held_is_never_told():
    read = Read()
    read.silent(LORA)
    read.minutes(14)
    read.heard(LORA)
    assert read.minutes(60) == []
    assert read.intents == []


def test_a_device_that_is_taken_down_is_no_longer_waited_for():
    read = Read()
    read.silent(LORA)
    [told] = read.minutes(16)
    read.give(
        SilenceSignal(
            address=LORA, silent=False, last_arrival_at=START_AT - 3_600_000, due_at=START_AT, arrival_at=None,
            decided_at=read.at, period_s=900,
        )
    )  # fmt: skip
    over = read.intents[-1]
    assert (over.key, over.reason, over.event_at) == (told.key, "withdrawn", read.at)
    assert "n'est plus attendu" in over.sentence_fr
    assert read.minutes(60) == []


def test_a_silence_that_follows_another_ends_it():
    read = Read()
    read.silent(LORA)
    [first] = read.minutes(16)
    read.silent(LORA, START_AT + 30_000)
    read.minutes(40)
    assert [one.key for one in read.intents] == [first.key] * 3
    assert [type(one) for one in read.intents] == [Raise, Clear, Raise]


def test_the_tail_is_the_binomial_law_s():
    for silent, devices, p in ((5, 10, Fraction(1, 100)), (75, 150, Fraction(3, 10)), (1, 4, Fraction(1, 2))):
        exact = sum(comb(devices, k) * p**k * (1 - p) ** (devices - k) for k in range(silent, devices + 1))
        assert tail(silent, devices, float(p)) == pytest.approx(float(exact), rel=1e-9)


def test_a_nightly_pause_is_learned_as_usual():
    gaps: dict[int, float] = {}
    for _day in range(20):
        for _ in range(1_000):
            learn(gaps, MINUTE_MS)
        learn(gaps, 180 * MINUTE_MS)
    assert is_known(gaps)
    assert 180 * MINUTE_MS <= limit_ms(gaps) <= 225 * MINUTE_MS


def test_a_device_that_fails_in_a_small_network_is_no_failure_of_the_network():
    gaps: dict[int, float] = {}
    for _day in range(7):
        for _ in range(144):
            learn(gaps, 10 * MINUTE_MS)
    joined_ms = 20 * MINUTE_MS
    assert limit_ms(gaps) < joined_ms <= limit_ms(gaps, ALONE)


def test_a_gateway_says_how_many_it_alone_hears_and_how_many_of_them_are_silent_already():
    def said(silent: int, alone: int) -> str:
        return gateway_down("Europe/Paris", "g1", Gateway(life_at=START_AT), silent, alone, 0).fr.split(": ")[1]

    assert said(1, 6) == "elle seule entend 6 capteurs, dont 1 se tait déjà."
    assert said(4, 6) == "elle seule entend 6 capteurs, dont 4 se taisent déjà."
    assert said(6, 6) == "6 capteurs qu'elle entendait se taisent."
    assert said(1, 0) == "1 capteur qu'elle entendait se tait."
    assert said(0, 60) == "elle seule entend 60 capteurs."
