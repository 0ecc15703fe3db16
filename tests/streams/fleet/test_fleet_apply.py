"""An apply on a real PostgreSQL: all or nothing, one after the other, and what was known on each day stays known."""

import json
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stated_city import A1, A2, NOW_MS, at, city, device, fleet, one, placement, point

from vigie.streams.core.fleet.diff import diff, same
from vigie.streams.core.fleet.merge import merge
from vigie.streams.fleet import known
from vigie.streams.fleet.apply import Applied, apply, propose
from vigie.streams.sinks.migrate import migrate
from vigie.topics.avro import Framer
from vigie.topics.fleet.stated import Fleet, Stated
from vigie.topics.fleet_object import FleetObject

pytestmark = pytest.mark.parts
Connection = psycopg.Connection[Any]


@pytest.fixture
def store(database: str) -> Iterator[Connection]:
    with psycopg.connect(database, autocommit=True) as connection:
        migrate(connection)
        yield connection


def state(connection: Connection, *stated: Stated, **other: Any) -> Applied:
    return apply(connection, list(stated), author="m.durand", source="flotte/", **other)


def outbox(connection: Connection) -> list[FleetObject]:
    rows = connection.execute("SELECT value FROM fleet_outbox ORDER BY position")
    return [Framer("fleet.v1").decode(value, FleetObject) for (value,) in rows]


def equal(one_: Fleet, other: Fleet) -> bool:
    return one_.keys() == other.keys() and all(same(one_[key], other[key]) for key in one_)


def everything(connection: Connection) -> dict[str, int]:
    tables = ("fleet_revision", "fleet_object", "fleet_version", "fleet_reference", "fleet_outbox", "fleet_repair")
    found = {}
    for table in tables:
        row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
        found[table] = row[0] if row else 0
    return found


def test_a_fleet_is_recorded_with_its_references_repairs_and_records(store: Connection):
    applied = state(store, *city())
    assert (applied.revision, applied.records, applied.problems) == (1, len(city()), ())
    assert equal(known.read(store), fleet())
    assert known.revision(store) == 1
    (row,) = store.execute("SELECT author, source, parts FROM fleet_revision").fetchall()
    assert row == ("m.durand", "flotte/", len(city()))
    refers = store.execute(
        "SELECT t.kind, t.id FROM fleet_reference r JOIN fleet_object o ON o.number = r.object"
        " JOIN fleet_object t ON t.number = r.target WHERE o.id = 'P1/1' ORDER BY 1"
    ).fetchall()
    assert refers == [("device", "D1"), ("point", "P1")]
    repairs = store.execute(
        "SELECT point, device, lower(span), upper_inf(span), reason, state FROM fleet_repair"
    ).fetchall()
    assert [(row[0], row[1], row[3], row[4], row[5]) for row in repairs] == [
        ("P1", A1, True, "placement", "asked"), ("P2", A2, False, "placement", "asked"),
    ]  # fmt: skip
    records = outbox(store)
    assert [(one_.part, one_.parts, one_.revision) for one_ in records] == [
        (number, len(city()), 1) for number in range(1, len(city()) + 1)
    ]
    assert len({(one_.apply_id, one_.recorded_at) for one_ in records}) == 1


def test_persons_stay_in_the_database(store: Connection):
    state(store, *city())
    (contact,) = (one_ for one_ in outbox(store) if one_.kind == "contact")
    assert contact.versions[0].fields() == {"party": "metropole", "role": "technician"}
    assert known.read(store)["contact", "technicien"][0].attributes["mail"] == "a@metropole.example"
    assert "Durand" not in json.dumps([str(one_) for one_ in outbox(store)])


def test_nothing_changed_is_no_revision_and_only_what_changed_is_written(store: Connection):
    state(store, *city())
    before = everything(store)
    assert state(store, *city()).revision is None
    assert everything(store) == before
    history = [one("zone", "Z0", None, "2026-04-01T00:00:00Z", name="Tout", role="other"),
               one("zone", "Z0", "2026-04-01T00:00:00Z", name="Tout", role="control")]  # fmt: skip
    assert state(store, *history).revision == 2
    state(store, history[0], one("zone", "Z0", "2026-04-01T00:00:00Z", name="Tout", role="project"))
    rows = store.execute(
        "SELECT v.revision, v.superseded_revision, v.attributes ->> 'role' FROM fleet_version v JOIN fleet_object o"
        " ON o.number = v.object WHERE o.id = 'Z0' ORDER BY v.revision, lower(v.valid) NULLS FIRST"
    ).fetchall()
    assert rows == [(1, 2, "other"), (2, None, "other"), (2, 3, "control"), (3, None, "project")]


def test_a_refused_statement_leaves_nothing(store: Connection):
    state(store, *city())
    before = everything(store)
    refused = state(store, point("P3"), placement("P3/1", "D1", "P3", "2026-03-01T00:00:00Z"))
    assert refused.revision is None
    assert ["aussi posé au point P1" in one_.sentence_fr for one_ in refused.problems if one_.severe] == [True]
    large = state(store, one("party", "large", name="x" * 950_000, type="other"))
    assert (large.revision, large.problems[0].severe) == (None, True)
    assert "plus de 900 ko" in large.problems[0].sentence_fr
    assert everything(store) == before


def test_an_object_taken_back_is_published_without_versions_and_may_come_back(store: Connection):
    state(store, *city())
    kept = [one_ for one_ in city() if one_.key != ("placement", "P2/1")]
    assert state(store, *kept, prune=True).changes[0].what == "taken_back"
    gone = outbox(store)[-1]
    assert (gone.key(), gone.versions, gone.part, gone.parts) == (b"placement:P2/1", (), 1, 1)
    assert ("placement", "P2/1") not in known.read(store)
    state(store, *city())
    assert equal(known.read(store), fleet())
    row = store.execute("SELECT count(*) FROM fleet_object WHERE id = 'P2/1'").fetchone()
    assert row == (1,)


def test_what_is_planned_asks_for_no_repair_and_no_replay_only_offers(store: Connection):
    state(store, *city(), replay=False)
    assert store.execute("SELECT DISTINCT state FROM fleet_repair").fetchall() == [("offered",)]
    assert state(store, placement("P2/2", "D2", "P2", "2126-05-01T00:00:00Z")).repairs == ()


_DAYS = st.integers(1, 5)


@st.composite
def _statements(draw: st.DrawFn) -> tuple[list[Stated], bool]:
    stated: list[Stated] = []
    for name in draw(st.lists(st.sampled_from("abcd"), unique=True, max_size=4)):
        cuts = sorted(draw(st.sets(_DAYS, max_size=3)))
        bounds = [None, *(at(f"2026-03-0{day}T00:00:00Z") for day in cuts), None]
        for since, until in pairwise(bounds):
            if draw(st.booleans()):
                attributes = {"name": draw(st.sampled_from(["x", "é\n'\\", "{}"])), "type": "other"}
                stated.append(Stated(kind="party", id=name, valid_from=since, valid_to=until, attributes=attributes))
    return draw(st.permutations(stated)), draw(st.booleans())


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_statements(), min_size=1, max_size=4))
def test_what_is_read_is_what_was_merged_now_and_as_it_was_known(
    store: Connection, statements: list[tuple[list[Stated], bool]]
):
    for table in ("fleet_outbox", "fleet_repair", "fleet_reference", "fleet_version", "fleet_object", "fleet_revision"):
        store.execute(f"DELETE FROM {table}".encode())
    current: Fleet = {}
    then: dict[int, Fleet] = {}
    for stated, prune in statements:
        after, problems = merge(current, stated, prune=prune)
        applied = state(store, *stated, prune=prune)
        if any(problem.severe for problem in problems) or not diff(current, after):
            assert applied.revision is None
            continue
        assert applied.revision == len(then) + 1
        current = then[applied.revision] = after
        assert equal(known.read(store), current)
    for revision, recorded_at in store.execute("SELECT revision, recorded_at FROM fleet_revision").fetchall():
        assert equal(known.read(store, known_at=recorded_at), then[revision])


def test_two_applies_at_once_come_one_after_the_other(database: str, store: Connection):
    state(store, *city())
    statements = []
    for hour in range(4):
        new = placement(f"P2/{hour + 2}", f"N{hour}", "P2", f"2026-05-02T0{hour}:00:00Z")
        statements.append([device(f"N{hour}", f"eui:{hour + 100:016x}"), new])
    results: list[Applied] = []

    def run(stated: list[Stated]) -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            results.append(state(connection, *stated))

    threads = [threading.Thread(target=run, args=(stated,)) for stated in statements]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == len(statements), "none of them ended by an error"
    taken = [one_.revision for one_ in results if one_.revision is not None]
    assert taken == [2], "each of them puts a device at the same point: the first that comes has it"
    assert all(
        any("le point P2 a déjà" in each.sentence_fr for each in one_.problems) for one_ in results if not one_.revision
    )
    records = outbox(store)[len(city()) :]
    assert [one_.part for one_ in records] == [1, 2]


def test_an_instant_before_an_apply_does_not_know_of_it_and_one_after_it_does(store: Connection):
    for number in range(20):
        before = store.execute("SELECT clock_timestamp()").fetchone()
        state(store, one("party", f"p{number}", name="n", type="other"))
        after = store.execute("SELECT clock_timestamp()").fetchone()
        assert before is not None
        assert after is not None
        seen = [("party", f"p{number}") in known.read(store, known_at=row[0]) for row in (before, after)]
        assert seen == [False, True]


def test_what_was_shown_holds_only_while_the_fleet_is_the_one_it_was_shown_for(store: Connection):
    shown = propose({}, city(), NOW_MS, revision=0)
    assert state(store, *city(), shown=shown).changes is shown.changes
    late = [
        placement("P1/1", "D1", "P1", None, "2026-05-03T00:00:00Z"),
        placement("P2/2", "D1", "P2", "2026-05-03T00:00:00Z"),
    ]
    shown = propose(known.read(store), late, NOW_MS, revision=1)
    assert not any(one_.severe for one_ in shown.problems)
    state(store, device("D3", "eui:00000000000000aa"), placement("P2/3", "D3", "P2", "2026-05-02T00:00:00Z"))
    refused = state(store, *late, shown=shown)
    assert refused.revision is None
    assert any("le point P2 a déjà" in one_.sentence_fr for one_ in refused.problems)


def test_an_apply_that_is_killed_leaves_nothing_and_holds_nothing(database: str, store: Connection):
    child = textwrap.dedent("""
        import sys, time, psycopg
        from stated_city import city
        from vigie.streams.fleet import apply, write

        def stop(*_, **__):
            print("written", flush=True)
            time.sleep(60)

        write.repairs = stop
        with psycopg.connect(sys.argv[1], autocommit=True) as connection:
            apply.apply(connection, city(), author="a", source="s")
    """)
    process = subprocess.Popen([sys.executable, "-c", child, database], stdout=subprocess.PIPE, text=True,
                               env={"PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin"})  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
    finally:
        process.kill()
        process.wait()
    assert set(everything(store).values()) == {0}
    assert state(store, *city()).revision == 1


def test_the_database_itself_keeps_what_refers_to_what(store: Connection):
    """Whoever writes past the apply: by hand, or by a mistake of ours."""
    state(store, *city())
    numbers = dict(store.execute("SELECT id, number FROM fleet_object").fetchall())
    over = "UPDATE fleet_version SET superseded_revision = 1, superseded_at = now() WHERE object = %s"
    with pytest.raises(psycopg.errors.ForeignKeyViolation, match="commune 13055 est encore référencé"):
        store.execute(over, (numbers["13055"],))
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        store.execute("DELETE FROM fleet_object WHERE number = %s", (numbers["13055"],))
    store.execute(over, (numbers["P2/1"],))  # nobody refers to it
    lost = "INSERT INTO fleet_reference (object, field, target) VALUES (%s, 'x', %s)"
    with pytest.raises(psycopg.errors.ForeignKeyViolation, match="placement P2/1 est référencé"):
        store.execute(lost, (numbers["P1"], numbers["P2/1"]))
