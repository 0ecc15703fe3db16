"""Windows of series as records of `aggregates.v1`: those that changed, and those that have no reading any more."""

from collections.abc import Iterator, Sequence
from math import nan
from typing import NamedTuple

from vigie.streams.core.windows.again import NOTHING, Changes, Made, Series, Standing
from vigie.topics.aggregate_encoder import PLAIN, AggregateEncoder, rest
from vigie.topics.aggregate_encoder import Series as Head
from vigie.topics.property import PROPERTIES

LOST_ALL = 9
"""Quality of a window without readings."""
_COLUMNS = ("count", "minimum", "mean", "maximum", "value", "excluded", "sum", "deviation", "first", "last", "resets")


class Record(NamedTuple):
    """A record to send, and which window it is."""

    key: bytes
    value: bytes
    series: int
    start_at: int


class Remade(NamedTuple):
    """What came of a piece of work.

    Attributes:
        records: to publish.
        looked_at: how many windows were made and compared.
        parts: key and value of what the owners of zones are told of them.
    """

    records: list[Record]
    looked_at: int
    parts: Sequence[tuple[bytes, bytes]] = ()


def records(
    encoder: AggregateEncoder, made: Made, standing: Standing, changes: Changes, series: Sequence[Series]
) -> Iterator[Record]:
    """The records of what changed, by rising series and start.

    Args:
        encoder: of the topic.
        made: windows of one code.
        standing: what stands of them.
        changes: what differs.
        series: those whose windows they are.
    """
    yield from _changed(encoder, made, changes, series)
    for place in changes.emptied.tolist():
        number = int(standing.series[place])
        one = series[number]
        expected = int(standing.expected[place])
        value = encoder.join(
            _head(encoder, one, made.code), int(standing.start_at[place]), int(standing.end_at[place]),
            int(standing.revision[place]) + 1, 0, nan, nan, nan, NOTHING.decode(), one.reason, nan, expected,
            0.0 if expected > 0 else nan, 0, nan, nan, nan, nan, LOST_ALL,
        )  # fmt: skip
        yield Record(one.subject.encode(), value, number, int(standing.start_at[place]))


def _changed(encoder: AggregateEncoder, made: Made, changes: Changes, series: Sequence[Series]) -> Iterator[Record]:
    chosen = changes.changed
    told = made.honest
    columns = {name: getattr(told.statistics, name)[chosen].tolist() for name in _COLUMNS}
    which = zip(
        made.series[chosen].tolist(), made.start_at[chosen].tolist(), made.end_at[chosen].tolist(),
        changes.revisions.tolist(), chosen.tolist(), told.expected[chosen].tolist(),
        told.completeness[chosen].tolist(), told.quality[chosen].tolist(), *columns.values(), strict=True,
    )  # fmt: skip
    join, hashes, last_number = encoder.join, made.hashes, -1
    for (
        number, start_at, end_at, revision, place, expected, share, quality,
        count, low, mean, high, value, excluded, total, deviation, first, last, resets,
    ) in which:  # fmt: skip
        if number != last_number:
            one, last_number = series[number], number
            head, key, reason = _head(encoder, one, made.code), one.subject.encode(), one.reason
        bytes_ = join(
            head, start_at, end_at, revision, count, low, mean, high, hashes[place], reason, value, expected, share,
            excluded, total, deviation, first, last, quality, rest(details={"resets": resets}) if resets else PLAIN,
        )  # fmt: skip
        yield Record(key, bytes_, number, start_at)


def _head(encoder: AggregateEncoder, one: Series, code: str) -> Head:
    entry = PROPERTIES.get(one.track.property)
    return encoder.series(one.subject, one.indicator, code, entry.unit if entry else "")
