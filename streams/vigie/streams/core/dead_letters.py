"""A record that no step can use becomes a dead letter: whole, with the reason and where it stood."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Protocol

from vigie.streams.core.record_headers import KEPT_HEADERS
from vigie.topics.dead_letter import KEPT_BYTES_OF_REFUSED, DeadLetter
from vigie.topics.reason import Reason

BODY_LIMIT = 900_000
"""Bytes of a body, or of a derived record, above which it is refused (records.md section 3)."""


class Record(Protocol):
    """What is asked of a Kafka record here."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Iterable[tuple[str, bytes | None]]


def dead_letter(
    step: str, topic: str, record: Record, reason: Reason, message: str,
    *, ingested_at: int | None = None, traceback: str | None = None,
) -> DeadLetter:  # fmt: skip
    """The dead letter of a record.

    Args:
        step: the step that gave up.
        topic: bare name of the record's topic.
        record: the record as it was read.
        reason: one of the closed list.
        message: a sentence: what was found, where, what was expected.
        ingested_at: epoch ms of the first arrival where it is not the record's own timestamp.
        traceback: for Reason.INTERNAL_ERROR.
    """
    body = record.value or b""
    too_large = len(body) > BODY_LIMIT
    return DeadLetter(
        step=step,
        reason=reason.value,
        message=message,
        topic=topic,
        partition=record.partition,
        offset=record.offset,
        ingested_at=record.timestamp if ingested_at is None else ingested_at,
        key=record.key,
        body=body[:KEPT_BYTES_OF_REFUSED] if too_large else body,
        body_size=len(body),
        body_hash=sha256(body).hexdigest(),
        headers={
            name: (text or b"").decode("utf-8", "replace") for name, text in record.headers if name in KEPT_HEADERS
        },
        traceback=traceback,
    )
