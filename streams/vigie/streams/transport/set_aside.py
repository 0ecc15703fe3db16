"""What is set aside instead of being lost: a poison record, and a derived record that is too large to be sent."""

from hashlib import sha256
from typing import Any

import msgspec

from vigie.streams import metrics
from vigie.streams.core.dead_letters import dead_letter
from vigie.streams.core.record_headers import FIRST_ARRIVAL
from vigie.streams.transport.output import RECORD_LIMIT_BYTES
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics.alarm_input import PlatformSignal, encode
from vigie.topics.avro import Framer
from vigie.topics.dead_letter import KEPT_BYTES_OF_REFUSED, DeadLetter
from vigie.topics.reason import Reason

KEPT_KEY_BYTES = 1024
KEPT_TEXT = 1000
"""Characters kept of a text in the letter of a letter that is too large itself."""


class SetAside:
    """Makes the dead letters of the harness.

    Args:
        role: stands in them as the step.
        schema_id: of dead letters in the registry in use; None for the packaged id.
        obey_arrival: whether the header vigie-ingested-at is obeyed on raw.* too (setting ticks = log).
    """

    def __init__(self, role: str, schema_id: int | None = None, *, obey_arrival: bool = False) -> None:
        self._role = role
        self._framer = Framer("dead-letters.v1", schema_id)
        self._obey_arrival = obey_arrival

    def poison(self, out: Outputs, batch: Batch, record: Any, traceback: str) -> None:
        """A record on which our own code crashes: its dead letter, and a platform signal."""
        last_line = traceback.strip().rpartition("\n")[2]
        where = f"{batch.topic}/{batch.partition}"
        message = f"Record {record.offset} of {where} crashes the role {self._role} each time: {last_line}"
        letter = dead_letter(
            self._role, batch.topic, record, Reason.INTERNAL_ERROR, message,
            ingested_at=self._first_arrival(batch.topic, record), traceback=traceback,
        )  # fmt: skip
        out.send("dead-letters.v1", record.key, self._framer.encode(letter))
        signal = PlatformSignal(
            subject=f"{self._role} {where}",
            rule="poison_record",
            cause_id=f"{where}/{record.offset}",
            at=record.timestamp,
            message=message,
        )
        out.send("alarm-inputs", None, encode(signal))

    def _first_arrival(self, topic: str, record: Any) -> int:
        """As `decode` takes it, so that a replay of the letter keeps it."""
        if topic.startswith("replay.") or self._obey_arrival:
            text = dict(record.headers).get(FIRST_ARRIVAL) or b""
            if text.isdigit() and len(text) <= 15:
                return int(text)
        return int(record.timestamp)

    def too_large(
        self, topic: str, key: bytes | None, value: bytes, batch: Batch | None
    ) -> tuple[bytes | None, bytes]:  # fmt: skip
        """The dead letter (key, value) of a derived record over the limit.

        It names the record that it was most likely derived from: the largest of the batch with that key. A dead letter
        that is too large itself stays what it is, with less of its key and texts.
        """
        metrics.set_aside.labels(self._role, Reason.TOO_LARGE.value).inc()
        kept_key = None if key is None else key[:KEPT_KEY_BYTES]
        if topic == "dead-letters.v1":
            return kept_key, self._framer.encode(_shortened(self._framer.decode(value, DeadLetter)))
        sources = [record for record in batch or () if record.key == key] or list(batch or ())
        source = max(sources, key=lambda record: len(record.value or b""), default=None)
        letter = DeadLetter(
            step=self._role,
            reason=Reason.TOO_LARGE.value,
            message=f"The record that {self._role} made for {topic} has {len(value)} bytes and its key "
            f"{len(key or b'')}: more than the {RECORD_LIMIT_BYTES} that a record may have",
            topic=topic if batch is None else batch.topic,
            partition=-1 if batch is None else batch.partition,
            offset=-1 if source is None else source.offset,
            ingested_at=0 if source is None else self._first_arrival(batch.topic if batch else topic, source),
            key=kept_key,
            body=value[:KEPT_BYTES_OF_REFUSED],
            body_size=len(value),
            body_hash=sha256(value).hexdigest(),
            headers={},
        )
        return kept_key, self._framer.encode(letter)


def _shortened(letter: DeadLetter) -> DeadLetter:
    """Its body fits in any case; what made it too large is its key, or a text that somebody else wrote."""
    return msgspec.structs.replace(
        letter,
        message=letter.message[:KEPT_TEXT],
        key=None if letter.key is None else letter.key[:KEPT_KEY_BYTES],
        headers={name: text[:KEPT_TEXT] for name, text in letter.headers.items()},
    )
