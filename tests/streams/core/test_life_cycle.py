"""The life cycle, cell by cell: each state is reached by what leads there in practice, then each input is given."""

import pytest
from streams.core.alarm_by_hand import CAUSE, DAY, HOUR, KEY, MINUTE, Desk

from vigie.streams.core.alarm import life_cycle
from vigie.streams.core.alarm.life_cycle import STATES, TABLE, Input
from vigie.streams.core.alarm.refusals import REFUSALS
from vigie.streams.core.alarm.words import STATES as STATE_WORDS
from vigie.streams.core.alarm.words import TRANSITIONS as TRANSITION_WORDS
from vigie.topics import alert_event

A, B, C, D, E, F = STATES
OVER = "refused:over"
MATRIX = {
    # input: what comes of it in A, B, C, D, E, F: state after, transition, mail
    Input.RAISE: "B raised incident|-|-|-|-|-",
    Input.ANEW: "-|A cleared|A cleared|A returned_to_normal|A returned_to_normal|A returned_to_normal",
    Input.WORSE: "-|B level_changed incident|B level_changed incident|-|-|-",
    Input.MILDER: "-|B level_changed|C level_changed|-|-|-",
    Input.CLEAR: "-|A cleared incident|A cleared incident|-|-|-",
    Input.CLEAR_ASKED: "-|D cleared incident|A cleared incident|-|-|-",
    Input.CLEAR_LATCHED: "-|E latched incident|F latched incident|-|-|-",
    Input.EXPIRE: "-|-|-|A returned_to_normal|-|-",
    Input.ACK: f"{OVER}|C acknowledged|refused:already_acknowledged|A acknowledged|F acknowledged|"
    "refused:already_acknowledged",
    Input.UNACK: f"{OVER}|refused:not_acknowledged|B unacknowledged|refused:not_acknowledged|"
    "refused:not_acknowledged|E unacknowledged",
    Input.RESET: f"{OVER}|refused:still_active|refused:still_active|refused:not_latched|A reset|A reset",
    Input.SHELVE: f"{OVER}|B shelved|C shelved|D shelved|E shelved|F shelved",
    Input.UNSHELVE: "A unshelved|B unshelved|C unshelved|D unshelved|E unshelved|F unshelved",
    Input.SHELF_ENDS: "A unshelved|B unshelved incident|C unshelved incident|D unshelved|E unshelved|F unshelved",
    Input.SUPPRESS: "-|B suppressed|C suppressed|D suppressed|E suppressed|F suppressed",
    Input.UNSUPPRESS: "-|B unsuppressed|C unsuppressed|D unsuppressed|E unsuppressed|F unsuppressed",
    Input.LEAVE_SERVICE: "-|B out_of_service|C out_of_service|-|-|-",
    Input.ENTER_SERVICE: "-|B in_service|C in_service|-|E in_service|F in_service",
    Input.CHATTER: "-|B chattering incident|-|-|-|-",
    Input.CHILDREN: "-|B children|C children|D children|E children|F children",
    Input.COMMENT: "A commented|B commented|C commented|D commented|E commented|F commented",
    Input.ASSIGN: "A assigned|B assigned|C assigned|D assigned|E assigned|F assigned",
    Input.CONFIRM: "A confirmed|B confirmed|C confirmed|D confirmed|E confirmed|F confirmed",
    Input.REFUTE: "A refuted|B refuted|C refuted|D refuted|E refuted|F refuted",
    Input.VERDICT: "A judged|B judged|C judged|D judged|E judged|F judged",
    Input.ATTACH: "A attached|B attached|C attached|D attached|E attached|F attached",
}
"""By hand, beside the table of the code: D is never out of service (what is, asks for no acknowledgement)."""


def reach(desk: Desk, state: str, given: Input) -> None:
    """Bring the alert of cause 1 into a state, so that the input can follow."""
    latched = state in (E, F) or (state in (B, C) and given is Input.CLEAR_LATCHED)
    priority = 2 if state == D or (state in (B, C) and given is Input.CLEAR_ASKED) else 3
    if given is Input.RAISE and state == A:
        return
    if given is Input.CHATTER:
        for number in range(4):
            desk.do(desk.raised(f"before {number}"))
            desk.do(desk.cleared())
        return
    desk.do(desk.raised(level=2, priority=priority, latched=latched))
    if state in (C, F):
        desk.command("ack")
    if given is Input.ENTER_SERVICE and state != D:
        desk.outage(open_=True)
        desk.tick()
    if state == A and given in (Input.UNSHELVE, Input.SHELF_ENDS):
        desk.shelve()
    if state in (A, D, E, F):
        desk.do(desk.cleared())
    if state != A and given in (Input.UNSHELVE, Input.SHELF_ENDS):
        desk.shelve()
    if given is Input.UNSUPPRESS:
        desk.do(desk.raised("g", key=CAUSE), desk.explained())


def give(desk: Desk, given: Input, state: str):
    priority = 2 if state == D else 3
    match given:
        case Input.RAISE if state == A:
            return desk.do(desk.raised())
        case Input.RAISE:
            return desk.do(desk.raised(level=2, priority=priority))  # the same again
        case Input.ANEW if state == A:
            return []
        case Input.ANEW:
            return desk.do(desk.raised("2", level=2))
        case Input.WORSE | Input.MILDER:
            return desk.do(desk.raised(level=3 if given is Input.WORSE else 1))
        case Input.CLEAR | Input.CLEAR_ASKED | Input.CLEAR_LATCHED:
            return desk.do(desk.cleared())
        case Input.EXPIRE:
            return desk.tick(DAY)
        case Input.SHELVE:
            return desk.shelve()
        case Input.SHELF_ENDS:
            return desk.tick(HOUR)
        case Input.SUPPRESS:
            return desk.do(desk.raised("g", key=CAUSE), desk.explained())
        case Input.UNSUPPRESS:
            return desk.do(desk.explained(""))
        case Input.LEAVE_SERVICE | Input.ENTER_SERVICE:
            desk.outage(open_=given is Input.LEAVE_SERVICE)
            return desk.tick()
        case Input.CHATTER:
            return desk.do(desk.raised()) if state == B else []
        case Input.CHILDREN:
            return desk.do(desk.raised("c", key="silence:eui:1:no_arrival", suppressed_by=KEY))
        case Input.CONFIRM | Input.REFUTE:
            value = "confirmed" if given is Input.CONFIRM else "refuted"
            return desk.command("confirm", value=value, facts={"confirmed_by": "caméra"})
        case Input.VERDICT:
            return desk.command("verdict", value="true")
        case Input.COMMENT:
            return desk.command("comment", reason="vu sur place")
        case Input.ATTACH:
            return desk.command("attach", author="system", facts={"second_source": "2,1 m en amont"})
        case _:
            return desk.command(given.value)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("given", Input, ids=lambda one: one.name)
def test_each_cell(given: Input, state: str):
    expected = MATRIX[given].split("|")[STATES.index(state)]
    desk = Desk()
    reach(desk, state, given)
    before = desk.book.latest(KEY)
    assert before is None or given is Input.CHATTER or before.state == state
    revision = -1 if before is None or given is Input.CHATTER else before.revision
    found = [event for event in give(desk, given, state) if event.alarm_key == KEY]
    if given is Input.CHATTER and state == B:
        assert (found.pop(0).transition, found[0].explanation.fields["cycles"]) == ("raised", "5")
        revision = 0
    cell = life_cycle.cell(state, given)
    if expected == "-":
        assert found == []
        return
    event = found[0]
    assert event.revision == revision + 1
    if expected.startswith("refused:"):
        assert (event.transition, event.reason, event.mail) == ("refused", expected.partition(":")[2], "")
        assert desk.book.find(event.alert_id).state == state
        return
    after, transition, *mail = expected.split(" ")
    assert (event.transition, event.mail) == (transition, mail[0] if mail else "")
    assert desk.book.find(event.alert_id).state == STATES["ABCDEF".index(after)]
    assert (cell.state, cell.transition) == (STATES["ABCDEF".index(after)], transition), "the table says otherwise"
    assert event.active == (STATES["ABCDEF".index(after)] in (B, C))


def test_the_table_speaks_of_what_exists():
    assert set(MATRIX) == set(Input)
    assert {cell.transition for cell in TABLE.values()} == {*alert_event.TRANSITIONS}
    assert {*STATES, "shelved", "suppressed", "out_of_service"} == {*alert_event.STATES} == {*STATE_WORDS}
    assert {*TRANSITION_WORDS} == {*alert_event.TRANSITIONS}
    assert {cell.reason for cell in TABLE.values() if cell.transition == "refused"} <= {*REFUSALS}


@pytest.mark.parametrize(
    ("marks", "shown"),
    [
        ((), "unacknowledged"), (("shelved",), "shelved"), (("shelved", "suppressed"), "suppressed"),
        (("shelved", "suppressed", "outage"), "out_of_service"), (("outage",), "out_of_service"),
    ],
)  # fmt: skip
def test_what_is_shown_is_the_strongest_mark(marks, shown):
    desk = Desk()
    desk.do(desk.raised())
    if "shelved" in marks:
        desk.shelve()
    if "suppressed" in marks:
        desk.do(desk.raised("g", key=CAUSE), desk.explained())
    if "outage" in marks:
        desk.outage(open_=True)
        desk.tick()
    event = [one for one in desk.events if one.alarm_key == KEY][-1]
    assert event.state == shown
    assert (bool(event.shelved_until), bool(event.suppressed_by), event.out_of_service) == tuple(
        mark in marks for mark in ("shelved", "suppressed", "outage")
    )
    (over,) = desk.do(desk.cleared())
    assert over.state == "normal"


@pytest.mark.parametrize("mark", ["shelved", "suppressed", "outage", "late", "trial"])
def test_what_is_marked_at_its_raise_is_archived_and_mailed_to_nobody(mark):
    desk = Desk()
    more = {"late": {"late": True}, "trial": {"mail": ""}, "suppressed": {"suppressed_by": CAUSE}}.get(mark, {})
    if mark == "shelved":
        desk.do(desk.raised("0"))
        desk.shelve(cause="0")
        desk.do(desk.cleared())
    if mark == "suppressed":
        desk.do(desk.raised("g", key=CAUSE))
    if mark == "outage":
        desk.outage(open_=True)
    desk.events.clear()
    desk.do(desk.raised(priority=1, **more))
    desk.do(desk.cleared())
    found = [event for event in desk.events if event.alarm_key == KEY]
    assert [(event.transition, event.mail) for event in found] == [("raised", ""), ("cleared", "")]
    assert found[-1].state == "normal", "what nobody was told of asks nobody for an acknowledgement"


def test_a_mark_that_ends_is_told_of_while_the_alert_is_active():
    desk = Desk()
    desk.do(desk.raised("g", key=CAUSE))
    (raised, _) = desk.do(desk.raised(suppressed_by=CAUSE))
    assert (raised.state, raised.incident_id) == ("suppressed", raised.suppressed_by)
    (alone, children) = desk.do(desk.explained(""))
    assert (alone.transition, alone.mail, alone.state) == ("unsuppressed", "incident", "unacknowledged")
    assert (alone.incident_id, children.children) == (alone.alert_id, ())
    assert desk.do(desk.cleared())[0].mail == "incident"


def test_a_cause_lists_what_it_explains_once_per_moment():
    desk = Desk()
    (gateway,) = desk.do(desk.raised("g", key=CAUSE, priority=2))
    keys = [f"silence:eui:{number}:no_arrival" for number in range(600)]
    made = desk.do(*(desk.raised("1", key=key, suppressed_by=CAUSE) for key in keys))
    assert [event.transition for event in made] == ["raised"] * 600 + ["children"]
    assert {event.incident_id for event in made} == {gateway.alert_id}
    assert (len(made[-1].children), made[-1].explanation.fields["children"]) == (500, "600")
    assert [event.mail for event in made if event.mail] == []


def test_a_child_stays_in_the_incident_of_the_cause_of_its_cause():
    desk = Desk()
    desk.do(desk.raised("g", key=CAUSE), desk.raised("c", key="silence:a:no_arrival", suppressed_by=CAUSE))
    desk.do(desk.raised("n", key="network:n:network_down"), desk.explained("network:n:network_down", CAUSE))
    desk.do(desk.cleared("silence:a:no_arrival"))
    network = next(event for event in desk.events if event.alarm_key == "network:n:network_down")
    assert desk.events[-1].incident_id == network.alert_id


def test_an_alarm_that_chatters_is_told_of_once_until_it_was_quiet_for_a_day():
    desk = Desk()
    for number in range(12):
        desk.do(desk.raised(str(number)))
        desk.do(desk.cleared())
    told = [(event.transition, event.mail) for event in desk.events if event.mail]
    assert told == [("raised", "incident"), ("cleared", "incident")] * 4 + [
        ("chattering", "incident"), ("cleared", "incident"),
    ]  # fmt: skip
    desk.now += 2 * HOUR
    (worse,) = desk.do(desk.raised("worse", level=2))
    assert worse.mail == "incident", "a level that nobody was told of is told of all the same"
    desk.do(desk.cleared())
    desk.now += DAY - HOUR
    assert desk.do(desk.raised("later"))[0].mail == "", "it was quiet for 23 h only"
    desk.do(desk.cleared())
    desk.now += DAY + MINUTE
    assert desk.do(desk.raised("at last"))[0].mail == "incident"


def test_three_cycles_in_ten_samples_chatter():
    desk = Desk()
    for number in range(3):
        desk.do(desk.raised(str(number))._replace(facts={"period_s": "900"}))
        desk.do(desk.cleared())
    assert [event.transition for event in desk.events].count("chattering") == 1


def test_a_late_alert_that_turns_fresh_is_told_of():
    desk = Desk()
    assert desk.do(desk.raised(late=True))[0].late
    (event,) = desk.do(desk.raised())
    assert (event.transition, event.mail, event.late) == ("level_changed", "incident", False)
