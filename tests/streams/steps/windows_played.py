"""Observations, dirty days, ticks and a fleet of points, as `observe` and the outbox would write them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self

import psycopg
from churn import read_all
from confluent_kafka import Producer
from fleet_objects import Outbox
from streams.steps.installation import PARTITIONS, Installation, wait_until

from vigie.topics import dirty, zone_part
from vigie.topics.alarm_input import Tick
from vigie.topics.dirty import Dirty
from vigie.topics.observation import Observation, ObservedReading, observation_id
from vigie.topics.observation_encoder import ObservationEncoder
from vigie.topics.property import BY_NAME
from vigie.topics.zone_part import ZonePart

QUARTER, HOUR, DAY = 900_000, 3_600_000, 86_400_000
MIDNIGHT = 1_750_197_600_000
"""18 June 2025, 00:00 in Paris; a Wednesday."""


def observed(point_name: str, at: int, value: float, name: str = "air_temperature", **others: Any) -> Observation:
    uplink = f"{at:032x}"
    values: dict[str, Any] = {
        "id": observation_id(uplink, point_name, at), "revision": 256, "withdrawn": False, "point": point_name,
        "device": "D1", "placement": "P/1", "use_case": "heat", "commune": "13055", "zones": ("Z1",),
        "uplink": uplink, "network": "metropole", "observed_at": at, "received_at": at, "ingested_at": at + 60_000,
        "readings": (ObservedReading(BY_NAME[name].id, 0, value, 1, 1),), "ruleset": "1", "fleet_revision": 1,
        "reason": "live",
    }  # fmt: skip
    return Observation(**values | others)


class Play(Installation):
    """An installation whose `observe` is played by the test."""

    def __init__(self, kafka: str, folder: Path, database: str, **settings: Any) -> None:
        super().__init__(kafka, folder, database=database, **settings)
        self.outbox = Outbox(kafka, self.settings.topic("fleet.v1"))
        self._encoder = ObservationEncoder().encode
        self._sent = Producer({"bootstrap.servers": kafka, "enable.idempotence": True, "linger.ms": 5})
        self.store = psycopg.connect(database, autocommit=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *what: object) -> None:
        self.store.close()
        super().__exit__(*what)

    def observations(self, *observations: Observation) -> None:
        name = self.settings.topic("observations.v1")
        for one in observations:
            self._sent.produce(name, self._encoder(one), one.point.encode())
            self._sent.poll(0)
        assert self._sent.flush(30) == 0

    def dirty(self, point_name: str, from_at: int, to_at: int, before: int, reason: str = "late") -> None:
        one = Dirty(f"point:{point_name}", from_at, to_at, before, reason, "observations.v1", 0, 0)
        self._sent.produce(self.settings.topic("dirty"), dirty.encode(one), f"{one.subject}:{from_at}".encode())
        assert self._sent.flush(30) == 0

    def dense(self, point_name: str, day: int, closed_by: int) -> None:
        """The point is dense in the first four hours of a day."""
        one = Dirty(f"point:{point_name}", day, day + DAY, day, "closed", "observations.v1", 0, 0,
                    ((day, day + 4 * HOUR),), closed_by)  # fmt: skip
        self._sent.produce(self.settings.topic("dirty"), dirty.encode(one), f"{one.subject}:{day}:dense".encode())
        assert self._sent.flush(30) == 0

    def parts(self) -> list[ZonePart]:
        messages = read_all(self.settings.kafka, self.settings.topic("zone-parts"), PARTITIONS)
        return [zone_part.decode(message.value()) for message in messages]

    def ticks(self, *instants: int) -> None:
        self.inputs(*(Tick(at=at) for at in instants))

    def standing(self, where: str = "true") -> dict[tuple[str, str, str, int], tuple[Any, ...]]:
        """(subject, indicator, code, start) -> (value, count, revision, reason, completeness, definition)."""
        rows = self.store.execute(
            "SELECT subject, indicator, window_code, (extract(epoch FROM window_start) * 1000)::bigint,"
            f" value, count, revision, reason, completeness, definition FROM aggregate WHERE {where}".encode()
        )
        return {(row[0], row[1], row[2], row[3]): row[4:] for row in rows}

    def swept(self) -> int:
        """The tick up to which what closed is made."""
        return self._place("recompute_place", "ticks")

    def is_done(self) -> bool:
        """Whether recompute has done all of `dirty` and the store has read what came of it."""
        return all(
            self._place(table, topic) >= self._end(topic)
            for table, topic in (
                ("recompute_place", "dirty"), ("recompute_place", "aggregates.v1"),
                ("sink_offset", "observations.v1"), ("sink_offset", "aggregates.v1"),
            )
        )  # fmt: skip

    def _place(self, table: str, topic: str) -> int:
        query = f"SELECT coalesce(sum(next_offset), 0) FROM {table} WHERE topic = %s"
        return int(self.store.execute(query.encode(), (topic,)).fetchone()[0])

    def _end(self, topic: str) -> int:
        from churn import end_offsets

        return sum(end_offsets(self.settings.kafka, self.settings.topic(topic), PARTITIONS).values())

    def wait_done(self, limit_s: float, *roles: Any) -> None:
        wait_until(self.is_done, limit_s, lambda: "\n".join(role.text()[-2000:] for role in roles))


def quarters(
    point_name: str, begin: int, values: Sequence[float] | Iterable[float], **others: Any
) -> list[Observation]:
    """A reading each quarter of an hour."""
    return [observed(point_name, begin + n * QUARTER, value, **others) for n, value in enumerate(values)]
