"""What decoding a batch is given, and what it comes to."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from msgspec import Struct

from vigie.codecs.frame import Said
from vigie.streams.core.dead_letters import Record
from vigie.streams.core.duplicate_filter import DeviceFilter
from vigie.streams.core.record_headers import Context
from vigie.topics.reason import Undecodable


class Filters(Protocol):
    """The keyed state of the duplicate filter, as vigie.streams.transport.state gives it."""

    def get(self, partition: int, key: str) -> DeviceFilter | None: ...  # noqa: D102
    def applied(self, partition: int, key: str, topic: str) -> int: ...  # noqa: D102
    def put(self, partition: int, key: str, value: DeviceFilter, topic: str, offset: int) -> None: ...  # noqa: D102


class Sends(Protocol):
    """Where outputs go, as vigie.streams.transport.step gives it."""

    def send(self, topic: str, key: bytes | None, value: bytes) -> None: ...  # noqa: D102
    def extend(self, topic: str, pairs: Any) -> None: ...  # noqa: D102


@dataclass(slots=True)
class Counts:
    """What one batch came to, for the metrics.

    Attributes:
        failures: dead letters by reason.
        duplicates: exact re-deliveries.
        uplinks: uplinks made.
        replayed: those of them that a replay made.
        ignored_headers: first arrivals that were not obeyed.
        heard: events without uplink that only a device that lives can cause.
        gateways: messages of gateways about themselves.
        passed_over: events that a device did not cause.
        applied_before: records that were read again, and which the state holds already.
        compared: payloads that a codec in shadow decoded as well.
        different: those of them about which it disagreed.
    """

    failures: Counter[str] = field(default_factory=Counter)
    duplicates: int = 0
    uplinks: int = 0
    replayed: int = 0
    ignored_headers: int = 0
    heard: int = 0
    gateways: int = 0
    passed_over: int = 0
    applied_before: int = 0
    compared: Counter[str] = field(default_factory=Counter)
    different: Counter[str] = field(default_factory=Counter)


class Parsed(Struct, gc=False):
    """A record whose body was read, on its way to its uplinks.

    Attributes:
        record: as it came.
        context: what its headers say.
        revision: 0, or the number of the replay.
        ingested_at: epoch ms UTC, first arrival.
        said: what the body says; None where it could not be read.
        error: why not.
    """

    record: Record
    context: Context
    revision: int
    ingested_at: int
    said: Said | Sequence[Said] | None = None
    error: Undecodable | None = None


def each(said: Said | Sequence[Said] | None) -> Sequence[Said]:
    """What a body says, one by one."""
    if said is None:
        return ()
    return said if isinstance(said, Sequence) else (said,)
