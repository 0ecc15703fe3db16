"""The harness: runs steps or a sink as one Faust app, one consumer group, until SIGTERM."""

import asyncio
import contextlib
import gc
from collections.abc import Collection, Sequence

from vigie.streams.settings import Settings
from vigie.streams.transport import log_lines
from vigie.streams.transport.fleet_follower import FleetFollower
from vigie.streams.transport.step import SinkStep, StreamStep
from vigie.streams.transport.worker import Options, Worker

TAKE_OVER_ROLES = ("alarm", "notify")
TAKE_OVER_SESSION_S = 10.0
"""Session time-out of the roles whose stand-by must be at work within 30 s, state load included."""


def run_role(
    settings: Settings,
    role: str,
    steps: Sequence[StreamStep] | SinkStep,
    *,
    heartbeat: bool = False,
    after: str | None = None,
    write_ticks: bool = False,
    transactional_id: str | None = None,
    session_timeout_s: float | None = None,
    dead_letter_schema_id: int | None = None,
    fleet: FleetFollower | None = None,
    unawaited: Collection[str] = (),
) -> int:
    """Run a stream role until SIGTERM or SIGINT.

    Args:
        settings: of the installation.
        role: its consumer group is `settings.group(role)`.
        steps: StreamSteps, each given the batches of its inputs; or one SinkStep.
        heartbeat: answer each tick by a Heartbeat on alarm-inputs, once all before it is processed and confirmed.
        after: role whose heartbeats for a tick must have come from all partitions before this role takes the tick.
        write_ticks: with the setting ticks = live, write a Tick a minute to alarm-inputs and platform while this
            worker owns the first partition of the inputs.
        transactional_id: outputs, state and offsets of each checkpoint in one transaction under this id, for a role
            of one partition: Kafka fences a former owner. Give `settings.group("alarm")`.
        session_timeout_s: after how long without a heartbeat Kafka gives the partitions away; default the setting,
            at most 10 s for `alarm` and `notify`.
        dead_letter_schema_id: id of dead letters in the registry in use; default the packaged one.
        fleet: started before any partition is taken, and read to its end before the records of new ones flow; its
            revision stands in the heartbeats.
        unawaited: inputs that no tick waits for and no heartbeat answers for: what is behind there must not make the
            role blind to what the ticks are about.

    Returns:
        Exit code: 0 after a stop that was asked for, 1 after a failure (a restart reads again from the last commit).
    """
    log_lines.configure()
    if session_timeout_s is None:
        short = role in TAKE_OVER_ROLES
        session_timeout_s = (
            min(settings.session_timeout_s, TAKE_OVER_SESSION_S) if short else settings.session_timeout_s
        )
    options = Options(
        heartbeat=heartbeat,
        after=after,
        write_ticks=write_ticks and settings.ticks == "live",
        transactional_id=transactional_id,
        session_timeout_s=session_timeout_s,
        dead_letter_schema_id=dead_letter_schema_id,
        fleet=fleet,
        unawaited=frozenset(unawaited),
    )
    with contextlib.suppress(ImportError):  # Windows has none
        import uvloop

        uvloop.install()  # also for the thread in which aiokafka's consumer lives
    # What is loaded by now (codecs, schemas, libraries: 90,000 objects) lives as long as the role: the garbage
    # collector need not look at it each time.
    gc.collect()
    gc.freeze()
    return asyncio.run(Worker(settings, role, steps, options).run())
