"""Writes the minute ticks, on behalf of the active worker of one role."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from vigie.streams.transport.step import Outputs
from vigie.topics.alarm_input import Tick, encode

MINUTE_MS = 60_000


async def write_ticks(
    active: Callable[[], bool],
    send: Callable[[Outputs], Any],
    clock_ms: Callable[[], float] = lambda: time.time() * 1000,
) -> None:
    """Send a Tick to alarm-inputs and platform at each minute of the wall clock, for ever.

    Args:
        active: whether this worker is the one that writes.
        send: sends and confirms.
        clock_ms: epoch milliseconds.
    """
    last = int(clock_ms() // MINUTE_MS)
    while True:
        await asyncio.sleep(max(0.01, ((last + 1) * MINUTE_MS - clock_ms()) / 1000))
        minute = int(clock_ms() // MINUTE_MS)
        if minute <= last:
            continue
        last = minute
        if active():
            send(tick_records(minute * MINUTE_MS))


def tick_records(at_ms: int) -> Outputs:
    """The records of one tick.

    >>> tick_records(60000).records["platform"]
    [(None, b'{"type":"tick","at":60000}')]
    """
    out = Outputs()
    value = encode(Tick(at=at_ms))
    out.send("alarm-inputs", None, value)
    out.send("platform", None, value)
    return out
