"""What a window's number is made of: gathered from the store, for a person (indicator_text.py) or a program."""

from typing import Any, NamedTuple

import numpy as np
import psycopg
from msgspec.structs import asdict

from vigie.serving.wording import utc_text
from vigie.streams.core.windows.expression import parse
from vigie.streams.core.windows.honest import DAY_MS, ENOUGH, ENOUGH_OF_A_DAY, expected_of
from vigie.streams.core.windows.indicator import Indicator
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.track import Track
from vigie.streams.sinks import fleet_queries, indicator_queries
from vigie.streams.sinks.fleet_queries import Known
from vigie.streams.sinks.indicator_queries import LeftOut, Listed, Row
from vigie.streams.sinks.reading_queries import load_tracks
from vigie.topics.property import BY_NAME, PROPERTIES, Kind
from vigie.topics.quality import Flag, unpack

Connection = psycopg.Connection[Any]

_GAPS = 5
_COUNTED = 24
"""So many readings are told one by one."""
_STRICT = (Kind.COUNTER, Kind.INTERVAL_COUNT)


class Gap(NamedTuple):
    """A span without a good reading, epoch ms UTC."""

    from_at: int
    to_at: int


class Series(NamedTuple):
    """What a window has of one series.

    Attributes:
        property, channel: of the catalogue.
        good, bad: readings that count, and those that do not.
        step_s: how often there should be one; 0 where nobody knows.
        expected: how many there should be; None where nobody knows.
        gaps: the longest spans without a good one, by time.
        counted: (epoch ms, value) of those that count, where they are few enough to be told one by one.
    """

    property: int
    channel: int
    good: int
    bad: int
    step_s: int
    expected: int | None
    gaps: list[Gap]
    counted: list[tuple[int, float]]


class Explanation(NamedTuple):
    """All that is told of a window.

    Attributes:
        row: as stored.
        listed: the indicator; None where it is a property, or one that is no longer stated.
        made: how it is computed; None likewise.
        property_name: of a window of a property; empty else.
        bound: completeness that is needed; None where nobody knows.
        point: the point as it was then; None for a subject of many.
        series: what there is of each series that is needed.
        left_out: the first readings that did not count for their flag, and how many there are.
        withdrawn: observations that a correction took away from the point.
        parts: point -> its row for the same indicator and window, None where it has none; by today's code.
        codes: point -> today's code; points that are in no part measure the property and took no part.
        history: each revision that is known, the row itself the last.
    """

    row: Row
    listed: Listed | None
    made: Indicator | None
    property_name: str
    bound: float | None
    point: Known | None
    series: list[Series]
    left_out: tuple[list[LeftOut], int]
    withdrawn: int
    parts: dict[str, Row | None]
    codes: dict[str, str]
    history: list[Row]


def explain(connection: Connection, row: Row, listed: Listed | None) -> Explanation:
    """Gather what a row is made of.

    Args:
        connection: to the store.
        row: of the table aggregate.
        listed: its indicator; None for a property.
    """
    kind, _, name = row.subject.partition(":")
    property_name = row.indicator.partition("#")[0] if row.definition == "" else ""
    made = None if listed is None else next((one for one in listed.made if one.subject.value == kind), None)
    if listed is not None and made is None and listed.made:
        made = listed.made[0]
    names = [property_name] if property_name else list(made.properties if made else ())
    numbers = [BY_NAME[each].id for each in names if each in BY_NAME]
    point, series, gone = None, list[Series](), 0
    left: tuple[list[LeftOut], int] = [], 0
    if kind == "point":
        point = fleet_queries.at(fleet_queries.versions(connection, "point", name), row.window_start)
        span = row.window_start, row.window_end
        tracks = load_tracks(connection, [name], *span, numbers)[name] if numbers else {}
        only = int(row.indicator.partition("#")[2] or 0) if property_name else None
        series = _series(point, numbers, tracks, span, only)
        left = indicator_queries.left_out(connection, name, numbers, *span)
        gone = indicator_queries.withdrawn(connection, name, numbers, *span)
    parts: dict[str, Row | None] = {}
    codes: dict[str, str] = {}
    if kind != "point":
        codes = indicator_queries.members(connection, row, property_name)
        found = indicator_queries.of_points(connection, row.parts, row)
        parts = {each: found.get(each) for each in sorted(row.parts, key=lambda each: codes.get(each, each))}
    return Explanation(
        row, listed, made, property_name, _bound(row, listed, made, property_name), point, series, left, gone, parts,
        codes, indicator_queries.history(connection, row),
    )  # fmt: skip


def _bound(row: Row, listed: Listed | None, made: Indicator | None, property_name: str) -> float | None:
    """Completeness from which the value is said."""
    if made is not None and listed is not None:
        if listed.stated is None or not listed.stated.get("expression"):
            return made.bound
        window = Window(row.window_code, row.window_start, row.window_end)
        numbers = {name: one.default for name, one in made.parameters.items()}
        return parse(made.formula, made.unit, numbers).bound(window)
    entry = BY_NAME.get(property_name)
    if entry is None:
        return None
    is_long = row.window_end - row.window_start >= DAY_MS
    return ENOUGH_OF_A_DAY if is_long and entry.kind in _STRICT else ENOUGH


def _series(
    point: Known | None, numbers: list[int], tracks: dict[tuple[int, int], Track], span: tuple[int, int],
    only: int | None,
) -> list[Series]:  # fmt: skip
    steps = {}
    for said in [] if point is None else point.get("properties", []):
        entry = BY_NAME.get(str(said.get("property")))
        if entry is not None and entry.id in numbers:
            step_s = said.get("step_s") or (point.get("step_s", 0) if point else 0)
            steps[entry.id, int(said.get("channel") or 0)] = int(step_s)
    found = []
    for key in sorted(tracks.keys() | steps.keys()):
        if only is not None and key[1] != only:
            continue
        track, step_s = tracks.get(key), steps.get(key, 0)
        counts = None if track is None else track.good()
        good = np.empty(0, np.int64) if counts is None else counts.at_ms
        told = counts is not None and len(counts) <= _COUNTED
        counted = list(zip(good.tolist(), counts.values.tolist(), strict=True)) if told and counts is not None else []
        expected = expected_of(span[1] - span[0], step_s)
        bad = 0 if track is None else len(track) - len(good)
        found.append(Series(*key, len(good), bad, step_s, expected, _gaps(good, span, step_s), counted))
    return found


def _gaps(good: "np.typing.NDArray[np.int64]", span: tuple[int, int], step_s: int) -> list[Gap]:
    """Spans of more than a step and a half between good readings, or between them and the window's bounds."""
    if not step_s:
        return []
    edges = np.concatenate(([span[0] - step_s * 1000], good, [span[1]]))
    lengths = np.diff(edges)
    wide = np.flatnonzero(lengths > 1.5 * step_s * 1000)
    longest = np.sort(wide[np.argsort(-lengths[wide], kind="stable")][:_GAPS])
    return [Gap(max(int(edges[one]), span[0]), int(edges[one + 1])) for one in longest]


def as_data(one: Explanation) -> dict[str, Any]:
    """The explanation for programs."""
    row, made = one.row, one.made
    definition = None
    if made is not None and one.listed is not None:
        definition = {
            "version": made.version, "definition": made.definition_fr, "formula": made.formula,
            "period": made.period_fr, "source": made.source, "limits": made.limits_fr,
            "owner": one.listed.owner or None,
            "parameters": {name: {"value": each.default, "unit": each.unit} for name, each in made.parameters.items()},
        }  # fmt: skip
    return {
        **row_data(row),
        "bound": one.bound,
        "indicator_definition": definition,
        "series": [
            {
                "property": PROPERTIES[each.property].name, "channel": each.channel, "good": each.good,
                "left_out": each.bad, "step_s": each.step_s or None, "expected": each.expected,
                "counted": [{"observed_at": utc_text(at), "value": value} for at, value in each.counted],
                "gaps": [[utc_text(gap.from_at), utc_text(gap.to_at)] for gap in each.gaps],
            }
            for each in one.series
        ],
        "left_out": [
            {
                "observed_at": utc_text(each.observed_at), "property": PROPERTIES[each.property].name,
                "channel": each.channel, "value": _number(each.value), "flag": each.flag, "tests": objecting(each),
            }
            for each in one.left_out[0]
        ],
        "left_out_count": one.left_out[1],
        "withdrawn": one.withdrawn,
        "points": {name: None if part is None else row_data(part) for name, part in one.parts.items()},
        "absent": [name for name in one.codes if name not in one.parts],
        "revisions": [row_data(each) for each in one.history],
    }  # fmt: skip


def row_data(row: Row) -> dict[str, Any]:
    """A row for programs."""
    instants = ("window_start", "window_end", "recorded_at", "superseded_at")
    found = {name: _number(value) if isinstance(value, float) else value for name, value in asdict(row).items()}
    told = {name: getattr(row, name) for name in instants}
    return found | {name: None if at is None else utc_text(at) for name, at in told.items()}


def objecting(one: LeftOut) -> list[str]:
    """Names of the tests that object to a reading."""
    return [test.name.lower() for test, flag in unpack(one.tests).items() if flag in (Flag.SUSPECT, Flag.FAIL)]


def _number(value: float) -> float | None:
    return value if value - value == 0 else None
