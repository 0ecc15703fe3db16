"""A job of `recompute`: work that may begin once the store has read far enough, and what is noted after it."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

from vigie.streams.core.windows.roster import Roster
from vigie.streams.core.windows.work import Work
from vigie.streams.transport.plain_reader import Partition

STORED = ("observations.v1", "aggregates.v1")
"""What the store must have read before a job begins."""
Gate = dict[Partition, int]
"""Ends that the store must have reached."""


async def _nothing(_looked_at: int, _changed: int) -> None:
    return None


@dataclass(slots=True, eq=False)
class Job:
    """What is done together.

    Attributes:
        works: what is to be done, in parts that fit into memory.
        roster: of the fleet by which it is done.
        gate: ends that the store must have reached before it begins; empty once it has.
        done: called when all is published and confirmed: the places of reading move then, and only then.
        noted: called after each part that is published and confirmed, with windows looked at and changed.
        urgent: whether it is done before others, and in one go.
        number: by which the others come in the order in which they were made.
    """

    works: Iterator[Work]
    roster: Roster
    gate: Gate
    done: Callable[[], Awaitable[None]]
    noted: Callable[[int, int], Awaitable[None]] = _nothing
    urgent: bool = False
    number: int = field(default_factory=count().__next__)
