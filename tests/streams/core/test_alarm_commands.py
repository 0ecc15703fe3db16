"""What people ask of an alert: obeyed, refused with the word of its reason, and never twice."""

import pytest
from fleet_objects import device, fleet_object, placement, point
from streams.core.alarm_by_hand import DAY, HOUR, KEY, MINUTE, Desk

from vigie.streams.core.alarm.enrich import enriched, period_s
from vigie.streams.core.fleet.view import FleetView
from vigie.topics.identity import alert_id


def opened(**more) -> Desk:
    desk = Desk()
    desk.do(desk.raised(**more))
    return desk


REFUSED = [
    ("ack", {"author": " "}, "needs_author"),
    ("comment", {}, "needs_reason"),
    ("comment", {"reason": "x" * 2001}, "too_long"),
    ("attach", {"facts": {str(number): "" for number in range(21)}}, "too_long"),
    ("shelve", {"until_at": 2**60}, "needs_reason"),
    ("shelve", {"reason": "essai"}, "needs_end"),
    ("shelve", {"reason": "essai", "until_at": 1}, "end_passed"),
    ("shelve", {"reason": "essai", "until_at": 2**60}, "end_too_far"),
    ("unshelve", {}, "not_shelved"),
    ("verdict", {"value": "perhaps"}, "bad_value"),
    ("confirm", {"value": ""}, "bad_value"),
    ("assign", {"value": "Jeanne Martin"}, "no_contact"),
    ("assign", {"value": "jeanne@ville.example"}, "no_contact"),
    ("dance", {}, "unknown_action"),
]


@pytest.mark.parametrize(("action", "more", "why"), REFUSED)
def test_what_is_refused(action, more, why):
    desk = opened()
    (event,) = desk.command(action, **more)
    assert (event.transition, event.reason, event.mail, event.revision) == ("refused", why, "", 1)
    assert (event.state, event.shelved_until) == ("unacknowledged", 0)
    assert event.command


def test_who_is_refused_shelves_nothing():
    """A shelf is of the alarm: that of an alert that is over must not hide the next one, for months perhaps."""
    desk = opened()
    desk.do(desk.cleared())
    (event,) = desk.command("shelve", reason="essai", until_at=2**60)
    assert (event.transition, event.reason) == ("refused", "over")
    assert desk.do(desk.raised("2"))[0].state == "unacknowledged"


def test_seven_days_are_the_longest_shelving():
    assert opened().shelve(7 * DAY)[0].transition == "shelved"
    assert opened().shelve(7 * DAY + MINUTE)[0].reason == "end_too_far"


def test_a_command_is_obeyed_once():
    desk = opened()
    assert desk.command("ack", id="one")[0].transition == "acknowledged"
    assert desk.command("ack", id="one") == []
    assert desk.command("ack", id="two")[0].reason == "already_acknowledged"


def test_nobody_acknowledges_a_level_that_they_have_not_seen():
    desk = opened(priority=2)
    desk.do(desk.raised(level=2, priority=1))
    (event,) = desk.command("ack", revision=0)
    assert (event.transition, event.reason) == ("refused", "worse_since")
    assert desk.command("ack", revision=1)[0].transition == "acknowledged"
    assert desk.command("comment", revision=0, reason="d'accord")[0].transition == "commented"


def test_an_alert_that_nobody_knows_is_answered_too():
    (event,) = Desk().command("ack", "f" * 32, revision=4, id="one")
    assert (event.transition, event.reason, event.alarm_key, event.command) == ("refused", "unknown_alert", "", "one")


def test_a_verdict_comes_late_and_stays_with_the_alert():
    desk = opened()
    desk.do(desk.cleared())
    desk.now += 80 * DAY
    desk.restart()
    (event,) = desk.command("verdict", value="false", reason="toile d'araignée")
    assert (event.transition, event.state, event.explanation.fields["verdict"]) == ("judged", "normal", "false")
    assert desk.command("comment", reason="oui")[0].explanation.fields["verdict"] == "false"


def test_what_is_attached_stays():
    desk = opened()
    desk.command("attach", author="system", facts={"image": "sha256:ab"})
    desk.command("confirm", value="confirmed", author="cellule", facts={"confirmed_by": "caméra"})
    (cleared,) = desk.do(desk.cleared())
    assert {"image": "sha256:ab", "confirmed_by": "caméra"}.items() <= cleared.explanation.fields.items()


def test_a_source_stays_with_what_it_said():
    """Who refutes without a source does not refute from the camera that confirmed."""
    desk = opened()
    desk.command("confirm", value="confirmed", facts={"confirmed_by": "caméra"})
    (refuted,) = desk.command("confirm", value="refuted")
    assert not refuted.explanation.fields["confirmed_by"]


def test_the_ring_forgets_the_oldest(monkeypatch):
    monkeypatch.setattr("vigie.streams.core.alarm.held.SLOTS", 3)
    desk = Desk()
    for number in range(5):
        desk.do(desk.raised(str(number)))
        desk.do(desk.cleared())
    for _ in range(2):
        known = [number for number in range(5) if desk.book.find(alert_id(KEY, str(number)))]
        assert known == [2, 3, 4]
        desk.restart()


def test_a_shelf_is_of_the_alarm_and_ends_when_it_said():
    desk = opened()
    desk.shelve(HOUR)
    desk.do(desk.cleared())
    (raised,) = desk.do(desk.raised("2"))
    assert (raised.state, raised.mail) == ("shelved", "")
    assert desk.tick(HOUR - 3 * MINUTE) == []
    (ended,) = desk.tick()
    assert (ended.transition, ended.reason, ended.mail, ended.alert_id) == (
        "unshelved", "expired", "incident", raised.alert_id,
    )  # fmt: skip


def test_what_was_found_of_one_value_is_not_said_of_the_next():
    desk = Desk()
    found = {"value": "8.01", "margin": "0.28", "rise_1h": "0.9", "threshold": "7.73", "device": "d1"}
    desk.do(desk.raised()._replace(facts=found))
    (cleared,) = desk.do(desk.cleared()._replace(facts={"value": "7.5"}))
    fields = cleared.explanation.fields
    assert (fields["value"], fields["threshold"], fields["device"]) == ("7.5", "7.73", "d1")
    assert not fields.keys() & {"margin", "rise_1h"}


def test_what_windows_or_neighbours_show_is_said_with_the_device_of_the_point():
    city = FleetView().with_objects([
        point("p1"), device("d0", "eui:0"), device("d1", "eui:1"),
        placement("pose-0", "d0", "p1", None, 1_735_689_600_000), placement("pose-1", "d1", "p1", 1_735_689_600_000),
    ])  # fmt: skip
    gap = Desk().raised(key="data:point:p1:data_gap")._replace(device="", point="p1", facts={})
    known = enriched(gap, city)
    assert (known.device, known.facts["device"], known.facts["placement"]) == ("d1", "d1", "pose-1")


@pytest.mark.parametrize("name", ["eui:1", "d1"])
def test_the_fleet_says_where_and_what_was_done_there_last(name):
    work = {"point": "p1", "state": "done", "started_at": "2025-06-01T08:00:00Z", "ended_at": "2025-06-01T09:00:00Z"}
    repair = fleet_object("intervention", "i-1", **work)
    city = FleetView().with_objects([point("p1"), device("d1", "eui:1"), placement("pose-1", "d1", "p1"), repair])
    silence = Desk().raised(key="silence:eui:1:no_arrival")._replace(device=name, facts={"model": ""})
    known = enriched(silence, city)
    assert (known.point, known.use_case, known.commune) == ("p1", "heat", "13055")
    assert (known.facts["placement"], known.facts["point_code"]) == ("pose-1", "p1")
    assert known.facts["last_intervention"] == "2025-06-01T08:00:00Z i-1"
    assert known.facts["check_fr"]
    assert known.facts["model"] == "EM300-TH", "what the signal leaves empty, the fleet says"
    assert known.facts["link"] == "/points/p1"
    assert "firmware" not in known.facts
    assert period_s(known, city) == 900
