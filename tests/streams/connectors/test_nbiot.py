"""UDP and CoAP: frames of NB-IoT devices, who may send them, and that 2.04 means that Kafka has them."""

import asyncio
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import aiocoap
import pytest
from mosquitto_server import free_port
from streams.connectors.receiving import Receiving, headers, wait_until

SOURCES = """
[[source]]
name = "nb-udp"
kind = "udp"
net = "nbiot"
format = "milesight-nb"
port = {udp}
allow = ["127.0.0.0/8"]

[[source]]
name = "nb-closed"
kind = "udp"
net = "nbiot"
format = "milesight-nb"
port = {closed}
allow = ["10.20.0.0/16"]

[[source]]
name = "nb-coap"
kind = "coap"
net = "nbiot"
format = "senml-cbor"
port = {coap}
token = "env:COAP_TOKEN"
"""
TOKEN = "coap-s3cret"


def sources() -> dict[str, int]:
    return {name: free_port() for name in ("udp", "closed", "coap")}


def receiving(kafka, tmp_path, ports) -> Receiving:
    return Receiving(kafka, tmp_path, SOURCES.format(**ports), env={"COAP_TOKEN": TOKEN})


def test_a_datagram_is_a_body(kafka, tmp_path):
    ports = sources()
    with receiving(kafka, tmp_path, ports) as role:
        role.wait_up("nb-udp")
        role.wait_up("nb-closed")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
            for number in range(100):
                device.sendto(b"\x02\x00\x01%d" % number, ("127.0.0.1", ports["udp"]))
            device.sendto(b"", ("127.0.0.1", ports["udp"]))
            device.sendto(b"stranger", ("127.0.0.1", ports["closed"]))
        records = role.wait_bodies(100, "raw.nbiot")
        assert {record.value() for record in records} == {b"\x02\x00\x01%d" % number for number in range(100)}
        assert headers(records[0])["source"] == "nb-udp"
        wait_until(lambda: role.metric("vigie_receive_refused_total", reason="unauthenticated") == 1, 10, role.text)
        assert role.metric("vigie_receive_refused_total", reason="empty") == 1
        assert role.end() == 0


async def post(port: int, path: str, payload: bytes, limit_s: float = 30) -> aiocoap.Message:
    context = await aiocoap.Context.create_client_context()
    try:
        request = aiocoap.Message(code=aiocoap.POST, payload=payload, uri=f"coap://127.0.0.1:{port}{path}")
        async with asyncio.timeout(limit_s):
            return await context.request(request).response
    finally:
        await context.shutdown()


def send(port: int, path: str, payload: bytes, limit_s: float = 30) -> aiocoap.Message:
    return asyncio.run(post(port, path, payload, limit_s))


def test_a_post_is_answered_changed_once_kafka_has_it(kafka, tmp_path):
    ports = sources()
    with receiving(kafka, tmp_path, ports) as role:
        role.wait_up("nb-coap")
        body = b"\x81" * 3000  # in blocks
        answer = send(ports["coap"], f"/in/nb-coap?t={TOKEN}&d=868508064807350", body)
        assert answer.code is aiocoap.CHANGED
        (record,) = role.records("raw.nbiot")
        assert record.value() == body
        assert headers(record)["address"] == "imei:868508064807350"
        for path, code in (
            ("/in/nb-coap", aiocoap.UNAUTHORIZED),
            ("/in/nb-coap?t=gu3ssed", aiocoap.UNAUTHORIZED),
            ("/in/nobody", aiocoap.NOT_FOUND),
        ):
            assert send(ports["coap"], path, b"x").code is code
        assert role.metric("vigie_receive_refused_total", source="nb-coap", reason="wrong_token") == 1
        assert send(ports["coap"], "/in/nb-coap?t=gu3ssed", b"y" * 3000).code is aiocoap.UNAUTHORIZED
        large = send(ports["coap"], f"/in/nb-coap?t={TOKEN}", b"z" * 910_000, 120)
        assert large.code is aiocoap.REQUEST_ENTITY_TOO_LARGE
        assert len(role.records("raw.nbiot")) == 1
        assert role.end() == 0
        assert TOKEN not in role.log.read_text()
        assert "gu3ssed" not in role.log.read_text()


def test_datagrams_that_are_no_coap_hurt_nobody_and_do_not_fill_the_log(kafka, tmp_path):
    ports = sources()
    with receiving(kafka, tmp_path, ports) as role:
        role.wait_up("nb-coap")
        said = len(role.text().splitlines())
        no_utf8 = b"\xb2in\x07nb-coap\x4c\xff\xff" + bytes(range(240, 250))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for number in range(50):
                stranger.sendto(bytes([0x40, 2, 0, number]) + no_utf8, ("127.0.0.1", ports["coap"]))
                stranger.sendto(b"\xff" * number, ("127.0.0.1", ports["coap"]))
        wait_until(lambda: role.metric("vigie_receive_refused_total", reason="bad_request") == 50, 10, role.text)
        assert send(ports["coap"], f"/in/nb-coap?t={TOKEN}", b"1").code is aiocoap.CHANGED
        assert len(role.text().splitlines()) == said, role.text()


def test_no_answer_says_changed_while_kafka_is_away(kafka_service, tmp_path):
    ports = sources()
    with receiving(kafka_service.address, tmp_path, ports) as role:
        role.wait_up("nb-coap")
        assert send(ports["coap"], f"/in/nb-coap?t={TOKEN}", b"1").code is aiocoap.CHANGED
        kafka_service.pause()
        with ThreadPoolExecutor() as other:
            asking = other.submit(send, ports["coap"], f"/in/nb-coap?t={TOKEN}", b"2", 60)
            time.sleep(4)
            answered = asking.done()
            kafka_service.resume()
            assert not answered
            assert asking.result(60).code is aiocoap.CHANGED
        assert set(role.bodies("raw.nbiot")) == {b"1", b"2"}


@pytest.mark.parametrize("kind", ["udp", "coap"])
def test_a_port_that_is_taken_is_a_sentence(kafka, tmp_path, kind):
    ports = sources()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", ports[kind]))
        role = receiving(kafka, tmp_path, ports).start(ready=False)
        assert role.process.wait(30) == 1
        assert f"nothing can listen on UDP 127.0.0.1:{ports[kind]} (Address already in use)" in role.text()
        assert "Traceback" not in role.text()
