"""The ids of topics: a topic that was deleted and made again has another one.

aiokafka 0.14 speaks Metadata up to version 5, ids came with version 10; this adds that one request (KIP-516; layout
from Kafka's MetadataRequest.json and MetadataResponse.json).
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    AbstractType,
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)  # fmt: skip


class _Uuid(AbstractType[bytes]):
    @classmethod
    def encode(cls, value: bytes) -> bytes:
        return value

    @classmethod
    def decode(cls, data: Any) -> bytes:
        read: bytes = data.read(16)
        return read


class _Response(Response):
    API_KEY = 3
    API_VERSION = 10
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("brokers", CompactArray(
            ("node_id", Int32), ("host", CompactString("utf-8")), ("port", Int32), ("rack", CompactString("utf-8")),
            ("tags", TaggedFields),
        )),
        ("cluster_id", CompactString("utf-8")),
        ("controller_id", Int32),
        ("topics", CompactArray(
            ("error_code", Int16), ("name", CompactString("utf-8")), ("topic_id", _Uuid), ("is_internal", Boolean),
            ("partitions", CompactArray(
                ("error_code", Int16), ("partition", Int32), ("leader", Int32), ("leader_epoch", Int32),
                ("replicas", CompactArray(Int32)), ("isr", CompactArray(Int32)), ("offline", CompactArray(Int32)),
                ("tags", TaggedFields),
            )),
            ("authorized_operations", Int32), ("tags", TaggedFields),
        )),
        ("authorized_operations", Int32),
        ("tags", TaggedFields),
    )  # fmt: skip


class _RequestStruct(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 3
    API_VERSION = 10
    RESPONSE_TYPE = _Response
    SCHEMA = Schema(
        ("topics", CompactArray(("topic_id", _Uuid), ("name", CompactString("utf-8")), ("tags", TaggedFields))),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class _Request(Request[_RequestStruct]):
    API_KEY = 3

    def __init__(self, names: list[str]) -> None:
        self._names = names

    def build(self, request_struct_class: type[_RequestStruct]) -> _RequestStruct:
        return request_struct_class([(bytes(16), name, {}) for name in self._names], False, False, False, {})

    def prepare(self, _versions: Any) -> _RequestStruct:
        return self.build(_RequestStruct)


async def topic_ids(bootstrap: str, names: Iterable[str]) -> dict[str, UUID]:
    """The ids of topics by their full names; one that does not exist is missing.

    Args:
        bootstrap: host:port of brokers.
        names: full names.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, client_id="vigie-topic-ids")
    await admin.start()
    try:
        answer: Any = await admin._send_request(_Request(list(names)))
    finally:
        await admin.close()
    return {name: UUID(bytes=topic_id) for error, name, topic_id, *_ in answer.topics if error == 0}
