"""What a replay chooses, what it sends, and how it marks what it took up."""

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from vigie.deploy import topic_admin
from vigie.deploy.commands import dead_letters as command
from vigie.deploy.commands import replay
from vigie.deploy.replays import Body, Chosen, dead_letters, letters, raw_bodies, records, take_up
from vigie.streams.schema_check import SchemaRefusedError
from vigie.streams.settings import Settings
from vigie.topics.avro import Framer
from vigie.topics.dead_letter import DeadLetter

pytestmark = pytest.mark.parts


@pytest.fixture
def settings(kafka: str) -> Settings:
    found = replace(Settings(), kafka=kafka, prefix=f"t{uuid4().hex[:8]}.", partitions=4)
    topic_admin.create(found)
    return found


async def bodies_of(settings: Settings, chosen: Chosen) -> list[Body]:
    return [body async for body in raw_bodies(settings, settings.kafka, chosen)]


def letter(offset: int, **other: object) -> DeadLetter:
    values: dict[str, object] = {
        "step": "decode", "reason": "no_codec", "message": "…", "topic": "raw.lora", "partition": 3, "offset": offset,
        "ingested_at": 1000 + offset, "key": b"eui:a1", "body": b"body %d" % offset, "body_size": 6,
        "body_hash": "00", "headers": {"format": "chirpstack-v4", "network": "m", "vigie-ingested-at": "5"},
    }  # fmt: skip
    return DeadLetter(**(values | other))  # type: ignore[arg-type]


async def publish(settings: Settings, letters: list[DeadLetter]) -> None:
    framer = Framer("dead-letters.v1")
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka) as producer:
        for one in letters:
            await producer.send_and_wait(settings.topic("dead-letters.v1"), framer.encode(one), key=one.key)


async def test_letters_are_chosen_by_reason_device_and_arrival(settings: Settings):
    await publish(
        settings,
        [
            letter(1), letter(2, reason="truncated"), letter(3, key=b"eui:a2"), letter(4, key=None),
            letter(5, body=b"x" * 10, body_size=1_000_000, reason="too_large"), letter(6, replayed_as=7),
            letter(7, topic="uplinks.lora.v1", step="observe"),
        ],
    )  # fmt: skip

    async def offsets(chosen: Chosen) -> list[int]:
        bodies, _ = await dead_letters(settings, settings.kafka, chosen)
        return [body.letter.offset for body in bodies if body.letter]

    assert await offsets(Chosen()) == [1, 2, 3, 4]
    assert await offsets(Chosen(reason="truncated")) == [2]
    assert await offsets(Chosen(device="eui:a1")) == [1, 2]
    assert await offsets(Chosen(since_at=1003)) == [3, 4]
    _, left = await dead_letters(settings, settings.kafka, Chosen())
    assert left == {"replayed": 1, "incomplete": 1}


async def test_what_is_taken_up_carries_number_first_arrival_and_headers_and_is_marked_once(settings: Settings):
    await publish(settings, [letter(1), letter(2, key=None)])
    bodies, _ = await dead_letters(settings, settings.kafka, Chosen())
    assert await take_up(settings, settings.kafka, bodies, 9) == 2
    sent = [r async for r in records(settings, settings.kafka, ["replay.lora"])]
    assert [(r.value, r.key, r.partition) for r in sent] == [(b"body 1", b"eui:a1", 3), (b"body 2", None, 3)]
    assert dict(sent[0].headers) == {
        "format": b"chirpstack-v4", "network": b"m", "vigie-replay": b"9", "vigie-ingested-at": b"1001"
    }  # fmt: skip
    bodies, left = await dead_letters(settings, settings.kafka, Chosen())
    assert (bodies, left["replayed"]) == ([], 2)


async def test_each_body_that_receive_refused_is_a_letter_of_its_own(settings: Settings):
    """None of them stood in a topic, so they have no place to tell them apart."""
    refused = {"step": "receive", "reason": "too_large", "partition": -1, "body_size": 2_000_000, "ingested_at": 7}
    await publish(settings, [letter(-1, body_hash=f"{n:02x}", **refused) for n in (1, 2, 2)])
    found = await letters(settings, settings.kafka, Chosen())
    assert [one.body_hash for one in found] == ["01", "02"], "the same one twice is one"
    assert (await dead_letters(settings, settings.kafka, Chosen()))[1] == {"replayed": 0, "incomplete": 2}


async def test_the_summary_shows_any_key_short_and_escaped(settings: Settings, capsys):
    await publish(
        settings, [letter(1, key=b"k" * 400_000), letter(2, key=b"\x1b[2J[/x]\0"), letter(3, key=b"\xff[/x]")]
    )
    await command._replay(settings, Chosen(), dry_run=True, as_json=False)
    shown = capsys.readouterr().out
    assert len(shown) < 1000
    assert not {"\x1b", "\0"} & set(shown)
    assert r"'\x1b[2J[/x]\x00' (1)" in shown
    assert r"\xff[/x] (1)" in shown


async def test_marks_carry_the_id_that_the_registry_in_use_gives(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    await publish(settings, [letter(1)])
    bodies, _ = await dead_letters(settings, settings.kafka, Chosen())
    answers = [httpx.Response(403, json={"message": "No."}), httpx.Response(200, json={"id": 77})]
    original, elsewhere = httpx.Client, httpx.MockTransport(lambda _: answers.pop(0))
    monkeypatch.setattr(httpx, "Client", lambda **options: original(transport=elsewhere, **options))
    external = replace(settings, schema_registry="http://registry.example", data=tmp_path)
    with pytest.raises(SchemaRefusedError):
        await take_up(external, settings.kafka, bodies, 9)
    assert not [r async for r in records(settings, settings.kafka, ["replay.lora"])]
    await take_up(external, settings.kafka, bodies, 9)
    marked = [r.value async for r in records(settings, settings.kafka, ["dead-letters.v1"])]
    assert [int.from_bytes(value[1:5], "big") for value in marked] == [4, 77]


async def test_raw_bodies_of_a_device_are_chosen_by_their_first_arrival(settings: Settings):
    logged = replace(settings, ticks="log")
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka) as producer:
        for number, key in ((30, b"eui:a1"), (10, b"eui:a1"), (20, b"eui:a1"), (20, b"eui:b2")):
            headers = [("vigie-ingested-at", b"%d" % number), ("format", b"chirpstack-v4")]
            await producer.send_and_wait(settings.topic("raw.lora"), b"%d" % number, key=key, headers=headers)
    found = await bodies_of(logged, Chosen(device="eui:a1", since_at=10, until_at=30))
    assert [(body.value, body.arrival_at, body.net) for body in found] == [(b"10", 10, "lora"), (b"20", 20, "lora")]
    live = await bodies_of(settings, Chosen(device="eui:a1", since_at=1_000_000_000_000))
    assert [body.value for body in live] == [b"30", b"10", b"20"], "a live installation does not obey the header"
    assert [body.value for body in await bodies_of(settings, Chosen(since_at=1_000_000_000_000))].count(b"20") == 2
    assert await bodies_of(settings, Chosen(since_at=4_000_000_000_000)) == [], "nothing was appended after that"
    assert len(await bodies_of(settings, Chosen(since_at=-62_135_597_361_000))) == len(
        await bodies_of(settings, Chosen())
    )


async def test_a_raw_body_over_the_limit_is_left_out_and_counted(settings: Settings, capsys):
    """The broker took it because it was compressed."""
    async with AIOKafkaProducer(
        bootstrap_servers=settings.kafka, compression_type="zstd", max_request_size=3_000_000
    ) as producer:
        for body in (b"small", b"x" * 2_000_000, b"last"):
            await producer.send_and_wait(settings.topic("raw.lora"), body, key=b"eui:a1")
    chosen = Chosen(device="eui:a1")
    assert [body.value for body in await bodies_of(settings, chosen)] == [b"small", b"", b"last"]
    await replay._replay(settings, chosen, dry_run=True, as_json=False)
    shown = capsys.readouterr().out
    assert "à blanc : 2 corps" in shown
    assert "Laissées de côté, corps trop grands : 1" in shown


async def test_a_first_arrival_that_is_no_instant_stops_no_replay(settings: Settings):
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka) as producer:
        for stated in (b"9" * 5000, b"5", "٥".encode()):
            headers = [("vigie-ingested-at", stated)]
            await producer.send_and_wait(settings.topic("raw.lora"), stated[:5], key=b"eui:a1", headers=headers)
    bodies = await bodies_of(replace(settings, ticks="log"), Chosen(device="eui:a1"))
    arrivals = {body.value: body.arrival_at for body in bodies}
    assert arrivals.keys() == {b"5", b"99999", "٥".encode()}
    assert arrivals.pop(b"5") == 5
    assert min(arrivals.values()) > 1_000_000_000_000, "else the broker's instant"


async def test_a_header_whose_name_is_not_utf_8_stops_no_replay(settings: Settings):
    class Name(str):
        __slots__ = ()

        def encode(self, *_: str) -> bytes:
            return b"caf\xe9"

    async with AIOKafkaProducer(bootstrap_servers=settings.kafka) as producer:
        batch = producer.create_batch()
        batch._builder = _DefaultRecordBatchBuilderPy(2, 0, False, -1, -1, 0, 16384)  # it takes any string's word
        for headers in ([(Name("x"), b"v")], [("network", b"m")]):
            batch.append(timestamp=0, key=b"eui:a1", value=b"body", headers=headers)
        await (await producer.send_batch(batch, settings.topic("raw.lora"), partition=0))
    bodies = await bodies_of(settings, Chosen(device="eui:a1"))
    assert [body.headers for body in bodies] == [{"caf\ufffd": "v"}, {"network": "m"}]
