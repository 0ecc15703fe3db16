"""Killed at any point: what was written is a beginning of what was to be written, and events are read again."""

import random

import pytest
from outbox_desk import Office
from told_events import DAY, HOUR, MINUTE, NOON, acknowledged, cleared, later, raised


def life(rng: random.Random, number: int):
    """The events of one alert: raised, perhaps worse, taken up, over."""
    at = NOON + rng.randrange(8 * HOUR)
    event = raised(f"a{number}", at, commune=f"13{rng.randrange(12):03}", priority=rng.choice((1, 2, 3, 3)))
    found = [event]
    for _ in range(rng.randrange(3)):
        at += rng.randrange(MINUTE, HOUR)
        event = rng.choice((later(event, "level_changed", at, level=2), acknowledged(event, at)))
        found.append(event)
    return [*found, cleared(event, at + rng.randrange(MINUTE, 3 * HOUR))]


@pytest.mark.parametrize("seed", range(8))
def test_killed_anywhere_every_incident_has_its_first_and_last_mail_in_order(seed):
    rng = random.Random(seed)
    events = sorted((event for n in range(60) for event in life(rng, n)), key=lambda event: event.decided_at)
    office, committed, kills = Office(per_hour=rng.choice((6, 1000))), 0, 0
    place = 0
    while place < len(events):
        chunk = events[place : place + rng.randrange(1, 6)]
        office.take(*chunk, first_offset=place)
        office.until(max(office.now, chunk[-1].decided_at), send=False, step=5 * MINUTE)
        written = len(office.places.log)
        office.save()
        if rng.random() < 0.15:  # killed while it writes: some of the records are there, and offsets are not committed
            cut = rng.randrange(written, len(office.places.log) + 1)
            office, place, kills = office.again(office.places.log[:cut]), committed, kills + 1
            continue
        place += len(chunk)
        committed = place
        if rng.random() < 0.5:
            office.send(most=rng.randrange(1, 4))
        if rng.random() < 0.1:
            office, kills = office.again(), kills + 1
    office.until(NOON + 3 * DAY, step=5 * MINUTE)
    assert kills > 5

    told: dict[str, list[int]] = {}
    for _, letter in office.sent:
        assert letter.more == 0
        for event in letter.events:
            if letter.kind != "reminder":
                told.setdefault(event.alert_id, []).append(event.revision)
    for event in (event for event in events if event.transition == "raised"):
        last = max(one.revision for one in events if one.alert_id == event.alert_id)
        revisions = list(dict.fromkeys(told[event.alert_id]))
        assert revisions == sorted(revisions)
        assert revisions[0] == 0
        assert revisions[-1] == last
    ids = [letter.id for _, letter in office.sent]
    assert len(ids) == len(set(ids))  # a mail that was marked never leaves again, whatever was cut off


def test_a_mail_sent_and_not_marked_is_sent_again_the_same():
    office = Office(per_hour=3)
    office.take(*(raised(f"a{n}", commune=f"13{n:03}") for n in range(9)))
    office.until(NOON + 10 * MINUTE, send=False)
    seen = []
    for _ in range(3):  # two alone, and the digest of the rest
        mail = next(mail for mail in office.dispatch.mails(office.now) if mail.id not in {one.id for one, _ in seen})
        office.dispatch.plan(mail)
        seen.append((mail, office.dispatch.letter(mail)))
        office = office.again()  # killed before its mark
        office.take(raised(f"b{len(seen)}", NOON, commune=f"14{len(seen):03}"))  # more comes meanwhile
        office.until(office.now + 5 * MINUTE, send=False)
        again = {one.id: one for one in office.dispatch.mails(office.now)}[mail.id]
        assert office.dispatch.letter(again) == seen[-1][1]
        office.dispatch.done(again, office.now)
        office.save()


def test_a_digest_that_was_sent_covers_its_mails_even_if_their_marks_were_cut_off():
    office = Office(per_hour=1)
    office.take(*(raised(f"a{n}", commune=f"13{n:03}") for n in range(4)))
    office.until(NOON + 10 * MINUTE, send=False)
    (mail,) = office.dispatch.mails(office.now)
    assert len(mail.covers) == 4
    office.dispatch.plan(mail)
    office.save()
    before = len(office.places.log)
    office.dispatch.done(mail, office.now)
    office.save()
    for cut in range(before + 1, len(office.places.log) + 1):
        assert office.again(office.places.log[:cut]).dispatch.mails(office.now + HOUR) == []


def test_places_are_used_again_and_what_is_over_is_forgotten_after_eight_days():
    office = Office(per_hour=1000)
    for day in range(30):
        events = [raised(f"d{day}-{n}", NOON + day * DAY, commune=f"13{n:03}") for n in range(5)]
        office.take(*events, *(cleared(event, NOON + day * DAY + HOUR) for event in events))
        office.until(NOON + day * DAY + 5 * HOUR, step=15 * MINUTE)
    office.until(NOON + 45 * DAY, step=HOUR)
    assert len(office.places.held) < 70
    assert office.shelf.groups == {}


def test_a_large_group_is_counted_exactly_and_kept_small():
    office = Office()
    events = [raised(f"eui:{n}", NOON) for n in range(20_000)]
    office.take(*events)
    office.until(NOON + 10 * MINUTE)
    office = office.again()
    ((_, listed, more),) = office.told()
    assert (len(listed), more) == (50, 19_950)
    office.take(*(cleared(event, NOON + HOUR) for event in events[:19_999]))
    office.until(NOON + DAY + 30 * MINUTE, step=15 * MINUTE)
    kinds = [(kind, len(listed) + more) for kind, listed, more in office.told()]
    assert kinds == [("incident", 20_000), ("incident", 19_999)]
    assert max(len(value) for *_, value in office.places.log) < 200_000
