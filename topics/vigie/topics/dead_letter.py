"""The dead letter: a record that no step could use, kept whole with the reason."""

from msgspec import Struct

KEPT_BYTES_OF_REFUSED = 64 * 1024
"""How much of a body over the limit its dead letter holds; size and hash tell the rest."""


class DeadLetter(Struct, frozen=True, kw_only=True):
    """The value of `dead-letters.v1` (schemas/dead_letter.avsc says each field's meaning).

    Attributes:
        step: the step that gave up.
        reason: a member of vigie.topics.reason.Reason.
        message: a sentence: what was found, where, what was expected.
        topic, partition, offset: where the original stands.
        ingested_at: epoch ms UTC, first arrival of the original.
        key: the original's key.
        body: the original bytes (the first 64 kB of a body over the limit).
        body_size: size of the original in bytes.
        body_hash: SHA-256 of the original, hex.
        headers: the original's headers that matter (connector, format, network).
        traceback: for INTERNAL_ERROR only.
        replayed_as: number of the replay that took it up again; None until then.
    """

    step: str
    reason: str
    message: str
    topic: str
    partition: int
    offset: int
    ingested_at: int
    key: bytes | None
    body: bytes
    body_size: int
    body_hash: str
    headers: dict[str, str]
    traceback: str | None = None
    replayed_as: int | None = None
