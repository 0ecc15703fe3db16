"""The role recompute on a real Kafka and a real PostgreSQL: it waits, repairs, stands by, and is killed in between."""

import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx
import psycopg
import pytest
from churn import end_offsets, read_all
from streams.steps.installation import MINUTE, PARTITIONS, START, Installation, Role, uplink, wait_until

from vigie.streams.sinks.migrate import migrate
from vigie.streams.steps.recompute import UPLINKS
from vigie.topics import requalify
from vigie.topics.alarm_input import Heartbeat
from vigie.topics.requalify import Again

pytestmark = pytest.mark.parts

DEVICE, OTHER = "eui:24e124136b000001", "eui:24e124136b000002"
ALL = tuple((topic, number) for topic in UPLINKS for number in range(PARTITIONS))


class Fleet:
    """What an apply, `observe` and the store would write."""

    def __init__(self, place: Installation, database: str) -> None:
        self.place = place
        self.connection = psycopg.connect(database, autocommit=True)
        migrate(self.connection)

    def rows(self, device: str, minutes: list[float], first: int = 1) -> None:
        values = [(UUID(int=first + n), device, START + minute * MINUTE, float(n)) for n, minute in enumerate(minutes)]
        with self.connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO uplink (id, observed_at, revision, device, bearer, network, received_at, ingested_at,"
                ' codec, codec_version, codec_hash, properties, channels, "values") SELECT v.id, v.at, 0, v.device,'
                " 'lora', 'metropole', v.at, v.at, 'c', '1', '00', '{1}', '{0}', ARRAY[v.value]"
                " FROM (SELECT %s::uuid AS id, %s AS device, to_timestamp(%s / 1000.0) AS at, %s::float8 AS value) v",
                values,
            )

    def repair(self, revision: int, point: str, device: str, span: str = "(,)", state: str = "asked") -> None:
        self.connection.execute(
            "INSERT INTO fleet_revision (revision, apply_id, recorded_at, author, source, parts)"
            " VALUES (%s, %s, now(), 'test', 'test', 1) ON CONFLICT DO NOTHING",
            (revision, f"apply-{revision}"),
        )
        self.connection.execute(
            "INSERT INTO fleet_repair (revision, point, device, span, reason, state)"
            " VALUES (%s, %s, %s, %s::tstzrange, 'placement', %s)",
            (revision, point, device, span, state),
        )

    def stored(self, offsets: dict[tuple[str, int], int]) -> None:
        with self.connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO sink_offset VALUES (%s, %s, %s, gen_random_uuid()) ON CONFLICT (topic, partition)"
                " DO UPDATE SET next_offset = excluded.next_offset",
                [(*key, offset) for key, offset in offsets.items()],
            )

    def placed_by(self, revision: int) -> None:
        self.place.inputs(Heartbeat(role="observe", tick_at=START, partitions=ALL, fleet_revision=revision))

    def states(self) -> list[tuple[str, int]]:
        return self.connection.execute("SELECT state, uplinks FROM fleet_repair ORDER BY number").fetchall()

    def handed_on(self) -> list[Again]:
        settings = self.place.settings
        messages = read_all(settings.kafka, settings.topic("requalify"), PARTITIONS)
        found = []
        for message in messages:
            again = requalify.decode(message.value())
            assert isinstance(again, Again)
            assert message.key() == again.point.encode()
            assert dict(message.headers()) == {"vigie-fleet-revision": b"%d" % again.fleet_revision}
            found.append(again)
        return found


@pytest.fixture
def fleet(kafka: str, database: str, tmp_path: Path) -> Iterator[Fleet]:
    with Installation(kafka, tmp_path, database=database) as place:
        yield Fleet(place, database)


def reigns(role: Role) -> bool:
    return "is the active one now" in role.text()


def reason(role: Role) -> str:
    """Why it says that it is not well; empty if it is."""
    address = role.text().partition("metrics on ")[2].partition("/metrics")[0]
    return str(httpx.get(f"{address}/healthz").json()["reason"])


def test_a_repair_waits_for_observe_and_for_the_store_then_hands_on_each_row_once(fleet: Fleet):
    place = fleet.place
    fleet.rows(DEVICE, [0, 10, 20, 20, 30, 40])
    fleet.rows(OTHER, [15], first=900)
    span = "[2025-06-18 00:10+02,2025-06-18 00:40+02)"
    fleet.repair(1, "OLD", DEVICE, span)
    fleet.repair(1, "NEW", DEVICE, span)
    fleet.repair(1, "LATER", DEVICE, span, state="offered")
    fleet.repair(1, "EMPTY", "eui:24e124136b00ffff")
    place.uplinks(uplink(DEVICE, 50, 1))  # which the store has not stored yet
    role = place.start("recompute").wait_ready()
    wait_until(lambda: reigns(role), 20, role.text)
    fleet.placed_by(0)
    wait_until(lambda: "observe has not said yet" in role.text(), 10, role.text)
    fleet.placed_by(1)
    wait_until(lambda: "repairs wait for the store alone" in role.text(), 10, role.text)
    time.sleep(1.5)
    assert fleet.handed_on() == []

    fleet.stored({("uplinks.lora.v1", number): end for number, end in end_offsets(
        place.settings.kafka, place.settings.topic("uplinks.lora.v1"), PARTITIONS).items()})  # fmt: skip
    wait_until(lambda: fleet.states() == [("done", 4), ("done", 4), ("offered", 0), ("done", 0)], 20, role.text)
    for point in ("OLD", "NEW"):
        found = [one for one in fleet.handed_on() if one.point == point]
        assert [(one.observed_at - START) // MINUTE for one in found] == [10, 20, 20, 30]
        assert [one.uplink for one in found] == [f"{number:032x}" for number in (2, 3, 4, 5)]
        assert {(one.device, one.fleet_revision, one.reason) for one in found} == {(DEVICE, 1, "placement")}
    assert role.end(signal.SIGTERM) == 0


def test_what_applies_recorded_is_published_in_order(fleet: Fleet):
    place = fleet.place
    role = place.start("recompute").wait_ready()
    rows = [(b"point:P%d" % (number % 3), b"value %d" % number) for number in range(50)]
    with fleet.connection.cursor() as cursor:
        cursor.executemany("INSERT INTO fleet_outbox (key, value) VALUES (%s, %s)", rows)

    def published() -> list[tuple[bytes, bytes]]:
        messages = read_all(place.settings.kafka, place.settings.topic("fleet.v1"), 1)
        return [(message.key(), message.value()) for message in messages]

    wait_until(lambda: len(published()) >= 50, 5, role.text)
    assert published() == rows


def test_killed_in_the_middle_it_repeats_and_loses_nothing_and_keeps_to_its_rate(fleet: Fleet, database: str):
    place = fleet.place
    place.settings = place.settings.__class__.from_env(place.settings.to_env() | {"VIGIE_REPAIR_RATE": "1000"})
    fleet.rows(DEVICE, [0] * 1500 + [minute / 10 for minute in range(1, 2001)])  # a clock that stood still first
    fleet.repair(1, "P", DEVICE)
    fleet.stored({})
    first = place.start("recompute").wait_ready()
    second = place.start("recompute").wait_ready()
    wait_until(lambda: reigns(first) or reigns(second), 20, first.text)
    active, other = (first, second) if reigns(first) else (second, first)
    fleet.placed_by(1)
    wait_until(lambda: len(fleet.handed_on()) >= 2000, 20, active.text)
    active.end(signal.SIGKILL)
    killed_at = time.monotonic()
    wait_until(lambda: reigns(other), 5, other.text)
    assert time.monotonic() - killed_at < 2
    assert "Another recompute is active; this one stands by" in other.text()
    begun_with = len(fleet.handed_on())
    fleet.placed_by(1)
    began = time.monotonic()
    wait_until(lambda: fleet.states() == [("done", 3500)], 20, other.text)
    took_s = time.monotonic() - began

    counted = Counter(one.uplink for one in fleet.handed_on())
    assert len(counted) == 3500
    repeated = counted.total() - 3500
    assert 0 < repeated < 2000, "what was sent and not noted comes once more, what was noted does not"
    rows = counted.total() - begun_with
    assert took_s > rows / 1000 - 1.5, f"{rows} rows in {took_s:.1f} s"


def test_a_frozen_one_loses_its_work_to_the_stand_by(kafka: str, database: str, tmp_path: Path):
    with Installation(kafka, tmp_path, database=database, session_timeout_s=3) as place:
        fleet = Fleet(place, database)
        first = place.start("recompute").wait_ready()
        wait_until(lambda: reigns(first), 20, first.text)
        second = place.start("recompute").wait_ready()
        time.sleep(4)
        assert not reigns(second), "who is not frozen says so"
        first.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: reigns(second), 9, second.text)
        first.process.send_signal(signal.SIGCONT)
        assert first.process.wait(10) == 1
        assert "It ends without sending" in first.text()
        fleet.rows(DEVICE, [1, 2])
        fleet.repair(1, "P", DEVICE)
        fleet.placed_by(1)
        wait_until(lambda: fleet.states() == [("done", 2)], 10, second.text)
        assert second.end(signal.SIGTERM) == 0


def test_without_its_database_it_waits_with_a_sentence_and_goes_on(fleet: Fleet):
    place = fleet.place
    fleet.rows(DEVICE, [1, 2])
    fleet.repair(1, "P", DEVICE)
    fleet.placed_by(1)
    role = place.start("recompute").wait_ready()
    wait_until(lambda: reigns(role), 20, role.text)
    with fleet.connection.transaction():
        fleet.connection.execute("ALTER TABLE fleet_repair RENAME TO gone")
    wait_until(lambda: 'relation "fleet_repair" does not exist' in reason(role), 10, role.text)
    fleet.connection.execute("ALTER TABLE gone RENAME TO fleet_repair")
    fleet.connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )
    wait_until(lambda: role.health().get("ready"), 15, role.text)

    def done() -> bool:
        fleet.placed_by(1)
        return fleet.states() == [("done", 2)]

    wait_until(done, 20, role.text)
    assert len(fleet.handed_on()) == 2
    assert role.process.poll() is None
