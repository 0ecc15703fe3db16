"""States the demo's fleet to the running platform before the day begins, as `vigie fleet apply` would."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
from tenacity import retry, retry_if_not_result, stop_after_delay, wait_fixed

from vigie.deploy.demo.city import City
from vigie.deploy.demo.stated_fleet import stated
from vigie.deploy.fleet_files.written import write
from vigie.streams.core.fleet.merge import merge
from vigie.streams.fleet.apply import apply
from vigie.streams.fleet.outbox import new_producer, publish_pending
from vigie.streams.settings import Settings
from vigie.streams.sinks.database import connect_to_write
from vigie.streams.sinks.migrate import migrate

IN_FORCE_LIMIT_S = 30.0


def begin(settings: Settings, day: City, observe_port: Callable[[], int]) -> Path:
    """State the fleet, and wait until `observe` places by it.

    Args:
        settings: complete, of services that answer.
        day: whose devices are stated.
        observe_port: where `observe` tells its metrics.

    Returns:
        The folder of files that says the same.

    Raises:
        RetryError: `observe` does not know the fleet after half a minute.
    """
    objects = stated(day.devices, day.flood)
    folder = settings.data / "flotte"
    fleet, _ = merge({}, objects)
    write(fleet, folder, settings.timezone, private=True)
    with connect_to_write(settings) as connection:
        migrate(connection)
        applied = apply(connection, objects, author="vigie demo", source=folder.name)
        assert applied.revision is not None, applied.problems[:3]
        asyncio.run(_publish(settings))
    _in_force(settings, observe_port, applied.revision)
    return folder


async def _publish(settings: Settings) -> None:
    producer = new_producer(settings)
    await producer.start()
    try:
        with connect_to_write(settings) as connection:
            await publish_pending(connection, producer, topic=settings.topic("fleet.v1"))
    finally:
        await producer.stop()


@retry(retry=retry_if_not_result(bool), wait=wait_fixed(0.1), stop=stop_after_delay(IN_FORCE_LIMIT_S))
def _in_force(settings: Settings, observe_port: Callable[[], int], revision: int) -> bool:
    try:
        lines = httpx.get(f"http://{settings.host}:{observe_port()}/metrics", timeout=2).text.splitlines()
    except httpx.HTTPError:  # it starts
        return False
    return any(line.startswith("vigie_fleet_revision ") and float(line.split()[1]) >= revision for line in lines)
