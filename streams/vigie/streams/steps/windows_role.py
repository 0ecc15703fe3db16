"""What the role `recompute` starts so that windows can be made again: the fleet, a reader of its own, the agent."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

from vigie.streams.schema_check import schema_ids_in_use
from vigie.streams.settings import Settings
from vigie.streams.steps.windows_again import WindowsAgain
from vigie.streams.transport.fleet_follower import FleetFollower
from vigie.streams.transport.output import Output
from vigie.streams.transport.plain_reader import PlainReader

FLEET_LIMIT_S = 60.0
"""How long the fleet is waited for at the start: with an older one nothing is lost, steps are perhaps unknown."""
TOPICS_NEEDED = ("dirty", "aggregates.v1", "observations.v1")

Started = Callable[[AsyncExitStack, Callable[[], Any]], Awaitable[Any]]


async def begin(
    stack: AsyncExitStack,
    settings: Settings,
    started: Started,
    output: Output,
    tick_at: Callable[[], int],
    answered: Callable[[], int],
) -> tuple[WindowsAgain, "asyncio.Task[None]"]:
    """Start it.

    Args:
        stack: ends what was started.
        settings: of the installation.
        started: connects a part, however long that takes.
        output: sends and confirms.
        tick_at: the last minute that has come, epoch ms; 0 before the first.
        answered: the last that all of observe has answered; -1 while some of it is unheard of.

    Returns:
        The agent, whose `run` is for the active worker, and a task that ends if the fleet is followed no more.
    """
    ids = await asyncio.to_thread(schema_ids_in_use, settings, ["aggregates.v1"])
    follower = FleetFollower(settings.kafka, settings.topic("fleet.v1"))
    follower.start()
    stack.push_async_callback(follower.stop)
    reader = await started(stack, lambda: PlainReader(settings.kafka, settings.topic))
    windows = WindowsAgain(settings, reader, output, lambda: follower.view, tick_at, answered, ids["aggregates.v1"])
    stack.push_async_callback(windows.close)
    await follower.at_end(FLEET_LIMIT_S)
    following = asyncio.create_task(follower.run())
    stack.callback(following.cancel)
    return windows, following
