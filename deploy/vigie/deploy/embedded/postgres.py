"""The embedded PostgreSQL: the real server with its data in our folder, on 127.0.0.1, asking for a password."""

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
from psycopg import sql

from vigie.deploy.embedded.failed_start import disk_errors, failed_start
from vigie.deploy.embedded.leashed import Leashed, OnLeash
from vigie.deploy.embedded.ports import free_port, is_taken
from vigie.deploy.embedded.postgres_programs import find_programs, runnable_programs, server_user
from vigie.deploy.operator_error import Exit, OperatorError

START_LIMIT_S = 120.0
ATTEMPTS = 3
OWNER = "vigie"

HERE = "/proc/self/cwd"
"""How another user names the data folder, which it has been put into, when the folders above are closed to it."""

OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "60",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "max_wal_size": "2GB",
}


class EmbeddedPostgres(OnLeash):
    """One server with its data; start, stop, and what a test does to it.

    Args:
        data: its folder, made at need; `cluster/` below it belongs to the server's user.
        port: 0 takes a free one at the first start and keeps it.
        programs: folder of PostgreSQL's programs; None: the wheel's, else the system's.
        options: more settings of the server (postgresql.conf), for tests.
    """

    name = "postgres"

    def __init__(
        self,
        data: Path,
        *,
        port: int = 0,
        programs: Path | None = None,
        options: dict[str, str] | None = None,
    ) -> None:
        self.data = data
        self.port = port
        self.options = OPTIONS | (options or {})
        self._asked_port = port
        self._programs = programs
        self.user = server_user()

    @property
    def address(self) -> str:
        """Connection string of the database `vigie` as its owner."""
        return self.dsn()

    def dsn(self, database: str = OWNER, user: str = OWNER) -> str:
        """Connection string; the user `postgres` is the superuser."""
        return f"postgresql://{user}:{self._password()}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server, wait until it answers a query, and see that role and database `vigie` exist.

        Raises:
            OperatorError: programs, port, disk or start-up; the sentence says which.
        """
        deadline = time.monotonic() + START_LIMIT_S
        for attempt in range(1, ATTEMPTS + 1):
            self.launch()
            while not self.answers():
                assert self.process is not None
                if not self.process.running() and attempt < ATTEMPTS:
                    time.sleep(attempt)  # after a crash: the former server's children need a moment to end
                    break
                self.check_started()
                if time.monotonic() > deadline:
                    self.kill9()
                    raise OperatorError(
                        f"PostgreSQL did not answer on port {self.port} within {START_LIMIT_S:.0f} s; "
                        f"its log is {self.log}.",
                        Exit.NOT_READY,
                    )
                time.sleep(0.05)
            else:
                self.ensure_database()
                return

    def launch(self) -> None:
        """Start the process without waiting for the server to answer."""
        programs = runnable_programs(find_programs(self._programs), self.user)
        if self.port == 0:
            self.port = free_port()
        elif is_taken(self.port):
            setting = "VIGIE_DATABASE_PORT" if self._asked_port else "VIGIE_DATABASE_PORT (now: any free one)"
            raise OperatorError(
                f"Port {self.port}, which PostgreSQL should listen on, belongs to another program. "
                f"Stop that program, or set {setting} to another port.",
                Exit.PORT_TAKEN,
            )
        with disk_errors(self.data):
            self._launch(programs)

    def check_started(self) -> None:
        """Raise if the process that was launched has ended.

        Raises:
            OperatorError: with the server's own words.
        """
        if self.process is not None and not self.process.running():
            raise failed_start("PostgreSQL could not start", self.process)

    def answers(self) -> bool:
        """Whether the server answers a query."""
        try:
            with psycopg.connect(self.dsn("postgres", "postgres"), connect_timeout=5) as connection:
                connection.execute("select 1")
        except psycopg.OperationalError:
            return False
        return True

    def ensure_database(self) -> None:
        """Make role and database `vigie` where they do not exist yet."""
        with psycopg.connect(self.dsn("postgres", "postgres"), autocommit=True) as connection:
            owner = sql.Identifier(OWNER)
            if not connection.execute("select 1 from pg_roles where rolname = %s", [OWNER]).fetchone():
                password = sql.Literal(self._password())
                connection.execute(sql.SQL("create role {} login password {}").format(owner, password))
            if not connection.execute("select 1 from pg_database where datname = %s", [OWNER]).fetchone():
                connection.execute(sql.SQL("create database {} owner {}").format(owner, owner))

    def stop(self, timeout_s: float = 30.0) -> None:
        """Stop fast (open transactions are rolled back); at once after `timeout_s`."""
        if self.process is not None:
            self.process.send(signal.SIGCONT)
            self.process.send(signal.SIGINT)
            if not self.process.wait(timeout_s):
                self.process.stop(signal.SIGQUIT, 10.0)
            self.process = None

    @property
    def cluster(self) -> Path:
        """The server's own data folder."""
        return self.data / "cluster"

    @property
    def log(self) -> Path:
        """The server's own log file."""
        return self.data / "server.log"

    @property
    def password_file(self) -> Path:
        """Readable by us alone."""
        return self.data / "password"

    def _password(self) -> str:
        if not self.password_file.exists():
            self.data.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_urlsafe(24))
        return self.password_file.read_text("utf-8")

    def _named(self, folder: Path) -> str:
        return HERE if self.user is not None and sys.platform == "linux" else str(folder)

    def _launch(self, programs: Path) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        if not (self.cluster / "PG_VERSION").exists():
            self._initialise(programs)
        settings = [text for name, value in self.options.items() for text in ("-c", f"{name}={value}")]
        self.process = Leashed(
            [str(programs / "postgres"), "-D", self._named(self.cluster), "-p", str(self.port), *settings],
            log=self.log,
            death_signal=signal.SIGQUIT,  # "immediate": the postmaster takes its children with it, at once
            user=self.user,
            cwd=self.cluster,
        )

    def _initialise(self, programs: Path) -> None:
        # In a folder of another name, so that a half-made one is never taken for whole.
        folder = self.data / "initialising"
        for former in (folder, self.cluster):
            if former.exists():
                shutil.rmtree(former)
        folder.mkdir(mode=0o700)
        password = folder / "password"
        password.touch(mode=0o600)
        password.write_text(self._password(), "utf-8")
        fresh = folder / "cluster"
        fresh.mkdir(mode=0o700)
        if self.user is not None:
            for path in (folder, password, fresh):
                os.chown(path, self.user.uid, self.user.gid)
        command = [
            *[str(programs / "initdb"), "-D", self._named(fresh), "-U", "postgres", "-E", "UTF8"],
            *["-A", "scram-sha-256", "--pwfile", "../password", *_locale(programs), "--no-instructions"],
        ]
        process = Leashed(command, log=self.log, user=self.user, cwd=fresh)
        if not process.wait(START_LIMIT_S) or process.exit_code() != 0:
            process.kill()
            raise failed_start(f"PostgreSQL could not prepare its data folder {self.cluster}", process)
        fresh.rename(self.cluster)
        shutil.rmtree(folder)


def _locale(programs: Path) -> list[str]:
    # Accents fold and sort alike on every machine; the built-in provider came with PostgreSQL 17.
    answer = subprocess.run(
        [str(programs / "postgres"), "--version"], capture_output=True, text=True, check=True
    ).stdout
    version = re.search(r"(\d+)", answer)
    if version and int(version[1]) >= 17:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]
