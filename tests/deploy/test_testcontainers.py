"""The testcontainers path: the broker and the database that tests take where a Docker engine answers."""

import psycopg
from real_parts import (
    NO_DOCKER,
    container_kafka,
    container_kafka_settings,
    container_postgres,
    docker_answers,
    fresh_database,
    require_part,
)

from vigie.deploy import topic_admin
from vigie.streams.settings import Settings

EXEMPT = "a machine of the project's own CI has no engine, and the embedded services stand in for it"


def test_the_broker_in_a_container_is_that_of_the_compose_file() -> None:
    """One broker alone needs these, or transactions of `alarm` wait for replicas that never come."""
    image, environment = container_kafka_settings(20_000)
    assert image.startswith("apache/kafka:4.")
    assert environment["KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR"] == "1"
    assert environment["KAFKA_TRANSACTION_STATE_LOG_MIN_ISR"] == "1"
    assert environment["KAFKA_ADVERTISED_LISTENERS"].endswith("OUTER://127.0.0.1:20000")
    assert "OUTER://:9094" in environment["KAFKA_LISTENERS"]
    assert "kafka:" not in "".join(environment.values()), "a name that only the compose file's network knows"


def test_topics_on_a_broker_in_a_container(tmp_path) -> None:
    require_part("testcontainers: Kafka", docker_answers(), NO_DOCKER, exempt=EXEMPT)
    with container_kafka() as kafka:
        settings = Settings(kafka=kafka, data=tmp_path)
        topic_admin.create(settings)
        assert topic_admin.differences(settings) == []


def test_a_fresh_database_in_a_container() -> None:
    require_part("testcontainers: PostgreSQL", docker_answers(), NO_DOCKER, exempt=EXEMPT)
    with container_postgres() as server, fresh_database(server) as dsn, psycopg.connect(dsn) as connection:
        assert connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone() == (0,)
