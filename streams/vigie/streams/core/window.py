"""Windows of a quarter of an hour, each a function of the set of unique readings in it.

In any order, twice, in other batches or with a restart between, the same readings give the same windows: an uplink
counts once per id, with its highest revision, and a window's value is computed anew from all its readings. A window is
published when a tick closes it (its end and one upload period), then at each repair, its revision one higher. 26 hours
after its end by the ticks it is released with the four hours that it stands in; from then on it is not written here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from math import isfinite
from struct import Struct
from typing import NamedTuple

from vigie.streams.core.span import SPAN_MS, WINDOW_MS, WINDOWS, Input, Reading, Series, Span
from vigie.streams.core.summary import summary
from vigie.topics.aggregate import Aggregate
from vigie.topics.property import PROPERTIES

CODE = "15m"
SLOTS = 10
"""Spans kept per device, a ring: span i stands in slot i mod 10, so that no key of the changelog is ever deleted."""
LONGEST_MEMORY_MS = (SLOTS - 2) * SPAN_MS
"""Longer, and the ring would come round before a span is released."""

CLOSED, LATE, CORRECTED = "closed", "late", "corrected"

_YEAR_2000 = 946_684_800_000
_AHEAD_MS = 300_000
_INPUT = Struct("<8sqd")
_ALL = (1 << WINDOWS) - 1

Spans = list[Span | None]
"""The SLOTS spans of one device."""


class Uplink(NamedTuple):
    """What windows know of an uplink.

    Attributes:
        identity: first 8 bytes of its id.
        revision: 0 live; the highest of an id counts.
        observed_at, ingested_at: epoch ms UTC.
        period_s: declared upload period of its model; 0 if none is.
        readings: each with its own instant.
    """

    identity: bytes
    revision: int
    observed_at: int
    ingested_at: int
    period_s: int
    readings: Sequence[Reading]


class Now(NamedTuple):
    """What is known of time: the last tick (epoch ms; 0 before the first) and how long windows stay in memory (ms)."""

    tick_at: int
    memory_ms: int


@dataclass(slots=True)
class Added:
    """What an uplink changed.

    Attributes:
        slots: places of the spans that are new or changed.
        aggregates: windows that were published at once because their place was needed.
        deep_late: readings of windows that are no longer here.
        impossible: readings from the future, from before 2000, or that are no number.
    """

    slots: set[int] = field(default_factory=set)
    aggregates: list[Aggregate] = field(default_factory=list)
    deep_late: int = 0
    impossible: int = 0


class _Before(NamedTuple):
    device: str
    span: Span
    hashes: dict[Series, str]


class Repairs:
    """Published windows that a batch changes: noted before the change, compared at the end of the batch."""

    def __init__(self) -> None:
        self._before: dict[int, _Before] = {}
        self._noted: dict[int, int] = {}
        self._corrected: set[int] = set()

    def note(self, device: str, span: Span, windows: int, revision: int) -> None:
        """Some windows (bits) of a span are about to be changed by an uplink of this revision."""
        name = id(span)  # the span is kept alive by its entry
        before = self._before.setdefault(name, _Before(device, span, {}))
        fresh = windows & span.published & ~self._noted.get(name, 0)
        if fresh:
            self._noted[name] = self._noted.get(name, 0) | fresh
            before.hashes.update({series: input_hash(span, inputs) for series, inputs in span.series(fresh).items()})
        if revision:
            self._corrected.add(name)

    def aggregates(self) -> list[Aggregate]:
        """The next revision of every series whose set of inputs is another one now."""
        made = []
        for name, (device, span, hashes) in self._before.items():
            reason = CORRECTED if name in self._corrected else LATE
            after = span.series(self._noted.get(name, 0))
            for series in sorted(hashes.keys() | after.keys()):
                inputs = after.get(series, [])
                before = hashes.get(series)
                if before == (input_hash(span, inputs) if inputs else None):
                    continue
                revision = span.revisions.get(series, -1 if before is None else 0) + 1
                if revision:
                    span.revisions[series] = revision
                made.append(_aggregate(device, span, series, inputs, revision, reason))
        return made


def add(spans: Spans, device: str, uplink: Uplink, now: Now, repairs: Repairs) -> Added:
    """Take an uplink into the memory of its device.

    Args:
        spans: of the device; changed in place.
        device: the device id.
        uplink: decoded, of any age.
        now: last tick and memory.
        repairs: of the batch.

    Returns:
        What was changed; nothing for an uplink that is known.
    """
    added = Added()
    held = [
        (slot, revision)
        for slot, span in enumerate(spans)
        if span is not None and (revision := span.revision_of(uplink.identity)) >= 0
    ]
    if any(revision >= uplink.revision for _, revision in held):
        return added
    for slot, _ in held:
        span = spans[slot]
        assert span is not None
        repairs.note(device, span, span.windows_of(uplink.identity), uplink.revision)
        span.remove(uplink.identity)
        added.slots.add(slot)
    latest = now._replace(tick_at=max(now.tick_at, uplink.ingested_at))  # an arrival tells the time before any tick
    for index, readings in _parts(uplink, added).items():
        span = _open(spans, device, index, latest, added)
        if span is None:
            added.deep_late += len(readings)
            continue
        span.period_s = uplink.period_s
        windows = sum({1 << reading.observed_at % SPAN_MS // WINDOW_MS for reading in readings})
        repairs.note(device, span, windows, uplink.revision)
        if not span.add(uplink.identity, uplink.revision, uplink.ingested_at, readings):
            added.deep_late += len(readings)
        span.plan()
    return added


def at_tick(device: str, span: Span, now: Now) -> list[Aggregate] | None:
    """The tick has come for a span: its windows that close are published; after its memory it is released.

    Returns:
        What is published; None where nothing has changed.
    """
    if span.released:
        return None
    over = span.end_at + now.memory_ms <= now.tick_at
    if not over and span.next_at > now.tick_at:
        return None
    made = _publish(device, span, _ALL if over else span.closed_by(now.tick_at))
    if over:
        span.release()
    return made


def input_hash(span: Span, inputs: Sequence[Input]) -> str:
    """What names the set of inputs of a series: BLAKE2b of (first half of the uplink id, instant, value), sorted."""
    start_at = span.start_at
    packed = b"".join([_INPUT.pack(identity, start_at + instant, value) for identity, instant, value in inputs])
    return blake2b(packed, digest_size=8).hexdigest()


def _parts(uplink: Uplink, added: Added) -> dict[int, list[Reading]]:
    """The readings by index of their span."""
    latest_at, parts = uplink.ingested_at + _AHEAD_MS, dict[int, list[Reading]]()
    for reading in uplink.readings:
        if _YEAR_2000 <= reading.observed_at <= latest_at and isfinite(reading.value):
            parts.setdefault(reading.observed_at // SPAN_MS, []).append(reading)
        else:
            added.impossible += 1
    if not parts and uplink.revision and _YEAR_2000 <= uplink.observed_at <= latest_at:
        parts[uplink.observed_at // SPAN_MS] = []  # so that a lower revision that comes after it is known to be one
    return parts


def _open(spans: Spans, device: str, index: int, now: Now, added: Added) -> Span | None:
    """The span of this index, made if need be; None if it is no longer here."""
    slot = index % SLOTS
    span = spans[slot]
    if span is not None and span.index > index:
        return None
    if span is None or span.index < index:
        if span is not None and not span.released:  # ticks have stayed away for long
            added.aggregates += _publish(device, span, _ALL)
        span = spans[slot] = Span(index)
        if span.end_at + now.memory_ms <= now.tick_at:
            span.release()
        added.slots.add(slot)
    if span.released:
        return None
    added.slots.add(slot)
    return span


def _publish(device: str, span: Span, windows: int) -> list[Aggregate]:
    """Publish those of these windows that have readings and were not published yet."""
    waiting = windows & span.occupied & ~span.published
    made = []
    for series, inputs in span.series(waiting).items():
        reason = CLOSED if span.on_time >> series.window & 1 else LATE
        made.append(_aggregate(device, span, series, inputs, 0, reason))
    span.published |= waiting
    span.plan()
    return made


def _aggregate(
    device: str, span: Span, series: Series, inputs: Sequence[Input], revision: int, reason: str
) -> Aggregate:
    window_start = span.start_at + series.window * WINDOW_MS
    entry = PROPERTIES.get(series.property)
    name = f"property_{series.property}" if entry is None else entry.name
    low, mean, high = summary(series.property, [value for _, _, value in inputs]) if inputs else (None, None, None)
    return Aggregate(
        subject=f"device:{device}",
        indicator=f"{name}#{series.channel}" if series.channel else name,
        window_code=CODE,
        window_start=window_start,
        window_end=window_start + WINDOW_MS,
        revision=revision,
        count=len(inputs),
        minimum=low,
        mean=mean,
        maximum=high,
        input_hash=input_hash(span, inputs),
        reason=reason,
    )
