"""Counts dead letters by who sent what could not be decoded: for the reliability of a day."""

from collections import Counter

from aiokafka import AIOKafkaConsumer

from vigie.streams.settings import Settings
from vigie.topics.avro import Framer
from vigie.topics.dead_letter import DeadLetter

ADDRESSES = (b"eui:", b"imei:", b"src:")


async def count_letters(settings: Settings, start: int, end: int) -> dict[tuple[str, str], int]:
    """Dead letters of decode whose originals arrived in [start, end), by (device address or "", network or "").

    A letter that was taken up since counts still: on that day it could not be decoded.

    Args:
        settings: of the installation, with its Kafka.
        start: epoch ms UTC.
        end: epoch ms UTC.

    Raises:
        KafkaError: Kafka does not answer, or has no such topic.
    """
    framer = Framer("dead-letters.v1")
    consumer = AIOKafkaConsumer(
        settings.topic("dead-letters.v1"), bootstrap_servers=settings.kafka, enable_auto_commit=False,
        auto_offset_reset="earliest",
    )  # fmt: skip
    await consumer.start()
    found: dict[tuple[str, int, int], tuple[str, str]] = {}
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        # A letter is written after its original arrived; on a recorded day the two clocks have nothing in common.
        if settings.ticks == "live":
            for partition, place in (await consumer.offsets_for_times(dict.fromkeys(ends, max(start, 0)))).items():
                consumer.seek(partition, ends[partition] if place is None else place.offset)
        while ends := {one: last for one, last in ends.items() if await consumer.position(one) < last}:
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    letter = framer.decode(record.value, DeadLetter)
                    if letter.step == "decode" and start <= letter.ingested_at < end:
                        place_of = letter.topic, letter.partition, letter.offset
                        found[place_of] = _sender(letter.key), letter.headers.get("network", "")
    finally:
        await consumer.stop()
    return dict(Counter(found.values()))


def _sender(key: bytes | None) -> str:
    """The device that a key names; `src:<source>` names none, since a body of many devices has that key.

    >>> _sender(b"eui:a1"), _sender(b"src:toits"), _sender(None), _sender(b"src:toits:lycee")
    ('eui:a1', '', '', 'src:toits:lycee')
    """
    if key is None or not key.startswith(ADDRESSES) or (key.startswith(b"src:") and key.count(b":") < 2):
        return ""
    return key.decode("utf-8", "replace").replace("\0", "\ufffd")
