"""Avro in Confluent framing: a zero byte, the schema id (4 bytes, big-endian), then the record.

Schemas stand as files beside this one (schemas/*.avsc). The logical type timestamp-millis is dropped when they are
loaded: the bytes are the same, and instants stay the integers they are everywhere in this code.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any, TypeVar

import fastavro
import msgspec

from vigie.topics.aggregate import Aggregate
from vigie.topics.alert_event import AlertEvent
from vigie.topics.dead_letter import DeadLetter
from vigie.topics.fleet_object import FleetObject
from vigie.topics.observation import Observation
from vigie.topics.uplink import Uplink

T = TypeVar("T", bound=msgspec.Struct)

RECORDS: dict[type[msgspec.Struct], str] = {
    Uplink: "uplink",
    Aggregate: "aggregate",
    AlertEvent: "alert_event",
    DeadLetter: "dead_letter",
    Observation: "observation",
    FleetObject: "fleet_object",
}
"""Record type -> name of its schema file."""


_SCHEMAS = {
    "aggregates.v1": "aggregate",
    "alerts.v1": "alert_event",
    "dead-letters.v1": "dead_letter",
    "observations.v1": "observation",
    "fleet.v1": "fleet_object",
}


@cache
def schema_text(name: str) -> str:
    """The schema file `schemas/<name>.avsc` as it stands, for the registry and for people."""
    return files("vigie.topics").joinpath("schemas", f"{name}.avsc").read_text(encoding="utf-8")


@cache
def parsed_schema(name: str) -> Any:
    """The same, parsed for fastavro, its instants plain integers."""
    return fastavro.parse_schema(_without_logical_types(json.loads(schema_text(name))))


def _without_logical_types(schema: Any) -> Any:
    if isinstance(schema, dict):
        if schema.get("logicalType") == "timestamp-millis":
            return schema["type"]
        return {key: _without_logical_types(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_without_logical_types(part) for part in schema]
    return schema


@cache
def schema_ids() -> Mapping[str, int]:
    """The packaged map subject -> schema id, which the embedded registry serves and producers verify at start."""
    ids: dict[str, int] = json.loads(files("vigie.topics").joinpath("schema_ids.json").read_text(encoding="utf-8"))
    return ids


def schema_of_topic(topic: str) -> str | None:
    """Which schema file describes the values of a topic?

    >>> schema_of_topic("uplinks.lora.v1"), schema_of_topic("raw.lora")
    ('uplink', None)
    """
    if topic.startswith("uplinks."):
        return "uplink"
    return _SCHEMAS.get(topic)


class Framer:
    """Encodes records of one topic, and decodes framed values of any id.

    Args:
        topic: bare topic name; its subject is `<topic>-value`.
        schema_id: id under which the registry in use knows the schema; None for the packaged id.

    >>> from vigie.topics.aggregate import Aggregate
    >>> window = Aggregate(subject="device:eui:a1", indicator="fill", window_code="15m", window_start=0, revision=0,
    ...     window_end=900000, count=1, minimum=1.0, mean=1.0, maximum=1.0, input_hash="00", reason="closed")
    >>> framer = Framer("aggregates.v1")
    >>> framer.encode(window)[:5].hex(), framer.decode(framer.encode(window), Aggregate) == window
    ('0000000002', True)
    """

    def __init__(self, topic: str, schema_id: int | None = None) -> None:
        name = schema_of_topic(topic)
        if name is None:
            raise ValueError(f"Topic {topic} holds no Avro records: see vigie.topics.catalogue")
        self.schema = parsed_schema(name)
        self.schema_id = schema_ids()[f"{topic}-value"] if schema_id is None else schema_id
        self.header = b"\x00" + self.schema_id.to_bytes(4, "big")

    def encode(self, record: msgspec.Struct) -> bytes:
        """A record to header and Avro bytes; for streams of thousands a second see the hand-written encoder."""
        out = BytesIO(self.header)
        out.seek(len(self.header))
        fastavro.schemaless_writer(out, self.schema, plain(record))
        return out.getvalue()

    def decode(self, value: bytes, kind: type[T]) -> T:
        """Framed bytes to a record.

        Raises:
            ValueError: the value is not framed.
        """
        return msgspec.convert(self.decode_dict(value), kind)

    def decode_dict(self, value: bytes) -> dict[str, Any]:
        """Framed bytes to a plain dictionary, for hot paths."""
        if not value or value[0]:
            raise ValueError(f"A value of {len(value)} bytes does not start with the zero byte of Confluent framing")
        record: dict[str, Any] = fastavro.schemaless_reader(BytesIO(value[5:]), self.schema, None)
        return record


def plain(value: Any) -> Any:
    """A record as dictionaries and lists, bytes untouched.

    >>> from vigie.topics.uplink import Gateway
    >>> plain((Gateway("a", -90, 7.5),))
    [{'id': 'a', 'rssi_dbm': -90, 'snr_db': 7.5}]
    """
    if isinstance(value, msgspec.Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    return value
