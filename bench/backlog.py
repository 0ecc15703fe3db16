"""Memory while a backlog is worked off: two million uplinks stand in the topic before the workers start.

Resident memory is taken once the first 5 % are through (the libraries, the filters of 5,000 devices and the buffers are
there by then) and at its highest afterwards: the difference is what the backlog costs.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
from figures import Figure, rss_mb
from load import Ends, bodies, broker, fill, make_topics

from vigie.deploy.embedded.postgres import EmbeddedPostgres

COUNT = int(os.environ.get("VIGIE_TEST_BACKLOG", "2000000"))


def figures() -> Iterator[Figure]:
    with broker() as servers, tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
        Path(folder).chmod(0o755)
        database = EmbeddedPostgres(Path(folder) / "postgres")
        database.start()
        prefix = f"bench-{uuid4().hex[:6]}."
        env = os.environ | {"VIGIE_KAFKA": servers, "VIGIE_PREFIX": prefix, "VIGIE_DATA": folder,
                            "VIGIE_DATABASE": database.dsn()}  # fmt: skip
        try:
            make_topics(servers, prefix)
            fill(servers, prefix + "raw.lora", bodies(COUNT))
            decoded = Ends(servers, prefix + "uplinks.lora.v1")
            yield from _worked_off("decode", env, decoded.sum)
            yield from _worked_off("store", env, lambda: _stored(database.dsn()))
            with psycopg.connect(database.dsn()) as connection:
                row = connection.execute("SELECT count(*) FROM uplink").fetchone()
            lost = COUNT - (int(row[0]) if row else 0)
            yield Figure(name="backlog: uplinks lost", value=lost, unit="uplinks", note=f"of {COUNT}")
        finally:
            database.stop()


def _stored(dsn: str) -> int:
    query = "SELECT coalesce(sum(next_offset), 0) FROM sink_offset WHERE topic = 'uplinks.lora.v1'"
    try:
        with psycopg.connect(dsn) as connection:
            row = connection.execute(query).fetchone()
    except psycopg.errors.UndefinedTable:
        return 0
    return int(row[0]) if row else 0


def _worked_off(role: str, env: dict[str, str], done: object) -> Iterator[Figure]:
    command = [sys.executable, "-m", "vigie.deploy.cli", "worker", role]
    worker = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    early, highest, begun = 0.0, 0.0, time.monotonic()
    try:
        while (count := done()) < COUNT:  # type: ignore[operator]
            if count >= COUNT * 0.05:
                early = early or rss_mb(worker.pid)
                highest = max(highest, rss_mb(worker.pid))
            if worker.poll() is not None or time.monotonic() - begun > 900:
                raise RuntimeError(f"{role} made {count} of {COUNT} and ended or stalled")
            time.sleep(0.2)
    finally:
        worker.terminate()
        worker.wait(60)
    yield Figure(
        name=f"backlog: {role}, resident memory at 5 %", value=early, unit="MB", note=f"{COUNT} uplinks waiting"
    )
    yield Figure(name=f"backlog: {role}, growth from there", value=highest - early, unit="MB", note="50 MB allowed")
