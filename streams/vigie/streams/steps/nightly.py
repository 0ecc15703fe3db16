"""What recompute does once a night: the reliability of the days that are over, in a connection of its own."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from aiokafka.errors import KafkaError

from vigie.streams.settings import Settings
from vigie.streams.sinks import alert_metrics
from vigie.streams.sinks.database import connect_to_write
from vigie.streams.sinks.refusals import in_words, is_of_the_database
from vigie.streams.sinks.reliability_day import compute_day, day_bounds
from vigie.streams.transport.letter_counts import count_letters

log = logging.getLogger(__name__)

HOUR = 3
"""Legal hour from which the day before is computed: what comes late has mostly come."""
DAYS = 3
"""How many days that are over are computed each night, for values still come in later."""
LOOK_S = 60.0
PUBLISH_S = 3600.0
"""How often the figures of alerts are computed anew for the metrics."""


def due(now: datetime, computed: dict[date, datetime]) -> list[date]:
    """Which days to compute: the last ones that are over, each once after the last HOUR o'clock.

    Args:
        now: legal time.
        computed: day -> when it was computed last.

    >>> zone = ZoneInfo("Europe/Paris")
    >>> now = datetime(2026, 6, 4, 9, tzinfo=zone)
    >>> [day.day for day in due(now, {date(2026, 6, 3): datetime(2026, 6, 4, 3, 1, tzinfo=zone)})]
    [1, 2]
    """
    morning = now.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    if now < morning:
        morning -= timedelta(days=1)
    days = [morning.date() - timedelta(days=back) for back in range(DAYS, 0, -1)]
    return [day for day in days if day not in computed or computed[day] < morning]


async def every_night(settings: Settings, clock: Callable[[], float] = time.time) -> None:
    """Compute what is due, for ever; a database or a Kafka that does not answer is tried again at the next look.

    Args:
        settings: of the installation; a recorded day (ticks = log) has no nights.
        clock: now, epoch seconds.
    """
    done: dict[date, datetime] = {}
    published_s = float("-inf")
    if settings.ticks != "live":
        await asyncio.Event().wait()  # for ever
    while True:
        now = datetime.fromtimestamp(clock(), ZoneInfo(settings.timezone))
        try:
            if due(now, done):
                done |= await asyncio.to_thread(_computed, settings)
            for day in due(now, done):
                count = await compute(settings, day)
                done[day] = now
                log.info("Reliability of %s: %d figures", day, count)
            if clock() - published_s > PUBLISH_S:
                await asyncio.to_thread(_publish_alerts, settings, round(clock() * 1000))
                published_s = clock()
        except psycopg.Error as error:
            if not is_of_the_database(error):
                raise
            log.warning("The reliability of the last days waits: %s", in_words(error))
        await asyncio.sleep(LOOK_S)


async def compute(settings: Settings, day: date, *, now: int | None = None) -> int:
    """Compute a day, with its dead letters where Kafka answers; returns how many figures there are."""
    letters = None
    try:
        letters = await count_letters(settings, *day_bounds(day, settings.timezone))
    except KafkaError as error:
        log.warning("Dead letters of %s are not counted, since Kafka does not answer: %s", day, error)
    return await asyncio.to_thread(_compute, settings, day, now, letters)


def _compute(settings: Settings, day: date, now: int | None, letters: dict[tuple[str, str], int] | None) -> int:
    with connect_to_write(settings) as connection:
        return compute_day(connection, day, settings.timezone, now=now, letters=letters)


def _publish_alerts(settings: Settings, now: int) -> None:
    with connect_to_write(settings) as connection:
        alert_metrics.publish(connection, now)


def _computed(settings: Settings) -> dict[date, datetime]:
    with connect_to_write(settings) as connection:
        rows: Any = connection.execute("SELECT day, max(computed_at) FROM reliability GROUP BY day")
        return dict(rows.fetchall())
