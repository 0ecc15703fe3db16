"""Root cause, played: what stops, what is told of it, and what is not."""

import copy
from dataclasses import replace

import pytest
from city_of_silence import HOUR_MS, MINUTE_MS, MISSED, PERIOD_MS, City, Device, Played, containers, restored
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.streams.core.alarm import judge_devices
from vigie.streams.core.alarm.intent import Raise
from vigie.streams.core.alarm.root_cause import RootCause
from vigie.topics.alarm_input import ConnectorHeartbeat, Freeze, SilenceSignal, Thaw, Tick

LEARNED_MINUTES = 125
SLOT = 20
"""Minutes between two messages of a device."""
SOURCES = {"chirpstack": "metropole", "operator": "operateur"}


def city(statistics_ms: int) -> City:
    """A hundred and fifty containers behind four gateways, of which two hear the same, and twenty beside them."""
    devices = [
        *containers("g1", 60, "metropole"), *containers("g2", 60, "metropole"),
        *containers("g3", 30, "metropole", other="g4"),
        *(Device(f"imei:{place}", PERIOD_MS, place * 60_000, "operateur") for place in range(20)),
    ]  # fmt: skip
    return City(devices, dict.fromkeys(("g1", "g2", "g3", "g4"), statistics_ms), SOURCES)


@pytest.fixture(scope="module")
def learned() -> dict[int, Played]:
    """Two cities that have been well for four hours: with gateways that say nothing of themselves, and that do."""
    return {each: Played(city(each), RootCause("Europe/Paris")).play(LEARNED_MINUTES) for each in (0, MINUTE_MS)}


@pytest.fixture
def played(learned) -> Played:
    return copy.deepcopy(learned[0])


def keys(raised: list[Raise]) -> list[str]:
    return [one.key for one in raised]


def about_devices(played: Played) -> list[str]:
    return [one.key for one in played.alone() if one.key.startswith("silence:")]


def test_a_city_that_is_well_says_nothing(learned):
    assert [one.intents for one in learned.values()] == [[], []]
    assert [one.platform for one in learned.values()] == [[], []]
    assert learned[0].root.well_at == learned[0].city.at


@pytest.mark.parametrize("statistics_ms", [0, MINUTE_MS])
def test_a_gateway_with_sixty_containers_is_one_alert_and_sixty_explained(learned, statistics_ms):
    played = copy.deepcopy(learned[statistics_ms]).play(10 * SLOT, {"g1"}.__contains__)
    [down] = played.alone()
    assert (down.key, down.mail, down.priority) == ("gateway:g1:gateway_down", "incident", 2)
    assert down.sentence_fr.startswith("La passerelle g1 n'a rien relayé depuis le ")
    assert {one.suppressed_by for one in played.suppressed()} == {down.key}
    assert len({one.key for one in played.suppressed()}) == 60
    assert played.intents.index(down) < min(played.intents.index(one) for one in played.suppressed())
    assert down.decided_at - down.event_at <= 7 * MINUTE_MS, "its own quiet, not the containers' hours"
    assert "elle seule entend 60 capteurs" in down.sentence_fr
    assert "Cause probable" in played.suppressed()[0].sentence_fr
    played.play(3 * SLOT)
    assert len(played.alone()) == 1
    assert [one.key for one in played.cleared()].count(down.key) == 1
    assert len(played.cleared()) == 61
    assert played.explained() == []
    assert played.platform == []


def test_a_device_that_does_not_come_back_with_its_gateway_counts_alone_once_it_is_silent_anew(played):
    lost = "eui:g10007"
    played.play(8 * SLOT, {"g1"}.__contains__)
    back_at = played.city.at
    played.play((MISSED + 2) * SLOT, {lost}.__contains__)
    [alone] = played.explained()
    assert (alone.key, alone.cause) == (f"silence:{lost}:no_arrival", "")
    cleared_at = next(one.decided_at for one in played.cleared() if one.key.startswith("gateway:"))
    assert back_at <= cleared_at <= back_at + 3 * MINUTE_MS
    assert alone.decided_at == cleared_at + MISSED * PERIOD_MS, "what made it silent, not less"


def test_two_gateways_that_hear_the_same_explain_together_what_one_does_not(played):
    one_down = copy.deepcopy(played).play(8 * SLOT, {"g3"}.__contains__)
    assert one_down.alone() == [], "the other one hears all that it heard"
    played.play(8 * SLOT, {"g3", "g4"}.__contains__)
    assert len(played.alone()) == 1, "no more gateways than are needed"
    assert played.alone()[0].key in ("gateway:g3:gateway_down", "gateway:g4:gateway_down")
    assert len(played.suppressed()) == 30


def test_a_device_whose_gateway_lives_is_told_alone_and_says_how_sure_that_is(played):
    played.play(7 * SLOT, {"eui:g20007"}.__contains__)
    [told] = played.alone()
    assert told.key == "silence:eui:g20007:no_arrival"
    assert "une chance sur 20\u202f000 que ce soit le hasard" in told.sentence_fr
    assert "one chance in 20,000 that this is bad luck" in told.sentence_en
    assert (told.priority, told.mail, told.cause_id) == (3, "incident", f"{told.arrival_at}")
    assert told.facts["phi"] == "4.20"
    signal = next(m for m, _, _ in played.log if isinstance(m, SilenceSignal))
    assert told.decided_at == signal.decided_at + 15 * MINUTE_MS
    played.play(60)
    [over] = played.cleared()
    assert over.key == told.key
    assert over.facts["heard_again_at"]


def test_a_network_of_150_devices_is_one_alert_and_one_end(played):
    played.play(6 * SLOT, {"metropole"}.__contains__)
    [down] = played.alone()
    assert (down.key, down.network) == ("network:metropole:network_down", "metropole")
    assert down.facts["devices"] == "150"
    freezes = [one for one in played.platform if isinstance(one, Freeze)]
    assert {(one.scope, one.reason) for one in freezes} == {("network:metropole", "network_down")}
    assert len(freezes) > 100, "written again each minute"
    assert all(one.until_at >= one.at for one in freezes)
    played.play(5 * SLOT)
    assert keys(played.alone()) == [down.key]
    assert [one.key for one in played.cleared() if not one.key.startswith("silence:")] == [down.key]
    assert [one.scope for one in played.platform if isinstance(one, Thaw)] == ["network:metropole"]


def test_half_of_a_network_beneath_gateways_that_live_is_the_network(played):
    dark = {f"imei:{place}" for place in range(20) if place % 3}
    played.play(8 * SLOT, dark.__contains__)
    assert "network:operateur:network_down" in keys(played.alone())
    assert "réseau « operateur » est muet" in played.alone()[0].sentence_fr
    assert about_devices(played) == []


def test_nothing_from_any_network_is_the_platform(played):
    played.play(6 * SLOT, {"metropole", "operateur"}.__contains__).play(4 * SLOT)
    assert keys(played.alone()) == ["platform:alarm-inputs:blind"]
    assert [one.key for one in played.cleared()] == ["platform:alarm-inputs:blind"]
    assert {(type(one), one.scope) for one in played.platform} == {(Freeze, "all"), (Thaw, "all")}


def test_a_restart_of_the_whole_platform_mails_nothing_about_devices(played):
    played.city.at += 2 * HOUR_MS
    played.play(8 * SLOT)
    assert keys(played.alone()) == ["platform:clock:clock_jumped"]
    assert [one.key for one in played.cleared()] == ["platform:clock:clock_jumped"]
    assert played.suppressed() == []


def test_a_clock_that_goes_back_is_one_alert_too(played):
    played.city.at -= HOUR_MS
    played.play(8 * SLOT)
    assert keys(played.alone()) == ["platform:clock:clock_jumped"]
    assert "a reculé" in played.alone()[0].sentence_fr


@pytest.mark.parametrize("silent", ["observe", "decode"])
def test_a_role_that_lags_is_the_only_thing_told_and_becomes_more_serious(played, silent):
    played.play(6 * SLOT, silent_roles=(silent,)).play(5 * SLOT)
    assert len({one.key for one in played.alone()}) == 1
    assert [one.key.split(":")[2] for one in played.alone()] == ["role_lagging"] * 2
    assert [one.priority for one in played.alone()] == [3, 2]
    assert {one.scope for one in played.platform} == {"all"}
    assert len(played.cleared()) == 1
    assert not [one for one in played.platform if isinstance(one, Freeze) and one.reason != "lag"]


def test_a_source_that_stops_freezes_what_it_brings(played):
    played.play(6 * SLOT, {"chirpstack"}.__contains__).play(6 * SLOT)
    assert {one.key for one in played.alone()} == {"platform:chirpstack:source_stopped"}
    assert [one.priority for one in played.alone()] == [3, 2]
    assert {one.scope for one in played.platform} == {"source:chirpstack", "network:metropole"}
    assert len(played.cleared()) == 1


def test_a_source_without_a_network_of_its_own_freezes_what_is_not_heard_any_more(played):
    for source in played.root._graph.sources.values():
        source.network = ""
    played.city.sources = {}
    played.play(1)  # what it brought after its last word
    played.city.sources = {"chirpstack": "metropole"}
    for minute in range(30):
        for message in played.city.minute({"chirpstack"}.__contains__):
            nameless = isinstance(message, ConnectorHeartbeat)
            played.give(ConnectorHeartbeat(**{**_fields(message), "network": ""}) if nameless else message)
        del minute
    frozen = played.root._graph.watch.frozen
    assert "network:metropole" in frozen
    assert "network:operateur" not in frozen
    assert "network:metropole:network_down" not in keys(played.alone()), "one thing is told once"


def test_a_network_of_one_gateway_and_of_devices_without_one_is_judged_as_a_network():
    devices = [*containers("g1", 60, "metropole"), *containers("", 20, "metropole")]
    devices[60:] = [replace(one, gateways=()) for one in devices[60:]]
    played = Played(City(devices, {"g1": 0}), RootCause("Europe/Paris")).play(LEARNED_MINUTES)
    played.play(10 * SLOT, {"metropole"}.__contains__)
    assert keys(played.alone()) == ["network:metropole:network_down"]


def _fields(message: ConnectorHeartbeat) -> dict[str, object]:
    return {name: getattr(message, name) for name in message.__struct_fields__}


def test_receive_that_says_nothing_of_its_sources_is_one_alert(played):
    sources, played.city.sources = played.city.sources, {}
    played.play(30, {"metropole", "operateur"}.__contains__)
    assert {one.key for one in played.alone()} == {"platform:receive:source_stopped"}
    played.city.sources = sources
    played.play(60)
    assert [one.key for one in played.cleared()] == ["platform:receive:source_stopped"]


def test_a_storm_is_told_in_portions_and_whole(played, monkeypatch):
    monkeypatch.setattr(judge_devices, "MOST", 7)
    played.play(6 * SLOT, {"g1"}.__contains__)
    assert played.root.again is None
    dark = {one.address for one in played.city.devices if one.address.startswith("eui:g1")}
    assert {one.device for one in played.suppressed()} == dark
    signals = [SilenceSignal(**signal) for signal in _storm(played.city, 40)]
    before = len(played.log)
    for signal in signals:
        played.give(signal)
    played.play(30)
    repeats = [m for m, _, _ in played.log[before:] if isinstance(m, Tick)]
    assert len(repeats) > 30, "the last tick came again while there was more to tell"
    assert {one.device for one in played.alone()} >= {signal.address for signal in signals}


def _storm(city: City, count: int) -> list[dict[str, object]]:
    return [
        {
            "address": f"src:lan:{place}", "silent": True, "last_arrival_at": city.at - HOUR_MS, "due_at": city.at,
            "arrival_at": None, "decided_at": city.at, "period_s": 60, "network": "lan", "interval_s": 60.0,
        }
        for place in range(count)
    ]  # fmt: skip


SIGNALS = [SilenceSignal(**{**one, "network": "operateur"}) for one in _storm(City([]), 4)]


@settings(max_examples=12, deadline=None)
@given(order=st.permutations(range(10)), cut=st.integers(0, 40))
def test_neither_the_order_within_a_minute_nor_a_crash_changes_what_is_told(learned, order, cut):
    plain, other = _judged(learned, list(range(10)), 10**6), _judged(learned, order, cut)
    assert sorted(map(repr, plain)) == sorted(map(repr, other))


def _judged(learned: dict[int, Played], order: list[int], cut: int) -> list[object]:
    """Ten devices fall silent in one minute, in some order; a worker dies after `cut` messages and reads again."""
    base = learned[0]
    played = Played(copy.deepcopy(base.city), restored(_saved(base)), state=_saved(base))
    played.log = list(base.log)
    at = played.city.at
    signals = [
        SilenceSignal(
            address=f"eui:g1{place:04d}" if place % 2 else f"eui:g2{place:04d}", silent=True, network="metropole",
            last_arrival_at=at - 5 * HOUR_MS + place, due_at=at - HOUR_MS, arrival_at=None, decided_at=at + MINUTE_MS,
            period_s=3600, interval_s=3600.0, missed=4, phi=4.0, gateways=("g1",) if place % 2 else ("g2",),
        )
        for place in range(10)
    ]  # fmt: skip
    for place in order:
        played.give(signals[place])
    saved, begun = _saved(played), len(played.log)
    first = len(played.intents)
    played.play(40, {"g1"}.__contains__)
    log, intents = played.log[begun:], played.intents[:first]
    root = restored(saved)
    for number, message in enumerate(log):
        if number == cut % len(log):
            root = restored(saved | _dumped(root))
            for repeated in log[max(0, number - 5) : number]:
                assert root.take(*repeated) == ([], []), "a repeat gives nothing"
        intents += root.take(*message).intents
    assert sorted(map(repr, intents)) == sorted(map(repr, played.intents)), "a load changes nothing"
    return intents


def _dumped(root: RootCause) -> dict[str, bytes]:
    return Played(City([]), root).saved()


def _saved(played: Played) -> dict[str, bytes]:
    return played.saved()
