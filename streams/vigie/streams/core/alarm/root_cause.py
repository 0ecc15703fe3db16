"""Root cause before mail: of all that has fallen silent, what is to be told, and what only follows from something else.

`alarm` gives every message of its one partition, in order, to `RootCause.take`, and does what that gives: intents go to
the life cycle, freezes and thaws to `platform`. What it knows (graph.py) is saved at each checkpoint:

    root = RootCause(zone, view)
    root.restore(graph.items(partition))           # after a load; with nothing: as new
    found = root.take(message, record.timestamp, record.offset)
    # at the end of a batch
    for key, value in root.changed():
        graph.put(partition, key, value, batch.topic, batch.last_offset)
    if root.again is not None:                     # a storm is told in portions
        out.send("alarm-inputs", None, encode(root.again))

A message at or below the last offset that was taken is a repeat, and gives nothing (docs/root-cause.md).
"""

from collections.abc import Callable, Iterable

from vigie.streams.core.alarm import judge_devices, judge_gateways, judge_networks, watch_roles, watch_sources
from vigie.streams.core.alarm.freezes import freeze
from vigie.streams.core.alarm.graph import WATCH, Graph, Known
from vigie.streams.core.alarm.minute import Found, Minute
from vigie.streams.core.fleet.view import FleetView
from vigie.topics.alarm_input import AlarmInput, ConnectorHeartbeat, Heard, Heartbeat, SilenceSignal, Tick

__all__ = ["Found", "RootCause"]


class RootCause:
    """Feeds messages to the graph, and judges each minute.

    Args:
        zone: IANA name of the legal time, for the sentences.
        view: gives the fleet in force.
    """

    def __init__(self, zone: str, view: Callable[[], FleetView] = FleetView) -> None:
        self._zone = zone
        self._view = view
        self._graph = Graph()

    @property
    def well_at(self) -> int:
        """Epoch ms UTC of the last tick that found everything answering; 0 if none did: the dead man's switch."""
        return self._graph.watch.well_at

    @property
    def again(self) -> Tick | None:
        """A repeat of the last tick, to be sent to `alarm-inputs` once per batch while more is to be told; else None.

        Without it the next tick goes on.
        """
        watch = self._graph.watch
        return Tick(at=watch.tick_at) if watch.left_at else None

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
        watch = self._graph.watch
        watch.offset = offset
        self._graph.touch(WATCH, watch)
        minute = Minute(self._graph, watch.tick_at, self._zone, self._view(), found)
        if isinstance(message, Tick):
            self._tick(minute._replace(at=message.at), timestamp)
        elif isinstance(message, Heartbeat):
            watch_roles.answered(minute, message)
            self._answered(minute)
        elif isinstance(message, SilenceSignal):
            judge_devices.signalled(minute, message)
        elif isinstance(message, Heard):
            judge_networks.heard(minute, message)
            judge_gateways.heard(minute, message)
        elif isinstance(message, ConnectorHeartbeat):
            watch_sources.told(minute, message, timestamp)
        return found

    def _tick(self, minute: Minute, came_at: int) -> None:
        """The platform itself is judged at each tick; what follows from it is frozen before anything else is judged."""
        watch = self._graph.watch
        if not watch_roles.ticked(minute, came_at):
            if watch.left_at:
                watch.left_at = judge_devices.judge(minute._replace(at=watch.judged_at), watch.left_at)
            return
        watch_roles.judge(minute, came_at)
        watch_sources.judge(minute, came_at)
        self._freeze(minute, again=True)
        if watch_roles.is_well(minute):
            watch.well_at = minute.at
        if watch_roles.WATCHES not in self._graph.roles:
            self._judge(minute)

    def _answered(self, minute: Minute) -> None:
        """All that came before a tick is known once `observe` has answered it for every partition."""
        role = self._graph.roles.get(watch_roles.WATCHES)
        if role is not None and (at := watch_roles.reached(role)) > self._graph.watch.judged_at:
            self._judge(minute._replace(at=at))

    def _judge(self, minute: Minute) -> None:
        """Networks, then gateways, then devices."""
        watch = self._graph.watch
        watch.judged_at = minute.at
        judge_networks.judge(minute)
        self._freeze(minute, again=False)
        judge_gateways.judge(minute)
        watch.left_at = judge_devices.judge(minute)

    def _freeze(self, minute: Minute, *, again: bool) -> None:
        wanted = judge_networks.wanted(minute) | watch_sources.wanted(minute) | watch_roles.wanted(minute)
        freeze(minute, wanted, again=again)
