"""Root cause and the life cycle together: what is mailed of a gateway, a network, a restart; what is archived."""

import pytest
from city_of_silence import HOUR_MS, PERIOD_MS, City, Device, Played, containers

from vigie.streams.core.alarm.applied import apply
from vigie.streams.core.alarm.book import Book
from vigie.streams.core.alarm.held import Held
from vigie.streams.core.alarm.root_cause import RootCause
from vigie.topics.alert_event import AlertEvent

LEARNED_MINUTES, SLOT = 125, 20


class Kept(dict[str, Held]):
    """What is kept, in memory."""

    def put(self, key: str, value: Held) -> None:
        self[key] = value


def events_of(played: Played) -> list[AlertEvent]:
    book = Book(Kept())
    return [event for intent in played.intents for event in apply(book, [intent])]


def mailed(events: list[AlertEvent]) -> list[tuple[str, str]]:
    return [(one.alarm_key, one.transition) for one in events if one.mail == "incident"]


@pytest.fixture
def played() -> Played:
    devices = [
        *containers("g1", 60, "metropole"), *containers("g2", 90, "metropole"),
        *(Device(f"imei:{place}", PERIOD_MS, place * 60_000, "operateur") for place in range(20)),
    ]  # fmt: skip
    return Played(City(devices, {"g1": 0, "g2": 0}), RootCause("Europe/Paris")).play(LEARNED_MINUTES)


def test_a_gateway_down_and_back_is_two_mails_and_sixty_archived(played):
    events = events_of(played.play(8 * SLOT, {"g1"}.__contains__).play(4 * SLOT))
    key = "gateway:g1:gateway_down"
    assert mailed(events) == [(key, "raised"), (key, "cleared")]
    raised = [one for one in events if one.transition == "raised" and one.alarm_key != key]
    assert len({one.device for one in raised}) == len(raised) == 60
    assert {(one.state, one.mail) for one in raised} == {("suppressed", "")}
    cause = next(one for one in events if one.alarm_key == key)
    assert {one.suppressed_by for one in raised} == {cause.alert_id}
    assert {one.incident_id for one in raised} == {cause.alert_id}


def test_a_network_of_150_devices_is_two_mails(played):
    events = events_of(played.play(8 * SLOT, {"metropole"}.__contains__).play(6 * SLOT))
    key = "network:metropole:network_down"
    assert mailed(events) == [(key, "raised"), (key, "cleared")]


def test_a_restart_mails_nothing_about_devices(played):
    played.city.at += 2 * HOUR_MS
    events = events_of(played.play(6 * SLOT))
    assert {key for key, _ in mailed(events)} == {"platform:clock:clock_jumped"}
