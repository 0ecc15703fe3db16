"""Does the platform itself keep up? Roles that answer each tick, and ticks that come each minute.

A role lags by the age of the first tick that it has not answered, told by the times at which Kafka appended that tick
and the latest one: so a day that is played in a minute is judged by the same rule as a day that is lived.
"""

from vigie.streams.core.alarm import platform_words as words
from vigie.streams.core.alarm.freezes import ALL
from vigie.streams.core.alarm.graph import ROLE, SOURCE, WATCH, Frozen, Role
from vigie.streams.core.alarm.minute import LASTING, SUSPECTED, TOLD, Minute, end, suspect, tell
from vigie.topics.alarm_input import Heartbeat
from vigie.topics.identity import alert_id

LAG_MS = 3 * 60_000
"""A role that is so late is not believed: silence clocks stand still."""
TOLD_AFTER_MS = 5 * 60_000
LASTS_AFTER_MS = 15 * 60_000
JUMP_MS = 5 * 60_000
"""Ticks that are further apart, or that go back so far, have jumped."""
REMEMBERED_TICKS = 64
GONE_MS = 24 * 3_600_000
"""A partition that has not answered for so long, while others did, is no longer one of the role's."""
WATCHES = "observe"
"""The role whose answer says that all that came before a tick is known."""
AFTER = {"observe": "decode"}
"""A role that lags because it waits for another that lags is not told of."""
KEY = "platform:{}:role_lagging"
CLOCK_KEY = "platform:clock:clock_jumped"


def answered(minute: Minute, beat: Heartbeat) -> None:
    """A worker has answered a tick for its partitions."""
    graph, watch = minute.graph, minute.graph.watch
    role = graph.roles.get(beat.role)
    if role is None:
        role = graph.roles[beat.role] = Role()
    for topic, number in beat.partitions:
        pair = f"{topic}/{number}"
        if role.answered.get(pair, -1) < beat.tick_at or role.answered[pair] - beat.tick_at > JUMP_MS:
            role.answered[pair] = beat.tick_at
    for pair in [pair for pair, at in role.answered.items() if at < beat.tick_at - GONE_MS]:
        del role.answered[pair]
    first = reached(role)
    if first >= watch.tick_at:
        role.behind_at = 0
    elif not (role.behind_at and watch.ticks and watch.ticks[0][0] > first):
        role.behind_at = next((came_at for at, came_at in watch.ticks if at > first), 0)
    graph.touch(ROLE + beat.role, role)


def reached(role: Role) -> int:
    """The last tick that all partitions of a role have answered, epoch ms UTC."""
    return min(role.answered.values(), default=0)


def ticked(minute: Minute, came_at: int) -> bool:
    """A tick has come. Is it news?

    Args:
        minute: its `at` is the tick.
        came_at: epoch ms UTC when the tick was appended.
    """
    graph, watch, at = minute.graph, minute.graph.watch, minute.at
    before = watch.tick_at
    if before - JUMP_MS <= at <= before:
        return False
    if before and (at < before or at - before > JUMP_MS):
        suspect(watch.clock, CLOCK_KEY, f"{before}", min(before, at))
        tell(minute, watch.clock, TOLD, 2, "clock_jumped", words.jumped(minute.zone, before, at))
        watch.clock.since_at, watch.judged_at = at, min(watch.judged_at, at)
        watch.ticks.clear()
        for name, source in graph.sources.items():
            source.told_at, source.up_at = came_at, at
            graph.touch(SOURCE + name, source)
        for name, role in graph.roles.items():
            role.behind_at, role.answered = 0, {pair: min(then, at) for pair, then in role.answered.items()}
            graph.touch(ROLE + name, role)
    for name, role in graph.roles.items():
        if watch.ticks and not role.behind_at and reached(role) < before:
            role.behind_at = watch.ticks[-1][1]
            graph.touch(ROLE + name, role)
    watch.tick_at = at
    watch.ticks = [*watch.ticks[1 - REMEMBERED_TICKS :], (at, came_at)]
    graph.touch(WATCH, watch)
    return True


def judge(minute: Minute, came_at: int) -> None:
    """Raise and clear what the roles and the clock show at a tick."""
    graph, watch = minute.graph, minute.graph.watch
    for name in sorted(graph.roles):
        role = graph.roles[name]
        lag_ms = came_at - role.behind_at if role.behind_at else 0
        if lag_ms > LAG_MS:
            suspect(role.down, KEY.format(name), f"{role.behind_at}", reached(role))
            level = LASTING if lag_ms > LASTS_AFTER_MS else TOLD if lag_ms > TOLD_AFTER_MS else SUSPECTED
            waits_for = graph.roles.get(AFTER.get(name, ""))
            if waits_for is not None and waits_for.down.key:
                level = role.down.level
            tell(minute, role.down, level, 4 - level, "role_lagging", words.lags(minute.zone, name, role.down, lag_ms))
            graph.touch(ROLE + name, role)
        elif role.down.key and lag_ms <= LAG_MS // 2:
            said = words.follows(minute.zone, name, role.down, minute.at)
            end(minute, ROLE + name, role, role.down, minute.at, "follows", said)
    if watch.clock.key and minute.at >= watch.clock.since_at + LAG_MS and _all_answered(minute):
        said = words.runs_again(minute.zone, minute.at)
        end(minute, WATCH, watch, watch.clock, minute.at, "runs_again", said)


def wanted(minute: Minute) -> dict[str, Frozen]:
    """Freezes that lagging roles and a clock that jumped ask for."""
    graph, watch = minute.graph, minute.graph.watch
    found = {}
    for trouble, reason in [*((role.down, "lag") for role in graph.roles.values()), (watch.clock, "started")]:
        if trouble.key:
            found[ALL] = Frozen(minute.at, alert_id(trouble.key, trouble.cause_id), reason)
    return found


def is_well(minute: Minute) -> bool:
    """Whether every role follows and nothing hides the fleet as a whole: the dead man's switch may be held."""
    watch = minute.graph.watch
    return (
        not watch.clock.key and not watch.blind.key and not any(role.down.key for role in minute.graph.roles.values())
    )


def _all_answered(minute: Minute) -> bool:
    since = minute.graph.watch.clock.since_at
    return all(reached(role) >= since for role in minute.graph.roles.values())
