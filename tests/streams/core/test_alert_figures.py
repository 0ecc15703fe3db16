"""The figures of the alerting itself, against counts done another way."""

import numpy as np
import pytest
from numpy.random import default_rng

from vigie.streams.core.alarm.figures import DAY_MS, HOUR_MS, SLOT_MS, TARGETS, figures
from vigie.streams.core.alarm.story import story
from vigie.topics.alert_event import AlertEvent, Explanation

BEGIN = 1_774_785_600_000  # a whole slot
TOLD = Explanation(sentence_fr="", sentence_en="", fields={})


def event(key: str, at: int, transition: str = "raised", **changes) -> AlertEvent:
    fields = {
        "event_id": f"{key}{at}{transition}", "alert_id": key, "incident_id": key, "alarm_key": key,
        "revision": 0, "transition": transition, "state": "unacknowledged", "priority": 3, "event_at": at,
        "arrival_at": at, "decided_at": at, "author": "system", "reason": "", "explanation": TOLD, "generation": 1,
    }  # fmt: skip
    return AlertEvent(**(fields | changes))


def raised(key: str, at: int, lasts_ms: int | None = HOUR_MS, **changes):
    events = [event(key, at, raised_at=at, **changes)]
    if lasts_ms is not None:
        events.append(event(key, at + lasts_ms, "cleared", state="normal", raised_at=at))
    return story(events)


def test_rates_shares_and_sources_of_random_days():
    rng = default_rng(4)
    at = np.sort(rng.integers(BEGIN, BEGIN + 7 * DAY_MS, 900))
    keys = [f"value:point:P{number}:r" for number in rng.zipf(1.6, 900)]
    priorities = rng.choice([1, 2, 3, 4], 900, p=[0.02, 0.08, 0.2, 0.7])
    alerts = [raised(k, int(t), priority=int(p)) for k, t, p in zip(keys, at, priorities, strict=True)]
    found = figures(alerts, BEGIN, BEGIN + 7 * DAY_MS, operators=2).values
    assert found["per_hour"] == pytest.approx(900 / 2 / (7 * 24))
    assert found["per_slot"] == pytest.approx(900 / 2 / (7 * 144))
    assert found["per_day"] == pytest.approx(900 / 2 / 7)
    slots = np.bincount((at - BEGIN) // SLOT_MS, minlength=7 * 144)
    assert found["most_per_slot"] == slots.max()
    assert found["slots_over_10"] == pytest.approx((slots > 10).mean())
    _, counts = np.unique(keys, return_counts=True)
    assert found["top_sources"] == pytest.approx(np.sort(counts)[-10:].sum() / 900)
    assert [found[f"priority_{n}"] for n in (1, 2, 3, 4)] == pytest.approx(
        [(priorities == n).mean() for n in (1, 2, 3, 4)]
    )
    assert set(TARGETS) <= set(found)


def test_a_flood_begins_above_ten_and_ends_below_five():
    counts = [3, 11, 7, 5, 4, 12, 2]
    alerts = [
        raised(f"k:{slot}:{n}", BEGIN + slot * SLOT_MS + n) for slot, many in enumerate(counts) for n in range(many)
    ]
    found = figures(alerts, BEGIN, BEGIN + len(counts) * SLOT_MS).values
    assert (found["floods"], found["flood_time"]) == (2, pytest.approx(4 / 7))  # slots 1 2 3, and 5


def test_what_was_never_told_does_not_count():
    hidden = [
        raised("s:1:r", BEGIN, suppressed_by="cause", state="suppressed"), raised("s:2:r", BEGIN, late=True),
        raised("s:3:r", BEGIN, out_of_service=True, state="out_of_service"), raised("s:4:r", BEGIN, state="shelved"),
    ]  # fmt: skip
    found = figures([*hidden, raised("s:5:r", BEGIN, mail="incident")], BEGIN, BEGIN + DAY_MS)
    assert (found.raised, found.told, found.mailed, found.suppressed, found.late) == (5, 1, 1, 1, 1)
    assert found.values["per_day"] == 1


def test_fleeting_stale_chattering_and_acknowledged():
    alerts = [
        raised("a:1:r", BEGIN, 59_000), raised("a:2:r", BEGIN, 60_000), raised("a:3:r", BEGIN - 2 * DAY_MS, None),
        raised("a:4:r", BEGIN - 2 * DAY_MS, DAY_MS - 1),
        story([event("c:1:r", BEGIN), event("c:1:r", BEGIN + 5, "chattering")]),
        story([event("d:1:r", BEGIN), event("d:1:r", BEGIN + 90_000, "acknowledged", author="p-1")]),
    ]  # fmt: skip
    found = figures(alerts, BEGIN, BEGIN + DAY_MS)
    assert [found.values[name] for name in ("fleeting", "stale", "chattering")] == [1, 1, 1]
    assert (found.acknowledged, found.acknowledge_s) == (1, 90.0)


def test_precision_is_what_operators_said():
    def judged(key: str, verdict: str):
        said = Explanation(sentence_fr="", sentence_en="", fields={"verdict": verdict})
        return story([event(key, BEGIN), event(key, BEGIN + 1, "judged", explanation=said, author="p-1")])

    alerts = [judged(f"value:point:{n}:crue", "true" if n else "false") for n in range(4)] + [
        raised("value:x:crue", BEGIN)
    ]
    (one,) = figures(alerts, BEGIN, BEGIN + DAY_MS).precision
    assert (one.rule, one.true, one.false, one.share) == ("value:crue", 3, 1, 0.75)


def test_no_alert_at_all():
    found = figures([], BEGIN, BEGIN + DAY_MS)
    assert (found.raised, found.told, found.top) == (0, 0, ())


def test_what_was_told_later_counts_as_told():
    """Explained by a cause when it was raised, and mailed when the cause was over: told, and not left out."""
    at, key = BEGIN + HOUR_MS, "silence:eui:1:no_arrival"
    first = event(key, at, raised_at=at, suppressed_by="c" * 32, state="suppressed")
    later = event(key, at + HOUR_MS, "unsuppressed", raised_at=at, mail="incident", revision=1)
    hidden = raised("silence:eui:2:no_arrival", at, suppressed_by="c" * 32)
    found = figures([story([first, later]), hidden], BEGIN, BEGIN + DAY_MS)
    assert (found.told, found.mailed, found.suppressed) == (1, 1, 1)
