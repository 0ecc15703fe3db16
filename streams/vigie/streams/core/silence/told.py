"""What is told of a silence: its signals, with all that an explanation needs."""

from typing import NamedTuple

from vigie.streams.core.silence.clock import RULES, Clock
from vigie.streams.core.silence.gateways import parents
from vigie.topics.alarm_input import SilenceSignal

Signals = tuple[SilenceSignal, ...]


class Verdict(NamedTuple):
    """How a silence stands.

    Attributes:
        law: `slots`, `irregular`, `schedule` or `cap`.
        elapsed_ms: how long it has counted: not while nobody watched.
        interval_s, jitter_s: T and J.
        missed: slots missed in a row.
        phi, threshold: of this silence, and what an alert needs.
        loss, burst: p and r.
    """

    law: str
    elapsed_ms: float
    interval_s: float
    jitter_s: float
    missed: int
    phi: float
    threshold: float
    loss: float
    burst: float


def begun(
    clock: Clock, address: str, rule: int, due_at: int, decided_at: int, period_s: int, found: Verdict
) -> SilenceSignal:  # fmt: skip
    """The signal that a silence has begun.

    Args:
        clock: of the device, already marked.
        address: its id.
        rule: bit of RULES.
        due_at: epoch ms UTC from which it counts as silent.
        decided_at: epoch ms UTC, the tick.
        period_s: declared; 0 for none.
        found: how it stands.
    """
    return SilenceSignal(
        address=address, silent=True, last_arrival_at=clock.silence_at, due_at=due_at, arrival_at=None,
        decided_at=decided_at, period_s=period_s, model=clock.model, network=clock.network, rule=RULES[rule],
        law=found.law, interval_s=round(found.interval_s, 1), jitter_s=round(found.jitter_s, 1), missed=found.missed,
        phi=round(found.phi, 2), phi_threshold=round(found.threshold, 2), loss=round(found.loss, 4),
        burst=round(found.burst, 4), gateways=parents(clock.frames, clock.gateways),
    )  # fmt: skip


def over(clock: Clock, address: str, decided_at: int, arrival_at: int | None, period_s: int) -> Signals:
    """All that was told of a device is over; its clock is unmarked, in place.

    Args:
        clock: of the device.
        address: its id.
        decided_at: epoch ms UTC.
        arrival_at: the arrival that ended the silence; None where the device stands nowhere any more.
        period_s: declared; 0 for none.

    Returns:
        One signal for each rule that was told.

    >>> clock = Clock(0, told=1, silence_at=0)
    >>> [(one.rule, one.silent, one.arrival_at) for one in over(clock, "eui:a1", 90, 90, 900)], clock.told
    ([('no_arrival', False, 90)], 0)
    """
    signals = tuple(
        SilenceSignal(
            address=address, silent=False, last_arrival_at=clock.silence_at, due_at=clock.silence_at,
            arrival_at=arrival_at, decided_at=decided_at, period_s=period_s, model=clock.model, network=clock.network,
            rule=name, missed=clock.missed, gateways=parents(clock.frames, clock.gateways),
        )
        for rule, name in RULES.items()
        if clock.told & rule
    )  # fmt: skip
    clock.told = clock.silence_at = clock.returned_at = clock.returns = clock.missed = 0
    return signals
