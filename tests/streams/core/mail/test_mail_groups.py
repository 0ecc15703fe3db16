"""When a mail is made of what: waits, intervals, reminders, what is over before its mail."""

from outbox_desk import Office
from told_events import DAY, HOUR, MINUTE, NOON, acknowledged, cleared, later, raised

from vigie.streams.core.mail.dispatch import Mail


def test_alerts_that_begin_together_are_one_mail_after_the_wait_and_one_when_they_are_back():
    office, events = Office(), [raised(f"a{n}", NOON + n * 1000) for n in range(5)]
    office.take(*events)
    office.until(NOON + 9 * MINUTE)
    assert office.told() == []
    office.until(NOON + 11 * MINUTE)
    assert office.told() == [("incident", ["raised"] * 5, 0)]
    office.take(*(cleared(event, NOON + HOUR) for event in events))
    office.until(NOON + 3 * HOUR)
    assert office.told()[1:] == [("incident", ["cleared"] * 5, 0)]
    first, second = (letter for _, letter in office.sent)
    assert first.thread == first.id == second.thread != second.id
    assert first.incident_id == second.incident_id == events[0].incident_id


def test_a_critical_alert_waits_a_minute():
    office = Office()
    office.take(raised("river", priority=1))
    office.until(NOON + MINUTE - 1)
    assert office.told() == []
    office.until(NOON + MINUTE)
    assert office.told() == [("incident", ["raised"], 0)]


def test_other_use_cases_communes_and_causes_have_their_own_mails():
    office = Office(per_hour=100)
    office.take(raised("a"), raised("b", use_case="noise"), raised("c", commune="13002"), raised("d", rule="no_return"))
    office.until(NOON + 20 * MINUTE)
    assert len(office.sent) == 4
    assert len({letter.thread for _, letter in office.sent}) == 4


def test_further_news_of_a_group_come_once_an_interval_and_a_critical_level_at_once():
    office, event = Office(), raised("river", priority=2)
    office.take(event)
    office.until(NOON + 10 * MINUTE)
    office.take(worse := later(event, "level_changed", NOON + 11 * MINUTE, level=2))
    office.until(NOON + 24 * MINUTE)
    assert len(office.sent) == 1
    office.until(NOON + 25 * MINUTE)
    assert office.told()[1:] == [("incident", ["level_changed"], 0)]
    office.take(later(worse, "level_changed", NOON + 26 * MINUTE, level=3, priority=1))
    office.until(NOON + 27 * MINUTE)
    assert len(office.sent) == 3


def test_a_further_alert_of_the_same_cause_is_a_mail_and_a_thread_of_its_own_an_interval_later():
    office = Office()
    office.take(raised("a"))
    office.until(NOON + 10 * MINUTE)
    office.take(raised("b", NOON + 12 * MINUTE))
    office.until(NOON + 24 * MINUTE)
    assert len(office.sent) == 1
    office.until(NOON + 26 * MINUTE)
    assert len({letter.thread for _, letter in office.sent}) == 2


def test_what_nobody_takes_up_is_told_again_every_four_hours_or_once_a_day():
    for priority, every in ((1, 4 * HOUR), (2, 4 * HOUR), (3, DAY)):
        office, event = Office(), raised("a", priority=priority)
        office.take(event)
        office.until(NOON + 3 * every)
        assert [kind for kind, *_ in office.told()] == ["incident", "reminder", "reminder"]
        office.take(acknowledged(event, office.now))
        office.until(NOON + 6 * every)
        assert len(office.sent) == 3
        assert len({letter.thread for _, letter in office.sent}) == 1


def test_what_is_over_before_its_mail_stands_in_the_digest_and_a_critical_one_is_told_whole():
    office, event = Office(), raised("a")
    office.take(event, cleared(event, NOON + 5 * MINUTE))
    office.until(NOON + DAY - HOUR)
    assert office.told() == [("digest", ["raised", "cleared"], 0)]
    office, event = Office(), raised("river", priority=1)
    office.take(event, cleared(event, NOON + MINUTE // 2))
    office.until(NOON + HOUR)
    assert office.told() == [("incident", ["raised", "cleared"], 0)]


def test_what_happened_once_is_no_state_that_passed_and_is_mailed():
    office, event = Office(), raised("decode raw.lora/3", kind="platform", rule="poison_record", use_case="")
    office.take(event, cleared(event, NOON))
    office.until(NOON + HOUR)
    assert office.told() == [("incident", ["raised", "cleared"], 0)]


def test_what_a_cause_explains_before_its_mail_is_not_mailed_and_the_causes_mail_lists_it():
    office = Office()
    gateway = raised("gw:1", NOON + MINUTE, kind="gateway", rule="gateway_down", priority=2, use_case="")
    devices = [raised(f"eui:{n}", NOON) for n in range(60)]
    office.take(*devices, gateway)
    office.take(*(later(each, "suppressed", NOON + 2 * MINUTE, mail="", suppressed_by=gateway.alarm_key)
                  for each in devices))  # fmt: skip
    office.take(listing := later(gateway, "children", NOON + 2 * MINUTE, mail="", children=tuple("abc")))
    office.until(NOON + HOUR)
    ((_, letter),) = office.sent
    assert [event.alarm_key for event in letter.events] == [gateway.alarm_key]
    assert letter.events[0].children == listing.children
    office.take(cleared(listing, NOON + 2 * HOUR))
    office.take(*(cleared(each, NOON + 2 * HOUR, mail="", suppressed_by=gateway.alarm_key) for each in devices))
    office.until(NOON + 6 * HOUR)
    assert office.told()[1:] == [("incident", ["cleared"], 0)]


def test_a_later_alert_of_an_incident_stands_in_its_thread():
    office, cause = Office(), raised("gw:1", kind="gateway", rule="gateway_down", priority=2)
    office.take(cause)
    office.until(NOON + 10 * MINUTE)
    office.take(raised("eui:1", NOON + HOUR, incident=cause.incident_id))
    office.until(NOON + 2 * HOUR)
    first, second = (letter for _, letter in office.sent)
    assert second.thread == first.id


def test_mails_that_waited_for_the_server_leave_as_one_and_in_order():
    office, event = Office(), raised("a", priority=2)
    office.take(event)
    office.until(NOON + 20 * MINUTE, send=False)
    office.take(cleared(event, NOON + HOUR))
    office.until(NOON + 2 * HOUR, send=False)
    office.send()
    assert office.told() == [("incident", ["raised", "cleared"], 0)]


def test_a_mail_that_was_tried_is_not_merged_for_it_may_have_left():
    office, event = Office(), raised("a", priority=2)
    office.take(event)
    office.until(NOON + 20 * MINUTE, send=False)
    (mail,) = office.dispatch.mails(office.now)
    office.dispatch.plan(mail)
    office = office.again()  # killed while it was on its way
    office.take(cleared(event, NOON + HOUR))
    office.until(NOON + 2 * HOUR, send=False)
    (again,) = office.dispatch.mails(office.now)
    assert again.id == mail.id
    assert office.dispatch.letter(again).events == (event,)
    office.send()
    assert [kind[1] for kind in office.told()] == [["raised"], ["cleared"]]


def test_a_server_away_for_days_makes_one_mail_and_bounded_records():
    office, event = Office(), raised("river", priority=2)
    office.take(event)
    for hour in range(1, 72):
        event = later(event, "level_changed", NOON + hour * HOUR, level=1 + hour % 2)
        office.take(event)
        office.until(NOON + hour * HOUR + 30 * MINUTE, send=False)
    assert max(len(value) for *_, value in office.places.log or [(0, 0, b"")]) < 100_000
    office.send()
    ((_, letter),) = office.sent
    assert len(letter.events) + letter.more == 72
    assert letter.events[0].transition == "raised"
    assert letter.events[-1] == event


def test_offered_mails_name_one_contact_each():
    office = Office(fallback=2)
    office.take(raised())
    office.until(NOON + HOUR, send=False)
    offered: list[Mail] = office.dispatch.mails(office.now)
    assert [mail.contact for mail in offered] in (["setting:0", "setting:1"], ["setting:1", "setting:0"])
    assert len({mail.id for mail in offered}) == 2
