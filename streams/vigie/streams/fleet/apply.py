"""An apply: a statement becomes the fleet, in one transaction, or nothing at all happens.

The transaction holds a lock of its own, so two applies come one after the other, and each sees the fleet that it
changes. Records for `fleet.v1` and the repairs of history are written in it: nothing is published that was not
recorded, nothing recorded that will not be published (outbox.py).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
from msgspec import Struct

from vigie.streams.core.fleet.check import check, merge
from vigie.streams.core.fleet.diff import Change, diff
from vigie.streams.core.fleet.effects import Repair, effects
from vigie.streams.fleet import known, write
from vigie.streams.fleet.records import RECORD_LIMIT_BYTES, Recorded, outbox_rows
from vigie.topics.avro import Framer
from vigie.topics.fleet.stated import Fleet, Problem, Stated

Connection = psycopg.Connection[Any]

FLEET_LOCK = 0x464C4545
"""Advisory lock of whoever changes the fleet."""
CLOCK_SLACK_MS = 300_000
"""A device's clock may be so far ahead (records.md section 2): an uplink of a moment to come may be stored already."""


class Applied(Struct, frozen=True, kw_only=True):
    """What an apply did.

    Attributes:
        revision: of the fleet after it; None where nothing was recorded: a severe problem, or nothing to change.
        problems: severe ones hinder, the others warn.
        changes: what changed, or would without the problems.
        repairs: spans of history to be looked at again.
        records: how many wait for Kafka.
    """

    revision: int | None
    problems: tuple[Problem, ...]
    changes: tuple[Change, ...]
    repairs: tuple[Repair, ...]
    records: int = 0


class Proposed(Struct, frozen=True, kw_only=True):
    """What an apply would do.

    Attributes:
        revision: of the fleet that it was made for; 0 where that is nobody's business.
        before: the fleet.
        after: the fleet as it would be.
        problems: what is wrong with it.
        changes: what would change.
        repairs: spans of history to be looked at again.
    """

    revision: int
    before: Fleet
    after: Fleet
    problems: tuple[Problem, ...]
    changes: tuple[Change, ...]
    repairs: tuple[Repair, ...]


def propose(
    before: Fleet,
    stated: list[Stated],
    now_ms: int,
    *,
    prune: bool = False,
    zone: str = "Europe/Paris",
    revision: int = 0,
) -> Proposed:
    """What a statement would change in a fleet, and what is wrong with it.

    Args:
        before: as `known.read` gives it.
        stated: the statement.
        now_ms: epoch ms; what is a date in the future.
        prune: objects that the statement does not mention are taken back.
        zone: in whose legal time problems are told.
        revision: of the fleet before, as `known.revision` gave it before the fleet was read.
    """
    after, problems = merge(before, stated, prune=prune)
    problems += check(after, now_ms, zone=zone)
    changes = diff(before, after)
    return Proposed(
        revision=revision,
        before=before, after=after, problems=tuple(problems), changes=tuple(changes),
        repairs=tuple(one for one in effects(before, after, changes) if one.span.start <= now_ms + CLOCK_SLACK_MS),
    )  # fmt: skip


def apply(
    connection: Connection,
    stated: list[Stated],
    *,
    author: str,
    source: str,
    prune: bool = False,
    replay: bool = True,
    framer: Framer | None = None,
    zone: str = "Europe/Paris",
    shown: Proposed | None = None,
) -> Applied:
    """Make a statement the fleet.

    Args:
        connection: in autocommit mode, whose commits are on disk (`connect_to_write`), to a database with our tables.
        stated: the statement.
        author: who states it.
        source: what it was read from, for the record.
        prune: objects that the statement does not mention are taken back.
        replay: history is repaired now; else the repairs are kept as offered.
        framer: of fleet.v1, with the schema id of the registry in use; None: with the packaged one.
        zone: in whose legal time problems are told.
        shown: what was proposed for this statement, and what somebody has agreed to; it is made anew where the fleet
            has another revision by now.

    Returns:
        What was done; with a severe problem, or where nothing changes, nothing was.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (FLEET_LOCK,))
        recorded_at, revision = moment(connection), known.revision(connection)
        if shown is not None and shown.revision == revision:
            proposed = shown
        else:
            now_ms = write.epoch_ms(recorded_at)
            proposed = propose(known.read(connection), stated, now_ms, prune=prune, zone=zone, revision=revision)
        refused = Applied(revision=None, problems=proposed.problems, changes=proposed.changes, repairs=proposed.repairs)
        if not proposed.changes or any(problem.severe for problem in proposed.problems):
            return refused
        recorded = Recorded(revision + 1, uuid4().hex, recorded_at)
        rows = outbox_rows(proposed.after, proposed.changes, recorded, framer or Framer("fleet.v1"))
        large = [_too_large(proposed.after, change) for change, row in zip(proposed.changes, rows, strict=True)
                 if len(row[1]) > RECORD_LIMIT_BYTES]  # fmt: skip
        if large:
            return Applied(
                revision=None, problems=(*proposed.problems, *large), changes=proposed.changes,
                repairs=proposed.repairs,
            )  # fmt: skip
        _record(connection, proposed, recorded, rows, author=author, source=source, replay=replay)
    return Applied(
        revision=recorded.revision, problems=proposed.problems, changes=proposed.changes, repairs=proposed.repairs,
        records=len(rows),
    )  # fmt: skip


def _record(
    connection: Connection,
    proposed: Proposed,
    recorded: Recorded,
    rows: Sequence[tuple[bytes, bytes]],
    *,
    author: str,
    source: str,
    replay: bool,
) -> None:
    write.revision(connection, recorded, author=author, source=source, parts=len(rows))
    numbers = write.objects(connection, [change.key for change in proposed.changes])
    write.versions(connection, proposed.before, proposed.after, proposed.changes, recorded, numbers)
    write.references(connection, proposed.after, proposed.changes, numbers)
    write.outbox(connection, rows)
    write.repairs(connection, proposed.repairs, recorded, state="asked" if replay else "offered")


def moment(connection: Connection) -> datetime:
    """When it is recorded: after every earlier apply, whatever the server's clock did meanwhile.

    A whole millisecond, as records have it; rounded up, so that an instant before the apply does not know of it.
    """
    row = connection.execute(
        "SELECT date_trunc('milliseconds', clock_timestamp() + interval '999 microseconds'),"
        " (SELECT max(recorded_at) FROM fleet_revision)"
    ).fetchone()
    assert row is not None
    now, last = row
    found: datetime = now if last is None else max(now, last + timedelta(milliseconds=1))
    return found


def _too_large(after: Fleet, change: Change) -> Problem:
    versions = after.get(change.key, ())
    return Problem(
        versions[0].origin if versions else None, "",
        f"{change.kind} {change.id} : plus de {RECORD_LIMIT_BYTES // 1000} ko en {len(versions)} périodes ; "
        "Kafka n'en prend pas davantage. Réduisez ses textes, son contour ou sa table.",
        f"{change.kind} {change.id}: more than {RECORD_LIMIT_BYTES // 1000} kB in {len(versions)} periods, "
        "more than Kafka takes. Shorten its texts, its outline or its table.",
    )  # fmt: skip
