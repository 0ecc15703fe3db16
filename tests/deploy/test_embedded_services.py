"""Embedded Kafka and PostgreSQL: they answer, keep their data over kill -9, and ask for a password."""

import asyncio
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from real_parts import require_part

from vigie.deploy.embedded.kafka import EmbeddedKafka, metadata_answer
from vigie.deploy.embedded.postgres import EmbeddedPostgres
from vigie.deploy.embedded.postgres_programs import can_run, find_programs, runnable_programs, server_user
from vigie.deploy.operator_error import Exit, OperatorError

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: as another user PostgreSQL runs as we do")


async def _write(address: str, topic: str, count: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 1, 1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=address, acks="all") as producer:
        for number in range(count):
            await producer.send_and_wait(topic, str(number).encode())


async def _read(address: str, topic: str, count: int) -> list[int]:
    async with AIOKafkaConsumer(bootstrap_servers=address, auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition(topic, 0)])
        return [int((await asyncio.wait_for(consumer.getone(), 20)).value or b"-1") for _ in range(count)]


async def test_kafka_keeps_confirmed_records_over_kill_9(kafka_service: EmbeddedKafka) -> None:
    await _write(kafka_service.address, "survives", 50)
    address = kafka_service.address
    kafka_service.kill9()
    assert not kafka_service.answers()
    kafka_service.start()
    assert kafka_service.address == address, "clients must find it again"
    assert await _read(address, "survives", 50) == list(range(50))


def test_a_paused_broker_is_not_ready(kafka_service: EmbeddedKafka) -> None:
    kafka_service.pause()
    answers = [metadata_answer(kafka_service.address, timeout_s=1) for _ in range(2)]  # its port is still open
    assert not answers[-1], "the signal may take a moment to reach the last of its threads"
    kafka_service.resume()
    assert metadata_answer(kafka_service.address, timeout_s=20)


async def test_the_broker_stamps_arrival(kafka_service: EmbeddedKafka) -> None:
    await _write(kafka_service.address, "stamped", 0)
    async with AIOKafkaProducer(bootstrap_servers=kafka_service.address) as producer:
        sent = await producer.send_and_wait("stamped", b"x", timestamp_ms=1000)
    assert sent.timestamp_type == 1
    assert sent.timestamp > 1_000_000_000_000


def test_postgres_keeps_commits_over_kill_9(database_service: EmbeddedPostgres, service_database: str) -> None:
    with psycopg.connect(service_database) as connection:
        connection.execute("create table kept as select 7 as n")
    database_service.kill9()
    database_service.start()
    with psycopg.connect(service_database) as connection:
        assert connection.execute("select n from kept").fetchone() == (7,)


def test_postgres_asks_for_the_password(database_service: EmbeddedPostgres) -> None:
    wrong = database_service.dsn().replace(database_service.password_file.read_text(), "guess")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)
    assert stat.S_IMODE(database_service.password_file.stat().st_mode) == 0o600
    with psycopg.connect(database_service.dsn()) as connection:
        found = connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
        assert found == (False,), "the installation's own role must not be the superuser"
        hashed = connection.execute("show password_encryption").fetchone()
        assert hashed == ("scram-sha-256",)


@needs_root
def test_postgres_as_root_under_a_closed_folder(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    service = EmbeddedPostgres(closed / "postgres")
    service.start()
    try:
        assert service.process is not None
        assert Path(f"/proc/{service.process.pid}").stat().st_uid != 0
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700, "no folder above may be opened"
        assert service.answers()
    finally:
        service.stop()


@needs_root
def test_programs_in_a_closed_folder_are_copied(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    user = server_user()
    assert user is not None
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    programs = find_programs()
    shutil.copytree(programs.parent, closed / "pginstall", symlinks=True)
    hidden = closed / "pginstall" / "bin"
    assert not can_run(hidden / "postgres", user)
    open_folder = Path("/var/lib/vigie-test-copies")
    open_folder.mkdir(mode=0o755, exist_ok=True)
    try:
        copy = runnable_programs(hidden, user, open_folder)
        assert copy.is_relative_to(open_folder)
        assert can_run(copy / "postgres", user)
        assert runnable_programs(hidden, user, open_folder) == copy, "one copy, made once"
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    finally:
        shutil.rmtree(open_folder)


def test_what_was_half_prepared_is_prepared_anew(tmp_path: Path, kafka_service: EmbeddedKafka) -> None:
    for folder in ("kafka/formatting", "kafka/log", "postgres/initialising/cluster", "postgres/cluster"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "half").write_text("a start was killed here")
    postgres = EmbeddedPostgres(tmp_path / "postgres")
    postgres.start()
    postgres.stop()
    kafka = EmbeddedKafka(tmp_path / "kafka", kafka_service.cache)
    kafka.start()
    kafka.stop()
    assert not list(tmp_path.rglob("half"))


def test_a_taken_port_is_named_with_its_setting(kafka_service: EmbeddedKafka, tmp_path: Path) -> None:
    taken = kafka_service.port
    kafka = EmbeddedKafka(tmp_path / "kafka", kafka_service.cache, port=taken)
    with pytest.raises(OperatorError, match=rf"Port {taken}.*VIGIE_KAFKA_PORT") as caught:
        kafka.start()
    assert caught.value.exit_code == Exit.PORT_TAKEN
    postgres = EmbeddedPostgres(tmp_path / "postgres", port=taken)
    with pytest.raises(OperatorError, match=rf"Port {taken}.*VIGIE_DATABASE_PORT"):
        postgres.start()


def test_a_folder_without_programs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="VIGIE_POSTGRES_BIN"):
        find_programs(tmp_path)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MB."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m,mode=755", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0
    require_part("a full disk", mounted, "a disk of 6 MB can only be mounted by root", exempt="or in a container")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_a_sentence_of_postgres(tiny_disk: Path) -> None:
    with pytest.raises(OperatorError, match="No space left on device") as caught:
        EmbeddedPostgres(tiny_disk / "postgres").start()
    assert caught.value.exit_code == Exit.DISK_FULL


def test_a_full_disk_is_a_sentence_of_kafka(tiny_disk: Path, kafka_service: EmbeddedKafka) -> None:
    (tiny_disk / "other").write_bytes(bytes(tiny_disk_room(tiny_disk) - 20_000))
    with pytest.raises(OperatorError, match="No space left on device") as caught:
        EmbeddedKafka(tiny_disk / "kafka", kafka_service.cache).start()
    assert caught.value.exit_code == Exit.DISK_FULL


def tiny_disk_room(folder: Path) -> int:
    return shutil.disk_usage(folder).free
