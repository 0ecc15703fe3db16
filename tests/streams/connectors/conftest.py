"""A mosquitto and a network server for each test that asks for them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from mosquitto_server import Mosquitto, mosquitto
from streams.connectors.mqtt_network import Network


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with mosquitto(tmp_path / "mosquitto") as one:
        yield one


@pytest.fixture
def network(broker: Mosquitto) -> Iterator[Network]:
    one = Network(broker)
    yield one
    one.close()
