"""HTTP while Kafka is away: the sender is told to come again, and nothing that was refused is remembered as taken."""

import time

import httpx
from streams.connectors.receiving import Receiving, uplink, wait_until

from vigie.streams.intake.callers import INSTANT_HEADER, SIGNATURE_HEADER, sign

SOURCE = """
[[source]]
name = "signed"
kind = "http"
net = "lora"
format = "chirpstack-v4"
signing_key = "env:SIGNING_KEY"
"""
KEY = "sign-s3cret"


def post(role: Receiving, body: bytes, given: dict[str, str]) -> httpx.Response:
    return httpx.post(role.url() + "signed", content=body, headers=given, timeout=30)


def signed(body: bytes) -> dict[str, str]:
    instant = str(int(time.time()))
    return {INSTANT_HEADER: instant, SIGNATURE_HEADER: sign(KEY, instant, body)}


def test_503_while_kafka_is_away_and_the_signed_request_is_taken_later(kafka_service, tmp_path):
    with Receiving(kafka_service.address, tmp_path, SOURCE, env={"SIGNING_KEY": KEY}) as role:
        body = uplink(1)
        given = signed(body)
        assert post(role, uplink(0), signed(uplink(0))).status_code == 200
        kafka_service.pause()
        answer = post(role, body, given)
        kafka_service.resume()
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        wait_until(lambda: post(role, body, given).status_code == 200, 30, role.text)
        assert set(role.bodies()) == {uplink(0), body}
        role.end()
        role.start()  # and a restart does not forget what was taken
        assert post(role, body, given).status_code == 409
