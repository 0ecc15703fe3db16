"""One role as a process of its own, and the command line beside it, for tests that play a journey."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from vigie.deploy.embedded.ports import free_port
from vigie.streams.settings import Settings


@contextmanager
def role(settings: Settings, name: str, log: Path) -> Iterator[None]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("VIGIE_")}
    environment |= replace(settings, metrics_port=free_port()).to_env()
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "vigie.deploy.cli", "worker", name], env=environment, stdout=out, stderr=out
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def vigie(settings: Settings, *words: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("VIGIE_")}
    done = subprocess.run(
        [sys.executable, "-m", "vigie.deploy.cli", *words],
        env=environment | settings.to_env(), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout
