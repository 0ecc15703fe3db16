"""Journey: an undecodable frame is repaired after a fix: letter marked, one row under a higher revision."""

import asyncio
import json
import time
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from aiokafka import AIOKafkaProducer
from roles_by_hand import role, vigie

from vigie.deploy import replays, topic_admin
from vigie.streams.settings import Settings
from vigie.topics.avro import Framer

pytestmark = pytest.mark.parts
DEVICE = "24e1240000000001"
NEW_MODEL = '[[model]]\nprofile = "Compteur neuf"\nname = "NEUF"\ncodec = "milesight-em300-th"\nperiod_s = 900\n'


def body(f_cnt: int, profile: str = "Compteur neuf") -> bytes:
    return json.dumps({
        "deviceInfo": {"devEui": DEVICE, "deviceProfileName": profile, "tags": {}},
        "time": "2026-03-02T08:00:00Z", "devAddr": "00d20001", "fCnt": f_cnt, "fPort": 85, "data": "AXVcA2c0AQRoZQ==",
        "rxInfo": [{"gatewayId": "7076ff0013055001", "rssi": -90, "snr": 7.5}], "dr": 5,
        "txInfo": {"frequency": 868100000, "modulation": {"lora": {"bandwidth": 125000, "spreadingFactor": 7}}},
    }).encode()  # fmt: skip


def rows(settings: Settings) -> list[tuple[str, int, float]]:
    with psycopg.connect(settings.database, autocommit=True) as connection:
        try:
            found = connection.execute('SELECT device, revision, ("values")[2] FROM uplink ORDER BY f_cnt').fetchall()
        except psycopg.errors.UndefinedTable:
            return []
    return [(device, revision, value) for device, revision, value in found]


def wait_for(settings: Settings, expected: list[tuple[str, int, float]], log: Path, limit_s: float = 60) -> None:
    deadline = time.monotonic() + limit_s
    while (found := rows(settings)) != expected:
        assert time.monotonic() < deadline, f"{found} instead of {expected}\n{log.read_text()[-3000:]}"
        time.sleep(0.2)


def letters(settings: Settings) -> list[dict[str, object]]:
    async def read() -> list[dict[str, object]]:
        found = replays.records(settings, settings.kafka, ["dead-letters.v1"])
        return [Framer("dead-letters.v1").decode_dict(record.value) async for record in found]

    return asyncio.run(read())


async def send(settings: Settings, bodies: list[bytes]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka) as producer:
        for one in bodies:
            await producer.send_and_wait(settings.topic("raw.lora"), one, key=f"eui:{DEVICE}".encode())


def test_a_frame_of_an_unknown_model_is_taken_up_after_the_model_was_added(kafka: str, database: str, tmp_path: Path):
    models = tmp_path / "models.toml"
    models.write_text('[[model]]\nprofile = "Ancien"\nname = "ANCIEN"\ncodec = "milesight-em300-th"\n')
    settings = replace(
        Settings(), kafka=kafka, database=database, prefix=f"t{uuid4().hex[:8]}.", partitions=2, models=models,
        data=tmp_path / "data",
    )  # fmt: skip
    topic_admin.create(settings)
    log, device = tmp_path / "roles.log", f"eui:{DEVICE}"
    asyncio.run(send(settings, [body(1, "Ancien"), body(2)]))
    with role(settings, "store", log):
        with role(settings, "decode", log):
            wait_for(settings, [(device, 0, 30.8)], log)
        first = letters(settings)
        assert [(letter["reason"], letter["replayed_as"]) for letter in first] == [("no_codec", None)]
        models.write_text(models.read_text() + NEW_MODEL)
        with role(settings, "decode", log):
            (line,) = vigie(settings, "dead-letters", "list", "--json").splitlines()
            place = json.loads(line)["place"]
            dumped = vigie(settings, "dead-letters", "show", place)
            assert "no_codec" in dumped
            assert '|{"deviceInfo": {|' in dumped
            assert json.loads(vigie(settings, "dead-letters", "count", "--json")) == {
                "no_codec": {"letters": 1, "replayed": 0}
            }
            told = json.loads(vigie(settings, "dead-letters", "replay", place, "--json"))
            assert (told["bodies"], told["reasons"], told["devices"]) == (1, {"no_codec": 1}, {device: 1})
            number = told["replay"]
            assert number >= 1
            wait_for(settings, [(device, 0, 30.8), (device, number, 30.8)], log)
            second = letters(settings)
            assert [letter["replayed_as"] for letter in second] == [None, number]
            assert second[1] | {"replayed_as": None} == first[0]
            again = json.loads(vigie(settings, "dead-letters", "replay", "--json"))
            assert (again["bodies"], again["replay"], again["left_out"]["replayed"]) == (0, None, 1)
            # A corrected decoder: every body of the device, and still one row per uplink, of the highest revision.
            told = json.loads(vigie(settings, "replay", "raw", "--from", "2026-01-01", "--json"))
            assert told["bodies"] == 2
            assert json.loads(
                vigie(settings, "replay", "raw", "--device", "eui:none", "--from", "2026-01-01", "--json")
            ) == {"replay": None, "bodies": 0, "devices": {}, "left_out": {"incomplete": 0}}
            assert told["replay"] > number
            wait_for(settings, [(device, told["replay"], 30.8)] * 2, log)
    assert len(letters(settings)) == 2
