"""Connections notice a host that vanishes, and the store's are durable."""

import os
import socket

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from vigie.streams.settings import Settings
from vigie.streams.sinks.database import connect, connect_to_write


def socket_options(connection):
    with socket.socket(fileno=os.dup(connection.fileno())) as ours:
        return (
            ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE),
            ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
            ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT),
        )


def test_a_host_that_vanishes_is_noticed_unless_the_operator_says_otherwise(database):
    with connect(Settings(database=database)) as connection:
        assert socket_options(connection) == (1, 10, 30_000)
        assert connection.info.get_parameters()["connect_timeout"] == "5"
    other = make_conninfo(database, keepalives_idle=99, tcp_user_timeout=5000, application_name="mine")
    with connect(Settings(database=other)) as connection:
        assert socket_options(connection) == (1, 99, 5000)
        assert connection.execute("SHOW application_name").fetchone() == ("mine",)


@pytest.mark.parametrize(("server", "session"), [("off", "on"), ("on", "on"), ("remote_apply", "remote_apply")])
def test_what_the_store_commits_is_on_disk(database, server, session):
    with psycopg.connect(database, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = {server}")
    with connect_to_write(Settings(database=database)) as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == (session,)
        assert connection.execute("SHOW tcp_keepalives_idle").fetchone() == ("10",)
