"""When a repair may begin: `observe` places by the fleet that it is for, and the store holds what was placed before.

An uplink that was placed by an earlier fleet is in the store by then, so the repair finds it; one that comes later is
placed rightly at once. So none is missed between the two.
"""

from collections.abc import Collection, Mapping

from vigie.topics.alarm_input import Heartbeat

Partition = tuple[str, int]
"""Bare topic, number."""

OBSERVE = "observe"


class RepairGate:
    """What is known of `observe` and of the store.

    Args:
        inputs: partitions whose records `observe` places.
    """

    def __init__(self, inputs: Collection[Partition]) -> None:
        self.inputs = frozenset(inputs)
        self._placed_by: dict[Partition, int] = {}
        self._answered: dict[Partition, int] = {}
        self._noted: tuple[int, Mapping[Partition, int]] | None = None
        self.open_to = -1
        """Repairs of this revision of the fleet and of earlier ones may begin."""

    def shut(self) -> None:
        """The database may be another one now, restored to an earlier day: what it holds is to be asked anew."""
        self.open_to, self._noted = -1, None

    def heard(self, beat: Heartbeat) -> None:
        """A role has said what it has done; the last word of each partition counts."""
        if beat.role == OBSERVE:
            self._placed_by.update(dict.fromkeys(beat.partitions, beat.fleet_revision))
            self._answered.update(dict.fromkeys(beat.partitions, beat.tick_at))

    def placed_by(self) -> int:
        """The revision of the fleet by which all partitions are placed, or a later one; -1 while one is unheard of."""
        return min((self._placed_by.get(one, -1) for one in self.inputs), default=-1)

    def answered(self) -> int:
        """The tick that `observe` has answered for all partitions, or a later one; -1 while one is unheard of."""
        return min((self._answered.get(one, -1) for one in self.inputs), default=-1)

    def wants_ends(self, revision: int) -> bool:
        """Whether the ends of the inputs are to be noted now, for the sake of repairs of a revision."""
        noted = self._noted[0] if self._noted else -1
        return max(self.open_to, noted) < revision <= self.placed_by()

    def note(self, placed_by: int, ends: Mapping[Partition, int]) -> None:
        """The inputs ended here after all were placed by that revision."""
        self._noted = placed_by, ends

    def stored(self, offsets: Mapping[Partition, int]) -> None:
        """The store goes on reading at these offsets."""
        if self._noted is not None and not self.unstored(offsets):
            self.open_to, self._noted = self._noted[0], None

    def unstored(self, offsets: Mapping[Partition, int]) -> int:
        """Records before the noted ends that the store has not read."""
        ends = self._noted[1] if self._noted else {}
        return sum(max(end - offsets.get(one, 0), 0) for one, end in ends.items())

    def closed_because(self, revision: int, offsets: Mapping[Partition, int]) -> str:
        """Why repairs of a revision wait; a sentence for the log."""
        behind = sum(self._placed_by.get(one, -1) < revision for one in self.inputs)
        if behind:
            unheard = len(self.inputs - self._placed_by.keys())
            return (
                f"observe has not said yet that it places by revision {revision} of the fleet: {behind} of "
                f"{len(self.inputs)} partitions are open, {unheard} of them unheard of since the start (it says so "
                "at each minute tick)"
            )
        return f"the store has not read {self.unstored(offsets)} records that were placed by an earlier fleet"
