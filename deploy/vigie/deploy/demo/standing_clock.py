"""The clock of a day that is over, while the platform stays up.

Ticks are the only clock of the day, and with them `observe` says by which fleet it places: without any more of them,
corrections of a kept demo would wait for ever. So the clock goes on by a millisecond at a time, by which no device is
silent and no window closes.
"""

import asyncio
from collections.abc import Callable

from aiokafka import AIOKafkaProducer

from vigie.deploy.demo.player import send_tick
from vigie.streams.settings import Settings

EVERY_S = 5.0


async def keep(settings: Settings, kafka: str, at: int, alive: Callable[[], bool], every_s: float = EVERY_S) -> int:
    """Send a tick every few seconds for as long as something is alive.

    Args:
        settings: prefix of the installation.
        kafka: bootstrap servers.
        at: epoch ms of the day's last tick.
        alive: asked often.
        every_s: how far the ticks are apart.

    Returns:
        How many ticks were sent.
    """
    producer = AIOKafkaProducer(bootstrap_servers=kafka, enable_idempotence=True, acks="all", linger_ms=0)
    await producer.start()
    sent, waited_s = 0, 0.0
    try:
        while alive():
            await asyncio.sleep(0.3)
            waited_s += 0.3
            if waited_s >= every_s:
                sent, waited_s = sent + 1, 0.0
                await send_tick(producer, settings, at + sent)
    finally:
        await producer.stop()
    return sent
