"""Journey: a maker's codec is dropped into the folder, looks on, is promoted, and decodes, while `decode` runs."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from chirpstack_events import body, info
from roles_by_hand import role, vigie

from vigie.deploy import replays, topic_admin
from vigie.streams.settings import Settings
from vigie.topics.avro import Framer

pytestmark = pytest.mark.parts

PAPERS = """
id = "elsys"
version = "VERSION"
maker = "Elsys"
source = "written for this test"
licence = "Apache-2.0"
file = "elsys.js"

[fields]
temperature = { property = "air_temperature" }
"""
JAVASCRIPT = """
function decodeUplink(input) {
  if (input.bytes[2] === 0xff) { while (true) {} }
  return { data: { temperature: (input.bytes[1] << 8 | input.bytes[2]) / 10 + 0.5 } };
}
"""
HANGS = bytes.fromhex("0100ff")


def frame(f_cnt: int, payload: bytes) -> bytes:
    import base64

    device = info(deviceProfileName="Elsys ERS", tags={})
    return body(fCnt=f_cnt, data=base64.b64encode(payload).decode(), deviceInfo=device)


async def send(settings: Settings, bodies: list[bytes]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka) as producer:
        for one in bodies:
            await producer.send_and_wait(settings.topic("raw.lora"), one, key=b"eui:24e124136b000001")


async def uplinks(settings: Settings) -> dict[int, tuple[str, str, float]]:
    """Counter -> version and hash of the codec, and the temperature."""
    framer, found = Framer("uplinks.lora.v1"), {}
    async for record in replays.records(settings, settings.kafka, ["uplinks.lora.v1"]):
        one = framer.decode_dict(record.value)
        found[one["f_cnt"]] = one["codec"]["version"], one["codec"]["hash"], one["readings"][0]["value"]
    return found


async def letters(settings: Settings) -> list[str]:
    framer = Framer("dead-letters.v1")
    found = replays.records(settings, settings.kafka, ["dead-letters.v1"])
    return [framer.decode_dict(record.value)["reason"] async for record in found]


def until(seen: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not seen():
        assert time.monotonic() < deadline, what
        time.sleep(0.3)


def test_a_makers_codec_looks_on_is_promoted_and_decodes(kafka: str, tmp_path: Path):
    settings = replace(
        Settings(), kafka=kafka, prefix=f"t{uuid4().hex[:8]}.", partitions=2, data=tmp_path / "data",
        codecs=tmp_path / "codecs",
    )  # fmt: skip
    topic_admin.create(settings)
    log = tmp_path / "decode.log"

    def came(f_cnt: int) -> bool:
        return f_cnt in asyncio.run(uplinks(settings))

    with role(settings, "decode", log):
        asyncio.run(send(settings, [frame(1, bytes.fromhex("0100e2"))]))
        until(lambda: came(1), log.read_text())
        folder = tmp_path / "codecs" / "elsys-js"
        folder.mkdir()
        (folder / "elsys.js").write_text(JAVASCRIPT, "utf-8")
        (folder / "codec.toml").write_text(PAPERS.replace("VERSION", "9.0"), "utf-8")
        vigie(settings, "codecs", "shadow", "elsys", "9.0")
        time.sleep(1.5)  # the folder is looked at once a second
        asyncio.run(send(settings, [frame(2, bytes.fromhex("0100e3"))]))
        until(lambda: came(2), log.read_text())
        until(lambda: "shadow" in vigie(settings, "codecs", "shadow", "elsys", "--json"), log.read_text())
        (told,) = map(json.loads, vigie(settings, "codecs", "shadow", "elsys", "--json").splitlines())
        assert (told["shadow"], told["device"]) == ("9.0", "eui:24e124136b000001")
        assert (told["active_says"]["air_temperature"], told["shadow_says"]["air_temperature"]) == ("22.7", "23.2")
        table = vigie(settings, "codecs", "shadow")
        assert "23.2" in table
        vigie(settings, "codecs", "promote", "elsys", "9.0")
        time.sleep(1.5)
        asyncio.run(
            send(settings, [frame(3, bytes.fromhex("0100e4")), frame(4, HANGS), frame(5, bytes.fromhex("0100e5"))])
        )
        until(lambda: came(5), log.read_text())
    found = asyncio.run(uplinks(settings))
    assert [found[n][2] for n in (1, 2, 3, 5)] == [22.6, 22.7, 23.3, 23.4]
    assert [found[n][0] == "9.0" for n in (1, 2, 3, 5)] == [False, False, True, True]
    assert len({found[n][1] for n in (1, 3)}) == 2, "the hash is that of the file that decoded it"
    assert asyncio.run(letters(settings)) == ["codec_stopped"], "what hangs costs one dead letter and no more"
