"""MQTT on a real mosquitto: TLS, password and access rules, what a topic says, a shared subscription."""

import dataclasses

import paho.mqtt.client as paho
import pytest
from mosquitto_server import PASSWORDS
from paho.mqtt.enums import CallbackAPIVersion
from streams.connectors.mqtt_network import EUI, TOPIC, all_there, receiving, send
from streams.connectors.receiving import headers, uplink, wait_until


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_a_message_becomes_a_record_with_what_its_topic_says(kafka, tmp_path, broker, network, version):
    with receiving(kafka, tmp_path, broker, more=f'version = "{version}"') as role:
        role.wait_up("ville")
        network.publish(uplink(1))
        network.publish(b'{"deviceInfo": {"devEui": "24e124136b000001"}}', TOPIC.replace("/up", "/join"))
        records = role.wait_bodies(2)
        assert {record.key() for record in records} == {f"eui:{EUI}".encode()}
        up, join = sorted(records, key=lambda record: record.offset())
        assert up.value() == uplink(1)
        assert headers(up) == {
            "connector": "mqtt", "format": "chirpstack-v4", "network": "chirpstack-ville", "source": "ville",
            "event": "up", "address": f"eui:{EUI}",
        }  # fmt: skip
        assert headers(join)["event"] == "join"
        assert role.metric("vigie_received_total", connector="mqtt", source="ville") == 2
        assert wait_until(role.heartbeats, 15)[0].up
        assert role.end() == 0
        assert PASSWORDS["vigie"] not in role.log.read_text()


def test_what_comes_while_we_are_away_waits_at_the_broker(kafka, tmp_path, broker, network):
    with receiving(kafka, tmp_path, broker) as role:
        role.wait_up("ville")
        assert role.end() == 0
        for number in range(50):
            network.publish(uplink(number))
        role.start()
        assert {record.value() for record in role.wait_bodies(50)} == {uplink(number) for number in range(50)}


def test_a_wrong_password_is_told_and_tried_again(kafka, tmp_path, broker):
    with receiving(kafka, tmp_path, broker, MQTT_PASSWORD="wr0ng-s3cret") as role:
        wait_until(lambda: "ville is down" in role.text(), 20, role.text)
        assert role.metric("vigie_connector_up", source="ville") == 0
        assert role.metric("vigie_connector_retries_total", source="ville") >= 1
        assert "wr0ng-s3cret" not in role.log.read_text()


def test_a_broker_whose_certificate_is_not_signed_by_the_authority_is_not_talked_to(kafka, tmp_path, broker):
    with receiving(kafka, tmp_path, broker) as role:
        role.file.write_text(role.file.read_text().replace(f'ca = "{broker.folder}/ca.pem"', "tls = true"))
        role.end()
        role.start()
        wait_until(lambda: "CERTIFICATE_VERIFY_FAILED" in role.text(), 20, role.text)


def test_two_workers_share_a_subscription(kafka, tmp_path, broker, network):
    more = 'group = "vigie"\nclient_id = "first"'
    (tmp_path / "two").mkdir()
    with receiving(kafka, tmp_path, broker, more=more) as role:
        other = receiving(kafka, tmp_path / "two", broker, more=more.replace("first", "second"))
        other.file.replace(tmp_path / "second.toml")
        other.settings = dataclasses.replace(role.settings, sources=tmp_path / "second.toml", data=tmp_path / "two")
        with other:
            role.wait_up("ville")
            other.wait_up("ville")
            send(network, range(200))
            bodies = all_there(role, 200)
            assert sum(bodies.values()) == 200
            shares = [each.metric("vigie_received_total", source="ville") for each in (role, other)]
            assert min(shares) > 20, shares


def test_a_message_over_the_limit_becomes_a_dead_letter_and_holds_nothing_up(kafka, tmp_path, broker, network):
    with receiving(kafka, tmp_path, broker) as role:
        role.wait_up("ville")
        network.publish(b"x" * 900_001)
        network.publish(uplink(1))
        role.wait_bodies(1)
        (letter,) = role.dead_letters()
        assert (letter.reason, letter.body_size, len(letter.body)) == ("too_large", 900_001, 65_536)
        assert role.metric("vigie_receive_refused_total", reason="too_large") == 1


def test_mosquitto_does_enforce_its_rules(broker):
    """The passwords of these tests are real: who has none is not let in."""
    answers = []
    client = paho.Client(CallbackAPIVersion.VERSION2, "stranger")
    client.on_connect = lambda _c, _u, _f, code, _p: answers.append(code.is_failure)
    client.username_pw_set("vigie", "wrong")
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    wait_until(lambda: answers, 10)
    client.loop_stop()
    assert answers[0]
