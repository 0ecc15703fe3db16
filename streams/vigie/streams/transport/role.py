"""The harness: runs steps or a sink as one Faust app, one consumer group, until SIGTERM."""

from collections.abc import Sequence

from vigie.streams.settings import Settings
from vigie.streams.transport.step import SinkStep, StreamStep


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
        transactional_id: outputs, state and offsets of each checkpoint in one transaction under this id (with the
            prefix of the installation), for a role of one partition: Kafka fences a former owner.
        session_timeout_s: after how long without a heartbeat Kafka gives the partitions away; default the setting,
            10 s for `alarm` and `notify`.

    Returns:
        Exit code: 0 after a stop that was asked for, 1 after a failure (a restart reads again from the last commit).
    """
    raise NotImplementedError(
        (settings, role, steps, heartbeat, after, write_ticks, transactional_id, session_timeout_s)
    )
