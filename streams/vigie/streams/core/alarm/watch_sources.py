"""Do the sources of `receive` bring anything? Each says once a minute whether its other side is there.

What a stopped source brings is frozen: the network that its heartbeat names, unless another source that is up brings it
too; where it names none, each network of which nothing has come since. A network that goes on being heard is not behind
that source, and is free again within three minutes.
"""

from vigie.streams.core.alarm import platform_words as words
from vigie.streams.core.alarm.graph import SOURCE, WATCH, Frozen, Source
from vigie.streams.core.alarm.minute import LASTING, SUSPECTED, TOLD, Minute, end, suspect, tell
from vigie.topics.alarm_input import ConnectorHeartbeat
from vigie.topics.identity import alert_id

MISSING_MS = 210_000
"""A source that has not been told of for so long (it is once a minute) is as good as stopped."""
TOLD_AFTER_MS = 5 * 60_000
LASTS_AFTER_MS = 15 * 60_000
REMOVED_MS = 24 * 3_600_000
"""A source that is missing for so long, while others are told of, has left the sources file."""
SLACK_MS = 150_000
"""A source may bring something for so long after the tick before its last heartbeat that said it was up: a minute till
that heartbeat, another till the one that says it is down, and half of one to be read."""
KEY = "platform:{}:source_stopped"


def told(minute: Minute, beat: ConnectorHeartbeat, came_at: int) -> None:
    """A heartbeat has come; `came_at` is its append time, epoch ms UTC."""
    source = minute.graph.sources.get(beat.source)
    if source is None:
        source = minute.graph.sources[beat.source] = Source(up_at=minute.at)
    source.connector, source.network, source.up, source.told_at = beat.connector, beat.network, beat.up, came_at
    if beat.up:
        source.up_at = minute.at
    minute.graph.touch(SOURCE + beat.source, source)


def judge(minute: Minute, came_at: int) -> None:
    """Raise and clear what the sources show at a tick that was appended at `came_at`."""
    sources = minute.graph.sources
    newest_at = max((source.told_at for source in sources.values()), default=0)
    none = _receive(minute, newest_at, came_at)
    for name in sorted(sources):
        source = sources[name]
        missing = came_at - source.told_at > MISSING_MS
        if not source.up or missing:
            if newest_at - source.told_at > REMOVED_MS:
                end(minute, SOURCE + name, source, source.down, minute.at, "removed", words.removed(name))
                del sources[name]
                continue
            suspect(source.down, KEY.format(name), f"{source.up_at}", source.up_at)
            lasts_ms = minute.at - source.down.since_at
            level = LASTING if lasts_ms > LASTS_AFTER_MS else TOLD if lasts_ms > TOLD_AFTER_MS else SUSPECTED
            said = words.stopped(minute.zone, name, source, lasts_ms, missing=missing)
            if none and missing:
                level = source.down.level
            tell(minute, source.down, level, 4 - level, "source_stopped", said, source.network)
            minute.graph.touch(SOURCE + name, source)
        elif source.down.key:
            said = words.brings_again(minute.zone, name, source, minute.at)
            end(minute, SOURCE + name, source, source.down, minute.at, "back", said)


def _receive(minute: Minute, newest_at: int, came_at: int) -> bool:
    """Nothing is told of any of several sources: it is `receive` that stands still, and is told of in their place."""
    watch = minute.graph.watch
    none = len(minute.graph.sources) > 1 and came_at - newest_at > MISSING_MS
    if none:
        suspect(watch.receive, KEY.format("receive"), f"{newest_at}", minute.at - MISSING_MS)
        lasts_ms = minute.at - watch.receive.since_at
        level = LASTING if lasts_ms > LASTS_AFTER_MS else TOLD if lasts_ms > TOLD_AFTER_MS else SUSPECTED
        said = words.receive_stopped(minute.zone, watch.receive, lasts_ms, len(minute.graph.sources))
        tell(minute, watch.receive, level, 4 - level, "source_stopped", said)
    elif watch.receive.key:
        said = words.receives_again(minute.zone, watch.receive, minute.at)
        end(minute, WATCH, watch, watch.receive, minute.at, "back", said)
    return none


def wanted(minute: Minute) -> dict[str, Frozen]:
    """Freezes that stopped sources ask for."""
    graph = minute.graph
    alive = {source.network for source in graph.sources.values() if not source.down.key}
    found = {}
    for name, source in sorted(graph.sources.items()):
        if not source.down.key:
            continue
        why = Frozen(minute.at, alert_id(source.down.key, source.down.cause_id), "source_stopped")
        found[f"source:{name}"] = why
        for network in [source.network] if source.network else _unheard(minute, source):
            if network not in alive:
                found[f"network:{network}"] = why
    return found


def _unheard(minute: Minute, source: Source) -> list[str]:
    since_at = source.down.since_at + SLACK_MS
    return [name for name, network in minute.graph.networks.items() if network.last_at <= since_at]
