"""Named indicators computed from the store: readings are loaded once for many, what comes of them is compared.

Inputs are hashed before anything is computed: a window whose definition, parameters and readings are those of what
stands is passed over.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import psycopg

from vigie.streams.core.fleet.view import Point
from vigie.streams.core.windows.honest import honest_result
from vigie.streams.core.windows.indicator import Indicator, Inputs, PointTracks, Result
from vigie.streams.core.windows.input_hash import hashes_of
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.many import alone
from vigie.streams.core.windows.roster import Roster
from vigie.streams.core.windows.rows import Record, Remade
from vigie.streams.core.windows.track import Track, track
from vigie.streams.core.windows.work import NamedWork
from vigie.streams.sinks.aggregate_queries import NamedStanding, load_named
from vigie.streams.sinks.reading_queries import load_tracks
from vigie.topics.aggregate import Aggregate
from vigie.topics.aggregate_encoder import AggregateEncoder
from vigie.topics.property import BY_NAME

Connection = psycopg.Connection[Any]
Tracks = dict[str, dict[tuple[int, int], Track]]
"""Point -> (property id, channel) -> its readings."""

POINT_DAYS = 1000
DAY_MS = 86_400_000
NOTHING_LEFT = Result(value=None, count=0, quality=9)
"""What stood and is no longer supported by any reading."""


class Loaded(NamedTuple):
    """Readings that were loaded, and for what."""

    job: object
    points: frozenset[str]
    numbers: frozenset[int]
    from_at: int
    to_at: int
    tracks: Tracks

    def serves(self, job: object, points: frozenset[str], numbers: frozenset[int], from_at: int, to_at: int) -> bool:
        """Whether these readings hold those that are asked for now."""
        within = self.from_at <= from_at and to_at <= self.to_at
        return self.job is job and within and points <= self.points and numbers <= self.numbers


class IndicatorEngine:
    """Computes pieces.

    Args:
        encoder: of aggregates.v1.
        zone: IANA name of the legal time.
    """

    def __init__(self, encoder: AggregateEncoder, zone: str) -> None:
        self._encoder, self._zone = encoder, zone
        self._loaded: Loaded | None = None

    def portions(self, roster: Roster, piece: NamedWork) -> Iterator[NamedWork]:
        """A piece in parts that fit into memory: windows that lie together, some subjects each."""
        indicator = roster.indicators[piece.indicator]
        for run in _runs(roster.in_force(piece.indicator, piece.windows)):
            span_ms = run[-1].end_at - run[0].start_at + (indicator.before_s + indicator.after_s) * 1000
            size = max(POINT_DAYS * DAY_MS // max(span_ms, DAY_MS), 1)
            for begin in range(0, len(piece.subjects), size):
                yield piece._replace(windows=run, subjects=piece.subjects[begin : begin + size])

    def compute(self, connection: Connection, roster: Roster, piece: NamedWork, job: object) -> Remade:
        """The windows of a piece that differ from what stands.

        Args:
            connection: to the store.
            roster: of the fleet.
            piece: as many as fit (`portions`).
            job: readings that were loaded for it serve all of its pieces.
        """
        indicator = roster.indicators[piece.indicator]
        first, last = piece.windows[0], piece.windows[-1]
        from_at, to_at = first.start_at - indicator.before_s * 1000, last.end_at + indicator.after_s * 1000
        taking = {one: roster.members(piece.indicator, one, from_at, to_at) for one in piece.subjects}
        others = {one: roster.others(piece.indicator, points, from_at, to_at) for one, points in taking.items()}
        tracks = self._load(connection, job, indicator, taking, others, from_at, to_at)
        names = _names(indicator, taking.values(), tracks)
        standing = load_named(connection, list(taking), names, first.code, first.start_at, last.start_at + 1)
        facts = {one: self._facts(connection, indicator, piece.subjects, one) for one in piece.windows}
        records: list[Record] = []
        for number, subject in enumerate(piece.subjects):
            there = taking[subject]
            for run in _alike(indicator, there, piece.windows):
                of_subject = facts[run[0]].get(_id_of(subject), {})
                inputs = self._inputs(indicator, run, there, others[subject], tracks, of_subject)
                for one in _changed(indicator, subject, inputs, run, standing, piece.reason):
                    records.append(Record(subject.encode(), self._encoder.encode(one), number, one.window_start))
        return Remade(records, len(piece.windows) * len(piece.subjects))

    def _load(
        self, connection: Connection, job: object, indicator: Indicator, taking: Mapping[str, Sequence[Point]],
        others: Mapping[str, Mapping[str, Any]], from_at: int, to_at: int,
    ) -> Tracks:  # fmt: skip
        points = frozenset(one.id for members in taking.values() for one in members)
        points |= {one for each in others.values() for one in each}
        numbers = frozenset(BY_NAME[name].id for name in indicator.properties if name in BY_NAME)
        if not points or not numbers:
            return {}
        held = self._loaded
        if held is None or not held.serves(job, points, numbers, from_at, to_at):
            if to_at - from_at > 2 * DAY_MS:  # other indicators look a little further
                from_at, to_at = from_at - DAY_MS, to_at + DAY_MS
            self._loaded = None
            tracks = load_tracks(connection, sorted(points), from_at, to_at, sorted(numbers))
            held = self._loaded = Loaded(job, points, numbers, from_at, to_at, tracks)
        return held.tracks

    def _facts(
        self, connection: Connection, indicator: Indicator, subjects: Sequence[str], window: Window
    ) -> Mapping[str, Mapping[str, Any]]:
        if indicator.load is None:
            return {}
        return indicator.load(connection, [one.partition(":")[2] for one in subjects], window)

    def _inputs(
        self, indicator: Indicator, run: Sequence[Window], points: Sequence[Point],
        others: Mapping[str, tuple[str, Point]], tracks: Tracks, facts: Mapping[str, Any],
    ) -> Inputs:  # fmt: skip
        window = Window(run[0].code, run[0].start_at, run[-1].end_at)
        span = window.start_at - indicator.before_s * 1000, window.end_at + indicator.after_s * 1000
        there = [one for one in points if one.from_at < window.end_at and window.start_at < one.to_at]
        return Inputs(
            window=window, zone=self._zone,
            points=[_of_point(indicator, one, "own", tracks, span) for one in there],
            others=[_of_point(indicator, one, role, tracks, span) for role, one in others.values()],
            parameters={name: one.default for name, one in indicator.parameters.items()}, facts=facts,
        )  # fmt: skip


def _alike(indicator: Indicator, points: Sequence[Point], windows: Sequence[Window]) -> Iterator[Sequence[Window]]:
    """Windows that the same points take part in, together; each by itself where that may differ."""
    whole = all(one.from_at < windows[0].end_at and windows[-1].start_at < one.to_at for one in points)
    if whole and indicator.load is None:
        yield windows
    else:
        yield from ((one,) for one in windows)


def _changed(
    indicator: Indicator, subject: str, inputs: Inputs, run: Sequence[Window],
    standing: Mapping[tuple[str, int], Mapping[str, NamedStanding]], reason: str,
) -> Iterator[Aggregate]:  # fmt: skip
    """What is to be published of windows whose inputs are not those of what stands."""
    hashes = hashes_of(indicator, inputs, run)
    held = [standing.get((subject, one.start_at), {}) for one in run]
    waiting = [
        (window, known, hashed) for window, known, hashed in zip(run, held, hashes, strict=True)
        if not known or any(one.input_hash != hashed for one in known.values())
    ]  # fmt: skip
    results = _results(indicator, inputs, [window for window, _, _ in waiting])
    for (window, known, hashed), found in zip(waiting, results, strict=True):
        yield from _told(indicator, subject, window, found, known, hashed, reason)


def _results(indicator: Indicator, inputs: Inputs, windows: Sequence[Window]) -> Iterator[Sequence[Result]]:
    """What each window comes to: all at once where the indicator can, else one by one."""
    if not inputs.points and not inputs.facts:
        yield from ((),) * len(windows)
        return
    together: Sequence[Sequence[Result] | None] = (None,) * len(windows)
    if indicator.many is not None and len(windows) > 1:
        together = indicator.many(inputs, windows)
    for window, found in zip(windows, together, strict=True):
        if found is not None:
            yield found
        else:
            yield indicator.compute(inputs if window == inputs.window else alone(indicator, inputs, window))


def _told(
    indicator: Indicator, subject: str, window: Window, results: Sequence[Result],
    held: Mapping[str, NamedStanding], hashed: str, reason: str,
) -> Iterator[Aggregate]:  # fmt: skip
    found = {_name(indicator, one): honest_result(one, indicator.bound) for one in results}
    for name in held.keys() - found.keys():
        if held[name].count:
            found[name] = NOTHING_LEFT
    for name, one in sorted(found.items()):
        before = held.get(name)
        if before is None and not one.count and one.value is None:
            continue  # empty windows are not published
        if before is not None and before.input_hash == hashed:
            continue
        yield _aggregate(indicator, subject, name, window, one, before, hashed, reason)


def _runs(windows: Sequence[Window]) -> Iterator[tuple[Window, ...]]:
    """Windows with no more than three days between them, and no more than some hundred."""
    run: list[Window] = []
    for one in sorted(windows, key=lambda window: window.start_at):
        if run and (one.start_at - run[-1].end_at > 3 * DAY_MS or len(run) >= 768):
            yield tuple(run)
            run = []
        run.append(one)
    if run:
        yield tuple(run)


def _of_point(indicator: Indicator, point: Point, role: str, tracks: Tracks, span: tuple[int, int]) -> PointTracks:
    loaded, found = tracks.get(point.id, {}), {}
    steps = {(one.property, one.channel): one.step_s for one in point.series}
    for name in indicator.properties:
        number = BY_NAME[name].id
        for key in sorted(key for key in loaded.keys() | steps.keys() if key[0] == number):
            whole = loaded.get(key) or track([], [], property_id=key[0], channel=key[1])
            piece = whole.between(*span)
            found[name, key[1]] = Track(*key, steps.get(key, point.step_s), piece.at_ms, piece.values, piece.flags)
    return PointTracks(point.id, found, point.latitude, point.longitude, point.datum, role)


def _names(indicator: Indicator, taking: Iterable[Sequence[Point]], tracks: Tracks) -> list[str]:
    """The indicator's name, and with each channel under which something may stand."""
    channels = {one.channel for members in taking for point in members for one in point.series}
    channels |= {channel for series in tracks.values() for _, channel in series}
    return [indicator.name, *(f"{indicator.name}#{channel}" for channel in sorted(channels) if channel)]


def _name(indicator: Indicator, result: Result) -> str:
    return f"{indicator.name}#{result.channel}" if result.channel else indicator.name


def _aggregate(
    indicator: Indicator, subject: str, name: str, window: Window, one: Result, before: NamedStanding | None,
    hashed: str, reason: str,
) -> Aggregate:  # fmt: skip
    if before is not None and before.definition != indicator.version:
        reason = "definition"
    elif before is not None and reason == "closed":
        reason = "late"  # what stood was published at the close; what has come since changed it
    return Aggregate(
        subject=subject, indicator=name, window_code=window.code, window_start=window.start_at,
        window_end=window.end_at, revision=0 if before is None else before.revision + 1, count=one.count,
        minimum=one.minimum, mean=one.mean, maximum=one.maximum, input_hash=hashed, reason=reason, value=one.value,
        unit=indicator.unit, expected=one.expected, completeness=one.completeness, excluded=one.excluded, sum=one.sum,
        first=one.first, last=one.last, quality=one.quality, definition=indicator.version, category=one.category,
        details=dict(one.details), parts=tuple(one.parts),
    )  # fmt: skip


def _id_of(subject: str) -> str:
    return subject.partition(":")[2]
