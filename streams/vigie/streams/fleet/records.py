"""The records of an apply for `fleet.v1`: each changed object's complete history, with its place in the apply."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import json

from vigie.streams.core.fleet.diff import Change
from vigie.topics.avro import Framer
from vigie.topics.fleet.kind import public_attributes
from vigie.topics.fleet.stated import Fleet, Stated
from vigie.topics.fleet_object import FleetObject, Version

RECORD_LIMIT_BYTES = 900_000
"""A derived record is not larger (records.md section 4)."""

_encode = json.Encoder().encode


class Recorded(NamedTuple):
    """An apply: the revision that it makes, its name, and when."""

    revision: int
    apply_id: str
    at: datetime

    @property
    def at_ms(self) -> int:
        """When, in epoch ms."""
        return round(self.at.timestamp() * 1000)


def fleet_object(
    key: tuple[str, str], versions: Sequence[Stated], recorded: Recorded, place: int, of: int
) -> FleetObject:
    """The record of one object, without what is private.

    Args:
        key: kind and id.
        versions: its history; empty once it is taken back.
        recorded: the apply.
        place: which of the apply's records it is, from 1.
        of: how many they are.
    """
    return FleetObject(
        kind=key[0], id=key[1], revision=recorded.revision, recorded_at=recorded.at_ms, apply_id=recorded.apply_id,
        part=place, parts=of,
        versions=tuple(
            Version(
                valid_from=one.valid_from, valid_to=one.valid_to,
                attributes=_encode(public_attributes(one.kind, one.attributes)).decode(),
            )
            for one in versions
        ),
    )  # fmt: skip


def outbox_rows(
    after: Fleet, changes: Sequence[Change], recorded: Recorded, framer: Framer
) -> list[tuple[bytes, bytes]]:
    """Key and framed value of each changed object, in the order of the changes."""
    rows = []
    for place, change in enumerate(changes, 1):
        record = fleet_object(change.key, after.get(change.key, ()), recorded, place, len(changes))
        rows.append((record.key(), framer.encode(record)))
    return rows
