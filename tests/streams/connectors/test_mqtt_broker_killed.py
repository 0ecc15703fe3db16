"""The broker killed and started again while 20,000 messages flow."""

import random
import time

import pytest
from streams.connectors.mqtt_network import all_there, receiving, send
from streams.connectors.receiving import uplink, wait_until


@pytest.mark.timeout(200)
def test_a_broker_killed_while_20000_messages_flow_loses_none(kafka, tmp_path, broker, network):
    """What mosquitto acknowledged within the last second before a kill -9 it may not have on its disk yet: that is
    between the network server and its broker, so the test, as network server, sends that again."""
    with receiving(kafka, tmp_path, broker) as role:
        role.wait_up("ville")
        sent, killed = {}, []

        def told() -> str:
            return f"the broker has acknowledged {len(network.acknowledged)}; {role.text()[-2000:]}"

        for part in range(4):
            sent |= send(network, range(part * 5000, (part + 1) * 5000), pace_s=0.005)
            if part in (1, 2):
                wait_until(lambda part=part: len(network.acknowledged) > part * 5000 + 2000, 60, told)
                killed.append(time.monotonic())
                broker.kill9()
                time.sleep(random.uniform(0.1, 0.5))
                broker.start()
        wait_until(lambda: len(network.acknowledged) == 20_000, 90, told)
        for mid, at in list(network.acknowledged.items()):
            if any(0 < when + 0.2 - at < 2 for when in killed):
                network.publish(uplink(sent[mid]))
        all_there(role, 20_000)
