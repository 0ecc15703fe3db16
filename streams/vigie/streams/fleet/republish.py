"""`fleet.v1` made anew from PostgreSQL, which is the truth: after a restore, or when the topic was lost."""

from typing import Any
from uuid import uuid4

import psycopg
from msgspec import Struct

from vigie.streams.core.fleet.diff import diff
from vigie.streams.core.fleet.effects import effects
from vigie.streams.fleet import known, write
from vigie.streams.fleet.apply import FLEET_LOCK, moment
from vigie.streams.fleet.records import Recorded, fleet_object
from vigie.streams.fleet.topic_content import as_fleet
from vigie.topics.avro import Framer
from vigie.topics.fleet.kind import kinds, public_attributes
from vigie.topics.fleet.stated import Fleet, Key, Stated
from vigie.topics.fleet_object import FleetObject

Connection = psycopg.Connection[Any]


class Republished(Struct, frozen=True, kw_only=True):
    """What stands in the outbox to repair the topic.

    Attributes:
        revision: that the fleet has by it, above any that stood on the topic.
        records: how many will be sent.
        forgotten: objects that the topic has and PostgreSQL does not: they get a record without versions.
        differing: objects of which the topic said something else than PostgreSQL.
        repairs: spans of history to be looked at again, since what the topic said was in force.
    """

    revision: int
    records: int
    forgotten: tuple[Key, ...]
    differing: tuple[Key, ...]
    repairs: int


def republish(
    connection: Connection, on_topic: dict[Key, FleetObject], *, author: str, framer: Framer | None = None
) -> Republished:
    """Write every object into the outbox again; `outbox.publish_pending` sends it.

    Args:
        connection: in autocommit mode, whose commits are on disk (`connect_to_write`).
        on_topic: what stands on the topic (`topic_content.read_topic`).
        author: who asks for it.
        framer: of fleet.v1; None: with the packaged schema id.
    """
    framer = framer or Framer("fleet.v1")
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (FLEET_LOCK,))
        fleet = known.read(connection)
        highest = max((one.revision for one in on_topic.values()), default=0)
        recorded = Recorded(max(known.revision(connection), highest) + 1, uuid4().hex, moment(connection))
        # Not the empty records that PostgreSQL knows as taken back: compaction may have removed what they answer.
        forgotten = sorted(key for key, one in on_topic.items() if key not in fleet and key[0] in kinds())
        keys = [*sorted(fleet, key=_order), *forgotten]
        rows = []
        for place, key in enumerate(keys, 1):
            record = fleet_object(key, fleet.get(key, ()), recorded, place, len(keys))
            rows.append((record.key(), framer.encode(record)))
        said, public = as_fleet(on_topic), _public(fleet)
        changes = diff({key: one for key, one in said.items() if key[0] in kinds()}, public)
        repairs = effects(said, public, changes) if on_topic else []
        write.revision(connection, recorded, author=author, source="republish", parts=len(rows))
        connection.execute("DELETE FROM fleet_outbox WHERE sent_at IS NULL")  # all of it is said again, and later
        write.outbox(connection, rows)
        write.repairs(connection, repairs, recorded, state="asked")
    return Republished(
        revision=recorded.revision, records=len(rows),
        forgotten=tuple(key for key in forgotten if on_topic[key].versions),
        differing=tuple(change.key for change in changes), repairs=len(repairs),
    )  # fmt: skip


def _order(key: Key) -> tuple[int, str]:
    return list(kinds()).index(key[0]), key[1]


def _public(fleet: Fleet) -> Fleet:
    return {
        key: tuple(
            Stated(
                kind=one.kind, id=one.id, valid_from=one.valid_from, valid_to=one.valid_to,
                attributes=public_attributes(one.kind, one.attributes),
            )
            for one in versions
        )
        for key, versions in fleet.items()
    }  # fmt: skip
