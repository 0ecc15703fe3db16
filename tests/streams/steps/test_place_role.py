"""Uplinks come to the points where they were measured, by a fleet that changes while the role runs and dies."""

import signal
import time
from pathlib import Path

import pytest
from churn import Checker, read_all
from confluent_kafka import Message
from fleet_objects import Outbox, device, gone, placement, point
from streams.steps.installation import MINUTE, PARTITIONS, START, Installation, uplink, wait_until

from vigie.topics import alarm_input
from vigie.topics.alarm_input import Heartbeat
from vigie.topics.uplink import Uplink
from vigie.topics.uplink_encoder import UplinkEncoder

pytestmark = pytest.mark.parts
ADDRESSES = [f"eui:24e124136b0002{number:02x}" for number in range(6)]
NOON = START + 720 * MINUTE
FLEET = [
    one
    for number, address in enumerate(ADDRESSES)
    for one in (
        point(f"TEM-{number}"),
        device(f"D{number}", address),
        placement(f"TEM-{number}/1", f"D{number}", f"TEM-{number}"),
    )
]  # fmt: skip


Fact = tuple[str, bytes, str, int]
"""Point, value, placement, revision of the fleet."""


def fact(message: Message) -> Fact:
    headers = dict(message.headers())
    return (
        message.key().decode(), message.value(),
        headers["vigie-placement"].decode(), int(headers["vigie-fleet-revision"]),
    )  # fmt: skip


def beats(place: Installation) -> list[Heartbeat]:
    messages = read_all(place.settings.kafka, place.settings.topic("alarm-inputs"), 1)
    found = [alarm_input.decode(message.value()) for message in messages]
    return [one for one in found if isinstance(one, Heartbeat) and one.role == "observe"]


def test_every_uplink_comes_to_its_point_whatever_happens(kafka: str, tmp_path: Path):
    encode = UplinkEncoder("uplinks.lora.v1").encode
    with Installation(kafka, tmp_path, session_timeout_s=6) as place:
        outbox = Outbox(kafka, place.settings.topic("fleet.v1"))
        outbox.apply(1, *FLEET)
        observe = place.start("observe").wait_ready()
        checker = Checker(kafka, place.settings.topic("placed"), fact, partitions=PARTITIONS)
        checker.start()
        placed = checker.seen
        first = [uplink(address, 1, 1, [20.0]) for address in ADDRESSES]
        stranger = uplink("eui:24e124136b00ffff", 1, 1)
        place.uplinks(stranger, *first)
        wait_until(lambda: len(placed) == len(first), 30, observe.text)
        assert set(placed) == {(f"TEM-{number}", encode(one), f"TEM-{number}/1", 1) for number, one in enumerate(first)}
        place.tick(2)
        wait_until(lambda: place.answered() == 2, 30, observe.text)
        assert {beat.fleet_revision for beat in beats(place)} == {1}

        # Device 0 goes to the point of device 1 at noon, device 1 away; stated while the role runs.
        begun = time.monotonic()
        outbox.apply(
            2, placement("TEM-0/1", "D0", "TEM-0", None, NOON), placement("TEM-1/2", "D0", "TEM-1", NOON),
            gone("placement", "TEM-1/1"),
        )  # fmt: skip
        probes: list[Uplink] = []
        while not any(point_ == "TEM-1" and revision == 2 for point_, _, _, revision in set(placed)):
            assert time.monotonic() - begun < 5, observe.text()[-3000:]
            probes.append(uplink(ADDRESSES[0], 730, 2 + len(probes)))
            place.uplinks(probes[-1])
            time.sleep(0.05)
        print(f"from the apply to the first uplink placed by it: {time.monotonic() - begun:.2f} s")
        old = uplink(ADDRESSES[0], 700, 99)  # late: of the time before
        place.uplinks(old)
        wait_until(lambda: ("TEM-0", encode(old), "TEM-0/1", 2) in placed, 20, observe.text)

        sent: list[Uplink] = []
        for round_ in range(30):
            more = [uplink(address, 740 + round_, round_ + 100) for address in ADDRESSES[2:]]
            place.uplinks(*more)
            sent += more
            if round_ == 15:
                observe.end(signal.SIGKILL)
                outbox.apply(3, point("TEM-9"))
                observe = place.start("observe")
        wait_until(lambda: {encode(one) for one in sent} <= {one[1] for one in set(placed)}, 60, observe.text)
        by_value = {value: (point_, name) for point_, value, name, _ in set(placed)}
        assert {by_value[encode(one)] for one in sent} == {(f"TEM-{n}", f"TEM-{n}/1") for n in range(2, 6)}
        assert encode(stranger) not in by_value
        checker.close()
        place.tick(800)
        wait_until(lambda: place.answered() == 800, 30, observe.text)
        assert {beat.fleet_revision for beat in beats(place) if beat.tick_at > NOON} == {3}
