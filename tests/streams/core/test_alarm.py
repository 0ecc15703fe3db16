"""Signals to alert events through the life cycle: a table of signals and transitions, and the words of each."""

import pytest
from streams.core.alarm_by_hand import Kept

from vigie.streams.core.alarm.applied import apply
from vigie.streams.core.alarm.book import Book
from vigie.streams.core.alarm.held import (
    Alarm,
    Held,
    Over,
    PlatformAlarm,
    Ring,
    SilenceAlarm,
    Writer,
    as_alarm,
    dump,
    load,
)  # fmt: skip
from vigie.streams.core.alarm.intent import Clear, Raise
from vigie.streams.core.alarm.signals import of_platform
from vigie.topics.alarm_input import PlatformSignal
from vigie.topics.avro import Framer
from vigie.topics.identity import alert_id, event_id

ADDRESS = "eui:24e124136b000001"
KEY = f"silence:{ADDRESS}:no_arrival"
MORNING = 1_750_230_720_000  # 18 June 2025, 09:12 in Paris
HOUR = 3_600_000
TOLD = MORNING + 2 * HOUR
"""When the platform told of its trouble."""


def silent(last=0, decided=None):
    """The device has been silent since `last`; hours after the morning."""
    at = MORNING + last * HOUR
    decided_at = MORNING + (last + 3 if decided is None else decided) * HOUR
    facts = {"device": ADDRESS, "model": "EM300-TH", "period_s": "900"}
    return Raise(
        KEY, str(at), 3, at + 2_700_000, at, decided_at, "no_arrival", "Silencieux.", "Silent.", facts, device=ADDRESS
    )


def back(last=0, arrival=5):
    """The device, silent since `last`, is heard again at `arrival`."""
    heard, cause = MORNING + arrival * HOUR, str(MORNING + last * HOUR)
    facts = {"heard_again_at": "2025-06-18T12:12:00Z"}
    return Clear(KEY, heard, heard, heard, "heard", "De retour.", "Back.", facts, cause)


def trouble(cause="raw.lora/3/41", rule="poison_record"):
    return PlatformSignal(
        subject="decode raw.lora/3", rule=rule, cause_id=cause, at=MORNING, message="A record crashes decode."
    )


def play(*signals):
    """All events of the signals; the state goes through the changelog's bytes after each."""
    saved, events = {}, []
    for signal in signals:
        kept = Kept(saved)
        events += apply(Book(kept), of_platform(signal, TOLD) if isinstance(signal, PlatformSignal) else [signal])
        saved = kept.saved()
    return events


CASES = [
    # a silence alerts
    ([silent()], [("raised", 0)]),
    # an end without a beginning (the alarm's state is gone): nothing
    ([back()], []),
    # a silence and its end
    ([silent(), back()], [("raised", 0), ("cleared", 0)]),
    # the same signals again, in any number: nothing more
    ([silent(), silent(), back(), back(), silent(), back()], [("raised", 0), ("cleared", 0)]),
    # the repeat decided at another tick is the same alert
    ([silent(decided=3), silent(decided=4)], [("raised", 0)]),
    # a second silence is a second alert
    ([silent(), back(), silent(5), back(5, 10)], [("raised", 0), ("cleared", 0), ("raised", 5), ("cleared", 5)]),
    # the end of the first got lost: it is told before the second begins
    ([silent(), silent(5)], [("raised", 0), ("cleared", 0), ("raised", 5)]),
    # ... and when it comes after all, changes nothing
    ([silent(), silent(5), back(0, 5)], [("raised", 0), ("cleared", 0), ("raised", 5)]),
    # an older silence, from a worker that should have stopped: nothing
    ([silent(5), silent(0)], [("raised", 5)]),
    # trouble of the platform opens nothing for ever; then the same once more
    ([trouble(), trouble()], [("raised", None), ("cleared", None)]),
    # another record, then the first again
    ([trouble("a"), trouble("b"), trouble("a")], [("raised", None), ("cleared", None)] * 2),
]


@pytest.mark.parametrize(("signals", "expected"), CASES)
def test_transitions(signals, expected):
    causes = {alert_id(KEY, str(MORNING + hour * HOUR)): hour for hour in (0, 5)}
    assert [(event.transition, causes.get(event.alert_id)) for event in play(*signals)] == expected


def test_ids_come_from_the_cause_alone():
    raised, cleared = play(silent(), back())
    again, _ = play(silent(decided=9), back(arrival=11))
    assert raised.alert_id == again.alert_id == alert_id(KEY, str(MORNING))
    assert raised.event_id == again.event_id == event_id(raised.alert_id, "raised", 0)
    assert cleared.alert_id == cleared.incident_id == raised.alert_id
    assert cleared.event_id == event_id(raised.alert_id, "cleared", 1)
    assert len({event.event_id for event in play(trouble("a"), trouble("b"), trouble("a", rule="lag"))}) == 6


def test_what_a_raise_and_its_end_say():
    raised, cleared = play(silent(), back())
    assert (raised.explanation.sentence_fr, cleared.explanation.sentence_en) == ("Silencieux.", "Back.")
    assert (raised.state, raised.priority, raised.author) == ("unacknowledged", 3, "system")
    assert (cleared.state, cleared.revision) == ("normal", 1)
    assert (raised.event_at, raised.arrival_at, raised.decided_at) == (
        MORNING + 2_700_000, MORNING, MORNING + 3 * HOUR,
    )  # fmt: skip
    assert (cleared.event_at, cleared.arrival_at) == (MORNING + 5 * HOUR, MORNING + 5 * HOUR)
    assert (raised.mail, cleared.mail, raised.active, cleared.active) == ("incident", "incident", True, False)
    assert raised.explanation.fields["check_fr"]
    assert cleared.explanation.fields["model"] == "EM300-TH", "what was known at the raise stays"
    assert cleared.explanation.fields["heard_again_at"] == "2025-06-18T12:12:00Z"


@pytest.mark.parametrize("rule", ["poison_record", "another"])
def test_trouble_of_the_platform_names_its_place_in_the_words_of_the_language(rule):
    raised, cleared = play(trouble(rule=rule))
    assert raised.alarm_key == f"platform:decode raw.lora/3:{rule}"
    for event in (raised, cleared):
        for sentence in (event.explanation.sentence_fr, event.explanation.sentence_en):
            assert "(decode raw.lora/3, raw.lora/3/41)" in sentence or f"({rule}, raw.lora/3/41)" in sentence
            assert "A record crashes decode." not in sentence
        assert event.explanation.fields["message"] == "A record crashes decode."


def test_trouble_of_the_platform_is_dated_by_its_detection():
    """A record may crash us long after it arrived, by a replay or after a stop."""
    raised, cleared = play(trouble())
    assert (raised.event_at, raised.decided_at) == (MORNING, TOLD)
    assert (cleared.event_at, cleared.decided_at) == (TOLD, TOLD)
    assert (raised.reason, cleared.reason, cleared.state) == ("poison_record", "passed", "normal")


def test_memory_of_repeats_is_bounded():
    kept = Kept()
    book = Book(kept)
    for number in range(100):
        apply(book, of_platform(trouble(str(number)), TOLD))
    assert len(dump(kept.values["platform:decode raw.lora/3:poison_record"])) < 1200


@pytest.mark.parametrize("value", [SilenceAlarm(7, True), PlatformAlarm(("a", "b")), Writer(3), Ring(4), Alarm()])
def test_state_survives_the_changelog(value: Held):
    assert load(dump(value)) == value


def test_what_the_first_version_kept_is_taken_up():
    """A silence that was open when the version changed is cleared under its id, and not raised again."""
    kept = Kept({KEY: dump(SilenceAlarm(MORNING, True)), "writer": dump(Writer(7))})
    book = Book(kept)
    assert apply(book, [silent()]) == []
    (cleared,) = apply(book, [back()])
    assert (cleared.alert_id, cleared.transition, cleared.revision) == (alert_id(KEY, str(MORNING)), "cleared", 1)
    known = as_alarm("platform:a:b", PlatformAlarm(("one",)))
    assert known.recent == ("one",)


def test_what_is_over_stands_in_the_ring():
    kept = Kept()
    apply(Book(kept), [silent(), back()])
    assert isinstance(kept.values["over/0"], Over)
    found = Book(Kept(kept.saved())).find(alert_id(KEY, str(MORNING)))
    assert found is not None
    assert found.state == "normal"


def test_events_fit_their_public_schema():
    framer = Framer("alerts.v1")
    for event in play(silent(), back(), trouble()):
        assert framer.decode(framer.encode(event), type(event)) == event
