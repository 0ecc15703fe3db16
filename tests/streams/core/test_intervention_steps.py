"""An intervention's states follow each other, and data are expected after its end."""

import pytest

from vigie.streams.core.intervention_steps import FOLLOWS, RefusedStepError, after_closing, step
from vigie.topics.fleet.kinds.intervention import STATES

HOUR = 3_600_000


def test_one_object_goes_through_its_states():
    one = step({"point": "P1", "asked_of": "aubagne"}, "requested", 0)
    one = step(one, "accepted", HOUR)
    one = step(one, "under_way", 2 * HOUR)
    one = step(one, "done", 3 * HOUR)
    assert one == {
        "point": "P1", "asked_of": "aubagne", "state": "done", "requested_at": "1970-01-01T00:00:00Z",
        "answered_at": "1970-01-01T01:00:00Z", "started_at": "1970-01-01T02:00:00Z", "ended_at": "1970-01-01T03:00:00Z",
    }  # fmt: skip


def test_one_noted_afterwards_has_a_start_and_an_end():
    assert step({}, "done", HOUR)["started_at"] == "1970-01-01T01:00:00Z"


@pytest.mark.parametrize(
    ("before", "state", "why"),
    [
        ({}, "accepted", "not_after"),
        ({}, "refused", "not_after"),
        ({"state": "requested", "asked_of": "aubagne"}, "under_way", "not_accepted"),
        ({"state": "requested", "asked_of": "aubagne"}, "done", "not_accepted"),
        ({"state": "under_way"}, "requested", "not_after"),
        ({"state": "refused"}, "under_way", "final"),
        ({"state": "done"}, "done", "final"),
        ({"state": "under_way", "started_at": "2026-03-01T00:00:00Z"}, "done", "earlier"),
    ],
)
def test_a_state_that_cannot_follow_is_refused(before, state, why):
    with pytest.raises(RefusedStepError) as refused:
        step(before, state, HOUR)
    assert refused.value.why == why


def test_without_a_party_to_ask_work_may_begin_at_once():
    assert step({"state": "requested"}, "under_way", 0)["state"] == "under_way"


def test_every_state_has_its_rule():
    assert FOLLOWS.keys() - {""} == STATES.keys()
    assert {after for following in FOLLOWS.values() for after in following} <= STATES.keys()


@pytest.mark.parametrize(
    ("first", "now", "state"),
    [(2 * HOUR, 9 * HOUR, "back"), (2 * HOUR + 1, 9 * HOUR, "late"), (None, 2 * HOUR, "waiting"),
     (None, 2 * HOUR + 1, "missing")],
)  # fmt: skip
def test_data_are_expected_within_two_upload_periods(first, now, state):
    found = after_closing(0, 3600, first, now)
    assert (found.state, found.due_at, found.back_at) == (state, 2 * HOUR, first)
