"""A comparison campaign asked of the store: values over the reference's intervals, and what they come to."""

from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import psycopg

from vigie.streams.core.comparison import Agreement, Fit, Floats, Ints, agreement, fit, over_intervals
from vigie.streams.sinks import fleet_queries
from vigie.streams.sinks.audit_queries import expected_series, placements_of, values_of
from vigie.streams.sinks.fleet_queries import Known
from vigie.topics.property import BY_NAME

Connection = psycopg.Connection[Any]

HOUR_MS = 3_600_000
MARGIN_MS = 86_400_000
"""A counter's growth needs the last reading before an interval."""
DERIVED = {"fill": "empty_mm", "water_level": "datum_m"}
"""Made from a distance by the placement: what is wrong with them is set right there, not by a conversion."""


class NoComparisonError(LookupError):
    """There is nothing to compare; args: why (a key of the words), and the values of that sentence."""


class Compared(NamedTuple):
    """What a campaign came to.

    Attributes:
        comparison, point: of the campaign.
        property, channel: what was compared.
        starts, ends: (m,) of the intervals, epoch ms UTC.
        values, references: (m,) ours and theirs; NaN where an interval cannot be used.
        readings: (m,) how many of ours took part.
        left_out: readings that are flagged 3 or 4 and took no part.
        agreement: None without a usable pair.
        fit: the conversion to apply; None where there is none to offer.
        replaces: conversions in force that it was computed in the place of.
        by_placement: field of the placement that makes the property; empty where a conversion does.
    """

    comparison: Known
    point: Known
    property: str
    channel: int
    starts: Ints
    ends: Ints
    values: Floats
    references: Floats
    readings: Ints
    left_out: int
    agreement: Agreement | None
    fit: Fit | None
    replaces: tuple[str, ...]
    by_placement: str


def compare(connection: Connection, name: str, now: int, *, stamped_at_end: bool = True) -> Compared:
    """Compare.

    Args:
        connection: to the store.
        name: id of the campaign.
        now: epoch ms UTC.
        stamped_at_end: counts stand under the end of their time (comparison.over_intervals).

    Raises:
        NoComparisonError: no such campaign, no interval, or a property that has no value over an interval.
    """
    versions = fleet_queries.versions(connection, "comparison", name)
    campaign = fleet_queries.at(versions, now)
    if campaign is None:
        raise NoComparisonError("no_campaign")
    property_name, channel = str(campaign.get("property")), int(campaign.get("channel") or 0)
    if property_name not in BY_NAME:
        raise NoComparisonError("no_property", property_name)
    property_id = BY_NAME[property_name].id
    try:
        starts, ends, references = _reference(connection, campaign, property_id, channel, now)
        point = _point(connection, str(campaign.get("point")), int(starts[0]))
        span = int(starts[0]) - MARGIN_MS, int(ends.max()) + 1
        at, values, flags, raw = values_of(connection, [point.id], (property_id, channel), *span)[point.id]
        usable = flags <= 2
        step_s = _step_s(point, property_id, channel)
        converted = over_intervals(
            property_id, at[usable], values[usable], starts, ends, step_s, stamped_at_end=stamped_at_end
        )
        received = over_intervals(
            property_id, at[usable], raw[usable], starts, ends, step_s, stamped_at_end=stamped_at_end
        )
    except ValueError as refused:
        raise NoComparisonError("no_mean", str(refused)) from None
    placed = fleet_queries.at(placements_of(connection, point.id), int(starts[0]))
    made_by = DERIVED.get(property_name, "")
    by_placement = made_by if made_by and placed is not None and placed.get(made_by) is not None else ""
    within = (at >= starts.min()) & (at <= ends.max())
    return Compared(
        comparison=campaign, point=point, property=property_name, channel=channel, starts=starts, ends=ends,
        values=converted.values, references=references, readings=converted.readings,
        left_out=int((~usable & within).sum()),
        agreement=agreement(property_id, converted.values, references),
        fit=None if by_placement else fit(property_id, received.values, references),
        replaces=tuple(placed.get("conversions", [])) if placed and not np.array_equal(values, raw) else (),
        by_placement=by_placement,
    )  # fmt: skip


def _reference(
    connection: Connection, campaign: Known, property_id: int, channel: int, now: int
) -> tuple[Ints, Ints, Floats]:
    """Intervals by their starts with the reference's values: as stated, else the hours of a reference point."""
    stated = fleet_queries.referring(connection, "comparison_value", "comparison", campaign.id)
    if stated:
        rows = sorted((_ms(one.get("start_at")), _ms(one.get("end_at")), float(one.get("value"))) for one in stated)
        starts, ends, values = (np.array(column) for column in zip(*rows, strict=True))
        return starts.astype(np.int64), ends.astype(np.int64), values.astype(np.float64)
    other = campaign.get("reference_point")
    if not other or campaign.from_at is None:
        raise NoComparisonError("no_values")
    first, end = -(-campaign.from_at // HOUR_MS) * HOUR_MS, min(campaign.to_at or now, now)
    starts = np.arange(first, end - HOUR_MS + 1, HOUR_MS, dtype=np.int64)
    if not len(starts):
        raise NoComparisonError("no_values")
    ends = starts + HOUR_MS
    point = _point(connection, str(other), first)
    at, values, flags, _ = values_of(connection, [point.id], (property_id, channel), first - MARGIN_MS, end)[point.id]
    usable = flags <= 2
    step_s = _step_s(point, property_id, channel)
    return starts, ends, over_intervals(property_id, at[usable], values[usable], starts, ends, step_s).values


def _point(connection: Connection, name: str, at: int) -> Known:
    found = fleet_queries.at(fleet_queries.versions(connection, "point", name), at)
    if found is None:
        raise NoComparisonError("no_point", name)
    return found


def _step_s(point: Known, property_id: int, channel: int) -> int:
    series = expected_series(point)
    stated = [step for one, where, step in series if (one, where) == (property_id, channel)]
    return stated[0] if stated else int(point.get("step_s"))


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)
