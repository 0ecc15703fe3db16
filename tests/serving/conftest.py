"""A schema registry as a process of its own, on the test broker."""

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
import pytest

from vigie.streams.settings import Settings

RUN = """
import logging, os, sys
from vigie.serving.registry import run
from vigie.streams.settings import Settings
logging.basicConfig(level="INFO")
sys.exit(run(Settings.from_env(os.environ)))
"""


@dataclass
class RunningRegistry:
    url: str
    prefix: str
    process: subprocess.Popen[bytes]
    log: Path


def installation_settings(kafka: str, folder: Path) -> Settings:
    """Settings of an installation whose topics no other test sees."""
    return Settings(kafka=kafka, prefix=f"t{uuid4().hex[:8]}.", registry_port=0, http_port=0, data=folder)


@contextmanager
def running_registry(settings: Settings) -> Iterator[RunningRegistry]:
    settings.data.mkdir(exist_ok=True)
    log = settings.data / f"registry-{uuid4().hex[:6]}.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", RUN], env=environment | settings.to_env(), stdout=out, stderr=out
        )
    try:
        yield RunningRegistry(_answering(process, log), settings.prefix, process, log)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(15)


def _answering(process: subprocess.Popen[bytes], log: Path, limit_s: float = 60) -> str:
    end = time.monotonic() + limit_s
    while time.monotonic() < end and process.poll() is None:
        urls = [line.rsplit(" ", 1)[1] for line in log.read_text().splitlines() if "registry answers at" in line]
        try:
            if urls and httpx.get(urls[0] + "/subjects").is_success:
                return urls[0]
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"no registry:\n{log.read_text()}")


@pytest.fixture
def installation(kafka: str, tmp_path: Path) -> Settings:
    return installation_settings(kafka, tmp_path)


@pytest.fixture
def start_registry() -> Callable[[Settings], AbstractContextManager[RunningRegistry]]:
    """How a test that ends registries starts one."""
    return running_registry


@pytest.fixture(scope="module")
def registry(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRegistry]:
    """One registry for the tests of a file; each takes subjects of its own."""
    with running_registry(installation_settings(kafka, tmp_path_factory.mktemp("registry"))) as running:
        yield running
