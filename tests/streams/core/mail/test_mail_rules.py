"""Who is told, how often, when not, and by whose silence: lists, limits, quiet hours, escalation, digests."""

import pytest
from outbox_desk import Office
from told_events import DAY, HOUR, MINUTE, NOON, acknowledged, cleared, raised

from vigie.streams.core.mail.directory import AddressBook, Contact, MailingList
from vigie.streams.core.mail.lists import About, routes
from vigie.streams.core.mail.quiet import is_quiet, next_at

CONTACTS = {
    one.id: one
    for one in (
        Contact(id="tech", address="t@v.example", role="technician"),
        Contact(id="tech-water", address="w@v.example", role="technician", use_cases=("water",), language="en"),
        Contact(id="crisis", address="c@v.example", role="crisis_cell"),
        Contact(id="mayor", address="m@v.example", role="partner", communes=("13002",)),
        Contact(id="telecom", address="n@v.example", role="network", networks=("lora-a",)),
        Contact(id="vacant", address="", role="technician"),
    )
}


def book(*lists: MailingList) -> AddressBook:
    return AddressBook(lists=lists, contacts=CONTACTS, revision=1)


def told(lists, kind="silence", use_case="heat", commune="13001", network="", priority=3, *, digest=False):
    return set(routes(book(*lists), About(kind, use_case, commune, network, priority), 2, "fr", digest=digest))


ROLES = ("technician", "partner", "network")


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ({}, {"tech"}),
        ({"use_case": "water"}, {"tech", "tech-water"}),
        ({"commune": "13002"}, {"tech", "mayor"}),
        ({"kind": "network", "use_case": "", "commune": "", "network": "lora-a", "priority": 2},
         {"tech", "tech-water", "telecom"}),
        ({"priority": 4, "digest": True}, {"tech"}),
    ],
)  # fmt: skip
def test_roles_are_told_of_what_concerns_them(what, expected):
    assert told([MailingList(id="all", roles=ROLES)], **what) == expected


@pytest.mark.parametrize(
    ("of_list", "expected"),
    [
        ({"use_cases": ("heat",)}, {"tech"}),
        ({"kinds": ("silence", "data")}, {"tech"}),
        ({"communes": ("13001",)}, {"tech"}),
        ({"use_cases": ("noise",)}, set()),
        ({"kinds": ("value",)}, set()),
        ({"communes": ("13002",)}, set()),
        ({"least_priority": 2}, set()),
    ],
)
def test_a_list_takes_what_it_is_for(of_list, expected):
    assert told([MailingList(id="one", roles=("technician",), **of_list)]) == expected


def test_contacts_that_a_list_names_are_told_whatever_their_use_cases_and_communes():
    assert told([MailingList(id="one", contacts=("mayor", "tech-water", "nobody"))]) == {"mayor", "tech-water"}


def test_the_setting_takes_everything_without_lists_and_with_them_what_must_not_be_lost():
    everyone = {"setting:0", "setting:1"}
    assert told([]) == everyone
    other = [MailingList(id="noise", roles=("technician",), use_cases=("noise",))]
    assert told(other) == set()
    assert told(other, digest=True) == everyone
    assert told(other, priority=2) == everyone
    assert told(other, kind="platform", use_case="") == everyone
    for nobody_yet in ({"escalation_min": 15}, {"digest_only": True}):
        relay = [MailingList(id="relay", contacts=("crisis",), **nobody_yet)]
        assert told(relay, priority=1) == {"crisis", *everyone}
        assert told(relay, priority=3) == {"crisis"}


def test_who_stands_in_two_lists_is_told_once_the_soonest_way():
    lists = [
        MailingList(id="a", contacts=("tech",), digest_only=True),
        MailingList(id="b", contacts=("tech",), escalation_min=30),
        MailingList(id="c", contacts=("tech",)),
    ]
    for kept, expected in ((lists, "c"), (lists[:2], "b"), (lists[:1], "a")):
        found = routes(book(*kept), About("silence", "heat", "", "", 3), 0, "fr")
        assert {contact: route.list for contact, route in found.items()} == {"tech": expected}


def test_language_is_the_contacts_then_the_lists_then_the_installations():
    found = routes(
        book(MailingList(id="a", contacts=("tech", "tech-water"), language="fr")),
        About("value", "", "", "", 1),
        0,
        "en",
    )
    assert {name: route.language for name, route in found.items()} == {"tech": "fr", "tech-water": "en"}


# -- limits


def news(number, **fields):
    return [raised(f"a{n}", NOON, commune=f"13{n:03}", **fields) for n in range(number)]


def test_the_last_mail_of_a_full_hour_is_one_digest_of_the_rest():
    office = Office()
    office.take(*news(20))
    office.until(NOON + HOUR)
    kinds = [kind for kind, *_ in office.told()]
    assert kinds == ["incident"] * 5 + ["digest"]
    assert office.told()[-1] == ("digest", ["raised"] * 15, 0)
    told_of = [event.event_id for _, letter in office.sent for event in letter.events]
    assert len(told_of) == len(set(told_of)) == 20


def test_what_comes_in_a_full_hour_waits_for_its_end_and_a_critical_one_a_quarter_of_an_hour():
    for priority, after in ((3, HOUR), (1, 15 * MINUTE)):
        office = Office()
        office.take(*news(6))
        office.until(NOON + 10 * MINUTE)
        assert len(office.sent) == 6
        first_at = office.now
        office.take(*(raised(f"b{n}", office.now, priority=priority, commune=f"14{n:03}") for n in range(3)))
        office.until(first_at + after - MINUTE)
        assert len(office.sent) == 6
        office.until(first_at + after)
        assert office.told()[6:] == [("digest", ["raised"] * 3, 0)]


def test_a_list_may_allow_fewer_mails_an_hour():
    office = Office(book(MailingList(id="a", contacts=("tech", "crisis"), per_hour=2)))
    office.take(*news(5))
    office.until(NOON + HOUR)
    assert office.told("tech") == [("incident", ["raised"], 0), ("digest", ["raised"] * 4, 0)]
    assert len(office.told("crisis")) == 2


def test_later_mails_of_what_a_digest_told_come_after_it():
    office = Office(per_hour=1)
    events = news(3)
    office.take(*events)
    office.until(NOON + HOUR)
    office.take(*(cleared(event, NOON + 2 * HOUR) for event in events))
    office.until(NOON + 6 * HOUR)
    assert [[*map(str, kinds)] for _, kinds, _ in office.told()] == [["raised"] * 3, ["cleared"] * 3]


# -- quiet hours


def test_quiet_hours_hold_priorities_three_and_four_only():
    night = NOON + 12 * HOUR  # midnight
    office = Office(book(MailingList(id="a", contacts=("tech",), quiet_from="22:00", quiet_to="07:30")))
    office.take(raised("low", night, commune="1"), raised("high", night, commune="2", priority=2))
    office.until(night + HOUR)
    assert [letter.events[0].priority for _, letter in office.sent] == [2]
    office.until(night + 7 * HOUR + 29 * MINUTE)
    assert len([1 for kind, *_ in office.told() if kind == "incident"]) == 1
    office.until(night + 7 * HOUR + 30 * MINUTE)
    assert len([1 for kind, *_ in office.told() if kind == "incident"]) == 2


def test_quiet_hours_and_the_digest_follow_the_legal_time_over_its_changes():
    spring, day = 1_743_292_800_000, 24 * HOUR  # 30 March 2025, 00:00 UTC: that night has one hour less
    assert next_at(spring - 10 * HOUR, "07:00", "Europe/Paris") == spring + 5 * HOUR
    assert next_at(spring + 5 * HOUR, "07:00", "Europe/Paris") == spring + 5 * HOUR + day
    assert is_quiet(spring + 5 * HOUR - MINUTE, "22:00", "07:00", "Europe/Paris")
    assert not is_quiet(spring + 5 * HOUR, "22:00", "07:00", "Europe/Paris")
    assert not is_quiet(spring, "", "07:00", "Europe/Paris")


# -- escalation

RELAY = (
    MailingList(id="a", contacts=("tech",), least_priority=2),
    MailingList(id="b", contacts=("crisis",), least_priority=2, escalation_min=30),
)


def test_a_relay_is_told_if_nobody_acknowledges_and_then_of_the_end_too():
    office, event = Office(book(*RELAY)), raised("river", priority=1)
    office.take(event)
    office.until(NOON + 29 * MINUTE)
    assert office.told("crisis") == []
    office.until(NOON + 30 * MINUTE)
    assert office.told("crisis") == [("escalation", ["raised"], 0)]
    assert office.sent[-1][1].list == "b"
    office.take(cleared(event, NOON + HOUR))
    office.until(NOON + 2 * HOUR)
    assert [kind[1] for kind in office.told("crisis")] == [["raised"], ["cleared"]]
    assert [kind[1] for kind in office.told("tech")] == [["raised"], ["cleared"]]


def test_no_relay_is_told_of_what_somebody_has_taken_up_or_what_is_over():
    for end in (acknowledged, cleared):
        office, event = Office(book(*RELAY)), raised("river", priority=1)
        office.take(event)
        office.until(NOON + 10 * MINUTE)
        office.take(end(event, NOON + 20 * MINUTE))
        office.until(NOON + 5 * HOUR)
        assert office.told("crisis") == []


# -- digests


def test_the_daily_digest_tells_each_contact_its_part_of_what_was_not_mailed():
    lists = (
        MailingList(id="a", roles=("technician",)),
        MailingList(id="m", contacts=("mayor",), communes=("13002",), digest_only=True),
    )
    office = Office(book(*lists))
    office.take(
        raised("late", mail="", late=True, use_case="water"),
        raised("child", mail="", suppressed_by="gateway:1:gateway_down", commune="13002"),
        raised("weak", mail="digest", priority=4),
        raised("here", commune="13002"),
    )
    office.until(NOON + DAY - 5 * HOUR - MINUTE)
    assert [kind for kind, *_ in office.told("tech")] == ["incident"]
    office.until(NOON + DAY - 5 * HOUR)  # 07:00 in Paris
    names = {
        contact: [event.alarm_key.split(":")[1] for event in letter.events]
        for contact, letter in office.sent
        if letter.kind == "digest"
    }
    assert names == {"tech": ["late", "child", "weak"], "tech-water": ["late"], "mayor": ["child", "here"]}
    office.until(NOON + 3 * DAY)
    assert len([1 for kind, *_ in office.told() if kind == "digest"]) == 3  # nothing new, no further digest


def test_a_digest_lists_what_was_mailed_and_nobody_has_taken_up():
    office = Office(
        book(MailingList(id="a", contacts=("tech",)), MailingList(id="b", contacts=("crisis",), kinds=("x",)))
    )
    flood, taken = raised("flood", priority=1), raised("taken", priority=2)
    office.take(flood, taken, raised("dull"), raised("late", mail="", late=True))
    office.until(NOON + HOUR)
    office.take(acknowledged(taken, NOON + HOUR))
    office.until(NOON + DAY)
    (digest,) = [letter for _, letter in office.sent if letter.kind == "digest"]
    assert [event.alarm_key.split(":")[1] for event in digest.events] == ["flood", "late"]


def test_a_digest_counts_beyond_what_it_lists():
    office = Office()
    office.take(*(raised(f"l{n}", mail="", late=True) for n in range(1234)))
    office.until(NOON + DAY)
    ((kind, listed, more),) = office.told()
    assert kind == "digest"
    assert len(listed) + more == 1234
    assert len(listed) == 100
