"""What the tests of MQTT share: a source at a mosquitto, and a network server that publishes there."""

import time
from collections import Counter
from pathlib import Path

import paho.mqtt.client as paho
from mosquitto_server import PASSWORDS, Mosquitto
from paho.mqtt.enums import CallbackAPIVersion
from streams.connectors.receiving import Receiving, uplink, wait_until

EUI = "24e124136b000001"
TOPIC = f"application/7/device/{EUI}/event/up"
SOURCE = """
[[source]]
name = "ville"
kind = "mqtt"
net = "lora"
format = "chirpstack-v4"
network = "chirpstack-ville"
host = "127.0.0.1"
port = {port}
topic = "application/+/device/{{device}}/event/{{event}}"
user = "vigie"
password = "env:MQTT_PASSWORD"
ca = "{folder}/ca.pem"
keepalive_s = 5
{more}
"""
ENV = {"MQTT_PASSWORD": PASSWORDS["vigie"]}


def receiving(kafka: str, tmp_path: Path, broker: Mosquitto, *, port: int = 0, more: str = "", **env: str) -> Receiving:
    text = SOURCE.format(port=port or broker.tls_port, folder=broker.folder, more=more)
    return Receiving(kafka, tmp_path, text, env=ENV | env)


class Network:
    """A network server that publishes with QoS 1 and keeps what the broker has not acknowledged."""

    def __init__(self, broker: Mosquitto, name: str = "network") -> None:
        self.client = paho.Client(CallbackAPIVersion.VERSION2, name, clean_session=False)
        self.client.username_pw_set("network", PASSWORDS["network"])
        self.client.reconnect_delay_set(1, 1)
        self.client.max_inflight_messages_set(200)
        self.acknowledged: dict[int, float] = {}
        self.client.on_publish = lambda _c, _u, mid, *_: self.acknowledged.__setitem__(mid, time.monotonic())
        self.client.connect("127.0.0.1", broker.port)
        self.client.loop_start()

    def publish(self, body: bytes, topic: str = TOPIC) -> paho.MQTTMessageInfo:
        return self.client.publish(topic, body, qos=1)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def send(network: Network, numbers: range, *, pace_s: float = 0.0) -> dict[int, int]:
    """Message id -> number."""
    sent = {}
    for number in numbers:
        sent[network.publish(uplink(number)).mid] = number
        if pace_s and number % 50 == 0:
            time.sleep(pace_s)
    return sent


def all_there(role: Receiving, expected: int, limit_s: float = 90) -> Counter[bytes]:
    def found() -> Counter[bytes] | None:
        bodies = Counter(role.bodies())
        return bodies if len(bodies) >= expected else None

    bodies = wait_until(found, limit_s, lambda: f"{len(set(role.bodies()))} of {expected}: {role.text()[-2000:]}")
    assert set(bodies) == {uplink(number) for number in range(expected)}, "a body that nobody sent, or a changed one"
    return bodies
