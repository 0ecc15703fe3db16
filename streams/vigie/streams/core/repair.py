"""A repair of history: stored uplinks of one device, handed once more to one point, in order and in portions."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from vigie.topics.requalify import Again
from vigie.topics.uplink import Reading


class Repair(Struct, frozen=True, kw_only=True):
    """What an apply asked for (table fleet_repair); instants as PostgreSQL writes them, so none loses its last digit.

    Attributes:
        number: rises with the revision.
        revision: of the fleet, under which the uplinks are to be placed and qualified.
        point: whose observations are made anew or withdrawn.
        device: the address whose uplinks are read.
        since: first instant; `-infinity` for all.
        until: instant after the last one; `infinity` for all.
        reason: one of topics.observation.REASONS.
        state: offered, asked or done.
        done_to: what was observed before this instant has been handed on; None for nothing yet.
        uplinks: how many rows that were.
    """

    number: int
    revision: int
    point: str
    device: str
    since: str
    until: str
    reason: str
    state: str = "asked"
    done_to: str | None = None
    uplinks: int = 0


class StoredRow(NamedTuple):
    """One row of the table `uplink`: an uplink at one instant; a logger's history has a row for each of its instants.

    Attributes:
        observed_at: epoch ms UTC; `at` is the same instant as PostgreSQL writes it.
        properties, channels, values: the device's own, unconverted.
    """

    at: str
    id: UUID
    observed_at: int
    revision: int
    network: str
    received_at: int
    ingested_at: int
    properties: list[int]
    channels: list[int]
    values: list[float]


class Place(NamedTuple):
    """How far a repair has come.

    Attributes:
        at, id: of the last row that was read; rows come in this order.
        before: rows observed before `at`.
        here: rows at `at`, up to `id`.
    """

    at: str
    id: UUID
    before: int
    here: int

    @property
    def rows(self) -> int:
        """How many rows have been read."""
        return self.before + self.here


def again(repair: Repair, row: StoredRow) -> Again:
    """What `qualify` is given of a row."""
    return Again(
        point=repair.point, fleet_revision=repair.revision, reason=repair.reason, uplink=row.id.hex,
        uplink_revision=row.revision, device=repair.device, network=row.network, observed_at=row.observed_at,
        received_at=row.received_at, ingested_at=row.ingested_at,
        readings=tuple(map(Reading, row.properties, row.channels, row.values)),
    )  # fmt: skip


def move(repair: Repair, place: Place | None, rows: Iterable[StoredRow]) -> Place | None:
    """The place after some more rows; None as long as there was none.

    Many rows may share an instant (a logger whose clock was never set): a repair that begins again begins at the first
    of them, so that those counted are those before.

    >>> asked = Repair(number=1, revision=1, point="P", device="D", since="", until="", reason="placement")
    >>> rows = [StoredRow(at, UUID(int=n), 0, 0, "", 0, 0, [], [], []) for n, at in enumerate("aabbb")]
    >>> place = move(asked, move(asked, None, rows[:3]), rows[3:])
    >>> place.at, place.before, place.here
    ('b', 2, 3)
    """
    at, name, before, here = place or ("", UUID(int=0), repair.uplinks, 0)
    for row in rows:
        if row.at != at:
            at, before, here = row.at, before + here, 0
        name, here = row.id, here + 1
    return Place(at, name, before, here) if here else None


def pause_s(rows: int, rows_per_s: float, took_s: float) -> float:
    """How long to wait after a portion, so that no more than so many rows leave a second.

    >>> pause_s(1000, 2000, 0.2), pause_s(1000, 2000, 3.0)
    (0.3, 0.0)
    """
    return max(rows / rows_per_s - took_s, 0.0)
