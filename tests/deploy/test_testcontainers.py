"""The testcontainers path: the broker and the database that tests take where a Docker engine answers."""

import psycopg
from real_parts import NO_DOCKER, container_kafka, container_postgres, docker_answers, fresh_database, require_part

from vigie.deploy import topic_admin
from vigie.streams.settings import Settings

EXEMPT = "a machine of the project's own CI has no engine, and the embedded services stand in for it"


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
