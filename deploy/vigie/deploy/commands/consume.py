"""`vigie consume`: read a topic as lines of JSON."""

import asyncio
import base64
import json
from collections import deque
from typing import Any

import click

from vigie.deploy import replays
from vigie.deploy.installation import settings_here
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.settings import Settings
from vigie.topics.avro import Framer, schema_of_topic
from vigie.topics.catalogue import TOPICS


@click.command(
    epilog="""\b
    Examples:
      vigie consume uplinks.lora.v1 --last 2
      vigie consume alerts.v1
      vigie consume dead-letters.v1 | jq .value.reason
    """
)
@click.argument("topic")
@click.option("--last", type=click.IntRange(min=1), help="Only the last so many records (of all partitions, by time).")
@click.option("--key", help="Only records under this key, such as eui:24e124136b000001.")
def command(topic: str, last: int | None, key: str | None) -> None:
    """Print what stands in TOPIC, one JSON object per record, and end.

    TOPIC is the bare name, without the prefix of the installation. Reads without a group: nobody's place moves.
    """
    if topic not in TOPICS:
        raise OperatorError(f"{topic} is none of Vigie's topics: {', '.join(TOPICS)}.", Exit.USAGE)
    settings = settings_here()
    for line in asyncio.run(_lines(settings, topic, last, key)):
        click.echo(line)


async def _lines(settings: Settings, topic: str, last: int | None, key: str | None) -> list[str]:
    framer = Framer(topic) if schema_of_topic(topic) is not None else None
    kept: deque[Any] = deque(maxlen=last)
    found = [
        record
        async for record in replays.records(settings, settings.kafka, [topic])
        if key is None or record.key == key.encode()
    ]
    kept.extend(sorted(found, key=lambda record: (record.timestamp, record.partition, record.offset)))
    return [json.dumps(_shown(record, framer), ensure_ascii=False, default=_bytes) for record in kept]


def _shown(record: Any, framer: Framer | None) -> dict[str, Any]:
    value: Any = record.value
    if framer is not None and value is not None:
        value = framer.decode_dict(value)
    elif value is not None:
        value = _read(value)
    return {
        "partition": record.partition,
        "offset": record.offset,
        "timestamp": record.timestamp,
        "key": record.key.decode("utf-8", "replace") if record.key is not None else None,
        "headers": {name: (text or b"").decode("utf-8", "replace") for name, text in record.headers},
        "value": value,
    }


def _read(body: bytes) -> Any:
    r"""A body as JSON; as base64 where it is none, or none that can be shown.

    >>> _read(b'{"a": 1}'), _read(b"\x01u"), _read(b'"\\ud800"'), _read(b"[" * 100_000)[:4]
    ({'a': 1}, 'AXU=', 'Ilx1ZDgwMCI=', 'W1tb')
    """
    try:
        read = json.loads(body)
        json.dumps([[read]], ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):  # half a pair of surrogates, NaN, or nested without end
        return _bytes(body)
    return read


def _bytes(value: bytes) -> str:
    """Bytes as text that JSON can hold: base64."""
    return base64.b64encode(value).decode()
