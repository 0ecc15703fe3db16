"""Fixtures for every test: a real broker, a real database, the shared folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from real_parts import SHARED, Services, fresh_database, require_part

from vigie.deploy.embedded.kafka import EmbeddedKafka
from vigie.deploy.embedded.postgres import EmbeddedPostgres


@pytest.fixture(scope="session")
def services() -> Iterator[Services]:
    """Every server of this session."""
    started = Services()
    yield started
    started.close()


@pytest.fixture(scope="session")
def kafka(services: Services) -> str:
    """Bootstrap servers of a real broker; take a topic prefix of your own."""
    return services.kafka()


@pytest.fixture
def database(services: Services) -> Iterator[str]:
    """Connection string of an empty database, for this test alone."""
    server, owner = services.database()
    with fresh_database(server, owner) as dsn:
        yield dsn


@pytest.fixture
def kafka_service(services: Services) -> Iterator[EmbeddedKafka]:
    """The embedded broker, for tests that kill or freeze it; it runs again after them."""
    service = services.own_kafka()
    yield service
    if service.process is None or not service.process.running():
        service.kill9()
        service.start()
    service.resume()


@pytest.fixture
def database_service(services: Services) -> Iterator[EmbeddedPostgres]:
    """The embedded PostgreSQL, for tests that kill or freeze it; it runs again after them."""
    service = services.own_postgres()
    yield service
    if service.process is None or not service.process.running():
        service.kill9()
        service.start()
    service.resume()


@pytest.fixture
def service_database(database_service: EmbeddedPostgres) -> Iterator[str]:
    """Connection string of an empty database on the server of `database_service`."""
    with fresh_database(database_service.dsn("postgres", "postgres"), database_service.dsn()) as dsn:
        yield dsn
        if database_service.process is None or not database_service.process.running():
            database_service.start()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder ../shared of vectors and samples."""
    require_part(
        "../shared", SHARED.is_dir(), f"{SHARED} does not exist; it holds vectors that are not ours to publish",
        exempt="reference material, not a part that runs",
    )  # fmt: skip
    return SHARED
