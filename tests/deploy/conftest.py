"""One speaker of metrics and one Prometheus for the tests of rules and dashboard."""

from collections.abc import Iterator

import httpx
import pytest
from prometheus_server import running_prometheus, running_speaker


@pytest.fixture(scope="session")
def speaker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a worker that has every metric."""
    with running_speaker(tmp_path_factory.mktemp("speaker")) as port:
        yield port


@pytest.fixture(scope="session")
def metrics_text(speaker: int) -> str:
    """What its /metrics says."""
    return httpx.get(f"http://127.0.0.1:{speaker}/metrics").text


@pytest.fixture(scope="session")
def prometheus(speaker: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A real Prometheus with our rules that has scraped the speaker for some seconds, by our own configuration."""
    with running_prometheus(speaker, tmp_path_factory.mktemp("prometheus")) as client:
        yield client
