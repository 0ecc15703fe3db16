"""Ticks for steps at the end of a role's own way: what the role made of uplinks before the tick is there first.

A tick comes to the first steps of a role when all uplinks before it are processed. What these make flows on through
topics of the role itself, some of it to other workers. So a step that says `settled = ("placed", "observations.v1")`
gets the tick when all workers have answered it, then all that `placed` held has been processed, then all that
`observations.v1` held. A repair of a year may fill these for minutes: after a minute of waiting for each the tick comes
all the same, and what is behind it repairs what was published.
"""

from collections.abc import Awaitable, Callable, Collection

from vigie.streams.transport.ticks import Ticks
from vigie.topics.alarm_input import AlarmInput, Tick

TP = tuple[str, int]
PATIENCE_S = 60.0


class SettledTicks:
    """The ticks of steps that wait for the same inputs.

    Args:
        role: for metrics, and whose heartbeats must have come first.
        settled: bare names of the inputs, in the order in which records flow through them.
        partition_count: bare topic name -> how many partitions it has.
        owned: the partitions owned now (bare topic, partition).
        ends: where their logs end; None if the broker does not say.
        frontier: the offset before which all of a partition is processed and confirmed.
        apply: gives the tick to the steps, with the partitions of the last input.
        patience_s: for how long each input is waited for.
    """

    def __init__(
        self,
        role: str,
        settled: tuple[str, ...],
        *,
        partition_count: Callable[[str], int],
        owned: Callable[[], Collection[TP]],
        ends: Callable[[Collection[TP]], Awaitable[dict[TP, int] | None]],
        frontier: Callable[[TP], int],
        apply: Callable[[Tick, list[TP]], None],
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._settled = settled
        self._stages: list[Ticks] = []
        for place in range(len(settled) - 1, -1, -1):
            self._stages.insert(0, Ticks(
                f"{role}, {settled[place]}",
                after=role if place == 0 else None,
                partition_count=partition_count,
                owned=lambda place=place: self._of(owned(), place),  # type: ignore[misc]
                ends=ends,
                frontier=frontier,
                apply=apply if place == len(settled) - 1 else self._passed_to(place + 1),
                patience_s=patience_s,
            ))  # fmt: skip

    def _of(self, owned: Collection[TP], place: int) -> frozenset[TP]:
        return frozenset(tp for tp in owned if tp[0] == self._settled[place])

    def _passed_to(self, place: int) -> Callable[[Tick, list[TP]], None]:
        return lambda tick, _: self._stages[place].on_message("", tick)

    def on_message(self, topic: str, message: AlarmInput) -> None:
        """A tick or a heartbeat has come."""
        self._stages[0].on_message(topic, message)

    def poke(self) -> None:
        """Something was confirmed."""
        for stage in self._stages:
            stage.poke()

    def assigned(self, owned: Collection[TP]) -> None:
        """Partitions changed hands."""
        for place, stage in enumerate(self._stages):
            stage.assigned(self._of(owned, place))

    def runs(self) -> list[Awaitable[None]]:
        """What applies the ticks, for ever."""
        return [stage.run() for stage in self._stages]
