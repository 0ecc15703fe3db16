"""What `dirty` carries (msgpack): a day of a subject whose windows are to be made again from the store.

Key: `<subject>:<day_start>`; of two records of one key both are done (compaction may leave the later alone, so the
later repeats what the earlier asked: it is written with the larger `before` and the larger offset).
"""

from msgspec import Struct, msgpack


class Dirty(Struct, frozen=True, array_like=True):
    """Windows that their owner no longer holds, and that a record has changed.

    Attributes:
        subject: `point:<id>`, or that of a zone, commune, use case or network.
        from_at, to_at: epoch ms UTC, within one day of legal time: the windows that hold an instant of [from_at, to_at)
            are to be looked at.
        before: only windows that start before this instant (epoch ms) are `recompute`'s; the others are the owner's.
        reason: of the revision, one of topics.aggregate.REASONS.
        topic, partition, offset: what the store must have read before (offset inclusive); topic is bare.
        dense: spans (epoch ms UTC) in which the point measures more than its owner keeps. Where there are some, other
            windows are asked for than else: those that start at `before` or later, rest on one of these spans (hold
            an instant of it, or begin up to four hours after it) and were closed at the tick `closed_by`. Such
            records have keys of their own, `<subject>:<day_start>:dense`.
    """

    subject: str
    from_at: int
    to_at: int
    before: int
    reason: str
    topic: str
    partition: int
    offset: int
    dense: tuple[tuple[int, int], ...] = ()
    closed_by: int = 0


_encode = msgpack.Encoder().encode
_decode: msgpack.Decoder[Dirty] = msgpack.Decoder(Dirty)


def encode(message: Dirty) -> bytes:
    """A message to bytes."""
    return _encode(message)


def decode(value: bytes) -> Dirty:
    """Bytes to the message they hold; raises msgspec.DecodeError on anything else.

    >>> decode(encode(Dirty("point:P1", 0, 900_000, 86_400_000, "late", "observations.v1", 3, 41))).offset
    41
    """
    return _decode.decode(value)
