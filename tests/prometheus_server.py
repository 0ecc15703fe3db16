"""A worker that has every metric, a Prometheus that scrapes it, and promtool."""

import json
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from real_parts import require_part

ROOT = Path(__file__).parents[1]
RULES = ROOT / "deploy/prometheus/vigie.rules.yml"
CONFIG = ROOT / "deploy/prometheus/prometheus.yml"
SPEAKER = Path(__file__).with_name("metrics_speaker.py")


def program(name: str) -> str:
    found = shutil.which(name)
    require_part(name, found is not None, f"no program {name} (Debian package prometheus)")
    assert found is not None
    return found


def promtool(*arguments: str, stdin: str = "") -> None:
    result = subprocess.run(
        [program("promtool"), *arguments], input=stdin, capture_output=True, text=True, cwd=RULES.parent, timeout=120
    )
    assert result.returncode == 0, result.stdout + result.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path, limit_s: float = 30) -> None:
    end = time.monotonic() + limit_s
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{url} does not answer:\n{log.read_text()}")


@contextmanager
def running_speaker(folder: Path) -> Iterator[int]:
    """The port of a worker that has every metric."""
    port = free_port()
    log = folder / "log"
    command = [sys.executable, str(SPEAKER), str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", process, log)
        yield port
    finally:
        process.kill()
        process.wait(10)


@contextmanager
def running_prometheus(speaker: int, folder: Path) -> Iterator[httpx.Client]:
    """A real Prometheus with our rules that has scraped the speaker for some seconds, by our own configuration."""
    (folder / "targets").mkdir()
    shutil.copy(RULES, folder)
    config = re.sub(r"(scrape|evaluation)_interval: 15s", r"\1_interval: 1s", CONFIG.read_text("utf-8"))
    assert config.count("_interval: 1s") == 2
    (folder / "prometheus.yml").write_text(config)
    targets = [{"targets": [f"127.0.0.1:{speaker}"], "labels": {"role": "decode"}}]
    (folder / "targets" / "here.json").write_text(json.dumps(targets))
    port, log = free_port(), folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [
                program("prometheus"),
                f"--config.file={folder}/prometheus.yml",
                f"--storage.tsdb.path={folder}/data",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=out,
            stderr=out,
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/-/ready", process, log)
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20)
        end = time.monotonic() + 60
        while time.monotonic() < end and not result(client, "count_over_time(up[1m]) > 5"):
            time.sleep(0.5)
        yield client
    finally:
        process.terminate()
        process.wait(20)


def result(client: httpx.Client, query: str) -> list[dict]:
    answer = client.get("/api/v1/query", params={"query": query}).json()
    assert answer["status"] == "success", (query, answer)
    return answer["data"]["result"]
