"""Which real server a test runs on, and what happens where there is none.

Order for a broker and a database: the one that VIGIE_KAFKA or VIGIE_DATABASE names, a container where a Docker engine
answers, the embedded one. A missing part is a skip that says so, or with VIGIE_STRICT=1 a failure.
"""

import functools
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar
from uuid import uuid4

import psycopg
import pytest
import yaml
from psycopg import sql

from vigie.deploy.embedded.kafka import EmbeddedKafka
from vigie.deploy.embedded.ports import free_port
from vigie.deploy.embedded.postgres import EmbeddedPostgres
from vigie.deploy.operator_error import OperatorError
from vigie.streams.settings import Settings

T = TypeVar("T")
COMPOSE = Path(__file__).resolve().parents[1] / "deploy/compose.yaml"
SHARED = Path(__file__).resolve().parents[2] / "shared"
NO_DOCKER = "no Docker engine answers here: the testcontainers path is written, but was not run"


def require_part(name: str, ok: object, why: str, *, exempt: str = "") -> None:
    """Go on if a real part is there; else skip loudly, or fail with VIGIE_STRICT=1.

    Args:
        name: the part.
        ok: whether it is there.
        why: what is missing and what to do.
        exempt: the reason why strict runs skip too; empty: they fail.
    """
    if ok:
        return
    if os.environ.get("VIGIE_STRICT") == "1" and not exempt:
        pytest.fail(f"{name} is missing and VIGIE_STRICT=1: {why}", pytrace=False)
    pytest.skip(f"{name} NOT TESTED: {why}" + (f" ({exempt})" if exempt else ""))


@functools.cache
def docker_answers() -> bool:
    """Whether a Docker engine answers."""
    try:
        import docker

        return bool(docker.from_env(timeout=3).ping())
    except Exception:  # no library, no socket, no engine: all mean no
        return False


@contextmanager
def embedded_kafka() -> Iterator[EmbeddedKafka]:
    """A broker of our own, gone with its data at the end."""
    with TemporaryDirectory(prefix="vigie-test-") as folder:
        service = EmbeddedKafka(Path(folder) / "kafka", Settings().cache)
        service.start()
        try:
            yield service
        finally:
            service.kill9()


@contextmanager
def embedded_postgres() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of our own, gone with its data at the end."""
    with TemporaryDirectory(prefix="vigie-test-") as folder:
        service = EmbeddedPostgres(Path(folder) / "postgres")
        service.start()
        try:
            yield service
        finally:
            service.stop()


def container_kafka_settings(port: int) -> tuple[str, dict[str, str]]:
    """Image and environment of a broker in a container: that of deploy/compose.yaml, alone, for one port of the host.

    testcontainers' own KafkaContainer starts Confluent's images only, whose default is Kafka 3.6.
    """
    service = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]["kafka"]
    return service["image"], service["environment"] | {
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://localhost:9092,OUTER://127.0.0.1:{port}",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_LOG_MESSAGE_TIMESTAMP_TYPE": "LogAppendTime",
    }


@contextmanager
def container_kafka() -> Iterator[str]:
    """A broker in a container; gives its bootstrap server."""
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy

    port = free_port()
    image, environment = container_kafka_settings(port)
    started = LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(120)
    with DockerContainer(image).with_envs(**environment).with_bind_ports(9094, port).waiting_for(started):
        yield f"127.0.0.1:{port}"


@contextmanager
def container_postgres() -> Iterator[str]:
    """A PostgreSQL in a container; gives a superuser's connection string."""
    from testcontainers.postgres import PostgresContainer

    with PostgresContainer("postgres:18", driver=None) as container:
        yield container.get_connection_url()


@contextmanager
def fresh_database(server: str, owner: str | None = None) -> Iterator[str]:
    """A new database, dropped at the end; gives its connection string.

    Args:
        server: connection string of a user who may create databases.
        owner: connection string of the one who shall own and use it; None: the same user.
    """
    name = f"test_{uuid4().hex[:12]}"
    whose = psycopg.conninfo.conninfo_to_dict(owner or server)
    with psycopg.connect(server, autocommit=True) as connection:
        user = connection.execute("select current_user").fetchone() if owner is None else (whose["user"],)
        assert user is not None
        connection.execute(
            sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(str(user[0])))
        )
    try:
        yield with_database(owner or server, name)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:  # anew: a test may have killed the server
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def with_database(dsn: str, name: str) -> str:
    """The same connection string with another database.

    >>> with_database("postgresql://me:secret@127.0.0.1:5432/vigie?sslmode=disable", "other")
    'postgresql://me:secret@127.0.0.1:5432/other?sslmode=disable'
    """
    if "://" not in dsn:
        return psycopg.conninfo.make_conninfo(dsn, dbname=name)
    from urllib.parse import urlsplit, urlunsplit

    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))


class Services:
    """What the session has started so far, started on first use and ended with it."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._kafka: EmbeddedKafka | None = None
        self._postgres: EmbeddedPostgres | None = None
        self._container: dict[str, str] = {}

    def close(self) -> None:
        self._stack.close()

    def _started(self, name: str, service: AbstractContextManager[T]) -> T:
        try:
            return self._stack.enter_context(service)
        except OperatorError as error:
            require_part(name, ok=False, why=error.message)
            raise

    def own_kafka(self) -> EmbeddedKafka:
        """The embedded broker."""
        if self._kafka is None:
            self._kafka = self._started("the embedded Kafka", embedded_kafka())
        return self._kafka

    def own_postgres(self) -> EmbeddedPostgres:
        """The embedded PostgreSQL."""
        if self._postgres is None:
            self._postgres = self._started("the embedded PostgreSQL", embedded_postgres())
        return self._postgres

    def kafka(self) -> str:
        """Bootstrap servers, by the order of this file."""
        if named := os.environ.get("VIGIE_KAFKA"):
            return named
        if docker_answers():
            if "kafka" not in self._container:
                self._container["kafka"] = self._stack.enter_context(container_kafka())
            return self._container["kafka"]
        return self.own_kafka().address

    def database(self) -> tuple[str, str | None]:
        """Connection string of one who may create databases, and of their owner; by the order of this file."""
        if named := os.environ.get("VIGIE_DATABASE"):
            return named, None
        if docker_answers():
            if "postgres" not in self._container:
                self._container["postgres"] = self._stack.enter_context(container_postgres())
            return self._container["postgres"], None
        own = self.own_postgres()
        return own.dsn("postgres", "postgres"), own.dsn()
