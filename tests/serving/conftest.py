"""Registry and serve as processes of their own; a database with a little history in it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

from vigie.streams.settings import Settings
from vigie.streams.sinks.migrate import migrate


@dataclass
class RunningRole:
    url: str
    prefix: str
    process: subprocess.Popen[bytes]
    log: Path


def installation_settings(kafka: str, folder: Path) -> Settings:
    """Settings of an installation whose topics no other test sees."""
    return Settings(kafka=kafka, prefix=f"t{uuid4().hex[:8]}.", registry_port=0, http_port=0, data=folder)


@contextmanager
def running_role(role: str, settings: Settings) -> Iterator[RunningRole]:
    """`vigie worker ROLE` until the block ends."""
    settings.data.mkdir(exist_ok=True)
    log = settings.data / f"{role}-{uuid4().hex[:6]}.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
    command = [sys.executable, "-m", "vigie.deploy.cli", "worker", role]
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environment | settings.to_env(), stdout=out, stderr=out)
    try:
        yield RunningRole(_answering(process, log), settings.prefix, process, log)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(15)


def _answering(process: subprocess.Popen[bytes], log: Path, limit_s: float = 60) -> str:
    end = time.monotonic() + limit_s
    while time.monotonic() < end and process.poll() is None:
        urls = [line.rsplit(" ", 1)[1] for line in log.read_text().splitlines() if " answers at " in line]
        urls += [line.rsplit(" ", 1)[1] for line in log.read_text().splitlines() if " answer at " in line]
        try:
            if urls and httpx.get(urls[0] + "/").status_code:
                return urls[0]
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"no answer:\n{log.read_text()}")


@pytest.fixture
def installation(kafka: str, tmp_path: Path) -> Settings:
    return installation_settings(kafka, tmp_path)


@pytest.fixture
def start_role() -> Callable[[str, Settings], AbstractContextManager[RunningRole]]:
    """How a test that ends roles starts one."""
    return running_role


@pytest.fixture(scope="module")
def registry(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRole]:
    """One registry for the tests of a file; each takes subjects of its own."""
    with running_role("registry", installation_settings(kafka, tmp_path_factory.mktemp("registry"))) as running:
        yield running


DEVICE = "eui:24e124136b000001"
NOON = "2026-03-29T12:05:30Z"
"""14:05:30 in Marseille, on the day summer time began."""


def fill(dsn: str) -> None:
    """One device with two uplinks, and three whose instants are impossible; one alert raised and cleared, one open."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        migrate(connection)
        for number, observed_at, values in (
            (1, "2026-03-29T11:50:30Z", [20.5, 91.0]),
            (2, NOON, [21.5]),
            (3, "2100-01-01T00:00:00Z", [99.0]),
            (4, "99999-01-01T00:00:00Z", [98.0]),
            (5, "0044-03-15T12:00:00Z BC", [97.0]),
        ):
            properties = [1, 91][: len(values)]
            connection.execute(
                "INSERT INTO uplink (id, observed_at, revision, device, bearer, network, received_at, ingested_at,"
                ' codec, codec_version, codec_hash, properties, channels, "values")'
                " VALUES (%s, %s, 0, %s, 'lora', 'ville', %s, %s, 'milesight', '1', '0', %s, %s, %s)",
                (f"{number:032x}", observed_at, DEVICE, NOON, NOON, properties, [0] * len(values), values),
            )
        for alert, revision, transition, state, minute in (
            ("a", 0, "raised", "unacknowledged", 5),
            ("a", 1, "cleared", "normal", 20),
            ("b", 0, "raised", "unacknowledged", 10),
        ):
            connection.execute(
                "INSERT INTO alert_event (event_id, alert_id, incident_id, alarm_key, revision, transition, state,"
                " priority, event_at, arrival_at, decided_at, author, reason, sentence_fr, sentence_en, fields,"
                " generation, raised_at) VALUES (%s, %s, %s, %s, %s, %s, %s, 3, %s, %s, %s, 'system', 'silence',"
                ' %s, %s, \'{"period_s": "900"}\', 1, %s)',
                (
                    f"{alert}{revision}" * 16,
                    alert * 32,
                    alert * 32,
                    f"silence:{DEVICE}:no_arrival" if alert == "a" else "platform:decode raw.lora/3:poison_record",
                    revision,
                    transition,
                    state,
                    *(f"2026-03-29T12:{minute:02}:30Z",) * 3,
                    f"Alerte {alert} [nuit] : le capteur se tait.",
                    f"Alert {alert} [night]: the device is silent.",
                    f"2026-03-29T12:{5 if alert == 'a' else 10:02}:30Z",
                ),
            )


@pytest.fixture
def history(database: str) -> str:
    """Connection string of a database with a little history."""
    fill(database)
    return database


@pytest.fixture
def fill_database() -> Callable[[str], None]:
    """How a test that kills its database fills it."""
    return fill
