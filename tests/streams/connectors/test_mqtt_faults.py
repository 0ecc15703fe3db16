"""MQTT while things break: nothing is lost, and what comes twice is the same body."""

import signal
import time

import pytest
from mosquitto_server import Cable
from streams.connectors.mqtt_network import all_there, receiving, send
from streams.connectors.receiving import uplink

from vigie.deploy.embedded.kafka import EmbeddedKafka


@pytest.mark.timeout(200)
def test_the_role_killed_while_messages_flow_loses_none(kafka, tmp_path, broker, network):
    with receiving(kafka, tmp_path, broker) as role:
        role.wait_up("ville")
        for part in range(3):
            send(network, range(part * 1500, (part + 1) * 1500), pace_s=0.005)
            if part < 2:
                role.end(signal.SIGKILL)
                role.start()
        all_there(role, 4500)


@pytest.mark.parametrize("cut_s", [12, pytest.param(60, marks=pytest.mark.long)])
def test_a_cut_network_loses_none(kafka, tmp_path, broker, network, cut_s):
    """The keepalive of 5 s finds the dead connection; the broker finds it too, and delivers again."""
    cable = Cable(broker.tls_port)
    with receiving(kafka, tmp_path, broker, port=cable.port) as role:
        role.wait_up("ville")
        send(network, range(1000))
        cable.cut()
        send(network, range(1000, 2000))
        time.sleep(cut_s)
        assert role.metric("vigie_connector_up", source="ville") == 0
        cable.mend()
        all_there(role, 2000, 60)
    cable.close()


def test_a_message_is_not_acknowledged_before_kafka_has_it(kafka_service: EmbeddedKafka, tmp_path, broker, network):
    with receiving(kafka_service.address, tmp_path, broker) as role:
        role.wait_up("ville")
        network.publish(uplink(0))
        role.wait_bodies(1)
        kafka_service.pause()
        for number in range(1, 30):
            network.publish(uplink(number))
        time.sleep(2)
        role.end(signal.SIGKILL)  # what it had taken, but Kafka not, only the broker has now
        kafka_service.resume()
        role.start()
        all_there(role, 30, 40)
