"""The consumer that docs/consume.md shows, run as it stands there."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from vigie.topics.avro import Framer
from vigie.topics.uplink import CodecRef, Radio, Reading, Uplink

DOC = Path(__file__).parents[2] / "docs" / "consume.md"


def shown_consumer() -> str:
    blocks = re.findall(r"```python\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 1
    return blocks[0]


def uplink(number: int) -> Uplink:
    return Uplink(
        id=f"{number:032x}",
        revision=0,
        device="eui:24e124136b000001",
        bearer="lora",
        network="ville",
        observed_at=1_795_528_800_000 + number,
        received_at=1_795_528_800_000 + number,
        ingested_at=1_795_528_800_100 + number,
        session="00d20001",
        f_cnt=number,
        f_port=85,
        payload=b"\x01\x75\x5c",
        raw=None,
        codec=CodecRef("milesight", "1", "0" * 16),
        firmware=None,
        readings=(Reading(1, 0, 21.5), Reading(91, 0, 92.0, 1_795_528_700_000)),
        extras={"model": "em300-th"},
        radio=Radio(sf=7),
        cell=None,
        warnings=(),
    )


def test_it_has_fifteen_lines():
    assert len([line for line in shown_consumer().splitlines() if line.strip()]) <= 15


@pytest.mark.parts
def test_it_reads_uplinks_by_the_registry(registry, kafka, tmp_path):
    topic = f"{registry.prefix}uplinks.lora.v1"
    admin = AdminClient({"bootstrap.servers": kafka})
    admin.create_topics([NewTopic(topic, 2, 1)])[topic].result(20)
    framer, producer = Framer("uplinks.lora.v1"), Producer({"bootstrap.servers": kafka})
    for number in range(3):
        producer.produce(topic, framer.encode(uplink(number)), key=b"eui:24e124136b000001")
    assert producer.flush(20) == 0

    script = tmp_path / "consumer.py"
    script.write_text(shown_consumer().replace("vigie.uplinks", f"{registry.prefix}uplinks"), encoding="utf-8")
    environment = os.environ | {"VIGIE_KAFKA": kafka, "VIGIE_SCHEMA_REGISTRY": registry.url}
    process = subprocess.Popen([sys.executable, str(script)], env=environment, stdout=subprocess.PIPE, text=True)
    try:
        started = time.monotonic()
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _ in range(3)]
        assert time.monotonic() - started < 60
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()
    assert lines[0] == "eui:24e124136b000001 2026-11-24T14:00:00+00:00 [(1, 21.5), (91, 92.0)]"
    assert len(set(lines)) == 3
