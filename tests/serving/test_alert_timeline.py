"""What people and other sources said of an alert is told, on its timeline, among its facts and in its line."""

import pytest

from vigie.serving.alert_tables import ALERTS
from vigie.serving.alert_timeline import timeline
from vigie.streams.core.alarm.story import story
from vigie.topics.alert_event import AlertEvent, Explanation

_FACTS = {"value": "2.31", "unit": "m"}
_UPSTREAM = _FACTS | {"second_source": "La Seine à Vernon", "second_source_value": "2.4"}


def _event(revision: int, transition: str, fields: dict[str, str], **changes) -> AlertEvent:
    given = {
        "event_id": f"{revision}", "alert_id": "a" * 32, "incident_id": "a" * 32, "priority": 1, "generation": 1,
        "alarm_key": "value:point:SEINE-01:high_water", "revision": revision, "transition": transition,
        "state": "unacknowledged", "event_at": 1_774_785_930_000, "arrival_at": 1_774_785_930_000,
        "decided_at": 1_774_785_930_000, "author": "cellule", "reason": "",
        "explanation": Explanation(sentence_fr="La Seine monte.", sentence_en="The Seine rises.", fields=fields),
    }  # fmt: skip
    return AlertEvent(**(given | changes))


SAID = [
    _event(0, "raised", _FACTS),
    _event(1, "attached", _UPSTREAM),
    _event(2, "confirmed", _UPSTREAM | {"confirmed_by": "caméra du pont"}),
    _event(3, "assigned", _UPSTREAM, assignee="technicien-eau"),
    _event(4, "assigned", _UPSTREAM),
    _event(5, "judged", _UPSTREAM | {"verdict": "false"}),
    _event(6, "cleared", {"value": "1.1", "unit": "m"}),
]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", ["La Seine à Vernon", "d'après caméra du pont", "à technicien-eau", "à personne", "infondée"]),
        ("en", ["La Seine à Vernon", "from caméra du pont", "to technicien-eau", "to nobody", "false"]),
    ],
)
def test_the_timeline_says_what_was_said(language, said):
    entries = timeline(SAID, "Europe/Paris", language)
    for entry, words in zip(entries[1:], said, strict=False):
        assert any(words in note for note in entry.notes), (entry, words)


def test_what_was_found_out_stands_among_the_facts_and_in_the_line():
    found = story(SAID)
    assert found.facts["value"] == "2.31", "the value that raised it"
    assert (found.facts["second_source"], found.confirmed_from) == ("La Seine à Vernon", "caméra du pont")
    line = {one.heading: one.words(found, "UTC") if one.words else one.value(found) for one in ALERTS.for_people()}
    assert (line["confirmee_par"], line["confirmee_d_apres"], line["verdict"]) == (
        "cellule", "caméra du pont", "infondée",
    )  # fmt: skip
    assert "La Seine à Vernon" in line["faits"]


def test_lines_of_a_comment_are_one_line_and_no_time_at_all_is_not_told():
    (_, entry) = timeline(
        [SAID[0], _event(1, "commented", {}, reason="une\ndeux", event_at=1_774_785_930_500)], "UTC", "fr"
    )
    assert entry.notes == ("par cellule", "une deux")
