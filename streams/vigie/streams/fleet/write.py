"""Rows of an apply, written within its transaction: by COPY, so that a whole metropolis takes seconds."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import psycopg
from msgspec import json

from vigie.streams.core.fleet.diff import Change, identity
from vigie.streams.core.fleet.effects import Repair
from vigie.streams.core.fleet.spans import bound
from vigie.streams.fleet.records import Recorded
from vigie.topics.fleet.kind import references_of
from vigie.topics.fleet.stated import Fleet, Key, Stated

Connection = psycopg.Connection[Any]
Numbers = dict[Key, int]
"""Number of each object in `fleet_object`."""

_encode = json.Encoder().encode


def epoch_ms(moment: datetime) -> int:
    """An instant of the database as epoch ms."""
    return round(moment.timestamp() * 1000)


def revision(connection: Connection, recorded: Recorded, *, author: str, source: str, parts: int) -> None:
    """The apply itself."""
    connection.execute(
        "INSERT INTO fleet_revision (revision, apply_id, recorded_at, author, source, parts)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        (recorded.revision, recorded.apply_id, recorded.at, author, source, parts),
    )


def objects(connection: Connection, keys: Sequence[Key]) -> Numbers:
    """Give a number to each object that has none; returns everybody's."""
    connection.execute(
        "INSERT INTO fleet_object (kind, id) SELECT * FROM unnest(%s::text[], %s::text[])"
        " ON CONFLICT (kind, id) DO NOTHING",
        ([kind for kind, _ in keys], [name for _, name in keys]),
    )
    rows = connection.execute("SELECT kind, id, number FROM fleet_object")
    return {(kind, name): number for kind, name, number in rows}


def versions(
    connection: Connection,
    before: Fleet,
    after: Fleet,
    changes: Iterable[Change],
    recorded: Recorded,
    numbers: Numbers,
) -> None:
    """What is no longer said is superseded, what is new is added; a version that stays keeps its recorded time."""
    superseded: list[tuple[int, int | None]] = []
    added: list[tuple[int, Stated]] = []
    for change in changes:
        number = numbers[change.key]
        old, new = before.get(change.key, ()), after.get(change.key, ())
        said = [identity(one) for one in new]
        known = [identity(one) for one in old]
        superseded += [(number, one.valid_from) for one, what in zip(old, known, strict=True) if what not in said]
        added += [(number, one) for one, what in zip(new, said, strict=True) if what not in known]
    if superseded:
        connection.execute(
            "UPDATE fleet_version v SET superseded_revision = %s, superseded_at = %s"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS o (object, valid_from)"
            " WHERE v.object = o.object AND v.superseded_at IS NULL AND"
            " (extract(epoch FROM lower(v.valid)) * 1000)::bigint IS NOT DISTINCT FROM o.valid_from",
            (recorded.revision, recorded.at, [one for one, _ in superseded], [at for _, at in superseded]),
        )
    at = recorded.at.isoformat()
    with connection.cursor().copy(
        "COPY fleet_version (object, valid, attributes, revision, recorded_at) FROM STDIN"
    ) as copy:
        for number, one in added:
            attributes = _encode(one.attributes).decode()
            copy.write_row((number, _range(one.valid_from, one.valid_to), attributes, recorded.revision, at))


def references(connection: Connection, after: Fleet, changes: Sequence[Change], numbers: Numbers) -> None:
    """Who refers to whom, as it is known now."""
    connection.execute(
        "DELETE FROM fleet_reference WHERE object = ANY(%s)", ([numbers[change.key] for change in changes],)
    )
    found = dict.fromkeys(
        (numbers[change.key], field, numbers[kind, name])
        for change in changes
        for version in after.get(change.key, ())
        for field, kind, name in references_of(version.kind, version.attributes)
    )
    with connection.cursor().copy("COPY fleet_reference (object, field, target) FROM STDIN") as copy:
        for row in found:
            copy.write_row(row)


def outbox(connection: Connection, rows: Iterable[tuple[bytes, bytes]]) -> None:
    """What is to be sent, in this order."""
    with connection.cursor().copy("COPY fleet_outbox (key, value) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(["bytea", "bytea"])
        for row in rows:
            copy.write_row(row)


def repairs(connection: Connection, wanted: Iterable[Repair], recorded: Recorded, *, state: str) -> None:
    """Which history is to be looked at again."""
    with connection.cursor().copy(
        "COPY fleet_repair (revision, point, device, span, reason, state) FROM STDIN"
    ) as copy:
        for one in wanted:
            span = _range(bound(one.span.start), bound(one.span.end))
            copy.write_row((recorded.revision, one.point, one.address, span, one.reason, state))


def _range(valid_from: int | None, valid_to: int | None) -> str:
    return f"[{_text(valid_from)},{_text(valid_to)})"


def _text(at_ms: int | None) -> str:
    """An instant for a range's bound; in UTC, and of any year that PostgreSQL knows."""
    if at_ms is None:
        return ""
    from vigie.streams.core.local_time import local

    return local(at_ms, "UTC").isoformat()
