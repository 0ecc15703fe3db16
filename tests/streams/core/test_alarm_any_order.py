"""Whatever comes, in any order, with crashes in between: revisions rise by one, marks agree, nothing comes twice."""

from collections import Counter, defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st
from streams.core.alarm_by_hand import CAUSE, DAY, HOUR, KEY, MINUTE, Desk

from vigie.streams.core.alarm import life_cycle
from vigie.topics.alert_event import MAILS, STATES, TRANSITIONS, AlertEvent
from vigie.topics.identity import alert_id, event_id

KEYS = (KEY, "silence:eui:1:no_arrival", CAUSE, "network:n1:network_down")
CAUSES = ("1", "2", "3")

raises = st.tuples(
    st.just("raise"), st.sampled_from(KEYS), st.sampled_from(CAUSES), st.integers(1, 4), st.integers(1, 3),
    st.sampled_from(["", "", "", *KEYS]), st.sampled_from(["", "", "late", "latched", "trial"]),
)  # fmt: skip
clears = st.tuples(st.just("clear"), st.sampled_from(KEYS), st.sampled_from(["", *CAUSES]))
explains = st.tuples(st.just("explain"), st.sampled_from(KEYS), st.sampled_from(["", *KEYS]))
commands = st.tuples(
    st.just("command"),
    st.sampled_from(["ack", "ack", "unack", "reset", "shelve", "unshelve", "comment", "assign", "confirm", "verdict",
                     "attach", "dance"]),
    st.sampled_from(KEYS), st.sampled_from(CAUSES), st.integers(0, 5), st.sampled_from(["", "true", "confirmed"]),
    st.sampled_from(["c1", "c2", ""]),
)  # fmt: skip
ticks = st.tuples(st.just("tick"), st.sampled_from([MINUTE, HOUR, DAY]))
outages = st.tuples(st.just("outage"), st.booleans())
steps = st.lists(st.one_of(raises, raises, clears, explains, commands, ticks, outages), min_size=1, max_size=40)


def play(desk: Desk, step: tuple, number: int) -> None:
    kind, *more = step
    if kind == "raise":
        key, cause, priority, level, by, how = more
        named = {"late": {"late": True}, "latched": {"latched": True}, "trial": {"mail": ""}}.get(how, {})
        desk.do(desk.raised(cause, level, key, priority=priority, suppressed_by=by, **named))
    elif kind == "clear":
        desk.do(desk.cleared(*more))
    elif kind == "explain":
        desk.do(desk.explained(more[1], more[0]))
    elif kind == "command":
        action, key, cause, revision, value, name = more
        desk.command(
            action, alert_id(key, cause), revision=revision, value=value, reason=value, id=name or f"only {number}",
            until_at=desk.now + 2 * HOUR,
        )  # fmt: skip
    elif kind == "tick":
        desk.tick(more[0])
    else:
        desk.outage(open_=more[0])


@settings(max_examples=30, deadline=None)
@given(steps, st.sets(st.integers(0, 39)))
def test_any_sequence_with_crashes(sequence, crashes):
    whole, broken = Desk(), Desk()
    for number, step in enumerate(sequence):
        play(whole, step, number)
        if number in crashes:  # what was done and not saved is lost, and done again from the checkpoint
            broken.restart()
            saved, now, told = broken.kept.saved(), broken.now, len(broken.events)
            play(broken, step, number)
            broken.kept.values = {}
            broken.kept = type(broken.kept)(saved)
            broken.book = type(broken.book)(broken.kept, broken.book.view)
            broken.now = now
            del broken.events[told:]
        play(broken, step, number)
    assert broken.events == whole.events
    check(whole.events)
    assert {alert.id for alert in open_alerts(whole)} == {
        events[-1].alert_id for events in by_alert(whole.events).values() if events[-1].state != "normal"
    }


def test_no_two_alerts_explain_each_other():
    desk = Desk()
    desk.do(desk.raised(key=CAUSE), desk.raised(suppressed_by=CAUSE))
    assert desk.do(desk.explained(KEY, CAUSE)) == []
    assert desk.book.open_alert(CAUSE).suppressed_by == ""


def open_alerts(desk: Desk):
    return [desk.book.open_alert(key) for key in desk.book.open]


def by_alert(events: list[AlertEvent]) -> dict[str, list[AlertEvent]]:
    found = defaultdict(list)
    for event in events:
        if event.alarm_key:
            found[event.alert_id].append(event)
    return found


def check(events: list[AlertEvent]) -> None:
    known = [event for event in events if event.alarm_key]
    assert not [name for name, count in Counter(event.event_id for event in known).items() if count > 1]
    assert not [name for name, count in Counter(e.command for e in known if e.command).items() if count > 3]
    for alert, found in by_alert(known).items():
        assert [event.revision for event in found] == list(range(len(found)))
        assert [event.transition for event in found].count("raised") == 1
        assert found[0].transition == "raised"
        told = False
        for event in found:
            assert event.event_id == event_id(alert, event.transition, event.revision)
            assert event.transition in TRANSITIONS
            assert event.state in STATES
            assert event.mail in MAILS
            marks = (event.out_of_service, bool(event.suppressed_by), event.shelved_until > 0)
            if event.state in ("out_of_service", "suppressed", "shelved"):
                assert marks.index(True) == ("out_of_service", "suppressed", "shelved").index(event.state)
            elif event.state != "normal":
                assert not any(marks)
                assert event.active == (event.state in life_cycle.ACTIVE)
            if event.mail and event.transition not in ("cleared", "latched"):
                assert not any(marks), "mailed although a mark hides it"
            if event.transition in ("cleared", "latched") and event.mail:
                assert told, "an end is told whose beginning was not"
            assert not (event.late and event.mail)
            told = told or bool(event.mail)
        over = [event.state for event in found].index("normal") if "normal" in [e.state for e in found] else len(found)
        assert {event.state for event in found[over:]} <= {"normal"}, "what is over never comes back under its id"
